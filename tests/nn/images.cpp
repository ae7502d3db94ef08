// Layers for pictures: shapes, modes, gradients, errors.
#include <doctest/doctest.h>
#include <limits>
#include <sstream>

#include "autograd/ops/image/conv.h"
#include "autograd/ops/image/pool.h"
#include "autograd/ops/image/resample.h"
#include "autograd/ops/image/vision.h"
#include "autograd/ops/random/random.h"
#include "nn/nn.h"
#include "tests/support.h"

using namespace gradus;
namespace F = gradus::nn::functional;

namespace {
Tensor in(IntArrayRef sizes) { return randn(sizes, TensorOptions(kDouble).requires_grad(true)); }
template <class M>
M as_double(M m) {
  m->to(kDouble);
  return m;
}
}  // namespace

TEST_CASE("layers for pictures: gradients of first and second order") {
  manual_seed(1);
  auto same = as_double(nn::Conv2d(nn::Conv2dOptions(4, 4, 3).padding(kSame).groups(2)));
  CHECK(nn::gradcheck(same, {in({2, 4, 3, 4})}));
  CHECK(nn::gradgradcheck(same, {in({1, 4, 3, 2})}));
  auto reflect =
      as_double(nn::Conv1d(nn::Conv1dOptions(2, 3, 3).padding(2).stride(2).padding_mode(kReflect)));
  CHECK(nn::gradcheck(reflect, {in({2, 2, 5})}));
  CHECK(nn::gradgradcheck(reflect, {in({2, 5})}));
  auto deep = as_double(nn::Conv3d(1, 2, 2));
  CHECK(nn::gradcheck(deep, {in({1, 1, 2, 3, 2})}));
  auto norm = as_double(nn::InstanceNorm2d(nn::InstanceNorm2dOptions(3).affine(true)));
  CHECK(nn::gradcheck(norm, {in({2, 3, 2, 3})}));
  CHECK(nn::gradgradcheck(norm, {in({2, 3, 2, 2})}));
  nn::CrossMapLRN2d across(nn::CrossMapLRN2dOptions(3).alpha(0.3).k(2));
  CHECK(nn::gradcheck(across, {in({2, 5, 2, 1})}));
  CHECK(nn::gradgradcheck(across, {in({1, 4, 2, 1})}));
  auto rms = as_double(nn::RMSNorm(nn::RMSNormOptions({3})));
  CHECK(nn::gradcheck(rms, {in({2, 3})}));
  CHECK(nn::gradgradcheck(rms, {in({2, 3})}));
}

TEST_CASE("layers for pictures take an input without a batch") {
  const auto same = [](auto& layer, IntArrayRef sizes) {
    const Tensor x = randn(sizes);
    const Tensor y = layer(x), batched = layer(x.unsqueeze(0)).squeeze(0);
    CHECK(y.sizes() == batched.sizes());
    CHECK(y.equal(batched));
  };
  nn::Conv1d conv1(2, 3, 2);
  nn::Conv2d conv2(2, 3, 2);
  nn::Conv3d conv3(2, 3, 2);
  nn::ConvTranspose2d up(2, 3, 2);
  nn::MaxPool2d max(2);
  nn::AvgPool3d avg(2);
  nn::AdaptiveAvgPool1d adaptive(2);
  nn::ReflectionPad2d pad(1);
  nn::InstanceNorm1d norm(2);
  same(conv1, {2, 5});
  same(conv2, {2, 5, 4});
  same(conv3, {2, 3, 4, 3});
  same(up, {2, 3, 4});
  same(max, {2, 5, 4});
  same(avg, {2, 4, 4, 2});
  same(adaptive, {2, 7});
  same(pad, {2, 3, 4});
  same(norm, {2, 7});
}

TEST_CASE("convolutions in a Sequential, cloned") {
  nn::Sequential net(nn::Conv2d(nn::Conv2dOptions(1, 4, 3).stride(2).padding(1)), nn::ReLU(),
                     nn::ConvTranspose2d(nn::ConvTranspose2dOptions(4, 1, 2).stride(2)));
  const Tensor x = randn({2, 1, 8, 8}), y = net->forward(x);
  CHECK(y.sizes() == IntArrayRef({2, 1, 8, 8}));
  const auto names = net->named_parameters().keys();
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias"});
  const auto copy = std::dynamic_pointer_cast<nn::SequentialImpl>(net->clone());
  CHECK(copy->forward(x).equal(y));
}

