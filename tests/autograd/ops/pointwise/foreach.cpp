// Operations on lists: what they refuse, and that nothing is written before. Values are rows of the
// catalog.
#include <doctest/doctest.h>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;

TEST_CASE("lists in place: each form writes what it gives") {
  const std::vector<Tensor> a = {tensor({1.0, 4.0}), tensor({9.0, 2.0, 0.5})},
                            b = {tensor({2.0, 0.5}), tensor({1.0, 3.0, 4.0})};
  const auto copies = [&] { return _foreach_clone(a); };
  const auto same = [](const std::vector<Tensor>& x, const std::vector<Tensor>& y) {
    return x[0].equal(y[0]) && x[1].equal(y[1]);
  };
  const Scalar numbers[] = {2, 0.5};
  std::vector<Tensor> x = copies();
  _foreach_sqrt_(x);
  CHECK(same(x, _foreach_sqrt(a)));
  x = copies(), _foreach_add_(x, b, 2);
  CHECK(same(x, _foreach_add(a, b, 2)));
  x = copies(), _foreach_add_(x, 1.5);
  CHECK(same(x, _foreach_add(a, 1.5)));
  x = copies(), _foreach_mul_(x, ScalarList(numbers));
  CHECK(same(x, _foreach_mul(a, ScalarList(numbers))));
  x = copies(), _foreach_div_(x, tensor(4.0));
  CHECK(same(x, _foreach_div(a, tensor(4.0))));
  x = copies(), _foreach_maximum_(x, b);
  CHECK(same(x, _foreach_maximum(a, b)));
  x = copies(), _foreach_minimum_(x, 1);
  CHECK(same(x, _foreach_minimum(a, 1)));
  x = copies(), _foreach_pow_(x, 2);
  CHECK(same(x, _foreach_pow(a, 2)));
  x = copies(), _foreach_addcmul_(x, a, b, ScalarList(numbers));
  CHECK(same(x, _foreach_addcmul(a, a, b, ScalarList(numbers))));
  x = copies(), _foreach_addcdiv_(x, a, b, tensor({2.0, 0.5}));
  CHECK(same(x, _foreach_addcdiv(a, a, b, ScalarList(numbers))));
  x = copies(), _foreach_lerp_(x, b, 0.25);
  CHECK(same(x, _foreach_lerp(a, b, 0.25)));
  x = copies(), _foreach_copy_(x, b);
  CHECK(same(x, b));
  CHECK(same(_foreach_copy(a, b), b));
  _foreach_zero_(x);
  CHECK(same(x, _foreach_zero(a)));
  CHECK(_foreach_powsum(a, 2)[0].item<float>() == 17);
  CHECK(_foreach_norm({}).empty());
}

TEST_CASE("lists in place: nothing is written where one tensor is refused") {
  const Tensor first = ones({2}), integers = ones({2}, kLong), leaf = ones({2}).requires_grad_();
  CHECK(message([&] {
          _foreach_add_({first, first}, TensorList(first));
        }) == "_foreach_add_: lists differ in length, 2 and 1");
  CHECK(message([&] {
          _foreach_sqrt_({first, integers});
        }) == "_foreach_sqrt_: a result of float32 cannot be written to a tensor of int64");
  CHECK(message([&] {
          _foreach_add_({first, first}, {first, ones({3})});
        }) == "_foreach_add_: shape [3] does not broadcast to [2]");
  CHECK(message([&] { _foreach_mul_({first}, ones({1})); }) ==
        "_foreach_mul_: one tensor for all must have 0 dims, got [1]");
  CHECK_THROWS_AS(_foreach_add_({first, leaf}, 1), Error);
  CHECK_THROWS_AS(_foreach_zero_({first, leaf}), Error);
  CHECK_THROWS_AS(_foreach_addcmul_({first}, {first}, {first}, ones({1, 1})), Error);
  CHECK(first.equal(ones({2})));
}
