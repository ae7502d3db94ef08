// Layers' operations with several results: refusals, draws and other modes. Values are rows of the
// catalog.
#include <doctest/doctest.h>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;

TEST_CASE("native operations refuse shapes that do not fit") {
  const Tensor x = ones({4, 6, 2, 3});
  CHECK(message([&] { native_group_norm(x, {}, {}, 4, 6, 5, 2, 1e-5); }) ==
        "native_group_norm: shape [4, 6, 2, 3] is not 4 samples of 6 channels of 5");
  CHECK(message([&] {
          nll_loss2d(ones({2, 3}), zeros({2}, kLong));
        }) == "nll_loss2d: expected shapes [N, C, H, W] and [N, H, W], got [2, 3] and [2]");
  CHECK(message([&] { grid_sampler_3d(x, x, 0, 0, false); }) ==
        "grid_sampler_3d: expected 5 dims, got shape [4, 6, 2, 3]");
  CHECK(message([&] { native_dropout(x, 1.5, true); }) ==
        "native_dropout: p must be in [0, 1], got 1.5");
  CHECK_THROWS_AS(conv_depthwise3d(x, x, 2, {}, 1, 0, 1), Error);
  Tensor noise = ones({2});
  CHECK_THROWS_AS(rrelu_with_noise(x, noise, 0.1, 0.3, true), Error);
  CHECK_THROWS_AS(rrelu_with_noise(x, noise = ones({4, 6, 2, 3}), 0.4, 0.3, true), Error);
}

TEST_CASE("native_batch_norm in evaluation has no statistics") {
  const Tensor x = randn({4, 3}), mean = zeros({3}), var = ones({3});
  const auto [y, m, v] = native_batch_norm(x, {}, {}, mean, var, false, 0.1, 0);
  CHECK(allclose(y, x));
  CHECK(m.numel() == 0);
  CHECK(v.numel() == 0);
}

TEST_CASE("native_dropout gives its mask") {
  const Tensor x = ones({100});
  const auto [y, mask] = native_dropout(x, 0.25, true);
  CHECK(allclose(y, mask.to(kFloat) / 0.75));
  CHECK(mask.any().item<bool>());
  CHECK(!mask.all().item<bool>());
  CHECK(std::get<0>(native_dropout(x, 1, true)).equal(zeros({100})));
  const auto [same, all] = native_dropout(x, 0.25, false);
  CHECK(same.equal(x));
  CHECK(all.all().item<bool>());
}

TEST_CASE("rrelu_with_noise tells its slopes, and draws as rrelu does") {
  const Tensor x = randn({50});
  Tensor noise = zeros({50}), z = x.clone();
  manual_seed(5);
  const Tensor y = rrelu_with_noise(x, noise, 0.1, 0.3, true);
  CHECK(y.equal(x * noise));
  manual_seed(5);
  CHECK(rrelu(x, 0.1, 0.3, true).equal(y));
  manual_seed(5);
  CHECK(rrelu_with_noise_(z, noise, 0.1, 0.3, true).equal(y));
}

TEST_CASE("casts by name") {
  const Tensor x = tensor({1.5, 2.0});
  CHECK(_cast_Float(x).is_same(x));
  CHECK(_cast_Long(x).equal(tensor({1, 2})));
  CHECK(_cast_Byte(x).equal(tensor({1, 2}, kByte)));
  CHECK(_cast_Int(x).equal(tensor({1, 2}, kInt)));
  CHECK(_cast_Double(x).equal(x.to(kDouble)));
}
