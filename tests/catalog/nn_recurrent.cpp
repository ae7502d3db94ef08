// Recurrent layers and cells, and sequences of different lengths.
#include "autograd/ops/nn/recurrent.h"

#include <algorithm>

#include "autograd/factories.h"
#include "tests/catalog.h"

namespace catalog {

using namespace gradus;

namespace {

// Layers whose inputs are x, a state h, for an LSTM c, and the parameters; what PyTorch calls them
// in that order.
struct Layers {
  std::string op;
  int64_t gates;
  int64_t layers = 1;
  bool both = false, biases = true, batch_first = false;
  std::vector<int64_t> batch_sizes = {};  // of packed sequences
  int64_t projection = 0;

  bool lstm() const { return op == "lstm"; }
  std::vector<Input> inputs(int64_t steps, int64_t batch, int64_t in, int64_t hidden) const {
    const int64_t directions = both ? 2 : 1, out = projection ? projection : hidden;
    std::vector<Input> all;
    if (!batch_sizes.empty()) {
      int64_t rows = 0;
      for (const int64_t n : batch_sizes) rows += n;
      batch = batch_sizes[0];
      all.push_back(real({rows, in}));
    } else {
      all.push_back(batch_first ? real({batch, steps, in}) : real({steps, batch, in}));
    }
    all.push_back(real({layers * directions, batch, out}));
    if (lstm()) all.push_back(real({layers * directions, batch, hidden}));
    const double bound = hidden < 16 ? 1 : 0.2;
    for (int64_t i = 0; i < layers * directions; ++i) {
      all.push_back(real({gates * hidden, i < directions ? in : out * directions}, -bound, bound));
      all.push_back(real({gates * hidden, out}, -bound, bound));
      for (int k = 0; biases && k < 2; ++k) all.push_back(real({gates * hidden}, -bound, bound));
      if (projection) all.push_back(real({out, hidden}, -bound, bound));
    }
    return all;
  }
  std::string python(size_t count) const {
    const auto letter = [](size_t i) { return std::string(1, char('a' + int(i))); };
    std::string text = "torch." + op + "(a, ";
    if (!batch_sizes.empty()) {
      text += "torch.tensor([";
      for (const int64_t n : batch_sizes) text += std::to_string(n) + ", ";
      text += "]), ";
    }
    text += lstm() ? "(b, c), (" : "b, (";
    for (size_t i = lstm() ? 3 : 2; i < count; ++i) text += letter(i) + ", ";
    const auto flag = [](bool b) { return std::string(b ? "True" : "False"); };
    text += "), " + flag(biases) + ", " + std::to_string(layers) + ", 0.0, False, " + flag(both);
    return text + (batch_sizes.empty() ? ", " + flag(batch_first) : "") + ")";
  }
  List operator()(const List& x) const {
    const TensorList all(x), params = all.slice(lstm() ? 3 : 2);
    const Tensor sizes = batch_sizes.empty() ? Tensor() : tensor_of(batch_sizes);
    if (lstm()) {
      const auto [y, h, c] = sizes.defined() ? gradus::lstm(x[0], sizes, all.slice(1, 2), params,
                                                            biases, layers, 0, false, both)
                                             : gradus::lstm(x[0], all.slice(1, 2), params, biases,
                                                            layers, 0, false, both, batch_first);
      return {y, h, c};
    }
    const auto either = [&](auto padded, auto packed) -> List {
      const auto [y, h] =
          sizes.defined() ? packed(x[0], sizes, x[1], params, biases, layers, 0, false, both)
                          : padded(x[0], x[1], params, biases, layers, 0, false, both, batch_first);
      return {y, h};
    };
    using Padded = std::tuple<Tensor, Tensor> (*)(const Tensor&, const Tensor&, TensorList, bool,
                                                  int64_t, double, bool, bool, bool);
    using Packed = std::tuple<Tensor, Tensor> (*)(const Tensor&, const Tensor&, const Tensor&,
                                                  TensorList, bool, int64_t, double, bool, bool);
    if (op == "gru") return either(Padded(gru), Packed(gru));
    if (op == "rnn_tanh") return either(Padded(rnn_tanh), Packed(rnn_tanh));
    return either(Padded(rnn_relu), Packed(rnn_relu));
  }
  static Tensor tensor_of(const std::vector<int64_t>& v) {
    Tensor t = empty({int64_t(v.size())}, kLong);
    std::copy(v.begin(), v.end(), t.data_ptr<int64_t>());
    return t;
  }
};

}  // namespace

Rows nn_recurrent_rows() {
  Rows rows;
  const auto layers = [&](const std::string& name, const Layers& l, bool has_large = false) {
    const auto inputs = l.inputs(3, 2, 2, 3);
    rows.push_back({name, l.python(inputs.size()), inputs, l});
    if (has_large) rows.back().large = l.inputs(32, 32, 64, 128);
  };
  layers("lstm", {"lstm", 4}, true);
  layers("lstm.both_ways", {.op = "lstm", .gates = 4, .both = true, .biases = false});
  layers("lstm.layers",
         {.op = "lstm", .gates = 4, .layers = 2, .biases = false, .batch_first = true});
  layers("lstm.packed", {.op = "lstm", .gates = 4, .batch_sizes = {3, 2, 2, 1}});
  layers("lstm.packed_both_ways",
         {.op = "lstm", .gates = 4, .both = true, .biases = false, .batch_sizes = {3, 1, 1}});
  layers("lstm.projection", {.op = "lstm", .gates = 4, .projection = 2});
  layers("lstm.packed_projection",
         {.op = "lstm", .gates = 4, .biases = false, .batch_sizes = {2, 1}, .projection = 2});
  layers("gru", {"gru", 3}, true);
  layers("gru.layers_both_ways",
         {.op = "gru", .gates = 3, .layers = 2, .both = true, .biases = false});
  layers("gru.packed", {.op = "gru", .gates = 3, .batch_sizes = {3, 2, 2, 1}});
  layers("gru.packed_both_ways",
         {.op = "gru", .gates = 3, .both = true, .biases = false, .batch_sizes = {3, 1, 1}});
  layers("rnn_tanh", {"rnn_tanh", 1}, true);
  layers("rnn_tanh.both_ways", {.op = "rnn_tanh", .gates = 1, .both = true, .batch_first = true});
  layers("rnn_tanh.packed", {.op = "rnn_tanh", .gates = 1, .batch_sizes = {3, 2, 2, 1}});
  layers("rnn_relu", {"rnn_relu", 1}, true);
  layers("rnn_relu.packed", {.op = "rnn_relu", .gates = 1, .both = true, .batch_sizes = {2, 2, 1}});

  const auto row = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::function<List(const List&)> f, std::vector<Input> large = {}) {
    rows.push_back({name, python, std::move(inputs), std::move(f)});
    rows.back().large = std::move(large);
  };
  const auto cell = [&](const std::string& name, const std::string& python, int64_t states,
                        int64_t gates, bool biases, std::function<List(const List&)> f) {
    const auto inputs = [&](int64_t batch, int64_t in, int64_t hidden, double bound) {
      std::vector<Input> all{real({batch, in})};
      for (int64_t i = 0; i < states; ++i) all.push_back(real({batch, hidden}));
      all.push_back(real({gates * hidden, in}, -bound, bound));
      all.push_back(real({gates * hidden, hidden}, -bound, bound));
      for (int i = 0; biases && i < 2; ++i) all.push_back(real({gates * hidden}, -bound, bound));
      return all;
    };
    row(name.c_str(), python.c_str(), inputs(2, 2, 3, 1), std::move(f), inputs(64, 64, 128, 0.2));
  };
  cell("lstm_cell", "torch.lstm_cell(a, (b, c), d, e, f, g)", 2, 4, true, [](const List& x) {
    const auto [h, c] = lstm_cell(x[0], {x[1], x[2]}, x[3], x[4], x[5], x[6]);
    return List{h, c};
  });
  cell("lstm_cell.plain", "torch.lstm_cell(a, (b, c), d, e)", 2, 4, false, [](const List& x) {
    const auto [h, c] = lstm_cell(x[0], {x[1], x[2]}, x[3], x[4]);
    return List{h, c};
  });
  cell("gru_cell", "torch.gru_cell(a, b, c, d, e, f)", 1, 3, true,
       [](const List& x) { return List{gru_cell(x[0], x[1], x[2], x[3], x[4], x[5])}; });
  cell("gru_cell.plain", "torch.gru_cell(a, b, c, d)", 1, 3, false,
       [](const List& x) { return List{gru_cell(x[0], x[1], x[2], x[3])}; });
  cell("rnn_tanh_cell", "torch.rnn_tanh_cell(a, b, c, d, e, f)", 1, 1, true,
       [](const List& x) { return List{rnn_tanh_cell(x[0], x[1], x[2], x[3], x[4], x[5])}; });
  cell("rnn_relu_cell", "torch.rnn_relu_cell(a, b, c, d, e, f)", 1, 1, true,
       [](const List& x) { return List{rnn_relu_cell(x[0], x[1], x[2], x[3], x[4], x[5])}; });

