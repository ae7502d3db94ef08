// Copies, moves and new tensors written to given tensors: see autograd/ops/out.h.
#pragma once

#include "autograd/ops/out.h"

namespace gradus {

/// alias_copy(self) into `out`.
Tensor& alias_copy_out(Tensor& out, const Tensor& self);
/// angle(self) into `out`.
Tensor& angle_out(Tensor& out, const Tensor& self);
/// as_strided_copy(self, size, stride, storage_offset) into `out`.
Tensor& as_strided_copy_out(Tensor& out, const Tensor& self, IntArrayRef size, IntArrayRef stride,
                            std::optional<int64_t> storage_offset = {});
/// as_strided_scatter(self, src, size, stride, storage_offset) into `out`.
Tensor& as_strided_scatter_out(Tensor& out, const Tensor& self, const Tensor& src, IntArrayRef size,
                               IntArrayRef stride, std::optional<int64_t> storage_offset = {});
/// binomial(count, prob, generator) into `out`.
Tensor& binomial_out(Tensor& out, const Tensor& count, const Tensor& prob,
                     std::optional<Generator> generator = {});
/// block_diag(tensors) into `out`.
Tensor& block_diag_out(Tensor& out, TensorList tensors);
/// clone(self, memory_format) into `out`.
Tensor& clone_out(Tensor& out, const Tensor& self);
/// copy(self, src, non_blocking) into `out`.
Tensor& copy_out(Tensor& out, const Tensor& self, const Tensor& src, bool non_blocking = false);
/// detach_copy(self) into `out`.
Tensor& detach_copy_out(Tensor& out, const Tensor& self);
/// diag_embed(self, offset, dim1, dim2) into `out`.
Tensor& diag_embed_out(Tensor& out, const Tensor& self, int64_t offset = 0, int64_t dim1 = -2,
                       int64_t dim2 = -1);
/// diagonal_copy(self, offset, dim1, dim2) into `out`.
Tensor& diagonal_copy_out(Tensor& out, const Tensor& self, int64_t offset = 0, int64_t dim1 = 0,
                          int64_t dim2 = 1);
/// diagonal_scatter(self, src, offset, dim1, dim2) into `out`.
Tensor& diagonal_scatter_out(Tensor& out, const Tensor& self, const Tensor& src, int64_t offset = 0,
                             int64_t dim1 = 0, int64_t dim2 = 1);
/// expand_copy(self, size, implicit) into `out`.
Tensor& expand_copy_out(Tensor& out, const Tensor& self, IntArrayRef size, bool implicit = false);
/// fill(self, value) into `out`.
Tensor& fill_out(Tensor& out, const Tensor& self, const Scalar& value);
Tensor& fill_out(Tensor& out, const Tensor& self, const Tensor& value);
/// flip(self, dims) into `out`.
Tensor& flip_out(Tensor& out, const Tensor& self, IntArrayRef dims);
/// float_power(self, exponent) into `out`.
Tensor& float_power_out(Tensor& out, const Tensor& self, const Tensor& exponent);
Tensor& float_power_out(Tensor& out, const Scalar& self, const Tensor& exponent);
Tensor& float_power_out(Tensor& out, const Tensor& self, const Scalar& exponent);
/// index_fill(self, dim, index, value) into `out`.
Tensor& index_fill_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                       const Scalar& value);
Tensor& index_fill_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                       const Tensor& value);
/// index_reduce(self, dim, index, source, reduce, include_self) into `out`.
Tensor& index_reduce_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                         const Tensor& source, std::string_view reduce, bool include_self = true);
/// masked_fill(self, mask, value) into `out`.
Tensor& masked_fill_out(Tensor& out, const Tensor& self, const Tensor& mask, const Scalar& value);
Tensor& masked_fill_out(Tensor& out, const Tensor& self, const Tensor& mask, const Tensor& value);
/// masked_scatter(self, mask, source) into `out`.
Tensor& masked_scatter_out(Tensor& out, const Tensor& self, const Tensor& mask,
                           const Tensor& source);
/// mvlgamma(self, p) into `out`.
Tensor& mvlgamma_out(Tensor& out, const Tensor& self, int64_t p);
/// narrow_copy(self, dim, start, length) into `out`.
Tensor& narrow_copy_out(Tensor& out, const Tensor& self, int64_t dim, int64_t start,
                        int64_t length);
/// normal(mean, std, generator) into `out`.
Tensor& normal_out(Tensor& out, const Tensor& mean, double std = 1,
                   std::optional<Generator> generator = {});
