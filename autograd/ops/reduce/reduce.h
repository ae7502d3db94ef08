// Reductions, running results, sorting and softmax as functions: what the methods of Tensor of the
// same names do, and what exists as a function only.
// Dims may be negative; no dims, or an empty list, mean all of them. A 0-dim tensor is taken for
// one of size 1. With keepdim, reduced dims stay with size 1. `dtype` converts the input first.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

using TensorPair = std::tuple<Tensor, Tensor>;
using OptionalDtype = std::optional<ScalarType>;

// Sums and products of bool and integers are int64.
inline Tensor sum(const Tensor& x, OptionalDtype dtype = {}) { return x.sum(dtype); }
inline Tensor prod(const Tensor& x, OptionalDtype dtype = {}) { return x.prod(dtype); }
inline Tensor prod(const Tensor& x, int64_t dim, bool keepdim = false, OptionalDtype dtype = {}) {
  return x.prod(dim, keepdim, dtype);
}
inline Tensor mean(const Tensor& x, OptionalDtype dtype = {}) { return x.mean(dtype); }
#define GRADUS_SUM(name, none)                                                            \
  inline Tensor name(const Tensor& x, OptionalIntArrayRef dim none, bool keepdim = false, \
                     OptionalDtype dtype = {}) {                                          \
    return x.name(dim, keepdim, dtype);                                                   \
  }
#define GRADUS_NONE = {}
GRADUS_SUM(sum, )
GRADUS_SUM(mean, )
GRADUS_SUM(nansum, GRADUS_NONE)   // nans count as 0
GRADUS_SUM(nanmean, GRADUS_NONE)  // of what is no nan
#undef GRADUS_NONE
#undef GRADUS_SUM

// The variance with divisor max(0, count - correction), 1 by default; its root; each with the mean.
// `unbiased` is correction 1, else 0. Floating point.
#define GRADUS_VARIANCE(name)                                                                 \
  inline Tensor name(const Tensor& x, bool unbiased) { return x.name(unbiased); }             \
  inline Tensor name(const Tensor& x, int dim) { return x.name(dim); }                        \
  inline Tensor name(const Tensor& x, OptionalIntArrayRef dim, bool unbiased,                 \
                     bool keepdim = false) {                                                  \
    return x.name(dim, unbiased, keepdim);                                                    \
  }                                                                                           \
  inline Tensor name(const Tensor& x, OptionalIntArrayRef dim = {},                           \
                     const std::optional<Scalar>& correction = {}, bool keepdim = false) {    \
    return x.name(dim, correction, keepdim);                                                  \
  }                                                                                           \
  TensorPair name##_mean(const Tensor& x, bool unbiased);                                     \
  TensorPair name##_mean(const Tensor& x, OptionalIntArrayRef dim, bool unbiased,             \
                         bool keepdim = false);                                               \
  TensorPair name##_mean(const Tensor& x, OptionalIntArrayRef dim = {},                       \
                         const std::optional<Scalar>& correction = {}, bool keepdim = false); \
  inline TensorPair name##_mean(const Tensor& x, int dim) {                                   \
    return name##_mean(x, OptionalIntArrayRef(dim), true);                                    \
  }
GRADUS_VARIANCE(var)
GRADUS_VARIANCE(std)
#undef GRADUS_VARIANCE

// (sum |x|^p)^(1/p): the count of what is not 0 for p = 0, the largest |x| for infinity, the
// smallest for -infinity. Floating point.
inline Tensor norm(const Tensor& x, const Scalar& p = 2) { return x.norm(p); }
inline Tensor norm(const Tensor& x, const std::optional<Scalar>& p, ScalarType dtype) {
  return x.norm(p, dtype);
}
inline Tensor norm(const Tensor& x, const std::optional<Scalar>& p, IntArrayRef dim,
                   bool keepdim = false) {
  return x.norm(p, dim, keepdim);
}
inline Tensor norm(const Tensor& x, const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim,
                   ScalarType dtype) {
  return x.norm(p, dim, keepdim, dtype);
}
// Each part of self along `dim` whose p-norm exceeds maxnorm, scaled down to it.
inline Tensor renorm(const Tensor& self, const Scalar& p, int64_t dim, const Scalar& maxnorm) {
  return self.renorm(p, dim, maxnorm);
}
Tensor linalg_vector_norm(const Tensor& x, const Scalar& ord = 2, OptionalIntArrayRef dim = {},
                          bool keepdim = false, OptionalDtype dtype = {});

