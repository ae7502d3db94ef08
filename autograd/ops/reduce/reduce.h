// Reductions, running results and sorting as functions: what the methods of Tensor of the same
// names do, and what exists as a function only.
// Dims may be negative; no dims, or an empty list, mean all of them. A 0-dim tensor is taken for
// one of size 1. With keepdim, reduced dims stay with size 1. `dtype` converts the input first.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// Two tensors, mostly values and int64 indices.
using TensorPair = std::tuple<Tensor, Tensor>;
/// An element type, or none for the operation's own choice.
using OptionalDtype = std::optional<ScalarType>;

// --- Sums, products and means ----

/// The sum of all elements, a 0-dim tensor. Sums of bool and integers are int64 unless `dtype` says
/// otherwise; the sum of nothing is 0.
inline Tensor sum(const Tensor& x, OptionalDtype dtype = {}) { return x.sum(dtype); }
/// The sum over the dims in `dim` (all, where none are given), which disappear or with keepdim stay
/// with size 1. Blocked in a fixed pattern: the same bits for any number of threads. Throws
/// IndexError when a dim is out of range, Error when one is given twice.
inline Tensor sum(const Tensor& x, OptionalIntArrayRef dim, bool keepdim = false,
                  OptionalDtype dtype = {}) {
  return x.sum(dim, keepdim, dtype);
}
/// The product of all elements, or along one dim. Products of bool and integers are int64; the
/// product of nothing is 1. The gradient is right beside zeros too.
inline Tensor prod(const Tensor& x, OptionalDtype dtype = {}) { return x.prod(dtype); }
inline Tensor prod(const Tensor& x, int64_t dim, bool keepdim = false, OptionalDtype dtype = {}) {
  return x.prod(dim, keepdim, dtype);
}
/// The mean of all elements, or over the dims in `dim`; nan of nothing. Throws Error for integers
/// and bool, unless `dtype` makes them floating point.
inline Tensor mean(const Tensor& x, OptionalDtype dtype = {}) { return x.mean(dtype); }
inline Tensor mean(const Tensor& x, OptionalIntArrayRef dim, bool keepdim = false,
                   OptionalDtype dtype = {}) {
  return x.mean(dim, keepdim, dtype);
}
/// The sum over the dims in `dim` (by default all) in which nans count as 0.
inline Tensor nansum(const Tensor& x, OptionalIntArrayRef dim = {}, bool keepdim = false,
                     OptionalDtype dtype = {}) {
  return x.nansum(dim, keepdim, dtype);
}
/// The mean over the dims in `dim` (by default all) of those elements that are not nan. Floating
/// point.
inline Tensor nanmean(const Tensor& x, OptionalIntArrayRef dim = {}, bool keepdim = false,
                      OptionalDtype dtype = {}) {
  return x.nanmean(dim, keepdim, dtype);
}
/// log(sum of exp(x)) over the dims in `dim`, without overflow. Integers become the default
/// floating type.
inline Tensor logsumexp(const Tensor& x, IntArrayRef dim, bool keepdim = false) {
  return x.logsumexp(dim, keepdim);
}

// --- Variance and norms ----

/// The variance, sum of (x - mean)^2 / max(0, n - correction), of all n elements or of those over
/// the dims in `dim`. The correction is 1 by default (and with `unbiased`), 0 with unbiased =
/// false. Throws Error for integers; warns where n <= correction.
inline Tensor var(const Tensor& x, bool unbiased) { return x.var(unbiased); }
inline Tensor var(const Tensor& x, int dim) { return x.var(dim); }
inline Tensor var(const Tensor& x, OptionalIntArrayRef dim, bool unbiased, bool keepdim = false) {
  return x.var(dim, unbiased, keepdim);
}
inline Tensor var(const Tensor& x, OptionalIntArrayRef dim = {},
                  const std::optional<Scalar>& correction = {}, bool keepdim = false) {
  return x.var(dim, correction, keepdim);
}
/// The standard deviation, the square root of var() with the same arguments. The gradient is 0
/// where the result is.
inline Tensor std(const Tensor& x, bool unbiased) { return x.std(unbiased); }
inline Tensor std(const Tensor& x, int dim) { return x.std(dim); }
inline Tensor std(const Tensor& x, OptionalIntArrayRef dim, bool unbiased, bool keepdim = false) {
  return x.std(dim, unbiased, keepdim);
}
inline Tensor std(const Tensor& x, OptionalIntArrayRef dim = {},
                  const std::optional<Scalar>& correction = {}, bool keepdim = false) {
  return x.std(dim, correction, keepdim);
}
/// var() and the mean over the same dims, computed in one pass.
TensorPair var_mean(const Tensor& x, bool unbiased);
TensorPair var_mean(const Tensor& x, OptionalIntArrayRef dim, bool unbiased, bool keepdim = false);
TensorPair var_mean(const Tensor& x, OptionalIntArrayRef dim = {},
                    const std::optional<Scalar>& correction = {}, bool keepdim = false);
