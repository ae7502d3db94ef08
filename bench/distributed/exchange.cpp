// The constants of the model in docs/guide/distributed.md, on the machines that it runs on:
//
//   mpirun -n 4 bench_exchange [MIB [ROUNDS]]
//
// The latency of a message and of collective operations of 8 bytes, and the bandwidth of MIB (4)
// MiB of float32, each in microseconds and bytes a second of one rank; how fast a rank adds, and
// multiplies matrices while all others do so too; how fast rank 0 writes a checkpoint, to the
// working folder. Each is the best of ROUNDS (50), begun by all ranks together.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "distributed/distributed.h"
#include "gradus.h"

using namespace gradus;
using namespace gradus::distributed;

namespace {

// A round ends with its slowest rank.
double least_seconds(int64_t rounds, const std::function<void()>& f) {
  const Tensor times = empty({rounds + 2}, kDouble);
  for (int64_t i = 0; i < rounds + 2; ++i) {
    barrier();
    const auto start = std::chrono::steady_clock::now();
    f();
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    times[i].fill_(time.count());
  }
  all_reduce(times, ReduceOp::MAX);
  return times.slice(0, 2).min().item<double>();
}

}  // namespace

int main(int argc, char** argv) try {
  const double mib = argc > 1 ? std::atof(argv[1]) : 4;
  const int64_t rounds = argc > 2 ? std::atoll(argv[2]) : 50;
  init_process_group();
  const Group& group = default_group();
  const int size = get_world_size(), rank = get_rank();
  const bool speaks = rank == 0, is_power = (size & (size - 1)) == 0;
  const auto n = std::max<int64_t>(1, int64_t(mib * 262144));
  const double bytes = 4 * double(n), part = double(size - 1) / size;
  const auto report = [&](const char* what, double value, const char* unit) {
    if (speaks) std::printf("%-44s %12.2f %s\n", what, value, unit);
  };
  if (speaks) std::printf("%d ranks, %.1f MiB\n", size, bytes / 1048576);

  if (size > 1) {
    const Tensor small = zeros({2}), large = zeros({n});
    // There and back, halved.
    const auto ping = [&](const Tensor& t) {
      return least_seconds(rounds,
                           [&] {
                             if (rank == 0) {
                               send(t, 1);
                               recv(t, 1);
                             } else if (rank == 1) {
                               recv(t, 0);
                               send(t, 0);
                             }
                           }) /
             2;
    };
    const auto both = [&](const char* name, double sent, auto f) {
      report((std::string(name) + ", 8 bytes").c_str(),
             1e6 * least_seconds(rounds, [&] { f(small); }), "us");
      report((std::string(name) + ", sent by a rank").c_str(),
             sent / 1e6 / least_seconds(rounds, [&] { f(large); }), "MB/s");
    };
    report("a message, 8 bytes", 1e6 * ping(small), "us");
    report("a message", bytes / 1e6 / ping(large), "MB/s");
    report("a barrier", 1e6 * least_seconds(rounds, [] { barrier(); }), "us");
    both("MPI's all-reduce", 2 * part * bytes, [&](const Tensor& t) { all_reduce(t); });
    if (is_power) {
      both("the tree's all-reduce", 2 * part * bytes,
           [&](const Tensor& t) { group->tree_allreduce(t)->wait(); });
      both("the tree's reduce-scatter", part * bytes,
           [&](const Tensor& t) { group->tree_reduce_scatter(t)->wait(); });
      both("the tree's all-gather", part * bytes,
           [&](const Tensor& t) { group->tree_all_gather(t)->wait(); });
    }
  }
  const Tensor a = rand({n}), b = rand({n});
  report("additions, of float32", double(n) / 1e6 / least_seconds(rounds, [&] { a.add_(b); }),
         "million/s");
  const Tensor x = rand({256, 1024}), w = rand({1024, 1024});
  report("products of matrices [256, 1024, 1024]",
         2 * 256. * 1024 * 1024 / 1e9 / least_seconds(rounds, [&] { matmul(x, w); }), "GFLOP/s");
  const std::string file = "bench_exchange.pt";
  report("a checkpoint, written and on the disk",
         bytes / 1e6 /
             least_seconds(3,
                           [&] {
                             if (speaks) torch_save(a, file);
                           }),
         "MB/s");
  if (speaks) std::remove(file.c_str());
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "bench_exchange: %s\n", e.what());
  return 1;
}