// Extremes; a nan wins. Of two tensors elementwise, as minimum and maximum. With a dim also the
// first index. The gradient goes to the index, or without one (and for amin and amax) in equal
// parts to all that are extreme.
#define GRADUS_EXTREME(name)                                                           \
  inline Tensor name(const Tensor& x) { return x.name(); }                             \
  inline Tensor name(const Tensor& a, const Tensor& b) { return a.name(b); }           \
  inline TensorPair name(const Tensor& x, int64_t dim, bool keepdim = false) {         \
    return x.name(dim, keepdim);                                                       \
  }                                                                                    \
  inline Tensor a##name(const Tensor& x, IntArrayRef dim = {}, bool keepdim = false) { \
    return x.a##name(dim, keepdim);                                                    \
  }                                                                                    \
  inline Tensor arg##name(const Tensor& x, std::optional<int64_t> dim = {},            \
                          bool keepdim = false) {                                      \
    return x.arg##name(dim, keepdim);                                                  \
  }
GRADUS_EXTREME(min)
GRADUS_EXTREME(max)
#undef GRADUS_EXTREME
inline TensorPair aminmax(const Tensor& x, std::optional<int64_t> dim = {}, bool keepdim = false) {
  return x.aminmax(dim, keepdim);
}

// Whether some or all elements are not 0: bool, but uint8 for uint8. Here an empty list of dims
// reduces none.
#define GRADUS_TEST(name)                                                              \
  inline Tensor name(const Tensor& x) { return x.name(); }                             \
  inline Tensor name(const Tensor& x, int64_t dim, bool keepdim = false) {             \
    return x.name(dim, keepdim);                                                       \
  }                                                                                    \
  inline Tensor name(const Tensor& x, OptionalIntArrayRef dim, bool keepdim = false) { \
    return x.name(dim, keepdim);                                                       \
  }
GRADUS_TEST(any)
GRADUS_TEST(all)
#undef GRADUS_TEST
inline Tensor count_nonzero(const Tensor& x, IntArrayRef dim) { return x.count_nonzero(dim); }
inline Tensor count_nonzero(const Tensor& x, int64_t dim) { return x.count_nonzero(dim); }
inline Tensor count_nonzero(const Tensor& x, std::optional<int64_t> dim = {}) {
  return x.count_nonzero(dim);
}
inline Tensor logsumexp(const Tensor& x, IntArrayRef dim, bool keepdim = false) {
  return x.logsumexp(dim, keepdim);
}

// Running results along a dim.
inline Tensor cumsum(const Tensor& x, int64_t dim, OptionalDtype dtype = {}) {
  return x.cumsum(dim, dtype);
}
inline Tensor cumprod(const Tensor& x, int64_t dim, OptionalDtype dtype = {}) {
  return x.cumprod(dim, dtype);
}
inline Tensor logcumsumexp(const Tensor& x, int64_t dim) { return x.logcumsumexp(dim); }
// Values, and where they are; of equals the last.
inline TensorPair cummax(const Tensor& x, int64_t dim) { return x.cummax(dim); }
inline TensorPair cummin(const Tensor& x, int64_t dim) { return x.cummin(dim); }
// The n-th differences of neighbours, after putting `prepend` before x and `append` after it.
Tensor diff(const Tensor& x, int64_t n = 1, int64_t dim = -1,
            const std::optional<Tensor>& prepend = {}, const std::optional<Tensor>& append = {});
// The powers of a 1-d tensor's elements, a row each: x^(n-1), ..., x, 1, or from 1 up; by default
// as many as there are elements.
Tensor vander(const Tensor& x, std::optional<int64_t> n = {}, bool increasing = false);

// Floating point.
inline Tensor softmax(const Tensor& x, int64_t dim, OptionalDtype dtype = {}) {
  return x.softmax(dim, dtype);
}
inline Tensor log_softmax(const Tensor& x, int64_t dim, OptionalDtype dtype = {}) {
  return x.log_softmax(dim, dtype);
}
Tensor softmin(const Tensor& x, int64_t dim, OptionalDtype dtype = {});

