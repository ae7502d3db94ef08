// Embeddings as functions.
#pragma once

#include "nn/options/embedding.h"

namespace gradus::nn::functional {

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
