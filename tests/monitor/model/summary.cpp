#include "monitor/model/summary.h"

#include <map>
#include <sstream>

#include "autograd/modes.h"
#include "autograd/ops/random/random.h"
#include "nn/module_extras.h"
#include "nn/modules.h"
#include "tensor/random/generator_impl.h"
#include "tests/support.h"
#include "tests/table.h"

using namespace gradus;
using monitor::LayerSummary;
using monitor::ModelSummary;
using monitor::summary;
using monitor::SummaryColumn;
using monitor::SummaryOptions;

namespace {

nn::Sequential mlp() { return nn::Sequential(nn::Linear(8, 16), nn::ReLU(), nn::Linear(16, 4)); }

// A module that calls its layers in a loop and gives a dict.
struct LoopedImpl : nn::Module {
  LoopedImpl() {
    fc = register_module("fc", nn::Linear(6, 6));
    act = register_module("act", nn::Tanh());
  }
  std::map<std::string, Tensor> forward(const Tensor& input) {
    Tensor x = input;
    for (int i = 0; i < 3; ++i) x = act(fc(x));
    return {{"y", x}};
  }
  nn::Linear fc = nullptr;
  nn::Tanh act = nullptr;
};
GRADUS_MODULE(Looped);

// The models of tests/reference/summary.py.
ModelSummary summary_of(const std::string& name, const Tensor& x) {
  if (name == "mlp") return summary(mlp(), {x});
  if (name == "conv")
    return summary(
        nn::Sequential(nn::Conv2d(nn::Conv2dOptions(3, 8, 3).padding(1)), nn::BatchNorm2d(8),
                       nn::ReLU(), nn::MaxPool2d(2),
                       nn::Conv2d(nn::Conv2dOptions(8, 16, 3).stride(2).groups(4).bias(false)),
                       nn::Flatten(), nn::Linear(144, 10)),
        {x});
  if (name == "nested")
    return summary(
        nn::Sequential(
            nn::Sequential(
                nn::Conv1d(2, 4, 3),
                nn::Sequential(nn::ReLU(), nn::Conv1d(nn::Conv1dOptions(4, 6, 3).dilation(2)))),
            nn::Tanh()),
        {x});
  if (name == "shared") {
    nn::Linear fc(6, 6);
    return summary(nn::Sequential(fc, nn::ReLU(), fc, nn::Linear(6, 2)), {x});
  }
  if (name == "frozen") {
    nn::Sequential net = mlp();
    net->ptr<nn::LinearImpl>(0)->weight.requires_grad_(false);
    net->ptr(2)->requires_grad_(false);
    return summary(*net, {x});
  }
  if (name == "volume")
    return summary(
        nn::Sequential(nn::Conv3d(1, 2, 2), nn::AvgPool3d(2),
                       nn::ConvTranspose3d(nn::ConvTranspose3dOptions(2, 3, 2).stride(2))),
        {x});
  if (name == "lstm")
    return summary(nn::LSTM(nn::LSTMOptions(10, 20).num_layers(2).bidirectional(true)),
                   {nn::AnyValue(x), nn::AnyValue(std::optional<std::tuple<Tensor, Tensor>>())});
  if (name == "gru")
    return summary(nn::GRU(nn::GRUOptions(10, 20).bias(false).batch_first(true)), {x, Tensor()});
  if (name == "rnn cell") return summary(nn::RNNCell(4, 6), {x, Tensor()});
  if (name == "twice") {
    nn::Sequential block(nn::Linear(6, 6), nn::Sequential(nn::Tanh()));
    return summary(nn::Sequential(block, nn::ReLU(), block, nn::Linear(6, 2)), {x});
  }
  if (name == "looped") return summary(Looped(), {x});
  if (name == "lazy")
    return summary(nn::Sequential(nn::LazyLinear(4), nn::ReLU(), nn::LazyLinear(3)), {x});
  REQUIRE(name == "embedding");
  return summary(nn::Sequential(nn::Embedding(11, 5), nn::LayerNorm(nn::LayerNormOptions({5})),
                                nn::Linear(5, 2)),
                 {x.to(kLong)});
}

// A module that calls its layers in ways of its own.
struct BlockImpl : nn::Cloneable<BlockImpl> {
  BlockImpl() { reset(); }
  void reset() override {
    list = register_module("list", nn::ModuleList(nn::Linear(4, 4), nn::Linear(4, 4)));
    unused = register_module("unused", nn::Sequential(nn::Linear(2, 3)));
    direct = register_module("direct", nn::Linear(4, 4));
    last = register_module("last", nn::Linear(4, 1));
    scale = register_parameter("scale", ones({4}));
    calls = register_buffer("calls", zeros({}));
  }
  Tensor forward(const Tensor& x, double factor) {
    calls += 1;
    Tensor y = x * scale * factor;
    for (const auto& each : *list)
      y = nn::Linear(std::dynamic_pointer_cast<nn::LinearImpl>(each))(y);
    y = direct->forward(y) + rand({4});
    if (fails) throw Error("block: it failed");
    return last(y);
  }
  nn::ModuleList list = nullptr;
  nn::Sequential unused = nullptr;
  nn::Linear direct = nullptr, last = nullptr;
  Tensor scale, calls;
  bool fails = false;
};
GRADUS_MODULE(Block);

std::vector<nn::AnyValue> block_inputs() { return {nn::AnyValue(ones({2, 4})), nn::AnyValue(0.5)}; }

}  // namespace

