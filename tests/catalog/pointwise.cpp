#include "autograd/ops/pointwise/pointwise.h"

#include "tests/catalog.h"

namespace catalog {
namespace {

using gradus::Scalar;
using Unary = Tensor (Tensor::*)() const;
using Binary = Tensor (Tensor::*)(const Tensor&) const;

constexpr unsigned flat = Row::no_gradient;

void unary(Rows& rows, const std::string& name, Unary f, double lo, double hi,
           unsigned except = Row::nothing) {
  rows.push_back({name,
                  "torch." + name + "(a)",
                  {real({3, 4}, lo, hi)},
                  [f](const List& x) -> List { return {(x[0].*f)()}; },
                  except});
  rows.back().large = {real({300, 301}, lo, hi)};
}

// Both operands of one shape, and a column against a row.
void binary(Rows& rows, const std::string& name, Binary f, double lo, double hi,
            unsigned except = Row::nothing) {
  const auto call = [f](const List& x) -> List { return {(x[0].*f)(x[1])}; };
  const std::string python = "torch." + name + "(a, b)";
  rows.push_back({name, python, {real({3, 4}, lo, hi), real({3, 4}, lo, hi)}, call, except});
  rows.back().large = {real({300, 301}, lo, hi), real({300, 301}, lo, hi)};
  rows.push_back(
      {name + ".broadcast", python, {real({3, 1}, lo, hi), real({2, 1, 4}, lo, hi)}, call, except});
  rows.back().large = {real({300, 1}, lo, hi), real({301}, lo, hi)};
}

void integers(Rows& rows, const std::string& name, Binary f, int64_t lo, int64_t hi) {
  rows.push_back({name + ".int",
                  "torch." + name + "(a, b)",
                  {ints({3, 4}, -9, 9), ints({4}, lo, hi)},
                  [f](const List& x) -> List { return {(x[0].*f)(x[1])}; },
                  flat});
}

// The row of an operation again, under its other name.
void alias(Rows& rows, const std::string& name, const std::string& real,
           std::function<List(const List&)> f) {
  for (const Row& r : rows)
    if (r.name == real) {
      Row again = r;
      again.name = name;
      again.python.replace(again.python.find(real), real.size(), name);
      again.f = std::move(f);
      rows.push_back(again);
      return;
    }
}

}  // namespace

Rows pointwise_rows() {
  Rows rows;
  unary(rows, "abs", &Tensor::abs, -2, 2);
  unary(rows, "neg", &Tensor::neg, -2, 2);
  unary(rows, "sign", &Tensor::sign, -2, 2, flat);
  unary(rows, "square", &Tensor::square, -2, 2);
  unary(rows, "sqrt", &Tensor::sqrt, 0.2, 4);
  unary(rows, "rsqrt", &Tensor::rsqrt, 0.3, 4);
  unary(rows, "reciprocal", &Tensor::reciprocal, 0.4, 4);
  unary(rows, "exp", &Tensor::exp, -2, 2);
  unary(rows, "exp2", &Tensor::exp2, -2, 2);
  unary(rows, "expm1", &Tensor::expm1, -2, 2);
  unary(rows, "log", &Tensor::log, 0.3, 4);
  unary(rows, "log2", &Tensor::log2, 0.3, 4);
  unary(rows, "log10", &Tensor::log10, 0.3, 4);
  unary(rows, "log1p", &Tensor::log1p, -0.6, 4);
  unary(rows, "sin", &Tensor::sin, -4, 4);
  unary(rows, "cos", &Tensor::cos, -4, 4);
  unary(rows, "tan", &Tensor::tan, -1.2, 1.2);
  unary(rows, "asin", &Tensor::asin, -0.8, 0.8);
  unary(rows, "acos", &Tensor::acos, -0.8, 0.8);
  unary(rows, "atan", &Tensor::atan, -3, 3);
  unary(rows, "sinh", &Tensor::sinh, -2, 2);
  unary(rows, "cosh", &Tensor::cosh, -2, 2);
  unary(rows, "tanh", &Tensor::tanh, -2, 2);
  unary(rows, "asinh", &Tensor::asinh, -3, 3);
  unary(rows, "acosh", &Tensor::acosh, 1.4, 4);
  unary(rows, "atanh", &Tensor::atanh, -0.8, 0.8);
  unary(rows, "erf", &Tensor::erf, -2, 2);
  unary(rows, "erfc", &Tensor::erfc, -2, 2);
  unary(rows, "erfinv", &Tensor::erfinv, -0.8, 0.8);
  unary(rows, "sigmoid", &Tensor::sigmoid, -4, 4);
  unary(rows, "lgamma", &Tensor::lgamma, 0.4, 5);
  unary(rows, "digamma", &Tensor::digamma, 0.5, 5);
  unary(rows, "sinc", &Tensor::sinc, 0.2, 2);
  unary(rows, "i0", &Tensor::i0, -3, 3);
  unary(rows, "relu", &Tensor::relu, -2, 2);
  unary(rows, "ceil", &Tensor::ceil, -4, 4, flat);
  unary(rows, "floor", &Tensor::floor, -4, 4, flat);
  unary(rows, "round", &Tensor::round, -4, 4, flat);
  unary(rows, "trunc", &Tensor::trunc, -4, 4, flat);
  unary(rows, "frac", &Tensor::frac, -4, 4);
  unary(rows, "deg2rad", &Tensor::deg2rad, -180, 180);
  unary(rows, "rad2deg", &Tensor::rad2deg, -3, 3);
  unary(rows, "logical_not", &Tensor::logical_not, -2, 2, flat);
  unary(rows, "isnan", &Tensor::isnan, -2, 2, flat);
  unary(rows, "isinf", &Tensor::isinf, -2, 2, flat);
  unary(rows, "isfinite", &Tensor::isfinite, -2, 2, flat);
  unary(rows, "signbit", &Tensor::signbit, -2, 2, flat);

  binary(rows, "mul", &Tensor::mul, -2, 2);
  binary(rows, "pow", &Tensor::pow, 0.3, 3);
  binary(rows, "xlogy", &Tensor::xlogy, 0.3, 3);
  binary(rows, "atan2", &Tensor::atan2, 0.3, 3);
  binary(rows, "hypot", &Tensor::hypot, 0.3, 3);
  binary(rows, "copysign", &Tensor::copysign, 0.3, 3);
  binary(rows, "maximum", &Tensor::maximum, -2, 2);
  binary(rows, "minimum", &Tensor::minimum, -2, 2);
  binary(rows, "fmax", &Tensor::fmax, -2, 2);
  binary(rows, "fmin", &Tensor::fmin, -2, 2);
  binary(rows, "logaddexp", &Tensor::logaddexp, -2, 2);
  binary(rows, "logaddexp2", &Tensor::logaddexp2, -2, 2);
  binary(rows, "ldexp", &Tensor::ldexp, -2, 2);
  binary(rows, "fmod", &Tensor::fmod, 0.3, 3, Row::no_float);
  binary(rows, "remainder", &Tensor::remainder, 0.3, 3, Row::no_float);
  binary(rows, "floor_divide", &Tensor::floor_divide, 0.3, 3, flat | Row::no_float);
  binary(rows, "heaviside", &Tensor::heaviside, -2, 2, flat);
  binary(rows, "nextafter", &Tensor::nextafter, -2, 2, flat | Row::no_float);
  for (const auto& [name, f] : std::initializer_list<std::pair<const char*, Binary>>{
           {"eq", &Tensor::eq},
           {"ne", &Tensor::ne},
           {"lt", &Tensor::lt},
           {"le", &Tensor::le},
           {"gt", &Tensor::gt},
           {"ge", &Tensor::ge},
           {"logical_and", &Tensor::logical_and},
           {"logical_or", &Tensor::logical_or},
           {"logical_xor", &Tensor::logical_xor}}) {
    binary(rows, name, f, -2, 2, flat);
    integers(rows, name, f, -3, 3);
  }
  integers(rows, "mul", &Tensor::mul, -9, 9);
  integers(rows, "floor_divide", &Tensor::floor_divide, 1, 5);
  integers(rows, "remainder", &Tensor::remainder, -5, 0);
  integers(rows, "fmod", &Tensor::fmod, 1, 5);
  integers(rows, "pow", &Tensor::pow, 0, 5);
  integers(rows, "bitwise_and", &Tensor::bitwise_and, -9, 9);
  integers(rows, "bitwise_or", &Tensor::bitwise_or, -9, 9);
  integers(rows, "bitwise_xor", &Tensor::bitwise_xor, -9, 9);
  integers(rows, "bitwise_left_shift", &Tensor::bitwise_left_shift, 0, 9);
  integers(rows, "bitwise_right_shift", &Tensor::bitwise_right_shift, 0, 3);
  integers(rows, "gcd", &Tensor::gcd, -9, 9);
  integers(rows, "lcm", &Tensor::lcm, -9, 9);

#define ALIAS(name, real) \
  alias(rows, #name, #real, [](const List& x) -> List { return {x[0].name()}; });
  GRADUS_UNARY_ALIASES(ALIAS)
#undef ALIAS
#define ALIAS(name, real) \
  alias(rows, #name, #real, [](const List& x) -> List { return {x[0].name(x[1])}; });
  GRADUS_COMPARE_ALIASES(ALIAS)
  GRADUS_BINARY_ALIASES(ALIAS)
  GRADUS_BINARY_TENSOR_ALIASES(ALIAS)
#undef ALIAS

  const auto row = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::function<Tensor(const List&)> f, unsigned except = Row::nothing) {
    rows.push_back({name, python, std::move(inputs),
                    [f = std::move(f)](const List& x) -> List { return {f(x)}; }, except});
  };
  const Input m = real({3, 4}), p = real({3, 4}, 0.4, 3);
  row("add", "a + b", {m, m}, [](const List& x) { return x[0] + x[1]; });
  row("add.broadcast", "a + b", {real({3, 1}), real({4})},
      [](const List& x) { return x[0] + x[1]; });
  row("add.alpha", "torch.add(a, b, alpha=3)", {m, m},
      [](const List& x) { return x[0].add(x[1], 3); });
  row("add.number", "a + 1.5", {m}, [](const List& x) { return x[0] + 1.5; });
  row("add.int_float", "a + b", {ints({3, 4}, 0, 9), m}, [](const List& x) { return x[0] + x[1]; });
  row("sub", "a - b", {m, m}, [](const List& x) { return x[0] - x[1]; });
  row("sub.alpha", "torch.sub(a, b, alpha=2)", {m, m},
      [](const List& x) { return x[0].sub(x[1], 2); });
  row("rsub.number", "1.5 - a", {m}, [](const List& x) { return 1.5 - x[0]; });
  row("div", "a / b", {m, p}, [](const List& x) { return x[0] / x[1]; });
  row("div.broadcast", "a / b", {real({3, 1}), real({4}, 0.4, 3)},
      [](const List& x) { return x[0] / x[1]; });
  row(
      "div.int", "a / b", {ints({3, 4}, -9, 9), ints({4}, 1, 5)},
      [](const List& x) { return x[0] / x[1]; }, flat | Row::no_float);
  row(
      "div.floor", "torch.div(a, b, rounding_mode='floor')", {m, p},
      [](const List& x) { return x[0].div(x[1], "floor"); }, flat);
  row(
      "div.trunc", "torch.div(a, b, rounding_mode='trunc')", {m, p},
      [](const List& x) { return x[0].div(x[1], "trunc"); }, flat);
  row("rdiv.number", "2 / a", {p}, [](const List& x) { return 2 / x[0]; });
  row("mul.number", "a * 2.5", {m}, [](const List& x) { return x[0] * 2.5; });
  row("pow.number", "a ** 3", {m}, [](const List& x) { return x[0].pow(3); });
  for (const char* power : {"0.5", "-0.5", "-1", "2", "2.5"})
    row((std::string("pow.") + power).c_str(), (std::string("a ** ") + power).c_str(), {p},
        [power](const List& x) { return x[0].pow(std::atof(power)); });
  row(
      "pow.int_square", "a ** 2.0", {ints({3, 4}, -9, 9)},
      [](const List& x) { return x[0].pow(2.0); }, flat);
  row("max.other", "a.max(b)", {m, m}, [](const List& x) { return x[0].max(x[1]); });
  row("min.other", "a.min(b)", {m, real({4})}, [](const List& x) { return x[0].min(x[1]); });
  row("pow.base", "2 ** a", {m}, [](const List& x) { return gradus::pow(2, x[0]); });
  row(
      "round.decimals", "torch.round(a, decimals=2)", {m},
      [](const List& x) { return gradus::round(x[0], 2); }, flat | Row::no_float);
  // PyTorch computes trigamma to some ten digits only.
  row("polygamma.1", "torch.polygamma(1, a)", {p}, [](const List& x) { return x[0].polygamma(1); });
  rows.back().tolerance = 1e-8;
  row("polygamma.2", "torch.polygamma(2, a)", {p}, [](const List& x) { return x[0].polygamma(2); });
  row("polygamma.3", "torch.polygamma(3, a)", {p}, [](const List& x) { return x[0].polygamma(3); });
  row("polygamma.12", "torch.polygamma(12, a)", {real({3, 4}, 2, 3)},
      [](const List& x) { return x[0].polygamma(12); });
  // Between the poles at -3, -2, -1 and 0.
  const Input below = real({3, 4}, -0.9, -0.1), between = real({3, 4}, -2.8, -2.2);
  row("lgamma.negative", "torch.lgamma(a)", {below}, [](const List& x) { return x[0].lgamma(); });
  row("lgamma.further", "torch.lgamma(a)", {between}, [](const List& x) { return x[0].lgamma(); });
  row("digamma.negative", "torch.digamma(a)", {below},
      [](const List& x) { return x[0].digamma(); });
  row("digamma.further", "torch.digamma(a)", {between},
      [](const List& x) { return x[0].digamma(); });
  row("polygamma.1.negative", "torch.polygamma(1, a)", {between},
      [](const List& x) { return x[0].polygamma(1); });
  rows.back().tolerance = 1e-8;
  row("polygamma.2.negative", "torch.polygamma(2, a)", {between},
      [](const List& x) { return x[0].polygamma(2); });
  const Input far = real({3, 4}, -20, 20);
  row("i0.far", "torch.i0(a)", {far}, [](const List& x) { return x[0].i0(); });
  row("erfinv.near_one", "torch.erfinv(a)", {real({3, 4}, 0.78, 0.97)},
      [](const List& x) { return x[0].erfinv(); });
  row("mvlgamma", "torch.mvlgamma(a, 2)", {real({3, 4}, 1.2, 4)},
      [](const List& x) { return x[0].mvlgamma(2); });
  row("logit", "torch.logit(a)", {real({3, 4}, 0.1, 0.9)},
      [](const List& x) { return x[0].logit(); });
  row("logit.eps.crossed", "torch.logit(a, 0.6)", {real({3, 4}, 0.01, 0.99)},
      [](const List& x) { return x[0].logit(0.6); });
  rows.back().except = flat;
  row("logit.eps", "torch.logit(a, 0.2)", {real({3, 4}, 0.01, 0.99)},
      [](const List& x) { return x[0].logit(0.2); });
  row(
      "nan_to_num", "torch.nan_to_num(a / 0.0 * 0.0 + a)", {m},
      [](const List& x) { return gradus::nan_to_num(x[0] / 0.0 * 0.0 + x[0]); }, flat);
  row("clamp", "torch.clamp(a, -0.5, 1)", {m}, [](const List& x) { return x[0].clamp(-0.5, 1); });
  row("clamp.min", "torch.clamp(a, min=-0.5)", {m}, [](const List& x) { return x[0].clamp(-0.5); });
  row("clamp.max", "torch.clamp(a, max=0.5)", {m},
      [](const List& x) { return x[0].clamp_max(0.5); });
  row("clamp.tensors", "torch.clamp(a, b, c)", {m, real({4}, -2, 0), real({3, 1}, 0, 2)},
      [](const List& x) { return gradus::clamp(x[0], x[1], x[2]); });
  row("lerp", "torch.lerp(a, b, 0.3)", {m, m}, [](const List& x) { return x[0].lerp(x[1], 0.3); });
  row("lerp.tensor", "torch.lerp(a, b, c)", {m, m, real({4}, 0, 1)},
      [](const List& x) { return x[0].lerp(x[1], x[2]); });
  row("addcmul", "torch.addcmul(a, b, c, value=0.5)", {m, real({3, 1}), real({4})},
      [](const List& x) { return x[0].addcmul(x[1], x[2], 0.5); });
  row("addcdiv", "torch.addcdiv(a, b, c, value=0.5)", {m, m, p},
      [](const List& x) { return x[0].addcdiv(x[1], x[2], 0.5); });
  row("where", "torch.where(a, b, c)", {bools({3, 4}), m, real({4})},
      [](const List& x) { return gradus::where(x[0], x[1], x[2]); });
  row("where.number", "torch.where(a, b, 2.0)", {bools({3, 4}), m},
      [](const List& x) { return gradus::where(x[0], x[1], 2.0); });
  row(
      "isclose", "torch.isclose(a, a + 1e-9 * b)", {m, m},
      [](const List& x) { return gradus::isclose(x[0], x[0] + 1e-9 * x[1]); },
      flat | Row::no_float);
  // In place.
  row("mul_", "(a * 1).mul_(b)", {m, m}, [](const List& x) { return (x[0] * 1).mul_(x[1]); });
  row("mul_.self", "(lambda t: t.mul_(t.clone()))(a * 1)", {m}, [](const List& x) {
    Tensor t = x[0] * 1;
    return t.mul_(t);
  });
  row("exp_", "(a * 1).exp_()", {m}, [](const List& x) { return (x[0] * 1).exp_(); });
  row("pow_", "(a * 1).pow_(3)", {m}, [](const List& x) { return (x[0] * 1).pow_(3); });
  row("div_.broadcast", "(a * 1).div_(b)", {m, real({4}, 0.4, 3)},
      [](const List& x) { return (x[0] * 1).div_(x[1]); });
  row("add_.alpha", "(a * 1).add_(b, alpha=-0.5)", {m, real({4})},
      [](const List& x) { return (x[0] * 1).add_(x[1], -0.5); });
  row("addcmul_", "(a * 1).addcmul_(b, c)", {m, m, m},
      [](const List& x) { return (x[0] * 1).addcmul_(x[1], x[2]); });
  row("clamp_", "(a * 1).clamp_(-1, 1)", {m},
      [](const List& x) { return (x[0] * 1).clamp_(-1, 1); });
  row(
      "bitwise_not", "torch.bitwise_not(a)", {ints({3, 4}, -9, 9)},
      [](const List& x) { return x[0].bitwise_not(); }, flat);
  row(
      "bool.or", "a | b", {bools({3, 4}), bools({3, 4})}, [](const List& x) { return x[0] | x[1]; },
      flat);
  // Of both infinities and 0.
  row(
      "isposinf", "torch.isposinf(torch.trunc(a) / 0)", {m},
      [](const List& x) { return (x[0].trunc() / 0).isposinf(); }, flat);
  row(
      "isneginf", "torch.isneginf(torch.trunc(a) / 0)", {m},
      [](const List& x) { return (x[0].trunc() / 0).isneginf(); }, flat);
  row("scalar.zero_dim", "a * b", {real({}), real({})}, [](const List& x) { return x[0] * x[1]; });
  // Where there is nothing to divide.
  const Input nothing = ints({0, 3}, 0, 1);
  row(
      "div.floor.empty", "torch.div(a, 0, rounding_mode='floor')", {nothing},
      [](const List& x) { return x[0].div(0, "floor"); }, flat);
  row(
      "div.trunc.empty", "torch.div(a, 0, rounding_mode='trunc')", {nothing},
      [](const List& x) { return x[0].div(0, "trunc"); }, flat);
  row(
      "floor_divide.empty", "a // b", {nothing, ints({1}, 0, 1)},
      [](const List& x) { return x[0].floor_divide(x[1]); }, flat);
  row(
      "remainder.empty", "a % 0", {nothing}, [](const List& x) { return x[0].remainder(0); }, flat);
  row(
      "fmod_.empty", "a.clone().fmod_(b)", {nothing, ints({3}, 0, 1)},
      [](const List& x) { return x[0].clone().fmod_(x[1]); }, flat);
  row("scalar.empty", "a * b", {real({0, 3}), real({3})},
      [](const List& x) { return x[0] * x[1]; });
  return rows;
}

}  // namespace catalog