inline TensorPair var_mean(const Tensor& x, int dim) {
  return var_mean(x, OptionalIntArrayRef(dim), true);
}
/// std() and the mean over the same dims, computed in one pass.
TensorPair std_mean(const Tensor& x, bool unbiased);
TensorPair std_mean(const Tensor& x, OptionalIntArrayRef dim, bool unbiased, bool keepdim = false);
TensorPair std_mean(const Tensor& x, OptionalIntArrayRef dim = {},
                    const std::optional<Scalar>& correction = {}, bool keepdim = false);
inline TensorPair std_mean(const Tensor& x, int dim) {
  return std_mean(x, OptionalIntArrayRef(dim), true);
}

/// The p-norm (sum |x|^p)^(1/p) of all elements or of those over the dims in `dim`, p = 2 where
/// none is given. For p = 0 the count of elements that are not 0, for infinity the largest |x|, for
/// -infinity the smallest. Floating point (`dtype` converts first). The gradient is 0 where the
/// norm is.
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
/// norm() with `ord` for p, over the dims in `dim` or all.
Tensor linalg_vector_norm(const Tensor& x, const Scalar& ord = 2, OptionalIntArrayRef dim = {},
                          bool keepdim = false, OptionalDtype dtype = {});
/// Each slice self.select(dim, i) whose p-norm exceeds maxnorm, scaled down to that norm; the
/// others as they are. Throws Error below 2 dims, for p <= 0 and for a negative maxnorm.
inline Tensor renorm(const Tensor& self, const Scalar& p, int64_t dim, const Scalar& maxnorm) {
  return self.renorm(p, dim, maxnorm);
}

// --- Extremes ----

/// The smallest element (a 0-dim tensor; a nan counts as smaller than any number); of two tensors
/// minimum() of each pair; along `dim` the values and their first indices. The gradient goes to the
/// index, or without a dim in equal parts to all that are smallest. Throws Error when there is no
/// element to take.
inline Tensor min(const Tensor& x) { return x.min(); }
inline Tensor min(const Tensor& a, const Tensor& b) { return a.min(b); }
inline TensorPair min(const Tensor& x, int64_t dim, bool keepdim = false) {
  return x.min(dim, keepdim);
}
/// The smallest elements over the dims in `dim` (by default all), without indices. The gradient
/// goes in equal parts to all that are smallest.
inline Tensor amin(const Tensor& x, IntArrayRef dim = {}, bool keepdim = false) {
  return x.amin(dim, keepdim);
}
/// The int64 index of the first smallest element along `dim`, or without one in the flattened
/// tensor. Not for bool.
inline Tensor argmin(const Tensor& x, std::optional<int64_t> dim = {}, bool keepdim = false) {
  return x.argmin(dim, keepdim);
}
/// The largest element (a 0-dim tensor; a nan counts as larger than any number); of two tensors
/// maximum() of each pair; along `dim` the values and their first indices. The gradient goes to the
/// index, or without a dim in equal parts to all that are largest. Throws Error when there is no
/// element to take.
inline Tensor max(const Tensor& x) { return x.max(); }
inline Tensor max(const Tensor& a, const Tensor& b) { return a.max(b); }
inline TensorPair max(const Tensor& x, int64_t dim, bool keepdim = false) {
  return x.max(dim, keepdim);
}
/// The largest elements over the dims in `dim` (by default all), without indices. The gradient goes
/// in equal parts to all that are largest.
inline Tensor amax(const Tensor& x, IntArrayRef dim = {}, bool keepdim = false) {
  return x.amax(dim, keepdim);
}
/// The int64 index of the first largest element along `dim`, or without one in the flattened
/// tensor. Not for bool.
inline Tensor argmax(const Tensor& x, std::optional<int64_t> dim = {}, bool keepdim = false) {
  return x.argmax(dim, keepdim);
}
/// amin() and amax() along `dim`, by default of all elements.
inline TensorPair aminmax(const Tensor& x, std::optional<int64_t> dim = {}, bool keepdim = false) {
  return x.aminmax(dim, keepdim);
}

