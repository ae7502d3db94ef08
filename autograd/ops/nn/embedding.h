// Rows of a table, looked up by number.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

// weight [rows, size], integer indices of any shape: [indices..., size]. The row padding_idx (if
// not negative) gets no gradient; scale_grad_by_freq divides each row's gradient by how often it is
// looked up. `sparse` must be false.
Tensor embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx = -1,
                 bool scale_grad_by_freq = false, bool sparse = false);
// Scales the rows that are looked up down to a norm of max_norm, in place.
Tensor& embedding_renorm_(const Tensor& self, const Tensor& indices, double max_norm,
                          double norm_type);

}  // namespace gradus
