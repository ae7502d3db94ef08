// What data-parallel training costs: milliseconds for a step, bytes that a rank sends in it beside
// the least that suffices, and the share of the exchange that is hidden behind the backward pass.
//
//   mpirun -n 4 bench_data_parallel [WIDTH [ROWS [STEPS]]]
//
// A network of four square layers, WIDTH units each (512), trained on ROWS rows (256) of the whole
// job, in each mode and by the module itself without exchange: in a world of one, fast mode must
// cost no more than that. The time is the least of STEPS (20), each begun by all ranks together.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>

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

double least_time(ProcessGroup& group, int64_t steps, const std::function<void()>& step) {
  double least = 1e9;
  for (int64_t i = 0; i < steps + 2; ++i) {
    group.barrier()->wait();
    const auto start = std::chrono::steady_clock::now();
    step();
    // Two to warm up.
    if (i >= 2) least = std::min(least, Seconds(std::chrono::steady_clock::now() - start).count());
  }
  return least;
}

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
    std::printf("%-24s %10s %12s %12s %8s\n", "", "ms/step", "MB sent", "least", "hidden");

  const auto line = [&](const char* name, const std::optional<Options>& options) {
    nn::Sequential net = network(width);
    std::optional<DistributedDataParallel<nn::Sequential>> model;
    if (options) model.emplace(net, group, *options);
    const auto step = [&] {
      net->zero_grad();
      (model ? (*model)(x) : net(x)).square().mean().backward();
    };
    const double ms = 1000 * least_time(*group, steps, step);
    const Traffic before = group->traffic();
    step();
    const Traffic after = group->traffic();
    const double sent = double(after.tree_reduce_scatter + after.tree_all_gather -
                               before.tree_reduce_scatter - before.tree_all_gather);
    const auto* arena = model ? (*model)->arena() : nullptr;
    const double least = arena ? 2 * double(size - 1) / double(size) * double(arena->bytes()) : 0;
    if (!speaks) return;
    std::printf("%-24s %10.3f", name, ms);
    // How MPI_Allreduce moves what it is given is its own affair.
    if (arena && options->mode() == SumMode::tree)
      std::printf(" %12.3f %12.3f", sent / 1e6, least / 1e6);
    else
      std::printf(" %12s %12s", "", "");
    if (arena && size > 1)
      std::printf(" %7.0f%%\n", 100 * (*model)->statistics().hidden());
    else
      std::printf("\n");
    std::fflush(stdout);
  };
  line("module, no exchange", std::nullopt);
  line("fast", Options().mode(SumMode::fast));
  if (8 % size == 0) {
    line("tree, a shard per rank", Options().shards(size));
    line("tree, 8 shards", Options());
  }
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
