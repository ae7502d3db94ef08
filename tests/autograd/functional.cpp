#include "autograd/functional.h"

#include <doctest/doctest.h>

#include <tuple>

#include "autograd/forward_ad.h"
#include "autograd/ops/image/image.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/nn/nn.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "autograd/ops/reduce/reduce.h"
#include "autograd/ops/view/view.h"
#include "tests/support.h"

using namespace gradus;
using namespace gradus::autograd::functional;
using autograd::variable_list;
namespace forward_ad = autograd::forward_ad;

namespace {

const Tensor x = vec({0.5, -1.25, 2.0});
const Tensor y = vec({1.5, -0.5, 0.25, 0.75, 1.0, -2.0}).view({2, 3});
const Tensor u = vec({1.0, -0.5, 0.25});
const Tensor w = vec({0.5, 1.0, -1.0, 2.0, 0.25, 0.75}).view({2, 3});

Tensor curve(const Tensor& t) { return (t.sin() * t.cumsum(0)).exp(); }
Tensor energy(const Tensor& t) { return (t.pow(3).sum() * t.prod()).tanh() + t.norm(); }
std::tuple<Tensor, Tensor> parts(const Tensor& a, const Tensor& b) {
  return {b.matmul(a), (b * a).softmax(-1)};
}
Tensor coupled(const Tensor& a, const Tensor& b) {
  return (b.matmul(a).exp().sum() + a.pow(4).sum()).log();
}

Tensor pushed(Tensor (*f)(const Tensor&), const std::pair<Tensor, Tensor>& a) {
  const forward_ad::dual_level level;
  return forward_ad::unpack_dual(f(forward_ad::make_dual(a.first, a.second))).tangent;
}
Tensor pushed(Tensor (*f)(const Tensor&, const Tensor&), const std::pair<Tensor, Tensor>& a,
              const std::pair<Tensor, Tensor>& b) {
  const forward_ad::dual_level level;
  return forward_ad::unpack_dual(
             f(forward_ad::make_dual(a.first, a.second), forward_ad::make_dual(b.first, b.second)))
      .tangent;
}
Tensor pushed_gradient() {
  const Tensor own = x.clone().requires_grad_();
  const forward_ad::dual_level level;
  const Tensor dual = forward_ad::make_dual(own, u);
  return forward_ad::unpack_dual(autograd::grad({energy(dual)}, {dual})[0]).tangent;
}

const ArrayCase cases[] = {
#include "tests/reference/functional.inc"
};

}  // namespace

TEST_CASE("functional: values are PyTorch's") {
  for (const ArrayCase& c : cases) {
    CAPTURE(c.text);
    const Values got = c.result();
    for (size_t i = 0; i < got.size(); ++i)
      CHECK(got[i] == doctest::Approx(c.values[i]).epsilon(1e-12));
  }
}

TEST_CASE("functional: what comes back follows what the function takes and gives") {
  const auto one = [](const Tensor& a) { return a * a; };
  const auto of_list = [](const variable_list& l) { return l[0] * l[1]; };
  const auto list = [](const Tensor& a) { return variable_list{a, 2 * a}; };
  static_assert(std::is_same_v<decltype(jacobian(one, x)), Tensor>);
  static_assert(std::is_same_v<decltype(jacobian(of_list, {x, x})), variable_list>);
  static_assert(std::is_same_v<decltype(jacobian(list, x)), variable_list>);
  static_assert(std::is_same_v<decltype(jacobian(parts, {x, y})), std::vector<variable_list>>);
  static_assert(std::is_same_v<decltype(vjp(one, x, u)), std::pair<Tensor, Tensor>>);
  static_assert(std::is_same_v<decltype(jvp(list, x, u)), std::pair<variable_list, variable_list>>);
  static_assert(std::is_same_v<decltype(hessian(coupled, {x, y})), std::vector<variable_list>>);
  CHECK(jacobian(of_list, {x, x})[1].equal(x.diag()));
  CHECK(jacobian(list, x)[1].equal(2 * eye(3, kDouble)));
  CHECK(jvp(list, x, u).second[1].equal(2 * u));
  CHECK(vjp(list, x, {u, u}).second.equal(3 * u));
  // An output without dims, an empty one.
  CHECK(jacobian(energy, x).sizes() == IntArrayRef({3}));
  CHECK(jacobian([](const Tensor& a) { return a.slice(0, 0, 0); }, x).sizes() ==
        IntArrayRef({0, 3}));
  CHECK(jacobian([](const Tensor& a) { return a.slice(0, 0, 0); }, x, false, false, true,
                 "forward-mode")
            .sizes() == IntArrayRef({0, 3}));
}

