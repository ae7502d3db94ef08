#include "nn/layers/transformer_layer.h"

#include <ostream>

#include "autograd/modes.h"
#include "nn/functional/activation.h"
#include "nn/generation/cut_back.h"
#include "nn/init.h"

namespace gradus::nn {
namespace {

using Options = TransformerEncoderLayerOptions;

MultiheadAttention attention(const Options& o) {
  return MultiheadAttention(MultiheadAttentionOptions(o.d_model(), o.nhead())
                                .dropout(o.dropout())
                                .bias(o.bias())
                                .batch_first(o.batch_first()));
}
LayerNorm norm(const Options& o) {
  return LayerNorm(LayerNormOptions({o.d_model()}).eps(o.layer_norm_eps()).bias(o.bias()));
}
Linear linear(const Options& o, int64_t in, int64_t out) {
  return Linear(LinearOptions(in, out).bias(o.bias()));
}

Tensor activated(const activation_t& activation, const Tensor& x) {
  if (std::holds_alternative<enumtype::kReLU>(activation)) return functional::relu(x);
  if (std::holds_alternative<enumtype::kGELU>(activation)) return functional::gelu(x);
  return std::get<std::function<Tensor(const Tensor&)>>(activation)(x);
}

// x + block(x), normalised before or after.
template <class Block>
Tensor residual(const Options& o, LayerNorm& norm, const Tensor& x, Block block) {
  return o.norm_first() ? x + block(norm(x)) : norm(x + block(x));
}

template <class Layer>
Tensor feed_forward(Layer& layer, const Tensor& x) {
  const Tensor wide = activated(layer.options.activation(), layer.linear1(x));
  return layer.linear2(layer.dropout(wide));
}

}  // namespace

TransformerEncoderLayerImpl::TransformerEncoderLayerImpl(int64_t d_model, int64_t nhead)
    : TransformerEncoderLayerImpl(TransformerEncoderLayerOptions(d_model, nhead)) {}
TransformerEncoderLayerImpl::TransformerEncoderLayerImpl(TransformerEncoderLayerOptions options_)
    : options(std::move(options_)) {
  reset();
}
void TransformerEncoderLayerImpl::reset() {
  const Options& o = options;
  self_attn = register_module("self_attn", attention(o));
  linear1 = register_module("linear1", linear(o, o.d_model(), o.dim_feedforward()));
  dropout = register_module("dropout", Dropout(o.dropout()));
  linear2 = register_module("linear2", linear(o, o.dim_feedforward(), o.d_model()));
  norm1 = register_module("norm1", norm(o));
  norm2 = register_module("norm2", norm(o));
  dropout1 = register_module("dropout1", Dropout(o.dropout()));
  dropout2 = register_module("dropout2", Dropout(o.dropout()));
}
void TransformerEncoderLayerImpl::reset_parameters() {
  self_attn->_reset_parameters();
  for (Linear* l : {&linear1, &linear2}) (*l)->reset_parameters();
  for (LayerNorm* n : {&norm1, &norm2}) (*n)->reset_parameters();
}
void TransformerEncoderLayerImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::TransformerEncoderLayerImpl";
}
Tensor TransformerEncoderLayerImpl::forward(const Tensor& src, const Tensor& src_mask,
                                            const Tensor& src_key_padding_mask, bool is_causal) {
  const Tensor attended = residual(options, norm1, src, [&](const Tensor& x) {
    return dropout1(
        std::get<0>(self_attn(x, x, x, src_key_padding_mask, false, src_mask, true, is_causal)));
  });
  return residual(options, norm2, attended,
                  [&](const Tensor& x) { return dropout2(feed_forward(*this, x)); });
}
Tensor TransformerEncoderLayerImpl::decode(const Tensor& src, KeyValueCache& cache) {
  return cutting_back(cache, [&] {
    const Tensor attended = residual(options, norm1, src, [&](const Tensor& x) {
      return dropout1(self_attn->decode(x, cache));
    });
    return residual(options, norm2, attended,
                    [&](const Tensor& x) { return dropout2(feed_forward(*this, x)); });
  });
}

TransformerDecoderLayerImpl::TransformerDecoderLayerImpl(int64_t d_model, int64_t nhead)
    : TransformerDecoderLayerImpl(TransformerDecoderLayerOptions(d_model, nhead)) {}
