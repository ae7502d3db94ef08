// Recurrent layers and cells; see autograd/ops/nn/recurrent.h for what each computes.
#pragma once

#include <tuple>

#include "nn/cloneable.h"
#include "nn/options/recurrent.h"
#include "nn/utils/rnn.h"

namespace gradus::nn {

namespace detail {

/// What RNN, LSTM and GRU share. Layer k holds the parameters `weight_ih_lk`, `weight_hh_lk`,
/// unless the options say bias(false) `bias_ih_lk` and `bias_hh_lk`, and with a projection
/// `weight_hr_lk`; when bidirectional, then the same with `_reverse` behind the name.
template <class Derived>
class RNNImplBase : public Cloneable<Derived> {
 public:
  explicit RNNImplBase(const RNNOptionsBase& options_);
  void reset() override;
  /// Draws all parameters anew, uniform within 1 / sqrt(hidden_size).
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  /// Does nothing: the parameters are used where they are.
  void flatten_parameters() {}
  /// All parameters, layer after layer.
  std::vector<Tensor> all_weights() const { return flat_weights_; }

  /// The options that all kinds have.
  RNNOptionsBase options_base;

 protected:
  Tensor* member(std::string_view name) override;
  using Packed = utils::rnn::PackedSequence;
  // What comes of the input and the states, h and of an LSTM c, which may be undefined: {output,
  // states}.
  std::tuple<Tensor, std::vector<Tensor>> run(const Tensor& input, std::vector<Tensor> states);
  std::tuple<Packed, std::vector<Tensor>> run(const Packed& input, std::vector<Tensor> states);

  std::vector<Tensor> flat_weights_;
  std::vector<std::string> flat_names_;  // of flat_weights_

 private:
  std::vector<Tensor> states_for(std::vector<Tensor> given, const Tensor& like, int64_t batch);
  std::vector<Tensor> call(const Tensor& input, const Tensor* batch_sizes,
                           const std::vector<Tensor>& states);
};

}  // namespace detail

/// Layers of h = tanh(x weight_ihᵀ + bias_ih + h weight_hhᵀ + bias_hh), or with kReLU in the place
/// of tanh: `RNN(input_size, hidden_size)`; see gradus::rnn_tanh, and detail::RNNImplBase for the
/// parameters. Elman, Finding Structure in Time, 1990.
class RNNImpl : public detail::RNNImplBase<RNNImpl> {
 public:
  RNNImpl(int64_t input_size, int64_t hidden_size);
  explicit RNNImpl(const RNNOptions& options_);
  /// {output, last h} of input [T, B, I], with batch_first [B, T, I], or [T, I]; output [T, B, D H]
  /// alike, h [layers D, B, H] or without B. hx is the h to begin with, else zeros.
  std::tuple<Tensor, Tensor> forward(const Tensor& input, Tensor hx = {});
  /// The same of packed sequences.
  std::tuple<utils::rnn::PackedSequence, Tensor> forward_with_packed_input(
      const utils::rnn::PackedSequence& packed_input, Tensor hx = {});

  RNNOptions options;

 protected:
  DefaultArguments _forward_default_args() const override;
};
using RNN = ModuleHolder<RNNImpl>;  ///< Holds an RNNImpl.

/// Layers of long short-term memory: `LSTM(input_size, hidden_size)`; see gradus::lstm, and
/// detail::RNNImplBase for the parameters. Hochreiter and Schmidhuber, Long Short-Term Memory,
/// 1997.
class LSTMImpl : public detail::RNNImplBase<LSTMImpl> {
 public:
  LSTMImpl(int64_t input_size, int64_t hidden_size);
  explicit LSTMImpl(const LSTMOptions& options_);
  /// {output, {last h, last c}} of input [T, B, I], with batch_first [B, T, I], or [T, I]; output
  /// [T, B, D P] alike, h [layers D, B, P] and c [layers D, B, H] or without B, where P is
  /// proj_size or H. hx is the {h, c} to begin with, else zeros.
  std::tuple<Tensor, std::tuple<Tensor, Tensor>> forward(
      const Tensor& input, std::optional<std::tuple<Tensor, Tensor>> hx_opt = {});
  /// The same of packed sequences.
  std::tuple<utils::rnn::PackedSequence, std::tuple<Tensor, Tensor>> forward_with_packed_input(
      const utils::rnn::PackedSequence& packed_input,
      std::optional<std::tuple<Tensor, Tensor>> hx_opt = {});

  LSTMOptions options;

