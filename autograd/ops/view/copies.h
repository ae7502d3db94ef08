// What views show, as new tensors; and tensors written into a part of another.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// A tensor with the shape and type of self and the elements of src, which broadcasts and is
/// converted. The gradient flows to src.
Tensor copy(const Tensor& self, const Tensor& src, bool non_blocking = false);
/// narrow() as a new tensor.
Tensor narrow_copy(const Tensor& self, int64_t dim, int64_t start, int64_t length);
/// A copy of self with src written into the window that as_strided() with these arguments shows.
/// src has the shape `size`. Throws Error where the window names a place twice, or as as_strided()
/// does.
Tensor as_strided_scatter(const Tensor& self, const Tensor& src, IntArrayRef size,
                          IntArrayRef stride, std::optional<int64_t> storage_offset = {});
/// Parts of the given sizes along `dim` as by split_with_sizes(); they may be written in place.
std::vector<Tensor> unsafe_split_with_sizes(const Tensor& self, IntArrayRef split_sizes,
                                            int64_t dim = 0);
/// All elements of tensors of one type, one tensor after the other, as one dim.
Tensor flatten_dense_tensors(TensorList tensors);
/// The parts of `flat` in the shapes of `tensors`, one after the other, as views. Throws Error
/// where `flat` has another number of elements than they have together.
std::vector<Tensor> unflatten_dense_tensors(const Tensor& flat, TensorList tensors);

// A view with the name of each without `_copy`, copied to a new contiguous tensor.
Tensor alias_copy(const Tensor& self);    ///< self.
Tensor detach_copy(const Tensor& self);   ///< detach().
Tensor t_copy(const Tensor& self);        ///< t().
Tensor squeeze_copy(const Tensor& self);  ///< squeeze().
Tensor squeeze_copy(const Tensor& self, int64_t dim);
Tensor squeeze_copy(const Tensor& self, IntArrayRef dim);
Tensor unsqueeze_copy(const Tensor& self, int64_t dim);                           ///< unsqueeze().
Tensor select_copy(const Tensor& self, int64_t dim, int64_t index);               ///< select().
Tensor transpose_copy(const Tensor& self, int64_t dim0, int64_t dim1);            ///< transpose().
Tensor permute_copy(const Tensor& self, IntArrayRef dims);                        ///< permute().
Tensor expand_copy(const Tensor& self, IntArrayRef size, bool implicit = false);  ///< expand().
Tensor view_copy(const Tensor& self, IntArrayRef size);                           ///< view().
Tensor view_copy(const Tensor& self, ScalarType dtype);
/// diagonal().
Tensor diagonal_copy(const Tensor& self, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1);
/// slice().
Tensor slice_copy(const Tensor& self, int64_t dim = 0, std::optional<int64_t> start = {},
                  std::optional<int64_t> end = {}, int64_t step = 1);
/// unfold().
Tensor unfold_copy(const Tensor& self, int64_t dimension, int64_t size, int64_t step);
/// as_strided().
Tensor as_strided_copy(const Tensor& self, IntArrayRef size, IntArrayRef stride,
                       std::optional<int64_t> storage_offset = {});
/// split().
std::vector<Tensor> split_copy(const Tensor& self, int64_t split_size, int64_t dim = 0);
/// split_with_sizes().
std::vector<Tensor> split_with_sizes_copy(const Tensor& self, IntArrayRef split_sizes,
                                          int64_t dim = 0);
/// unbind().
std::vector<Tensor> unbind_copy(const Tensor& self, int64_t dim = 0);

}  // namespace gradus
