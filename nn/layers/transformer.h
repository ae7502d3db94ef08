// Encoder, decoder, and the transformer that they make. Vaswani et al., Attention Is All You Need,
// 2017.
#pragma once

#include "nn/any.h"
#include "nn/containers/module_list.h"
#include "nn/layers/transformer_layer.h"

namespace gradus::nn {

/// The options of TransformerEncoder: `TransformerEncoderOptions(layer, 6).norm(AnyModule(norm))`.
struct TransformerEncoderOptions {
  TransformerEncoderOptions(TransformerEncoderLayer encoder_layer, int64_t num_layers);
  TransformerEncoderOptions(const TransformerEncoderLayerOptions& encoder_layer_options,
                            int64_t num_layers);
  /// The layer that all layers begin as copies of.
  GRADUS_ARG(TransformerEncoderLayer, encoder_layer) = nullptr;
  /// How many layers there are.
  GRADUS_ARG(int64_t, num_layers);
  /// A module for the result of the last layer, or none.
  GRADUS_ARG(AnyModule, norm);
};

/// The options of TransformerDecoder: `TransformerDecoderOptions(layer, 6).norm(AnyModule(norm))`.
struct TransformerDecoderOptions {
  TransformerDecoderOptions(TransformerDecoderLayer decoder_layer, int64_t num_layers);
  TransformerDecoderOptions(const TransformerDecoderLayerOptions& decoder_layer_options,
                            int64_t num_layers);
  /// The layer that all layers begin as copies of.
  GRADUS_ARG(TransformerDecoderLayer, decoder_layer) = nullptr;
  /// How many layers there are.
  GRADUS_ARG(int64_t, num_layers);
  /// A module for the result of the last layer, or none.
  GRADUS_ARG(AnyModule, norm);
};

/// Layers one after the other, and a norm or none behind them: `TransformerEncoder(layer, 6)`. It
/// holds `layers`, clones of the given one, and `norm`.
class TransformerEncoderImpl : public Cloneable<TransformerEncoderImpl> {
 public:
  TransformerEncoderImpl(TransformerEncoderLayer encoder_layer, int64_t num_layers);
  explicit TransformerEncoderImpl(TransformerEncoderOptions options_);
  /// Makes all parameters and layers anew.
  void reset() override;
  /// Draws the parameters of all layers anew.
  void reset_parameters();
  /// Prints its name, as libtorch does.
  void pretty_print(std::ostream& out) const override;
  /// src and masks as in TransformerEncoderLayerImpl::forward. Unless is_causal is set, a src_mask
  /// that is generate_square_subsequent_mask() counts as causal, which saves half the work.
  Tensor forward(const Tensor& src, const Tensor& src_mask = {},
                 const Tensor& src_key_padding_mask = {},
                 std::optional<bool> is_causal = std::nullopt);
  /// A cache for each layer, with room for `max_length` positions of up to `batch` sequences.
  std::vector<KeyValueCache> make_caches(int64_t batch, int64_t max_length);
  /// forward() with is_causal, of positions behind those in the caches: the next step of a
  /// generation. See TransformerEncoderLayerImpl::decode. Throws Error for another number of
  /// caches, and where these have different numbers of positions. What throws leaves them as they
  /// were.
  Tensor decode(const Tensor& src, std::vector<KeyValueCache>& caches);

 protected:
  DefaultArguments _forward_default_args() const override;

