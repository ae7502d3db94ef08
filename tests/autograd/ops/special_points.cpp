// What PyTorch gives at kinks, poles, ties and zeros; see tests/reference/special_points_cases.h.
#include <doctest/doctest.h>
#include <torch/torch.h>

#include "tests/reference/special_points_cases.h"
#include "tests/support.h"
#include "tests/table.h"

using namespace gradus;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan_ = std::numeric_limits<double>::quiet_NaN();

std::vector<special_points::Result> expected_results() {
  std::vector<special_points::Result> all;
  for (const test::Cell& row : test::read_table("special_points.txt")) {
    all.push_back({row[0].text, {}});
    for (const test::Cell& order : row[1].items) all.back().orders.push_back(order.numbers());
  }
  return all;
}

// Where PyTorch has no derivative any will do; those that are better than none are below. So are
// quantiles between equal infinities.
bool near(double got, double want, size_t order, bool is_quantile) {
  if (std::isnan(want)) return std::isnan(got) || order > 0 || is_quantile;
  return got == want || std::abs(got - want) <= 1e-7 * (1 + std::abs(want));
}

// What f gives at x, its gradient and (of the sum of that) the gradient's gradient.
void check_orders(const std::function<Tensor(const special_points::List&)>& f,
                  const std::vector<Values>& x, const Values& value,
                  const std::vector<Values>& first, const std::vector<Values>& second) {
  special_points::List leaves;
  for (const Values& v : x) leaves.push_back(special_points::numbers(v).requires_grad_());
  const auto check = [](const Tensor& t, const Values& want) {
    const Values got = values(t);
    REQUIRE(got.size() == want.size());
    for (size_t i = 0; i < got.size(); ++i)
      if (!(std::isnan(want[i]) || got[i] == want[i] ||
            std::abs(got[i] - want[i]) <= (want[i] == 0 ? 1e-15 : 1e-9 * std::abs(want[i]))))
        FAIL_CHECK("element " << i << ": got " << got[i] << ", expected " << want[i]);
  };
  const Tensor y = f(leaves);
  check(y, value);
  const auto plain = autograd::grad({y.sum()}, leaves, {}, true);
  const auto dx = autograd::grad({y.sum()}, leaves, {}, true, true);
  Tensor sum = zeros({}, kDouble);
  for (size_t k = 0; k < leaves.size(); ++k) {
    CAPTURE(k);
    check(plain[k], first[k]);
    check(dx[k], first[k]);
    sum = sum + dx[k].sum() + leaves[k].sum() * 0;  // also a constant gradient has a gradient
  }
  if (second.empty()) return;
  const auto ddx = autograd::grad({sum}, leaves, {}, true, false, true);
  for (size_t k = 0; k < leaves.size(); ++k) {
    CAPTURE(k);
    check(ddx[k].defined() ? ddx[k] : zeros_like(leaves[k]), second[k]);
  }
}

}  // namespace

TEST_CASE("values and derivatives at special points are PyTorch's") {
  const std::vector<special_points::Result> results = special_points::all();
  const std::vector<special_points::Result> expected = expected_results();
  REQUIRE(results.size() == expected.size());
  for (size_t k = 0; k < results.size(); ++k) {
    const auto &got = results[k], &want = expected[k];
    CAPTURE(want.name);
    CHECK(got.name == want.name);
    REQUIRE(got.orders.size() >= want.orders.size());
    for (size_t order = 0; order < want.orders.size(); ++order) {
      CAPTURE(order);
      REQUIRE(got.orders[order].size() == want.orders[order].size());
      for (size_t i = 0; i < want.orders[order].size(); ++i) {
        const double g = got.orders[order][i], w = want.orders[order][i];
        const bool is_quantile = want.name.find("quantile.inf") != std::string::npos;
        if (!near(g, w, order, is_quantile))
          FAIL_CHECK("element " << i << ": got " << g << ", expected " << w);
      }
    }
  }
}

