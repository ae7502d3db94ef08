#include "tensor/io/elements.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "tensor/base/fail.h"
#include "tensor/base/half.h"
#include "tensor/base/scratch.h"
#include "tensor/raw.h"

namespace gradus {
namespace {

constexpr size_t piece_bytes = 1 << 16;

void swap_bytes(char* p, size_t count, size_t bytes) {
  if (bytes > 1)
    for (size_t i = 0; i < count; ++i) std::reverse(p + i * bytes, p + (i + 1) * bytes);
}

template <class From, class To>
void widen(const char* from, size_t n, To* to) {
  for (size_t i = 0; i < n; ++i) {
    From v;
    std::memcpy(&v, from + i * sizeof v, sizeof v);
    to[i] = To(v);
  }
}

void widen_uint64(const std::string& where, const char* from, size_t n, int64_t* to, uint64_t at) {
  widen<uint64_t>(from, n, to);
  for (size_t i = 0; i < n; ++i)
    if (to[i] < 0)
      fail("{}: element {} is {}, more than an int64 holds", where, at + i, uint64_t(to[i]));
}

// A floating type of 8 bits: a sign, an exponent, a fraction (Micikevicius et al., "FP8 formats for
// deep learning", 2022; the forms named fnuz have no -0 and no infinity, and their one nan there).
struct Eight {
  int fraction_bits, bias;
  bool has_infinity, unsigned_zero;

  float value(uint8_t bits) const {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    const int exponent_bits = 7 - fraction_bits, exponent = (bits & 0x7f) >> fraction_bits,
              fraction = bits & ((1 << fraction_bits) - 1), last = (1 << exponent_bits) - 1;
    const float sign = bits & 0x80 ? -1.f : 1.f;
    if (unsigned_zero && bits == 0x80) return nan;
    if (has_infinity && exponent == last)
      return fraction ? nan : sign * std::numeric_limits<float>::infinity();
    if (!has_infinity && !unsigned_zero && (bits & 0x7f) == 0x7f) return nan;
    const int whole = exponent ? fraction | 1 << fraction_bits : fraction;
    return sign * std::ldexp(float(whole), std::max(exponent, 1) - bias - fraction_bits);
  }
};

float eight_bits(ScalarType t, uint8_t bits) {
  switch (t) {
    case ScalarType::Float8_e5m2:
      return Eight{2, 15, true, false}.value(bits);
    case ScalarType::Float8_e4m3fn:
      return Eight{3, 7, false, false}.value(bits);
    case ScalarType::Float8_e5m2fnuz:
      return Eight{2, 16, false, true}.value(bits);
    case ScalarType::Float8_e4m3fnuz:
      return Eight{3, 8, false, true}.value(bits);
    default:  // e8m0fnu: a power of 2 alone
      return bits == 0xff ? std::numeric_limits<float>::quiet_NaN() : std::ldexp(1.f, bits - 127);
  }
}

void widen_eight(ScalarType t, const char* from, size_t n, float* to) {
  float table[256];
  for (int i = 0; i < 256; ++i) table[i] = eight_bits(t, uint8_t(i));
  for (size_t i = 0; i < n; ++i) to[i] = table[uint8_t(from[i])];
}

// n elements, of which the first has the number `at`.
void convert(const std::string& where, ScalarType t, const char* from, size_t n, void* to,
             uint64_t at) {
  switch (t) {
    case kChar:
      return widen<int8_t>(from, n, static_cast<int32_t*>(to));
    case kShort:
      return widen<int16_t>(from, n, static_cast<int32_t*>(to));
    case kUInt16:
      return widen<uint16_t>(from, n, static_cast<int32_t*>(to));
    case kUInt32:
      return widen<uint32_t>(from, n, static_cast<int64_t*>(to));
    case kUInt64:
      return widen_uint64(where, from, n, static_cast<int64_t*>(to), at);
    case kHalf:
      return widen<Half>(from, n, static_cast<float*>(to));
    case kBFloat16:
      return widen<BFloat16>(from, n, static_cast<float*>(to));
    default:
      return widen_eight(t, from, n, static_cast<float*>(to));
  }
}

}  // namespace

ScalarType widened(ScalarType t) {
  if (is_held(t)) return t;
  switch (t) {
    case kChar:
    case kShort:
    case kUInt16:
      return kInt;
    case kUInt32:
    case kUInt64:
      return kLong;
    case kHalf:
    case kBFloat16:
    case kFloat8_e5m2:
    case kFloat8_e4m3fn:
    case kFloat8_e5m2fnuz:
    case kFloat8_e4m3fnuz:
    case kFloat8_e8m0fnu:
      return kFloat;
    default:
      return ScalarType::Undefined;
  }
}

void check_bools(const std::string& where, const void* data, uint64_t count) {
  const auto* bools = static_cast<const uint8_t*>(data);
  for (uint64_t i = 0; i < count; ++i)
    if (bools[i] > 1) fail("{}: element {} is {}, no bool", where, i, bools[i]);
}

Tensor read_elements(const std::string& where, StoredType stored, IntArrayRef sizes,
                     const TakeBytes& take) {
  const size_t bytes = item_size(stored.type);
  const Tensor y = raw::empty(sizes, widened(stored.type));
  const auto count = uint64_t(y.numel());
  auto* to = static_cast<char*>(y.data_ptr());
  const bool swaps = stored.big_endian && bytes > 1;
  if (is_held(stored.type) && !swaps) {
    take(to, count * bytes);
    if (stored.type == kBool) check_bools(where, to, count);
    return y;
  }
  const Scratch<char> piece(piece_bytes);
  for (uint64_t at = 0; at < count;) {
    const size_t n = std::min<uint64_t>(count - at, piece_bytes / bytes);
    take(piece.get(), n * bytes);
    if (swaps) swap_bytes(piece.get(), n, bytes);
    char* here = to + at * y.itemsize();
    if (is_held(stored.type))
      std::memcpy(here, piece.get(), n * bytes);
    else
      convert(where, stored.type, piece.get(), n, here, at);
    at += n;
  }
  return y;
}

}  // namespace gradus
