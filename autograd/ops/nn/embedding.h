// Rows of a table, looked up by number.
#pragma once

#include <tuple>

#include "tensor/tensor.h"

namespace gradus {

/// The rows of weight [rows, size] that integer indices of any shape name: [indices..., size]. The
/// row padding_idx (unless negative) gets no gradient; scale_grad_by_freq divides the gradient of
/// each row by how often it is looked up. Throws Error when `sparse`, and IndexError for an index
/// out of range.
Tensor embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx = -1,
                 bool scale_grad_by_freq = false, bool sparse = false);
/// Scales the rows that are looked up down to a norm_type-norm of max_norm, in place; rows with a
/// smaller norm stay. Without gradient.
Tensor& embedding_renorm_(const Tensor& self, const Tensor& indices, double max_norm,
                          double norm_type);

/// The sum (mode 0), mean (1) or largest elements (2) of the rows of weight [rows, size] in each
/// bag: {result [bags, size], the bag of each index, the size of each bag, the rows of the largest
/// elements}. Bag b holds indices [offsets[b], offsets[b + 1]), the last one those up to the end;
/// with include_last_offset the last offset is the end of the last bag. An empty bag gives zeros.
/// per_sample_weights, a factor for each index, goes with the sum only. padding_idx names a row
/// that counts in no bag, from the end if negative. scale_grad_by_freq divides the gradient of each
/// row by how often it is named; not for mode 2.
///
/// Throws Error when `sparse`, and for offsets that fall, do not start at 0 or end behind the
/// indices; IndexError for an index out of range.
std::tuple<Tensor, Tensor, Tensor, Tensor> embedding_bag(
    const Tensor& weight, const Tensor& indices, const Tensor& offsets,
    bool scale_grad_by_freq = false, int64_t mode = 0, bool sparse = false,
    const std::optional<Tensor>& per_sample_weights = {}, bool include_last_offset = false);
std::tuple<Tensor, Tensor, Tensor, Tensor> embedding_bag(
    const Tensor& weight, const Tensor& indices, const Tensor& offsets, bool scale_grad_by_freq,
    int64_t mode, bool sparse, const std::optional<Tensor>& per_sample_weights,
    bool include_last_offset, std::optional<int64_t> padding_idx);

}  // namespace gradus