// --- Tests and counts ----

/// Whether some element is not 0: of all, along a dim, or over several (here an empty list of dims
/// reduces none). bool, but uint8 for uint8. False of nothing.
inline Tensor any(const Tensor& x) { return x.any(); }
inline Tensor any(const Tensor& x, int64_t dim, bool keepdim = false) {
  return x.any(dim, keepdim);
}
inline Tensor any(const Tensor& x, OptionalIntArrayRef dim, bool keepdim = false) {
  return x.any(dim, keepdim);
}
/// Whether no element is 0: of all, along a dim, or over several (here an empty list of dims
/// reduces none). bool, but uint8 for uint8. True of nothing.
inline Tensor all(const Tensor& x) { return x.all(); }
inline Tensor all(const Tensor& x, int64_t dim, bool keepdim = false) {
  return x.all(dim, keepdim);
}
inline Tensor all(const Tensor& x, OptionalIntArrayRef dim, bool keepdim = false) {
  return x.all(dim, keepdim);
}
/// How many elements are not 0, over the dims in `dim` or all; int64.
inline Tensor count_nonzero(const Tensor& x, IntArrayRef dim) { return x.count_nonzero(dim); }
inline Tensor count_nonzero(const Tensor& x, int64_t dim) { return x.count_nonzero(dim); }
inline Tensor count_nonzero(const Tensor& x, std::optional<int64_t> dim = {}) {
  return x.count_nonzero(dim);
}

// --- Running results along a dim ----

/// The sums of the first 1, 2, ... elements along `dim`. Of bool and integers int64.
inline Tensor cumsum(const Tensor& x, int64_t dim, OptionalDtype dtype = {}) {
  return x.cumsum(dim, dtype);
}
/// The products of the first 1, 2, ... elements along `dim`. Of bool and integers int64.
inline Tensor cumprod(const Tensor& x, int64_t dim, OptionalDtype dtype = {}) {
  return x.cumprod(dim, dtype);
}
/// The logsumexp of the first 1, 2, ... elements along `dim`. Floating point.
inline Tensor logcumsumexp(const Tensor& x, int64_t dim) { return x.logcumsumexp(dim); }
/// The largest of the first 1, 2, ... elements along `dim`, and where it is; of equals the last.
inline TensorPair cummax(const Tensor& x, int64_t dim) { return x.cummax(dim); }
/// The smallest of the first 1, 2, ... elements along `dim`, and where it is; of equals the last.
inline TensorPair cummin(const Tensor& x, int64_t dim) { return x.cummin(dim); }
/// The n-th differences of neighbours along `dim`, x[i + 1] - x[i] for n = 1, after `prepend` was
/// put before x and `append` after it. Of bool by logical_xor. Throws Error for a negative n and
/// for a 0-dim tensor.
Tensor diff(const Tensor& x, int64_t n = 1, int64_t dim = -1,
            const std::optional<Tensor>& prepend = {}, const std::optional<Tensor>& append = {});
/// The matrix of powers of a 1-dim tensor's elements, a row each: x^(n-1), ..., x, 1, or with
/// `increasing` 1, x, ..., x^(n-1). By default as many columns as there are elements.
Tensor vander(const Tensor& x, std::optional<int64_t> n = {}, bool increasing = false);

// --- Sorting ----

