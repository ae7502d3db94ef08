#include "autograd/ops/nn/normalisation.h"
#include "nn/functional/normalisation.h"
#include "nn/layers/normalisation.h"
#include "nn/print.h"

namespace gradus::nn {

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
