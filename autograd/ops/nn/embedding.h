// Rows of a table, looked up by number.
#pragma once

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

}  // namespace gradus
