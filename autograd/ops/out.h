// f_out(out, ...) writes what f(...) gives to `out`, which takes its shape and keeps its own
// element type. An argument may be `out` itself. The result has no history: where gradients are
// recorded and an argument or `out` requires one, Error is thrown.
#pragma once

#include "autograd/factories.h"
#include "autograd/ops/index/index.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/nn/activation.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "autograd/ops/reduce/reduce.h"
#include "autograd/ops/view/join.h"
#include "autograd/ops/view/rearrange.h"
#include "autograd/ops/view/triangular.h"

namespace gradus {

namespace detail {
Tensor& write_out(const char* op, Tensor& out, const Tensor& y);
}

// clang-format off
#define GRADUS_OUT(name)                                                          \
  template <class... Args>                                                        \
  Tensor& name##_out(Tensor& out, const Args&... args) {                          \
    return detail::write_out(#name, out, name(args...));                          \
  }
#define GRADUS_OUT_ALIAS(name, real) GRADUS_OUT(name)
GRADUS_UNARY_OPS(GRADUS_OUT)
GRADUS_UNARY_ALIASES(GRADUS_OUT_ALIAS)
GRADUS_PREDICATE_OPS(GRADUS_OUT)
GRADUS_COMPARE_OPS(GRADUS_OUT)
GRADUS_COMPARE_ALIASES(GRADUS_OUT_ALIAS)
GRADUS_LOGICAL_OPS(GRADUS_OUT)
GRADUS_BINARY_OPS(GRADUS_OUT)
GRADUS_BINARY_ALIASES(GRADUS_OUT_ALIAS)
GRADUS_BINARY_TENSOR_OPS(GRADUS_OUT)
GRADUS_BINARY_TENSOR_ALIASES(GRADUS_OUT_ALIAS)
GRADUS_BINARY_FUNCTIONAL_OPS(GRADUS_OUT)
#define GRADUS_OUT_OPS(X)                                                                        \
  X(add) X(sub) X(subtract) X(div) X(divide) X(true_divide) X(rsub) X(clamp) X(clip)             \
  X(clamp_min) X(clamp_max) X(lerp) X(addcmul) X(addcdiv) X(where) X(logit) X(polygamma)         \
  X(nan_to_num)                                                                                  \
  X(matmul) X(mm) X(bmm) X(mv) X(dot) X(vdot) X(inner) X(outer) X(ger) X(kron) X(addmm) X(addmv) \
  X(addr) X(baddbmm) X(addbmm) X(linear) X(matrix_power) X(cross)                                \
  X(elu) X(gelu) X(silu) X(mish) X(leaky_relu) X(hardtanh) X(hardsigmoid) X(hardswish)           \
  X(hardshrink) X(softshrink) X(softplus) X(log_sigmoid) X(threshold) X(glu)                     \
  X(cumsum) X(cumprod) X(logcumsumexp) X(softmax) X(log_softmax) X(argmax) X(argmin) X(all)      \
  X(any) X(msort) X(argsort) X(quantile) X(nanquantile) X(renorm)                                \
  X(gather) X(scatter) X(scatter_add) X(scatter_reduce) X(index_select) X(index_add)             \
  X(index_copy) X(masked_select) X(take) X(nonzero) X(searchsorted) X(bucketize)                 \
  X(diag) X(tril) X(triu) X(bernoulli) X(multinomial)
GRADUS_OUT_OPS(GRADUS_OUT)
#undef GRADUS_OUT_OPS
#undef GRADUS_OUT

// Sums and means of the whole or over dims; sums and products are computed in the type of `out`
// unless another is given.
#define GRADUS_OUT(name, type)                                                                    \
  inline Tensor& name##_out(Tensor& out, const Tensor& x, OptionalDtype dtype = {}) {             \
    return detail::write_out(#name, out, x.name(type));                                           \
  }                                                                                               \
  inline Tensor& name##_out(Tensor& out, const Tensor& x, OptionalIntArrayRef dim,                \
                            bool keepdim = false, OptionalDtype dtype = {}) {                     \
    return detail::write_out(#name, out, x.name(dim, keepdim, type));                             \
  }
GRADUS_OUT(sum, dtype ? dtype : out.dtype())
GRADUS_OUT(mean, dtype)
#undef GRADUS_OUT
inline Tensor& prod_out(Tensor& out, const Tensor& x, OptionalDtype dtype = {}) {
  return detail::write_out("prod", out, x.prod(dtype ? dtype : out.dtype()));
}
inline Tensor& prod_out(Tensor& out, const Tensor& x, int64_t dim, bool keepdim = false,
                        OptionalDtype dtype = {}) {
  return detail::write_out("prod", out, x.prod(dim, keepdim, dtype ? dtype : out.dtype()));
}
#define GRADUS_OUT(name)                                                                         \
  inline Tensor& name##_out(Tensor& out, const Tensor& x, IntArrayRef dim = {},                  \
                            bool keepdim = false) {                                              \
    return detail::write_out(#name, out, x.name(dim, keepdim));                                  \
  }
GRADUS_OUT(amax)
GRADUS_OUT(amin)
GRADUS_OUT(logsumexp)
#undef GRADUS_OUT
#define GRADUS_OUT(name)                                                                         \
  inline Tensor& name##_out(Tensor& out, const Tensor& x, OptionalIntArrayRef dim,               \
                            bool unbiased = true, bool keepdim = false) {                        \
    return detail::write_out(#name, out, x.name(dim, unbiased, keepdim));                        \
  }
GRADUS_OUT(std)
GRADUS_OUT(var)
#undef GRADUS_OUT
inline Tensor& norm_out(Tensor& out, const Tensor& x, const std::optional<Scalar>& p,
                        IntArrayRef dim, bool keepdim = false) {
  return detail::write_out("norm", out, x.norm(p, dim, keepdim));
}

// Values and places along a dim.
#define GRADUS_OUT(name)                                                                         \
  template <class... Args>                                                                       \
  std::tuple<Tensor&, Tensor&> name##_out(Tensor& values, Tensor& indices, const Tensor& x,      \
                                          int64_t dim, const Args&... args) {                    \
    const TensorPair y = name(x, dim, args...);                                                  \
    detail::write_out(#name, values, std::get<0>(y));                                            \
    return {values, detail::write_out(#name, indices, std::get<1>(y))};                          \
  }
GRADUS_OUT(max)
GRADUS_OUT(min)
GRADUS_OUT(median)
GRADUS_OUT(nanmedian)
GRADUS_OUT(mode)
GRADUS_OUT(sort)
GRADUS_OUT(topk)  // k comes before the dim
GRADUS_OUT(kthvalue)
GRADUS_OUT(cummax)
GRADUS_OUT(cummin)
#undef GRADUS_OUT
#define GRADUS_OUT(name)                                                                         \
  inline Tensor& name##_out(Tensor& out, const Tensor& x) {                                      \
    return detail::write_out(#name, out, x.name());                                              \
  }                                                                                              \
  inline Tensor& name##_out(Tensor& out, const Tensor& a, const Tensor& b) {                     \
    return detail::write_out(#name, out, a.name(b));                                             \
  }
GRADUS_OUT(max)
GRADUS_OUT(min)
#undef GRADUS_OUT

#define GRADUS_OUT(name)                                                                         \
  inline Tensor& name##_out(Tensor& out, TensorList tensors, int64_t dim = 0) {                  \
    return detail::write_out(#name, out, name(tensors, dim));                                    \
  }
GRADUS_OUT(cat)
GRADUS_OUT(concat)
GRADUS_OUT(concatenate)
GRADUS_OUT(stack)
#undef GRADUS_OUT
#define GRADUS_OUT(name)                                                                         \
  inline Tensor& name##_out(Tensor& out, TensorList tensors) {                                   \
    return detail::write_out(#name, out, name(tensors));                                         \
  }
GRADUS_OUT(hstack)
GRADUS_OUT(vstack)
GRADUS_OUT(row_stack)
GRADUS_OUT(dstack)
GRADUS_OUT(column_stack)
#undef GRADUS_OUT

// New elements, of the type of `out`.
#define GRADUS_OUT(name)                                                                         \
  inline Tensor& name##_out(Tensor& out, IntArrayRef size) {                                     \
    return detail::write_out(#name, out, name(size, out.dtype()));                               \
  }
GRADUS_OUT(empty)
GRADUS_OUT(zeros)
GRADUS_OUT(ones)
GRADUS_OUT(rand)
GRADUS_OUT(randn)
#undef GRADUS_OUT
inline Tensor& full_out(Tensor& out, IntArrayRef size, const Scalar& value) {
  return detail::write_out("full", out, full(size, value, out.dtype()));
}
#define GRADUS_OUT(name)                                                                         \
  template <class... Args>                                                                       \
  Tensor& name##_out(Tensor& out, const Args&... args) {                                         \
    return detail::write_out(#name, out, name(args..., out.dtype()));                            \
  }
GRADUS_OUT(arange)
GRADUS_OUT(range)
GRADUS_OUT(eye)
GRADUS_OUT(randperm)
#undef GRADUS_OUT
// clang-format on
inline Tensor& linspace_out(Tensor& out, const Scalar& start, const Scalar& end, int64_t steps) {
  return detail::write_out("linspace", out, linspace(start, end, steps, out.dtype()));
}
inline Tensor& logspace_out(Tensor& out, const Scalar& start, const Scalar& end, int64_t steps,
                            double base = 10) {
  return detail::write_out("logspace", out, logspace(start, end, steps, base, out.dtype()));
}

}  // namespace gradus
