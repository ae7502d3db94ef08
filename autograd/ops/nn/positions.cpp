#include "autograd/ops/nn/positions.h"

#include <bit>
#include <cmath>
#include <limits>

#include "autograd/factories.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/view/join.h"
#include "autograd/ops/view/triangular.h"
#include "autograd/record.h"
#include "tensor/base/fail.h"
#include "tensor/nn/positions.h"

namespace gradus {

using namespace autograd;

namespace {

void check_base(const char* op, double base) {
  if (!(base > 0 && base < std::numeric_limits<double>::infinity()))
    fail("{}: base is {}, it must be positive and finite", op, base);
}
ScalarType floating(const char* op, std::optional<ScalarType> dtype) {
  const ScalarType t = dtype.value_or(get_default_dtype());
  if (!is_floating(t)) fail("{}: the type is {}, it must be floating point", op, t);
  return t;
}

// A rotation's derivative is the rotation back, in x's own memory layout.
Tensor rotated(const Tensor& x, const Saved& cos, const Saved& sin, raw::Pairing pairing,
               bool back) {
  return record("rotary_embedding", raw::rotate(x, {*cos, *sin}, pairing, back),
                wrt(x, [=](const Tensor& dy) { return rotated(dy, cos, sin, pairing, !back); }));
}

}  // namespace

Tensor rotary_embedding(const Tensor& x, int64_t offset, double base, bool interleaved,
                        std::optional<int64_t> dim) {
  constexpr const char* op = "rotary_embedding";
  if (!x.is_floating_point() || x.dim() < 2)
    fail("{}: x must be floating point with 2 dims or more, got {} {}", op, x.dtype(), x.sizes());
  const int64_t width = x.size(-1), turned = dim.value_or(width);
  if (turned < 2 || turned > width || turned % 2 != 0)
    fail("{}: dim is {}, it must be even and between 2 and the last size of x, {}", op, turned,
         width);
  check_base(op, base);
  const auto by = raw::turns(op, offset, x.size(-2), turned, base, x.dtype());
  return rotated(x, save(by.cos), save(by.sin),
                 interleaved ? raw::Pairing::neighbours : raw::Pairing::halves, /*back=*/false);
}

Tensor sinusoidal_positions(int64_t length, int64_t dim, int64_t offset, double base,
                            std::optional<ScalarType> dtype) {
  constexpr const char* op = "sinusoidal_positions";
  if (length < 0 || dim < 1)
    fail("{}: length is {} and dim {}, they must be at least 0 and 1", op, length, dim);
  check_base(op, base);
  const NoGradGuard untaped;
  const auto by = raw::turns(op, offset, length, dim, base, floating(op, dtype));
  return stack({by.sin, by.cos}, -1).flatten(1).narrow(1, 0, dim).contiguous();
}

Tensor alibi_slopes(int64_t heads, std::optional<ScalarType> dtype) {
  constexpr const char* op = "alibi_slopes";
  if (heads < 1) fail("{}: {} heads, at least 1 is wanted", op, heads);
  const ScalarType t = floating(op, dtype);
  const NoGradGuard untaped;
  const auto power = int64_t(std::bit_floor(uint64_t(heads)));
  const Tensor own = arange(1, power + 1, kDouble), between = arange(1, heads - power + 1, kDouble);
  return exp2(cat({own * 2, between * 2 - 1}) * (-4 / double(power))).to(t);
}

Tensor alibi_bias(int64_t heads, int64_t queries, int64_t keys, bool is_causal,
                  std::optional<ScalarType> dtype) {
  constexpr const char* op = "alibi_bias";
  if (queries < 0 || keys < queries)
    fail("{}: {} queries and {} keys, queries must be 0 or more and keys no fewer", op, queries,
         keys);
  const ScalarType t = floating(op, dtype);
  const Tensor slopes = alibi_slopes(heads, kDouble);
  const NoGradGuard untaped;
  const Tensor ahead = arange(keys, kDouble) - arange(keys - queries, keys, kDouble).unsqueeze(1);
  Tensor bias = slopes.view({heads, 1, 1}) * -ahead.abs();
  if (is_causal) bias = bias.masked_fill(ahead > 0, -std::numeric_limits<double>::infinity());
  return bias.to(t);
}

}  // namespace gradus
