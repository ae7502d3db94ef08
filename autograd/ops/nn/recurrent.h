// Recurrent layers and cells. Elman, Finding Structure in Time, 1990; Hochreiter and Schmidhuber,
// Long Short-Term Memory, 1997; Cho et al., Learning Phrase Representations using RNN
// Encoder-Decoder, 2014.
//
// Shapes: T steps, B sequences, I features; H hidden size, P size of a projection (else H); D is 2
// in both directions, else 1. The parameters of a layer and direction are weight_ih [g H, I],
// weight_hh [g H, P], with biases bias_ih and bias_hh [g H], and with a projection weight_hr [P,
// H]; g is 4 for an LSTM (its gates in the order i f g o), 3 for a GRU (r z n), else 1. A list of
// them holds layer after layer, and of each first the direction forwards. Later layers have I = D
// P.
#pragma once

#include <tuple>

#include "tensor/tensor.h"

namespace gradus {

// --- Layers ----

/// The layers of an LSTM over all steps: output [T, B, D P], last h [layers D, B, P] and last c
/// [layers D, B, H]. In each step i, f, o = sigmoid and g = tanh of x weight_ihᵀ + bias_ih +
/// h weight_hhᵀ + bias_hh, c = f c + i g, h = o tanh(c), with a projection times weight_hrᵀ. input
/// is [T, B, I], with batch_first [B, T, I] as then the output; hx is {h, c} to begin with. When
/// training, elements of what a layer hands on to the next are dropped with probability `dropout`.
/// Throws Error for shapes or numbers of parameters that do not fit.
std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& input, TensorList hx, TensorList params,
                                        bool has_biases, int64_t num_layers, double dropout,
                                        bool train, bool bidirectional, bool batch_first);
/// The same over packed sequences: data [all steps' rows, I] and the number of rows of each step,
/// which does not grow, as int64. The output is packed alike.
std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& data, const Tensor& batch_sizes,
                                        TensorList hx, TensorList params, bool has_biases,
                                        int64_t num_layers, double dropout, bool train,
                                        bool bidirectional);
/// The layers of a GRU: output [T, B, D H] and last h [layers D, B, H]. With a = x weight_ihᵀ +
/// bias_ih and b = h weight_hhᵀ + bias_hh, each cut into r, z, n: r and z = sigmoid(a + b), n =
/// tanh(a + r b), h = (1 - z) n + z h. The rest is as for lstm().
std::tuple<Tensor, Tensor> gru(const Tensor& input, const Tensor& hx, TensorList params,
                               bool has_biases, int64_t num_layers, double dropout, bool train,
                               bool bidirectional, bool batch_first);
/// The same over packed sequences; see lstm().
std::tuple<Tensor, Tensor> gru(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx,
                               TensorList params, bool has_biases, int64_t num_layers,
                               double dropout, bool train, bool bidirectional);
/// Layers of h = tanh(x weight_ihᵀ + bias_ih + h weight_hhᵀ + bias_hh): output [T, B, D H] and last
/// h [layers D, B, H]. The rest is as for lstm().
std::tuple<Tensor, Tensor> rnn_tanh(const Tensor& input, const Tensor& hx, TensorList params,
                                    bool has_biases, int64_t num_layers, double dropout, bool train,
                                    bool bidirectional, bool batch_first);
/// The same over packed sequences; see lstm().
std::tuple<Tensor, Tensor> rnn_tanh(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx,
                                    TensorList params, bool has_biases, int64_t num_layers,
                                    double dropout, bool train, bool bidirectional);
/// rnn_tanh() with max(x, 0) in the place of tanh.
std::tuple<Tensor, Tensor> rnn_relu(const Tensor& input, const Tensor& hx, TensorList params,
                                    bool has_biases, int64_t num_layers, double dropout, bool train,
                                    bool bidirectional, bool batch_first);
/// The same over packed sequences; see lstm().
std::tuple<Tensor, Tensor> rnn_relu(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx,
                                    TensorList params, bool has_biases, int64_t num_layers,
                                    double dropout, bool train, bool bidirectional);

// --- Cells: one step ----

/// One step of an LSTM: {h, c} [B, H] from input [B, I] and hx, the {h, c} before; see lstm().
/// Either both biases are given or none. Throws Error for shapes that do not fit.
std::tuple<Tensor, Tensor> lstm_cell(const Tensor& input, TensorList hx, const Tensor& w_ih,
                                     const Tensor& w_hh, const std::optional<Tensor>& b_ih = {},
                                     const std::optional<Tensor>& b_hh = {});
/// One step of a GRU: h [B, H] from input [B, I] and the h before; see gru() and lstm_cell().
Tensor gru_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                const std::optional<Tensor>& b_ih = {}, const std::optional<Tensor>& b_hh = {});
/// One step of rnn_tanh(): h [B, H] from input [B, I] and the h before; see lstm_cell().
Tensor rnn_tanh_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                     const std::optional<Tensor>& b_ih = {},
                     const std::optional<Tensor>& b_hh = {});
/// One step of rnn_relu(): h [B, H] from input [B, I] and the h before; see lstm_cell().
Tensor rnn_relu_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                     const std::optional<Tensor>& b_ih = {},
                     const std::optional<Tensor>& b_hh = {});

// --- Sequences of different lengths ----

/// What is left of input [T, B, ...], with batch_first [B, T, ...], without the padding, and how
/// many sequences reach each step: {data [sum of lengths, ...], sizes [longest length] of int64}.
/// data has step after step. Throws Error unless lengths [B], of integers, are positive, do not
/// grow, and fit T. See nn::utils::rnn::pack_padded_sequence, which sorts.
std::tuple<Tensor, Tensor> _pack_padded_sequence(const Tensor& input, const Tensor& lengths,
                                                 bool batch_first);
/// The reverse: {padded [T, B, ...], with batch_first [B, T, ...], and the lengths}, where T is the
/// longest length, or total_length if that is more than 0. Throws Error when that is too short.
std::tuple<Tensor, Tensor> _pad_packed_sequence(const Tensor& data, const Tensor& batch_sizes,
                                                bool batch_first, const Scalar& padding_value,
                                                int64_t total_length);
/// Sequences [length, ...] side by side, each padded to the longest one on the "right" or "left":
/// [T, B, ...], with batch_first [B, T, ...]. Throws Error for no sequences, for another side, and
/// where the later sizes differ.
Tensor pad_sequence(TensorList sequences, bool batch_first = false, double padding_value = 0,
                    std::string_view padding_side = "right");

}  // namespace gradus
