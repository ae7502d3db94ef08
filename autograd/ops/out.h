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

/// The two tensors that such a function was given, in that order.
using OutputPair = std::tuple<Tensor&, Tensor&>;
/// The three tensors that such a function was given, in that order.
using OutputTriple = std::tuple<Tensor&, Tensor&, Tensor&>;

namespace detail {
Tensor& write_out(const char* op, Tensor& out, const Tensor& y);
OutputPair write_pair(const char* op, Tensor& first, Tensor& second, const TensorPair& y);
OutputTriple write_triple(const char* op, Tensor& first, Tensor& second, Tensor& third,
                          const TensorTriple& y);
}  // namespace detail

// --- Those that take the arguments of f behind `out` ----

// clang-format off
#define GRADUS_OUT(name)                                                                          \
  template <class... Args>                                                                        \
  Tensor& name##_out(Tensor& out, const Args&... args) {                                          \
    return detail::write_out(#name, out, name(args...));                                          \
  }
#define GRADUS_OUT_ALIAS(name, real) GRADUS_OUT(name)
// clang-format on

/// abs_out(out, x) writes abs(x) to `out`, and so on for each name of these lists.
GRADUS_UNARY_OPS(GRADUS_OUT)
GRADUS_UNARY_ALIASES(GRADUS_OUT_ALIAS)
GRADUS_PREDICATE_OPS(GRADUS_OUT)
/// mul_out(out, a, b) writes mul(a, b) to `out`, and so on for each name of these lists.
GRADUS_COMPARE_OPS(GRADUS_OUT)
GRADUS_COMPARE_ALIASES(GRADUS_OUT_ALIAS)
GRADUS_LOGICAL_OPS(GRADUS_OUT)
GRADUS_BINARY_OPS(GRADUS_OUT)
GRADUS_BINARY_ALIASES(GRADUS_OUT_ALIAS)
GRADUS_BINARY_TENSOR_OPS(GRADUS_OUT)
GRADUS_BINARY_TENSOR_ALIASES(GRADUS_OUT_ALIAS)
GRADUS_BINARY_FUNCTIONAL_OPS(GRADUS_OUT)