/// The elements along `dim` in ascending (or descending) order, and the int64 indices they had. A
/// nan counts as larger than any number. Equal elements keep their order, `stable` or not.
inline TensorPair sort(const Tensor& x, int64_t dim = -1, bool descending = false) {
  return x.sort(dim, descending);
}
inline TensorPair sort(const Tensor& x, std::optional<bool> stable, int64_t dim = -1,
                       bool descending = false) {
  return x.sort(stable, dim, descending);
}
/// The indices that sort() gives.
inline Tensor argsort(const Tensor& x, int64_t dim = -1, bool descending = false) {
  return x.argsort(dim, descending);
}
inline Tensor argsort(const Tensor& x, int dim, bool descending = false) {
  return x.argsort(dim, descending);
}
inline Tensor argsort(const Tensor& x, bool stable, int64_t dim = -1, bool descending = false) {
  return x.argsort(stable, dim, descending);
}
/// The values of sort() along the first dim.
inline Tensor msort(const Tensor& x) { return x.msort(); }
/// The k largest (or smallest) elements along `dim` and their indices, in order. Throws Error when
/// k is not within the size of the dim.
inline TensorPair topk(const Tensor& x, int64_t k, int64_t dim = -1, bool largest = true,
                       bool sorted = true) {
  return x.topk(k, dim, largest, sorted);
}
/// The k-th smallest element along `dim`, k from 1 up, and its index.
inline TensorPair kthvalue(const Tensor& x, int64_t k, int64_t dim = -1, bool keepdim = false) {
  return x.kthvalue(k, dim, keepdim);
}
/// The middle element in order, of an even number the lower of the two; along `dim` with its index.
/// A nan where there is one.
inline Tensor median(const Tensor& x) { return x.median(); }
inline TensorPair median(const Tensor& x, int64_t dim, bool keepdim = false) {
  return x.median(dim, keepdim);
}
/// median() of those elements that are not nan.
inline Tensor nanmedian(const Tensor& x) { return x.nanmedian(); }
inline TensorPair nanmedian(const Tensor& x, int64_t dim, bool keepdim = false) {
  return x.nanmedian(dim, keepdim);
}
/// The most frequent element along `dim`, of several the smallest, and an index of it.
inline TensorPair mode(const Tensor& x, int64_t dim = -1, bool keepdim = false) {
  return x.mode(dim, keepdim);
}
/// The value that a fraction q of the elements along `dim` (by default of all) lies below. Between
/// two elements `interpolation` decides: linear, lower, higher, midpoint or nearest. A 1-dim q
/// gives the result a leading dim. Throws Error for an empty tensor, for q outside of [0, 1], and
/// unless x and q are of one floating type.
Tensor quantile(const Tensor& x, const Tensor& q, std::optional<int64_t> dim = {},
                bool keepdim = false, std::string_view interpolation = "linear");
Tensor quantile(const Tensor& x, double q, std::optional<int64_t> dim = {}, bool keepdim = false,
                std::string_view interpolation = "linear");
/// quantile() of those elements that are not nan.
Tensor nanquantile(const Tensor& x, const Tensor& q, std::optional<int64_t> dim = {},
                   bool keepdim = false, std::string_view interpolation = "linear");
Tensor nanquantile(const Tensor& x, double q, std::optional<int64_t> dim = {}, bool keepdim = false,
                   std::string_view interpolation = "linear");

// --- Sets and histograms ----

/// Three tensors: values, inverse and counts.
using TensorTriple = std::tuple<Tensor, Tensor, Tensor>;
/// The different elements in ascending order (of slices along `dim`, where one is given); with
/// return_inverse the place of each element of x among them, with return_counts how often each
/// comes. What is not asked for is empty. No gradient.
TensorTriple unique(const Tensor& x, bool sorted = true, bool return_inverse = false,
                    bool return_counts = false, std::optional<int64_t> dim = {});
/// unique() of the slices along `dim`.
TensorTriple unique_dim(const Tensor& x, int64_t dim, bool sorted = true,
                        bool return_inverse = false, bool return_counts = false);
/// unique() of all elements.
TensorTriple _unique2(const Tensor& x, bool sorted = true, bool return_inverse = false,
                      bool return_counts = false);
/// unique() that joins only neighbours that are equal, and keeps the order of x.
TensorTriple unique_consecutive(const Tensor& x, bool return_inverse = false,
                                bool return_counts = false, std::optional<int64_t> dim = {});
/// How often each of 0, 1, ... comes in a 1-dim tensor of integers, or the sum of the weights that
/// belong to it; at least `minlength` numbers. Throws Error for negative integers.
inline Tensor bincount(const Tensor& x, const std::optional<Tensor>& weights = {},
                       int64_t minlength = 0) {
  return x.bincount(weights, minlength);
}
/// How many elements lie in each of `bins` equal parts of [min, max], max included; with min = max,
/// of the range of x. Elements outside do not count. Floating point, of the type of x.
Tensor histc(const Tensor& x, int64_t bins = 100, const Scalar& min = 0, const Scalar& max = 0);

}  // namespace gradus
