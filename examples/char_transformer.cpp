// A transformer learns to write, character by character, from a text of a megabyte or more.
//
//   char_transformer [TEXT] [--steps N] [--layers N] [--heads N] [--width N] [--block N] [--batch
//   N]
//                    [--seed N] [--out FILE] [--resume]
//
// TEXT is a file of UTF-8, plain or gzipped; unless given, the Jargon File where Debian's package
// jargon-text puts it. Without options it is the recipe that nanoGPT publishes for CPUs: 4 layers
// of 4 heads, 128 wide, batches of 12 blocks of 64 characters, 2000 steps. Ctrl-C ends it after the
// step that it is at and leaves FILE; --resume goes on from there, and ends with the same weights,
// bit for bit, as if nothing had happened. bench/char_transformer.py is the same in PyTorch.
#include <gradus.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "examples/char_network.h"
#include "monitor/progress/progress.h"

using data::datasets::TokenWindows;
using data::text::CharTokenizer;

constexpr const char* default_text = "/usr/share/doc/jargon-text/jargon.txt.gz";

struct Settings : NetworkSizes {
  int64_t steps = 2000, batch = 12, seed = 1;
  std::string text = default_text, out = "char_transformer.safetensors";
  bool resume = false;
};

// What a checkpoint must have as well: the shape of a network and a training, and the text's hash
// (FNV-1a).
std::vector<int64_t> shape_of(const Settings& s, const std::string& text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ uint8_t(c)) * 0x100000001b3;
  return {s.steps, s.layers, s.heads, s.width, s.block, s.batch, s.seed, int64_t(hash)};
}

// --- Learning -----------------------------------------------------------------------------------

Tensor loss_of(Net& net, const data::Example<>& batch) {
  return nn::functional::cross_entropy(net(batch.data).flatten(0, 1), batch.target.flatten());
}

// The windows of these numbers.
data::Example<> take(TokenWindows& windows, const Tensor& numbers) {
  const int64_t* const n = numbers.data_ptr<int64_t>();
  return windows.get_batch(std::vector<size_t>(n, n + numbers.numel()));
}

// Bits per character, by at most so many windows, evenly spread.
double validate(Net& net, TokenWindows& windows, int64_t most) {
  const NoGradGuard no_grad;
  const auto count = int64_t(*windows.size());
  const int64_t used = std::min(count, most);
  double sum = 0;
  for (const Tensor& part : (arange(used, kLong) * count).floor_divide(used).split(64))
    sum += loss_of(net, take(windows, part)).item<double>() * double(part.numel());
  return sum / double(used) / std::log(2.);
}

std::string write(Net& net, const CharTokenizer& tokenizer, int64_t block, uint64_t seed) {
  namespace generation = nn::generation;
  auto sampling = generation::SampleOptions().temperature(0.8).top_k(200);
  sampling.generator(gradus::detail::createCPUGenerator(seed));
  const auto options = generation::GenerateOptions(240).context(block).sampling(sampling);
  const Tensor start = zeros({1, 1}, kLong);  // the first character, as a rule a line's end
  const Tensor tokens =
      generation::generate([&](const Tensor& t) { return net(t); }, start, options);
  return tokenizer.decode({tokens.data_ptr<int64_t>() + 1, size_t(tokens.numel()) - 1});
}

volatile std::sig_atomic_t interrupted = 0;

struct Training {
  Training(const Settings& s, const std::string& text)
      : settings(s),
        shape(shape_of(s, text)),
        tokenizer(text),
        net(tokenizer.size(), s),
        optimizer(parameter_groups(net), optim::AdamWOptions(1e-3)),
        draws(gradus::detail::createCPUGenerator(uint64_t(s.seed))) {
    const std::vector<int64_t> tokens = tokenizer.encode(text);
    const Tensor all = tensor(tokens, kLong);
    const int64_t first = all.numel() / 10 * 9;
    learnt.emplace(all.slice(0, 0, first), s.block, 1);
    kept.emplace(all.slice(0, first), s.block);
  }

  void save() {
    serialize::OutputArchive archive, of_net, of_optimizer;
    net->save(of_net);
    optimizer.save(of_optimizer);
    archive.write("net", of_net);
    archive.write("optimizer", of_optimizer);
    archive.write("draws", draws.get_state());
    archive.write("step", step);
    archive.write("shape", shape);
    archive.write("characters", tokenizer.characters());  // for whoever reads the network
    archive.save_to(settings.out);  // to another file first, which is then renamed
  }
  void load() {
    serialize::InputArchive archive, of_net, of_optimizer;
    archive.load_from(settings.out);
    IValue at, of;
    archive.read("step", at);
    archive.read("shape", of);
    if (of.toIntVector() != shape || at.toInt() < 0 || at.toInt() > settings.steps)
      throw Error(settings.out + " is of another text or of other settings");
    Tensor state;
    archive.read("draws", state);
    archive.read("net", of_net);
    archive.read("optimizer", of_optimizer);
    net->load(of_net);
    optimizer.load(of_optimizer);
    draws.set_state(state);
    step = at.toInt();
  }