TEST_CASE("summary: rows and totals are torchinfo's") {
  for (const test::Cell& c : test::read_table("summary.txt")) {
    const std::string& name = c[0].text;
    CAPTURE(name);
    const ModelSummary s = summary_of(name, zeros(c[1].integers()));
    REQUIRE(s.layers().size() == c[2].size());
    for (size_t i = 0; i < c[2].size(); ++i) {
      const LayerSummary& row = s.layers()[i];
      const test::Cell& expected = c[2][i];
      CAPTURE(i);
      CHECK(row.kind == expected[0].text);
      CHECK(row.depth == int64_t(expected[1].number()));
      CHECK(row.called);
      CHECK(row.output_size == expected[2].integers());
      CHECK(row.num_params == int64_t(expected[3].number()));
      CHECK(row.trainable_params == int64_t(expected[4].number()));
      CHECK(row.recursive == expected[5].flag());
      if (expected[6].number() >= 0) CHECK(row.mult_adds == int64_t(expected[6].number()));
    }
    const std::vector<int64_t> totals = c[3].integers();
    CHECK(s.total_params() == totals[0]);
    CHECK(s.trainable_params() == totals[1]);
    if (totals[2] >= 0) CHECK(s.total_mult_adds() == totals[2]);
    CHECK(s.forward_backward_bytes() == totals[3]);
    CHECK(s.param_bytes() == totals[4]);
    CHECK(s.input_bytes() == zeros(c[1].integers()).numel() * (name == "embedding" ? 8 : 4));
    CHECK(s.total_bytes() == s.input_bytes() + totals[3] + totals[4]);
  }
}