TEST_CASE("empty batches") {
  CHECK(nn::Conv2d(2, 3, 2)(zeros({0, 2, 4, 4})).sizes() == IntArrayRef({0, 3, 3, 3}));
  CHECK(nn::MaxPool2d(2)(zeros({0, 2, 4, 4})).sizes() == IntArrayRef({0, 2, 2, 2}));
  CHECK(nn::AvgPool2d(2)(zeros({0, 2, 4, 4})).sizes() == IntArrayRef({0, 2, 2, 2}));
  nn::Conv2d conv(2, 3, 2);
  conv(zeros({0, 2, 4, 4})).sum().backward();
  CHECK(conv->weight.grad().sizes() == conv->weight.sizes());
  CHECK(conv->weight.grad().abs().sum().item<double>() == 0);
}

TEST_CASE("running statistics of InstanceNorm") {
  nn::InstanceNorm1d norm(nn::InstanceNorm1dOptions(1).track_running_stats(true));
  norm(tensor({{{1.0, 3.0}}, {{5.0, 9.0}}}));
  CHECK(norm->running_mean.item<double>() == doctest::Approx(0.45));
  CHECK(norm->running_var.item<double>() == doctest::Approx(0.9 + 0.1 * 5));
  norm->eval();
  CHECK(norm(ones({2, 1, 2})).std().item<double>() == 0);
}

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

TEST_CASE("errors of convolutions") {
  const Tensor x = ones({2, 4, 5, 5}), w = ones({6, 4, 3, 3});
  const auto why = [](auto f) { return message(f); };
  CHECK(why([&] {
          conv2d(x, ones({6, 3, 3, 3}));
        }) == "conv2d: weight [6, 3, 3, 3] with 1 groups needs 3 input channels, got [2, 4, 5, 5]");
  CHECK(why([&] {
          conv2d(ones({5, 5}), w);
        }) == "conv2d: expected 3 (unbatched) or 4 dims for the input, got [5, 5]");
  CHECK(why([&] {
          conv2d(x, ones({6, 4, 3}));
        }) == "conv2d: expected 4 dims for the weight, got [6, 4, 3]");
  CHECK(why([&] { conv2d(x, w, ones({5})); }) == "conv2d: bias [5] does not fit 6 output channels");
  CHECK(why([&] { conv2d(x, w, {}, 0); }) == "conv2d: stride must be 1 or more, got [0]");
  CHECK(why([&] { conv2d(x, w, {}, 1, -1); }) == "conv2d: padding must be 0 or more, got [-1]");
  CHECK(why([&] {
          conv2d(x, w, {}, {1, 1, 1});
        }) == "conv2d: expected 1 or 2 values for stride, got [1, 1, 1]");
  CHECK(why([&] { conv2d(x, w, {}, 1, 0, 4); }) ==
        "conv2d: the kernel [3, 3], dilated by [4, 4], does not fit into the input [5, 5], padded "
        "by [0, 0]");
  CHECK(why([&] { conv2d(x, w, {}, 1, 0, 1, 4); }) ==
        "conv2d: weight [6, 4, 3, 3] does not make 4 groups");
  CHECK(why([&] { conv2d(x, w, {}, 2, "same"); }) ==
        "conv2d: padding 'same' needs stride 1, got [2, 2]");
  CHECK(why([&] { conv2d(x, w, {}, 1, "full"); }) ==
        "conv2d: padding must be 'same' or 'valid', got 'full'");
  CHECK(why([&] { conv2d(x.to(kDouble), w); }) ==
        "conv2d: element types differ, float64 and float32");
  CHECK(why([&] { conv2d(x.to(kBool), w.to(kBool)); }) == "conv2d: not implemented for bool");
  CHECK(why([&] {
          conv_transpose2d(x, ones({4, 6, 3, 3}), {}, 1, 0, 1);
        }) ==
        "conv_transpose2d: output_padding [1, 1] must be less than stride [1, 1] or dilation [1, "
        "1]");
  CHECK(why([&] {
          conv_transpose2d(x, ones({4, 6, 3, 3}), {}, 1, 4);
        }) ==
        "conv_transpose2d: the result of input [2, 4, 5, 5] and weight [4, 6, 3, 3] would have "
        "size -1");
  CHECK(why([&] { nn::Conv2d(nn::Conv2dOptions(3, 4, 3).groups(2)); }) ==
        "Conv2d: 3 in_channels do not make 2 groups");
  CHECK(why([&] { nn::Conv2d(nn::Conv2dOptions(2, 4, 3).padding(kSame).stride(2)); }) ==
        "Conv2d: padding 'same' needs stride 1, got [2, 2]");
  CHECK(why([&] {
          nn::ConvTranspose1d(nn::ConvTranspose1dOptions(2, 4, 3).padding_mode(kReflect))(
              ones({1, 2, 5}));
        }) == "ConvTranspose1d: padding_mode must be kZeros, got kReflect");
  const int64_t size[] = {9, 20};
  CHECK(why([&] { nn::ConvTranspose2d(4, 2, 3)(x, IntArrayRef(size)); }) ==
        "ConvTranspose2d: output_size [9, 20] is not between 7 and 7 in dim 0");
}

