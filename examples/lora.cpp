// A transformer that has learnt one text learns another with few weights: low-rank adapters.
//
//   lora [TEXT] [OTHER] [--steps N] [--tune N] [--rank N] [--layers N] [--width N]
//
// First all weights learn to write TEXT, character by character. Then they are frozen, and beside
// each matrix W of the attention and the feed-forward stands a product B A of rank N, which begins
// at zero and alone learns OTHER (Hu et al., LoRA, 2021). The adapter is a parametrisation: the
// layers compute with W + B A and know nothing of it. At the end B A is added to W once and for
// all, or taken away, which gives back what TEXT has taught. Unless given, TEXT is the Jargon File
// where Debian's package jargon-text puts it.
#include <gradus.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "monitor/progress/progress.h"

using namespace gradus;
using data::datasets::TokenWindows;
using data::text::CharTokenizer;
namespace parametrize = nn::utils::parametrize;

struct Settings {
  int64_t steps = 2000, tune = 500, rank = 4, layers = 4, width = 128, heads = 4, block = 64,
          batch = 12;
  std::string text = "/usr/share/doc/jargon-text/jargon.txt.gz", other = "README.md";
};

// --- The network and its adapters -------------------------------------------------------------

struct NetImpl : nn::Cloneable<NetImpl> {
  NetImpl(int64_t characters, const Settings& s) : characters(characters), settings(s) { reset(); }
  void reset() override {
    const Settings& s = settings;
    tokens = register_module("tokens", nn::Embedding(characters, s.width));
    positions = register_module("positions", nn::LearnedPositions(s.block, s.width));
    const auto layer = nn::TransformerEncoderLayerOptions(s.width, s.heads)
                           .dim_feedforward(4 * s.width)
                           .dropout(0)
                           .activation(kGELU)
                           .batch_first(true)
                           .norm_first(true);
    encoder = register_module(
        "encoder", nn::TransformerEncoder(
                       nn::TransformerEncoderOptions(layer, s.layers)
                           .norm(nn::AnyModule(nn::LayerNorm(nn::LayerNormOptions({s.width}))))));
    head = register_module("head", nn::Linear(s.width, characters));
    const NoGradGuard no_grad;
    for (const auto& p : named_parameters())
      if (p.value().dim() == 2) p.value().normal_(0, 0.02);
  }
  // Characters [B, T] to scores of the next ones, [B, T, characters].
  Tensor forward(const Tensor& text) {
    const int64_t t = text.size(1);
    const Tensor hidden = ones({t, t}, kBool).triu(1);  // each place sees itself and those before
    return head(encoder(positions(tokens(text)), hidden, Tensor(), true));
  }
  int64_t characters;
  Settings settings;
  nn::Embedding tokens{nullptr};
  nn::LearnedPositions positions{nullptr};
  nn::TransformerEncoder encoder{nullptr};
  nn::Linear head{nullptr};
};
GRADUS_MODULE(Net);

// W + B A, which is W until B learns.
struct LowRankImpl : nn::Cloneable<LowRankImpl> {
  LowRankImpl(int64_t rows, int64_t columns, int64_t rank)
      : rows(rows), columns(columns), rank(rank) {
    reset();
  }
  void reset() override {
    a = register_parameter("a", randn({rank, columns}) / std::sqrt(double(columns)));
    b = register_parameter("b", zeros({rows, rank}));
  }
  Tensor forward(const Tensor& w) { return w + b.mm(a); }
  int64_t rows, columns, rank;
  Tensor a, b;
};
GRADUS_MODULE(LowRank);

// f(module, name of a matrix) for all that get an adapter.
template <class F>
void for_each_matrix(Net& net, F f) {
  for (const auto& m : net->encoder->modules()) {
    if (m->as<nn::Linear>()) f(*m, "weight");
    if (m->as<nn::MultiheadAttention>()) f(*m, "in_proj_weight");
  }
}
void add_adapters(Net& net, int64_t rank) {
  net->requires_grad_(false);
  for_each_matrix(net, [&](nn::Module& m, const std::string& name) {
    const Tensor w = m.get_parameter(name);
    parametrize::register_parametrization(
        m, name, parametrize::make_parametrization(LowRank(w.size(0), w.size(1), rank).ptr()));
  });
}

// --- Learning -----------------------------------------------------------------------------------

int64_t count(const std::vector<Tensor>& parameters, bool trainable) {
  int64_t n = 0;
  for (const Tensor& p : parameters)
    if (!trainable || p.requires_grad()) n += p.numel();
  return n;
}

struct Text {
  Text(const std::vector<int64_t>& tokens, int64_t block) {
    const Tensor all = tensor(tokens, kLong);
    const int64_t first = all.numel() / 10 * 9;
    learnt.emplace(all.slice(0, 0, first), block, 1);
    kept.emplace(all.slice(0, first), block);
  }
  std::optional<TokenWindows> learnt, kept;  // nine tenths, and the rest
};

