#include "autograd/ops/reduce/out.h"

#include "autograd/ops/index/sets.h"
#include "autograd/ops/linalg/distance.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/pointwise/arithmetic.h"

namespace gradus {

using detail::write_out;
using detail::write_pair;
using detail::write_triple;

OutputPair aminmax_out(Tensor& min, Tensor& max, const Tensor& self, std::optional<int64_t> dim,
                       bool keepdim) {
  return write_pair("aminmax", min, max, aminmax(self, dim, keepdim));
}
Tensor& bincount_out(Tensor& out, const Tensor& self, const std::optional<Tensor>& weights,
                     int64_t minlength) {
  return write_out("bincount", out, bincount(self, weights, minlength));
}
Tensor& count_nonzero_out(Tensor& out, const Tensor& self, IntArrayRef dim) {
  return write_out("count_nonzero", out, count_nonzero(self, dim));
}
Tensor& count_nonzero_out(Tensor& out, const Tensor& self, std::optional<int64_t> dim) {
  return write_out("count_nonzero", out, count_nonzero(self, dim));
}
Tensor& diff_out(Tensor& out, const Tensor& self, int64_t n, int64_t dim,
                 const std::optional<Tensor>& prepend, const std::optional<Tensor>& append) {
  return write_out("diff", out, diff(self, n, dim, prepend, append));
}
Tensor& dist_out(Tensor& out, const Tensor& self, const Tensor& other, const Scalar& p) {
  return write_out("dist", out, dist(self, other, p));
}
OutputPair frexp_out(Tensor& mantissa, Tensor& exponent, const Tensor& self) {
  return write_pair("frexp", mantissa, exponent, frexp(self));
}
Tensor& histc_out(Tensor& out, const Tensor& self, int64_t bins, const Scalar& min,
                  const Scalar& max) {
  return write_out("histc", out, histc(self, bins, min, max));
}
OutputPair histogram_out(Tensor& hist, Tensor& bin_edges, const Tensor& self, const Tensor& bins,
                         const std::optional<Tensor>& weight, bool density) {
  return write_pair("histogram", hist, bin_edges, histogram(self, bins, weight, density));
}
OutputPair histogram_out(Tensor& hist, Tensor& bin_edges, const Tensor& self, int64_t bins,
                         std::optional<ArrayRef<double>> range, const std::optional<Tensor>& weight,
                         bool density) {
  return write_pair("histogram", hist, bin_edges, histogram(self, bins, range, weight, density));
}
Tensor& isin_out(Tensor& out, const Tensor& elements, const Tensor& test_elements,
                 bool assume_unique, bool invert) {
  return write_out("isin", out, isin(elements, test_elements, assume_unique, invert));
}
Tensor& isin_out(Tensor& out, const Tensor& elements, const Scalar& test_element,
                 bool assume_unique, bool invert) {
  return write_out("isin", out, isin(elements, test_element, assume_unique, invert));
}
Tensor& isin_out(Tensor& out, const Scalar& element, const Tensor& test_elements,
                 bool assume_unique, bool invert) {
  return write_out("isin", out, isin(element, test_elements, assume_unique, invert));
}
Tensor& linalg_vector_norm_out(Tensor& out, const Tensor& self, const Scalar& ord,
                               OptionalIntArrayRef dim, bool keepdim,
                               std::optional<ScalarType> dtype) {
  return write_out("linalg_vector_norm", out, linalg_vector_norm(self, ord, dim, keepdim, dtype));
}
Tensor& nanmean_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim, bool keepdim,
                    std::optional<ScalarType> dtype) {
  return write_out("nanmean", out, nanmean(self, dim, keepdim, dtype));
}
Tensor& nansum_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim, bool keepdim,
                   std::optional<ScalarType> dtype) {
  return write_out("nansum", out, nansum(self, dim, keepdim, dtype));
}
Tensor& native_norm_out(Tensor& out, const Tensor& self, const Scalar& p) {
  return write_out("native_norm", out, native_norm(self, p));
}
Tensor& native_norm_out(Tensor& out, const Tensor& self, const std::optional<Scalar>& p,
                        IntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) {
  return write_out("native_norm", out, native_norm(self, p, dim, keepdim, dtype));
}
Tensor& nonzero_static_out(Tensor& out, const Tensor& self, int64_t size, int64_t fill_value) {
  return write_out("nonzero_static", out, nonzero_static(self, size, fill_value));
}
OutputPair std_mean_out(Tensor& out0, Tensor& out1, const Tensor& self, OptionalIntArrayRef dim,
                        const std::optional<Scalar>& correction, bool keepdim) {
  return write_pair("std_mean", out0, out1, std_mean(self, dim, correction, keepdim));
}
Tensor& trace_out(Tensor& out, const Tensor& self) { return write_out("trace", out, trace(self)); }
OutputTriple unique_consecutive_out(Tensor& out0, Tensor& out1, Tensor& out2, const Tensor& self,
                                    bool return_inverse, bool return_counts,
                                    std::optional<int64_t> dim) {
  return write_triple("unique_consecutive", out0, out1, out2,
                      unique_consecutive(self, return_inverse, return_counts, dim));
}
OutputTriple unique_dim_out(Tensor& out0, Tensor& out1, Tensor& out2, const Tensor& self,
                            int64_t dim, bool sorted, bool return_inverse, bool return_counts) {
  return write_triple("unique_dim", out0, out1, out2,
                      unique_dim(self, dim, sorted, return_inverse, return_counts));
}
OutputTriple unique_dim_consecutive_out(Tensor& out0, Tensor& out1, Tensor& out2,
                                        const Tensor& self, int64_t dim, bool return_inverse,
                                        bool return_counts) {
  return write_triple("unique_dim_consecutive", out0, out1, out2,
                      unique_dim_consecutive(self, dim, return_inverse, return_counts));
}
OutputPair var_mean_out(Tensor& out0, Tensor& out1, const Tensor& self, OptionalIntArrayRef dim,
                        const std::optional<Scalar>& correction, bool keepdim) {
  return write_pair("var_mean", out0, out1, var_mean(self, dim, correction, keepdim));
}

}  // namespace gradus
