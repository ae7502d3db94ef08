// The network of char_transformer.cpp learns in several processes, and each keeps its part of the
// optimiser's states:
//
//   ./dev mpi 4 examples/distributed_char_transformer [TEXT] [--steps N]
//        [--folder F] [--scaling FILE] [--layers N] [--heads N] [--width N]
//        [--block N] [--batch N] [--out FILE] [--until STEP] [--timeout SECONDS]
//
// TEXT is a file of UTF-8, plain or gzipped; the other options are those of distributed_digits.cpp.
// The batch is that of all processes together, a multiple of 8. Checkpoints are saved eight times
// within --steps.
#include "examples/char_network.h"
#include "examples/distributed_job.h"

using data::datasets::TokenWindows;

struct Sizes : NetworkSizes {
  int64_t steps = 2000, batch = 16;
};

Tensor loss_of(const Tensor& scores, const Tensor& target) {
  return nn::functional::cross_entropy(scores.flatten(0, 1), target.flatten());
}

// This rank's windows of a batch that all ranks draw alike.
data::Example<> draw(TokenWindows& windows, const Job& job, int64_t batch, Generator& draws) {
  const Tensor numbers = randint(int64_t(*windows.size()), {batch}, draws, kLong);
  const auto [begin, end] =
      distributed::slice_of_batch(size_t(batch), size_t(job.rank), size_t(job.size));
  const int64_t* const n = numbers.data_ptr<int64_t>();
  return windows.get_batch(std::vector<size_t>(n + begin, n + end));
}

// Bits per character of the kept text, of which each rank has its part.
double validate(Net& net, TokenWindows& windows, const Job& job) {
  const NoGradGuard no_grad;
  const size_t count = std::min<size_t>(*windows.size(), 256);
  Tensor sums = zeros({2}, kDouble);
  for (auto i = size_t(job.rank); i < count; i += size_t(job.size)) {
    const data::Example<> window = windows.get_batch({i});
    sums += tensor({loss_of(net(window.data), window.target).item<double>(), 1.});
  }
  distributed::all_reduce(sums);
  return sums[0].item<double>() / sums[1].item<double>() / std::log(2.);
}

int train(const JobOptions& options, const Sizes& sizes) {
  Job job(options);
  manual_seed(1);
  const std::string text = data::text::read_text(options.data);
  const data::text::CharTokenizer tokenizer(text);
  const Tensor tokens = tensor(tokenizer.encode(text), kLong);
  const int64_t first = tokens.numel() / 10 * 9;
  TokenWindows learnt(tokens.slice(0, 0, first), sizes.block, 1);
  TokenWindows kept(tokens.slice(0, first), sizes.block);

  Net net(tokenizer.size(), sizes);
  distributed::DistributedDataParallel model(net, distributed::default_group());
  distributed::ZeroRedundancyOptimizer<optim::AdamW> optimizer(
      parameter_groups(net), optim::AdamWOptions(1e-3), distributed::default_group());
  Generator draws = gradus::detail::createCPUGenerator(1);  // of the batches
  if (job.checkpoint) {
    job.checkpoint->add("model", *net);
    job.checkpoint->add("optimizer", optimizer);
    job.checkpoint->add("draws", draws);
  }
  int64_t step = job.resume().step;
  std::optional<monitor::Progress> bar;
  if (job.is_first()) bar.emplace(sizes.steps, "steps", monitor::ProgressOptions().initial(step));
  const int64_t round = std::max<int64_t>(sizes.steps / 8, 1);
  double seconds = 0, characters = 0;
  while (step < std::min(sizes.steps, options.until)) {
    const monitor::Stopwatch watch;
    for (auto& group : optimizer.param_groups()) group.options().set_lr(rate(step, sizes.steps));
    const data::Example<> batch = draw(learnt, job, sizes.batch, draws);
    const Tensor loss = loss_of(model(batch.data), batch.target);
    optimizer.zero_grad();
    loss.backward();
    nn::utils::clip_grad_norm_(net->parameters(), 1.0);
    optimizer.step();
    ++step;
    seconds += watch.seconds();
    characters += double(sizes.batch * sizes.block);
    if (bar) bar->update({{"loss", loss.item<double>()}, {"characters/s", characters / seconds}});
    if (step % round != 0 && step != sizes.steps) continue;
    const double bits = validate(net, kept, job);
    if (bar) bar->set({{"validation bits", bits}});
    optimizer.consolidate_state_dict();  // on rank 0, which saves them
    job.save({0, step});
  }
  if (bar) bar->close();
  const double bits = validate(net, kept, job);
  if (job.is_first()) std::printf("%.4f bits per character of the text kept back\n", bits);
  if (seconds > 0) job.finish(*net, characters / seconds, "characters");
  return 0;
}

int main(int argc, char** argv) {
  return run_job("distributed_char_transformer", [&] {
    Sizes sizes;
    JobOptions options;
    options.data = "/usr/share/doc/jargon-text/jargon.txt.gz";
    for (const auto& [name, place] :
         {std::pair("--steps", &sizes.steps), std::pair("--layers", &sizes.layers),
          std::pair("--heads", &sizes.heads), std::pair("--width", &sizes.width),
          std::pair("--block", &sizes.block), std::pair("--batch", &sizes.batch)})
      options.numbers[name] = place;
    options.read(argc, argv);
    if (sizes.width % sizes.heads != 0) throw WrongUse("the width is no multiple of the heads");
    if (sizes.batch % 8 != 0) throw WrongUse("the batch is no multiple of 8 shards");
    return train(options, sizes);
  });
}