  double take_step() {
    for (auto& group : optimizer.param_groups())
      static_cast<optim::AdamWOptions&>(group.options()).lr(rate(step, settings.steps));
    const Tensor numbers = randint(int64_t(*learnt->size()), {settings.batch}, draws, kLong);
    const Tensor loss = loss_of(net, take(*learnt, numbers));
    optimizer.zero_grad();
    loss.backward();
    nn::utils::clip_grad_norm_(net->parameters(), 1.0);
    optimizer.step();
    ++step;
    return loss.item<double>();
  }

  // False when it was interrupted.
  bool run() {
    const int64_t round = std::max<int64_t>(settings.steps / 8, 1), begin = step;
    monitor::Progress bar(
        settings.steps, "steps",
        monitor::ProgressOptions().initial(begin).output(monitor::ProgressOutput::to(stdout)));
    double mean = 0;  // of the losses, the last ones most
    while (step < settings.steps && !interrupted) {
      const double loss = take_step();
      mean = step == begin + 1 ? loss : 0.98 * mean + 0.02 * loss;
      bar.update({{"loss", mean}});
      if (step % round != 0 && step != settings.steps) continue;
      bar.set({{"validation bits", validate(net, *kept, 256)}});
      bar.refresh();
      bar.write(write(net, tokenizer, settings.block, uint64_t(step)) + '\n');
      save();
    }
    return step == settings.steps;
  }

  const Settings settings;
  const std::vector<int64_t> shape;
  const CharTokenizer tokenizer;
  Net net;
  optim::AdamW optimizer;
  Generator draws;                           // of the batches
  std::optional<TokenWindows> learnt, kept;  // nine tenths of the text, and the rest
  int64_t step = 0;
};

Settings read_settings(int argc, char** argv) {
  Settings s;
  const std::pair<const char*, int64_t*> numbers[] = {
      {"--steps", &s.steps}, {"--layers", &s.layers}, {"--heads", &s.heads}, {"--width", &s.width},
      {"--block", &s.block}, {"--batch", &s.batch},   {"--seed", &s.seed}};
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--resume") {
      s.resume = true;
    } else if (name.rfind("--", 0) != 0) {
      s.text = name;
    } else if (i + 1 == argc) {
      throw Error("a value is missing after " + name);
    } else if (name == "--out") {
      s.out = argv[++i];
    } else {
      int64_t* number = nullptr;
      for (const auto& [known, place] : numbers)
        if (name == known) number = place;
      if (!number) throw Error("there is no option " + name);
      *number = std::atoll(argv[++i]);
      if (*number < 1) throw Error(name + " takes a positive number");
    }
  }
  if (s.width % s.heads != 0) throw Error("the width is no multiple of the heads");
  return s;
}

int main(int argc, char** argv) try {
  const Settings settings = read_settings(argc, argv);
  if (!std::filesystem::exists(settings.text))
    throw Error("there is no " + settings.text + ": install Debian's package jargon-text " +
                "(apt-get install jargon-text), or name a text of your own");
  manual_seed(uint64_t(settings.seed));
  Training training(settings, data::text::read_text(settings.text));
  if (settings.resume) training.load();
  std::printf(
      "%lld characters of %lld kinds, %lld weights, from step %lld\n",
      static_cast<long long>(*training.learnt->size() + settings.block),
      static_cast<long long>(training.tokenizer.size()),
      static_cast<long long>(nn::utils::parameters_to_vector(training.net->parameters()).numel()),
      static_cast<long long>(training.step));
  std::signal(SIGINT, [](int) { interrupted = 1; });
  const bool finished = training.run();
  training.save();
  if (!finished) {
    std::printf("\nended after step %lld: --resume goes on from %s\n",
                static_cast<long long>(training.step), settings.out.c_str());
    return 130;
  }
  const double bits = validate(training.net, *training.kept, INT64_MAX);
  std::printf("%.4f bits per character of the text that was kept back; the network is in %s\n",
              bits, settings.out.c_str());
  const double uniform = std::log2(double(training.tokenizer.size()));
  return bits < (settings.steps >= 2000 ? 0.45 : 0.85) * uniform ? 0 : 1;
} catch (const Error& e) {
  std::fprintf(stderr, "char_transformer: %s\n", e.what());
  return 2;
}
