// Normalisation by neighbouring channels, in terms of other operations.
#include <algorithm>
#include <cmath>

#include "autograd/ops/image/pool.h"
#include "autograd/ops/image/resample.h"
#include "autograd/ops/nn/normalisation.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "tensor/base/fail.h"
#include "tensor/image/resample.h"
#include "tensor/reduce/reduce.h"
#include "tensor/shape.h"

namespace gradus {

namespace {

// Whether float holds the squares of x and the powers (alpha m + k)^beta of their means m, and what
// the derivatives divide by. Double has nothing wider.
bool has_powers(const Tensor& x, double alpha, double beta, double k) {
  if (x.dtype() != kFloat) return true;
  const double most = raw::norm(x, HUGE_VAL, dim_set({}, x.dim(), "norm"), false).item<double>();
  const double power = std::pow(std::abs(alpha) * most * most + std::abs(k), std::abs(beta) + 1);
  return most < 0x1p60 && power < 0x1p100;
}

// The sum of squares over `before` channels in front of each, itself and `behind` after it, over
// `size`.
Tensor squares(const Tensor& x, int64_t before, int64_t behind, int64_t size) {
  const Tensor flat = x.square().reshape({x.size(0), 1, x.size(1), -1});
  const Tensor padded = constant_pad_nd(flat, {0, 0, before, behind});
  return avg_pool2d(padded, {before + behind + 1, 1}, 1, 0, false, true, size).reshape(x.sizes());
}

}  // namespace

Tensor local_response_norm(const Tensor& input, int64_t size, double alpha, double beta, double k) {
  if (input.dim() < 3) fail("local_response_norm: expected 3 dims or more, got {}", input.sizes());
  if (size < 1) fail("local_response_norm: size must be positive, got {}", size);
  if (input.numel() == 0) return input;
  if (!has_powers(input, alpha, beta, k))
    return local_response_norm(input.to(kDouble), size, alpha, beta, k).to(kFloat);
  return input / (squares(input, size / 2, (size - 1) / 2, size) * alpha + k).pow(beta);
}
Tensor cross_map_lrn2d(const Tensor& input, int64_t size, double alpha, double beta, double k) {
  if (input.dim() != 4) fail("cross_map_lrn2d: expected 4 dims, got {}", input.sizes());
  if (size < 1) fail("cross_map_lrn2d: size must be positive, got {}", size);
  if (input.numel() == 0) return input;
  if (!has_powers(input, alpha, beta, k))
    return cross_map_lrn2d(input.to(kDouble), size, alpha, beta, k).to(kFloat);
  const int64_t radius = (size - 1) / 2, channels = input.size(1);
  const int64_t places = product({input.size(2), input.size(3)});
  raw::Axis sums(channels), same(places);
  for (int64_t c = 0; c < channels; ++c) {
    // PyTorch's sliding sum subtracts every channel again except the first.
    if (c > radius) sums.add(0, 1);
    for (int64_t i = std::max<int64_t>(c - radius, 0); i <= std::min(c + radius, channels - 1); ++i)
      sums.add(i, 1);
    sums.next();
  }
  for (int64_t i = 0; i < places; ++i) same.add(i, 1), same.next();
  const Tensor total = detail::resample("cross_map_lrn2d", input.square().flatten(2), {sums, same});
  return input * (total.reshape(input.sizes()) * (alpha / double(size)) + k).pow(-beta);
}

}  // namespace gradus
