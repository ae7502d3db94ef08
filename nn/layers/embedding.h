// Embedding: a table whose rows are looked up by number.
#pragma once

#include "nn/cloneable.h"
#include "nn/options/linear.h"

namespace gradus::nn {

class EmbeddingImpl : public Cloneable<EmbeddingImpl> {
 public:
  EmbeddingImpl(int64_t num_embeddings, int64_t embedding_dim);
  explicit EmbeddingImpl(EmbeddingOptions options_);
  void reset() override;
  // Standard normal, the row padding_idx zero.
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  // Integer indices of any shape: [indices..., embedding_dim].
  Tensor forward(const Tensor& indices);

  EmbeddingOptions options;
  Tensor weight;  // [num_embeddings, embedding_dim]
};

class Embedding : public ModuleHolder<EmbeddingImpl> {
 public:
  using ModuleHolder<EmbeddingImpl>::ModuleHolder;
  // Shares the tensor [rows, size]; trained only when not frozen.
  static Embedding from_pretrained(const Tensor& embeddings,
                                   const EmbeddingFromPretrainedOptions& options = {});
};

}  // namespace gradus::nn
