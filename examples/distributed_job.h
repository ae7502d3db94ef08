// What the examples of several processes share: options, a checkpoint for all ranks, rates.
#pragma once

#include <gradus.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "distributed/distributed.h"
#include "monitor/checkpoint/checkpoint.h"
#include "monitor/progress/progress.h"
#include "monitor/progress/stopwatch.h"

using namespace gradus;

// What tells gradus_mpirun that another start would end likewise.
constexpr int wrong_use = 64;

struct WrongUse : Error {
  using Error::Error;
};

struct JobOptions {
  std::string data, folder, out, scaling;
  int64_t until = INT64_MAX, timeout = 1800;
  std::map<std::string, int64_t*> numbers{{"--until", &until}, {"--timeout", &timeout}};
  std::map<std::string, std::string*> texts{
      {"--folder", &folder}, {"--out", &out}, {"--scaling", &scaling}};

  void read(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
      const std::string name = argv[i];
      if (name.rfind("--", 0) != 0) {
        data = name;
        continue;
      }
      if (!numbers.count(name) && !texts.count(name)) throw WrongUse("there is no option " + name);
      if (i + 1 == argc) throw WrongUse("a value is missing after " + name);
      const std::string value = argv[++i];
      if (texts.count(name)) {
        *texts[name] = value;
        continue;
      }
      *numbers[name] = std::atoll(value.c_str());
      if (*numbers[name] < 1) throw WrongUse(name + " takes a positive number");
    }
  }
};

// The ranks of the job, and what each says of itself.
struct Job {
  explicit Job(const JobOptions& o) : options(o) {
    distributed::init_process_group("mpi", std::chrono::seconds(o.timeout));
    rank = distributed::get_rank();
    size = distributed::get_world_size();
    if (!o.folder.empty()) checkpoint.emplace(o.folder);
  }
  bool is_first() const { return rank == 0; }
  // All ranks read the newest checkpoint, which must be the same.
  monitor::Position resume() {
    if (!checkpoint) return {};
    distributed::barrier();
    const monitor::Position from = checkpoint->resume();
    const Tensor least = tensor({from.step}, kLong), most = least.clone();
    distributed::all_reduce(least, distributed::ReduceOp::MIN);
    distributed::all_reduce(most, distributed::ReduceOp::MAX);
    if (!equal(least, most))
      throw Error("ranks have checkpoints of different steps: the folder must be one for all");
    distributed::barrier();  // before any is replaced
    return from;
  }
  void save(monitor::Position position) {
    if (checkpoint && is_first()) checkpoint->save(position);
  }
  // The whole job's rate, and those of runs with other numbers of ranks that were noted in the
  // same file.
  void finish(const nn::Module& net, double rate, const char* unit) const {
    if (!is_first()) return;
    if (!options.out.empty()) {
      serialize::OutputArchive archive;
      net.save(archive);
      archive.save_to(options.out);
    }
    std::printf("%d rank%s: %.0f %s per second\n", size, size > 1 ? "s" : "", rate, unit);
    if (options.scaling.empty()) return;
    std::map<int, double> rates;
    int ranks = 0;
    double noted = 0;
    for (std::ifstream file(options.scaling); file >> ranks >> noted;) rates[ranks] = noted;
    rates[size] = rate;
    std::ofstream file(options.scaling);
    std::printf("ranks  %s/s  speed-up  of the ideal\n", unit);
    const auto [fewest, base] = *rates.begin();
    for (const auto& entry : rates) {
      const double speed_up = entry.second / base, ideal = double(entry.first) / fewest;
      file << entry.first << ' ' << entry.second << '\n';
      std::printf("%5d  %9.0f  %7.2fx  %10.0f%%\n", entry.first, entry.second, speed_up,
                  100 * speed_up / ideal);
    }
  }

  const JobOptions& options;
  int rank = 0, size = 1;
  std::optional<monitor::Checkpoint> checkpoint;
};

// A program's main(), and what it ends with.
template <class F>
int run_job(const char* program, F&& body) try {
  return body();
} catch (const WrongUse& e) {
  std::fprintf(stderr, "%s: %s\n", program, e.what());
  return wrong_use;
} catch (const Error& e) {
  std::fprintf(stderr, "%s: %s\n", program, e.what());
  return 2;
}