 protected:
  DefaultArguments _forward_default_args() const override;
};
using LSTM = ModuleHolder<LSTMImpl>;  ///< Holds an LSTMImpl.

/// Layers of gated recurrent units: `GRU(input_size, hidden_size)`; see gradus::gru, and
/// detail::RNNImplBase for the parameters. Cho et al., Learning Phrase Representations using RNN
/// Encoder-Decoder, 2014.
class GRUImpl : public detail::RNNImplBase<GRUImpl> {
 public:
  GRUImpl(int64_t input_size, int64_t hidden_size);
  explicit GRUImpl(const GRUOptions& options_);
  /// {output, last h}; see RNNImpl::forward.
  std::tuple<Tensor, Tensor> forward(const Tensor& input, Tensor hx = {});
  /// The same of packed sequences.
  std::tuple<utils::rnn::PackedSequence, Tensor> forward_with_packed_input(
      const utils::rnn::PackedSequence& packed_input, Tensor hx = {});

  GRUOptions options;

 protected:
  DefaultArguments _forward_default_args() const override;
};
using GRU = ModuleHolder<GRUImpl>;  ///< Holds a GRUImpl.

namespace detail {

/// What RNNCell, LSTMCell and GRUCell share: the parameters `weight_ih`, `weight_hh` and, unless
/// the options say bias(false), `bias_ih` and `bias_hh`.
template <class Derived>
class RNNCellImplBase : public Cloneable<Derived> {
 public:
  explicit RNNCellImplBase(const RNNCellOptionsBase& options_);
  void reset() override;
  /// Draws all parameters anew, uniform within 1 / sqrt(hidden_size).
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;

  /// The options that all cells have.
  RNNCellOptionsBase options_base;
  Tensor weight_ih;         // [gates H, I]
  Tensor weight_hh;         // [gates H, H]
  Tensor bias_ih, bias_hh;  // [gates H]; undefined without bias

 protected:
  Tensor* member(std::string_view name) override;
  // The name of the nonlinearity where there is a choice, as "kTanh".
  virtual std::string get_nonlinearity_str() const { return {}; }
  // Checks the input, [B, I] or [I], and makes the states that are undefined; with B.
  Tensor prepare(const char* name, const Tensor& input, std::vector<Tensor>& states) const;
};

}  // namespace detail

/// One step of RNN: `RNNCell(input_size, hidden_size)`; see gradus::rnn_tanh_cell, and
/// detail::RNNCellImplBase for the parameters.
class RNNCellImpl : public detail::RNNCellImplBase<RNNCellImpl> {
 public:
  RNNCellImpl(int64_t input_size, int64_t hidden_size);
  explicit RNNCellImpl(const RNNCellOptions& options_);
  /// The h after the step, [B, H], of input [B, I]; both or without B. hx is the h before, else
  /// zeros.
  Tensor forward(const Tensor& input, const Tensor& hx = {});

  RNNCellOptions options;

 protected:
  std::string get_nonlinearity_str() const override;
  DefaultArguments _forward_default_args() const override;
};
using RNNCell = ModuleHolder<RNNCellImpl>;  ///< Holds an RNNCellImpl.

/// One step of LSTM: `LSTMCell(input_size, hidden_size)`; see gradus::lstm_cell, and
/// detail::RNNCellImplBase for the parameters.
class LSTMCellImpl : public detail::RNNCellImplBase<LSTMCellImpl> {
 public:
  LSTMCellImpl(int64_t input_size, int64_t hidden_size);
  explicit LSTMCellImpl(const LSTMCellOptions& options_);
  /// The {h, c} after the step, [B, H], of input [B, I]; all or without B. hx is the {h, c} before,
  /// else zeros.
  std::tuple<Tensor, Tensor> forward(const Tensor& input,
                                     std::optional<std::tuple<Tensor, Tensor>> hx_opt = {});

  LSTMCellOptions options;

 protected:
  DefaultArguments _forward_default_args() const override;
};
using LSTMCell = ModuleHolder<LSTMCellImpl>;  ///< Holds an LSTMCellImpl.

/// One step of GRU: `GRUCell(input_size, hidden_size)`; see gradus::gru_cell, and
/// detail::RNNCellImplBase for the parameters.
class GRUCellImpl : public detail::RNNCellImplBase<GRUCellImpl> {
 public:
  GRUCellImpl(int64_t input_size, int64_t hidden_size);
  explicit GRUCellImpl(const GRUCellOptions& options_);
  /// The h after the step; see RNNCellImpl::forward.
  Tensor forward(const Tensor& input, const Tensor& hx = {});

  GRUCellOptions options;

 protected:
  DefaultArguments _forward_default_args() const override;
};
using GRUCell = ModuleHolder<GRUCellImpl>;  ///< Holds a GRUCellImpl.

}  // namespace gradus::nn