// Names from pointwise.h.
GRADUS_OUT(add)          ///< add(a, b, alpha) into `out`.
GRADUS_OUT(sub)          ///< sub(a, b, alpha) into `out`.
GRADUS_OUT(subtract)     ///< subtract(a, b, alpha) into `out`.
GRADUS_OUT(rsub)         ///< rsub(x, other, alpha) into `out`.
GRADUS_OUT(div)          ///< div(a, b, rounding_mode) into `out`.
GRADUS_OUT(divide)       ///< divide(a, b, rounding_mode) into `out`.
GRADUS_OUT(true_divide)  ///< true_divide(a, b) into `out`.
GRADUS_OUT(clamp)        ///< clamp(x, min, max) into `out`.
GRADUS_OUT(clip)         ///< clip(x, min, max) into `out`.
GRADUS_OUT(clamp_min)    ///< clamp_min(x, min) into `out`.
GRADUS_OUT(clamp_max)    ///< clamp_max(x, max) into `out`.
GRADUS_OUT(lerp)         ///< lerp(start, end, weight) into `out`.
GRADUS_OUT(addcmul)      ///< addcmul(x, a, b, value) into `out`.
GRADUS_OUT(addcdiv)      ///< addcdiv(x, a, b, value) into `out`.
GRADUS_OUT(where)        ///< where(condition, a, b) into `out`.
GRADUS_OUT(logit)        ///< logit(x, eps) into `out`.
GRADUS_OUT(polygamma)    ///< polygamma(n, x) into `out`.
GRADUS_OUT(nan_to_num)   ///< nan_to_num(x, nan, posinf, neginf) into `out`.
// From linalg.h.
GRADUS_OUT(matmul)        ///< matmul(a, b) into `out`.
GRADUS_OUT(mm)            ///< mm(a, b) into `out`.
GRADUS_OUT(bmm)           ///< bmm(a, b) into `out`.
GRADUS_OUT(mv)            ///< mv(matrix, vector) into `out`.
GRADUS_OUT(dot)           ///< dot(a, b) into `out`.
GRADUS_OUT(vdot)          ///< vdot(a, b) into `out`.
GRADUS_OUT(inner)         ///< inner(a, b) into `out`.
GRADUS_OUT(outer)         ///< outer(a, b) into `out`.
GRADUS_OUT(ger)           ///< ger(a, b) into `out`.
GRADUS_OUT(kron)          ///< kron(a, b) into `out`.
GRADUS_OUT(addmm)         ///< addmm(x, a, b, beta, alpha) into `out`.
GRADUS_OUT(addmv)         ///< addmv(x, matrix, vector, beta, alpha) into `out`.
GRADUS_OUT(addr)          ///< addr(x, a, b, beta, alpha) into `out`.
GRADUS_OUT(baddbmm)       ///< baddbmm(x, a, b, beta, alpha) into `out`.
GRADUS_OUT(addbmm)        ///< addbmm(x, a, b, beta, alpha) into `out`.
GRADUS_OUT(linear)        ///< linear(input, weight, bias) into `out`.
GRADUS_OUT(matrix_power)  ///< matrix_power(x, n) into `out`.
GRADUS_OUT(cross)         ///< cross(a, b, dim) into `out`.
// From activation.h.
GRADUS_OUT(elu)          ///< elu(x, alpha, scale, input_scale) into `out`.
GRADUS_OUT(gelu)         ///< gelu(x, approximate) into `out`.
GRADUS_OUT(silu)         ///< silu(x) into `out`.
GRADUS_OUT(mish)         ///< mish(x) into `out`.
GRADUS_OUT(leaky_relu)   ///< leaky_relu(x, negative_slope) into `out`.
GRADUS_OUT(hardtanh)     ///< hardtanh(x, min_val, max_val) into `out`.
GRADUS_OUT(hardsigmoid)  ///< hardsigmoid(x) into `out`.
GRADUS_OUT(hardswish)    ///< hardswish(x) into `out`.
GRADUS_OUT(hardshrink)   ///< hardshrink(x, lambd) into `out`.
GRADUS_OUT(softshrink)   ///< softshrink(x, lambd) into `out`.
GRADUS_OUT(softplus)     ///< softplus(x, beta, threshold) into `out`.
GRADUS_OUT(log_sigmoid)  ///< log_sigmoid(x) into `out`.
GRADUS_OUT(threshold)    ///< threshold(x, threshold, value) into `out`.
GRADUS_OUT(glu)          ///< glu(x, dim) into `out`.
// From reduce.h.
GRADUS_OUT(cumsum)        ///< cumsum(x, dim, dtype) into `out`.
GRADUS_OUT(cumprod)       ///< cumprod(x, dim, dtype) into `out`.
GRADUS_OUT(logcumsumexp)  ///< logcumsumexp(x, dim) into `out`.
GRADUS_OUT(softmax)       ///< softmax(x, dim, dtype) into `out`.
GRADUS_OUT(log_softmax)   ///< log_softmax(x, dim, dtype) into `out`.
GRADUS_OUT(argmax)        ///< argmax(x, dim, keepdim) into `out`.
GRADUS_OUT(argmin)        ///< argmin(x, dim, keepdim) into `out`.
GRADUS_OUT(all)           ///< all(x, dim, keepdim) into `out`.
GRADUS_OUT(any)           ///< any(x, dim, keepdim) into `out`.
GRADUS_OUT(msort)         ///< msort(x) into `out`.
GRADUS_OUT(argsort)       ///< argsort(x, dim, descending) into `out`.
GRADUS_OUT(quantile)      ///< quantile(x, q, dim, keepdim, interpolation) into `out`.
GRADUS_OUT(nanquantile)   ///< nanquantile(x, q, dim, keepdim, interpolation) into `out`.
GRADUS_OUT(renorm)        ///< renorm(x, p, dim, maxnorm) into `out`.
// From index.h.
GRADUS_OUT(gather)       ///< gather(x, dim, index) into `out`.
GRADUS_OUT(scatter)      ///< scatter(x, dim, index, src) into `out`.
GRADUS_OUT(scatter_add)  ///< scatter_add(x, dim, index, src) into `out`.
GRADUS_OUT(
    scatter_reduce)        ///< scatter_reduce(x, dim, index, src, reduce, include_self) into `out`.
