#include "nn/layers/normalisation.h"

#include "autograd/factories.h"
#include "nn/functional/normalisation.h"
#include "nn/init.h"
#include "nn/print.h"
#include "tensor/base/fail.h"

namespace gradus::nn {

template <class Derived, class Options>
NormImplBase<Derived, Options>::NormImplBase(const Options& options_) : options(options_) {
  NormImplBase::reset();
}

template <class Derived, class Options>
void NormImplBase<Derived, Options>::reset() {
  const int64_t n = options.num_features();
  const bool affine = options.affine(), tracked = options.track_running_stats();
  weight = this->register_parameter("weight", affine ? empty({n}) : Tensor(), affine);
  bias = this->register_parameter("bias", affine ? empty({n}) : Tensor(), affine);
  running_mean = this->register_buffer("running_mean", tracked ? zeros({n}) : Tensor());
  running_var = this->register_buffer("running_var", tracked ? ones({n}) : Tensor());
  num_batches_tracked =
      this->register_buffer("num_batches_tracked", tracked ? zeros({}, kLong) : Tensor());
  reset_parameters();
}

template <class Derived, class Options>
void NormImplBase<Derived, Options>::reset_running_stats() {
  if (!options.track_running_stats()) return;
  running_mean.zero_();
  running_var.fill_(1);
  num_batches_tracked.zero_();
}

template <class Derived, class Options>
Tensor* NormImplBase<Derived, Options>::member(std::string_view name) {
  return this->pick(name, {{"weight", &weight},
                           {"bias", &bias},
                           {"running_mean", &running_mean},
                           {"running_var", &running_var},
                           {"num_batches_tracked", &num_batches_tracked}});
}

template <class Derived, class Options>
void NormImplBase<Derived, Options>::reset_parameters() {
  reset_running_stats();
  if (!options.affine()) return;
  init::ones_(weight);
  init::zeros_(bias);
}

namespace {

void print_norm(std::ostream& out, const char* name, const BatchNormOptions& options) {
  LayerLine line(out, name);
  line(options.num_features())("eps", options.eps());
  if (options.momentum())
    line("momentum", *options.momentum());
  else
    line("momentum", "None");
  line("affine", options.affine())("track_running_stats", options.track_running_stats());
}
template <class Layer>
Tensor normalised(Layer& layer, const Tensor& input) {
  const BatchNormOptions& options = layer.options;
  const bool training = layer.is_training(), tracked = options.track_running_stats();
  double momentum = options.momentum().value_or(0);
  if (training && tracked && layer.num_batches_tracked.defined()) {
    layer.num_batches_tracked += 1;
    if (!options.momentum()) momentum = 1 / layer.num_batches_tracked.item().toDouble();
  }
  if (training && layer.statistics)
    return layer.statistics->normalise(input, layer.running_mean, layer.running_var, layer.weight,
                                       layer.bias, momentum, options.eps());
  return functional::batch_norm(input, layer.running_mean, layer.running_var, layer.weight,
                                layer.bias, training || !tracked, momentum, options.eps());
}

}  // namespace

template <int D, class Derived>
void BatchNormImplBase<D, Derived>::pretty_print(std::ostream& out) const {
  const std::string name = "BatchNorm" + std::to_string(D) + "d";
  print_norm(out, this->statistics ? "SyncBatchNorm" : name.c_str(), this->options);
}

template <int D, class Derived>
Tensor BatchNormImplBase<D, Derived>::forward(const Tensor& input) {
  this->renew();
  constexpr int64_t low = D == 1 ? 2 : D + 2, high = D + 2;
  if (input.dim() < low || input.dim() > high)
    fail("BatchNorm{}d: the input needs {}{} dims, got shape {}", D, D == 1 ? "2 or " : "", high,
         input.sizes());
  return normalised(*this, input);
}

template class NormImplBase<SyncBatchNormImpl, BatchNormOptions>;
void SyncBatchNormImpl::pretty_print(std::ostream& out) const {
  print_norm(out, "SyncBatchNorm", options);
}
Tensor SyncBatchNormImpl::forward(const Tensor& input) {
  renew();
  if (input.dim() < 2)
    fail("SyncBatchNorm: the input needs 2 dims or more, got shape {}", input.sizes());
  return normalised(*this, input);
}

#define GRADUS_NORMS(D)                                                     \
  template class NormImplBase<BatchNorm##D##dImpl, BatchNormOptions>;       \
  template class NormImplBase<InstanceNorm##D##dImpl, InstanceNormOptions>; \
  template class BatchNormImplBase<D, BatchNorm##D##dImpl>;
GRADUS_NORMS(1)
GRADUS_NORMS(2)
GRADUS_NORMS(3)
#undef GRADUS_NORMS

LayerNormImpl::LayerNormImpl(LayerNormOptions options_) : options(std::move(options_)) { reset(); }
void LayerNormImpl::reset() {
  const bool affine = options.elementwise_affine();
  const IntArrayRef shape = options.normalized_shape();
  weight = register_parameter("weight", affine ? empty(shape) : Tensor(), affine);
  const bool biased = affine && options.bias();
  bias = register_parameter("bias", biased ? empty(shape) : Tensor(), biased);
  reset_parameters();
}
void LayerNormImpl::reset_parameters() {
  if (weight.defined()) init::ones_(weight);
  if (bias.defined()) init::zeros_(bias);
}
void LayerNormImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "LayerNorm")(IntArrayRef(options.normalized_shape()))("eps", options.eps())(
      "elementwise_affine", options.elementwise_affine());
}
Tensor* LayerNormImpl::member(std::string_view name) {
  return pick(name, {{"weight", &weight}, {"bias", &bias}});
}
Tensor LayerNormImpl::forward(const Tensor& input) {
  renew();
  return functional::layer_norm(input, functional::LayerNormFuncOptions(options.normalized_shape())
                                           .weight(weight)
                                           .bias(bias)
                                           .eps(options.eps()));
}