TEST_CASE("summary: the costs where torchinfo counts otherwise") {
  const auto cost = [](auto layer, const Tensor& x) {
    return summary(layer, {x}).total_mult_adds();
  };
  CHECK(cost(nn::Linear(5, 2), zeros({3, 4, 5})) == 3 * 4 * 12);
  CHECK(cost(nn::BatchNorm2d(8), zeros({2, 8, 4, 4})) == 2 * 256);
  CHECK(cost(nn::BatchNorm2d(nn::BatchNorm2dOptions(8).affine(false)), zeros({2, 8, 4, 4})) == 256);
  CHECK(cost(nn::LayerNorm(nn::LayerNormOptions({5})), zeros({3, 5})) == 2 * 15);
  CHECK(cost(nn::GroupNorm(2, 4), zeros({3, 4})) == 2 * 12);
  CHECK(cost(nn::InstanceNorm1d(4), zeros({3, 4, 6})) == 72);
  CHECK(cost(nn::PReLU(), zeros({3, 4})) == 12);
  CHECK(cost(nn::Embedding(9, 4), zeros({3, 4}, kLong)) == 0);
  // Each element of the input meets 3 x 2³ weights, and each of the result a bias.
  CHECK(cost(nn::ConvTranspose3d(2, 3, 2), zeros({1, 2, 3, 3, 3})) == 54 * 24 + 3 * 64);
  CHECK(summary(nn::RNNCell(4, 6), {zeros({3, 4}), Tensor()}).total_mult_adds() == 3 * 72);
  CHECK(summary(nn::Bilinear(2, 3, 4), {zeros({5, 2}), zeros({5, 3})}).total_mult_adds() == 5 * 28);

  // L = 5 queries and S = 7 keys of N = 2 sequences, E = 8: projections with biases, then scores
  // and weighted sums.
  const ModelSummary s = summary(nn::MultiheadAttention(8, 2),
                                 {nn::AnyValue(zeros({5, 2, 8})), nn::AnyValue(zeros({7, 2, 8})),
                                  nn::AnyValue(zeros({7, 2, 8}))});
  CHECK(s.total_mult_adds() == 2 * 2 * (5 + 7) * 72 + 2 * 2 * 5 * 7 * 8);
  CHECK(s.layers()[0].output_size == std::vector<int64_t>{5, 2, 8});
  CHECK(s.total_params() == 4 * 72);
  const ModelSummary added = summary(
      nn::MultiheadAttention(
          nn::MultiheadAttentionOptions(8, 2).add_bias_kv(true).add_zero_attn(true).kdim(4).bias(
              false)),
      {nn::AnyValue(zeros({5, 2, 8})), nn::AnyValue(zeros({7, 2, 4})),
       nn::AnyValue(zeros({7, 2, 8}))});
  CHECK(added.total_mult_adds() == 2 * (2 * 5 * 64 + 7 * 32 + 7 * 64) + 2 * 2 * 5 * 9 * 8);
}

TEST_CASE("summary: modules in lists, not called, and called past their hooks have their rows") {
  Block block;
  const ModelSummary s = summary(block, block_inputs());
  std::string rows;
  for (const LayerSummary& r : s.layers())
    rows += std::string(size_t(r.depth), ' ') + r.path + ':' + r.kind +
            (r.called ? " called" : "") + '\n';
  CHECK(rows ==
        ":Block called\n"
        " list:ModuleList\n"
        "  list.0:Linear called\n"
        "  list.1:Linear called\n"
        " unused:Sequential\n"
        "  unused.0:Linear\n"
        " direct:Linear called\n"
        " last:Linear called\n");
  CHECK(s.total_params() == 3 * 20 + 9 + 5 + 4);
  CHECK(s.layers()[0].own_params == 4);
  CHECK(s.total_mult_adds() == 2 * (20 + 20 + 20 + 5));
}

namespace {

// A network as many programs have it: layers are called past their hooks.
struct PlainImpl : nn::Module {
  PlainImpl() {
    conv = register_module("conv", nn::Conv2d(2, 4, 3));
    norm = register_module("norm", nn::BatchNorm2d(4));
    up = register_module("up", nn::ConvTranspose2d(4, 3, 2));
    lstm = register_module("lstm", nn::LSTM(nn::LSTMOptions(3, 5).bidirectional(true)));
    gru = register_module("gru", nn::GRU(10, 6));
    cell = register_module("cell", nn::GRUCell(6, 6));
    fc = register_module("fc", nn::Linear(6, 6));
    plain = register_module("plain", nn::Linear(nn::LinearOptions(6, 2).bias(false)));
    shared = register_module("shared", nn::Linear(2, 2));
    act = register_module("act", nn::ReLU());
    frozen = register_module("frozen", nn::Linear(2, 2));
    frozen->requires_grad_(false);
  }
  std::tuple<Tensor, Tensor> forward(const Tensor& x) {
    Tensor y = act->forward(norm->forward(conv->forward(x)));
    y = up->forward(y).flatten(2).permute({2, 0, 1});  // [25, N, 3]
    y = std::get<0>(gru->forward(std::get<0>(lstm->forward(y))));
    y = cell->forward(y.select(0, 24));
    y = plain->forward(fc->forward(y.unsqueeze(1)));
    return {shared->forward(shared->forward(y)), frozen->forward(y) + plain->weight.sum()};
  }
  nn::Conv2d conv = nullptr;
  nn::BatchNorm2d norm = nullptr;
  nn::ConvTranspose2d up = nullptr;
  nn::LSTM lstm = nullptr;
  nn::GRU gru = nullptr;
  nn::GRUCell cell = nullptr;
  nn::Linear fc = nullptr, plain = nullptr, shared = nullptr, frozen = nullptr;
  nn::ReLU act = nullptr;
};

}  // namespace

