#include "autograd/ops/view/out.h"

#include "autograd/factories.h"
#include "autograd/ops/index/index.h"
#include "autograd/ops/index/sets.h"
#include "autograd/ops/linalg/distance.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/pointwise/arithmetic.h"
#include "autograd/ops/reduce/statistics.h"
#include "autograd/ops/view/copies.h"
#include "autograd/ops/view/view.h"
#include "autograd/windows.h"

namespace gradus {

using detail::write_out;
using detail::write_pair;
using detail::write_triple;

Tensor& alias_copy_out(Tensor& out, const Tensor& self) {
  return write_out("alias_copy", out, alias_copy(self));
}
Tensor& angle_out(Tensor& out, const Tensor& self) { return write_out("angle", out, angle(self)); }
Tensor& as_strided_copy_out(Tensor& out, const Tensor& self, IntArrayRef size, IntArrayRef stride,
                            std::optional<int64_t> storage_offset) {
  return write_out("as_strided_copy", out, as_strided_copy(self, size, stride, storage_offset));
}
Tensor& as_strided_scatter_out(Tensor& out, const Tensor& self, const Tensor& src, IntArrayRef size,
                               IntArrayRef stride, std::optional<int64_t> storage_offset) {
  return write_out("as_strided_scatter", out,
                   as_strided_scatter(self, src, size, stride, storage_offset));
}
Tensor& binomial_out(Tensor& out, const Tensor& count, const Tensor& prob,
                     std::optional<Generator> generator) {
  return write_out("binomial", out, binomial(count, prob, generator));
}
Tensor& block_diag_out(Tensor& out, TensorList tensors) {
  return write_out("block_diag", out, block_diag(tensors));
}
Tensor& clone_out(Tensor& out, const Tensor& self) { return write_out("clone", out, self.clone()); }
Tensor& copy_out(Tensor& out, const Tensor& self, const Tensor& src, bool non_blocking) {
  return write_out("copy", out, copy(self, src, non_blocking));
}
Tensor& detach_copy_out(Tensor& out, const Tensor& self) {
  return write_out("detach_copy", out, detach_copy(self));
}
Tensor& diag_embed_out(Tensor& out, const Tensor& self, int64_t offset, int64_t dim1,
                       int64_t dim2) {
  return write_out("diag_embed", out, diag_embed(self, offset, dim1, dim2));
}
Tensor& diagonal_copy_out(Tensor& out, const Tensor& self, int64_t offset, int64_t dim1,
                          int64_t dim2) {
  return write_out("diagonal_copy", out, diagonal_copy(self, offset, dim1, dim2));
}
Tensor& diagonal_scatter_out(Tensor& out, const Tensor& self, const Tensor& src, int64_t offset,
                             int64_t dim1, int64_t dim2) {
  return write_out("diagonal_scatter", out, diagonal_scatter(self, src, offset, dim1, dim2));
}
Tensor& expand_copy_out(Tensor& out, const Tensor& self, IntArrayRef size, bool implicit) {
  return write_out("expand_copy", out, expand_copy(self, size, implicit));
}
Tensor& fill_out(Tensor& out, const Tensor& self, const Scalar& value) {
  return write_out("fill", out, self.clone().fill_(value));
}
Tensor& fill_out(Tensor& out, const Tensor& self, const Tensor& value) {
  return write_out("fill", out, self.clone().fill_(value));
}
Tensor& flip_out(Tensor& out, const Tensor& self, IntArrayRef dims) {
  return write_out("flip", out, flip(self, dims));
}
Tensor& float_power_out(Tensor& out, const Tensor& self, const Tensor& exponent) {
  return write_out("float_power", out, float_power(self, exponent));
}
Tensor& float_power_out(Tensor& out, const Scalar& self, const Tensor& exponent) {
  return write_out("float_power", out, float_power(self, exponent));
}
Tensor& float_power_out(Tensor& out, const Tensor& self, const Scalar& exponent) {
  return write_out("float_power", out, float_power(self, exponent));
}
Tensor& index_fill_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                       const Scalar& value) {
  return write_out("index_fill", out, index_fill(self, dim, index, value));
}
Tensor& index_fill_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                       const Tensor& value) {
  return write_out("index_fill", out, index_fill(self, dim, index, value));
}
Tensor& index_reduce_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                         const Tensor& source, std::string_view reduce, bool include_self) {
  return write_out("index_reduce", out,
                   index_reduce(self, dim, index, source, reduce, include_self));
}
Tensor& masked_fill_out(Tensor& out, const Tensor& self, const Tensor& mask, const Scalar& value) {
  return write_out("masked_fill", out, masked_fill(self, mask, value));
}
Tensor& masked_fill_out(Tensor& out, const Tensor& self, const Tensor& mask, const Tensor& value) {
  return write_out("masked_fill", out, masked_fill(self, mask, value));
}
Tensor& masked_scatter_out(Tensor& out, const Tensor& self, const Tensor& mask,
                           const Tensor& source) {
  return write_out("masked_scatter", out, masked_scatter(self, mask, source));
}
Tensor& mvlgamma_out(Tensor& out, const Tensor& self, int64_t p) {
  return write_out("mvlgamma", out, mvlgamma(self, p));
}
Tensor& narrow_copy_out(Tensor& out, const Tensor& self, int64_t dim, int64_t start,
                        int64_t length) {
  return write_out("narrow_copy", out, narrow_copy(self, dim, start, length));
}
Tensor& normal_out(Tensor& out, const Tensor& mean, double std,
                   std::optional<Generator> generator) {
  return write_out("normal", out, normal(mean, std, generator));
}
Tensor& normal_out(Tensor& out, double mean, const Tensor& std,
                   std::optional<Generator> generator) {
  return write_out("normal", out, normal(mean, std, generator));
}
Tensor& normal_out(Tensor& out, const Tensor& mean, const Tensor& std,
                   std::optional<Generator> generator) {
  return write_out("normal", out, normal(mean, std, generator));
}
Tensor& normal_out(Tensor& out, double mean, double std, IntArrayRef size,
                   std::optional<Generator> generator) {
  return write_out("normal", out, normal(mean, std, size, generator));
}
Tensor& permute_copy_out(Tensor& out, const Tensor& self, IntArrayRef dims) {
  return write_out("permute_copy", out, permute_copy(self, dims));
}
Tensor& poisson_out(Tensor& out, const Tensor& self, std::optional<Generator> generator) {
  return write_out("poisson", out, poisson(self, generator));
}
Tensor& put_out(Tensor& out, const Tensor& self, const Tensor& index, const Tensor& source,
                bool accumulate) {
  return write_out("put", out, put(self, index, source, accumulate));
}
Tensor& repeat_interleave_out(Tensor& out, const Tensor& repeats,
                              std::optional<int64_t> output_size) {
  return write_out("repeat_interleave", out, repeat_interleave(repeats, output_size));
}
Tensor& repeat_out(Tensor& out, const Tensor& self, IntArrayRef repeats) {
  return write_out("repeat", out, repeat(self, repeats));
}
Tensor& index_out(Tensor& out, const Tensor& self,
                  const std::vector<std::optional<Tensor>>& indices) {
  return write_out("index", out, index(self, indices));
}
Tensor& index_put_out(Tensor& out, const Tensor& self,
                      const std::vector<std::optional<Tensor>>& indices, const Tensor& values,
                      bool accumulate) {
  return write_out("index_put", out, index_put(self, indices, values, accumulate));
}
Tensor& tril_indices_out(Tensor& out, int64_t row, int64_t col, int64_t offset) {
  return write_out("tril_indices", out, tril_indices(row, col, offset));
}
Tensor& triu_indices_out(Tensor& out, int64_t row, int64_t col, int64_t offset) {
  return write_out("triu_indices", out, triu_indices(row, col, offset));
}
Tensor& roll_out(Tensor& out, const Tensor& self, IntArrayRef shifts, IntArrayRef dims) {
  return write_out("roll", out, roll(self, shifts, dims));
}
Tensor& rot90_out(Tensor& out, const Tensor& self, int64_t k, IntArrayRef dims) {
  return write_out("rot90", out, rot90(self, k, dims));
}
Tensor& select_copy_out(Tensor& out, const Tensor& self, int64_t dim, int64_t index) {
  return write_out("select_copy", out, select_copy(self, dim, index));
}
Tensor& select_scatter_out(Tensor& out, const Tensor& self, const Tensor& src, int64_t dim,
                           int64_t index) {
  return write_out("select_scatter", out, select_scatter(self, src, dim, index));
}
Tensor& slice_copy_out(Tensor& out, const Tensor& self, int64_t dim, std::optional<int64_t> start,
                       std::optional<int64_t> end, int64_t step) {
  return write_out("slice_copy", out, slice_copy(self, dim, start, end, step));
}
Tensor& slice_scatter_out(Tensor& out, const Tensor& self, const Tensor& src, int64_t dim,
                          std::optional<int64_t> start, std::optional<int64_t> end, int64_t step) {
  return write_out("slice_scatter", out, slice_scatter(self, src, dim, start, end, step));
}
Tensor& squeeze_copy_out(Tensor& out, const Tensor& self) {
  return write_out("squeeze_copy", out, squeeze_copy(self));
}
Tensor& squeeze_copy_out(Tensor& out, const Tensor& self, int64_t dim) {
  return write_out("squeeze_copy", out, squeeze_copy(self, dim));
}
Tensor& squeeze_copy_out(Tensor& out, const Tensor& self, IntArrayRef dim) {
  return write_out("squeeze_copy", out, squeeze_copy(self, dim));
}
Tensor& t_copy_out(Tensor& out, const Tensor& self) {
  return write_out("t_copy", out, t_copy(self));
}
Tensor& take_along_dim_out(Tensor& out, const Tensor& self, const Tensor& indices,
                           std::optional<int64_t> dim) {
  return write_out("take_along_dim", out, take_along_dim(self, indices, dim));
}
Tensor& tensordot_out(Tensor& out, const Tensor& self, const Tensor& other, IntArrayRef dims_self,
                      IntArrayRef dims_other) {
  return write_out("tensordot", out, tensordot(self, other, dims_self, dims_other));
}
Tensor& transpose_copy_out(Tensor& out, const Tensor& self, int64_t dim0, int64_t dim1) {
  return write_out("transpose_copy", out, transpose_copy(self, dim0, dim1));
}
Tensor& unfold_copy_out(Tensor& out, const Tensor& self, int64_t dimension, int64_t size,
                        int64_t step) {
  return write_out("unfold_copy", out, unfold_copy(self, dimension, size, step));
}
Tensor& unsqueeze_copy_out(Tensor& out, const Tensor& self, int64_t dim) {
  return write_out("unsqueeze_copy", out, unsqueeze_copy(self, dim));
}
Tensor& view_copy_out(Tensor& out, const Tensor& self, IntArrayRef size) {
  return write_out("view_copy", out, view_copy(self, size));
}
Tensor& view_copy_out(Tensor& out, const Tensor& self, ScalarType dtype) {
  return write_out("view_copy", out, view_copy(self, dtype));
}
Tensor& zero_out(Tensor& out, const Tensor& self) {
  return write_out("zero", out, zeros_like(self));
}
Tensor& bartlett_window_out(Tensor& out, int64_t window_length) {
  return write_out("bartlett_window", out, bartlett_window(window_length, out.scalar_type()));
}
Tensor& bartlett_window_out(Tensor& out, int64_t window_length, bool periodic) {
  return write_out("bartlett_window", out,
                   bartlett_window(window_length, periodic, out.scalar_type()));
}
Tensor& blackman_window_out(Tensor& out, int64_t window_length) {
  return write_out("blackman_window", out, blackman_window(window_length, out.scalar_type()));
}
Tensor& blackman_window_out(Tensor& out, int64_t window_length, bool periodic) {
  return write_out("blackman_window", out,
                   blackman_window(window_length, periodic, out.scalar_type()));
}
Tensor& hamming_window_out(Tensor& out, int64_t window_length) {
  return write_out("hamming_window", out, hamming_window(window_length, out.scalar_type()));
}
Tensor& hamming_window_out(Tensor& out, int64_t window_length, bool periodic) {
  return write_out("hamming_window", out,
                   hamming_window(window_length, periodic, out.scalar_type()));
}
Tensor& hamming_window_out(Tensor& out, int64_t window_length, bool periodic, double alpha) {
  return write_out("hamming_window", out,
                   hamming_window(window_length, periodic, alpha, out.scalar_type()));
}
Tensor& hamming_window_out(Tensor& out, int64_t window_length, bool periodic, double alpha,
                           double beta) {
  return write_out("hamming_window", out,
                   hamming_window(window_length, periodic, alpha, beta, out.scalar_type()));
}
Tensor& hann_window_out(Tensor& out, int64_t window_length) {
  return write_out("hann_window", out, hann_window(window_length, out.scalar_type()));
}
Tensor& hann_window_out(Tensor& out, int64_t window_length, bool periodic) {
  return write_out("hann_window", out, hann_window(window_length, periodic, out.scalar_type()));
}
Tensor& kaiser_window_out(Tensor& out, int64_t window_length) {
  return write_out("kaiser_window", out, kaiser_window(window_length, out.scalar_type()));
}
Tensor& kaiser_window_out(Tensor& out, int64_t window_length, bool periodic) {
  return write_out("kaiser_window", out, kaiser_window(window_length, periodic, out.scalar_type()));
}
Tensor& kaiser_window_out(Tensor& out, int64_t window_length, bool periodic, double beta) {
  return write_out("kaiser_window", out,
                   kaiser_window(window_length, periodic, beta, out.scalar_type()));
}
Tensor& empty_like_out(Tensor& out, const Tensor& self) {
  return write_out("empty_like", out, empty_like(self, out.scalar_type()));
}
Tensor& empty_permuted_out(Tensor& out, IntArrayRef size, IntArrayRef physical_layout) {
  return write_out("empty_permuted", out, empty_permuted(size, physical_layout, out.scalar_type()));
}
Tensor& empty_strided_out(Tensor& out, IntArrayRef size, IntArrayRef stride) {
  return write_out("empty_strided", out, empty_strided(size, stride, out.scalar_type()));
}
Tensor& full_like_out(Tensor& out, const Tensor& self, const Scalar& fill_value) {
  return write_out("full_like", out, full_like(self, fill_value, out.scalar_type()));
}
Tensor& ones_like_out(Tensor& out, const Tensor& self) {
  return write_out("ones_like", out, ones_like(self, out.scalar_type()));
}
Tensor& zeros_like_out(Tensor& out, const Tensor& self) {
  return write_out("zeros_like", out, zeros_like(self, out.scalar_type()));
}
Tensor& rand_like_out(Tensor& out, const Tensor& self) {
  return write_out("rand_like", out, rand_like(self, out.scalar_type()));
}
Tensor& randn_like_out(Tensor& out, const Tensor& self) {
  return write_out("randn_like", out, randn_like(self, out.scalar_type()));
}
Tensor& randint_out(Tensor& out, int64_t high, IntArrayRef size) {
  return write_out("randint", out, randint(high, size, out.scalar_type()));
}
Tensor& randint_out(Tensor& out, int64_t high, IntArrayRef size,
                    std::optional<Generator> generator) {
  return write_out("randint", out, randint(high, size, generator, out.scalar_type()));
}
Tensor& randint_out(Tensor& out, int64_t low, int64_t high, IntArrayRef size) {
  return write_out("randint", out, randint(low, high, size, out.scalar_type()));
}
Tensor& randint_out(Tensor& out, int64_t low, int64_t high, IntArrayRef size,
                    std::optional<Generator> generator) {
  return write_out("randint", out, randint(low, high, size, generator, out.scalar_type()));
}
Tensor& randint_like_out(Tensor& out, const Tensor& self, int64_t high) {
  return write_out("randint_like", out, randint_like(self, high, out.scalar_type()));
}
Tensor& randint_like_out(Tensor& out, const Tensor& self, int64_t low, int64_t high) {
  return write_out("randint_like", out, randint_like(self, low, high, out.scalar_type()));
}
Tensor& scalar_tensor_out(Tensor& out, const Scalar& s) {
  return write_out("scalar_tensor", out, scalar_tensor(s, out.scalar_type()));
}
Tensor& new_empty_out(Tensor& out, const Tensor& self, IntArrayRef size) {
  return write_out("new_empty", out, self.new_empty(size));
}
Tensor& new_empty_strided_out(Tensor& out, const Tensor& self, IntArrayRef size,
                              IntArrayRef stride) {
  return write_out("new_empty_strided", out, self.new_empty_strided(size, stride));
}
Tensor& new_full_out(Tensor& out, const Tensor& self, IntArrayRef size, const Scalar& fill_value) {
  return write_out("new_full", out, self.new_full(size, fill_value));
}
Tensor& new_ones_out(Tensor& out, const Tensor& self, IntArrayRef size) {
  return write_out("new_ones", out, self.new_ones(size));
}
Tensor& new_zeros_out(Tensor& out, const Tensor& self, IntArrayRef size) {
  return write_out("new_zeros", out, self.new_zeros(size));
}

}  // namespace gradus
