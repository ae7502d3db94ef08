// Numbers of mathematics as any type.
#pragma once

#include <c10/util/Half.h>

#include <numbers>

namespace gradus {

namespace detail {
template <class T>
constexpr T constant(double v) {
  if constexpr (std::is_same_v<T, double>)
    return v;
  else
    return T(float(v));
}
}  // namespace detail

template <class T>
inline constexpr T e = detail::constant<T>(std::numbers::e);
template <class T>
inline constexpr T pi = detail::constant<T>(std::numbers::pi);
template <class T>
inline constexpr T euler = detail::constant<T>(std::numbers::egamma);
template <class T>
inline constexpr T golden_ratio = detail::constant<T>(std::numbers::phi);
template <class T>
inline constexpr T frac_1_pi = detail::constant<T>(std::numbers::inv_pi);
template <class T>
inline constexpr T frac_1_sqrt_pi = detail::constant<T>(std::numbers::inv_sqrtpi);
template <class T>
inline constexpr T frac_sqrt_2 = detail::constant<T>(std::numbers::sqrt2 / 2);
template <class T>
inline constexpr T frac_sqrt_3 = detail::constant<T>(std::numbers::inv_sqrt3);
template <class T>
inline constexpr T ln_10 = detail::constant<T>(std::numbers::ln10);
template <class T>
inline constexpr T ln_2 = detail::constant<T>(std::numbers::ln2);
template <class T>
inline constexpr T log_10_e = detail::constant<T>(std::numbers::log10e);
template <class T>
inline constexpr T log_2_e = detail::constant<T>(std::numbers::log2e);
template <class T>
inline constexpr T sqrt_2 = detail::constant<T>(std::numbers::sqrt2);
template <class T>
inline constexpr T sqrt_3 = detail::constant<T>(std::numbers::sqrt3);

}  // namespace gradus