TEST_CASE("summary: layers that are called past their hooks are found on the tape") {
  PlainImpl model;
  const NoGradGuard guard;  // of the caller, which is not in the way
  const ModelSummary s = summary(model, {{3, 2, 6, 6}});
  std::string rows;
  for (const LayerSummary& r : s.layers()) {
    rows += r.path + (r.recursive ? " again" : "") + (r.called ? ":" : " -");
    for (const int64_t size : r.output_size) rows += ' ' + std::to_string(size);
    rows += ", " + std::to_string(r.mult_adds) + '\n';
  }
  CHECK(rows ==
        ": 3 1 2, 0\n"
        "conv: 3 4 4 4, 3648\n"
        "norm: 3 4 4 4, 384\n"
        "up: 3 3 5 5, 2529\n"
        "lstm: 25 3 10, 30000\n"
        "gru: 25 3 6, 24300\n"
        "cell: 3 6, 756\n"
        "fc: 3 1 6, 126\n"
        "plain: 3 1 2, 36\n"
        "shared: 3 1 2, 18\n"
        "shared again: 3 1 2, 18\n"
        "act -, 0\n"
        "frozen -, 0\n");
  CHECK(!GradMode::is_enabled());
  CHECK(!model.fc->weight.grad().defined());
  CHECK(s.total_params() == monitor::count_parameters(model));
}

TEST_CASE("summary: the model and the generator are as before, also after a throw") {
  Block block;
  block->list->eval();
  manual_seed(3);
  const Tensor generator = get_rng_state();
  for (const bool fails : {false, true}) {
    block->fails = fails;
    const std::string told =
        message([&] { summary(*block, block_inputs(), SummaryOptions().train(true)); });
    CHECK(told == (fails ? "block: it failed" : "nothing was thrown"));
    CHECK(get_rng_state().equal(generator));
    CHECK(block->is_training());
    CHECK(!block->list->is_training());
    CHECK(!block->list[0]->is_training());
    CHECK(block->last->is_training());
    CHECK(block->calls.item<float>() == 0);
    CHECK(!block->last->weight.grad().defined());
    CHECK(GradMode::is_enabled());
    for (const auto& m : block->modules())
      CHECK(gradus::detail::ModuleAccess::extras(*m) == nullptr);
  }
  block->fails = false;
  CHECK(block(ones({2, 4}), 0.5).requires_grad());

  nn::Sequential net(nn::BatchNorm1d(4), nn::Dropout(0.5));
  const Tensor later = get_rng_state();
  summary(net, {{6, 4}}, SummaryOptions().train(true));
  CHECK(net->ptr<nn::BatchNorm1dImpl>(0)->running_mean.abs().sum().item<float>() == 0);
  CHECK(net->ptr<nn::BatchNorm1dImpl>(0)->num_batches_tracked.item<int64_t>() == 0);
  CHECK(get_rng_state().equal(later));
}

