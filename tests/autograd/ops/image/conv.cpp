// Convolution: strides beside none, an empty batch, messages.
#include "autograd/ops/image/conv.h"

#include "autograd/autograd.h"
#include "autograd/ops/random/random.h"
#include "tests/support.h"

using namespace gradus;

// Of different types and strides, and so by different loops.
TEST_CASE("a convolution with strides is every so-many-th element of one without") {
  struct Shape {
    std::vector<int64_t> x, w;
    int64_t stride, padding = 0, dilation = 1, groups = 1;
  };
  std::vector<Shape> shapes = {
      {{2, 2, 9, 11}, {32, 2, 4, 3}, 2},
      {{2, 3, 11, 9}, {16, 3, 3, 4}, 3, 2},
      {{2, 6, 9, 11}, {32, 3, 3, 3}, 2, 1, 2, 2},
      {{1, 40, 7, 9}, {46, 40, 3, 3}, 2, 1},  // of many taps
      {{3, 1, 70, 21}, {16, 1, 3, 5}, 2},     // of many positions
      {{9, 1, 1, 900}, {30, 1, 1, 70}, 40},
      {{1, 2, 1, 900}, {64, 2, 1, 33}, 33, 5, 2},
  };
  for (int64_t width = 16; width < 50; ++width)
    for (const int64_t stride : {1, 2}) shapes.push_back({{2, 3, 9, width}, {8, 3, 3, 3}, stride});
  manual_seed(3);
  for (const Shape& s : shapes) {
    CAPTURE(s.x[3]);
    CAPTURE(s.w[0]);
    const auto x = randn(s.x, kDouble), w = randn(s.w, kDouble), b = randn({s.w[0]}, kDouble);
    const auto by = [&](int64_t stride, ScalarType type) {
      return conv2d(x.to(type), w.to(type), b.to(type), stride, s.padding, s.dilation, s.groups);
    };
    const auto all = by(1, kDouble).slice(2, 0, std::nullopt, s.stride);
    const auto want = all.slice(3, 0, std::nullopt, s.stride);
    CHECK(by(s.stride, kDouble).allclose(want, 1e-10, 1e-10));
    CHECK(by(s.stride, kFloat).to(kDouble).allclose(want, 1e-4, 1e-4));
  }
}

TEST_CASE("an empty batch is not asked whether its output padding is less than the stride") {
  const Tensor w = ones({1, 1, 3, 3});
  CHECK(conv_transpose2d(zeros({0, 1, 4, 4}), w, {}, 2, 0, 2).sizes() ==
        IntArrayRef({0, 1, 11, 11}));
  CHECK_THROWS_AS(conv_transpose2d(arange(16.).view({1, 1, 4, 4}), w, {}, 2, 0, 2), Error);
}

TEST_CASE("errors of convolutions") {
  const Tensor x = ones({2, 4, 5, 5}), w = ones({6, 4, 3, 3});
  CHECK(message([&] {
          conv2d(x, ones({6, 3, 3, 3}));
        }) == "conv2d: weight [6, 3, 3, 3] with 1 groups needs 3 input channels, got [2, 4, 5, 5]");
  CHECK(message([&] {
          conv2d(ones({5, 5}), w);
        }) == "conv2d: expected 3 (unbatched) or 4 dims for the input, got [5, 5]");
  CHECK(message([&] {
          conv2d(x, ones({6, 4, 3}));
        }) == "conv2d: expected 4 dims for the weight, got [6, 4, 3]");
  CHECK(message([&] { conv2d(x, w, ones({5})); }) ==
        "conv2d: bias [5] does not fit 6 output channels");
  CHECK(message([&] { conv2d(x, w, {}, 0); }) == "conv2d: stride must be 1 or more, got [0]");
  CHECK(message([&] { conv2d(x, w, {}, 1, -1); }) == "conv2d: padding must be 0 or more, got [-1]");
  CHECK(message([&] {
          conv2d(x, w, {}, {1, 1, 1});
        }) == "conv2d: expected 1 or 2 values for stride, got [1, 1, 1]");
  CHECK(message([&] { conv2d(x, w, {}, 1, 0, 4); }) ==
        "conv2d: the kernel [3, 3], dilated by [4, 4], does not fit into the input [5, 5], padded "
        "by [0, 0]");
  CHECK(message([&] { conv2d(x, w, {}, 1, 0, 1, 4); }) ==
        "conv2d: weight [6, 4, 3, 3] does not make 4 groups");
  CHECK(message([&] { conv2d(x, w, {}, 2, "same"); }) ==
        "conv2d: padding 'same' needs stride 1, got [2, 2]");
  CHECK(message([&] { conv2d(x, w, {}, 1, "full"); }) ==
        "conv2d: padding must be 'same' or 'valid', got 'full'");
  CHECK(message([&] { conv2d(x.to(kDouble), w); }) ==
        "conv2d: element types differ, float64 and float32");
  CHECK(message([&] { conv2d(x.to(kBool), w.to(kBool)); }) == "conv2d: not implemented for bool");
  CHECK(message([&] {
          conv_transpose2d(x, ones({4, 6, 3, 3}), {}, 1, 0, 1);
        }) ==
        "conv_transpose2d: output_padding [1, 1] must be less than stride [1, 1] or dilation [1, "
        "1]");
  CHECK(message([&] {
          conv_transpose2d(x, ones({4, 6, 3, 3}), {}, 1, 4);
        }) ==
        "conv_transpose2d: the result of input [2, 4, 5, 5] and weight [4, 6, 3, 3] would have "
        "size -1");
}