Tensor& normal_out(Tensor& out, double mean, const Tensor& std,
                   std::optional<Generator> generator = {});
Tensor& normal_out(Tensor& out, const Tensor& mean, const Tensor& std,
                   std::optional<Generator> generator = {});
Tensor& normal_out(Tensor& out, double mean, double std, IntArrayRef size,
                   std::optional<Generator> generator = {});
/// permute_copy(self, dims) into `out`.
Tensor& permute_copy_out(Tensor& out, const Tensor& self, IntArrayRef dims);
/// poisson(self, generator) into `out`.
Tensor& poisson_out(Tensor& out, const Tensor& self, std::optional<Generator> generator = {});
/// put(self, index, source, accumulate) into `out`.
Tensor& put_out(Tensor& out, const Tensor& self, const Tensor& index, const Tensor& source,
                bool accumulate = false);
/// repeat_interleave(repeats, output_size) into `out`.
Tensor& repeat_interleave_out(Tensor& out, const Tensor& repeats,
                              std::optional<int64_t> output_size = {});
/// repeat(self, repeats) into `out`.
Tensor& repeat_out(Tensor& out, const Tensor& self, IntArrayRef repeats);
/// index(self, indices) into `out`.
Tensor& index_out(Tensor& out, const Tensor& self,
                  const std::vector<std::optional<Tensor>>& indices);
/// index_put(self, indices, values, accumulate) into `out`.
Tensor& index_put_out(Tensor& out, const Tensor& self,
                      const std::vector<std::optional<Tensor>>& indices, const Tensor& values,
                      bool accumulate = false);
/// tril_indices(row, col, offset) into `out`.
Tensor& tril_indices_out(Tensor& out, int64_t row, int64_t col, int64_t offset = 0);
/// triu_indices(row, col, offset) into `out`.
Tensor& triu_indices_out(Tensor& out, int64_t row, int64_t col, int64_t offset = 0);
/// roll(self, shifts, dims) into `out`.
Tensor& roll_out(Tensor& out, const Tensor& self, IntArrayRef shifts, IntArrayRef dims = {});
/// rot90(self, k, dims) into `out`.
Tensor& rot90_out(Tensor& out, const Tensor& self, int64_t k = 1, IntArrayRef dims = {0, 1});
/// select_copy(self, dim, index) into `out`.
Tensor& select_copy_out(Tensor& out, const Tensor& self, int64_t dim, int64_t index);
/// select_scatter(self, src, dim, index) into `out`.
Tensor& select_scatter_out(Tensor& out, const Tensor& self, const Tensor& src, int64_t dim,
                           int64_t index);
/// slice_copy(self, dim, start, end, step) into `out`.
Tensor& slice_copy_out(Tensor& out, const Tensor& self, int64_t dim = 0,
                       std::optional<int64_t> start = {}, std::optional<int64_t> end = {},
                       int64_t step = 1);
/// slice_scatter(self, src, dim, start, end, step) into `out`.
Tensor& slice_scatter_out(Tensor& out, const Tensor& self, const Tensor& src, int64_t dim = 0,
                          std::optional<int64_t> start = {}, std::optional<int64_t> end = {},
                          int64_t step = 1);
/// squeeze_copy(self) into `out`.
Tensor& squeeze_copy_out(Tensor& out, const Tensor& self);
Tensor& squeeze_copy_out(Tensor& out, const Tensor& self, int64_t dim);
Tensor& squeeze_copy_out(Tensor& out, const Tensor& self, IntArrayRef dim);
/// t_copy(self) into `out`.
Tensor& t_copy_out(Tensor& out, const Tensor& self);
/// take_along_dim(self, indices, dim) into `out`.
Tensor& take_along_dim_out(Tensor& out, const Tensor& self, const Tensor& indices,
                           std::optional<int64_t> dim = {});
/// tensordot(self, other, dims_self, dims_other) into `out`.
Tensor& tensordot_out(Tensor& out, const Tensor& self, const Tensor& other, IntArrayRef dims_self,
                      IntArrayRef dims_other);
/// transpose_copy(self, dim0, dim1) into `out`.
Tensor& transpose_copy_out(Tensor& out, const Tensor& self, int64_t dim0, int64_t dim1);
/// unfold_copy(self, dimension, size, step) into `out`.
Tensor& unfold_copy_out(Tensor& out, const Tensor& self, int64_t dimension, int64_t size,
                        int64_t step);
