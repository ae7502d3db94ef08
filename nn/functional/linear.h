// Linear maps and embeddings as functions.
#pragma once

#include "nn/options/linear.h"

namespace gradus::nn::functional {

// input [..., k], weight [n, k] or [k], bias [n] or none: input weight^T + bias.
Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias = {});
Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight,
                const Tensor& bias = {});
// A last dim of num_classes (-1: one more than the largest), 1 at the class and 0 elsewhere.
Tensor one_hot(const Tensor& tensor, int64_t num_classes = -1);
Tensor embedding(const Tensor& input, const Tensor& weight,
                 const EmbeddingFuncOptions& options = {});

}  // namespace gradus::nn::functional
