// Options of recurrent layers and cells.
#pragma once

#include <variant>

#include "nn/choice.h"
#include "nn/enums.h"
#include "tensor/base/arg.h"

namespace gradus::nn {

namespace detail {

/// What RNN, LSTM and GRU have in common, and which of them it is.
struct RNNOptionsBase {
  /// The kinds of layers.
  using rnn_options_base_mode_t =
      std::variant<enumtype::kLSTM, enumtype::kGRU, enumtype::kRNN_TANH, enumtype::kRNN_RELU>;
  RNNOptionsBase(const rnn_options_base_mode_t& mode, int64_t input_size, int64_t hidden_size)
      : mode_(mode), input_size_(input_size), hidden_size_(hidden_size) {}
  /// The kind of layer.
  GRADUS_CHOICE(rnn_options_base_mode_t, mode);
  /// The number of features of the input.
  GRADUS_ARG(int64_t, input_size);
  /// The number of features of the state.
  GRADUS_ARG(int64_t, hidden_size);
  /// How many layers stand on each other.
  GRADUS_ARG(int64_t, num_layers) = 1;
  /// Whether there are biases.
  GRADUS_ARG(bool, bias) = true;
  /// Input and output are [batch, steps, features] instead of [steps, batch, features].
  GRADUS_ARG(bool, batch_first) = false;
  /// With what probability an element between two layers is dropped in training.
  GRADUS_ARG(double, dropout) = 0.;
  /// Each layer goes through the sequence both ways.
  GRADUS_ARG(bool, bidirectional) = false;
  /// LSTM: the number of features that the output is projected to; 0 for no projection.
  GRADUS_ARG(int64_t, proj_size) = 0;
};

/// What RNNCell, LSTMCell and GRUCell have in common.
struct RNNCellOptionsBase {
  RNNCellOptionsBase(int64_t input_size, int64_t hidden_size, bool bias, int64_t num_chunks)
      : input_size_(input_size), hidden_size_(hidden_size), bias_(bias), num_chunks_(num_chunks) {}
  /// The number of features of the input.
  GRADUS_ARG(int64_t, input_size);
  /// The number of features of the state.
  GRADUS_ARG(int64_t, hidden_size);
  /// Whether there are biases.
  GRADUS_ARG(bool, bias);
  /// How many gates there are.
  GRADUS_ARG(int64_t, num_chunks);
};

/// What the options of LSTMCell and GRUCell are, by their number of gates.
template <int gates>
struct GatedCellOptions {
  GatedCellOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  /// The number of features of the input.
  GRADUS_ARG(int64_t, input_size);
  /// The number of features of the states.
  GRADUS_ARG(int64_t, hidden_size);
  /// Whether there are biases.
  GRADUS_ARG(bool, bias) = true;
};

}  // namespace detail

/// The options of RNN: `RNNOptions(128, 64).num_layers(3).nonlinearity(kReLU)`.
struct RNNOptions {
  /// What the sum goes through.
  using nonlinearity_t = std::variant<enumtype::kTanh, enumtype::kReLU>;
  RNNOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  /// The number of features of the input.
  GRADUS_ARG(int64_t, input_size);
  /// The number of features of the state and, for each direction, of the output.
  GRADUS_ARG(int64_t, hidden_size);
  /// How many layers stand on each other.
  GRADUS_ARG(int64_t, num_layers) = 1;
  /// What the sum goes through: kTanh or kReLU.
  GRADUS_CHOICE(nonlinearity_t, nonlinearity) = kTanh;
  /// Whether there are biases.
  GRADUS_ARG(bool, bias) = true;
  /// Input and output are [batch, steps, features] instead of [steps, batch, features].
  GRADUS_ARG(bool, batch_first) = false;
  /// With what probability an element between two layers is dropped in training.
  GRADUS_ARG(double, dropout) = 0.;
  /// Each layer goes through the sequence both ways.
  GRADUS_ARG(bool, bidirectional) = false;
};

/// The options of LSTM: `LSTMOptions(128, 64).num_layers(2).batch_first(true)`.
struct LSTMOptions {
  LSTMOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  /// The number of features of the input.
  GRADUS_ARG(int64_t, input_size);
  /// The number of features of the states and, for each direction, of the output.
  GRADUS_ARG(int64_t, hidden_size);
  /// How many layers stand on each other.
  GRADUS_ARG(int64_t, num_layers) = 1;
  /// Whether there are biases.
  GRADUS_ARG(bool, bias) = true;
  /// Input and output are [batch, steps, features] instead of [steps, batch, features].
  GRADUS_ARG(bool, batch_first) = false;
  /// With what probability an element between two layers is dropped in training.
  GRADUS_ARG(double, dropout) = 0.;
  /// Each layer goes through the sequence both ways.
  GRADUS_ARG(bool, bidirectional) = false;
  /// The number of features that h, and with it the output, is projected to; 0 for no projection.
  GRADUS_ARG(int64_t, proj_size) = 0;
};

/// The options of GRU: `GRUOptions(128, 64).bidirectional(true)`.
struct GRUOptions {
  GRUOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  /// The number of features of the input.
  GRADUS_ARG(int64_t, input_size);
  /// The number of features of the state and, for each direction, of the output.
  GRADUS_ARG(int64_t, hidden_size);
  /// How many layers stand on each other.
  GRADUS_ARG(int64_t, num_layers) = 1;
  /// Whether there are biases.
  GRADUS_ARG(bool, bias) = true;
  /// Input and output are [batch, steps, features] instead of [steps, batch, features].
  GRADUS_ARG(bool, batch_first) = false;
  /// With what probability an element between two layers is dropped in training.
  GRADUS_ARG(double, dropout) = 0.;
  /// Each layer goes through the sequence both ways.
  GRADUS_ARG(bool, bidirectional) = false;
};

/// The options of RNNCell: `RNNCellOptions(20, 10).nonlinearity(kReLU)`.
struct RNNCellOptions {
  /// What the sum goes through.
  using nonlinearity_t = std::variant<enumtype::kTanh, enumtype::kReLU>;
  RNNCellOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  /// The number of features of the input.
  GRADUS_ARG(int64_t, input_size);
  /// The number of features of the state.
  GRADUS_ARG(int64_t, hidden_size);
  /// Whether there are biases.
  GRADUS_ARG(bool, bias) = true;
  /// What the sum goes through: kTanh or kReLU.
  GRADUS_CHOICE(nonlinearity_t, nonlinearity) = kTanh;
};

/// The options of LSTMCell: `LSTMCellOptions(20, 10).bias(false)`.
using LSTMCellOptions = detail::GatedCellOptions<4>;
/// The options of GRUCell: `GRUCellOptions(20, 10).bias(false)`.
using GRUCellOptions = detail::GatedCellOptions<3>;

}  // namespace gradus::nn
