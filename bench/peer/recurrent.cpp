// Recurrent layers: training steps, and passes without gradients.
#include "bench/peer/peer.h"

namespace peer {
namespace {

namespace nn = torch::nn;

const Tensor& output(const Tensor& y) { return y; }
template <class Output, class State>
const Output& output(const std::tuple<Output, State>& y) {
  return std::get<0>(y);
}

// A step of training whose loss is the mean square of the output.
template <class Layer, class Run>
Body training(Layer layer, Run run) {
  auto optimiser = std::make_shared<torch::optim::SGD>(layer->parameters(), 0.001);
  auto step = [=]() mutable {
    optimiser->zero_grad();
    Tensor loss = run(layer).pow(2).mean();
    loss.backward();
    optimiser->step();
    return loss;
  };
  return {step, layer->parameters()};
}

template <class Layer, class Options>
void layer(Cases& cases, const std::string& name, Options options, int64_t steps, int64_t batch,
           double at_least = 0) {
  const auto input = [=] { return torch::randn({steps, batch, options.input_size()}); };
  cases.push_back({"recurrent layers", name,
                   [=] {
                     return training(Layer(options),
                                     [x = input()](Layer& l) { return output(l->forward(x)); });
                   },
                   true, 0, 0, at_least});
  cases.push_back({"recurrent layers", name + " forward",
                   [=]() -> Body {
                     Layer l(options);
                     return {[=, x = input()]() mutable { return output(l->forward(x)); }};
                   },
                   false, 0, 0, at_least});
}

// Lengths from 1 to the number of steps.
template <class Layer, class Options>
void packed(Cases& cases, const std::string& name, Options options, int64_t steps, int64_t batch) {
  cases.push_back({"recurrent layers", name,
                   [=] {
                     const Tensor x = torch::randn({steps, batch, options.input_size()});
                     const Tensor lengths = torch::arange(batch) * (steps - 1) / (batch - 1) + 1;
                     const auto sequences = nn::utils::rnn::pack_padded_sequence(
                         x, lengths.to(torch::kLong), false, false);
                     return training(Layer(options), [=](Layer& l) {
                       return output(l->forward_with_packed_input(sequences)).data();
                     });
                   },
                   true});
}

// The cell, step by step.
Body cells(int64_t steps, int64_t batch, int64_t in, int64_t hidden) {
  const Tensor x = torch::randn({steps, batch, in});
  return training(nn::LSTMCell(in, hidden), [=](nn::LSTMCell& cell) {
    auto state = std::make_tuple(torch::zeros({batch, hidden}), torch::zeros({batch, hidden}));
    for (int64_t t = 0; t < steps; ++t) state = cell->forward(x[t], state);
    return std::get<0>(state);
  });
}

}  // namespace

void recurrent_layers(Cases& cases) {
  const int64_t steps = 32, batch = 32, in = 64, hidden = 128;
  layer<nn::LSTM>(cases, "lstm", nn::LSTMOptions(in, hidden), steps, batch);
  layer<nn::GRU>(cases, "gru", nn::GRUOptions(in, hidden), steps, batch);
  layer<nn::RNN>(cases, "rnn tanh", nn::RNNOptions(in, hidden), steps, batch, 1.5);
  layer<nn::RNN>(cases, "rnn relu", nn::RNNOptions(in, hidden).nonlinearity(torch::kReLU), steps,
                 batch, 1.5);
  layer<nn::LSTM>(cases, "lstm 2 layers both ways",
                  nn::LSTMOptions(in, hidden).num_layers(2).bidirectional(true), steps, batch);
  layer<nn::LSTM>(cases, "lstm 16 to 16, batch 4", nn::LSTMOptions(16, 16), steps, 4);
  layer<nn::LSTM>(cases, "lstm 256 to 512, batch 16", nn::LSTMOptions(256, 512), 16, 16, 1);
  packed<nn::LSTM>(cases, "lstm packed", nn::LSTMOptions(in, hidden), steps, batch);
  packed<nn::GRU>(cases, "gru packed", nn::GRUOptions(in, hidden), steps, batch);
  cases.push_back({"recurrent layers", "lstm cell by cell",
                   [=] { return cells(steps, batch, in, hidden); }, true, 0, 0, 1.5});
}

}  // namespace peer
