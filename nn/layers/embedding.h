// Embedding: a table whose rows are looked up by number.
#pragma once

#include "nn/cloneable.h"
#include "nn/options/embedding.h"

namespace gradus::nn {

/// A table whose rows are looked up by number: `Embedding(num_embeddings, embedding_dim)`. It holds
/// the parameter `weight`.
class EmbeddingImpl : public Cloneable<EmbeddingImpl> {
 public:
  EmbeddingImpl(int64_t num_embeddings, int64_t embedding_dim);
  explicit EmbeddingImpl(EmbeddingOptions options_);
  /// Throws IndexError when padding_idx is out of range, and Error when _weight has other sizes.
  void reset() override;
  /// Draws the table anew, standard normal, with zeros in the row padding_idx.
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  /// Integer indices of any shape, to [indices..., embedding_dim]; see functional::embedding.
  Tensor forward(const Tensor& indices);

  EmbeddingOptions options;
  Tensor weight;  // [num_embeddings, embedding_dim]

 protected:
  Tensor* member(std::string_view name) override;
};

/// Holds an EmbeddingImpl.
class Embedding : public ModuleHolder<EmbeddingImpl> {
 public:
  using ModuleHolder<EmbeddingImpl>::ModuleHolder;
  /// An embedding that shares the tensor [rows, size] as its table; trained only when not frozen.
  static Embedding from_pretrained(const Tensor& embeddings,
                                   const EmbeddingFromPretrainedOptions& options = {});
};

/// A table whose rows are looked up and put together bag by bag:
/// `EmbeddingBag(num_embeddings, embedding_dim)`. It holds the parameter `weight`.
class EmbeddingBagImpl : public Cloneable<EmbeddingBagImpl> {
 public:
  EmbeddingBagImpl(int64_t num_embeddings, int64_t embedding_dim);
  explicit EmbeddingBagImpl(EmbeddingBagOptions options_);
  /// Throws IndexError when padding_idx is out of range, and Error when _weight has other sizes.
  void reset() override;
  /// Draws the table anew, standard normal, with zeros in the row padding_idx.
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  /// Indices [bags, n], or [n] with offsets [bags], to [bags, embedding_dim]; see
  /// functional::embedding_bag.
  Tensor forward(const Tensor& input, const Tensor& offsets = {},
                 const Tensor& per_sample_weights = {});

  EmbeddingBagOptions options;
  Tensor weight;  // [num_embeddings, embedding_dim]

 protected:
  Tensor* member(std::string_view name) override;
  DefaultArguments _forward_default_args() const override;
};

/// Holds an EmbeddingBagImpl.
class EmbeddingBag : public ModuleHolder<EmbeddingBagImpl> {
 public:
  using ModuleHolder<EmbeddingBagImpl>::ModuleHolder;
  /// One that shares the tensor [rows, size] as its table; trained only when not frozen.
  static EmbeddingBag from_pretrained(const Tensor& embeddings,
                                      const EmbeddingBagFromPretrainedOptions& options = {});
};

}  // namespace gradus::nn
