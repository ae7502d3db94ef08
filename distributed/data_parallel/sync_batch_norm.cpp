#include "distributed/data_parallel/sync_batch_norm.h"

#include <atomic>

#include "autograd/factories.h"
#include "autograd/record.h"
#include "distributed/data_parallel/agreement.h"
#include "tensor/base/fail.h"

namespace gradus::distributed {

namespace {
void sum_over(const Tensor& x, ProcessGroup& group, const std::string& purpose) {
  AllreduceOptions options;
  options.purpose = purpose;
  std::vector<Tensor> one{x};
  group.allreduce(one, options)->wait();
}
}  // namespace

Tensor differentiable_all_reduce(const Tensor& x, const intrusive_ptr<ProcessGroup>& group,
                                 const std::string& purpose) {
  if (!is_floating(x.dtype()))
    fail("differentiable_all_reduce: the tensor must be of a floating type, got {}", x.dtype());
  if (group->getSize() == 1) return x;
  Tensor sum = x.detach().contiguous().clone();
  sum_over(sum, *group, purpose);
  return autograd::record("all_reduce", std::move(sum),
                          autograd::wrt(x, [group, purpose](const Tensor& dy) {
                            return differentiable_all_reduce(
                                dy, group, purpose.empty() ? purpose : "gradient of " + purpose);
                          }));
}

namespace {

int64_t total_of(int64_t n, ProcessGroup& group, const std::string& purpose) {
  Tensor count = full({1}, n, kLong);
  sum_over(count, group, purpose);
  return count.data_ptr<int64_t>()[0];
}

class SyncStatistics final : public nn::BatchStatistics {
 public:
  // `number` tells conversions apart.
  SyncStatistics(const std::string& layer, int64_t number, intrusive_ptr<ProcessGroup> group)
      : layer_(fmt::format("batch norm {} of conversion {}", layer, number)),
        group_(std::move(group)) {}
  Tensor normalise(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                   const Tensor& weight, const Tensor& bias, double momentum, double eps) override {
    return sync_batch_norm(
        input, running_mean, running_var, weight, bias, momentum, eps, group_,
        group_->getSize() > 1 ? fmt::format("{}, pass {}", layer_, ++passes_) : std::string());
  }

 private:
  const std::string layer_;
  const intrusive_ptr<ProcessGroup> group_;
  std::atomic<int64_t> passes_{0};
};

// The place for statistics of a batch norm; null for another layer.
std::shared_ptr<nn::BatchStatistics>* statistics_of(nn::Module& m) {
  if (auto* norm = m.as<nn::BatchNorm1dImpl>()) return &norm->statistics;
  if (auto* norm = m.as<nn::BatchNorm2dImpl>()) return &norm->statistics;
  if (auto* norm = m.as<nn::BatchNorm3dImpl>()) return &norm->statistics;
  if (auto* norm = m.as<nn::SyncBatchNormImpl>()) return &norm->statistics;
  return nullptr;
}

}  // namespace

Tensor sync_batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                       const Tensor& weight, const Tensor& bias, double momentum, double eps,
                       const intrusive_ptr<ProcessGroup>& group, const std::string& purpose) {
  const auto sum_of = [&](const char* what) {
    return purpose.empty() ? purpose : fmt::format("{} of {}", what, purpose);
  };
  if (input.dim() < 2)
    fail("sync_batch_norm: the input needs 2 dims or more, got shape {}", input.sizes());
  const bool low = input.dtype() == kHalf || input.dtype() == kBFloat16;
  const Tensor x = low ? input.to(kFloat) : input;
  std::vector<int64_t> dims{0}, shape{1, x.size(1)};
  for (int64_t d = 2; d < x.dim(); ++d) {
    dims.push_back(d);
    shape.push_back(1);
  }
  const int64_t n = total_of(x.size(1) > 0 ? x.numel() / x.size(1) : 0, *group, sum_of("rows"));
  if (n < 2)
    fail("sync_batch_norm: expected more than 1 value per channel over all ranks, got {}", n);
  // In two passes: the variance is that of what is left without the mean.
  const Tensor mean = differentiable_all_reduce(x.sum(dims), group, sum_of("mean")) / double(n);
  const Tensor centred = x - mean.view(shape);
  const Tensor squares =
      differentiable_all_reduce((centred * centred).sum(dims), group, sum_of("variance"));
  Tensor y = centred * (squares / double(n) + eps).rsqrt().view(shape);
  if (weight.defined()) y = y * weight.view(shape);
  if (bias.defined()) y = y + bias.view(shape);

  const NoGradGuard no_grad;
  const auto enter = [&](const Tensor& running, const Tensor& now) {
    if (running.defined())
      running.mul_(1 - momentum).add_(now.detach().to(running.dtype()), momentum);
  };
  enter(running_mean, mean);
  enter(running_var, squares / double(n - 1));
  return low ? y.to(input.dtype()) : y;
}

void convert_sync_batchnorm(const std::vector<std::pair<std::string, nn::Module*>>& layers,
                            const intrusive_ptr<ProcessGroup>& group) {
  std::vector<std::string> names;
  for (const auto& [name, layer] : layers) names.push_back("batch norm " + name);
  agree("convert_sync_batchnorm", names, *group);
  const intrusive_ptr<ProcessGroup> beside = group->beside();
  // All ranks have made as many operations.
  const int64_t number = int64_t(group->getSequenceNumberForGroup());
  std::vector<std::shared_ptr<SyncStatistics>> made;
  for (const auto& [name, layer] : layers)
    made.push_back(std::make_shared<SyncStatistics>(name, number, beside));
  for (size_t i = 0; i < layers.size(); ++i) *statistics_of(*layers[i].second) = made[i];
}

void convert_sync_batchnorm(nn::Module& module, const intrusive_ptr<ProcessGroup>& group) {
  if (!group) fail("convert_sync_batchnorm: the process group is null");
  std::vector<std::pair<std::string, nn::Module*>> layers;
  module.apply(nn::Module::NamedModuleApplyFunction([&](const std::string& name, nn::Module& m) {
    if (statistics_of(m)) layers.emplace_back(name, &m);
  }));
  convert_sync_batchnorm(layers, group);
}

bool is_sync_batchnorm(const nn::Module& layer) {
  const auto* place = statistics_of(const_cast<nn::Module&>(layer));
  return place && *place;
}

}  // namespace gradus::distributed
