// Operations on lists of tensors, powers in double, parts of numbers, and writes in place.
#include "autograd/ops/pointwise/foreach.h"

#include "autograd/ops/inplace.h"
#include "autograd/ops/pointwise/arithmetic.h"
#include "tests/catalog.h"

namespace catalog {

using namespace gradus;

Rows foreach_rows() {
  Rows rows;
  const auto row = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::function<List(const List&)> f, unsigned except = Row::nothing) {
    rows.push_back({name, python, std::move(inputs), std::move(f), except});
  };
  const Input m = real({3, 4}), p = real({2, 3}, 0.3, 3), c = real({3, 4}, 0.3, 2),
              d = real({2, 3}, 0.3, 2), e = real({3, 4}, 0.3, 1), f = real({2, 3}, 0.3, 1);
  using One = std::vector<Tensor> (*)(TensorList);
  const auto one = [&](const char* name, One each, unsigned except = Row::nothing) {
    const std::string python = std::string("torch.") + name + "([a, b])";
    row(
        name, python.c_str(), {c, d}, [each](const List& x) { return each(TensorList(x)); },
        except);
  };
  one("_foreach_sqrt", _foreach_sqrt);
  one("_foreach_exp", _foreach_exp);
  one("_foreach_neg", _foreach_neg);
  one("_foreach_abs", _foreach_abs);
  one("_foreach_log", _foreach_log);
  one("_foreach_sigmoid", _foreach_sigmoid);
  one("_foreach_tanh", _foreach_tanh);
  one("_foreach_reciprocal", _foreach_reciprocal);
  one("_foreach_max", _foreach_max);
  one("_foreach_sign", _foreach_sign, Row::no_gradient);
  const auto first = [](const List& x) { return TensorList(x.data(), 2); };
  const auto second = [](const List& x) { return TensorList(x.data() + 2, 2); };
  const auto third = [](const List& x) { return TensorList(x.data() + 4, 2); };
  static const Scalar numbers[] = {2, 0.5};
  row("_foreach_add", "torch._foreach_add([a, b], [c, d], alpha=2)", {m, p, c, d},
      [=](const List& x) { return _foreach_add(first(x), second(x), 2); });
  row("_foreach_add.number", "torch._foreach_add([a, b], 1.5)", {m, p},
      [=](const List& x) { return _foreach_add(first(x), 1.5); });
  row("_foreach_add.numbers", "torch._foreach_add([a, b], [2, 0.5])", {m, p},
      [=](const List& x) { return _foreach_add(first(x), ScalarList(numbers)); });
  row("_foreach_add.tensor", "[x + 3 * c for x in (a, b)]", {m, p, real({})},
      [=](const List& x) { return _foreach_add(first(x), x[2], 3); });
  row("_foreach_sub", "torch._foreach_sub([a, b], [c, d])", {m, p, c, d},
      [=](const List& x) { return _foreach_sub(first(x), second(x)); });
  row("_foreach_mul", "torch._foreach_mul([a, b], [c, d])", {m, p, c, d},
      [=](const List& x) { return _foreach_mul(first(x), second(x)); });
  row("_foreach_mul.tensor", "[x * c for x in (a, b)]", {m, p, real({})},
      [=](const List& x) { return _foreach_mul(first(x), x[2]); });
  row("_foreach_div", "torch._foreach_div([a, b], [c, d])", {m, p, c, d},
      [=](const List& x) { return _foreach_div(first(x), second(x)); });
  row("_foreach_div.numbers", "torch._foreach_div([a, b], [2, 0.5])", {m, p},
      [=](const List& x) { return _foreach_div(first(x), ScalarList(numbers)); });
  row("_foreach_pow", "torch._foreach_pow([a, b], [2, 0.5])", {c, d},
      [=](const List& x) { return _foreach_pow(first(x), ScalarList(numbers)); });
  row("_foreach_pow.base", "torch._foreach_pow(2, [a, b])", {c, d},
      [=](const List& x) { return _foreach_pow(Scalar(2), first(x)); });
  row("_foreach_maximum", "torch._foreach_maximum([a, b], [c, d])", {m, p, c, d},
      [=](const List& x) { return _foreach_maximum(first(x), second(x)); });
  row("_foreach_minimum.number", "torch._foreach_minimum([a, b], 0.7)", {m, p},
      [=](const List& x) { return _foreach_minimum(first(x), 0.7); });
  row("_foreach_clamp_min", "torch._foreach_clamp_min([a, b], 0.2)", {m, p},
      [=](const List& x) { return _foreach_clamp_min(first(x), 0.2); });
  row("_foreach_addcmul", "torch._foreach_addcmul([a, b], [c, d], [e, f], 0.5)", {m, p, c, d, e, f},
      [=](const List& x) { return _foreach_addcmul(first(x), second(x), third(x), 0.5); });
  row("_foreach_addcdiv", "torch._foreach_addcdiv([a, b], [c, d], [e, f], [2, 0.5])",
      {m, p, c, d, e, f}, [=](const List& x) {
        return _foreach_addcdiv(first(x), second(x), third(x), ScalarList(numbers));
      });
  row("_foreach_lerp", "torch._foreach_lerp([a, b], [c, d], 0.3)", {m, p, c, d},
      [=](const List& x) { return _foreach_lerp(first(x), second(x), 0.3); });
  row("_foreach_lerp.tensors", "torch._foreach_lerp([a, b], [c, d], [e, f])", {m, p, c, d, e, f},
      [=](const List& x) { return _foreach_lerp(first(x), second(x), third(x)); });
  row("_foreach_norm", "torch._foreach_norm([a, b])", {m, p},
      [=](const List& x) { return _foreach_norm(first(x)); });
  row("_foreach_norm.1", "torch._foreach_norm([a, b], 1)", {m, p},
      [=](const List& x) { return _foreach_norm(first(x), 1); });

