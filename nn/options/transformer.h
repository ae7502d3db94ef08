// Options of the layers of transformers, and of the whole.
#pragma once

#include <functional>
#include <variant>

#include "nn/any.h"
#include "nn/choice.h"
#include "nn/enums.h"
#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::nn {

/// What stands between the two linear maps of a layer: kReLU, kGELU, or a function.
using activation_t =
    std::variant<enumtype::kReLU, enumtype::kGELU, std::function<Tensor(const Tensor&)>>;

/// The options of the layers of transformers: `TransformerEncoderLayerOptions(64, 8).dropout(0.2)`.
struct TransformerEncoderLayerOptions {
  TransformerEncoderLayerOptions(int64_t d_model, int64_t nhead)
      : d_model_(d_model), nhead_(nhead) {}
  /// The size of inputs and results.
  GRADUS_ARG(int64_t, d_model);
  /// How many heads of attention share d_model, which they must divide.
  GRADUS_ARG(int64_t, nhead);
  /// The size between the two linear maps.
  GRADUS_ARG(int64_t, dim_feedforward) = 2048;
  /// The probability of all dropouts.
  GRADUS_ARG(double, dropout) = 0.1;
  /// What stands between the two linear maps.
  GRADUS_CHOICE_IN(activation_t, activation, gradus::detail::ChoiceOnHeap<activation_t>) = kReLU;
  /// What the layer norms add to the variance.
  GRADUS_ARG(double, layer_norm_eps) = 1e-5;
  /// Whether inputs are [batch, time, size], not [time, batch, size].
  GRADUS_ARG(bool, batch_first) = false;
  /// Normalises what goes into attention and linear maps, and not the sums behind them.
  GRADUS_ARG(bool, norm_first) = false;
  /// Whether linear maps and layer norms have a bias.
  GRADUS_ARG(bool, bias) = true;
};

/// Of TransformerDecoderLayer.
using TransformerDecoderLayerOptions = TransformerEncoderLayerOptions;

/// The options of Transformer: `TransformerOptions(64, 8, 2, 2).dim_feedforward(256)`.
struct TransformerOptions {
  TransformerOptions() = default;
  TransformerOptions(int64_t d_model, int64_t nhead) : d_model_(d_model), nhead_(nhead) {}
  TransformerOptions(int64_t d_model, int64_t nhead, int64_t num_encoder_layers,
                     int64_t num_decoder_layers)
      : d_model_(d_model),
        nhead_(nhead),
        num_encoder_layers_(num_encoder_layers),
        num_decoder_layers_(num_decoder_layers) {}
  /// The size of inputs and results.
  GRADUS_ARG(int64_t, d_model) = 512;
  /// How many heads of attention share d_model, which they must divide.
  GRADUS_ARG(int64_t, nhead) = 8;
  /// How many layers the encoder has.
  GRADUS_ARG(int64_t, num_encoder_layers) = 6;
  /// How many layers the decoder has.
  GRADUS_ARG(int64_t, num_decoder_layers) = 6;
  /// The size between the two linear maps of a layer.
  GRADUS_ARG(int64_t, dim_feedforward) = 2048;
  /// The probability of all dropouts.
  GRADUS_ARG(double, dropout) = 0.1;
  /// What stands between the two linear maps of a layer.
  GRADUS_CHOICE_IN(activation_t, activation, gradus::detail::ChoiceOnHeap<activation_t>) = kReLU;
  /// A module in the place of the encoder, called with source, its mask and its padding mask.
  GRADUS_ARG(AnyModule, custom_encoder);
  /// A module in the place of the decoder, called with target, memory, the masks of both and the
  /// padding masks of both.
  GRADUS_ARG(AnyModule, custom_decoder);
  /// What the layer norms add to the variance.
  GRADUS_ARG(double, layer_norm_eps) = 1e-5;
  /// Whether inputs are [batch, time, size], not [time, batch, size].
  GRADUS_ARG(bool, batch_first) = false;
  /// Normalises what goes into attention and linear maps, and not the sums behind them.
  GRADUS_ARG(bool, norm_first) = false;
  /// Whether linear maps and layer norms have a bias.
  GRADUS_ARG(bool, bias) = true;
};

}  // namespace gradus::nn
