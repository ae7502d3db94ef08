#include "tensor/op_names.h"
#include "tests/diff/operations.h"

namespace diff {

// What op_names.h lists comes by itself.
void pointwise(Operations& all) {
  const Family ops{all};
#define ADD(name)                                        \
  ops.add<Self>(#name, [](auto x) { return x.name(); }); \
  ops.add<Self>(#name "_", [](auto x) { return x.name##_(); });
  GRADUS_UNARY_OPS(ADD)
#undef ADD
#define ADD(name) ops.add<Self>(#name, [](auto x) { return x.name(); });
  GRADUS_PREDICATE_OPS(ADD)
#undef ADD
#define ADD(name)                                                                   \
  ops.add<Self, Operand>(#name, [](auto x, auto y) { return x.name(y); });          \
  ops.add<Self, Number>(#name ".number", [](auto x, auto y) { return x.name(y); }); \
  ops.add<Self, Operand>(#name "_", [](auto x, auto y) { return x.name##_(y); });   \
  ops.add<Self, Number>(#name "_.number", [](auto x, auto y) { return x.name##_(y); });
  GRADUS_COMPARE_OPS(ADD)
  GRADUS_BINARY_OPS(ADD)
#undef ADD
#define ADD(name)                                                          \
  ops.add<Self, Operand>(#name, [](auto x, auto y) { return x.name(y); }); \
  ops.add<Self, Operand>(#name "_", [](auto x, auto y) { return x.name##_(y); });
  GRADUS_LOGICAL_OPS(ADD)
  GRADUS_BINARY_TENSOR_OPS(ADD)
#undef ADD
#define ADD(name) ops.add<Self, Operand>(#name, [](auto x, auto y) { return x.name(y); });
  GRADUS_BINARY_FUNCTIONAL_OPS(ADD)
#undef ADD

  ops.add<Self, Operand, Number>("add", [](auto x, auto y, auto a) { return x.add(y, a); });
  ops.add<Self, Operand, Number>("sub_", [](auto x, auto y, auto a) { return x.sub_(y, a); });
  ops.add<Self, Number>("rsub", [](auto x, auto a) { return a - x; });
  ops.add<Self, Number>("number/", [](auto x, auto a) { return a / x; });
  ops.add<Self, Operand>("div", [](auto x, auto y) { return x / y; });
  ops.add<Self, Operand>("div.floor", [](auto x, auto y) { return x.div(y, "floor"); });
  ops.add<Self, Operand>("div.trunc", [](auto x, auto y) { return x.div(y, "trunc"); });
  ops.add<Self, Operand>("div_", [](auto x, auto y) { return x.div_(y); });
  ops.add<Self, Number>("div.number", [](auto x, auto y) { return x / y; });
  ops.add<Self, Number, Number>("clamp", [](auto x, auto a, auto b) { return x.clamp(a, b); });
  ops.add<Self, Number, Number>("clamp_", [](auto x, auto a, auto b) { return x.clamp_(a, b); });
  ops.add<Self, Operand, Operand>("clamp.tensors",
                                  [](auto x, auto a, auto b) { return torch::clamp(x, a, b); });
  ops.add<Self, Number>("clamp_min", [](auto x, auto a) { return x.clamp_min(a); });
  ops.add<Self, Operand, Number>("lerp", [](auto x, auto y, auto w) { return x.lerp(y, w); });
  ops.add<Self, Operand, Operand>("lerp.tensor",
                                  [](auto x, auto y, auto w) { return x.lerp(y, w); });
  ops.add<Self, Operand, Operand, Number>(
      "addcmul", [](auto x, auto y, auto z, auto a) { return x.addcmul(y, z, a); });
  ops.add<Self, Operand, Operand, Number>(
      "addcdiv", [](auto x, auto y, auto z, auto a) { return x.addcdiv(y, z, a); });
  ops.add<Self, Signed>("round.decimals", [](auto x, auto n) { return x.round(n); });
  ops.add<Self, Small>("polygamma", [](auto x, auto n) { return x.polygamma(n); });
  ops.add<Self, Fraction>("logit", [](auto x, auto e) { return x.logit(e); });
  ops.add<Self, Fraction>("nan_to_num", [](auto x, auto v) { return x.nan_to_num(v); });
  ops.add<Self, Type>("to", [](auto x, auto t) { return x.to(t); });
  ops.add<Self, Operand>("isclose", [](auto x, auto y) { return x.isclose(y); });
  ops.add<Self, Operand>("copy_", [](auto x, auto y) { return x.copy_(y); });
  ops.add<Self, Number>("fill_", [](auto x, auto v) { return x.fill_(v); });
  ops.add<Self>("zero_", [](auto x) { return x.zero_(); });
  ops.add<Self>("clone", [](auto x) { return x.clone(); });
  ops.add<Self>("detach", [](auto x) { return x.detach(); });
  ops.add<Mask, Self, Operand>("where",
                               [](auto m, auto x, auto y) { return torch::where(m, x, y); });

  ops.add<Self>("relu6", [](auto x) { return torch::relu6(x); });
  ops.add<Self, Number>("leaky_relu", [](auto x, auto a) { return torch::leaky_relu(x, a); });
  ops.add<Self, Number>("elu", [](auto x, auto a) { return torch::elu(x, a); });
  ops.add<Self, Number>("elu_", [](auto x, auto a) { return torch::elu_(x, a); });
  ops.add<Self, Positive>("celu", [](auto x, auto a) { return torch::celu(x, a); });
  ops.add<Self>("selu", [](auto x) { return torch::selu(x); });
  ops.add<Self, Flag>("gelu",
                      [](auto x, auto tanh) { return torch::gelu(x, tanh ? "tanh" : "none"); });
  ops.add<Self>("silu", [](auto x) { return torch::silu(x); });
  ops.add<Self>("mish", [](auto x) { return torch::mish(x); });
  ops.add<Self, Positive, Number>("softplus",
                                  [](auto x, auto b, auto t) { return torch::softplus(x, b, t); });
  ops.add<Self>("log_sigmoid", [](auto x) { return torch::log_sigmoid(x); });
  ops.add<Self, Number>("hardshrink", [](auto x, auto l) { return torch::hardshrink(x, l); });
  ops.add<Self, Positive>("softshrink", [](auto x, auto l) { return torch::softshrink(x, l); });
  ops.add<Self, Number, Number>("hardtanh",
                                [](auto x, auto a, auto b) { return torch::hardtanh(x, a, b); });
  ops.add<Self>("hardsigmoid", [](auto x) { return torch::hardsigmoid(x); });
  ops.add<Self>("hardswish", [](auto x) { return torch::hardswish(x); });
  ops.add<Self, Number, Number>("threshold",
                                [](auto x, auto a, auto b) { return torch::threshold(x, a, b); });
  ops.add<Self, Dim>("glu", [](auto x, auto d) { return torch::glu(x, d); });
  ops.add<Self, Fraction>("dropout", [](auto x, auto p) { return torch::dropout(x, p / 3, true); });
  ops.add<Self>("bernoulli", [](auto x) { return x.bernoulli(); });
}

}  // namespace diff
