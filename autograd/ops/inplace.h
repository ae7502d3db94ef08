// Functions that write their first argument, as the methods of the same names do.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// clamp() written to x; either bound may be missing, not both.
inline Tensor& clamp_(Tensor& x, const std::optional<Scalar>& min,
                      const std::optional<Scalar>& max = std::nullopt) {
  return x.clamp_(min, max);
}
inline Tensor& clamp_(Tensor& x, const std::optional<Tensor>& min,
                      const std::optional<Tensor>& max = std::nullopt) {
  return x.clamp_(min, max);
}
/// The same as clamp_().
inline Tensor& clip_(Tensor& x, const std::optional<Scalar>& min,
                     const std::optional<Scalar>& max = std::nullopt) {
  return x.clamp_(min, max);
}
inline Tensor& clip_(Tensor& x, const std::optional<Tensor>& min,
                     const std::optional<Tensor>& max = std::nullopt) {
  return x.clamp_(min, max);
}
/// clamp_min() written to x.
inline Tensor& clamp_min_(Tensor& x, const Scalar& min) { return x.clamp_min_(min); }
inline Tensor& clamp_min_(Tensor& x, const Tensor& min) { return x.clamp_min_(min); }
/// clamp_max() written to x.
inline Tensor& clamp_max_(Tensor& x, const Scalar& max) { return x.clamp_max_(max); }
inline Tensor& clamp_max_(Tensor& x, const Tensor& max) { return x.clamp_max_(max); }
/// xlogy() written to x.
inline Tensor& xlogy_(Tensor& x, const Tensor& other) { return x.xlogy_(other); }
inline Tensor& xlogy_(Tensor& x, const Scalar& other) { return x.xlogy_(other); }
/// gcd() written to x.
inline Tensor& gcd_(Tensor& x, const Tensor& other) { return x.gcd_(other); }
/// lcm() written to x.
inline Tensor& lcm_(Tensor& x, const Tensor& other) { return x.lcm_(other); }
/// ldexp() written to x.
inline Tensor& ldexp_(Tensor& x, const Tensor& other) { return x.ldexp_(other); }
/// addmv() written to x.
inline Tensor& addmv_(Tensor& x, const Tensor& mat, const Tensor& vec, const Scalar& beta = 1,
                      const Scalar& alpha = 1) {
  return x.addmv_(mat, vec, beta, alpha);
}
/// Takes the history from x, which becomes a leaf. Throws Error on a view.
inline Tensor& detach_(Tensor& x) { return x.detach_(); }
/// Gives x the shape of `other`; see Tensor::resize_().
inline const Tensor& resize_as_(const Tensor& x, const Tensor& other,
                                std::optional<MemoryFormat> format = std::nullopt) {
  return x.resize_as_(other, format);
}
/// Makes x another window on its storage; see as_strided().
inline const Tensor& as_strided_(const Tensor& x, IntArrayRef size, IntArrayRef stride,
                                 std::optional<int64_t> storage_offset = std::nullopt) {
  return x.as_strided_(size, stride, storage_offset);
}

/// nan_to_num() written to x.
inline Tensor& nan_to_num_(Tensor& x, std::optional<double> nan = std::nullopt,
                           std::optional<double> posinf = std::nullopt,
                           std::optional<double> neginf = std::nullopt) {
  return x.nan_to_num_(nan, posinf, neginf);
}
/// logit() written to x.
inline Tensor& logit_(Tensor& x, std::optional<double> eps = std::nullopt) { return x.logit_(eps); }

}  // namespace gradus
