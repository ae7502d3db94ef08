#include "autograd/ops/nn/recurrent.h"

#include "autograd/ops/nn/dropout.h"
#include "autograd/ops/nn/recurrent_layer.h"
#include "autograd/ops/view/join.h"
#include "tensor/base/fail.h"

namespace gradus {
using namespace autograd;
using raw::Cell;

namespace {

// All layers of an operation, but for the states and the input.
struct Layers {
  const char* op;
  Cell cell;
  TensorList params;
  bool biases;
  int64_t count;
  double dropout;
  bool train, both;

  size_t directions() const { return both ? 2 : 1; }
  size_t states() const { return size_t(count) * directions(); }
};

// The parameters of each layer and direction.
std::vector<RecurrentParameters> parameters_of(const Layers& l, bool projected) {
  const size_t each = 2 + (l.biases ? 2 : 0) + (projected ? 1 : 0);
  if (l.count < 1) fail("{}: num_layers must be positive, got {}", l.op, l.count);
  if (l.params.size() != l.states() * each)
    fail("{}: {} layers and directions of {} parameters need {}, got {}", l.op, l.states(), each,
         l.states() * each, l.params.size());
  std::vector<RecurrentParameters> out;
  for (const Tensor* p = l.params.begin(); p != l.params.end(); p += each)
    out.push_back({p[0], p[1], l.biases ? p[2] : Tensor(), l.biases ? p[3] : Tensor(),
                   projected ? p[each - 1] : Tensor()});
  return out;
}

void check_state(const char* op, const char* name, const Tensor& t, size_t states, int64_t batch,
                 int64_t size) {
  const int64_t wanted[] = {int64_t(states), batch, size};
  if (t.sizes() != IntArrayRef(wanted))
    fail("{}: the state {} has shape {}, expected {}", op, name, t.sizes(), IntArrayRef(wanted));
}

Tensor joined(const std::vector<Tensor>& states) {
  return states.size() == 1 ? states[0].unsqueeze(0) : stack(states);
}

// x [rows, in] through all layers.
RecurrentStates run(const Layers& l, Tensor x, const Vector<int64_t>& sizes, const Tensor& hx,
                    const Tensor& cx) {
  const int64_t batch = sizes.empty() ? 0 : sizes[0];
  const bool projected =
      l.cell == Cell::Lstm && hx.dim() == 3 && cx.dim() == 3 && hx.size(2) != cx.size(2);
  const auto params = parameters_of(l, projected);
  if (params[0].hh.dim() != 2)
    fail("{}: weight_hh must have 2 dims, got {}", l.op, params[0].hh.sizes());
  const int64_t hidden = params[0].hh.size(0) / raw::gate_count(l.cell);
  check_state(l.op, "h", hx, l.states(), batch, params[0].hh.size(1));
  if (l.cell == Cell::Lstm) check_state(l.op, "c", cx, l.states(), batch, hidden);
  const auto h = hx.unbind(0), c = cx.defined() ? cx.unbind(0) : std::vector<Tensor>();
  std::vector<Tensor> last_h, last_c;
  for (size_t i = 0; i < l.states();) {
    std::vector<Tensor> ys;
    for (size_t d = 0; d < l.directions(); ++d, ++i) {
      RecurrentStates s = recurrent_layer(l.op, l.cell, x, {{}, h[i], c.empty() ? Tensor() : c[i]},
                                          params[i], {sizes, d == 1});
      ys.push_back(std::move(s.y));
      last_h.push_back(std::move(s.h));
      if (s.c.defined()) last_c.push_back(std::move(s.c));
    }
    x = ys.size() == 1 ? ys[0] : cat(ys, 1);
    if (l.dropout != 0 && l.train && i < l.states()) x = dropout(x, l.dropout, true);
  }
  return {x, joined(last_h), last_c.empty() ? Tensor() : joined(last_c)};
}

RecurrentStates padded(const Layers& l, const Tensor& input, const Tensor& hx, const Tensor& cx,
                       bool batch_first) {
  if (input.dim() != 3) fail("{}: the input must have 3 dims, got {}", l.op, input.sizes());
  const Tensor x = batch_first ? input.transpose(0, 1) : input;
  const int64_t steps = x.size(0), batch = x.size(1);
  if (steps == 0) fail("{}: the input has no steps, its shape is {}", l.op, input.sizes());
  RecurrentStates out =
      run(l, x.reshape({steps * batch, x.size(2)}), Vector<int64_t>(size_t(steps), batch), hx, cx);
  out.y = out.y.view({steps, batch, out.y.size(1)});
  if (batch_first) out.y = out.y.transpose(0, 1);
  return out;
}

RecurrentStates packed(const Layers& l, const Tensor& data, const Tensor& batch_sizes,
                       const Tensor& hx, const Tensor& cx) {
  if (data.dim() != 2) fail("{}: packed data must have 2 dims, got {}", l.op, data.sizes());
  return run(l, data, steps_of(l.op, batch_sizes, data.size(0)), hx, cx);
}

std::tuple<Tensor, Tensor> output_and_state(RecurrentStates&& s) {
  return {std::move(s.y), std::move(s.h)};
}
std::tuple<Tensor, Tensor, Tensor> output_and_states(RecurrentStates&& s) {
  return {std::move(s.y), std::move(s.h), std::move(s.c)};
}

void check_pair(const char* op, TensorList hx) {
  if (hx.size() != 2) fail("{}: hx must hold h and c, it holds {}", op, hx.size());
}

// One step.
RecurrentStates one(const char* op, Cell cell, const Tensor& input, const Tensor& h,
                    const Tensor& c, const Tensor& w_ih, const Tensor& w_hh,
                    const std::optional<Tensor>& b_ih, const std::optional<Tensor>& b_hh) {
  if (input.dim() != 2) fail("{}: the input must have 2 dims, got {}", op, input.sizes());
  if (w_hh.dim() != 2) fail("{}: w_hh must have 2 dims, got {}", op, w_hh.sizes());
  const int64_t wanted[] = {input.size(0), w_hh.size(1)};
  for (const Tensor* state : {&h, &c})
    if (state->defined() && state->sizes() != IntArrayRef(wanted))
      fail("{}: the state has shape {}, expected {}", op, state->sizes(), IntArrayRef(wanted));
  return recurrent_layer(op, cell, input, {{}, h, c},
                         {w_ih, w_hh, b_ih.value_or(Tensor()), b_hh.value_or(Tensor()), {}},
                         {{input.size(0)}, false});
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& input, TensorList hx, TensorList params,
                                        bool has_biases, int64_t num_layers, double dropout,
                                        bool train, bool bidirectional, bool batch_first) {
  check_pair("lstm", hx);
  return output_and_states(
      padded({"lstm", Cell::Lstm, params, has_biases, num_layers, dropout, train, bidirectional},
             input, hx[0], hx[1], batch_first));
}
std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& data, const Tensor& batch_sizes,
                                        TensorList hx, TensorList params, bool has_biases,
                                        int64_t num_layers, double dropout, bool train,
                                        bool bidirectional) {
  check_pair("lstm", hx);
  return output_and_states(
      packed({"lstm", Cell::Lstm, params, has_biases, num_layers, dropout, train, bidirectional},
             data, batch_sizes, hx[0], hx[1]));
}

std::tuple<Tensor, Tensor> gru(const Tensor& input, const Tensor& hx, TensorList params,
                               bool has_biases, int64_t num_layers, double dropout, bool train,
                               bool bidirectional, bool batch_first) {
  return output_and_state(
      padded({"gru", Cell::Gru, params, has_biases, num_layers, dropout, train, bidirectional},
             input, hx, {}, batch_first));
}
std::tuple<Tensor, Tensor> gru(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx,
                               TensorList params, bool has_biases, int64_t num_layers,
                               double dropout, bool train, bool bidirectional) {
  return output_and_state(
      packed({"gru", Cell::Gru, params, has_biases, num_layers, dropout, train, bidirectional},
             data, batch_sizes, hx, {}));
}

std::tuple<Tensor, Tensor> rnn_tanh(const Tensor& input, const Tensor& hx, TensorList params,
                                    bool has_biases, int64_t num_layers, double dropout, bool train,
                                    bool bidirectional, bool batch_first) {
  return output_and_state(padded(
      {"rnn_tanh", Cell::RnnTanh, params, has_biases, num_layers, dropout, train, bidirectional},
      input, hx, {}, batch_first));
}
std::tuple<Tensor, Tensor> rnn_tanh(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx,
                                    TensorList params, bool has_biases, int64_t num_layers,
                                    double dropout, bool train, bool bidirectional) {
  return output_and_state(packed(
      {"rnn_tanh", Cell::RnnTanh, params, has_biases, num_layers, dropout, train, bidirectional},
      data, batch_sizes, hx, {}));
}

std::tuple<Tensor, Tensor> rnn_relu(const Tensor& input, const Tensor& hx, TensorList params,
                                    bool has_biases, int64_t num_layers, double dropout, bool train,
                                    bool bidirectional, bool batch_first) {
  return output_and_state(padded(
      {"rnn_relu", Cell::RnnRelu, params, has_biases, num_layers, dropout, train, bidirectional},
      input, hx, {}, batch_first));
}
std::tuple<Tensor, Tensor> rnn_relu(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx,
                                    TensorList params, bool has_biases, int64_t num_layers,
                                    double dropout, bool train, bool bidirectional) {
  return output_and_state(packed(
      {"rnn_relu", Cell::RnnRelu, params, has_biases, num_layers, dropout, train, bidirectional},
      data, batch_sizes, hx, {}));
}

std::tuple<Tensor, Tensor> lstm_cell(const Tensor& input, TensorList hx, const Tensor& w_ih,
                                     const Tensor& w_hh, const std::optional<Tensor>& b_ih,
                                     const std::optional<Tensor>& b_hh) {
  check_pair("lstm_cell", hx);
  RecurrentStates s = one("lstm_cell", Cell::Lstm, input, hx[0], hx[1], w_ih, w_hh, b_ih, b_hh);
  return {std::move(s.h), std::move(s.c)};
}
Tensor gru_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                const std::optional<Tensor>& b_ih, const std::optional<Tensor>& b_hh) {
  return one("gru_cell", Cell::Gru, input, hx, {}, w_ih, w_hh, b_ih, b_hh).h;
}
Tensor rnn_tanh_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                     const std::optional<Tensor>& b_ih, const std::optional<Tensor>& b_hh) {
  return one("rnn_tanh_cell", Cell::RnnTanh, input, hx, {}, w_ih, w_hh, b_ih, b_hh).h;
}
Tensor rnn_relu_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                     const std::optional<Tensor>& b_ih, const std::optional<Tensor>& b_hh) {
  return one("rnn_relu_cell", Cell::RnnRelu, input, hx, {}, w_ih, w_hh, b_ih, b_hh).h;
}

}  // namespace gradus
