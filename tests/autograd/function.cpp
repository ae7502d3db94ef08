// Operations of the user's own.
#include "autograd/function.h"

#include <doctest/doctest.h>

#include "autograd/gradcheck.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "tests/support.h"

using namespace gradus;
using autograd::AutogradContext;
using autograd::variable_list;

namespace {

struct Cube : autograd::Function<Cube> {
  static Tensor forward(AutogradContext* ctx, Tensor x, int64_t factor) {
    ctx->save_for_backward({x});
    ctx->saved_data["factor"] = factor;
    return x * x * x * factor;
  }
  static variable_list backward(AutogradContext* ctx, variable_list dy) {
    const Tensor x = ctx->get_saved_variables()[0];
    return {dy[0] * 3 * ctx->saved_data["factor"].toInt() * x * x, Tensor()};
  }
};

struct SaveOutput : autograd::Function<SaveOutput> {
  static Tensor forward(AutogradContext* ctx, Tensor x) {
    const Tensor y = x.exp();
    ctx->save_for_backward({y});
    return y;
  }
  static variable_list backward(AutogradContext* ctx, variable_list dy) {
    return {dy[0] * ctx->get_saved_variables()[0]};
  }
};

struct SumAndSign : autograd::Function<SumAndSign> {
  static variable_list forward(AutogradContext* ctx, Tensor a, Tensor b) {
    Tensor s = (a + b).sign();
    ctx->mark_non_differentiable({s});
    return {a + b, s, a * 2};
  }
  static variable_list backward(AutogradContext* ctx, variable_list dy) {
    return {dy[0] + 2 * dy[2], ctx->needs_input_grad(1) ? dy[0] : Tensor()};
  }
};

struct Doubling : autograd::Function<Doubling> {
  static Tensor forward(AutogradContext* ctx, Tensor x) {
    x.mul_(2);
    ctx->mark_dirty({x});
    return x;
  }
  static variable_list backward(AutogradContext*, variable_list dy) { return {dy[0] * 2}; }
};

struct Scaling : autograd::Function<Scaling> {
  static Tensor forward(AutogradContext* ctx, Tensor x, Tensor by) {
    x.mul_(by);
    ctx->mark_dirty({x});
    return x;
  }
  static variable_list backward(AutogradContext*, variable_list dy) { return {dy[0], dy[0]}; }
};

struct WrongShape : autograd::Function<WrongShape> {
  static Tensor forward(AutogradContext*, Tensor x) { return x * 2; }
  static variable_list backward(AutogradContext*, variable_list) { return {ones({3}, kDouble)}; }
};

struct SinglePrecision : autograd::Function<SinglePrecision> {
  static Tensor forward(AutogradContext*, Tensor x) { return x * 2; }
  static variable_list backward(AutogradContext*, variable_list dy) {
    return {(dy[0] * 2).to(kFloat)};
  }
};

struct WrongCount : autograd::Function<WrongCount> {
  static Tensor forward(AutogradContext*, Tensor x, Tensor y) { return x + y; }
  static variable_list backward(AutogradContext*, variable_list dy) { return {dy[0]}; }
};

struct WrongGradient : autograd::Function<WrongGradient> {
  static Tensor forward(AutogradContext* ctx, Tensor x) {
    ctx->save_for_backward({x});
    return x.sin();
  }
  static variable_list backward(AutogradContext* ctx, variable_list dy) {
    return {dy[0] * ctx->get_saved_variables()[0].cos() * 1.01};
  }
};

}  // namespace

TEST_CASE("Function: arguments, saved tensors, orders") {
  const Tensor x = leaf({0.5, -2});
  const Tensor y = Cube::apply(x, 2);
  CHECK(y.grad_fn()->name() == "CubeBackward");
  y.sum().backward();
  CHECK(x.grad()[0].item<double>() == doctest::Approx(1.5));
  CHECK(message([&] { y.sum().backward(); }).find("a second time") != std::string::npos);
  const auto cube = [](const Tensor& t) { return Cube::apply(t, 3); };
  CHECK(autograd::gradcheck(cube, {leaf({0.5, -2})}));
  CHECK(autograd::gradgradcheck(cube, {leaf({0.5, -2})}));
  CHECK(autograd::gradgradcheck([](const Tensor& t) { return SaveOutput::apply(t); },
                                {leaf({0.5, -2})}));
  const NoGradGuard no_grad;
  CHECK_FALSE(Cube::apply(x, 2).requires_grad());
}

TEST_CASE("Function: several outputs") {
  const Tensor a = leaf({1, 2}), b = leaf({3, -4});
  const variable_list out = SumAndSign::apply(a, b);
  CHECK(out[0].requires_grad());
  CHECK_FALSE(out[1].requires_grad());
  CHECK(autograd::gradcheck(
      [](const Tensor& p, const Tensor& q) {
        const variable_list y = SumAndSign::apply(p, q);
        return variable_list{y[0], y[2]};
      },
      {leaf({1, 2}), leaf({3, -4})}));
}