GRADUS_OUT(index_select)   ///< index_select(x, dim, index) into `out`.
GRADUS_OUT(index_add)      ///< index_add(x, dim, index, source, alpha) into `out`.
GRADUS_OUT(index_copy)     ///< index_copy(x, dim, index, source) into `out`.
GRADUS_OUT(masked_select)  ///< masked_select(x, mask) into `out`.
GRADUS_OUT(take)           ///< take(x, index) into `out`.
GRADUS_OUT(nonzero)        ///< nonzero(x) into `out`.
GRADUS_OUT(searchsorted)   ///< searchsorted(sorted_sequence, values, ...) into `out`.
GRADUS_OUT(bucketize)      ///< bucketize(values, boundaries, out_int32, right) into `out`.
// From rearrange.h, triangular.h and random.h.
GRADUS_OUT(diag)         ///< diag(x, diagonal) into `out`.
GRADUS_OUT(tril)         ///< tril(x, diagonal) into `out`.
GRADUS_OUT(triu)         ///< triu(x, diagonal) into `out`.
GRADUS_OUT(bernoulli)    ///< bernoulli(x, generator) into `out`.
GRADUS_OUT(multinomial)  ///< multinomial(x, num_samples, replacement, generator) into `out`.
#undef GRADUS_OUT_ALIAS
#undef GRADUS_OUT

// --- Reductions ----

/// sum(x) or sum(x, dim) into `out`; computed in the type of `out` unless `dtype` is given.
Tensor& sum_out(Tensor& out, const Tensor& x, OptionalDtype dtype = {});
Tensor& sum_out(Tensor& out, const Tensor& x, OptionalIntArrayRef dim, bool keepdim = false,
                OptionalDtype dtype = {});
/// mean(x) or mean(x, dim) into `out`.
Tensor& mean_out(Tensor& out, const Tensor& x, OptionalDtype dtype = {});
Tensor& mean_out(Tensor& out, const Tensor& x, OptionalIntArrayRef dim, bool keepdim = false,
                 OptionalDtype dtype = {});
/// prod(x) or prod(x, dim) into `out`; computed in the type of `out` unless `dtype` is given.
Tensor& prod_out(Tensor& out, const Tensor& x, OptionalDtype dtype = {});
Tensor& prod_out(Tensor& out, const Tensor& x, int64_t dim, bool keepdim = false,
                 OptionalDtype dtype = {});
/// amax(x, dim) into `out`.
Tensor& amax_out(Tensor& out, const Tensor& x, IntArrayRef dim = {}, bool keepdim = false);
/// amin(x, dim) into `out`.
Tensor& amin_out(Tensor& out, const Tensor& x, IntArrayRef dim = {}, bool keepdim = false);
/// logsumexp(x, dim) into `out`.
Tensor& logsumexp_out(Tensor& out, const Tensor& x, IntArrayRef dim = {}, bool keepdim = false);
/// std(x, dim, unbiased) into `out`.
Tensor& std_out(Tensor& out, const Tensor& x, OptionalIntArrayRef dim, bool unbiased = true,
                bool keepdim = false);
/// var(x, dim, unbiased) into `out`.
Tensor& var_out(Tensor& out, const Tensor& x, OptionalIntArrayRef dim, bool unbiased = true,
                bool keepdim = false);
/// norm(x, p, dim) into `out`.
Tensor& norm_out(Tensor& out, const Tensor& x, const std::optional<Scalar>& p, IntArrayRef dim,
                 bool keepdim = false);

// --- Values and their indices along a dim ----

/// max(x, dim) into `values` and `indices`; max(x) or max(a, b) into `out`.
OutputPair max_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t dim,
                   bool keepdim = false);
Tensor& max_out(Tensor& out, const Tensor& x);
Tensor& max_out(Tensor& out, const Tensor& a, const Tensor& b);
/// min(x, dim) into `values` and `indices`; min(x) or min(a, b) into `out`.
OutputPair min_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t dim,
                   bool keepdim = false);
