#include "distributed/mpi/cores.h"

#ifdef __linux__
#include <sched.h>
#endif

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>

namespace gradus::distributed::mpi {

namespace {
// A limit written as two numbers, the microseconds of each period and its length; 0 for none.
double limit(std::istream&& file) {
  double quota = 0, period = 0;
  return file >> quota >> period && quota > 0 && period > 0 ? quota / period : 0;
}
double limit_of(const std::filesystem::path& folder) {
  const double n = limit(std::ifstream(folder / "cpu.max"));
  if (n > 0) return n;
  double quota = 0, period = 0;
  std::ifstream(folder / "cpu.cfs_quota_us") >> quota;
  std::ifstream(folder / "cpu.cfs_period_us") >> period;
  return quota > 0 && period > 0 ? quota / period : 0;
}
}  // namespace

Cores own_cores() {
  Cores cores;
#ifdef __linux__
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    for (size_t i = 0; i < size_t(CPU_SETSIZE) && i < cores.size(); ++i)
      if (CPU_ISSET(i, &set)) cores.set(i);
#endif
  if (cores.none())
    for (size_t i = 0; i < std::max<size_t>(std::thread::hardware_concurrency(), 1); ++i)
      cores.set(i % cores.size());
  return cores;
}

double core_quota(const std::filesystem::path& proc_file, const std::filesystem::path& tree) {
  double least = 0;
  std::ifstream file(proc_file);
  // Lines as `0::/user.slice` or, of cgroups 1, `4:cpu,cpuacct:/docker/abc`.
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = ',' + line.substr(first + 1, second - first - 1) + ',';
    std::filesystem::path root = tree;
    if (controllers != ",,") {
      if (controllers.find(",cpu,") == std::string::npos) continue;
      root /= controllers.substr(1, controllers.size() - 2);
    }
    std::filesystem::path path = std::filesystem::path(line.substr(second + 1)).relative_path();
    for (;; path = path.parent_path()) {
      const double n = limit_of(root / path);
      if (n > 0) least = least > 0 ? std::min(least, n) : n;
      if (path.empty()) break;
    }
  }
  return least;
}

int fair_threads(const std::vector<Cores>& processes, size_t which, double quota) {
  double share = 0;
  for (size_t core = 0; core < processes[which].size(); ++core) {
    if (!processes[which][core]) continue;
    share += 1 / double(std::count_if(processes.begin(), processes.end(),
                                      [&](const Cores& c) { return c[core]; }));
  }
  if (quota > 0) share = std::min(share, quota / double(processes.size()));
  // Thirds make a whole.
  return std::max(int(share + 1e-6), 1);
}

}  // namespace gradus::distributed::mpi
