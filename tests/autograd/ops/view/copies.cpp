// Copies of views and writes into windows: refusals and other forms. Values are rows of the
// catalog.
#include <doctest/doctest.h>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;

TEST_CASE("copies share no memory, and lie densely") {
  const Tensor x = arange(6, kFloat).reshape({2, 3});
  for (const Tensor& y :
       {alias_copy(x), detach_copy(x), t_copy(x), squeeze_copy(x), unsqueeze_copy(x, 0),
        transpose_copy(x, 0, 1), permute_copy(x, {1, 0}), view_copy(x, {3, 2}), diagonal_copy(x),
        slice_copy(x, 1, 0, 3, 2), narrow_copy(x, 1, 0, 2), unfold_copy(x, 1, 2, 1),
        as_strided_copy(x, {2, 2}, {1, 1}), expand_copy(x, {2, 2, 3}), select_copy(x, 0, 0)}) {
    CHECK(!y.is_alias_of(x));
    CHECK(y.is_contiguous());
  }
  CHECK(split_copy(x, 2, 1)[1].equal(x.narrow(1, 2, 1)));
  CHECK(split_with_sizes_copy(x, {1, 2}, 1)[1].equal(x.narrow(1, 1, 2)));
  CHECK(unbind_copy(x)[1].equal(x[1]));
  CHECK(!detach_copy(ones({2}).requires_grad_()).requires_grad());
}

TEST_CASE("writes into windows refuse those that do not fit") {
  const Tensor x = zeros({2, 3});
  CHECK(message([&] { as_strided_scatter(x, ones({3}), {2}, {1}); }) ==
        "as_strided_scatter: the window is [2], what is written to it [3]");
  CHECK(message([&] { as_strided_scatter(x, ones({2}), {2}, {0}); }) ==
        "as_strided_scatter: the window of sizes [2] and strides [0] names a place twice");
  CHECK_THROWS_AS(as_strided_scatter(x, ones({2}), {2}, {6}), Error);
  CHECK(message([&] { copy(x, ones({4})); }) == "copy: shape [4] does not broadcast to [2, 3]");
  CHECK(message([&] {
          unsafe_split_with_sizes(x, {1, 3}, 1);
        }) == "unsafe_split_with_sizes: sizes [1, 3] do not add up to those of [2, 3] along dim 1");
  CHECK(message([&] {
          unsafe_split_with_sizes(x, {1, 1}, 1);
        }) == "unsafe_split_with_sizes: sizes [1, 1] do not add up to those of [2, 3] along dim 1");
  CHECK(message([&] {
          unsafe_split_with_sizes(x, {-1, 4}, 1);
        }) == "unsafe_split_with_sizes: sizes must not be negative, got [-1, 4]");
  CHECK(message([&] {
          flatten_dense_tensors({x, ones({1}, kLong)});
        }) == "flatten_dense_tensors: expected one type, got float32 and int64");
  CHECK(message([&] { unflatten_dense_tensors(ones({5}), {x}); }) ==
        "unflatten_dense_tensors: shape [5] for tensors of 6 elements");
  CHECK(copy(x, tensor({1, 2, 3})).equal(tensor({1.0, 2.0, 3.0}).expand({2, 3})));
}

TEST_CASE("what a tensor is, as functions") {
  const Tensor x = zeros({2, 3});
  CHECK(numel(x) == 6);
  CHECK(gradus::size(x, -1) == 3);
  CHECK(stride(x, 0) == 3);
  CHECK(is_floating_point(x));
  CHECK(is_signed(x));
  CHECK(!is_complex(x));
  CHECK(!is_inference(x));
  CHECK(is_same_size(x, ones({2, 3}, kLong)));
  CHECK(!x.is_same_size(ones({3, 2})));
  CHECK(!is_nonzero(zeros({1})));
  CHECK(real(x).is_same(x));
  CHECK(x.conj().is_same(x));
  CHECK(message([&] { imag(x); }) == "imag: float32 tensors have no imaginary part");
  CHECK(message([&] { polar(x, x); }) == "polar: there are no complex tensors, got float32");
  CHECK(x.new_empty_strided({2, 2}, {1, 2}).strides() == IntArrayRef({1, 2}));
}

TEST_CASE("functions that write their first argument") {
  Tensor x = tensor({-2.0, 0.5, 3.0});
  const Tensor y = x.clone();
  CHECK(clamp_min_(x, Scalar(0)).is_same(x));
  CHECK(x.equal(y.clamp_min(0)));
  CHECK(clamp_max_(x, ones({1})).equal(y.clamp(0, 1)));
  CHECK(clip_(x, Scalar(0.2)).equal(y.clamp(0, 1).clamp_min(0.2)));
  CHECK(nan_to_num_(x, 1).equal(x));
  CHECK(logit_(x = tensor({0.25, 0.5})).equal(tensor({0.25, 0.5}).logit()));
  CHECK(xlogy_(x = ones({2}), 2).equal(ones({2}).xlogy(2)));
  CHECK(ldexp_(x = ones({1}), tensor({3})).item<float>() == 8);
  CHECK(addmv_(x = ones({2}), ones({2, 3}), ones({3})).equal(full({2}, 4.0)));
  CHECK(x.true_divide_(2).equal(full({2}, 2.0)));
  Tensor n = tensor({12, 18});
  CHECK(gcd_(n, tensor({8})).equal(tensor({4, 2})));
  CHECK(lcm_(n, tensor({3})).equal(tensor({12, 6})));
  CHECK(detach_(x).is_leaf());
  CHECK(resize_as_(x, zeros({3})).numel() == 3);
  CHECK(as_strided_(x, {2}, {1}).numel() == 2);
  CHECK(message([&] { n.logit_(); }) ==
        "logit_: a result of float32 cannot be written to a tensor of int64");
  CHECK(message([&] { float_power_(x, 2); }) ==
        "float_power_: a result of float64 cannot be written to a tensor of float32");
  CHECK_THROWS_AS(ones({2}).requires_grad_().nan_to_num_(), Error);
  Tensor d = tensor({2.0, 3.0}, kDouble);
  CHECK(d.float_power_(2).equal(tensor({4.0, 9.0}, kDouble)));
}

TEST_CASE("frexp takes numbers apart, also the smallest") {
  const auto [m, e] = frexp(tensor({8.0, -0.75, 0.0, 1e-40}));
  CHECK(m.equal(tensor({0.5, -0.75, 0.0, double(1e-40f) * 0x1p132})));
  CHECK(e.equal(tensor({4, 0, 0, -132}, kInt)));
  CHECK_THROWS_AS(frexp(tensor({1})), NotImplementedError);
}
