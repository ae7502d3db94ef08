#include "nn/layers/dropout.h"

#include "nn/functional/dropout.h"
#include "nn/print.h"
#include "tensor/fail.h"

namespace gradus::nn {
namespace detail {
void check_dropout(double p) {
  if (!(p >= 0 && p <= 1)) fail("dropout: p is {}, outside [0, 1]", p);
}
}  // namespace detail

Tensor DropoutImpl::forward(Tensor input) {
  return functional::dropout(input, functional::DropoutFuncOptions()
                                        .p(options.p())
                                        .training(is_training())
                                        .inplace(options.inplace()));
}
void DropoutImpl::pretty_print(std::ostream& out) const {
  Line(out, "Dropout")("p", options.p())("inplace", options.inplace());
}

Tensor Dropout1dImpl::forward(Tensor input) {
  return functional::dropout1d(input, functional::Dropout1dFuncOptions()
                                          .p(options.p())
                                          .training(is_training())
                                          .inplace(options.inplace()));
}
void Dropout1dImpl::pretty_print(std::ostream& out) const {
  Line(out, "Dropout1d")("p", options.p())("inplace", options.inplace());
}

Tensor Dropout2dImpl::forward(Tensor input) {
  return functional::dropout2d(input, functional::Dropout2dFuncOptions()
                                          .p(options.p())
                                          .training(is_training())
                                          .inplace(options.inplace()));
}
void Dropout2dImpl::pretty_print(std::ostream& out) const {
  Line(out, "Dropout2d")("p", options.p())("inplace", options.inplace());
}

Tensor Dropout3dImpl::forward(Tensor input) {
  return functional::dropout3d(input, functional::Dropout3dFuncOptions()
                                          .p(options.p())
                                          .training(is_training())
                                          .inplace(options.inplace()));
}
void Dropout3dImpl::pretty_print(std::ostream& out) const {
  Line(out, "Dropout3d")("p", options.p())("inplace", options.inplace());
}

Tensor AlphaDropoutImpl::forward(const Tensor& input) {
  return functional::alpha_dropout(input, functional::AlphaDropoutFuncOptions()
                                              .p(options.p())
                                              .training(is_training())
                                              .inplace(options.inplace()));
}
void AlphaDropoutImpl::pretty_print(std::ostream& out) const {
  Line(out, "AlphaDropout")("p", options.p())("inplace", options.inplace());
}

Tensor FeatureAlphaDropoutImpl::forward(const Tensor& input) {
  return functional::feature_alpha_dropout(input, functional::FeatureAlphaDropoutFuncOptions()
                                                      .p(options.p())
                                                      .training(is_training())
                                                      .inplace(options.inplace()));
}
void FeatureAlphaDropoutImpl::pretty_print(std::ostream& out) const {
  Line(out, "FeatureAlphaDropout")("p", options.p())("inplace", options.inplace());
}

}  // namespace gradus::nn
