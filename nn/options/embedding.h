// Options of embeddings.
#pragma once

#include "nn/choice.h"
#include "nn/enums.h"
#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::nn {

/// The options of Embedding: `EmbeddingOptions(1000, 64).padding_idx(0)`.
struct EmbeddingOptions {
  EmbeddingOptions(int64_t num_embeddings, int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
  /// How many rows the table has.
  GRADUS_ARG(int64_t, num_embeddings);
  /// How long a row is.
  GRADUS_ARG(int64_t, embedding_dim);
  /// The row that gets no gradient and starts as zeros; none unless set.
  GRADUS_ARG(std::optional<int64_t>, padding_idx);
  /// Rows that are looked up are first scaled down to this norm, in place; none unless set.
  GRADUS_ARG(std::optional<double>, max_norm);
  /// The exponent of that norm.
  GRADUS_ARG(double, norm_type) = 2.;
  /// Divides each row's gradient by how often the row is looked up.
  GRADUS_ARG(bool, scale_grad_by_freq) = false;
  /// Must stay false: there are no sparse tensors.
  GRADUS_ARG(bool, sparse) = false;
  /// A table to begin with, [num_embeddings, embedding_dim]; drawn unless set.
  GRADUS_ARG(Tensor, _weight);
};

/// The options of Embedding::from_pretrained.
struct EmbeddingFromPretrainedOptions {
  /// The table is not trained.
  GRADUS_ARG(bool, freeze) = true;
  /// The row that gets no gradient; none unless set.
  GRADUS_ARG(std::optional<int64_t>, padding_idx);
  /// Rows that are looked up are first scaled down to this norm, in place; none unless set.
  GRADUS_ARG(std::optional<double>, max_norm);
  /// The exponent of that norm.
  GRADUS_ARG(double, norm_type) = 2.;
  /// Divides each row's gradient by how often the row is looked up.
  GRADUS_ARG(bool, scale_grad_by_freq) = false;
  /// Must stay false: there are no sparse tensors.
  GRADUS_ARG(bool, sparse) = false;
};

/// What EmbeddingBag makes of the rows of a bag: their sum, mean or largest elements.
using EmbeddingBagMode = std::variant<enumtype::kSum, enumtype::kMean, enumtype::kMax>;

/// The options of EmbeddingBag: `EmbeddingBagOptions(1000, 64).mode(kSum)`.
struct EmbeddingBagOptions {
  EmbeddingBagOptions(int64_t num_embeddings, int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
  /// How many rows the table has.
  GRADUS_ARG(int64_t, num_embeddings);
  /// How long a row is.
  GRADUS_ARG(int64_t, embedding_dim);
  /// Rows that are looked up are first scaled down to this norm, in place; none unless set.
  GRADUS_ARG(std::optional<double>, max_norm);
  /// The exponent of that norm.
  GRADUS_ARG(double, norm_type) = 2.;
  /// Divides each row's gradient by how often the row is looked up; not for kMax.
  GRADUS_ARG(bool, scale_grad_by_freq) = false;
  /// What a bag's rows become: kSum, kMean or kMax.
  GRADUS_CHOICE(EmbeddingBagMode, mode) = kMean;
  /// Must stay false: there are no sparse tensors.
  GRADUS_ARG(bool, sparse) = false;
  /// A table to begin with, [num_embeddings, embedding_dim]; drawn unless set.
  GRADUS_ARG(Tensor, _weight);
  /// The last offset is where the last bag ends, and begins no bag.
  GRADUS_ARG(bool, include_last_offset) = false;
  /// The row that counts in no bag, gets no gradient and starts as zeros; none unless set.
  GRADUS_ARG(std::optional<int64_t>, padding_idx);
};

/// The options of EmbeddingBag::from_pretrained.
struct EmbeddingBagFromPretrainedOptions {
  /// The table is not trained.
  GRADUS_ARG(bool, freeze) = true;
  /// Rows that are looked up are first scaled down to this norm, in place; none unless set.
  GRADUS_ARG(std::optional<double>, max_norm);
  /// The exponent of that norm.
  GRADUS_ARG(double, norm_type) = 2.;
  /// Divides each row's gradient by how often the row is looked up; not for kMax.
  GRADUS_ARG(bool, scale_grad_by_freq) = false;
  /// What a bag's rows become: kSum, kMean or kMax.
  GRADUS_CHOICE(EmbeddingBagMode, mode) = kMean;
  /// Must stay false: there are no sparse tensors.
  GRADUS_ARG(bool, sparse) = false;
  /// The last offset is where the last bag ends, and begins no bag.
  GRADUS_ARG(bool, include_last_offset) = false;
  /// The row that counts in no bag and gets no gradient; none unless set.
  GRADUS_ARG(std::optional<int64_t>, padding_idx);
};

namespace functional {
/// The options of embedding_bag.
struct EmbeddingBagFuncOptions {
  /// Where each bag begins, [bags], for indices in a row.
  GRADUS_ARG(Tensor, offsets);
  /// Rows that are looked up are first scaled down to this norm, in place; none unless set.
  GRADUS_ARG(std::optional<double>, max_norm);
  /// The exponent of that norm.
  GRADUS_ARG(double, norm_type) = 2.;
  /// Divides each row's gradient by how often the row is looked up; not for kMax.
  GRADUS_ARG(bool, scale_grad_by_freq) = false;
  /// What a bag's rows become: kSum, kMean or kMax.
  GRADUS_CHOICE(EmbeddingBagMode, mode) = kMean;
  /// Must stay false: there are no sparse tensors.
  GRADUS_ARG(bool, sparse) = false;
  /// A factor for each index, of the indices' shape; for kSum only.
  GRADUS_ARG(Tensor, per_sample_weights);
  /// The last offset is where the last bag ends, and begins no bag.
  GRADUS_ARG(bool, include_last_offset) = false;
  /// The row that counts in no bag and gets no gradient; none unless set.
  GRADUS_ARG(std::optional<int64_t>, padding_idx);
};
/// The options of embedding.
struct EmbeddingFuncOptions {
  /// The row that gets no gradient; none unless set.
  GRADUS_ARG(std::optional<int64_t>, padding_idx);
  /// Rows that are looked up are first scaled down to this norm, in place; none unless set.
  GRADUS_ARG(std::optional<double>, max_norm);
  /// The exponent of that norm.
  GRADUS_ARG(double, norm_type) = 2.;
  /// Divides each row's gradient by how often the row is looked up.
  GRADUS_ARG(bool, scale_grad_by_freq) = false;
  /// Must stay false: there are no sparse tensors.
  GRADUS_ARG(bool, sparse) = false;
};
}  // namespace functional

}  // namespace gradus::nn
