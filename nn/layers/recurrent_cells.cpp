#include <cmath>

#include "autograd/factories.h"
#include "autograd/ops/nn/recurrent.h"
#include "nn/init.h"
#include "nn/layers/recurrent.h"
#include "nn/print.h"
#include "tensor/base/fail.h"

namespace gradus::nn {

namespace detail {

template <class Derived>
RNNCellImplBase<Derived>::RNNCellImplBase(const RNNCellOptionsBase& options_)
    : options_base(options_) {
  reset();
}

template <class Derived>
void RNNCellImplBase<Derived>::reset() {
  const RNNCellOptionsBase& o = options_base;
  if (o.hidden_size() <= 0) fail("RNNCell: hidden_size must be positive, got {}", o.hidden_size());
  const int64_t rows = o.num_chunks() * o.hidden_size();
  weight_ih = this->register_parameter("weight_ih", empty({rows, o.input_size()}));
  weight_hh = this->register_parameter("weight_hh", empty({rows, o.hidden_size()}));
  const auto bias = [&] { return o.bias() ? empty({rows}) : Tensor(); };
  bias_ih = this->register_parameter("bias_ih", bias(), o.bias());
  bias_hh = this->register_parameter("bias_hh", bias(), o.bias());
  reset_parameters();
}

template <class Derived>
void RNNCellImplBase<Derived>::reset_parameters() {
  const double bound = 1 / std::sqrt(double(options_base.hidden_size()));
  for (const Tensor* p : {&weight_ih, &weight_hh, &bias_ih, &bias_hh})
    if (p->defined()) init::uniform_(*p, -bound, bound);
}

template <class Derived>
Tensor* RNNCellImplBase<Derived>::member(std::string_view name) {
  return this->pick(name, {{"weight_ih", &weight_ih},
                           {"weight_hh", &weight_hh},
                           {"bias_ih", &bias_ih},
                           {"bias_hh", &bias_hh}});
}

template <class Derived>
void RNNCellImplBase<Derived>::pretty_print(std::ostream& out) const {
  constexpr const char* names[] = {"RNNCell", "", "GRUCell", "LSTMCell"};
  LayerLine line(out, names[options_base.num_chunks() - 1]);
  line(options_base.input_size())(options_base.hidden_size());
  if (!options_base.bias()) line("bias", false);
  const std::string nonlinearity = get_nonlinearity_str();
  if (!nonlinearity.empty() && nonlinearity != "kTanh") line("nonlinearity", nonlinearity);
}

template <class Derived>
Tensor RNNCellImplBase<Derived>::prepare(const char* name, const Tensor& input,
                                         std::vector<Tensor>& states) const {
  this->renew();
  if (input.dim() != 1 && input.dim() != 2)
    fail("{}: the input must have 1 or 2 dims, got {}", name, input.sizes());
  if (input.size(-1) != options_base.input_size())
    fail("{}: the input has {} features, expected {}", name, input.size(-1),
         options_base.input_size());
  const bool alone = input.dim() == 1;
  const Tensor x = alone ? input.unsqueeze(0) : input;
  for (Tensor& s : states) {
    if (!s.defined()) {
      s = zeros({x.size(0), options_base.hidden_size()}, input.options().requires_grad(false));
      continue;
    }
    if (s.dim() != input.dim())
      fail("{}: the state and the input must have as many dims, got {} and {}", name, s.sizes(),
           input.sizes());
    if (alone) s = s.unsqueeze(0);
  }
  return x;
}

template class RNNCellImplBase<RNNCellImpl>;
template class RNNCellImplBase<LSTMCellImpl>;
template class RNNCellImplBase<GRUCellImpl>;

}  // namespace detail

using detail::RNNCellOptionsBase;

// A state as the input is: without a batch where that has none.
static Tensor as_input(const Tensor& state, const Tensor& input) {
  return input.dim() == 1 ? state.squeeze(0) : state;
}

RNNCellImpl::RNNCellImpl(int64_t input_size, int64_t hidden_size)
    : RNNCellImpl(RNNCellOptions(input_size, hidden_size)) {}
RNNCellImpl::RNNCellImpl(const RNNCellOptions& options_)
    : RNNCellImplBase(RNNCellOptionsBase(options_.input_size(), options_.hidden_size(),
                                         options_.bias(), /*num_chunks=*/1)),
      options(options_) {}
Tensor RNNCellImpl::forward(const Tensor& input, const Tensor& hx) {
  std::vector<Tensor> states{hx};
  const Tensor x = prepare("RNNCell", input, states);
  const bool relu = std::holds_alternative<enumtype::kReLU>(options.nonlinearity());
  const auto cell = relu ? rnn_relu_cell : rnn_tanh_cell;
  return as_input(cell(x, states[0], weight_ih, weight_hh, bias_ih, bias_hh), input);
}
std::string RNNCellImpl::get_nonlinearity_str() const {
  return enumtype::get_enum_name(options.nonlinearity());
}

LSTMCellImpl::LSTMCellImpl(int64_t input_size, int64_t hidden_size)
    : LSTMCellImpl(LSTMCellOptions(input_size, hidden_size)) {}
LSTMCellImpl::LSTMCellImpl(const LSTMCellOptions& options_)
    : RNNCellImplBase(RNNCellOptionsBase(options_.input_size(), options_.hidden_size(),
                                         options_.bias(), /*num_chunks=*/4)),
      options(options_) {}
std::tuple<Tensor, Tensor> LSTMCellImpl::forward(const Tensor& input,
                                                 std::optional<std::tuple<Tensor, Tensor>> hx_opt) {
  std::vector<Tensor> states(2);
  if (hx_opt) states = {std::get<0>(*hx_opt), std::get<1>(*hx_opt)};
  const Tensor x = prepare("LSTMCell", input, states);
  const auto [h, c] = lstm_cell(x, states, weight_ih, weight_hh, bias_ih, bias_hh);
  return {as_input(h, input), as_input(c, input)};
}

GRUCellImpl::GRUCellImpl(int64_t input_size, int64_t hidden_size)
    : GRUCellImpl(GRUCellOptions(input_size, hidden_size)) {}
GRUCellImpl::GRUCellImpl(const GRUCellOptions& options_)
    : RNNCellImplBase(RNNCellOptionsBase(options_.input_size(), options_.hidden_size(),
                                         options_.bias(), /*num_chunks=*/3)),
      options(options_) {}
Tensor GRUCellImpl::forward(const Tensor& input, const Tensor& hx) {
  std::vector<Tensor> states{hx};
  const Tensor x = prepare("GRUCell", input, states);
  return as_input(gru_cell(x, states[0], weight_ih, weight_hh, bias_ih, bias_hh), input);
}

}  // namespace gradus::nn