Tensor loss_of(Net& net, TokenWindows& windows, const Tensor& numbers) {
  const int64_t* const n = numbers.data_ptr<int64_t>();
  const auto batch = windows.get_batch(std::vector<size_t>(n, n + numbers.numel()));
  return nn::functional::cross_entropy(net(batch.data).flatten(0, 1), batch.target.flatten());
}

// Bits per character of what was kept back.
double validate(Net& net, Text& text) {
  const NoGradGuard no_grad;
  const auto windows = int64_t(*text.kept->size()), used = std::min<int64_t>(windows, 256);
  double sum = 0;
  for (const Tensor& part : (arange(used, kLong) * windows).floor_divide(used).split(64))
    sum += loss_of(net, *text.kept, part).item<double>() * double(part.numel());
  return sum / double(used) / std::log(2.);
}

void learn(Net& net, Text& text, int64_t steps, double rate, int64_t batch) {
  std::vector<Tensor> trainable;
  for (const Tensor& p : net->parameters())
    if (p.requires_grad()) trainable.push_back(p);
  optim::AdamW optimizer(trainable, optim::AdamWOptions(rate).weight_decay(0));
  double mean = 0;
  monitor::Progress bar(steps, "steps");
  for (int64_t step = 1; step <= steps; ++step) {
    const double part = double(step) / double(steps);
    for (auto& group : optimizer.param_groups())
      static_cast<optim::AdamWOptions&>(group.options())
          .lr(rate * std::min(1.0, 20 * part) * (1 - 0.9 * part));
    optimizer.zero_grad();
    const Tensor loss =
        loss_of(net, *text.learnt, randint(int64_t(*text.learnt->size()), {batch}, kLong));
    loss.backward();
    nn::utils::clip_grad_norm_(trainable, 1.0);
    optimizer.step();
    mean = step == 1 ? loss.item<double>() : 0.98 * mean + 0.02 * loss.item<double>();
    bar.update({{"loss", mean}});
  }
}

Settings read_settings(int argc, char** argv) {
  Settings s;
  const std::pair<const char*, int64_t*> numbers[] = {{"--steps", &s.steps},
                                                      {"--tune", &s.tune},
                                                      {"--rank", &s.rank},
                                                      {"--layers", &s.layers},
                                                      {"--width", &s.width}};
  std::string* next[] = {&s.text, &s.other};
  size_t texts = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name.rfind("--", 0) != 0) {
      if (texts == 2) throw Error("there are two texts, not three");
      *next[texts++] = name;
      continue;
    }
    int64_t* number = nullptr;
    for (const auto& [known, place] : numbers)
      if (name == known) number = place;
    if (!number) throw Error("there is no option " + name);
    if (i + 1 == argc) throw Error("a value is missing after " + name);
    *number = std::atoll(argv[++i]);
    if (*number < 1) throw Error(name + " takes a positive number");
  }
  if (s.width % s.heads != 0) throw Error("the width is no multiple of 4");
  return s;
}

int main(int argc, char** argv) try {
  const Settings s = read_settings(argc, argv);
  for (const std::string& path : {s.text, s.other})
    if (!std::filesystem::exists(path)) throw Error("there is no " + path + ": name two texts");
  manual_seed(1);
  const std::string text = data::text::read_text(s.text), other = data::text::read_text(s.other);
  const CharTokenizer tokenizer(text + other);
  Text base(tokenizer.encode(text), s.block), task(tokenizer.encode(other), s.block);
  Net net(tokenizer.size(), s);
  const int64_t all = count(net->parameters(), false);
  std::printf("%lld weights learn %s\n", static_cast<long long>(all), s.text.c_str());
  learn(net, base, s.steps, 1e-3, s.batch);
  const double base_before = validate(net, base), before = validate(net, task);

  add_adapters(net, s.rank);
  const int64_t few = count(net->parameters(), true);
  std::printf("%lld weights, %.2f%%, learn %s\n", static_cast<long long>(few),
              100 * double(few) / double(all), s.other.c_str());
  learn(net, task, s.tune, 2e-2, s.batch);
  const double after = validate(net, task);

  // The adapters go into the weights of a copy, and away from the network itself.
  Net merged = deepcopy(net);
  for_each_matrix(merged, [](nn::Module& m, const std::string& name) {
    parametrize::remove_parametrizations(m, name);
  });
  for_each_matrix(net, [](nn::Module& m, const std::string& name) {
    parametrize::remove_parametrizations(m, name, /*leave_parametrized=*/false);
  });
  const double of_merged = validate(merged, task), base_after = validate(net, base);
  std::printf("bits per character of %s: %.3f before, %.3f with adapters, %.3f merged\n",
              s.other.c_str(), before, after, of_merged);
  std::printf("bits per character of %s: %.3f before, %.3f without adapters again\n",
              s.text.c_str(), base_before, base_after);
  const bool learnt = after < 0.92 * before && double(few) < 0.3 * double(all);
  return learnt && std::abs(of_merged - after) < 1e-3 && base_after == base_before ? 0 : 1;
} catch (const Error& e) {
  std::fprintf(stderr, "lora: %s\n", e.what());
  return 2;
}
