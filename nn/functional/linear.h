// Linear maps and embeddings as functions.
#pragma once

#include "nn/options/linear.h"

namespace gradus::nn::functional {

/// input weightᵀ + bias: input [..., k], weight [n, k] or [k], bias [n] or none, result [..., n].
/// Throws Error for sizes that do not fit.
Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias = {});
/// For each output i input1ᵀ weight[i] input2 + bias[i]: inputs [..., k1] and [..., k2], weight [n,
/// k1, k2], result [..., n].
Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight,
                const Tensor& bias = {});
/// A last dim of num_classes (-1: one more than the largest), 1 at the class and 0 elsewhere: [...]
/// of int64 classes to [..., num_classes]. Throws Error for a class out of range.
Tensor one_hot(const Tensor& tensor, int64_t num_classes = -1);
/// The rows of weight [rows, size] that `input`, integers of any shape, numbers: [input..., size].
/// With max_norm it first scales these rows down, in place. Throws IndexError for a padding_idx out
/// of range.
Tensor embedding(const Tensor& input, const Tensor& weight,
                 const EmbeddingFuncOptions& options = {});
/// The sum, mean or largest elements of the rows of weight [rows, size] in each bag of indices:
/// [bags, size]. `input` [bags, n] has bags of one length; or [n], which the options' offsets cut
/// into bags. Throws Error for options that do not fit each other; see gradus::embedding_bag.
Tensor embedding_bag(const Tensor& input, const Tensor& weight,
                     const EmbeddingBagFuncOptions& options = {});

}  // namespace gradus::nn::functional
