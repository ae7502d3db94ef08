// What data-parallel training costs: milliseconds for a step, bytes that a rank sends in it beside
// the least that suffices, and the share of the exchange that is hidden behind the backward pass.
//
//   mpirun -n 4 bench_data_parallel [WIDTH [ROWS [STEPS]]]
//
// A network of four square layers, WIDTH units each (512), trained on ROWS rows (256) of the whole
// job, in each mode and by the module itself without exchange: in a world of one, fast mode must
// cost no more than that. The time is the least of STEPS (20), each begun by all ranks together.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <optional>

#include "distributed/distributed.h"
#include "gradus.h"

using namespace gradus;
using namespace gradus::distributed;
using Options = DistributedDataParallelOptions;
using Seconds = std::chrono::duration<double>;

namespace {

nn::Sequential network(int64_t width) {
  nn::Sequential net;
  for (int layer = 0; layer < 4; ++layer) {
    net->push_back(nn::Linear(width, width));
    net->push_back(nn::ReLU());
  }
  return net;
}

// A way to train, and the least time of its steps so far.
struct Line {
  const char* name;
  std::optional<Options> options;
  nn::Sequential net{nullptr};
  std::optional<DistributedDataParallel<nn::Sequential>> model{};
  double least = 1e9;
};

}  // namespace

int main(int argc, char** argv) try {
  const auto argument = [&](int i, int64_t preset) {
    return argc > i ? std::atoll(argv[i]) : preset;
  };
  const int64_t width = argument(1, 512), rows = argument(2, 256), steps = argument(3, 20);
  init_process_group();
  const Group& group = default_group();
  const int64_t size = group->getSize();
  const bool speaks = group->getRank() == 0;
  manual_seed(0);
  const Tensor x = randn({rows / size, width});
  if (speaks)
    std::printf("%-24s %10s %8s %12s %12s %8s\n", "", "ms/step", "ratio", "MB sent", "least",
                "hidden");

  std::deque<Line> lines{{"module, no exchange", std::nullopt},
                         {"fast", Options().mode(SumMode::fast)}};
  if (8 % size == 0) {
    lines.push_back({"tree, a shard per rank", Options().shards(size)});
    lines.push_back({"tree, 8 shards", Options()});
  }
  for (Line& line : lines) {
    line.net = network(width);
    if (line.options) line.model.emplace(line.net, group, *line.options);
  }
  const auto step = [&](Line& line) {
    line.net->zero_grad();
    (line.model ? (*line.model)(x) : line.net(x)).square().mean().backward();
  };

  // In turn, so that a change of the machine's speed meets all alike; two rounds to warm up.
  for (int64_t i = 0; i < steps + 2; ++i)
    for (Line& line : lines) {
      group->barrier()->wait();
      const auto start = std::chrono::steady_clock::now();
      step(line);
      const double time = Seconds(std::chrono::steady_clock::now() - start).count();
      if (i >= 2) line.least = std::min(line.least, time);
    }

  for (Line& line : lines) {
    const Traffic before = group->traffic();
    step(line);
    const Traffic after = group->traffic();
    if (!speaks) continue;
    std::printf("%-24s %10.3f %8.3f", line.name, 1000 * line.least,
                line.least / lines.front().least);
    // A world of one in fast mode has no exchange, and none of its memory.
    const GradientArena* arena = line.model ? (*line.model)->arena() : nullptr;
    if (!arena) {
      std::printf("\n");
      continue;
    }
    const double sent = double(after.tree_reduce_scatter + after.tree_all_gather -
                               before.tree_reduce_scatter - before.tree_all_gather);
    const double least = 2 * double(size - 1) / double(size) * double(arena->bytes());
    // How MPI_Allreduce moves what it is given is its own affair.
    if (line.options->mode() == SumMode::tree)
      std::printf(" %12.3f %12.3f", sent / 1e6, least / 1e6);
    else
      std::printf(" %12s %12s", "", "");
    if (size > 1) std::printf(" %7.0f%%", 100 * (*line.model)->statistics().hidden());
    std::printf("\n");
  }
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
