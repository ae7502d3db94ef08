// Padding: messages.
#include "autograd/ops/image/image.h"
#include "nn/functional.h"
#include "tests/support.h"

using namespace gradus;
namespace F = gradus::nn::functional;

TEST_CASE("errors of padding") {
  const Tensor x = ones({2, 4, 5, 5});
  CHECK(message([&] {
          pad(ones({1, 1, 3, 3}), {3, 1, 3, -1}, "circular");
        }) == "pad: mode 'circular' can add at most 2 to dim 2 of [1, 1, 3, 3], got 3 and -1");
  CHECK(message([&] {
          F::pad(x, F::PadFuncOptions({5, 0, 0, 0}).mode(kReflect));
        }) == "pad: mode 'reflect' can add at most 4 to dim 3 of [2, 4, 5, 5], got 5 and 0");
  CHECK(message([&] { pad(x, {1}); }) ==
        "constant_pad_nd: expected a pair for each of the last dims of [2, 4, 5, 5], got [1]");
  CHECK(message([&] {
          pad(x, {1, 1}, "mirror");
        }) == "pad: mode must be 'constant', 'reflect', 'replicate' or 'circular', got 'mirror'");
  CHECK(message([&] {
          pad(x, {-3, -3});
        }) == "constant_pad_nd: dim 3 of [2, 4, 5, 5] cannot be cut by 3 and 3");
}
