#include "nn/layers/dropout.h"

#include "nn/functional/dropout.h"
#include "nn/print.h"
#include "tensor/base/fail.h"

namespace gradus::nn {
namespace detail {
void check_dropout(double p) {
  if (!(p >= 0 && p <= 1)) fail("dropout: p is {}, outside [0, 1]", p);
}
}  // namespace detail

namespace {

// A layer's options as its function takes them.
template <class FuncOptions>
FuncOptions function_options(const DropoutOptions& options, bool training) {
  return FuncOptions().p(options.p()).training(training).inplace(options.inplace());
}
void print_dropout(std::ostream& out, const char* name, const DropoutOptions& options) {
  LayerLine(out, name)("p", options.p())("inplace", options.inplace());
}

}  // namespace

Tensor DropoutImpl::forward(Tensor input) {
  return functional::dropout(
      input, function_options<functional::DropoutFuncOptions>(options, is_training()));
}
void DropoutImpl::pretty_print(std::ostream& out) const { print_dropout(out, "Dropout", options); }

Tensor Dropout1dImpl::forward(Tensor input) {
  return functional::dropout1d(
      input, function_options<functional::Dropout1dFuncOptions>(options, is_training()));
}
void Dropout1dImpl::pretty_print(std::ostream& out) const {
  print_dropout(out, "Dropout1d", options);
}

Tensor Dropout2dImpl::forward(Tensor input) {
  return functional::dropout2d(
      input, function_options<functional::Dropout2dFuncOptions>(options, is_training()));
}
void Dropout2dImpl::pretty_print(std::ostream& out) const {
  print_dropout(out, "Dropout2d", options);
}

Tensor Dropout3dImpl::forward(Tensor input) {
  return functional::dropout3d(
      input, function_options<functional::Dropout3dFuncOptions>(options, is_training()));
}
void Dropout3dImpl::pretty_print(std::ostream& out) const {
  print_dropout(out, "Dropout3d", options);
}

Tensor AlphaDropoutImpl::forward(const Tensor& input) {
  return functional::alpha_dropout(
      input, function_options<functional::AlphaDropoutFuncOptions>(options, is_training()));
}
void AlphaDropoutImpl::pretty_print(std::ostream& out) const {
  print_dropout(out, "AlphaDropout", options);
}

Tensor FeatureAlphaDropoutImpl::forward(const Tensor& input) {
  return functional::feature_alpha_dropout(
      input, function_options<functional::FeatureAlphaDropoutFuncOptions>(options, is_training()));
}
void FeatureAlphaDropoutImpl::pretty_print(std::ostream& out) const {
  print_dropout(out, "FeatureAlphaDropout", options);
}

}  // namespace gradus::nn