TEST_CASE("products of zeros have derivatives of any order") {
  using special_points::List, special_points::numbers, special_points::places;
  const auto check = [](const List& x, const std::function<List(const List&)>& f) {
    for (const Tensor& t : x) t.requires_grad_();
    CHECK(autograd::gradcheck(f, x));
    CHECK(autograd::gradgradcheck(f, x));
    const auto gradients = [&](const List& at) {
      const List y = f(at);
      return autograd::grad(y, at, {special_points::incoming(y[0], 1)}, true, true);
    };
    CHECK(autograd::gradgradcheck(gradients, x));
  };
  const Tensor x = numbers({2, 0, 4, 0, 0, 3, 5, 0}), self = numbers({0, 3});
  check({x}, [](const List& v) -> List { return {v[0].prod()}; });
  check({x}, [](const List& v) -> List { return {v[0].reshape({2, 4}).prod(1)}; });
  check({x}, [](const List& v) -> List { return {v[0].cumprod(0)}; });
  for (const bool include_self : {true, false})
    check({self, x}, [include_self](const List& v) -> List {
      const Tensor index = places({0, 1, 1, 1, 0, 0, 0, 1});
      return {v[0].scatter_reduce(0, index, v[1], "prod", include_self)};
    });
}

// nan stands for any number.
TEST_CASE("derivatives where PyTorch has none") {
  using special_points::List;
  // Equal numbers and equal infinities share.
  for (const bool two : {false, true}) {
    const double c = two ? std::log(2.) : 1;
    check_orders(
        [two](const List& x) { return two ? logaddexp2(x[0], x[1]) : logaddexp(x[0], x[1]); },
        {{-inf, inf, -inf, 0, inf}, {-inf, inf, 0, 0, -inf}},
        {-inf, inf, 0, two ? 1 : std::log(2.), inf}, {{0.5, 0.5, 0, 0.5, 1}, {0.5, 0.5, 1, 0.5, 0}},
        {});
    check_orders(
        [two](const List& x) {
          return two ? logaddexp2(x[0], zeros({1}, kDouble)) : logaddexp(x[0], zeros({1}, kDouble));
        },
        {{0}}, {two ? 1 : std::log(2.)}, {{0.5}}, {{0.25 * c}});
  }
  const auto logsumexp = [](const List& x) { return x[0].logsumexp(0); };
  check_orders(logsumexp, {{1, inf}}, {inf}, {{0, 1}}, {{0, 0}});
  check_orders(logsumexp, {{-inf, -inf}}, {-inf}, {{0.5, 0.5}}, {{0, 0}});
  check_orders(logsumexp, {{inf, 1, inf}}, {inf}, {{0.5, 0, 0.5}}, {{0, 0, 0}});
  check_orders(
      [](const List& x) {
        return x[0].view({2, 2}).logsumexp(1);
      },
      {{-inf, -inf, 0, 0}}, {-inf, std::log(2.)}, {{0.5, 0.5, 0.5, 0.5}}, {{0, 0, 0, 0}});
  const auto running = [](const List& x) { return x[0].logcumsumexp(0); };
  check_orders(running, {{-inf, -inf, 0, -inf, 0}}, {-inf, -inf, 0, 0, std::log(2.)},
               {{1.5, 0.5, 2.5, 0, 0.5}}, {{0, 0, 0, 0, 0}});
  check_orders(running, {{0, inf, 1, inf}}, {0, inf, inf, inf}, {{1, 2.5, 0, 0.5}}, {{0, 0, 0, 0}});

  check_orders([](const List& x) { return hypot(x[0], x[1]); }, {{0, 0, 3}, {0, 1, 4}}, {0, 1, 5},
               {{0, 0, 0.6}, {0, 1, 0.8}}, {{nan_, 1, nan_}, {nan_, 0, nan_}});
  check_orders([](const List& x) { return atan2(x[0], x[1]); },
               {{0, 1e200, 1e-200, 0}, {0, 1e200, 1e-200, -1}},
               {0, std::atan(1.), std::atan(1.), 2 * std::acos(0.)},
               {{0, 5e-201, 5e199, -1}, {0, -5e-201, -5e199, 0}}, {});
  // 0 log y is 0 for every y.
  check_orders([](const List& x) { return xlogy(x[0], x[1]); }, {{0, 0, 2}, {0, 1, 1}}, {0, 0, 0},
               {{0, 0, 0}, {0, 0, 2}}, {{nan_, 1, 1}, {0, 1, -1}});

  const double pi = 2 * std::acos(0.);
  check_orders([](const List& x) { return sinc(x[0]); }, {{0, 1e-9, -1e-5, 0.5}},
               {1, 1, 1 - pi * pi / 6 * 1e-10, 2 / pi},
               {{0, -pi * pi / 3 * 1e-9, pi * pi / 3 * 1e-5, -4 / pi}},
               {{-pi * pi / 3, -pi * pi / 3, -pi * pi / 3, 16 / pi - 2 * pi}});
  check_orders(
      [](const List& x) {
        return pow(x[0], vec({0, 1, 2, 3, 0}));
      },
      {{0, 0, 0, 0, 2}}, {1, 0, 0, 0, 1}, {{0, 1, 0, 0, 0}}, {{0, 0, 2, 0, 0}});
  check_orders([](const List& x) { return pow(x[0], x[1]); }, {{0, 0, 0}, {0, 1, 2}}, {1, 0, 0},
               {{0, 1, 0}, {0, 0, 0}}, {{0, 0, 2}, {0, 1, 0}});
  check_orders(
      [](const List& x) {
        return copysign(x[0], vec({-1, 1, -1}));
      },
      {{0, 2, inf}}, {0, 2, -inf}, {{0, 1, -1}}, {{0, 0, 0}});
  check_orders([](const List& x) { return gelu(x[0], "tanh"); }, {{1e200, -1e200, 40}},
               {1e200, 0, 40}, {{1, 0, 1}}, {{0, 0, 0}});
  check_orders([](const List& x) { return softplus(x[0], 1, 1e300); }, {{800, -800, 0}},
               {800, 0, std::log(2.)}, {{1, 0, 0.5}}, {{0, 0, 0.25}});
  check_orders([](const List& x) { return asinh(x[0]); }, {{1e200, -1e300}},
               {std::asinh(1e200), -std::asinh(1e300)}, {{1e-200, 1e-300}}, {});
  check_orders([](const List& x) { return acosh(x[0]); }, {{1e200}}, {std::acosh(1e200)},
               {{1e-200}}, {});
}

