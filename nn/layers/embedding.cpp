#include "nn/layers/embedding.h"

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "nn/functional/linear.h"
#include "nn/init.h"
#include "nn/print.h"
#include "tensor/base/fail.h"

namespace gradus::nn {

EmbeddingImpl::EmbeddingImpl(int64_t num_embeddings, int64_t embedding_dim)
    : EmbeddingImpl(EmbeddingOptions(num_embeddings, embedding_dim)) {}
EmbeddingImpl::EmbeddingImpl(EmbeddingOptions options_) : options(std::move(options_)) { reset(); }

void EmbeddingImpl::reset() {
  const int64_t rows = options.num_embeddings(), size = options.embedding_dim();
  if (auto& padding = options.padding_idx()) {
    if (*padding < -rows || *padding >= rows)
      fail_index("Embedding: padding_idx {} is out of range for {} rows", *padding, rows);
    if (*padding < 0) *padding += rows;
  }
  if (options._weight().defined()) {
    if (options._weight().sizes() != IntArrayRef({rows, size}))
      fail("Embedding: the weight has shape {}, the options say [{}, {}]",
           options._weight().sizes(), rows, size);
    weight = register_parameter("weight", options._weight());
  } else {
    weight = register_parameter("weight", empty({rows, size}));
    reset_parameters();
  }
}
void EmbeddingImpl::reset_parameters() {
  init::normal_(weight);
  if (options.padding_idx()) {
    const NoGradGuard untaped;
    weight.select(0, *options.padding_idx()).fill_(0);
  }
}
void EmbeddingImpl::pretty_print(std::ostream& out) const {
  LayerLine line(out, "Embedding");
  line("num_embeddings", options.num_embeddings())("embedding_dim", options.embedding_dim());
  if (options.padding_idx()) line("padding_idx", *options.padding_idx());
  if (options.max_norm()) line("max_norm", *options.max_norm());
  if (options.norm_type() != 2) line("norm_type", options.norm_type());
  line.if_true("scale_grad_by_freq", options.scale_grad_by_freq());
  line.if_true("sparse", options.sparse());
}
Tensor EmbeddingImpl::forward(const Tensor& indices) {
  return functional::embedding(indices, weight,
                               functional::EmbeddingFuncOptions()
                                   .padding_idx(options.padding_idx())
                                   .max_norm(options.max_norm())
                                   .norm_type(options.norm_type())
                                   .scale_grad_by_freq(options.scale_grad_by_freq())
                                   .sparse(options.sparse()));
}

Embedding Embedding::from_pretrained(const Tensor& embeddings,
                                     const EmbeddingFromPretrainedOptions& o) {
  if (embeddings.dim() != 2)
    fail("Embedding: the weight must have 2 dims, got {}", embeddings.sizes());
  Embedding out(EmbeddingOptions(embeddings.size(0), embeddings.size(1))
                    ._weight(embeddings)
                    .padding_idx(o.padding_idx())
                    .max_norm(o.max_norm())
                    .norm_type(o.norm_type())
                    .scale_grad_by_freq(o.scale_grad_by_freq())
                    .sparse(o.sparse()));
  out->weight.set_requires_grad(!o.freeze());
  return out;
}

}  // namespace gradus::nn
