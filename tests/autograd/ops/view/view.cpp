// Views and writes through them: the shared cases against libtorch, and messages.
#include "gradus.h"
#include "tests/support.h"
#include "tests/written_cases.h"

namespace torch = gradus;
#include "tests/reference/view_cases.h"

using namespace gradus;

namespace {

const char* const expected_views =
#include "tests/reference/views.inc"
    ;
}  // namespace

TEST_CASE("views: windows and writes as in libtorch") {
  compare_written(expected_views, window_cases, write_cases);
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
  const Tensor x = ramp_leaf({2, 3}), y = x * 2, v = y[0], u = v.slice(0, 1);
  u.mul_(3);
  CHECK(y.grad_fn()->name() == "CopySlices");
  CHECK(v.grad_fn()->name() == "AsStridedBackward0");
  CHECK(x.is_leaf());
  CHECK_FALSE(u.is_leaf());
  CHECK(u._base().is_same(y));
}

TEST_CASE("a part made by unsafe_split may be written, also of a leaf") {
  const Tensor x = ones({6}, kDouble).requires_grad_();
  const auto part = x.unsafe_chunk(3);
  part[1].mul_(5);
  (part[0].sum() + 2 * part[1].sum()).backward();
  CHECK(values(x.grad()) == Values{1, 1, 10, 10, 0, 0});
  CHECK(zeros(0).unsafe_chunk(4).size() == 4);
}
