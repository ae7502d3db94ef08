// What PyTorch gives at kinks, poles, ties and zeros; see reference/special_points_cases.h.
#include <doctest/doctest.h>
#include <torch/torch.h>

#include "tests/reference/special_points_cases.h"
#include "tests/support.h"

using namespace gradus;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan_ = std::numeric_limits<double>::quiet_NaN();

const special_points::Result expected[] = {
#include "tests/reference/special_points.inc"
};

// Where PyTorch has no second derivative any will do.
bool near(double got, double want, size_t order) {
  if (std::isnan(want)) return std::isnan(got) || order == 2;
  return got == want || std::abs(got - want) <= 1e-7 * (1 + std::abs(want));
}

}  // namespace

TEST_CASE("values and derivatives at special points are PyTorch's") {
  const std::vector<special_points::Result> results = special_points::all();
  REQUIRE(results.size() == std::size(expected));
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
        if (!near(g, w, order)) FAIL_CHECK("element " << i << ": got " << g << ", expected " << w);
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

// By the fused slopes, which a pass that records nothing takes.
TEST_CASE("the slopes of a clamp whose bounds meet") {
  const Tensor x = leaf({0, 2, 1}), low = leaf({1, 1, 1}), high = leaf({1, 1, 1});
  gradus::clamp(x, low, high).sum().backward();
  CHECK(values(x.grad()) == Values{0, 0, 1});
  CHECK(values(low.grad()) == Values{0, 0, 0});
  CHECK(values(high.grad()) == Values{0, 1, 0});
}