TEST_CASE("functional: inputs and results have no history, unless create_graph") {
  const Tensor own = x.clone().requires_grad_();
  const Tensor made = own * 1;
  CHECK(!jacobian(curve, made).requires_grad());
  CHECK(!vjp(curve, made, u).first.requires_grad());
  CHECK(!hvp(energy, made, u).second.requires_grad());
  CHECK(!jvp(curve, made, u).second.requires_grad());
  CHECK(!own.grad().defined());
  // Third derivatives: the trace of the Hessian, differentiated.
  const Tensor trace = hessian(energy, made, true).trace();
  const Tensor third = autograd::grad({trace}, {own})[0];
  const auto f = [](const Tensor& a) { return hessian(energy, a, true).trace(); };
  CHECK(autograd::gradcheck(f, {own}));
  CHECK(third.allclose(jacobian(f, x)));
  const auto products = [](const Tensor& a, const Tensor& v) {
    return variable_list{jvp(curve, a, v, true).second, vjp(curve, a, v, true).second,
                         hvp(energy, a, v, true).second, vhp(energy, a, v, true).second,
                         jacobian(curve, a, true, false, false, "forward-mode")};
  };
  CHECK(autograd::gradcheck(products, {own, u.clone().requires_grad_()}));
  // In no_grad mode too.
  const NoGradGuard no_grad;
  CHECK(jvp(curve, x, u).second.equal(jvp(curve, made, u).second));
}

TEST_CASE("functional: where nothing leads are zeros, or with strict an error") {
  const auto first = [](const Tensor& a, const Tensor&) { return a * 2; };
  const auto none = [](const Tensor& a) { return a.detach() * 2; };
  const auto linear = [](const Tensor& a) { return a.sum(); };
  CHECK(jacobian(first, {x, u})[1].equal(zeros({3, 3}, kDouble)));
  CHECK(jacobian(none, x).equal(zeros({3, 3}, kDouble)));
  CHECK(jvp(none, x, u).second.equal(zeros({3}, kDouble)));
  CHECK(vjp(none, x, u).second.equal(zeros({3}, kDouble)));
  CHECK(hessian(linear, x).equal(zeros({3, 3}, kDouble)));
  CHECK(vhp(linear, x, u).second.equal(zeros({3}, kDouble)));
  CHECK(hvp(linear, x, u).second.equal(zeros({3}, kDouble)));
  CHECK(jvp(linear, x, u, false, true).second.item<double>() == 0.75);

  CHECK(message([&] { jacobian(none, x, false, true); }) ==
        "jacobian: output 0 of the function does not depend on the inputs");
  CHECK(message([&] {
          jacobian(first, {x, u}, false, true);
        }) == "jacobian: nothing leads to input 1, which strict forbids");
  CHECK(message([&] {
          jvp(first, {x, u}, {u, u}, false, true);
        }) == "jvp: nothing leads to input 1, which strict forbids");
  CHECK(message([&] {
          vjp(first, {x, u}, u, false, true);
        }) == "vjp: nothing leads to input 1, which strict forbids");
  CHECK(message([&] { hessian(linear, x, false, true); }) ==
        "hessian: the gradient of input 0 does not depend on the inputs, which strict forbids");
  CHECK(message([&] { vhp(linear, x, u, false, true); }) ==
        "vhp: the gradient of input 0 does not depend on the inputs, which strict forbids");
}