TEST_CASE("errors of pooling, padding and the rest") {
  const Tensor x = ones({2, 4, 5, 5});
  const auto why = [](auto f) { return message(f); };
  CHECK(why([&] {
          max_pool2d(ones({5, 5}), 2);
        }) == "max_pool2d: expected 3 or 4 dims, none but the batch empty, got [5, 5]");
  CHECK(why([&] { max_pool2d(x, 2, 1, 2); }) ==
        "max_pool2d: padding [2, 2] is more than half of kernel_size [2, 2]");
  CHECK(why([&] { max_pool2d(x, 3, 1, 2, 2); }) ==
        "max_pool2d: padding [2, 2] is more than half of kernel_size [3, 3]");
  CHECK(why([&] {
          pad(ones({1, 1, 3, 3}), {3, 1, 3, -1}, "circular");
        }) == "pad: mode 'circular' can add at most 2 to dim 2 of [1, 1, 3, 3], got 3 and -1");
  CHECK(why([&] { avg_pool2d(x, 6); }) ==
        "avg_pool2d: kernel_size [6, 6] does not fit into the input [2, 4, 5, 5]");
  CHECK(why([&] { avg_pool2d(x, 2, 2, 0, false, true, 0); }) ==
        "avg_pool2d: divisor_override must not be 0");
  CHECK(why([&] {
          max_unpool2d(x, ones({2, 4, 5, 5}, kLong) * 99, {9, 9});
        }) == "max_unpool2d: index 99 is out of range for [9, 9]");
  CHECK(why([&] {
          max_unpool2d(x, ones({2, 4, 5, 5}), {9, 9});
        }) == "max_unpool2d: expected int64 indices, got float32");
  CHECK(why([&] { nn::FractionalMaxPool2d(2); }) ==
        "FractionalMaxPool2d: needs either an output_size or an output_ratio, got none");
  CHECK(why([&] {
          F::pad(x, F::PadFuncOptions({5, 0, 0, 0}).mode(kReflect));
        }) == "pad: mode 'reflect' can add at most 4 to dim 3 of [2, 4, 5, 5], got 5 and 0");
  CHECK(why([&] { pad(x, {1}); }) ==
        "constant_pad_nd: expected a pair for each of the last dims of [2, 4, 5, 5], got [1]");
  CHECK(why([&] {
          pad(x, {1, 1}, "mirror");
        }) == "pad: mode must be 'constant', 'reflect', 'replicate' or 'circular', got 'mirror'");
  CHECK(why([&] {
          pad(x, {-3, -3});
        }) == "constant_pad_nd: dim 3 of [2, 4, 5, 5] cannot be cut by 3 and 3");
  CHECK(why([&] { F::interpolate(x); }) ==
        "interpolate: needs either a size or a scale_factor, got none");
  CHECK(why([&] {
          F::interpolate(x,
                         F::InterpolateFuncOptions().size(std::vector<int64_t>{3}).mode(kLinear));
        }) == "interpolate: mode kLinear is for inputs of 3 dims, got [2, 4, 5, 5]");
  CHECK(why([&] { pixel_shuffle(x, 3); }) ==
        "pixel_shuffle: 4 channels are not a multiple of 3 squared");
  CHECK(why([&] { channel_shuffle(x, 3); }) == "channel_shuffle: 4 channels do not make 3 groups");
  CHECK(why([&] { F::unfold(x, F::UnfoldFuncOptions(7)); }) ==
        "im2col: kernel_size [7, 7], dilated by [1, 1], does not fit into 5 x 5, padded by [0, 0]");
  CHECK(why([&] {
          grid_sampler(x, ones({2, 3, 3, 3}), 0, 0, false);
        }) == "grid_sampler: grid [2, 3, 3, 3] does not fit the input [2, 4, 5, 5]");
  CHECK(why([&] { ExpandingArray<2> a{1, 2, 3}; }) == "expected 1 or 2 values, got 3");
  CHECK(why([&] {
          nn::InstanceNorm2d(4)(ones({4, 5}));
        }) == "InstanceNorm2d: the input needs 3 or 4 dims, got shape [4, 5]");
}

