// Arithmetic on elements that is written less often: powers in double, mantissas and exponents, and
// what programs ask of real tensors where they allow complex ones.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// x to the power of `exponent`, computed in float64 whatever the types.
Tensor float_power(const Tensor& x, const Tensor& exponent);
Tensor float_power(const Scalar& x, const Tensor& exponent);
Tensor float_power(const Tensor& x, const Scalar& exponent);
/// The same as float_power(), in place. Throws Error unless x is float64.
Tensor& float_power_(Tensor& x, const Tensor& exponent);
Tensor& float_power_(Tensor& x, const Scalar& exponent);
/// Mantissas m and int32 exponents e with x = m 2^e and 1/2 <= |m| < 1; 0, infinity and nan have
/// the exponent 0. The gradient of m goes to x. Throws NotImplementedError unless x is floating.
std::tuple<Tensor, Tensor> frexp(const Tensor& x);
/// The angle of each number in the complex plane: 0, pi for those below 0, nan for nan. The
/// gradient is 0. Integers become the default floating type.
Tensor angle(const Tensor& x);

// --- Real tensors as complex ones ----

/// x itself: its elements are real.
inline Tensor real(const Tensor& x) { return x; }
/// The same as real().
inline Tensor conj(const Tensor& x) { return x; }
/// The same as real().
inline Tensor resolve_conj(const Tensor& x) { return x; }
/// The same as real().
inline Tensor resolve_neg(const Tensor& x) { return x; }
/// The same as real().
inline Tensor conj_physical(const Tensor& x) { return x; }
/// The same as real().
inline Tensor& conj_physical_(Tensor& x) { return x; }
/// Throws Error: real tensors have no imaginary part.
[[noreturn]] Tensor imag(const Tensor& x);
/// Throws Error: there are no complex tensors.
[[noreturn]] Tensor polar(const Tensor& abs, const Tensor& angle);
/// The same as polar().
[[noreturn]] Tensor view_as_real(const Tensor& x);
/// The same as polar().
[[noreturn]] Tensor view_as_complex(const Tensor& x);

}  // namespace gradus