  const auto lengths = [](std::vector<int64_t> v) { return Layers::tensor_of(v); };
  row("_pack_padded_sequence", "torch._pack_padded_sequence(a, torch.tensor([4, 3, 3, 1]), False)",
      {real({5, 4, 2})}, [=](const List& x) {
        const auto [data, sizes] = _pack_padded_sequence(x[0], lengths({4, 3, 3, 1}), false);
        return List{data, sizes};
      });
  row("_pack_padded_sequence.batch_first",
      "torch._pack_padded_sequence(a, torch.tensor([3, 1]), True)", {real({2, 3})},
      [=](const List& x) {
        const auto [data, sizes] = _pack_padded_sequence(x[0], lengths({3, 1}), true);
        return List{data, sizes};
      });
  row("_pad_packed_sequence",
      "torch._pad_packed_sequence(a, torch.tensor([4, 3, 3, 1]), False, 0.5, 0)", {real({11, 2})},
      [=](const List& x) {
        const auto [padded, sizes] =
            _pad_packed_sequence(x[0], lengths({4, 3, 3, 1}), false, 0.5, 0);
        return List{padded, sizes};
      });
  row("_pad_packed_sequence.batch_first",
      "torch._pad_packed_sequence(a, torch.tensor([2, 1]), True, -1.0, 4)", {real({3})},
      [=](const List& x) {
        const auto [padded, sizes] = _pad_packed_sequence(x[0], lengths({2, 1}), true, -1.0, 4);
        return List{padded, sizes};
      });
  row("pad_sequence", "torch.nn.utils.rnn.pad_sequence([a, b, c])",
      {real({2, 3}), real({4, 3}), real({1, 3})},
      [](const List& x) { return List{pad_sequence(x)}; });
  row("pad_sequence.left",
      "torch.nn.utils.rnn.pad_sequence([a, b], True, 1.5, padding_side='left')",
      {real({2}), real({3})},
      [](const List& x) { return List{pad_sequence(x, true, 1.5, "left")}; });
  return rows;
}

}  // namespace catalog
