// Views, writes through them, indexing: the shared cases against libtorch, and messages.
#include <doctest/doctest.h>

#include <sstream>

#include "gradus.h"
#include "tensor/indexing.h"

namespace torch = gradus;
#include "tests/reference/index_cases.h"
#include "tests/reference/view_cases.h"

using namespace gradus;

namespace {

const char* const expected_views =
#include "tests/reference/views.inc"
    ;
const char* const expected_indexing =
#include "tests/reference/indexing.inc"
    ;

template <class... F>
void compare(const char* expected_text, F... cases) {
  std::ostringstream out;
  CaseWriter w(out);
  (cases(w), ...);
  std::istringstream got(out.str()), expected(expected_text);
  std::string a, b;
  while (std::getline(expected, b)) {
    REQUIRE(std::getline(got, a));
    CHECK(a == b);
  }
  CHECK_FALSE(std::getline(got, a));
}

template <class F>
std::string message(F f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing thrown";
}

}  // namespace

TEST_CASE("views: windows and writes as in libtorch") {
  compare(expected_views, window_cases, write_cases);
}
TEST_CASE("indexing: values, types and refusals as in libtorch") {
  compare(expected_indexing, index_cases, scatter_cases, refusal_cases);
}

TEST_CASE("views: messages name the operation and both sides") {
  const Tensor x = ramp({3, 4});
  CHECK(
      message([&] { x.t().view({12}); }) ==
      "view: shape [4, 3] with strides [1, 4] cannot be seen as [12] without a copy; use reshape");
  CHECK(message([&] { x.view({5, 2}); }) == "view: shape [5, 2] is invalid for 12 elements");
  CHECK(message([&] { x.expand({3, 5}); }) == "expand: shape [3, 4] does not expand to [3, 5]");
  CHECK(message([&] { x.permute({0, 0}); }) == "permute: dim 0 appears twice in [0, 0]");
  CHECK(message([&] { x.select(0, 3); }) ==
        "select: index 3 is out of range for dim 0 of shape [3, 4]");
  CHECK(message([&] { x.narrow(0, 2, 2); }) == "narrow: start 2 plus length 2 passes the size, 3");
  CHECK(message([&] {
          cat({x, ramp({2, 3})});
        }) == "cat: sizes differ outside of dim 0, shapes [3, 4] and [2, 3]");
  CHECK(message([&] { stack({x, ramp({3})}); }) == "stack: shapes differ, [3, 4] and [3]");
  CHECK(message([&] { x.clone().copy_(ramp({3})); }) ==
        "copy_: shape [3] does not broadcast to the output's, [3, 4]");
  CHECK(message([&] {
          ramp({3}).expand({2, 3}).mul_(2);
        }) ==
        "mul_: several elements of the written tensor share one place, shape [2, 3] with strides "
        "[0, 1]; clone it first");
}

TEST_CASE("indexing: messages name the operation and both sides") {
  const Tensor x = ramp({3, 4}), i = tensor({0, 1});
  CHECK(message([&] { x.index({tensor({3})}); }) ==
        "index: index 3 is out of range for dim 0 of size 3");
  CHECK(message([&] {
          x.index({0, 0, 0});
        }) == "index: too many indices for shape [3, 4], they take 3 dims");
  CHECK(message([&] { x.index({ones({2}, kBool)}); }) ==
        "index: the mask's shape [2] does not match the tensor's, [3, 4], from dim 0 on");
  CHECK(message([&] {
          x.index({i, tensor({0, 1, 2})});
        }) == "index: the indices do not broadcast, shapes [2] and [3]");
  CHECK(message([&] { x.index({ramp({2})}); }) ==
        "index: tensors used as indices must be int64, int32, uint8 or bool, got float64");
  CHECK(message([&] { x.gather(0, tensor({{-1}})); }) ==
        "gather: index -1 is out of range for dim 0 of size 3");
  CHECK(message([&] { x.masked_fill(i, 1); }) == "masked_fill: the mask must be bool, got int64");
  CHECK(message([&] {
          x.index_add(0, i, ramp({3, 4}));
        }) == "index_add_: expected a source of shape [2, 4], got [3, 4]");
  CHECK_THROWS_AS(x.index({3}), IndexError);
  CHECK_THROWS_AS(x.index({tensor({9})}), IndexError);
  CHECK_THROWS_AS(x.gather(0, tensor({{9}})), Error);
}

TEST_CASE("indexing: nothing is written when an index is out of range") {
  const Tensor before = ramp({3, 4}), x = before.clone(), at = tensor({0, 9}),
               one = ones({2, 4}, kDouble);
  CHECK_THROWS(x.index_put_({at}, -1));
  CHECK_THROWS(x.index_add_(0, at, one));
  CHECK_THROWS(x.index_copy_(0, at, one));
  CHECK_THROWS(x.index_fill_(0, at, -1));
  CHECK_THROWS(x.scatter_(0, tensor({{0, 9}}), -1));
  CHECK_THROWS(x.scatter_add_(0, tensor({{0, 9}}), ones({1, 2}, kDouble)));
  CHECK_THROWS(x.put_(tensor({0, 99}), ones({2}, kDouble)));
  CHECK_THROWS(x.masked_scatter_(before.ge(0), ones({2}, kDouble)));
  CHECK(x.equal(before));
  CHECK(x._version() == 0);
}

TEST_CASE("indexing: sources that share memory with what is written are read first") {
  Tensor x = ramp({4});
  x.slice(0, 1).copy_(x.slice(0, 0, 3));
  CHECK(x.equal(tensor({0, 0, 1, 2}).to(kDouble)));
  x = ramp({4});
  x.index_put_({tensor({0, 1, 2})}, x.slice(0, 1));
  CHECK(x.equal(tensor({1, 2, 3, 3}).to(kDouble)));
  x = ramp({4});
  x.scatter_(0, tensor({3, 2, 1, 0}), x);
  CHECK(x.equal(tensor({3, 2, 1, 0}).to(kDouble)));
}

TEST_CASE("views: dims above six, and many elements in turned order") {
  const Tensor x = ramp({2, 1, 2, 1, 2, 3, 2, 2});
  const Tensor y = x.permute({7, 6, 5, 4, 3, 2, 1, 0});
  CHECK(y.contiguous().permute({7, 6, 5, 4, 3, 2, 1, 0}).equal(x));
  const Tensor big = ramp({70, 130, 9});
  const std::vector<int64_t> orders[] = {{2, 0, 1}, {1, 2, 0}, {2, 1, 0}};
  for (const auto& order : orders) {
    const Tensor p = big.permute(order), q = p.contiguous();
    bool same = true;
    for (int64_t i = 0; i < p.size(0); i += 3)
      for (int64_t j = 0; j < p.size(1); j += 5)
        for (int64_t k = 0; k < p.size(2); k += 7)
          same = same && q[i][j][k].item<double>() == p[i][j][k].item<double>();
    CHECK(same);
  }
}

TEST_CASE("views: a write through a view is part of the base's history") {
  const Tensor x = leaf({2, 3}), y = x * 2, v = y[0], u = v.slice(0, 1);
  u.mul_(3);
  CHECK(y.grad_fn()->name() == "CopySlices");
  CHECK(v.grad_fn()->name() == "AsStridedBackward0");
  CHECK(x.is_leaf());
  CHECK_FALSE(u.is_leaf());
  CHECK(u._base().is_same(y));
}
