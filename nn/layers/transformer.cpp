#include "nn/layers/transformer.h"

#include <limits>
#include <ostream>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/nn/attention.h"
#include "autograd/ops/view/triangular.h"
#include "nn/init.h"
#include "tensor/base/fail.h"

namespace gradus::nn {

using gradus::detail::call;

namespace {

// Gives an encoder or a decoder its clones of the layer, and of the norm if there is one.
template <class Stack, class Layer>
void reset_stack(Stack& stack, const char* name, const Layer& layer) {
  if (layer.is_empty()) fail("{}: the layer to be copied is empty", name);
  ModuleList list;
  for (int64_t i = 0; i < stack.options.num_layers(); ++i) list->push_back(layer->clone());
  stack.layers = stack.register_module("layers", list);
  if (stack.options.norm().is_empty()) return;
  stack.norm = stack.options.norm().clone();
  stack.register_module("norm", stack.norm.ptr());
}
template <class Layer>
void reset_parameters_of(ModuleList& layers) {
  for (size_t i = 0; i < layers->size(); ++i) layers->at<Layer>(i).reset_parameters();
}

KeyValueCache& positions(KeyValueCache& cache) { return cache; }
KeyValueCache& positions(TransformerDecoderCache& cache) { return cache.target; }

// Each layer's decode() with its cache, and the norm.
template <class Layer, class Cache>
Tensor decode_stack(const char* name, ModuleList& layers, AnyModule& norm, const Tensor& x,
                    std::vector<Cache>& caches) {
  if (caches.size() != layers->size())
    fail("{}: {} caches for {} layers", name, caches.size(), layers->size());
  if (caches.empty()) return norm.is_empty() ? x : norm.forward<Tensor>(x);
  const int64_t before = positions(caches[0]).length();
  for (size_t i = 1; i < caches.size(); ++i)
    if (const int64_t own = positions(caches[i]).length(); own != before)
      fail("{}: cache {} has {} positions, cache 0 {}", name, i, own, before);
  try {
    Tensor y = x;
    for (size_t i = 0; i < layers->size(); ++i) y = layers->at<Layer>(i).decode(y, caches[i]);
    return norm.is_empty() ? y : norm.forward<Tensor>(y);
  } catch (...) {
    for (Cache& cache : caches) positions(cache).truncate(before);
    throw;
  }
}

// Whether a mask says what is_causal says.
bool is_causal_mask(const Tensor& mask) {
  if (!mask.defined() || mask.dim() != 2 || mask.size(0) != mask.size(1)) return false;
  const NoGradGuard untaped;
  if (mask.dtype() == kBool) return mask.equal(autograd::causal_mask(mask.size(0), mask.size(1)));
  return mask.equal(
      TransformerImpl::generate_square_subsequent_mask(mask.size(0)).to(mask.dtype()));
}

}  // namespace

TransformerEncoderOptions::TransformerEncoderOptions(TransformerEncoderLayer encoder_layer,
                                                     int64_t num_layers)
    : encoder_layer_(std::move(encoder_layer)), num_layers_(num_layers) {}
TransformerDecoderOptions::TransformerDecoderOptions(TransformerDecoderLayer decoder_layer,
                                                     int64_t num_layers)
    : decoder_layer_(std::move(decoder_layer)), num_layers_(num_layers) {}
TransformerEncoderOptions::TransformerEncoderOptions(
    const TransformerEncoderLayerOptions& encoder_layer_options, int64_t num_layers)
    : TransformerEncoderOptions(TransformerEncoderLayer(encoder_layer_options), num_layers) {}
TransformerDecoderOptions::TransformerDecoderOptions(
    const TransformerDecoderLayerOptions& decoder_layer_options, int64_t num_layers)
    : TransformerDecoderOptions(TransformerDecoderLayer(decoder_layer_options), num_layers) {}

TransformerEncoderImpl::TransformerEncoderImpl(TransformerEncoderLayer encoder_layer,
                                               int64_t num_layers)
    : TransformerEncoderImpl(TransformerEncoderOptions(std::move(encoder_layer), num_layers)) {}
TransformerEncoderImpl::TransformerEncoderImpl(TransformerEncoderOptions options_)
    : options(std::move(options_)) {
  reset();
}
void TransformerEncoderImpl::reset() {
  reset_stack(*this, "TransformerEncoder", options.encoder_layer());
}
void TransformerEncoderImpl::reset_parameters() {
  reset_parameters_of<TransformerEncoderLayerImpl>(layers);
}
void TransformerEncoderImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::TransformerEncoderImpl";
}
Tensor TransformerEncoderImpl::forward(const Tensor& src, const Tensor& src_mask,
                                       const Tensor& src_key_padding_mask,
                                       std::optional<bool> is_causal) {
  const bool causal = is_causal ? *is_causal : is_causal_mask(src_mask);
  Tensor y = src;
  for (size_t i = 0; i < layers->size(); ++i)
    y = call(layers->at<TransformerEncoderLayerImpl>(i), y, src_mask, src_key_padding_mask, causal);
  return norm.is_empty() ? y : norm.forward<Tensor>(y);
}
std::vector<KeyValueCache> TransformerEncoderImpl::make_caches(int64_t batch, int64_t max_length) {
  std::vector<KeyValueCache> caches;
  for (size_t i = 0; i < layers->size(); ++i)
    caches.push_back(
        layers->at<TransformerEncoderLayerImpl>(i).self_attn->make_cache(batch, max_length));
  return caches;
}
Tensor TransformerEncoderImpl::decode(const Tensor& src, std::vector<KeyValueCache>& caches) {
  return decode_stack<TransformerEncoderLayerImpl>("TransformerEncoder", layers, norm, src, caches);
}