// Sorting; a nan counts as larger than any number. Values and indices.
inline TensorPair sort(const Tensor& x, int64_t dim = -1, bool descending = false) {
  return x.sort(dim, descending);
}
inline TensorPair sort(const Tensor& x, std::optional<bool> stable, int64_t dim = -1,
                       bool descending = false) {
  return x.sort(stable, dim, descending);
}
inline Tensor argsort(const Tensor& x, int64_t dim = -1, bool descending = false) {
  return x.argsort(dim, descending);
}
inline Tensor argsort(const Tensor& x, int dim, bool descending = false) {
  return x.argsort(dim, descending);
}
inline Tensor argsort(const Tensor& x, bool stable, int64_t dim = -1, bool descending = false) {
  return x.argsort(stable, dim, descending);
}
inline Tensor msort(const Tensor& x) { return x.msort(); }
inline TensorPair topk(const Tensor& x, int64_t k, int64_t dim = -1, bool largest = true,
                       bool sorted = true) {
  return x.topk(k, dim, largest, sorted);
}
inline TensorPair kthvalue(const Tensor& x, int64_t k, int64_t dim = -1, bool keepdim = false) {
  return x.kthvalue(k, dim, keepdim);
}
// The lower of the middle elements; a nan if there is one, unless ignored.
inline Tensor median(const Tensor& x) { return x.median(); }
inline TensorPair median(const Tensor& x, int64_t dim, bool keepdim = false) {
  return x.median(dim, keepdim);
}
inline Tensor nanmedian(const Tensor& x) { return x.nanmedian(); }
inline TensorPair nanmedian(const Tensor& x, int64_t dim, bool keepdim = false) {
  return x.nanmedian(dim, keepdim);
}
inline TensorPair mode(const Tensor& x, int64_t dim = -1, bool keepdim = false) {
  return x.mode(dim, keepdim);
}
// The elements that a fraction q of the line is below; between two, `interpolation` is linear,
// lower, higher, midpoint or nearest. A 1-dim q gives a leading dim.
#define GRADUS_QUANTILE(name)                                                                   \
  Tensor name(const Tensor& x, const Tensor& q, std::optional<int64_t> dim = {},                \
              bool keepdim = false, std::string_view interpolation = "linear");                 \
  Tensor name(const Tensor& x, double q, std::optional<int64_t> dim = {}, bool keepdim = false, \
              std::string_view interpolation = "linear");
GRADUS_QUANTILE(quantile)
GRADUS_QUANTILE(nanquantile)
#undef GRADUS_QUANTILE

// The different elements (slices along dim), sorted; where each element went; how often each came.
// What is not asked for is empty.
using TensorTriple = std::tuple<Tensor, Tensor, Tensor>;
TensorTriple unique(const Tensor& x, bool sorted = true, bool return_inverse = false,
                    bool return_counts = false, std::optional<int64_t> dim = {});
TensorTriple unique_dim(const Tensor& x, int64_t dim, bool sorted = true,
                        bool return_inverse = false, bool return_counts = false);
TensorTriple _unique2(const Tensor& x, bool sorted = true, bool return_inverse = false,
                      bool return_counts = false);
// Only runs of equal neighbours are joined.
TensorTriple unique_consecutive(const Tensor& x, bool return_inverse = false,
                                bool return_counts = false, std::optional<int64_t> dim = {});
// How often 0, 1, ... come in a 1-dim integer tensor, or the sum of their weights.
inline Tensor bincount(const Tensor& x, const std::optional<Tensor>& weights = {},
                       int64_t minlength = 0) {
  return x.bincount(weights, minlength);
}
// How many elements are in each of `bins` equal parts of [min, max]; equal bounds mean x's own.
Tensor histc(const Tensor& x, int64_t bins = 100, const Scalar& min = 0, const Scalar& max = 0);

namespace autograd {

// The gradients of softmax and log_softmax with respect to x, from their value y; differentiable.
Tensor softmax_backward(const Tensor& dy, const Tensor& y, int64_t dim);
Tensor log_softmax_backward(const Tensor& dy, const Tensor& y, int64_t dim);

}  // namespace autograd
}  // namespace gradus
