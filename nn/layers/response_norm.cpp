#include "autograd/factories.h"
#include "autograd/ops/nn/normalisation.h"
#include "nn/functional/normalisation.h"
#include "nn/init.h"
#include "nn/layers/normalisation.h"
#include "nn/print.h"
#include "tensor/base/fail.h"

namespace gradus::nn {

template <int D, class Derived>
void InstanceNormImpl<D, Derived>::pretty_print(std::ostream& out) const {
  const std::string name = "InstanceNorm" + std::to_string(D) + "d";
  LayerLine(out, name.c_str())(options.num_features())("eps", options.eps())(
      "momentum", options.momentum())("affine", options.affine())("track_running_stats",
                                                                  options.track_running_stats());
}
template <int D, class Derived>
Tensor InstanceNormImpl<D, Derived>::forward(const Tensor& input) {
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
Tensor RMSNormImpl::forward(const Tensor& input) {
  return functional::rms_norm(input, options.normalized_shape(), weight, options.eps());
}

LocalResponseNormImpl::LocalResponseNormImpl(int64_t size)
    : LocalResponseNormImpl(LocalResponseNormOptions(size)) {}
LocalResponseNormImpl::LocalResponseNormImpl(const LocalResponseNormOptions& options_)
    : options(options_) {}
void LocalResponseNormImpl::reset() {}
void LocalResponseNormImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "LocalResponseNorm")(options.size())("alpha", options.alpha())(
      "beta", options.beta())("k", options.k());
}
Tensor LocalResponseNormImpl::forward(const Tensor& input) {
  return functional::local_response_norm(input, options);
}

CrossMapLRN2dImpl::CrossMapLRN2dImpl(int64_t size)
    : CrossMapLRN2dImpl(CrossMapLRN2dOptions(size)) {}
CrossMapLRN2dImpl::CrossMapLRN2dImpl(const CrossMapLRN2dOptions& options_) : options(options_) {}
void CrossMapLRN2dImpl::reset() {}
void CrossMapLRN2dImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "CrossMapLRN2d")(options.size())("alpha", options.alpha())("beta", options.beta())(
      "k", options.k());
}
Tensor CrossMapLRN2dImpl::forward(const Tensor& input) {
  return cross_map_lrn2d(input, options.size(), options.alpha(), options.beta(),
                         double(options.k()));
}

}  // namespace gradus::nn