TEST_CASE("functional: what is refused") {
  const Tensor whole = ones({2}, kLong);
  CHECK(
      message([&] { vjp(curve, x); }) ==
      "vjp: v may be left out for one output of one element, there are 1, the first of shape [3]");
  CHECK(message([&] { jvp(energy, x); }) ==
        "jvp: v may be left out for one input of one element, there are 1, the first of shape [3]");
  CHECK(message([&] { jvp(curve, x, w); }) == "jvp: v 0 has shape [2, 3], the input [3]");
  CHECK(message([&] { vjp(parts, {x, y}, {u}); }) == "vjp: v has 1 tensors, there are 2 outputs");
  CHECK(message([&] {
          vjp(parts, {x, y}, {u.slice(0, 0, 2), Tensor()});
        }) == "vjp: v 1 is undefined");
  CHECK(message([&] { hessian(curve, x); }) ==
        "hessian: the function gives shape [3], expected one element");
  CHECK(message([&] {
          vhp([](const Tensor& a) { return variable_list{a, a}; }, x, u);
        }) == "vhp: the function gives 2 tensors, expected 1");
  CHECK(message([&] { jacobian(curve, whole); }) ==
        "jacobian: input 0 has no gradient, its type is int64");
  CHECK(message([&] { jacobian(curve, Tensor()); }) == "jacobian: input 0 is undefined");
  CHECK(message([&] { jacobian(coupled, variable_list()); }) ==
        "jacobian: the list of inputs is empty");
  CHECK(message([&] { jacobian([](const Tensor& a) { return a > 0; }, x); }) ==
        "jacobian: output 0 of the function has no gradient, its type is bool");
  CHECK(message([&] { jacobian([](const Tensor&) { return Tensor(); }, x); }) ==
        "jacobian: output 0 of the function is undefined");
  CHECK(message([&] { jacobian([](const Tensor&) { return variable_list(); }, x); }) ==
        "jacobian: the function gives no tensor");
  CHECK(message([&] { jacobian(curve, x, false, false, false, "sideways"); }) ==
        "jacobian: the strategy is \"reverse-mode\" or \"forward-mode\", got \"sideways\"");
}

TEST_CASE("forward mode: both modes give the same Jacobian of any operation") {
  manual_seed(3);
  const Tensor a = randn({3, 4}, kDouble), b = randn({3, 4}, kDouble);
  const auto same = [&](auto f) {
    const auto reverse = jacobian(f, {a, b}),
               forward = jacobian(f, {a, b}, false, false, true, "forward-mode");
    for (size_t i = 0; i < 2; ++i) CHECK(reverse[i].allclose(forward[i], 1e-12, 1e-14));
  };
  using T = const Tensor&;
  same([](T p, T q) { return p.sigmoid() * q.tanh() / (1 + q * q); });
  same([](T p, T q) { return p.matmul(q.t()).softmax(0); });
  same([](T p, T q) { return layer_norm(cat({p, q.cumsum(1)}, 1), {8}); });
  same([](T p, T q) { return where(p > 0, p, q).amax(1) + std::get<0>(q.sort(1)).select(1, 2); });
  same([](T p, T q) {
    Tensor out = p * 2;
    out.slice(0, 1).mul_(q.slice(0, 1));
    out.t().select(0, 0).copy_(q.select(1, 1));
    return out;
  });
  same([](T p, T q) {
    return conv2d(p.view({1, 1, 3, 4}), q.slice(1, 0, 2).reshape({1, 1, 3, 2}));
  });
}

TEST_CASE("forward mode: dual tensors") {
  const Tensor p = x.clone();
  {
    const forward_ad::dual_level level;
    Tensor dual = forward_ad::make_dual(p, u);
    CHECK(dual.data_ptr() == p.data_ptr());
    CHECK(dual._fw_grad().equal(u));
    CHECK(forward_ad::unpack_dual(dual).tangent.equal(u));
    CHECK(!forward_ad::unpack_dual(dual).primal.requires_grad());
    CHECK(!forward_ad::unpack_dual(p).tangent.defined());
    CHECK(!forward_ad::unpack_dual(p * 2).tangent.defined());
    CHECK(forward_ad::unpack_dual(dual.floor()).tangent.equal(zeros({3}, kDouble)));
    CHECK(!forward_ad::unpack_dual(dual.detach()).tangent.defined());
    const Tensor square = dual * dual;
    CHECK(!square._fw_grad().requires_grad());
    CHECK(square._fw_grad().equal(2 * p * u));
    // Asked again, and for a part written in place.
    CHECK(square._fw_grad().equal(2 * p * u));
    Tensor out = square * 1;
    out.slice(0, 0, 1).mul_(dual.slice(0, 0, 1));
    CHECK(out._fw_grad()[0].item<double>() == 3 * 0.25);
    // An integer from a dual has none.
    CHECK(!forward_ad::unpack_dual(dual.argmax()).tangent.defined());
    const auto [primal, tangent] = _unpack_dual(_make_dual(p, w.select(0, 0), 0).exp(), 0);
    CHECK(primal.equal(p.exp()));
    CHECK(tangent.allclose(p.exp() * w.select(0, 0)));
    CHECK(message([] { forward_ad::enter_dual_level(); }) ==
          "enter_dual_level: the level is open already, and levels do not nest");
  }
  CHECK(message([&] { forward_ad::make_dual(p, u); }) ==
        "make_dual: no level is open, call enter_dual_level() first");
  CHECK(message([] { forward_ad::exit_dual_level(); }) == "exit_dual_level: no level is open");
  CHECK(!p._fw_grad().defined());
}

