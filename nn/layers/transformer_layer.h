// The layers that transformers are made of. Vaswani et al., Attention Is All You Need, 2017.
#pragma once

#include "nn/any.h"
#include "nn/layers/attention.h"
#include "nn/layers/dropout.h"
#include "nn/layers/linear.h"
#include "nn/layers/normalisation.h"
#include "nn/options/transformer.h"

namespace gradus::nn {

/// Self attention, then two linear maps with an activation between them; what each gives, after
/// dropout, is added to its input, and the sum normalised: `TransformerEncoderLayer(d_model,
/// nhead)`. It holds the layers self_attn, linear1, dropout, linear2, norm1, norm2, dropout1 and
/// dropout2.
class TransformerEncoderLayerImpl : public Cloneable<TransformerEncoderLayerImpl> {
 public:
  TransformerEncoderLayerImpl(int64_t d_model, int64_t nhead);
  /// Throws Error unless nhead divides d_model.
  explicit TransformerEncoderLayerImpl(TransformerEncoderLayerOptions options_);
  /// Makes all parameters and layers anew.
  void reset() override;
  /// Draws all parameters anew.
  void reset_parameters();
  /// Prints its name, as libtorch does.
  void pretty_print(std::ostream& out) const override;
  /// src [S, N, d_model], or with batch_first [N, S, d_model], or [S, d_model], gives the same
  /// shape. src_mask is [S, S] or [N nhead, S, S], src_key_padding_mask [N, S]; see
  /// MultiheadAttentionImpl::forward, also of is_causal.
  Tensor forward(const Tensor& src, const Tensor& src_mask = {},
                 const Tensor& src_key_padding_mask = {}, bool is_causal = false);
  /// forward() with is_causal, of positions behind those in the cache: the next step of a
  /// generation. See MultiheadAttentionImpl::decode; self_attn makes the cache. What throws leaves
  /// the cache as it was.
  Tensor decode(const Tensor& src, KeyValueCache& cache);

 protected:
  DefaultArguments _forward_default_args() const override;

 public:
  TransformerEncoderLayerOptions options;
  MultiheadAttention self_attn = nullptr;
  Linear linear1 = nullptr;
  Dropout dropout = nullptr;
  Linear linear2 = nullptr;
  LayerNorm norm1 = nullptr, norm2 = nullptr;
  Dropout dropout1 = nullptr, dropout2 = nullptr;
};
/// Holds a TransformerEncoderLayerImpl.
using TransformerEncoderLayer = ModuleHolder<TransformerEncoderLayerImpl>;

/// What a TransformerDecoderLayer keeps from one generated position to the next.
struct TransformerDecoderCache {
  /// Keys and values of the target's positions so far.
  KeyValueCache target;
  /// Keys and values of the encoder's result, made once.
  KeyValueCache memory;
  /// What of the memory is not seen, [rows, S], or undefined.
  Tensor memory_key_padding_mask;
  /// KeyValueCache::reorder() of all, before the first position too. What throws leaves them as
  /// they were.
  void reorder(const Tensor& beams);
};

/// As TransformerEncoderLayer, with attention to the encoder's result after the self attention:
/// `TransformerDecoderLayer(d_model, nhead)`. It holds the layers self_attn, multihead_attn,
/// linear1, dropout, linear2, and norm and dropout 1 to 3.
class TransformerDecoderLayerImpl : public Cloneable<TransformerDecoderLayerImpl> {
 public:
  TransformerDecoderLayerImpl(int64_t d_model, int64_t nhead);
  /// Throws Error unless nhead divides d_model.
  explicit TransformerDecoderLayerImpl(TransformerDecoderLayerOptions options_);
  /// Makes all parameters and layers anew.
  void reset() override;
  /// Draws all parameters anew.
  void reset_parameters();
  /// Prints its name, as libtorch does.
  void pretty_print(std::ostream& out) const override;
  /// tgt [T, N, d_model] and memory [S, N, d_model] give the shape of tgt; with batch_first N comes
  /// first, and it may be missing. tgt_mask is [T, T] or [N nhead, T, T], memory_mask [T, S] or [N
  /// nhead, T, S], the padding masks [N, T] and [N, S]; see MultiheadAttentionImpl::forward.
  Tensor forward(Tensor tgt, const Tensor& memory, const Tensor& tgt_mask = {},
                 const Tensor& memory_mask = {}, const Tensor& tgt_key_padding_mask = {},
                 const Tensor& memory_key_padding_mask = {}, bool tgt_is_causal = false,
                 bool memory_is_causal = false);
  /// Room for `max_length` positions of a target, beside the keys and values of memory [S, N,
  /// d_model], or with batch_first [N, S, d_model], for decode(). The padding mask is [N, S].
  /// TransformerDecoderCache::reorder() may make up to `batch` rows of them, by default N.
  TransformerDecoderCache make_cache(const Tensor& memory, int64_t max_length,
                                     const Tensor& memory_key_padding_mask = {},
                                     std::optional<int64_t> batch = std::nullopt) const;
  /// forward() with tgt_is_causal, of positions behind those in the cache: the next step of a
  /// generation. See MultiheadAttentionImpl::decode. What throws leaves the cache as it was.
  Tensor decode(const Tensor& tgt, TransformerDecoderCache& cache);

 protected:
  DefaultArguments _forward_default_args() const override;

 public:
  TransformerDecoderLayerOptions options;
  MultiheadAttention self_attn{nullptr};
  Dropout dropout1{nullptr};
  LayerNorm norm1{nullptr};
  MultiheadAttention multihead_attn{nullptr};
  Dropout dropout2{nullptr};
  LayerNorm norm2{nullptr};
  Linear linear1{nullptr};
  Dropout dropout{nullptr};
  Linear linear2{nullptr};
  Dropout dropout3{nullptr};
  LayerNorm norm3{nullptr};
};
/// Holds a TransformerDecoderLayerImpl.
using TransformerDecoderLayer = ModuleHolder<TransformerDecoderLayerImpl>;

}  // namespace gradus::nn