TEST_CASE("Function: a dirty input") {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * 1;
  const Tensor y = Doubling::apply(h);
  CHECK(y.is_same(h));
  (y * y).sum().backward();
  CHECK(x.grad()[1].item<double>() == doctest::Approx(16));
  CHECK(message([&] { Doubling::apply(leaf({1})); }).find("leaf") != std::string::npos);
  // A view that alone requires no gradient.
  const Tensor hidden = [&] {
    const NoGradGuard no_grad;
    return vec({1, 2}).view({2, 1});
  }();
  CHECK(message([&] {
          Scaling::apply(hidden, x.view({2, 1}));
        }).find("made in no_grad") != std::string::npos);
}

namespace {
struct Same : autograd::Function<Same> {
  static Tensor forward(AutogradContext*, const Tensor& x) { return x; }
  static variable_list backward(AutogradContext*, variable_list dy) { return {dy[0] * 5}; }
};
}  // namespace

TEST_CASE("Function: an input returned is a view of it") {
  const Tensor x = leaf({1, 2}), a = x * 1;
  const Tensor y = Same::apply(a);
  CHECK(y.is_view());
  CHECK(values(autograd::grad({y.sum()}, {x}, {}, true)[0]) == Values{5, 5});
  CHECK(message([&] { y.add_(1); }) ==
        "add_: a view made by a custom function cannot be written in place");
  a.mul_(2);
  CHECK(
      message([&] { y.sum(); }) ==
      "grad_fn: a view made by a custom function has no history any more, its base was written in "
      "place");
}

TEST_CASE("Function: wrong backwards are told") {
  const Tensor x = leaf({1});
  CHECK(message([&] { WrongCount::apply(x, x).sum().backward(); }) ==
        "WrongCountBackward: backward returned 1 gradients, expected 2");
}

TEST_CASE("custom: an operation in one call") {
  const auto softsign = [](const Tensor& x) {
    return autograd::custom(
        "softsign", {x}, [](const variable_list& in) { return in[0] / (1 + in[0].abs()); },
        [](const Tensor& dy, const variable_list& in, const Tensor&) -> variable_list {
          return {dy / (1 + in[0].abs()).square()};
        });
  };
  CHECK(softsign(leaf({1})).grad_fn()->name() == "softsign");
  CHECK(autograd::gradcheck(softsign, {leaf({0.5, -2, 3})}));
  CHECK(autograd::gradgradcheck(softsign, {leaf({0.5, -2, 3})}));
}

TEST_CASE("gradcheck finds wrong gradients") {
  const auto wrong = [](const Tensor& x) { return WrongGradient::apply(x); };
  const std::string text = message([&] { autograd::gradcheck(wrong, {leaf({0.5, 0.1})}); });
  CHECK(text.find("gradcheck: the gradient of output 0 by input 0 is wrong in 2 of 4 elements; "
                  "worst at output [1] and input [1]: analytic 1.00495") == 0);
  autograd::GradcheckOptions fast;
  fast.fast_mode = true;
  CHECK(message([&] {
          autograd::gradcheck(wrong, {leaf({0.5, 0.1})}, fast);
        }).find("along random signs") != std::string::npos);
  fast.raise_exception = false;
  CHECK_FALSE(autograd::gradcheck(wrong, {leaf({0.5, 0.1})}, fast));
  // Off the tape but not constant.
  CHECK(message([] {
          autograd::gradcheck([](const Tensor& x) { return x.detach() * 2 + x * 0; }, {leaf({1})});
        }).find("analytic 0, numeric") != std::string::npos);
  // A kink.
  CHECK(message([] {
          autograd::gradcheck([](const Tensor& x) { return x.abs(); }, {leaf({1e-7})});
        }).find("a kink nearby") != std::string::npos);
  CHECK(message([] {
          autograd::gradcheck([](const Tensor& x) { return x; }, {ones({2}, kDouble)});
        }) == "gradcheck: no input requires grad");
  const Tensor x = leaf({0.5, 0.1});
  CHECK_THROWS(autograd::gradcheck(wrong, {x}));
  CHECK(x[0].item<double>() == 0.5);
}

TEST_CASE("gradients of another shape are refused, of another type turned") {
  const Tensor x = vec({1, 2}).requires_grad_();
  CHECK(message([&] {
          WrongShape::apply(x).sum().backward();
        }).find("the gradient of input 0 has shape [3], expected [2]") != std::string::npos);
  SinglePrecision::apply(x).sum().backward();
  CHECK((x.grad().dtype() == kDouble));
  CHECK(values(x.grad()) == Values{2, 2});
}