TEST_CASE("forward mode: no tangent outlives its level") {
  Tensor late;
  {
    const forward_ad::dual_level level;
    late = forward_ad::make_dual(x, u) * 2;
    CHECK(late._fw_grad().equal(2 * u));
  }
  CHECK(!late._fw_grad().defined());
  const forward_ad::dual_level another;
  CHECK(!late._fw_grad().defined());
}

TEST_CASE("forward mode: tangents have gradients, by leaves and by the tangents given") {
  const Tensor own = x.clone().requires_grad_(), v = u.clone().requires_grad_();
  const auto f = [](const Tensor& a, const Tensor& t) {
    const AutoGradMode recorded(true);
    const forward_ad::dual_level level;
    return forward_ad::unpack_dual(curve(forward_ad::make_dual(a, t))).tangent;
  };
  CHECK(f(own, v).requires_grad());
  CHECK(autograd::gradcheck(f, {own, v}));
  CHECK(autograd::gradgradcheck(f, {own, v}));
}

TEST_CASE("forward mode: what make_dual refuses") {
  const forward_ad::dual_level level;
  CHECK(message([] { forward_ad::make_dual(x, w); }) ==
        "make_dual: shapes differ, [3] and a tangent of [2, 3]");
  CHECK(message([] { forward_ad::make_dual(x, u.to(kFloat)); }) ==
        "make_dual: element types differ, float64 and a tangent of float32");
  CHECK(message([] { forward_ad::make_dual(ones({2}, kLong), ones({2}, kLong)); }) ==
        "make_dual: only floating point tensors have tangents, got int64");
  CHECK(message([] { forward_ad::make_dual(x, Tensor()); }) == "make_dual: a tensor is undefined");
  CHECK(message([] { forward_ad::make_dual(x, u, 1); }) ==
        "make_dual: there is one level, 0, got 1");
  const NoGradGuard no_grad;
  CHECK(message([] { forward_ad::make_dual(x, u); }) ==
        "make_dual: nothing is recorded in no_grad mode, and a tangent follows the record");
}

TEST_CASE("grad: batches of gradients, and zeros in the place of nothing") {
  const Tensor own = x.clone().requires_grad_(), other = ones({2}, kDouble).requires_grad_();
  const Tensor out = own * own;
  const auto dx = autograd::grad({out}, {own, other}, {eye(3, kDouble)}, true, false, true, true);
  CHECK(dx[0].equal((2 * x).diag()));
  CHECK(!dx[1].defined());
  const auto full = autograd::grad({out}, {own, other}, {u}, true, true, false, false, true);
  CHECK(full[1].equal(zeros({2}, kDouble)));
  CHECK(full[1].requires_grad());
  // Recorded, they have gradients.
  const Tensor rows = autograd::grad({out}, {own}, {w}, true, true, false, true)[0];
  CHECK(autograd::grad({rows}, {own}, {ones({2, 3}, kDouble)})[0].equal(2 * w.sum(0)));
  CHECK(
      autograd::grad({out}, {own}, {zeros({0, 3}, kDouble)}, true, false, false, true)[0].sizes() ==
      IntArrayRef({0, 3}));
  CHECK(message([&] {
          autograd::grad({out, own}, {own}, {w, zeros({3, 3}, kDouble)}, true, false, false, true);
        }) == "grad: batches of gradients differ in size, [2, 3] and [3, 3]");
  CHECK(message([&] { autograd::grad({out}, {own}, {Tensor()}, true, false, false, true); }) ==
        "grad: batch 0 of gradients is undefined");
  CHECK(message([&] { autograd::grad({out}, {own}, {}, true, false, false, true); }) ==
        "grad: expected one batch of gradients for each of 1 tensors, got 0");
  // The graph is freed after the last.
  autograd::grad({out}, {own}, {w}, false, false, false, true);
  CHECK(message([&] { out.sum().backward(); }).find("a second time") != std::string::npos);
}