/// unsqueeze_copy(self, dim) into `out`.
Tensor& unsqueeze_copy_out(Tensor& out, const Tensor& self, int64_t dim);
/// view_copy(self, size) into `out`.
Tensor& view_copy_out(Tensor& out, const Tensor& self, IntArrayRef size);
Tensor& view_copy_out(Tensor& out, const Tensor& self, ScalarType dtype);
/// zero(self) into `out`.
Tensor& zero_out(Tensor& out, const Tensor& self);
/// bartlett_window(window_length) into `out`.
Tensor& bartlett_window_out(Tensor& out, int64_t window_length);
Tensor& bartlett_window_out(Tensor& out, int64_t window_length, bool periodic);
/// blackman_window(window_length) into `out`.
Tensor& blackman_window_out(Tensor& out, int64_t window_length);
Tensor& blackman_window_out(Tensor& out, int64_t window_length, bool periodic);
/// hamming_window(window_length) into `out`.
Tensor& hamming_window_out(Tensor& out, int64_t window_length);
Tensor& hamming_window_out(Tensor& out, int64_t window_length, bool periodic);
Tensor& hamming_window_out(Tensor& out, int64_t window_length, bool periodic, double alpha);
Tensor& hamming_window_out(Tensor& out, int64_t window_length, bool periodic, double alpha,
                           double beta);
/// hann_window(window_length) into `out`.
Tensor& hann_window_out(Tensor& out, int64_t window_length);
Tensor& hann_window_out(Tensor& out, int64_t window_length, bool periodic);
/// kaiser_window(window_length) into `out`.
Tensor& kaiser_window_out(Tensor& out, int64_t window_length);
Tensor& kaiser_window_out(Tensor& out, int64_t window_length, bool periodic);
Tensor& kaiser_window_out(Tensor& out, int64_t window_length, bool periodic, double beta);
/// empty_like(self) into `out`.
Tensor& empty_like_out(Tensor& out, const Tensor& self);
/// empty_permuted(size, physical_layout) into `out`.
Tensor& empty_permuted_out(Tensor& out, IntArrayRef size, IntArrayRef physical_layout);
/// empty_strided(size, stride) into `out`.
Tensor& empty_strided_out(Tensor& out, IntArrayRef size, IntArrayRef stride);
/// full_like(self, fill_value) into `out`.
Tensor& full_like_out(Tensor& out, const Tensor& self, const Scalar& fill_value);
/// ones_like(self) into `out`.
Tensor& ones_like_out(Tensor& out, const Tensor& self);
/// zeros_like(self) into `out`.
Tensor& zeros_like_out(Tensor& out, const Tensor& self);
/// rand_like(self) into `out`.
Tensor& rand_like_out(Tensor& out, const Tensor& self);
/// randn_like(self) into `out`.
Tensor& randn_like_out(Tensor& out, const Tensor& self);
/// randint(high, size) into `out`.
Tensor& randint_out(Tensor& out, int64_t high, IntArrayRef size);
Tensor& randint_out(Tensor& out, int64_t high, IntArrayRef size,
                    std::optional<Generator> generator);
Tensor& randint_out(Tensor& out, int64_t low, int64_t high, IntArrayRef size);
Tensor& randint_out(Tensor& out, int64_t low, int64_t high, IntArrayRef size,
                    std::optional<Generator> generator);
/// randint_like(self, high) into `out`.
Tensor& randint_like_out(Tensor& out, const Tensor& self, int64_t high);
Tensor& randint_like_out(Tensor& out, const Tensor& self, int64_t low, int64_t high);
/// scalar_tensor(s) into `out`.
Tensor& scalar_tensor_out(Tensor& out, const Scalar& s);
/// new_empty(self, size) into `out`.
Tensor& new_empty_out(Tensor& out, const Tensor& self, IntArrayRef size);
/// new_empty_strided(self, size, stride) into `out`.
Tensor& new_empty_strided_out(Tensor& out, const Tensor& self, IntArrayRef size,
                              IntArrayRef stride);
/// new_full(self, size, fill_value) into `out`.
Tensor& new_full_out(Tensor& out, const Tensor& self, IntArrayRef size, const Scalar& fill_value);
/// new_ones(self, size) into `out`.
Tensor& new_ones_out(Tensor& out, const Tensor& self, IntArrayRef size);
/// new_zeros(self, size) into `out`.
Tensor& new_zeros_out(Tensor& out, const Tensor& self, IntArrayRef size);

}  // namespace gradus
