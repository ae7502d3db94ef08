// Trigonometric and hyperbolic functions and their inverses.
#pragma once

#include "tensor/kernels/simd/exponential.h"
#include "tensor/kernels/simd/lanewise.h"
#include "tensor/kernels/simd/pieces.h"

namespace gradus::kernels::GRADUS_ISA::simd {

// |x| = n pi / 2 + r, |r| <= pi / 4, for |x| up to `most`; r to its last digits, also near
// multiples of pi. (xsimd chooses how to reduce by the largest of all lanes, and loses digits.)
template <class T>
struct Quadrant;
template <>
struct Quadrant<float> {
  static constexpr float most = 0x1p15f;
  batch<float> r;
  batch<int32_t> n;
  explicit Quadrant(const batch<float>& x) {
    using V = batch<float>;
    const V magic(0x1.8p23f);  // the last bits of a sum with it are the whole part
#if defined(__FMA__) || defined(__aarch64__)
    const V sum = xsimd::fma(x, V(0.636619772f), magic), k = sum - magic;
    r = xsimd::fnma(k, V(0x1.921fb6p0f), x);  // exact
    r = xsimd::fnma(k, V(-0x1.777a5cp-25f), r);
    r = xsimd::fnma(k, V(-0x1.ee59dap-50f), r);
#else
    const V sum = x * V(0.636619772f) + magic, k = sum - magic;
    using D = batch<double>;
    const auto rest = [](const D& z, const D& q) {
      return z - q * D(0x1.921fb544p0) - q * D(0x1.0b4611a6p-34);
    };
    r = in_double(rest, x, k);
#endif
    n = xsimd::bitwise_cast<batch<int32_t>>(sum);
  }
};
template <>
struct Quadrant<double> {
  batch<double> r;
  batch<int64_t> n;
#if defined(__FMA__) || defined(__aarch64__)
  static constexpr double most = 0x1p30;
#else
  static constexpr double most = 0x1p20;
#endif
  explicit Quadrant(const batch<double>& x) {
    using V = batch<double>;
    const V magic(0x1.8p52), sum = xsimd::fma(x, V(0.63661977236758134), magic), k = sum - magic;
#if defined(__FMA__) || defined(__aarch64__)
    r = xsimd::fnma(k, V(0x1.921fb54442d18p0), x);  // exact
    r = xsimd::fnma(k, V(0x1.1a62633145c07p-54), r);
    r = xsimd::fnma(k, V(-0x1.f1976b7ed8fbcp-110), r);
#else
    // Of 33 bits, so that the products are exact.
    r = x - k * V(0x1.921fb544p0) - k * V(0x1.0b4611a6p-34);
    r = r - k * V(0x1.3198a2ep-69) - k * V(0x1.b839a252049c1p-104);
#endif
    n = xsimd::bitwise_cast<batch<int64_t>>(sum);
  }
};

// sin r and cos r, |r| <= pi / 4. Fitted by tests/reference/fit_polynomials.py.
inline void sine_and_cosine(const batch<float>& r, batch<float>& sine, batch<float>& cosine) {
  static constexpr float s[] = {-0.166666541f, 0.00833212952f, -0.000195109845f};
  static constexpr float c[] = {0.0416666448f, -0.00138872739f, 2.44282459e-5f};
  const batch<float> t = square_beside_one(r);
  sine = xsimd::fma(r, t * polynomial(s, t), r);
  cosine = xsimd::fma(t * t, polynomial(c, t), xsimd::fma(t, batch<float>(-0.5f), batch<float>(1)));
}
inline void sine_and_cosine(const batch<double>& r, batch<double>& sine, batch<double>& cosine) {
  static constexpr double s[] = {-0.16666666666666627,    0.008333333333321355,
                                 -0.00019841269828958051, 2.7557313395916741e-06,
                                 -2.5050711541593357e-08, 1.5894081406645193e-10};
  static constexpr double c[] = {0.041666666666666588,   -0.0013888888888871967,
                                 2.4801587288156967e-05, -2.7557313974590195e-07,
                                 2.0875672507519171e-09, -1.1357044749931913e-11};
  const batch<double> t = square_beside_one(r);
  sine = xsimd::fma(r, t * polynomial(s, t), r);
  cosine =
      xsimd::fma(t * t, polynomial(c, t), xsimd::fma(t, batch<double>(-0.5), batch<double>(1)));
}

// The sign bit where bit 1 of n is set, and all bits where bit 0 is.
template <class T, class I>
batch<T> sign_of_half_turn(const I& n) {
  return xsimd::bitwise_cast<batch<T>>((n & I(2)) << (8 * int(sizeof(T)) - 2));
}
template <class T, class I>
batch<T> odd_quarters(const I& n) {
  return xsimd::bitwise_cast<batch<T>>(I(0) - (n & I(1)));
}

// Where |x| is beyond `most`, the C library's f.
template <class T, class F>
batch<T> unless_far(const batch<T>& y, const batch<T>& x, F f) {
  const mask<T> far = xsimd::abs(x) > batch<T>(Quadrant<T>::most);
  return xsimd::any(far) ? xsimd::select(far, lanewise(f, x), y) : y;
}

template <class T>
batch<T> sin(const batch<T>& x) {
  const Quadrant<T> q(xsimd::abs(x));
  batch<T> s, c;
  sine_and_cosine(q.r, s, c);
  const batch<T> y = s ^ ((s ^ c) & odd_quarters<T>(q.n));
  return unless_far<T>(y ^ sign_of_half_turn<T>(q.n) ^ xsimd::bitofsign(x), x,
                       [](T t) { return std::sin(t); });
}
template <class T>
batch<T> cos(const batch<T>& x) {
  const Quadrant<T> q(xsimd::abs(x));
  batch<T> s, c;
  sine_and_cosine(q.r, s, c);
  const batch<T> y = c ^ ((s ^ c) & odd_quarters<T>(q.n));
  return unless_far<T>(y ^ sign_of_half_turn<T>(q.n + decltype(q.n)(1)), x,
                       [](T t) { return std::cos(t); });
}
template <class T>
batch<T> tan(const batch<T>& x) {
  const Quadrant<T> q(xsimd::abs(x));
  batch<T> s, c;
  sine_and_cosine(q.r, s, c);
  const batch<T> odd = odd_quarters<T>(q.n), swapped = (s ^ c) & odd;
  const batch<T> y = (s ^ swapped) / (c ^ swapped);  // -c / s in odd quarters
  return unless_far<T>(y ^ xsimd::bitofsign(odd) ^ xsimd::bitofsign(x), x,
                       [](T t) { return std::tan(t); });
}

#define GRADUS_FORWARD(f)         \
  template <class T>              \
  batch<T> f(const batch<T>& x) { \
    return xsimd::f(x);           \
  }
GRADUS_FORWARD(asin)
GRADUS_FORWARD(acos)
GRADUS_FORWARD(sinh)
GRADUS_FORWARD(cosh)
GRADUS_FORWARD(asinh)
GRADUS_FORWARD(atanh)
#undef GRADUS_FORWARD

template <class T>
batch<T> atan(const batch<T>& x) {
  const batch<T> most(T(1e12));  // of floats it is pi / 2 there, and 1 / x^2 not yet denormal
  return xsimd::atan(sizeof(T) == 4 ? xsimd::max(-most, xsimd::min(most, x)) : x);
}

// Float: up to 0.75 by an odd polynomial, above it is 1 - 1 / (1 + y), y = (e^(2 |x|) - 1) / 2.
template <class T>
batch<T> tanh(const batch<T>& x) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) return by_pieces(tanh_pieces, x);
#elif defined(__AVX2__)
  if constexpr (sizeof(T) == 4) {
    static constexpr float c[] = {-0.333333151f, 0.133326936f,    -0.0538926763f,
                                  0.0214518455f, -0.00765692177f, 0.00173671814f};
    const batch<T> z = xsimd::min(batch<T>(9.02f), xsimd::abs(x));  // where it is 1
    const batch<T> t = square_beside_one(z), near = xsimd::fma(z, t * polynomial(c, t), z);
    const Power<T> p(z + z);
    const batch<T> y = xsimd::fma(p.half, p.rest, p.half - batch<T>(0.5f));
    const batch<T> far = batch<T>(1) - batch<T>(1) / (y + batch<T>(1));
    return xsimd::copysign(xsimd::select(z < batch<T>(0.75f), near, far), x);
  }
