#include "nn/layers/recurrent.h"

#include <cmath>

#include "autograd/factories.h"
#include "autograd/ops/nn/recurrent.h"
#include "nn/init.h"
#include "nn/print.h"
#include "tensor/base/fail.h"
#include "tensor/base/warn.h"

namespace gradus::nn {

namespace detail {

namespace {

enum Mode : size_t { lstm_mode, gru_mode, tanh_mode, relu_mode };  // as in RNNOptionsBase

constexpr const char* names[] = {"LSTM", "GRU", "RNN", "RNN"};
constexpr int64_t gates[] = {4, 3, 1, 1};

void check(const char* name, const RNNOptionsBase& o) {
  if (o.hidden_size() <= 0) fail("{}: hidden_size must be positive, got {}", name, o.hidden_size());
  if (o.num_layers() <= 0) fail("{}: num_layers must be positive, got {}", name, o.num_layers());
  if (!(o.dropout() >= 0 && o.dropout() <= 1))
    fail("{}: dropout must be between 0 and 1, got {}", name, o.dropout());
  if (o.proj_size() < 0 || o.proj_size() >= o.hidden_size())
    fail("{}: proj_size must be at least 0 and less than hidden_size, got {} and {}", name,
         o.proj_size(), o.hidden_size());
  if (o.dropout() > 0 && o.num_layers() == 1)
    warn("{}: dropout {} is between layers, of which there is 1", name, o.dropout());
}

}  // namespace

template <class Derived>
RNNImplBase<Derived>::RNNImplBase(const RNNOptionsBase& options_) : options_base(options_) {
  reset();
}

template <class Derived>
void RNNImplBase<Derived>::reset() {
  const RNNOptionsBase& o = options_base;
  check(names[o.mode().index()], o);
  const int64_t rows = gates[o.mode().index()] * o.hidden_size();
  const int64_t out = o.proj_size() > 0 ? o.proj_size() : o.hidden_size();
  const int64_t directions = o.bidirectional() ? 2 : 1;
  flat_weights_.clear();
  flat_names_.clear();
  for (int64_t layer = 0; layer < o.num_layers(); ++layer)
    for (int64_t d = 0; d < directions; ++d) {
      const std::string suffix = "_l" + std::to_string(layer) + (d == 1 ? "_reverse" : "");
      const auto add = [&](const char* name, IntArrayRef shape) {
        flat_names_.push_back(name + suffix);
        flat_weights_.push_back(this->register_parameter(name + suffix, empty(shape)));
      };
      add("weight_ih", {rows, layer == 0 ? o.input_size() : out * directions});
      add("weight_hh", {rows, out});
      if (o.bias()) add("bias_ih", {rows}), add("bias_hh", {rows});
      if (o.proj_size() > 0) add("weight_hr", {out, o.hidden_size()});
    }
  reset_parameters();
}

template <class Derived>
void RNNImplBase<Derived>::reset_parameters() {
  const double bound = 1 / std::sqrt(double(options_base.hidden_size()));
  for (const Tensor& p : flat_weights_) init::uniform_(p, -bound, bound);
}

template <class Derived>
Tensor* RNNImplBase<Derived>::member(std::string_view name) {
  for (size_t i = 0; i < flat_names_.size(); ++i)
    if (flat_names_[i] == name) return &flat_weights_[i];
  return nullptr;
}

template <class Derived>
void RNNImplBase<Derived>::pretty_print(std::ostream& out) const {
  const RNNOptionsBase& o = options_base;
  LayerLine line(out, names[o.mode().index()]);
  line("input_size", o.input_size())("hidden_size", o.hidden_size())("num_layers", o.num_layers())(
      "bias", o.bias())("batch_first", o.batch_first())("dropout", o.dropout())("bidirectional",
                                                                                o.bidirectional());
  if (o.proj_size() > 0) line("proj_size", o.proj_size());
}

// The states that are given, checked, or zeros.
template <class Derived>
std::vector<Tensor> RNNImplBase<Derived>::states_for(std::vector<Tensor> given, const Tensor& like,
                                                     int64_t batch) {
  const RNNOptionsBase& o = options_base;
  const int64_t layers = o.num_layers() * (o.bidirectional() ? 2 : 1);
  for (size_t i = 0; i < given.size(); ++i) {
    const bool projected = i == 0 && o.proj_size() > 0;
    const int64_t wanted[] = {layers, batch, projected ? o.proj_size() : o.hidden_size()};
    if (!given[i].defined())
      given[i] = zeros(wanted, like.options().requires_grad(false));
    else if (given[i].sizes() != IntArrayRef(wanted))
      fail("{}: the state {} has shape {}, expected {}", names[o.mode().index()],
           i == 0 ? "h" : "c", given[i].sizes(), IntArrayRef(wanted));
  }
  return given;
}

// The operation; batch_sizes for packed input.
template <class Derived>
std::vector<Tensor> RNNImplBase<Derived>::call(const Tensor& input, const Tensor* batch_sizes,
                                               const std::vector<Tensor>& states) {
  this->renew();
  const RNNOptionsBase& o = options_base;
  if (input.size(-1) != o.input_size())
    fail("{}: the input has {} features, expected {}", names[o.mode().index()], input.size(-1),
         o.input_size());
  const bool train = this->is_training();
  if (o.mode().index() == lstm_mode) {
    auto [y, h, c] = batch_sizes ? lstm(input, *batch_sizes, states, flat_weights_, o.bias(),
                                        o.num_layers(), o.dropout(), train, o.bidirectional())
                                 : lstm(input, states, flat_weights_, o.bias(), o.num_layers(),
                                        o.dropout(), train, o.bidirectional(), o.batch_first());
    return {y, h, c};
  }
  const auto either = [&](auto padded, auto packed) -> std::vector<Tensor> {
    auto [y, h] = batch_sizes ? packed(input, *batch_sizes, states[0], flat_weights_, o.bias(),
                                       o.num_layers(), o.dropout(), train, o.bidirectional())
                              : padded(input, states[0], flat_weights_, o.bias(), o.num_layers(),
                                       o.dropout(), train, o.bidirectional(), o.batch_first());
    return {y, h};
  };
  using Padded = std::tuple<Tensor, Tensor> (*)(const Tensor&, const Tensor&, TensorList, bool,
                                                int64_t, double, bool, bool, bool);
  using Packed = std::tuple<Tensor, Tensor> (*)(const Tensor&, const Tensor&, const Tensor&,
                                                TensorList, bool, int64_t, double, bool, bool);
  if (o.mode().index() == gru_mode) return either(Padded(gru), Packed(gru));
  if (o.mode().index() == tanh_mode) return either(Padded(rnn_tanh), Packed(rnn_tanh));
  return either(Padded(rnn_relu), Packed(rnn_relu));
}

template <class Derived>
std::tuple<Tensor, std::vector<Tensor>> RNNImplBase<Derived>::run(const Tensor& input,
                                                                  std::vector<Tensor> states) {
  const RNNOptionsBase& o = options_base;
  if (input.dim() != 2 && input.dim() != 3)
    fail("{}: the input must have 2 or 3 dims, got {}", names[o.mode().index()], input.sizes());
  const bool alone = input.dim() == 2;
  const int64_t batch_dim = o.batch_first() ? 0 : 1;
  if (alone) {
    for (Tensor& s : states) {
      if (!s.defined()) continue;
      if (s.dim() != 2)
        fail("{}: for an input without a batch the state must have 2 dims, got {}",
             names[o.mode().index()], s.sizes());
      s = s.unsqueeze(1);
    }
  }
  const Tensor x = alone ? input.unsqueeze(batch_dim) : input;
  auto out = call(x, nullptr, states_for(std::move(states), x, x.size(batch_dim)));
  if (alone) {
    out[0] = out[0].squeeze(batch_dim);
    for (size_t i = 1; i < out.size(); ++i) out[i] = out[i].squeeze(1);
  }
  Tensor y = std::move(out[0]);
  out.erase(out.begin());
  return {std::move(y), std::move(out)};
}

template <class Derived>
auto RNNImplBase<Derived>::run(const Packed& input, std::vector<Tensor> states)
    -> std::tuple<Packed, std::vector<Tensor>> {
  const Tensor &sizes = input.batch_sizes(), &sorted = input.sorted_indices();
  states = states_for(std::move(states), input.data(), sizes.select(0, 0).item<int64_t>());
  if (sorted.defined())
    for (Tensor& s : states) s = s.index_select(1, sorted);
  auto out = call(input.data(), &sizes, states);
  if (sorted.defined())
    for (size_t i = 1; i < out.size(); ++i)
      out[i] = out[i].index_select(1, input.unsorted_indices());
  Packed y(std::move(out[0]), sizes, sorted, input.unsorted_indices());
  out.erase(out.begin());
  return {std::move(y), std::move(out)};
}

template class RNNImplBase<RNNImpl>;
template class RNNImplBase<LSTMImpl>;
template class RNNImplBase<GRUImpl>;

// What the options of a kind have in common with the others'.
template <class Options>
static RNNOptionsBase general(RNNOptionsBase::rnn_options_base_mode_t mode, const Options& o) {
  return RNNOptionsBase(mode, o.input_size(), o.hidden_size())
      .num_layers(o.num_layers())
      .bias(o.bias())
      .batch_first(o.batch_first())
      .dropout(o.dropout())
      .bidirectional(o.bidirectional());
}
static RNNOptionsBase::rnn_options_base_mode_t mode_of(const RNNOptions& o) {
  if (std::holds_alternative<enumtype::kReLU>(o.nonlinearity())) return kRNN_RELU;
  return kRNN_TANH;
}

}  // namespace detail

using utils::rnn::PackedSequence;
using States = std::optional<std::tuple<Tensor, Tensor>>;

// h and c, or undefined ones.
static std::vector<Tensor> both(const States& hx) {
  if (!hx) return std::vector<Tensor>(2);
  return {std::get<0>(*hx), std::get<1>(*hx)};
}

RNNImpl::RNNImpl(int64_t input_size, int64_t hidden_size)
    : RNNImpl(RNNOptions(input_size, hidden_size)) {}
RNNImpl::RNNImpl(const RNNOptions& options_)
    : RNNImplBase(detail::general(detail::mode_of(options_), options_)), options(options_) {}
std::tuple<Tensor, Tensor> RNNImpl::forward(const Tensor& input, Tensor hx) {
  auto [y, states] = run(input, {std::move(hx)});
  return {y, states[0]};
}
std::tuple<PackedSequence, Tensor> RNNImpl::forward_with_packed_input(
    const PackedSequence& packed_input, Tensor hx) {
  auto [y, states] = run(packed_input, {std::move(hx)});
  return {y, states[0]};
}

LSTMImpl::LSTMImpl(int64_t input_size, int64_t hidden_size)
    : LSTMImpl(LSTMOptions(input_size, hidden_size)) {}
LSTMImpl::LSTMImpl(const LSTMOptions& options_)
    : RNNImplBase(detail::general(kLSTM, options_).proj_size(options_.proj_size())),
      options(options_) {}
std::tuple<Tensor, std::tuple<Tensor, Tensor>> LSTMImpl::forward(const Tensor& input,
                                                                 States hx_opt) {
  auto [y, states] = run(input, both(hx_opt));
  return {y, {states[0], states[1]}};
}
std::tuple<PackedSequence, std::tuple<Tensor, Tensor>> LSTMImpl::forward_with_packed_input(
    const PackedSequence& packed_input, States hx_opt) {
  auto [y, states] = run(packed_input, both(hx_opt));
  return {y, {states[0], states[1]}};
}

GRUImpl::GRUImpl(int64_t input_size, int64_t hidden_size)
    : GRUImpl(GRUOptions(input_size, hidden_size)) {}
GRUImpl::GRUImpl(const GRUOptions& options_)
    : RNNImplBase(detail::general(kGRU, options_)), options(options_) {}
std::tuple<Tensor, Tensor> GRUImpl::forward(const Tensor& input, Tensor hx) {
  auto [y, states] = run(input, {std::move(hx)});
  return {y, states[0]};
}
std::tuple<PackedSequence, Tensor> GRUImpl::forward_with_packed_input(
    const PackedSequence& packed_input, Tensor hx) {
  auto [y, states] = run(packed_input, {std::move(hx)});
  return {y, states[0]};
}

DefaultArguments RNNImpl::_forward_default_args() const { return {{1, AnyValue(Tensor())}}; }

DefaultArguments LSTMImpl::_forward_default_args() const {
  return {{1, AnyValue(std::optional<std::tuple<Tensor, Tensor>>())}};
}

DefaultArguments GRUImpl::_forward_default_args() const { return {{1, AnyValue(Tensor())}}; }

DefaultArguments RNNCellImpl::_forward_default_args() const { return {{1, AnyValue(Tensor())}}; }

DefaultArguments LSTMCellImpl::_forward_default_args() const {
  return {{1, AnyValue(std::optional<std::tuple<Tensor, Tensor>>())}};
}

DefaultArguments GRUCellImpl::_forward_default_args() const { return {{1, AnyValue(Tensor())}}; }

}  // namespace gradus::nn