TEST_CASE("what PyTorch has in Python alone") {
  const Tensor x = randn({2, 3, 4, 5});
  const auto twice = nn::UpsampleOptions().scale_factor(std::vector<double>{2, 2});
  nn::UpsamplingNearest2d nearest(twice);
  nn::UpsamplingBilinear2d bilinear(nn::UpsampleOptions().size(std::vector<int64_t>{7, 3}));
  CHECK(nearest(x).equal(upsample_nearest2d(x, {8, 10})));
  CHECK(bilinear(x).equal(upsample_bilinear2d(x, {7, 3}, true)));
  std::ostringstream text;
  text << nearest << ' ' << bilinear;
  CHECK(text.str() ==
        "torch::nn::UpsamplingNearest2d(scale_factor=[2, 2], mode=kNearest) "
        "torch::nn::UpsamplingBilinear2d(size=[7, 3], mode=kBilinear)");

  nn::Dropout1d drop(0.5);
  const Tensor y = drop(ones({4, 8, 6}));
  CHECK(y.equal(y.select(2, 0).unsqueeze(2).expand({4, 8, 6})));
  drop->eval();
  CHECK(drop(x[0]).equal(x[0]));
  CHECK(message([&] { drop(x); }) == "dropout1d: expected 2 or 3 dims, got [2, 3, 4, 5]");
}

TEST_CASE("the grid of the nearest samples has a gradient of zeros") {
  const Tensor grid = in({1, 2, 3, 2});
  F::grid_sample(in({1, 2, 4, 4}), grid,
                 F::GridSampleFuncOptions().mode(kNearest).align_corners(false))
      .sum()
      .backward();
  CHECK(grid.grad().equal(zeros({1, 2, 3, 2}, kDouble)));
}

TEST_CASE("places that are no numbers or outside are sampled as by PyTorch, and nothing is read") {
  const double inf = std::numeric_limits<double>::infinity(), none = inf - inf;
  const auto check = [&](auto type, auto mode, auto padding, const std::vector<double>& want) {
    const Tensor x = arange(1, 13, TensorOptions(type)).reshape({1, 1, 3, 4});
    const Tensor grid =
        tensor({none, 0.0, 0.0, none, inf, 0.0, 0.0, -inf, 1e30, 0.0, -1e30, 0.1, 5.0, 5.0})
            .to(type)
            .reshape({1, 1, 7, 2});
    x.requires_grad_();
    grid.requires_grad_();
    const Tensor y = F::grid_sample(
        x, grid, F::GridSampleFuncOptions().mode(mode).padding_mode(padding).align_corners(false));
    y.sum().backward();
    for (int64_t i = 0; i < 7; ++i) {
      const double got = y.flatten()[i].item<double>(), expected = want[size_t(i)];
      CAPTURE(i);
      if (expected != expected)
        CHECK(got != got);
      else
        CHECK(got == doctest::Approx(expected));
    }
    CHECK(x.grad().isfinite().all().item<bool>());
    // What an infinity at the edge is not asked for does not spoil.
    const Tensor spoilt = x.detach().clone();
    spoilt[0][0][0][0].fill_(inf);
    const Tensor away = grid.detach().slice(2, 4, 6);
    const auto options =
        F::GridSampleFuncOptions().mode(mode).padding_mode(padding).align_corners(false);
    CHECK(F::grid_sample(spoilt, away, options).equal(F::grid_sample(x.detach(), away, options)));
  };
  for (const auto type : {kFloat, kDouble}) {
    check(type, kBilinear, kZeros, {none, none, none, none, 0, 0, 0});
    check(type, kBilinear, kBorder, {5, 2.5, 8, 2.5, 8, 5.6, 12});
    check(type, kBilinear, kReflection, {5, 2.5, 5, 2.5, 5, 5.6, 12});
    check(type, kNearest, kZeros, {0, 0, 0, 0, 0, 0, 0});
  }
}

TEST_CASE("recorded gradients of samples call the hooks of the inputs once") {
  const Tensor x = in({1, 2, 3, 3}), grid = in({1, 2, 2, 2});
  int calls = 0;
  x.register_hook([&](const Tensor&) { ++calls; });
  const Tensor y = F::grid_sample(x, grid);
  const auto g = autograd::grad({y.square().sum()}, {x, grid}, {}, true, /*create_graph=*/true);
  CHECK(calls == 1);
  CHECK(g[0].requires_grad());
  CHECK(g[1].requires_grad());
}