 public:
  TransformerEncoderOptions options;
  ModuleList layers = nullptr;
  AnyModule norm;
};
/// Holds a TransformerEncoderImpl.
using TransformerEncoder = ModuleHolder<TransformerEncoderImpl>;

/// Layers one after the other, and a norm or none behind them: `TransformerDecoder(layer, 6)`. It
/// holds `layers`, clones of the given one, and `norm`.
class TransformerDecoderImpl : public Cloneable<TransformerDecoderImpl> {
 public:
  TransformerDecoderImpl(TransformerDecoderLayer decoder_layer, int64_t num_layers);
  explicit TransformerDecoderImpl(TransformerDecoderOptions options_);
  /// Makes all parameters and layers anew.
  void reset() override;
  /// Draws the parameters of all layers anew.
  void reset_parameters();
  /// Prints its name, as libtorch does.
  void pretty_print(std::ostream& out) const override;
  /// tgt, memory and masks as in TransformerDecoderLayerImpl::forward. Unless tgt_is_causal is set,
  /// a tgt_mask that is generate_square_subsequent_mask() counts as causal.
  Tensor forward(const Tensor& tgt, const Tensor& memory, const Tensor& tgt_mask = {},
                 const Tensor& memory_mask = {}, const Tensor& tgt_key_padding_mask = {},
                 const Tensor& memory_key_padding_mask = {},
                 std::optional<bool> tgt_is_causal = std::nullopt, bool memory_is_causal = false);
  /// A cache for each layer, see TransformerDecoderLayerImpl::make_cache.
  std::vector<TransformerDecoderCache> make_caches(const Tensor& memory, int64_t max_length,
                                                   const Tensor& memory_key_padding_mask = {},
                                                   std::optional<int64_t> batch = std::nullopt);
  /// forward() with tgt_is_causal, of positions behind those in the caches:
  ///
  ///   const NoGradGuard untaped;
  ///   auto caches = decoder->make_caches(encoder(src), max_length);
  ///   y = decoder->decode(x, caches);  // of the prompt, and then of each token
  ///
  /// Throws as TransformerEncoderImpl::decode does.
  Tensor decode(const Tensor& tgt, std::vector<TransformerDecoderCache>& caches);

 protected:
  DefaultArguments _forward_default_args() const override;

 public:
  TransformerDecoderOptions options;
  ModuleList layers{nullptr};
  AnyModule norm;
};
/// Holds a TransformerDecoderImpl.
using TransformerDecoder = ModuleHolder<TransformerDecoderImpl>;

/// An encoder for the source and a decoder for the target: `Transformer(TransformerOptions(64, 8,
/// 2, 2))`. It holds `encoder` and `decoder`, each with a layer norm at its end, or those of the
/// options.
class TransformerImpl : public Cloneable<TransformerImpl> {
 public:
  explicit TransformerImpl(TransformerOptions options_ = {});
  /// Makes all parameters and layers anew.
  void reset() override;
  /// Draws all parameters of 2 dims or more anew, uniform after Glorot.
  void reset_parameters();
  /// Prints its name, as libtorch does.
  void pretty_print(std::ostream& out) const override;
  /// src [S, N, d_model] and tgt [T, N, d_model] give the shape of tgt; with batch_first N comes
  /// first, and it may be missing. src_mask is [S, S], tgt_mask [T, T], memory_mask [T, S], or each
  /// with N nhead before; the padding masks are [N, S], [N, T] and [N, S]. Without src_is_causal
  /// and tgt_is_causal the masks are looked at.
  Tensor forward(const Tensor& src, const Tensor& tgt, const Tensor& src_mask = {},
                 const Tensor& tgt_mask = {}, const Tensor& memory_mask = {},
                 const Tensor& src_key_padding_mask = {}, const Tensor& tgt_key_padding_mask = {},
                 const Tensor& memory_key_padding_mask = {},
                 std::optional<bool> src_is_causal = std::nullopt,
                 std::optional<bool> tgt_is_causal = std::nullopt, bool memory_is_causal = false);
  /// A mask [sz, sz] to add: 0 where query i sees key j <= i, and -inf elsewhere.
  static Tensor generate_square_subsequent_mask(int64_t sz);

 protected:
  DefaultArguments _forward_default_args() const override;

 public:
  TransformerOptions options;
  AnyModule encoder;
  AnyModule decoder;
};
using Transformer = ModuleHolder<TransformerImpl>;  ///< Holds a TransformerImpl.

}  // namespace gradus::nn
