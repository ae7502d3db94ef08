// Samples at a grid, rearrangement: places out of range, gradients, messages.
#include "autograd/ops/image/vision.h"

#include <limits>

#include "autograd/autograd.h"
#include "autograd/ops/random/random.h"
#include "nn/functional.h"
#include "tests/support.h"

using namespace gradus;
namespace F = gradus::nn::functional;

namespace {
Tensor drawn(IntArrayRef sizes) { return randn(sizes, TensorOptions(kDouble).requires_grad(true)); }
}  // namespace

TEST_CASE("the grid of the nearest samples has a gradient of zeros") {
  const Tensor grid = drawn({1, 2, 3, 2});
  F::grid_sample(drawn({1, 2, 4, 4}), grid,
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
  const Tensor x = drawn({1, 2, 3, 3}), grid = drawn({1, 2, 2, 2});
  int calls = 0;
  x.register_hook([&](const Tensor&) { ++calls; });
  const Tensor y = F::grid_sample(x, grid);
  const auto g = autograd::grad({y.square().sum()}, {x, grid}, {}, true, /*create_graph=*/true);
  CHECK(calls == 1);
  CHECK(g[0].requires_grad());
  CHECK(g[1].requires_grad());
}

TEST_CASE("errors of samples and rearrangement") {
  const Tensor x = ones({2, 4, 5, 5});
  CHECK(message([&] { pixel_shuffle(x, 3); }) ==
        "pixel_shuffle: 4 channels are not a multiple of 3 squared");
  CHECK(message([&] { channel_shuffle(x, 3); }) ==
        "channel_shuffle: 4 channels do not make 3 groups");
  CHECK(message([&] { F::unfold(x, F::UnfoldFuncOptions(7)); }) ==
        "im2col: kernel_size [7, 7], dilated by [1, 1], does not fit into 5 x 5, padded by [0, 0]");
  CHECK(message([&] {
          grid_sampler(x, ones({2, 3, 3, 3}), 0, 0, false);
        }) == "grid_sampler: grid [2, 3, 3, 3] does not fit the input [2, 4, 5, 5]");
}
