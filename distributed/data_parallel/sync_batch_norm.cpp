#include "distributed/data_parallel/sync_batch_norm.h"

#include "autograd/factories.h"
#include "autograd/record.h"
#include "tensor/base/fail.h"

namespace gradus::distributed {

Tensor differentiable_all_reduce(const Tensor& x, const intrusive_ptr<ProcessGroup>& group) {
  if (!is_floating(x.dtype()))
    fail("differentiable_all_reduce: the tensor must be of a floating type, got {}", x.dtype());
  if (group->getSize() == 1) return x;
  Tensor sum = x.detach().contiguous().clone();
  std::vector<Tensor> one{sum};
  group->allreduce(one)->wait();
  return autograd::record("all_reduce", std::move(sum), autograd::wrt(x, [group](const Tensor& dy) {
                            return differentiable_all_reduce(dy, group);
                          }));
}

namespace {

int64_t total_of(int64_t n, ProcessGroup& group) {
  Tensor count = full({1}, n, kLong);
  std::vector<Tensor> one{count};
  group.allreduce(one)->wait();
  return count.data_ptr<int64_t>()[0];
}

class SyncStatistics final : public nn::BatchStatistics {
 public:
  explicit SyncStatistics(intrusive_ptr<ProcessGroup> group) : group_(std::move(group)) {}
  Tensor normalise(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                   const Tensor& weight, const Tensor& bias, double momentum, double eps) override {
    return sync_batch_norm(input, running_mean, running_var, weight, bias, momentum, eps, group_);
  }

 private:
  const intrusive_ptr<ProcessGroup> group_;
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
                       const intrusive_ptr<ProcessGroup>& group) {
  if (input.dim() < 2)
    fail("sync_batch_norm: the input needs 2 dims or more, got shape {}", input.sizes());
  const bool low = input.dtype() == kHalf || input.dtype() == kBFloat16;
  const Tensor x = low ? input.to(kFloat) : input;
  std::vector<int64_t> dims{0}, shape{1, x.size(1)};
  for (int64_t d = 2; d < x.dim(); ++d) {
    dims.push_back(d);
    shape.push_back(1);
  }
  const int64_t n = total_of(x.size(1) > 0 ? x.numel() / x.size(1) : 0, *group);
  if (n < 2)
    fail("sync_batch_norm: expected more than 1 value per channel over all ranks, got {}", n);
  // In two passes: the variance is that of what is left without the mean.
  const Tensor mean = differentiable_all_reduce(x.sum(dims), group) / double(n);
  const Tensor centred = x - mean.view(shape);
  const Tensor squares = differentiable_all_reduce((centred * centred).sum(dims), group);
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

void convert_sync_batchnorm(nn::Module& module, const intrusive_ptr<ProcessGroup>& group) {
  if (!group) fail("convert_sync_batchnorm: the process group is null");
  const auto statistics = std::make_shared<SyncStatistics>(group);
  module.apply([&](nn::Module& m) {
    if (auto* place = statistics_of(m)) *place = statistics;
  });
}

bool is_sync_batchnorm(const nn::Module& layer) {
  const auto* place = statistics_of(const_cast<nn::Module&>(layer));
  return place && *place;
}

}  // namespace gradus::distributed