TransformerDecoderImpl::TransformerDecoderImpl(TransformerDecoderLayer decoder_layer,
                                               int64_t num_layers)
    : TransformerDecoderImpl(TransformerDecoderOptions(std::move(decoder_layer), num_layers)) {}
TransformerDecoderImpl::TransformerDecoderImpl(TransformerDecoderOptions options_)
    : options(std::move(options_)) {
  reset();
}
void TransformerDecoderImpl::reset() {
  reset_stack(*this, "TransformerDecoder", options.decoder_layer());
}
void TransformerDecoderImpl::reset_parameters() {
  reset_parameters_of<TransformerDecoderLayerImpl>(layers);
}
void TransformerDecoderImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::TransformerDecoderImpl";
}
Tensor TransformerDecoderImpl::forward(const Tensor& tgt, const Tensor& memory,
                                       const Tensor& tgt_mask, const Tensor& memory_mask,
                                       const Tensor& tgt_key_padding_mask,
                                       const Tensor& memory_key_padding_mask,
                                       std::optional<bool> tgt_is_causal, bool memory_is_causal) {
  const bool causal = tgt_is_causal ? *tgt_is_causal : is_causal_mask(tgt_mask);
  Tensor y = tgt;
  for (size_t i = 0; i < layers->size(); ++i)
    y = call(layers->at<TransformerDecoderLayerImpl>(i), y, memory, tgt_mask, memory_mask,
             tgt_key_padding_mask, memory_key_padding_mask, causal, memory_is_causal);
  return norm.is_empty() ? y : norm.forward<Tensor>(y);
}

std::vector<TransformerDecoderCache> TransformerDecoderImpl::make_caches(
    const Tensor& memory, int64_t max_length, const Tensor& memory_key_padding_mask,
    std::optional<int64_t> batch) {
  std::vector<TransformerDecoderCache> caches;
  for (size_t i = 0; i < layers->size(); ++i)
    caches.push_back(layers->at<TransformerDecoderLayerImpl>(i).make_cache(
        memory, max_length, memory_key_padding_mask, batch));
  return caches;
}
Tensor TransformerDecoderImpl::decode(const Tensor& tgt,
                                      std::vector<TransformerDecoderCache>& caches) {
  return decode_stack<TransformerDecoderLayerImpl>("TransformerDecoder", layers, norm, tgt, caches);
}