// PyTorch bounds the second derivative by p alone as it does here. By p and the incoming gradient
// it has another bound than in the first derivative, of which this must be the factor.
TEST_CASE("second derivatives of a cross entropy whose logarithms are bounded") {
  check_orders(
      [](const special_points::List& x) {
        const Tensor target = vec({0, 1, 0.5, 0.2, 1, 1, 0.3, 0.3});
        return binary_cross_entropy(x[0], target, {}, Reduction::None);
      },
      {{0, 1, 0.5, 1e-13, 1e-3, 0, 1e-12, 2e-12}},
      {0, 0, std::log(2.), nan_, std::log(1000.), 100, nan_, nan_},
      {{0, 0, 0, -2e11, -1000, -1e12, -3e11, -1.5e11}},
      {{0, 0, 4, 1.652892562e23, 999999.998, 1e24, 7.5e22, 3.3333333333e22}});
  const Tensor x = leaf({1e-13, 0.3}), dy = leaf({0.5, 2});
  const auto loss = binary_cross_entropy(x, vec({0.2, 0.7}), {}, Reduction::None);
  const auto dx = autograd::grad({loss}, {x}, {dy}, true, true)[0];
  const auto plain = autograd::grad({loss.sum()}, {x}, {}, true)[0];
  CHECK(values(autograd::grad({dx.sum()}, {dy})[0]) == values(plain));
}

TEST_CASE("second derivatives at infinities") {
  const auto halves = [](const special_points::List& x) { return glu(x[0], 0); };
  const double s = 1 / (1 + std::exp(-1.));
  check_orders(halves, {{inf, 1}}, {inf}, {{s, inf}}, {{s * (1 - s), -inf}});
  check_orders(halves, {{-inf, 1}}, {-inf}, {{s, -inf}}, {{s * (1 - s), inf}});
  check_orders(halves, {{1, inf}}, {1}, {{1, 0}}, {{0, 0}});
  check_orders(halves, {{1, -800}}, {0}, {{0, 0}}, {{0, 0}});
  check_orders([](const special_points::List& x) { return x[0].norm(-1); }, {{-inf, 3, 4}},
               {12. / 7}, {{0, 16. / 49, 9. / 49}}, {{0, -8. / 343, 6. / 343}});
  for (const double p : {-0.5, -1., -2.})
    check_orders([p](const special_points::List& x) { return x[0].norm(p); }, {{inf, 1}}, {1},
                 {{0, 1}}, {{0, 0}});
}

// By the fused slopes, which a pass that records nothing takes.
TEST_CASE("the slopes of a clamp whose bounds meet") {
  const Tensor x = leaf({0, 2, 1}), low = leaf({1, 1, 1}), high = leaf({1, 1, 1});
  gradus::clamp(x, low, high).sum().backward();
  CHECK(values(x.grad()) == Values{0, 0, 1});
  CHECK(values(low.grad()) == Values{0, 0, 0});
  CHECK(values(high.grad()) == Values{0, 1, 0});
}
