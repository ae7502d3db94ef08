#include "nn/utils/averaged_model.h"

#include "autograd/modes.h"
#include "nn/layers/normalisation.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::optim::swa_utils {
namespace {

void check_decay(double decay) {
  if (!(decay >= 0 && decay <= 1)) fail_value("averaged_model: decay is {}, not in [0, 1]", decay);
}

bool is_floating(const std::vector<Tensor>& tensors) {
  return !tensors.empty() && tensors[0].is_floating_point();
}

std::vector<Tensor> tensors_of(const nn::Module& module, bool buffers) {
  std::vector<Tensor> all = module.parameters();
  if (buffers)
    for (const Tensor& b : module.buffers()) all.push_back(b);
  for (Tensor& t : all) t = t.detach();
  return all;
}

void check_alike(const char* what, const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  if (a.size() != b.size())
    fail("averaged_model: numbers of {} differ, {} of the average and {} of the model", what,
         a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i)
    if (a[i].sizes() != b[i].sizes())
      fail("averaged_model: sizes of {} differ, {} of the average and {} of the model", what,
           a[i].sizes(), b[i].sizes());
}

}  // namespace

AvgFn get_ema_avg_fn(double decay) {
  check_decay(decay);
  return [=](const Tensor& averaged, const Tensor& current, int64_t) {
    return averaged * decay + current * (1 - decay);
  };
}
MultiAvgFn get_ema_multi_avg_fn(double decay) {
  check_decay(decay);
  return [=](const std::vector<Tensor>& averaged, const std::vector<Tensor>& current, int64_t) {
    for (size_t i = 0; i < averaged.size(); ++i)
      if (is_floating(averaged))
        averaged[i].lerp_(current[i], 1 - decay);
      else
        averaged[i].copy_(averaged[i] * decay + current[i] * (1 - decay));
  };
}
AvgFn get_swa_avg_fn() {
  return [](const Tensor& averaged, const Tensor& current, int64_t n) {
    return averaged + (current - averaged) / double(n + 1);
  };
}
MultiAvgFn get_swa_multi_avg_fn() {
  return [](const std::vector<Tensor>& averaged, const std::vector<Tensor>& current, int64_t n) {
    for (size_t i = 0; i < averaged.size(); ++i)
      if (is_floating(averaged))
        averaged[i].lerp_(current[i], 1 / double(n + 1));
      else
        averaged[i].copy_(averaged[i] + (current[i] - averaged[i]) / double(n + 1));
  };
}

AveragedModelBase::AveragedModelBase(std::shared_ptr<nn::Module> copy, AveragedModelOptions options)
    : options_(std::move(options)), copy_(std::move(copy)) {
  if (options_.avg_fn() && options_.multi_avg_fn())
    fail_value("averaged_model: there are both an avg_fn and a multi_avg_fn");
  register_module("module", copy_);
  n_averaged = register_buffer("n_averaged", raw::zeros({}, kLong));
}

void AveragedModelBase::update_parameters(const nn::Module& model) {
  const NoGradGuard no_grad;
  const bool all = options_.use_buffers();
  const std::vector<Tensor> averaged = tensors_of(*copy_, all), current = tensors_of(model, all);
  check_alike(all ? "parameters and buffers" : "parameters", averaged, current);
  const std::vector<Tensor> buffers = copy_->buffers(), sources = model.buffers();
  check_alike("buffers", buffers, sources);

  const int64_t n = n_averaged.item<int64_t>();
  if (n == 0) {
    for (size_t i = 0; i < averaged.size(); ++i) averaged[i].copy_(current[i]);
  } else if (options_.avg_fn()) {
    for (size_t i = 0; i < averaged.size(); ++i)
      averaged[i].copy_(options_.avg_fn()(averaged[i], current[i], n));
  } else {
    const MultiAvgFn fn =
        options_.multi_avg_fn() ? options_.multi_avg_fn() : get_swa_multi_avg_fn();
    // In lists of one type each.
    std::vector<bool> done(averaged.size());
    for (size_t first = 0; first < averaged.size(); ++first) {
      if (done[first]) continue;
      std::vector<Tensor> into, from;
      for (size_t i = first; i < averaged.size(); ++i)
        if (averaged[i].dtype() == averaged[first].dtype()) {
          into.push_back(averaged[i]);
          from.push_back(current[i].to(averaged[i].dtype()));
          done[i] = true;
        }
      fn(into, from, n);
    }
  }
  if (!all)
    for (size_t i = 0; i < buffers.size(); ++i) buffers[i].copy_(sources[i]);
  n_averaged.add_(1);
}

namespace detail {
namespace {
template <class Norm>
void refresh(nn::Module& module, std::vector<std::function<void()>>& restore) {
  auto* norm = dynamic_cast<Norm*>(&module);
  if (!norm) return;
  norm->reset_running_stats();
  restore.push_back(
      [norm, momentum = norm->options.momentum()] { norm->options.momentum(momentum); });
  norm->options.momentum(std::nullopt);
}
}  // namespace

FreshStatistics::FreshStatistics(nn::Module& model)
    : model_(model), was_training_(model.is_training()) {
  model.apply([&](nn::Module& module) {
    refresh<nn::BatchNorm1dImpl>(module, restore_);
    refresh<nn::BatchNorm2dImpl>(module, restore_);
    refresh<nn::BatchNorm3dImpl>(module, restore_);
  });
  if (!empty()) model.train();
}
FreshStatistics::~FreshStatistics() {
  if (empty()) return;
  for (const auto& restore : restore_) restore();
  model_.train(was_training_);
}
}  // namespace detail

}  // namespace gradus::optim::swa_utils
