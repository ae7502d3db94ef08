// Reductions, histograms and sets written to given tensors: see autograd/ops/out.h.
#pragma once

#include "autograd/ops/out.h"
#include "autograd/ops/reduce/statistics.h"

namespace gradus {

/// aminmax(self, dim, keepdim) into `min` and `max`.
OutputPair aminmax_out(Tensor& min, Tensor& max, const Tensor& self,
                       std::optional<int64_t> dim = {}, bool keepdim = false);
/// bincount(self, weights, minlength) into `out`.
Tensor& bincount_out(Tensor& out, const Tensor& self, const std::optional<Tensor>& weights = {},
                     int64_t minlength = 0);
/// count_nonzero(self, dim) into `out`.
Tensor& count_nonzero_out(Tensor& out, const Tensor& self, IntArrayRef dim);
Tensor& count_nonzero_out(Tensor& out, const Tensor& self, std::optional<int64_t> dim = {});
/// diff(self, n, dim, prepend, append) into `out`.
Tensor& diff_out(Tensor& out, const Tensor& self, int64_t n = 1, int64_t dim = -1,
                 const std::optional<Tensor>& prepend = {},
                 const std::optional<Tensor>& append = {});
/// dist(self, other, p) into `out`.
Tensor& dist_out(Tensor& out, const Tensor& self, const Tensor& other, const Scalar& p = 2);
/// frexp(self) into `mantissa` and `exponent`.
OutputPair frexp_out(Tensor& mantissa, Tensor& exponent, const Tensor& self);
/// histc(self, bins, min, max) into `out`.
Tensor& histc_out(Tensor& out, const Tensor& self, int64_t bins = 100, const Scalar& min = 0,
                  const Scalar& max = 0);
/// histogram(self, bins, weight, density) into `hist` and `bin_edges`.
OutputPair histogram_out(Tensor& hist, Tensor& bin_edges, const Tensor& self, const Tensor& bins,
                         const std::optional<Tensor>& weight = {}, bool density = false);
OutputPair histogram_out(Tensor& hist, Tensor& bin_edges, const Tensor& self, int64_t bins = 100,
                         std::optional<ArrayRef<double>> range = {},
                         const std::optional<Tensor>& weight = {}, bool density = false);
/// isin(elements, test_elements, assume_unique, invert) into `out`.
Tensor& isin_out(Tensor& out, const Tensor& elements, const Tensor& test_elements,
                 bool assume_unique = false, bool invert = false);
Tensor& isin_out(Tensor& out, const Tensor& elements, const Scalar& test_element,
                 bool assume_unique = false, bool invert = false);
Tensor& isin_out(Tensor& out, const Scalar& element, const Tensor& test_elements,
                 bool assume_unique = false, bool invert = false);
/// linalg_vector_norm(self, ord, dim, keepdim, dtype) into `out`.
Tensor& linalg_vector_norm_out(Tensor& out, const Tensor& self, const Scalar& ord = 2,
                               OptionalIntArrayRef dim = {}, bool keepdim = false,
                               std::optional<ScalarType> dtype = {});
/// nanmean(self, dim, keepdim, dtype) into `out`.
Tensor& nanmean_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim = {},
                    bool keepdim = false, std::optional<ScalarType> dtype = {});
/// nansum(self, dim, keepdim, dtype) into `out`.
Tensor& nansum_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim = {},
                   bool keepdim = false, std::optional<ScalarType> dtype = {});
/// native_norm(self, p) into `out`.
Tensor& native_norm_out(Tensor& out, const Tensor& self, const Scalar& p = 2);
Tensor& native_norm_out(Tensor& out, const Tensor& self, const std::optional<Scalar>& p,
                        IntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype);
/// nonzero_static(self, size, fill_value) into `out`.
Tensor& nonzero_static_out(Tensor& out, const Tensor& self, int64_t size, int64_t fill_value = -1);
/// std_mean(self, dim, correction, keepdim) into `out0` and `out1`.
OutputPair std_mean_out(Tensor& out0, Tensor& out1, const Tensor& self,
                        OptionalIntArrayRef dim = {}, const std::optional<Scalar>& correction = {},
                        bool keepdim = false);
/// trace(self) into `out`.
Tensor& trace_out(Tensor& out, const Tensor& self);
/// unique_consecutive(self, return_inverse, return_counts, dim) into `out0` and `out1` and `out2`.
OutputTriple unique_consecutive_out(Tensor& out0, Tensor& out1, Tensor& out2, const Tensor& self,
                                    bool return_inverse = false, bool return_counts = false,
                                    std::optional<int64_t> dim = {});
/// unique_dim(self, dim, sorted, return_inverse, return_counts) into `out0` and `out1` and `out2`.
OutputTriple unique_dim_out(Tensor& out0, Tensor& out1, Tensor& out2, const Tensor& self,
                            int64_t dim, bool sorted = true, bool return_inverse = false,
                            bool return_counts = false);
/// unique_dim_consecutive(self, dim, return_inverse, return_counts) into `out0` and `out1` and
/// `out2`.
OutputTriple unique_dim_consecutive_out(Tensor& out0, Tensor& out1, Tensor& out2,
                                        const Tensor& self, int64_t dim,
                                        bool return_inverse = false, bool return_counts = false);
/// var_mean(self, dim, correction, keepdim) into `out0` and `out1`.
OutputPair var_mean_out(Tensor& out0, Tensor& out1, const Tensor& self,
                        OptionalIntArrayRef dim = {}, const std::optional<Scalar>& correction = {},
                        bool keepdim = false);

}  // namespace gradus
