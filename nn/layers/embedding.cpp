#include "nn/layers/embedding.h"

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "nn/functional/embedding.h"
#include "nn/init.h"
#include "nn/print.h"
#include "tensor/base/fail.h"

namespace gradus::nn {

namespace {

// A padding_idx from the end is made one from the start.
template <class Options>
void check_padding(const char* layer, Options& options) {
  const int64_t rows = options.num_embeddings();
  auto& padding = options.padding_idx();
  if (!padding) return;
  if (*padding < -rows || *padding >= rows)
    fail_index("{}: padding_idx {} is out of range for {} rows", layer, *padding, rows);
  if (*padding < 0) *padding += rows;
}
// The options' table, or one that is yet to be drawn.
template <class Options>
Tensor table(const char* layer, const Options& options) {
  const int64_t rows = options.num_embeddings(), size = options.embedding_dim();
  const Tensor& given = options._weight();
  if (!given.defined()) return empty({rows, size});
  if (given.sizes() != IntArrayRef({rows, size}))
    fail("{}: the weight has shape {}, the options say [{}, {}]", layer, given.sizes(), rows, size);
  return given;
}
void draw(Tensor& weight, std::optional<int64_t> padding_idx) {
  init::normal_(weight);
  if (!padding_idx) return;
  const NoGradGuard untaped;
  weight.select(0, *padding_idx).fill_(0);
}

}  // namespace

EmbeddingImpl::EmbeddingImpl(int64_t num_embeddings, int64_t embedding_dim)
    : EmbeddingImpl(EmbeddingOptions(num_embeddings, embedding_dim)) {}
EmbeddingImpl::EmbeddingImpl(EmbeddingOptions options_) : options(std::move(options_)) { reset(); }

void EmbeddingImpl::reset() {
  check_padding("Embedding", options);
  weight = register_parameter("weight", table("Embedding", options));
  if (!options._weight().defined()) reset_parameters();
}
void EmbeddingImpl::reset_parameters() { draw(weight, options.padding_idx()); }
void EmbeddingImpl::pretty_print(std::ostream& out) const {
  LayerLine line(out, "Embedding");
  line("num_embeddings", options.num_embeddings())("embedding_dim", options.embedding_dim());
  if (options.padding_idx()) line("padding_idx", *options.padding_idx());
  if (options.max_norm()) line("max_norm", *options.max_norm());
  if (options.norm_type() != 2) line("norm_type", options.norm_type());
  line.if_true("scale_grad_by_freq", options.scale_grad_by_freq());
  line.if_true("sparse", options.sparse());
}
Tensor* EmbeddingImpl::member(std::string_view name) { return pick(name, {{"weight", &weight}}); }
Tensor EmbeddingImpl::forward(const Tensor& indices) {
  renew();
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

EmbeddingBagImpl::EmbeddingBagImpl(int64_t num_embeddings, int64_t embedding_dim)
    : EmbeddingBagImpl(EmbeddingBagOptions(num_embeddings, embedding_dim)) {}
EmbeddingBagImpl::EmbeddingBagImpl(EmbeddingBagOptions options_) : options(std::move(options_)) {
  reset();
}

void EmbeddingBagImpl::reset() {
  check_padding("EmbeddingBag", options);
  weight = register_parameter("weight", table("EmbeddingBag", options));
  if (!options._weight().defined()) reset_parameters();
}
void EmbeddingBagImpl::reset_parameters() { draw(weight, options.padding_idx()); }
void EmbeddingBagImpl::pretty_print(std::ostream& out) const {
  LayerLine line(out, "EmbeddingBag");
  line("num_embeddings", options.num_embeddings())("embedding_dim", options.embedding_dim());
  if (options.max_norm()) line("max_norm", *options.max_norm());
  if (options.norm_type() != 2) line("norm_type", options.norm_type());
  line.if_true("scale_grad_by_freq", options.scale_grad_by_freq());
  line.if_true("sparse", options.sparse());
  if (!std::holds_alternative<enumtype::kMean>(options.mode()))
    line("mode", enumtype::get_enum_name(options.mode()));
  line.if_true("include_last_offset", options.include_last_offset());
  if (options.padding_idx()) line("padding_idx", *options.padding_idx());
}
Tensor EmbeddingBagImpl::forward(const Tensor& input, const Tensor& offsets,
                                 const Tensor& per_sample_weights) {
  renew();
  return functional::embedding_bag(input, weight,
                                   functional::EmbeddingBagFuncOptions()
                                       .offsets(offsets)
                                       .max_norm(options.max_norm())
                                       .norm_type(options.norm_type())
                                       .scale_grad_by_freq(options.scale_grad_by_freq())
                                       .mode(options.mode())
                                       .sparse(options.sparse())
                                       .per_sample_weights(per_sample_weights)
                                       .include_last_offset(options.include_last_offset())
                                       .padding_idx(options.padding_idx()));
}
Tensor* EmbeddingBagImpl::member(std::string_view name) {
  return pick(name, {{"weight", &weight}});
}
DefaultArguments EmbeddingBagImpl::_forward_default_args() const {
  return {{1, AnyValue(Tensor())}, {2, AnyValue(Tensor())}};
}

EmbeddingBag EmbeddingBag::from_pretrained(const Tensor& embeddings,
                                           const EmbeddingBagFromPretrainedOptions& o) {
  if (embeddings.dim() != 2)
    fail("EmbeddingBag: the weight must have 2 dims, got {}", embeddings.sizes());
  EmbeddingBag out(EmbeddingBagOptions(embeddings.size(0), embeddings.size(1))
                       ._weight(embeddings)
                       .max_norm(o.max_norm())
                       .norm_type(o.norm_type())
                       .scale_grad_by_freq(o.scale_grad_by_freq())
                       .mode(o.mode())
                       .sparse(o.sparse())
                       .include_last_offset(o.include_last_offset())
                       .padding_idx(o.padding_idx()));
  out->weight.set_requires_grad(!o.freeze());
  return out;
}

}  // namespace gradus::nn
