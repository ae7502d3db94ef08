#include "nn/layers/linear.h"

#include <cmath>

#include "autograd/factories.h"
#include "nn/functional/linear.h"
#include "nn/init.h"
#include "nn/print.h"

namespace gradus::nn {

void IdentityImpl::pretty_print(std::ostream& out) const { LayerLine(out, "Identity"); }
Tensor IdentityImpl::forward(const Tensor& input) { return input; }

LinearImpl::LinearImpl(int64_t in_features, int64_t out_features)
    : LinearImpl(LinearOptions(in_features, out_features)) {}
LinearImpl::LinearImpl(const LinearOptions& options_) : options(options_) { reset(); }
void LinearImpl::reset() {
  weight = register_parameter("weight", empty({options.out_features(), options.in_features()}));
  if (options.bias())
    bias = register_parameter("bias", empty({options.out_features()}));
  else
    bias = register_parameter("bias", {}, /*requires_grad=*/false);
  reset_parameters();
}
void LinearImpl::reset_parameters() {
  init::kaiming_uniform_(weight, std::sqrt(5));
  if (!bias.defined()) return;
  const int64_t fan_in = options.in_features();
  const double bound = fan_in > 0 ? 1 / std::sqrt(double(fan_in)) : 0;
  init::uniform_(bias, -bound, bound);
}
void LinearImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "Linear")("in_features", options.in_features())(
      "out_features", options.out_features())("bias", options.bias());
}
Tensor LinearImpl::forward(const Tensor& input) {
  renew();
  return functional::linear(input, weight, bias);
}
Tensor* LinearImpl::member(std::string_view name) {
  return pick(name, {{"weight", &weight}, {"bias", &bias}});
}

BilinearImpl::BilinearImpl(int64_t in1_features, int64_t in2_features, int64_t out_features)
    : BilinearImpl(BilinearOptions(in1_features, in2_features, out_features)) {}
BilinearImpl::BilinearImpl(const BilinearOptions& options_) : options(options_) { reset(); }
void BilinearImpl::reset() {
  weight = register_parameter(
      "weight", empty({options.out_features(), options.in1_features(), options.in2_features()}));
  if (options.bias())
    bias = register_parameter("bias", empty({options.out_features()}));
  else
    bias = register_parameter("bias", {}, /*requires_grad=*/false);
  reset_parameters();
}
void BilinearImpl::reset_parameters() {
  const double bound = 1 / std::sqrt(double(options.in1_features()));
  init::uniform_(weight, -bound, bound);
  if (bias.defined()) init::uniform_(bias, -bound, bound);
}
void BilinearImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "Bilinear")("in1_features", options.in1_features())(
      "in2_features", options.in2_features())("out_features", options.out_features())(
      "bias", options.bias());
}
Tensor BilinearImpl::forward(const Tensor& input1, const Tensor& input2) {
  renew();
  return functional::bilinear(input1, input2, weight, bias);
}
Tensor* BilinearImpl::member(std::string_view name) {
  return pick(name, {{"weight", &weight}, {"bias", &bias}});
}

void FlattenImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "Flatten")("start_dim", options.start_dim())("end_dim", options.end_dim());
}
Tensor FlattenImpl::forward(const Tensor& input) {
  return input.flatten(options.start_dim(), options.end_dim());
}

UnflattenImpl::UnflattenImpl(int64_t dim, std::vector<int64_t> sizes)
    : Stateless(UnflattenOptions(dim, std::move(sizes))) {}
void UnflattenImpl::pretty_print(std::ostream& out) const {
  std::string sizes;
  for (int64_t s : options.sizes()) sizes += (sizes.empty() ? "" : ", ") + std::to_string(s);
  LayerLine(out, "Unflatten")("dim", options.dim())("unflattened_size", "{" + sizes + "}");
}
Tensor UnflattenImpl::forward(const Tensor& input) {
  return input.unflatten(options.dim(), options.sizes());
}

}  // namespace gradus::nn