GroupNormImpl::GroupNormImpl(int64_t num_groups, int64_t num_channels)
    : GroupNormImpl(GroupNormOptions(num_groups, num_channels)) {}
GroupNormImpl::GroupNormImpl(const GroupNormOptions& options_) : options(options_) { reset(); }
void GroupNormImpl::reset() {
  const bool affine = options.affine();
  const int64_t n = options.num_channels();
  weight = register_parameter("weight", affine ? empty({n}) : Tensor(), affine);
  bias = register_parameter("bias", affine ? empty({n}) : Tensor(), affine);
  reset_parameters();
}
void GroupNormImpl::reset_parameters() {
  if (!options.affine()) return;
  init::ones_(weight);
  init::zeros_(bias);
}
void GroupNormImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "GroupNorm")(options.num_groups())(options.num_channels())("eps", options.eps())(
      "affine", options.affine());
}
Tensor* GroupNormImpl::member(std::string_view name) {
  return pick(name, {{"weight", &weight}, {"bias", &bias}});
}
Tensor GroupNormImpl::forward(const Tensor& input) {
  renew();
  return functional::group_norm(input, functional::GroupNormFuncOptions(options.num_groups())
                                           .weight(weight)
                                           .bias(bias)
                                           .eps(options.eps()));
}

template <int D, class Derived>
void InstanceNormImpl<D, Derived>::pretty_print(std::ostream& out) const {
  const std::string name = "InstanceNorm" + std::to_string(D) + "d";
  LayerLine(out, name.c_str())(options.num_features())("eps", options.eps())(
      "momentum", options.momentum())("affine", options.affine())("track_running_stats",
                                                                  options.track_running_stats());
}
template <int D, class Derived>
Tensor InstanceNormImpl<D, Derived>::forward(const Tensor& input) {
  this->renew();
  const bool batched = input.dim() == D + 2;
  if (!batched && input.dim() != D + 1)
    fail("InstanceNorm{}d: the input needs {} or {} dims, got shape {}", D, D + 1, D + 2,
         input.sizes());
  const auto o = functional::InstanceNormFuncOptions()
                     .running_mean(running_mean)
                     .running_var(running_var)
                     .weight(weight)
                     .bias(bias)
                     .use_input_stats(this->is_training() || !options.track_running_stats())
                     .momentum(options.momentum())
                     .eps(options.eps());
  if (batched) return functional::instance_norm(input, o);
  return functional::instance_norm(input.unsqueeze(0), o).squeeze(0);
}

template class InstanceNormImpl<1, InstanceNorm1dImpl>;
template class InstanceNormImpl<2, InstanceNorm2dImpl>;
template class InstanceNormImpl<3, InstanceNorm3dImpl>;

RMSNormImpl::RMSNormImpl(RMSNormOptions options_) : options(std::move(options_)) { reset(); }
void RMSNormImpl::reset() {
  const bool affine = options.elementwise_affine();
  weight = register_parameter(
      "weight", affine ? gradus::empty(options.normalized_shape()) : Tensor(), affine);
  reset_parameters();
}
void RMSNormImpl::reset_parameters() {
  if (options.elementwise_affine()) init::ones_(weight);
}
void RMSNormImpl::pretty_print(std::ostream& out) const {
  LayerLine line(out, "RMSNorm");
  line(IntArrayRef(options.normalized_shape()));
  if (options.eps())
    line("eps", *options.eps());
  else
    line("eps", "None");
  line("elementwise_affine", options.elementwise_affine());
}
Tensor* RMSNormImpl::member(std::string_view name) { return pick(name, {{"weight", &weight}}); }
Tensor RMSNormImpl::forward(const Tensor& input) {
  renew();
  return functional::rms_norm(input, options.normalized_shape(), weight, options.eps());
}

}  // namespace gradus::nn
