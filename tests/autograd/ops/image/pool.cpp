// Pooling: averages of integers, messages.
#include "autograd/ops/image/pool.h"

#include "autograd/ops/nn/normalisation.h"
#include "tests/support.h"

using namespace gradus;

TEST_CASE("averages of int64 are cut to integers") {
  const Tensor x = arange(16).view({1, 1, 4, 4}) - 8;
  CHECK(values(avg_pool2d(x, 3, 1, 1)) ==
        Values{-2, -3, -2, -1, -2, -3, -2, -1, 0, 1, 2, 1, 1, 2, 2, 2});
  CHECK(values(avg_pool2d(x, 3, 2, 1, true)) == Values{-2, -2, -1, 0, 2, 1, 1, 3, 1});
  CHECK(values(avg_pool2d(x, 3, 2, 1, true, false)) == Values{-5, -4, -3, 0, 2, 3, 4, 6, 7});
  CHECK(values(avg_pool2d(x, 3, 2, 1, true, true, -2)) ==
        Values{11, 12, 3, -1, -9, -4, -4, -9, -3});
  CHECK(values(avg_pool1d(arange(7).view({1, 1, 7}) - 4, 3, 2, 1, true)) == Values{-2, -2, 0, 1});
  const Tensor y = avg_pool3d(arange(16).view({1, 2, 2, 2, 2}) - 8, 2, 1, 1);
  CHECK(y.sizes() == IntArrayRef({1, 2, 3, 3, 3}));
  CHECK((y.dtype() == kLong));
  CHECK(y[0][0][1][1][1].item<int64_t>() == -4);
  CHECK(local_response_norm(arange(16).view({1, 4, 4}), 3, 1e-4, 0.75, 1).dim() == 3);
}

TEST_CASE("errors of pooling") {
  const Tensor x = ones({2, 4, 5, 5});
  CHECK(message([&] {
          max_pool2d(ones({5, 5}), 2);
        }) == "max_pool2d: expected 3 or 4 dims, none but the batch empty, got [5, 5]");
  CHECK(message([&] { max_pool2d(x, 2, 1, 2); }) ==
        "max_pool2d: padding [2, 2] is more than half of kernel_size [2, 2]");
  CHECK(message([&] { max_pool2d(x, 3, 1, 2, 2); }) ==
        "max_pool2d: padding [2, 2] is more than half of kernel_size [3, 3]");
  CHECK(message([&] { avg_pool2d(x, 6); }) ==
        "avg_pool2d: kernel_size [6, 6] does not fit into the input [2, 4, 5, 5]");
  CHECK(message([&] { avg_pool2d(x, 2, 2, 0, false, true, 0); }) ==
        "avg_pool2d: divisor_override must not be 0");
  CHECK(message([&] {
          max_unpool2d(x, ones({2, 4, 5, 5}, kLong) * 99, {9, 9});
        }) == "max_unpool2d: index 99 is out of range for [9, 9]");
  CHECK(message([&] {
          max_unpool2d(x, ones({2, 4, 5, 5}), {9, 9});
        }) == "max_unpool2d: expected int64 indices, got float32");
}
