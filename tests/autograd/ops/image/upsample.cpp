// Interpolation: scales beside sizes, messages.
#include "autograd/ops/image/resample.h"

#include "nn/functional.h"
#include "tests/support.h"

using namespace gradus;
namespace F = gradus::nn::functional;

TEST_CASE("nearest upsampling follows a given scale, also where the size stays or doubles") {
  const Tensor x = arange(4., kDouble).view({1, 1, 1, 4}).detach().requires_grad_();
  const Tensor y = upsample_nearest2d(x, {1, 4}, {}, 0.5);
  CHECK(values(y) == Values{0, 2, 3, 3});
  y.backward(vec({1, 2, 3, 4}).view({1, 1, 1, 4}));
  CHECK(values(x.grad()) == Values{1, 0, 2, 7});
  CHECK(values(upsample_nearest2d(x, {1, 8}, {}, 3.)) == Values{0, 0, 0, 1, 1, 1, 2, 2});
}

TEST_CASE("errors of interpolation") {
  const Tensor x = ones({2, 4, 5, 5});
  CHECK(message([&] { F::interpolate(x); }) ==
        "interpolate: needs either a size or a scale_factor, got none");
  CHECK(message([&] {
          F::interpolate(x,
                         F::InterpolateFuncOptions().size(std::vector<int64_t>{3}).mode(kLinear));
        }) == "interpolate: mode kLinear is for inputs of 3 dims, got [2, 4, 5, 5]");
}
