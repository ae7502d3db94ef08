// Covariances, integrals and slopes of sampled functions, histograms, and norms by their other
// names.
#pragma once

#include "autograd/ops/reduce/reduce.h"

namespace gradus {

// --- Covariance ----

/// The covariances of the rows of x [variables, observations], a square matrix; of a 1-dim tensor
/// its variance. Sums are divided by the number of observations less `correction`. fweights
/// (integers) say how often each observation counts, aweights (floating point) how much. Throws
/// Error above 2 dims, for bool, and for weights of another length, type or sign. Warns and
/// divides by 0 where nothing is left to divide by.
Tensor cov(const Tensor& x, int64_t correction = 1, const std::optional<Tensor>& fweights = {},
           const std::optional<Tensor>& aweights = {});
/// The correlation coefficients of the rows of x, cov() scaled to ones on the diagonal and held in
/// [-1, 1].
Tensor corrcoef(const Tensor& x);

// --- Integrals and slopes ----

/// The integral along `dim` of samples y taken at the places x, by trapezoids. x is 1-dim, or of a
/// shape that broadcasts with y's. Throws Error for bool, and for a 1-dim x of another length.
Tensor trapezoid(const Tensor& y, const Tensor& x, int64_t dim = -1);
/// trapezoid() of samples at the distance dx.
Tensor trapezoid(const Tensor& y, const Scalar& dx = 1, int64_t dim = -1);
/// The same as trapezoid().
Tensor trapz(const Tensor& y, const Tensor& x, int64_t dim = -1);
Tensor trapz(const Tensor& y, double dx = 1, int64_t dim = -1);
/// The running integrals, from the first sample to each later one: one element less along `dim`.
Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, int64_t dim = -1);
Tensor cumulative_trapezoid(const Tensor& y, const Scalar& dx = 1, int64_t dim = -1);

/// The slopes of a sampled function along each of some dims (by default of all), each of the shape
/// of x: central differences inside, at the ends one-sided ones of first or second order
/// (`edge_order`). `spacing` is the distance of samples, for all dims or one for each, or a 1-dim
/// tensor of the places for each dim. Throws Error for an edge_order other than 1 and 2, for dims
/// of less than edge_order + 1 samples, for uint8, and where spacing does not fit the dims.
std::vector<Tensor> gradient(const Tensor& x, const std::optional<Scalar>& spacing = {},
                             std::optional<int64_t> dim = {}, int64_t edge_order = 1);
std::vector<Tensor> gradient(const Tensor& x, const Scalar& spacing, IntArrayRef dim,
                             int64_t edge_order = 1);
std::vector<Tensor> gradient(const Tensor& x, IntArrayRef dim, int64_t edge_order = 1);
std::vector<Tensor> gradient(const Tensor& x, ArrayRef<Scalar> spacing,
                             std::optional<int64_t> dim = {}, int64_t edge_order = 1);
std::vector<Tensor> gradient(const Tensor& x, ArrayRef<Scalar> spacing, IntArrayRef dim,
                             int64_t edge_order = 1);
std::vector<Tensor> gradient(const Tensor& x, TensorList spacing, std::optional<int64_t> dim = {},
                             int64_t edge_order = 1);
std::vector<Tensor> gradient(const Tensor& x, TensorList spacing, IntArrayRef dim,
                             int64_t edge_order = 1);

// --- Histograms ----

/// Numbers that may be missing: the lower and the upper end for each dim.
using OptionalRange = std::optional<ArrayRef<double>>;
/// How many elements of x lie between each two neighbours of the ascending, 1-dim `bins`, or the
/// sum of their weights; and the bins. A bin has its lower edge, the last one also its upper.
/// With `density` the result integrates to 1. No gradient. Throws Error unless x is floating and
/// bins and weight are of its type, and weight of its shape.
TensorPair histogram(const Tensor& x, const Tensor& bins, const std::optional<Tensor>& weight = {},
                     bool density = false);
/// histogram() of `bins` equal parts of the range {lower, upper}, by default from the smallest to
/// the largest element. Throws Error for no bins, and for a range that is not finite or descends.
TensorPair histogram(const Tensor& x, int64_t bins = 100, OptionalRange range = {},
                     const std::optional<Tensor>& weight = {}, bool density = false);
/// histogram() of points of d coordinates, the last dim of x: the counts [bins_1, ..., bins_d] and
/// the edges along each coordinate.
std::tuple<Tensor, std::vector<Tensor>> histogramdd(const Tensor& x, IntArrayRef bins,
                                                    OptionalRange range = {},
                                                    const std::optional<Tensor>& weight = {},
                                                    bool density = false);
std::tuple<Tensor, std::vector<Tensor>> histogramdd(const Tensor& x, int64_t bins,
                                                    OptionalRange range = {},
                                                    const std::optional<Tensor>& weight = {},
                                                    bool density = false);
std::tuple<Tensor, std::vector<Tensor>> histogramdd(const Tensor& x, TensorList bins,
                                                    OptionalRange range = {},
                                                    const std::optional<Tensor>& weight = {},
                                                    bool density = false);

// --- Norms ----

/// The norms of v over all dims but `dim`, which keep size 1; over all for dim = -1.
Tensor norm_except_dim(const Tensor& v, int64_t pow = 2, int64_t dim = 0);
/// The same as norm().
Tensor native_norm(const Tensor& x, const Scalar& p = 2);
Tensor native_norm(const Tensor& x, const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim,
                   OptionalDtype dtype);

}  // namespace gradus
