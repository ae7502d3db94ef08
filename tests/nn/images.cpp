// Layers for pictures: shapes, modes, gradients, errors.
#include <doctest/doctest.h>

#include <sstream>

#include "autograd/ops/image/resample.h"
#include "autograd/ops/random/random.h"
#include "nn/nn.h"
#include "tests/support.h"

using namespace gradus;

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

TEST_CASE("errors of layers for pictures") {
  const Tensor x = ones({2, 4, 5, 5});
  CHECK(message([&] { nn::Conv2d(nn::Conv2dOptions(3, 4, 3).groups(2)); }) ==
        "Conv2d: 3 in_channels do not make 2 groups");
  CHECK(message([&] { nn::Conv2d(nn::Conv2dOptions(2, 4, 3).padding(kSame).stride(2)); }) ==
        "Conv2d: padding 'same' needs stride 1, got [2, 2]");
  CHECK(message([&] {
          nn::ConvTranspose1d(nn::ConvTranspose1dOptions(2, 4, 3).padding_mode(kReflect))(
              ones({1, 2, 5}));
        }) == "ConvTranspose1d: padding_mode must be kZeros, got kReflect");
  const int64_t size[] = {9, 20};
  CHECK(message([&] { nn::ConvTranspose2d(4, 2, 3)(x, IntArrayRef(size)); }) ==
        "ConvTranspose2d: output_size [9, 20] is not between 7 and 7 in dim 0");
  CHECK(message([&] { nn::FractionalMaxPool2d(2); }) ==
        "FractionalMaxPool2d: needs either an output_size or an output_ratio, got none");
  CHECK(message([&] { ExpandingArray<2> a{1, 2, 3}; }) == "expected 1 or 2 values, got 3");
  CHECK(message([&] {
          nn::InstanceNorm2d(4)(ones({4, 5}));
        }) == "InstanceNorm2d: the input needs 3 or 4 dims, got shape [4, 5]");
}