TransformerImpl::TransformerImpl(TransformerOptions options_) : options(std::move(options_)) {
  reset();
}
void TransformerImpl::reset() {
  const auto layer = TransformerEncoderLayerOptions(options.d_model(), options.nhead())
                         .dim_feedforward(options.dim_feedforward())
                         .dropout(options.dropout())
                         .activation(options.activation())
                         .layer_norm_eps(options.layer_norm_eps())
                         .batch_first(options.batch_first())
                         .norm_first(options.norm_first())
                         .bias(options.bias());
  const auto norm = [&] {
    return AnyModule(LayerNorm(
        LayerNormOptions({options.d_model()}).eps(options.layer_norm_eps()).bias(options.bias())));
  };
  encoder = options.custom_encoder().is_empty()
                ? AnyModule(TransformerEncoder(
                      TransformerEncoderOptions(layer, options.num_encoder_layers()).norm(norm())))
                : options.custom_encoder().clone();
  register_module("encoder", encoder.ptr());
  decoder = options.custom_decoder().is_empty()
                ? AnyModule(TransformerDecoder(
                      TransformerDecoderOptions(layer, options.num_decoder_layers()).norm(norm())))
                : options.custom_decoder().clone();
  register_module("decoder", decoder.ptr());
  reset_parameters();
}
void TransformerImpl::reset_parameters() {
  for (const Tensor& p : parameters())
    if (p.dim() > 1) init::xavier_uniform_(p);
}
void TransformerImpl::pretty_print(std::ostream& out) const { out << "torch::nn::TransformerImpl"; }

Tensor TransformerImpl::forward(const Tensor& src, const Tensor& tgt, const Tensor& src_mask,
                                const Tensor& tgt_mask, const Tensor& memory_mask,
                                const Tensor& src_key_padding_mask,
                                const Tensor& tgt_key_padding_mask,
                                const Tensor& memory_key_padding_mask,
                                std::optional<bool> src_is_causal,
                                std::optional<bool> tgt_is_causal, bool memory_is_causal) {
  const int64_t batch_dim = options.batch_first() ? 0 : 1;
  if (src.dim() != tgt.dim() || src.dim() < 2 || src.dim() > 3)
    fail("Transformer: src and tgt must both have 3 dims, or 2 unbatched, got {} and {}",
         src.sizes(), tgt.sizes());
  if (src.dim() == 3 && src.size(batch_dim) != tgt.size(batch_dim))
    fail("Transformer: src and tgt have different batches, {} and {}", src.sizes(), tgt.sizes());
  if (src.size(-1) != options.d_model() || tgt.size(-1) != options.d_model())
    fail("Transformer: the last size of src and tgt must be d_model {}, got {} and {}",
         options.d_model(), src.sizes(), tgt.sizes());
  // Modules of the user's take what libtorch gives them.
  Tensor memory;
  if (encoder.type_info() == typeid(TransformerEncoderImpl))
    memory = call(encoder.get<TransformerEncoderImpl>(), src, src_mask, src_key_padding_mask,
                  src_is_causal);
  else
    memory = encoder.forward<Tensor>(src, src_mask, src_key_padding_mask);
  if (decoder.type_info() == typeid(TransformerDecoderImpl))
    return call(decoder.get<TransformerDecoderImpl>(), tgt, memory, tgt_mask, memory_mask,
                tgt_key_padding_mask, memory_key_padding_mask, tgt_is_causal, memory_is_causal);
  return decoder.forward<Tensor>(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask,
                                 memory_key_padding_mask);
}

Tensor TransformerImpl::generate_square_subsequent_mask(int64_t sz) {
  return full({sz, sz}, -std::numeric_limits<double>::infinity(), kFloat).triu(1);
}

DefaultArguments TransformerEncoderImpl::_forward_default_args() const {
  return {{1, AnyValue(Tensor())}, {2, AnyValue(Tensor())}, {3, AnyValue(std::optional<bool>())}};
}

DefaultArguments TransformerDecoderImpl::_forward_default_args() const {
  return {{2, AnyValue(Tensor())},
          {3, AnyValue(Tensor())},
          {4, AnyValue(Tensor())},
          {5, AnyValue(Tensor())},
          {6, AnyValue(std::optional<bool>())},
          {7, AnyValue(false)}};
}

DefaultArguments TransformerImpl::_forward_default_args() const {
  return {{2, AnyValue(Tensor())},
          {3, AnyValue(Tensor())},
          {4, AnyValue(Tensor())},
          {5, AnyValue(Tensor())},
          {6, AnyValue(Tensor())},
          {7, AnyValue(Tensor())},
          {8, AnyValue(std::optional<bool>())},
          {9, AnyValue(std::optional<bool>())},
          {10, AnyValue(false)}};
}

}  // namespace gradus::nn
