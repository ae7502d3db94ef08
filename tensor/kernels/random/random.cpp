// Plain loops, which the compiler makes vectors of. Every fused multiply-add is written out,
// because the sums round as they do in PyTorch only with exactly these.
#include "tensor/kernels/random/random.h"

namespace gradus::kernels::GRADUS_ISA {

namespace {

#if defined(__FMA__) || defined(__aarch64__)
inline float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
// The product is exact in double; only the sum is rounded twice, which shows once in 2^29 cases.
inline float fused(float a, float b, float c) {
  return static_cast<float>(static_cast<double>(a) * b + c);
}
#endif

inline uint32_t bits(float x) { return __builtin_bit_cast(uint32_t, x); }
inline float from_bits(uint32_t x) { return __builtin_bit_cast(float, x); }

// ln x for x in (0, 1], Cephes' logf.
inline float log_unit(float x) {
  const uint32_t i = bits(x);
  float e = static_cast<float>(static_cast<int32_t>(i >> 23) - 126);
  const float m = from_bits((i & 0x007fffffu) | 0x3f000000u);  // in [1/2, 1)
  const bool low = m < 0.707106781186547524f;
  const float r = (m - 1.0f) + (low ? m : 0.0f);
  e -= low ? 1.0f : 0.0f;
  const float z = r * r;
  float y = fused(7.0376836292e-2f, r, -1.1514610310e-1f);
  y = fused(y, r, 1.1676998740e-1f);
  y = fused(y, r, -1.2420140846e-1f);
  y = fused(y, r, 1.4249322787e-1f);
  y = fused(y, r, -1.6668057665e-1f);
  y = fused(y, r, 2.0000714765e-1f);
  y = fused(y, r, -2.4999993993e-1f);
  y = fused(y, r, 3.3333331174e-1f);
  y = fused(z, y * r, e * -2.12194440e-4f);
  y = fused(z, -0.5f, y);
  return fused(e, 0.693359375f, r + y);
}

// sin and cos of t in [0, 8192), Cephes' sinf and cosf.
inline void sincos_positive(float t, float& sine, float& cosine) {
  const int32_t octant = (static_cast<int32_t>(t * 1.27323954473516f) + 1) & ~1;
  const float y = static_cast<float>(octant);
  float x = fused(y, -0.78515625f, t);
  x = fused(y, -2.4187564849853515625e-4f, x);
  x = fused(y, -3.77489497744594108e-8f, x);
  const float z = x * x;
  float c = fused(2.443315711809948e-5f, z, -1.388731625493765e-3f);
  c = fused(c, z, 4.166664568298827e-2f);
  c = fused(z, c * z, z * -0.5f) + 1.0f;
  float s = fused(-1.9515295891e-4f, z, 8.3321608736e-3f);
  s = fused(s, z, -1.6666654611e-1f);
  s = fused(s * z, x, x);
  const bool swap = (octant & 2) != 0;
  const uint32_t j = static_cast<uint32_t>(octant);
  sine = from_bits(bits(swap ? c : s) ^ (j & 4u) << 29);
  cosine = from_bits(bits(swap ? s : c) ^ (~(j - 2u) & 4u) << 29);
}

inline uint32_t twisted(uint32_t far, uint32_t here, uint32_t after) {
  const uint32_t y = (here & 0x80000000u) | (after & 0x7fffffffu);
  return far ^ (y >> 1) ^ ((0u - (after & 1u)) & 0x9908b0dfu);
}

void twist(uint32_t* s) {
  constexpr int n = 624, m = 397;
  for (int k = 0; k < n - m; ++k) s[k] = twisted(s[k + m], s[k], s[k + 1]);
  for (int k = n - m; k < n - 1; ++k) s[k] = twisted(s[k + m - n], s[k], s[k + 1]);
  s[n - 1] = twisted(s[m - 1], s[n - 1], s[0]);
}

void temper(const uint32_t* state, uint32_t* words, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    uint32_t y = state[i];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    words[i] = y ^ y >> 18;
  }
}

void uniform_float(const uint32_t* words, float* out, int64_t n, float from, float to) {
  const float range = to - from;
  for (int64_t i = 0; i < n; ++i) {
    const float u = static_cast<float>(static_cast<int32_t>(words[i] & 0xffffffu)) * 0x1p-24f;
    const float v = fused(u, range, from);
    out[i] = v == to ? from : v;  // rounded up to the open end
  }
}

void uniform_double(const uint32_t* words, double* out, int64_t n, double from, double to) {
  const double range = to - from;
  for (int64_t i = 0; i < n; ++i) {
    // Two exact conversions and an exact sum: cheaper than one of 64 bits.
    const double high = static_cast<double>(static_cast<int32_t>(words[2 * i] & 0x1fffffu));
    const double low = static_cast<double>(words[2 * i + 1]);
    const double v = __builtin_fma((high * 0x1p32 + low) * 0x1p-53, range, from);
    out[i] = v == to ? from : v;
  }
}

void below(const double* u, double p, uint8_t* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = u[i] < p;
}

void normal_float(float* data, int64_t blocks, float mean, float std) {
  for (; blocks > 0; --blocks, data += 16) {
    for (int i = 0; i < 8; ++i) {
      const float radius = __builtin_sqrtf(-2.0f * log_unit(1.0f - data[i]));
      float sine, cosine;
      sincos_positive(6.283185307179586f * data[i + 8], sine, cosine);
      data[i] = fused(radius * cosine, std, mean);
      data[i + 8] = fused(radius * sine, std, mean);
    }
  }
}

}  // namespace

constinit const RandomTable random_table = {twist,          temper, uniform_float,
                                            uniform_double, below,  normal_float};

}  // namespace gradus::kernels::GRADUS_ISA