  row(
      "float_power", "torch.float_power(a, b)", {c, e},
      [](const List& x) -> List { return {x[0].float_power(x[1])}; }, Row::no_float);
  row(
      "float_power.number", "torch.float_power(a, 3)", {m},
      [](const List& x) -> List { return {float_power(x[0], 3)}; }, Row::no_float);
  row(
      "float_power.base", "torch.float_power(2, a)", {m},
      [](const List& x) -> List { return {float_power(Scalar(2), x[0])}; }, Row::no_float);
  row(
      "float_power.int", "torch.float_power(a, -2)", {ints({3, 4}, 1, 9)},
      [](const List& x) -> List { return {float_power(x[0], -2)}; }, Row::no_gradient);
  row("frexp", "torch.frexp(a)", {m}, [](const List& x) -> List {
    const auto [mantissa, exponent] = frexp(x[0]);
    return {mantissa, exponent};
  });
  row(
      "angle", "torch.angle(a)", {m}, [](const List& x) -> List { return {angle(x[0])}; },
      Row::no_gradient);

  const auto written = [&](const char* name, const char* python, Input a,
                           std::function<Tensor(Tensor)> g) {
    row(name, python, {std::move(a)},
        [g = std::move(g)](const List& x) -> List { return {g(x[0].mul(1))}; });
  };
  written("nan_to_num_", "a.mul(1).nan_to_num_(0.5)", m,
          [](Tensor x) { return nan_to_num_(x, 0.5); });
  written("logit_", "a.mul(1).logit_()", real({3, 4}, 0.1, 0.9),
          [](Tensor x) { return logit_(x); });
  written("clamp_.function", "torch.clamp_(a.mul(1), -0.5, 0.7)", m,
          [](Tensor x) { return clamp_(x, Scalar(-0.5), Scalar(0.7)); });
  written("polygamma_", "a.mul(1).polygamma_(2)", c, [](Tensor x) { return x.polygamma_(2); });
  written("mvlgamma_", "a.mul(1).mvlgamma_(2)", real({3, 4}, 1.2, 4),
          [](Tensor x) { return x.mvlgamma_(2); });
  row("igamma_", "a.clone().igamma_(b)", {fixed({3, 4}, 0.3, 2), c},
      [](const List& x) -> List { return {x[0].clone().igamma_(x[1])}; });
  return rows;
}

}  // namespace catalog