#endif
  const batch<T> one_from(T(sizeof(T) == 4 ? 10 : 20));  // on; further out it may underflow
  return xsimd::tanh(xsimd::copysign(min<T>(xsimd::abs(x), one_from), x));
}

template <class T>
batch<T> acosh(const batch<T>& x) {
  const batch<T> nan(std::numeric_limits<T>::quiet_NaN());
  return xsimd::select(x < batch<T>(T(1)), nan, xsimd::acosh(x));
}

// The angle of the point (b, a). xsimd gives nan where both are zero or both are infinite.
template <class T>
batch<T> atan2(const batch<T>& a, const batch<T>& b) {
  const batch<T> x = xsimd::abs(a), zero(T(0)), one(T(1)), inf(std::numeric_limits<T>::infinity());
  const mask<T> corner = x == xsimd::abs(b) && (x == zero || x == inf);
  const batch<T> y = xsimd::atan2(a, b);
  if (!xsimd::any(corner)) return y;
  const mask<T> left = xsimd::copysign(one, b) < zero;
  constexpr double pi = 3.14159265358979323846;
  const batch<T> at_zero = xsimd::select(left, batch<T>(T(pi)), zero);
  const batch<T> at_inf = xsimd::select(left, batch<T>(T(0.75 * pi)), batch<T>(T(0.25 * pi)));
  const batch<T> angle = xsimd::select(x == zero, at_zero, at_inf);
  return xsimd::select(corner, xsimd::copysign(angle, a), y);
}

}  // namespace gradus::kernels::GRADUS_ISA::simd
