// Elementwise operations as functions. Shapes broadcast; types promote as in PyTorch; operations
// that need floating point turn integers into the default floating type. Each throws Error when
// the shapes do not broadcast or the type is not supported.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

// clang-format off
#define GRADUS_DECLARE(name)                                     \
  inline Tensor name(const Tensor& x) { return x.name(); }       \
  inline Tensor& name##_(Tensor& x) { return x.name##_(); }
GRADUS_UNARY_OPS(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name, real)                               \
  inline Tensor name(const Tensor& x) { return x.real(); }       \
  inline Tensor& name##_(Tensor& x) { return x.real##_(); }
GRADUS_UNARY_ALIASES(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name) inline Tensor name(const Tensor& x) { return x.name(); }
GRADUS_PREDICATE_OPS(GRADUS_DECLARE)
GRADUS_DECLARE(isreal)
GRADUS_DECLARE(positive)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name)                                                            \
  inline Tensor name(const Tensor& a, const Tensor& b) { return a.name(b); }            \
  inline Tensor name(const Tensor& a, const Scalar& b) { return a.name(b); }
GRADUS_COMPARE_OPS(GRADUS_DECLARE)
GRADUS_BINARY_OPS(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name, real)                                                      \
  inline Tensor name(const Tensor& a, const Tensor& b) { return a.real(b); }            \
  inline Tensor name(const Tensor& a, const Scalar& b) { return a.real(b); }
GRADUS_COMPARE_ALIASES(GRADUS_DECLARE)
GRADUS_BINARY_ALIASES(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name) \
  inline Tensor name(const Tensor& a, const Tensor& b) { return a.name(b); }
GRADUS_LOGICAL_OPS(GRADUS_DECLARE)
GRADUS_BINARY_TENSOR_OPS(GRADUS_DECLARE)
GRADUS_BINARY_FUNCTIONAL_OPS(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name, real) \
  inline Tensor name(const Tensor& a, const Tensor& b) { return a.real(b); }
GRADUS_BINARY_TENSOR_ALIASES(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name)                                                          \
  inline Tensor name(const Tensor& a, const Tensor& b, const Scalar& alpha = 1) {     \
    return a.name(b, alpha);                                                          \
  }                                                                                   \
  inline Tensor name(const Tensor& a, const Scalar& b, const Scalar& alpha = 1) {     \
    return a.name(b, alpha);                                                          \
  }
GRADUS_DECLARE(add)
GRADUS_DECLARE(sub)
GRADUS_DECLARE(subtract)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name)                                                          \
  inline Tensor name(const Tensor& a, const Tensor& b,                                \
                     std::optional<std::string_view> rounding_mode = {}) {            \
    return a.name(b, rounding_mode);                                                  \
  }                                                                                   \
  inline Tensor name(const Tensor& a, const Scalar& b,                                \
                     std::optional<std::string_view> rounding_mode = {}) {            \
    return a.name(b, rounding_mode);                                                  \
  }
GRADUS_DECLARE(div)
GRADUS_DECLARE(divide)
#undef GRADUS_DECLARE
// clang-format on
inline Tensor true_divide(const Tensor& a, const Tensor& b) { return a.div(b); }
inline Tensor true_divide(const Tensor& a, const Scalar& b) { return a.div(b); }
// other - alpha * x
Tensor rsub(const Tensor& x, const Tensor& other, const Scalar& alpha = 1);
Tensor rsub(const Tensor& x, const Scalar& other, const Scalar& alpha = 1);
Tensor pow(const Scalar& base, const Tensor& exponent);
Tensor xlogy(const Scalar& x, const Tensor& y);
Tensor remainder(const Scalar& a, const Tensor& b);
Tensor round(const Tensor& x, int64_t decimals);
Tensor polygamma(int64_t n, const Tensor& x);
Tensor mvlgamma(const Tensor& x, int64_t p);
Tensor logit(const Tensor& x, std::optional<double> eps = std::nullopt);
Tensor nan_to_num(const Tensor& x, std::optional<double> nan = std::nullopt,
                  std::optional<double> posinf = std::nullopt,
                  std::optional<double> neginf = std::nullopt);

// x held between min and max, either of which may be missing. The gradient passes where
// min <= x <= max.
Tensor clamp(const Tensor& x, const std::optional<Scalar>& min,
             const std::optional<Scalar>& max = std::nullopt);
Tensor clamp(const Tensor& x, const std::optional<Tensor>& min,
             const std::optional<Tensor>& max = std::nullopt);
Tensor clip(const Tensor& x, const std::optional<Scalar>& min,
            const std::optional<Scalar>& max = std::nullopt);
Tensor clip(const Tensor& x, const std::optional<Tensor>& min,
            const std::optional<Tensor>& max = std::nullopt);
Tensor clamp_min(const Tensor& x, const Scalar& min);
Tensor clamp_min(const Tensor& x, const Tensor& min);
Tensor clamp_max(const Tensor& x, const Scalar& max);
Tensor clamp_max(const Tensor& x, const Tensor& max);
// start + weight * (end - start)
Tensor lerp(const Tensor& start, const Tensor& end, const Scalar& weight);
Tensor lerp(const Tensor& start, const Tensor& end, const Tensor& weight);
// x + value * a * b and x + value * a / b
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value = 1);
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value = 1);

// a where the condition (bool, or as of old uint8) holds, else b.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, const Scalar& b);
Tensor where(const Tensor& condition, const Scalar& a, const Tensor& b);
Tensor where(const Tensor& condition, const Scalar& a, const Scalar& b);

// |a - b| <= atol + rtol |b|, elementwise; infinities are close when equal.
Tensor isclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8,
               bool equal_nan = false);
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8,
              bool equal_nan = false);

ScalarType result_type(const Tensor& a, const Tensor& b);
ScalarType result_type(const Tensor& a, const Scalar& b);
ScalarType result_type(const Scalar& a, const Tensor& b);
bool can_cast(ScalarType from, ScalarType to);

}  // namespace gradus
