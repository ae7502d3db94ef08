// gradcheck: what it finds, and that it lets right functions pass.
#include "autograd/gradcheck.h"

#include "autograd/function.h"
#include "autograd/ops/nn/dropout.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "autograd/ops/reduce/reduce.h"
#include "tests/support.h"

using namespace gradus;
using autograd::GradcheckOptions;
using autograd::variable_list;

namespace {

GradcheckOptions fast() {
  GradcheckOptions o;
  o.fast_mode = true;
  return o;
}

// y = 2 x, with a backward of the test's own.
std::function<Tensor(const Tensor&)> doubled(std::function<Tensor(const Tensor& dy)> backward) {
  return [backward](const Tensor& x) {
    return autograd::custom(
        "double", {x}, [](const variable_list& in) { return in[0] * 2; },
        [backward](const Tensor& dy, const variable_list&, const Tensor&) -> variable_list {
          return {backward(dy)};
        });
  };
}

Tensor random(IntArrayRef sizes) { return randn(sizes, kDouble).requires_grad_(); }

}  // namespace

TEST_CASE("gradcheck: sums of large summands that cancel are no error") {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    manual_seed(seed);
    CHECK(autograd::gradcheck([](const Tensor& x) { return x * 1e6; }, {random({20})}, fast()));
    CHECK(autograd::gradcheck([](const Tensor& x) { return (x * 1e6).sum(); }, {random({1000})},
                              fast()));
    CHECK(
        autograd::gradcheck([](const Tensor& x) { return x * 1e4 + 1e6; }, {random({30})}, fast()));
  }
  // Nor is a small slope beside a large value.
  const Tensor x = leaf({3, 5});
  CHECK(autograd::gradcheck([](const Tensor& t) { return t[0] * 1e7 + t[1] * 1e-3; }, {x}));
  // A slope that is wrong by little more than the tolerance is one.
  const auto wrong = doubled([](const Tensor& dy) { return dy * 2.01; });
  CHECK_THROWS(autograd::gradcheck(wrong, {random({20})}, fast()));
  CHECK_THROWS(
      autograd::gradcheck([&](const Tensor& t) { return wrong(t) * 1e6; }, {random({20})}, fast()));
}

TEST_CASE("gradcheck: a backward pass that differs at a later row") {
  for (const bool in_fast : {false, true}) {
    GradcheckOptions o;
    o.fast_mode = in_fast;
    int calls = 0;
    const auto moody =
        doubled([&](const Tensor& dy) { return dy * (++calls % 7 == 0 ? 2 + 1e-9 : 2); });
    CHECK(message([&] {
            autograd::gradcheck(moody, {random({8})}, o);
          }).find("gradcheck: the backward pass is not reentrant") == 0);
    CHECK(calls >= 7);
  }
}

TEST_CASE("gradcheck: a gradient of a shape that only a sum makes fit") {
  const auto wide = doubled([](const Tensor& dy) { return dy.expand({2, 3, 4}); });
  CHECK(message([&] {
          autograd::gradcheck(wide, {random({3, 4})});
        }) ==
        "gradcheck: double returned a gradient of shape [2, 3, 4] for input 0 of shape [3, 4]");
  CHECK_NOTHROW(wide(random({3, 4})).sum().backward());
  // The shape of the result is one that broadcasting explains.
  const auto spread = [](const Tensor& x, const Tensor& y) {
    return autograd::custom(
        "spread", {x, y}, [](const variable_list& in) { return in[0] + in[1]; },
        [](const Tensor& dy, const variable_list&, const Tensor&) -> variable_list {
          return {dy, dy};
        });
  };
  CHECK(autograd::gradcheck(spread, {random({3, 4}), random({2, 3, 4})}));
}

TEST_CASE("gradcheck: a random function is told from a wrong gradient") {
  for (const GradcheckOptions& o : {GradcheckOptions(), fast()})
    CHECK(message([&] {
            autograd::gradcheck([](const Tensor& x) { return dropout(x, 0.5, true); },
                                {random({40})}, o);
          }).find("gradcheck: the function gives other values when called again, output 0 at [") ==
          0);
}

TEST_CASE("gradcheck: float32 inputs and float32 inside") {
  const Tensor x = tensor({0.3f, 1.7f}).requires_grad_();
  const auto f = [](const Tensor& t) { return t.exp(); };
  CHECK(message([&] { autograd::gradcheck(f, {x}); }).find("check with float64") !=
        std::string::npos);
  CHECK(message([&] { autograd::gradcheck(f, {x}, fast()); }).find("check with float64") !=
        std::string::npos);
  for (const GradcheckOptions& o : {GradcheckOptions(), fast()}) {
    CHECK(
        message([&] {
          autograd::gradcheck(
              doubled([](const Tensor& dy) { return (dy.to(kFloat) * 2).to(kDouble); }),
              {random({5})}, o);
        }) ==
        "gradcheck: the gradient of output 0 by input 0 has the precision of float32, though both "
        "are float64");
    // Slopes that a float holds are fine.
    CHECK(autograd::gradcheck([](const Tensor& t) { return t.clamp(-0.5, 0.5) * 4; },
                              {leaf({-1, 0.25, 3})}, o));
    CHECK(autograd::gradcheck([](const Tensor& t) { return t.floor(); }, {leaf({-1.5, 0.25})}, o));
  }
}

TEST_CASE("gradcheck: forward mode, and batches of gradients") {
  autograd::GradcheckOptions options;
  options.check_forward_ad = options.check_batched_grad = true;
  const auto right = [](const Tensor& a, const Tensor& b) {
    return std::tuple((a * b).exp(), a.cumsum(0) * b.sum());
  };
  CHECK(autograd::gradcheck(right, {leaf({0.5, -1}), leaf({2, 0.25})}, options));
  CHECK(autograd::gradgradcheck(right, {leaf({0.5, -1}), leaf({2, 0.25})}, options));
  options.fast_mode = true;
  CHECK(autograd::gradcheck(right, {leaf({0.5, -1}), leaf({2, 0.25})}, options));

  // A backward whose own derivative is not that of what it computes.
  const auto wrong = [](const Tensor& x) {
    return autograd::custom(
        "wrong", {x}, [](const autograd::variable_list& in) { return in[0] * in[0]; },
        [](const Tensor& dy, const autograd::variable_list& in, const Tensor&) {
          return autograd::variable_list{(2 * dy).detach() * in[0] + 3 * (dy - dy.detach())};
        });
  };
  CHECK(autograd::gradcheck(wrong, {leaf({0.5, -1})}));
  CHECK(message([&] {
          autograd::gradcheck(wrong, {leaf({0.5, -1})}, options);
        })
            .starts_with("gradcheck: forward mode disagrees with the gradient of output 0 by input "
                         "0: along random signs (probe 0) forward "));
}