Tensor& min_out(Tensor& out, const Tensor& x);
Tensor& min_out(Tensor& out, const Tensor& a, const Tensor& b);
/// median(x, dim) into `values` and `indices`.
OutputPair median_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t dim,
                      bool keepdim = false);
/// nanmedian(x, dim) into `values` and `indices`.
OutputPair nanmedian_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t dim,
                         bool keepdim = false);
/// mode(x, dim) into `values` and `indices`.
OutputPair mode_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t dim = -1,
                    bool keepdim = false);
/// sort(x, dim, descending) into `values` and `indices`.
OutputPair sort_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t dim = -1,
                    bool descending = false);
OutputPair sort_out(Tensor& values, Tensor& indices, const Tensor& x, std::optional<bool> stable,
                    int64_t dim = -1, bool descending = false);
/// topk(x, k, dim) into `values` and `indices`.
OutputPair topk_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t k, int64_t dim = -1,
                    bool largest = true, bool sorted = true);
/// kthvalue(x, k, dim) into `values` and `indices`.
OutputPair kthvalue_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t k,
                        int64_t dim = -1, bool keepdim = false);
/// cummax(x, dim) into `values` and `indices`.
OutputPair cummax_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t dim);
/// cummin(x, dim) into `values` and `indices`.
OutputPair cummin_out(Tensor& values, Tensor& indices, const Tensor& x, int64_t dim);

// --- Lists of tensors ----

/// cat(tensors, dim) into `out`.
Tensor& cat_out(Tensor& out, TensorList tensors, int64_t dim = 0);
/// The same as cat_out().
Tensor& concat_out(Tensor& out, TensorList tensors, int64_t dim = 0);
/// The same as cat_out().
Tensor& concatenate_out(Tensor& out, TensorList tensors, int64_t dim = 0);
/// stack(tensors, dim) into `out`.
Tensor& stack_out(Tensor& out, TensorList tensors, int64_t dim = 0);
/// hstack(tensors) into `out`.
Tensor& hstack_out(Tensor& out, TensorList tensors);
/// vstack(tensors) into `out`.
Tensor& vstack_out(Tensor& out, TensorList tensors);
/// The same as vstack_out().
Tensor& row_stack_out(Tensor& out, TensorList tensors);
/// dstack(tensors) into `out`.
Tensor& dstack_out(Tensor& out, TensorList tensors);
/// column_stack(tensors) into `out`.
Tensor& column_stack_out(Tensor& out, TensorList tensors);

// --- New elements, of the type of `out` ----

/// `out` in this shape, its elements not set.
Tensor& empty_out(Tensor& out, IntArrayRef size);
/// zeros(size) into `out`.
Tensor& zeros_out(Tensor& out, IntArrayRef size);
/// ones(size) into `out`.
Tensor& ones_out(Tensor& out, IntArrayRef size);
/// full(size, value) into `out`.
Tensor& full_out(Tensor& out, IntArrayRef size, const Scalar& value);
/// rand(size) into `out`.
Tensor& rand_out(Tensor& out, IntArrayRef size);
/// randn(size) into `out`.
Tensor& randn_out(Tensor& out, IntArrayRef size);
/// randperm(n) into `out`.
Tensor& randperm_out(Tensor& out, int64_t n, GeneratorOpt generator = {});
/// arange(end) or arange(start, end, step) into `out`.
Tensor& arange_out(Tensor& out, const Scalar& end);
Tensor& arange_out(Tensor& out, const Scalar& start, const Scalar& end, const Scalar& step = 1);
/// range(start, end, step) into `out`.
Tensor& range_out(Tensor& out, const Scalar& start, const Scalar& end, const Scalar& step = 1);
/// linspace(start, end, steps) into `out`.
Tensor& linspace_out(Tensor& out, const Scalar& start, const Scalar& end, int64_t steps);
/// logspace(start, end, steps, base) into `out`.
Tensor& logspace_out(Tensor& out, const Scalar& start, const Scalar& end, int64_t steps,
                     double base = 10);
/// eye(n) or eye(n, m) into `out`.
Tensor& eye_out(Tensor& out, int64_t n);
Tensor& eye_out(Tensor& out, int64_t n, int64_t m);

}  // namespace gradus
