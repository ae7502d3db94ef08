// c10::complex: complex numbers to compute with. No tensor has them.
#pragma once

#include <c10/util/Half.h>

#include <complex>
#include <sstream>

namespace gradus {

/// A complex number of two T, float or double (Half is stored only), with std::complex's
/// arithmetic.
template <class T>
struct complex {
  using value_type = T;

  constexpr complex() = default;
  constexpr complex(const T& re, const T& im = T()) : real_(re), imag_(im) {}
  // A float converts to double by itself, the other way needs a word.
  template <class U>
  requires(!std::same_as<T, U>) explicit(sizeof(U) >
                                         sizeof(T)) constexpr complex(const complex<U>& z)
      : real_(T(z.real())), imag_(T(z.imag())) {}
  template <class U>
  constexpr complex(const std::complex<U>& z) : real_(T(z.real())), imag_(T(z.imag())) {}
  template <class U>
  constexpr explicit operator std::complex<U>() const {
    return {U(real_), U(imag_)};
  }

  constexpr T real() const { return real_; }
  constexpr T imag() const { return imag_; }
  constexpr void real(T v) { real_ = v; }
  constexpr void imag(T v) { imag_ = v; }

  constexpr complex& operator=(T re) { return *this = complex(re); }
  constexpr complex& operator+=(const complex& z) {
    return *this = {T(real_ + z.real_), T(imag_ + z.imag_)};
  }
  constexpr complex& operator-=(const complex& z) {
    return *this = {T(real_ - z.real_), T(imag_ - z.imag_)};
  }
  constexpr complex& operator*=(const complex& z) {
    return *this = {T(real_ * z.real_ - imag_ * z.imag_), T(real_ * z.imag_ + imag_ * z.real_)};
  }
  /// By the larger part of the divisor, so that no square overflows.
  constexpr complex& operator/=(const complex& z) {
    const T c = z.real_ < 0 ? -z.real_ : z.real_, d = z.imag_ < 0 ? -z.imag_ : z.imag_;
    if (c == 0 && d == 0) return *this = {T(real_ / c), T(imag_ / d)};
    if (c >= d) {
      const T r = z.imag_ / z.real_, n = 1 / (z.real_ + z.imag_ * r);
      return *this = {T((real_ + imag_ * r) * n), T((imag_ - real_ * r) * n)};
    }
    const T r = z.real_ / z.imag_, n = 1 / (z.real_ * r + z.imag_);
    return *this = {T((real_ * r + imag_) * n), T((imag_ * r - real_) * n)};
  }

  friend constexpr complex operator+(const complex& z) { return z; }
  friend constexpr complex operator-(const complex& z) { return {T(-z.real_), T(-z.imag_)}; }
  friend constexpr complex operator+(complex a, const complex& b) { return a += b; }
  friend constexpr complex operator-(complex a, const complex& b) { return a -= b; }
  friend constexpr complex operator*(complex a, const complex& b) { return a *= b; }
  friend constexpr complex operator/(complex a, const complex& b) { return a /= b; }
  friend constexpr bool operator==(const complex& a, const complex& b) {
    return a.real_ == b.real_ && a.imag_ == b.imag_;
  }
  friend std::ostream& operator<<(std::ostream& out, const complex& z) {
    std::ostringstream text;
    text.flags(out.flags());
    text.precision(out.precision());
    text << '(' << z.real_ << ',' << z.imag_ << ')';
    return out << text.str();
  }

 private:
  T real_ = T(), imag_ = T();
};

/// libtorch's endings of numbers: `1.5_if` is 1.5 times the float i, `1.5_id` the double one.
namespace complex_literals {
constexpr complex<float> operator""_if(long double v) { return {0, float(v)}; }
constexpr complex<double> operator""_id(long double v) { return {0, double(v)}; }
constexpr complex<float> operator""_if(unsigned long long v) { return {0, float(v)}; }
constexpr complex<double> operator""_id(unsigned long long v) { return {0, double(v)}; }
}  // namespace complex_literals

template <class T>
constexpr complex<T> polar(const T& r, const T& theta = T()) {
  return complex<T>(std::polar(r, theta));
}

}  // namespace gradus

// libtorch's programs call these by their names in std.
namespace std {
template <class T>
constexpr T real(const gradus::complex<T>& z) {
  return z.real();
}
template <class T>
constexpr T imag(const gradus::complex<T>& z) {
  return z.imag();
}
template <class T>
T abs(const gradus::complex<T>& z) {
  return std::abs(static_cast<std::complex<T>>(z));
}
template <class T>
T arg(const gradus::complex<T>& z) {
  return std::arg(static_cast<std::complex<T>>(z));
}
template <class T>
constexpr T norm(const gradus::complex<T>& z) {
  return z.real() * z.real() + z.imag() * z.imag();
}
template <class T>
constexpr gradus::complex<T> conj(const gradus::complex<T>& z) {
  return {z.real(), -z.imag()};
}
#define GRADUS_OF_COMPLEX(name)                                            \
  template <class T>                                                       \
  gradus::complex<T> name(const gradus::complex<T>& z) {                   \
    return gradus::complex<T>(std::name(static_cast<std::complex<T>>(z))); \
  }
GRADUS_OF_COMPLEX(exp)
GRADUS_OF_COMPLEX(log)
GRADUS_OF_COMPLEX(log10)
GRADUS_OF_COMPLEX(sqrt)
GRADUS_OF_COMPLEX(sin)
GRADUS_OF_COMPLEX(cos)
GRADUS_OF_COMPLEX(tan)
GRADUS_OF_COMPLEX(asin)
GRADUS_OF_COMPLEX(acos)
GRADUS_OF_COMPLEX(atan)
GRADUS_OF_COMPLEX(sinh)
GRADUS_OF_COMPLEX(cosh)
GRADUS_OF_COMPLEX(tanh)
GRADUS_OF_COMPLEX(asinh)
GRADUS_OF_COMPLEX(acosh)
GRADUS_OF_COMPLEX(atanh)
GRADUS_OF_COMPLEX(proj)
#undef GRADUS_OF_COMPLEX
template <class T>
gradus::complex<T> pow(const gradus::complex<T>& a, const gradus::complex<T>& b) {
  return gradus::complex<T>(
      std::pow(static_cast<std::complex<T>>(a), static_cast<std::complex<T>>(b)));
}
template <class T>
struct hash<gradus::complex<T>> {
  size_t operator()(const gradus::complex<T>& z) const {
    return std::hash<T>()(z.real()) * 31 + std::hash<T>()(z.imag());
  }
};
}  // namespace std