TransformerDecoderLayerImpl::TransformerDecoderLayerImpl(TransformerDecoderLayerOptions options_)
    : options(std::move(options_)) {
  reset();
}
void TransformerDecoderLayerImpl::reset() {
  const Options& o = options;
  self_attn = register_module("self_attn", attention(o));
  multihead_attn = register_module("multihead_attn", attention(o));
  linear1 = register_module("linear1", linear(o, o.d_model(), o.dim_feedforward()));
  dropout = register_module("dropout", Dropout(o.dropout()));
  linear2 = register_module("linear2", linear(o, o.dim_feedforward(), o.d_model()));
  norm1 = register_module("norm1", norm(o));
  norm2 = register_module("norm2", norm(o));
  norm3 = register_module("norm3", norm(o));
  dropout1 = register_module("dropout1", Dropout(o.dropout()));
  dropout2 = register_module("dropout2", Dropout(o.dropout()));
  dropout3 = register_module("dropout3", Dropout(o.dropout()));
}
void TransformerDecoderLayerImpl::reset_parameters() {
  for (MultiheadAttention* a : {&self_attn, &multihead_attn}) (*a)->_reset_parameters();
  for (Linear* l : {&linear1, &linear2}) (*l)->reset_parameters();
  for (LayerNorm* n : {&norm1, &norm2, &norm3}) (*n)->reset_parameters();
}
void TransformerDecoderLayerImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::TransformerDecoderLayerImpl";
}
Tensor TransformerDecoderLayerImpl::forward(Tensor tgt, const Tensor& memory,
                                            const Tensor& tgt_mask, const Tensor& memory_mask,
                                            const Tensor& tgt_key_padding_mask,
                                            const Tensor& memory_key_padding_mask,
                                            bool tgt_is_causal, bool memory_is_causal) {
  tgt = residual(options, norm1, tgt, [&](const Tensor& x) {
    return dropout1(std::get<0>(
        self_attn(x, x, x, tgt_key_padding_mask, false, tgt_mask, true, tgt_is_causal)));
  });
  tgt = residual(options, norm2, tgt, [&](const Tensor& x) {
    return dropout2(std::get<0>(multihead_attn(x, memory, memory, memory_key_padding_mask, false,
                                               memory_mask, true, memory_is_causal)));
  });
  return residual(options, norm3, tgt,
                  [&](const Tensor& x) { return dropout3(feed_forward(*this, x)); });
}

TransformerDecoderCache TransformerDecoderLayerImpl::make_cache(
    const Tensor& memory, int64_t max_length, const Tensor& memory_key_padding_mask,
    std::optional<int64_t> batch) const {
  KeyValueCache known = multihead_attn->make_memory(memory, batch);
  KeyValueCache target = self_attn->make_cache(known.options.batch(), max_length);
  return {std::move(target), std::move(known), memory_key_padding_mask};
}
Tensor TransformerDecoderLayerImpl::decode(const Tensor& tgt, TransformerDecoderCache& cache) {
  return cutting_back(cache.target, [&] {
    Tensor y = residual(options, norm1, tgt, [&](const Tensor& x) {
      return dropout1(self_attn->decode(x, cache.target));
    });
    y = residual(options, norm2, y, [&](const Tensor& x) {
      return dropout2(multihead_attn->attend(x, cache.memory, cache.memory_key_padding_mask));
    });
    return residual(options, norm3, y,
                    [&](const Tensor& x) { return dropout3(feed_forward(*this, x)); });
  });
}

void TransformerDecoderCache::reorder(const Tensor& beams) {
  const NoGradGuard untaped;
  Tensor mask = memory_key_padding_mask;
  if (mask.defined()) mask = mask.index_select(0, beams);
  memory.reorder(beams);
  target.reorder(beams);
  memory_key_padding_mask = mask;
}

DefaultArguments TransformerEncoderLayerImpl::_forward_default_args() const {
  return {{1, AnyValue(Tensor())}, {2, AnyValue(Tensor())}, {3, AnyValue(false)}};
}

DefaultArguments TransformerDecoderLayerImpl::_forward_default_args() const {
  return {{2, AnyValue(Tensor())}, {3, AnyValue(Tensor())}, {4, AnyValue(Tensor())},
          {5, AnyValue(Tensor())}, {6, AnyValue(false)},    {7, AnyValue(false)}};
}

}  // namespace gradus::nn