TEST_CASE("summary: sizes make inputs, of a type that is given") {
  CHECK(summary(mlp(), {{5, 8}}).layers()[0].output_size == std::vector<int64_t>{5, 4});
  CHECK(summary(nn::Bilinear(2, 3, 4), {{5, 2}, {5, 3}}).layers()[0].output_size ==
        std::vector<int64_t>{5, 4});
  CHECK(summary(nn::Embedding(9, 4), {{3}}, SummaryOptions().dtype(kLong)).input_bytes() == 24);
  const auto pointer = std::make_shared<nn::LinearImpl>(2, 3);
  CHECK(summary(pointer, {{1, 2}}).total_params() == 9);
  nn::LinearImpl local(2, 3);
  CHECK(summary(local, {{1, 2}}).total_params() == 9);
  CHECK(message([&] {
          summary(local, {{1, 2}}, SummaryOptions().depth(-1));
        }) == "summary: depth is -1, at least 0 wanted");
  CHECK(message([&] {
          summary(local, {ones({1}), ones({1})});
        }).ends_with("forward() takes 1 argument, 2 given"));
}

TEST_CASE("summary: it prints a table") {
  nn::Sequential net(
      {{"features",
        nn::Sequential(nn::Conv2d(nn::Conv2dOptions(3, 600, 3).padding(1)), nn::ReLU())},
       {"flatten", nn::Flatten()},
       {"fc", nn::Linear(600 * 64, 10)}});
  net->ptr(2)->requires_grad_(false);
  std::ostringstream out;
  out << summary(net, {{1, 3, 8, 8}});
  CHECK(out.str() == R"(=============================================================
Layer (name)             Output Shape    Param #    Mult-Adds
=============================================================
Sequential               [1, 10]         --         --
├─Sequential (features)  [1, 600, 8, 8]  --         --
│    └─Conv2d (0)        [1, 600, 8, 8]  16,800     1,075,200
│    └─ReLU (1)          [1, 600, 8, 8]  --         --
├─Flatten (flatten)      [1, 38400]      --         --
├─Linear (fc)            [1, 10]         (384,010)  384,010
=============================================================
Total params: 400,810
Trainable params: 16,800
Non-trainable params: 384,010
Total mult-adds (M): 1.46
=============================================================
Input size (MB): 0.00
Forward/backward pass size (MB): 0.31
Params size (MB): 1.60
Estimated Total Size (MB): 1.91
=============================================================)");
  CHECK(summary(net, SummaryOptions().depth(1).names(false).columns({SummaryColumn::num_params,
                                                                     SummaryColumn::params_percent,
                                                                     SummaryColumn::trainable}))
            .str() == R"(===========================================
Layer         Param #    Param %  Trainable
===========================================
Sequential    --         --       Partial
├─Sequential  16,800     4.19%    True
├─Flatten     --         --       --
├─Linear      (384,010)  95.81%   False
===========================================
Total params: 400,810
Trainable params: 16,800
Non-trainable params: 384,010
===========================================)");
  const std::string costs =
      summary(
          net, {{1, 3, 8, 8}},
          SummaryOptions().depth(1).columns({SummaryColumn::input_size, SummaryColumn::mult_adds}))
          .str();
  CHECK(costs.starts_with(R"(==================================================
Layer (name)             Input Shape     Mult-Adds
==================================================
Sequential               [1, 3, 8, 8]    --
├─Sequential (features)  [1, 3, 8, 8]    1,075,200
├─Flatten (flatten)      [1, 600, 8, 8]  --
├─Linear (fc)            [1, 38400]      384,010
==================================================
)"));
  nn::Linear fc(3, 3);
  CHECK(summary(nn::Sequential(fc, fc), {{1, 3}}).str().find("(recursive)") != std::string::npos);
}

TEST_CASE("count_parameters: a shared tensor counts once") {
  nn::Sequential net = mlp();
  CHECK(monitor::count_parameters(*net) == 212);
  net->ptr(0)->requires_grad_(false);
  CHECK(monitor::count_parameters(*net) == 212);
  CHECK(monitor::count_parameters(*net, true) == 68);
  nn::Linear tied(16, 16);
  nn::Sequential twice(nn::Linear(16, 16), tied);
  tied->register_parameter("again", twice->ptr<nn::LinearImpl>(0)->weight);
  CHECK(monitor::count_parameters(*twice) == 2 * 272);
}
