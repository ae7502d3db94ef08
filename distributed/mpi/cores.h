// How many threads are a process's own, among others on its machine.
#pragma once

#include <bitset>
#include <filesystem>
#include <vector>

namespace gradus::distributed::mpi {

using Cores = std::bitset<1024>;

// The cores that this process may run on; all of them where the system does not say.
Cores own_cores();

// How many processors the cgroups above this process grant it, such as 1.5; 0 for no limit. What
// /proc/self/cgroup and the files below /sys/fs/cgroup say, of cgroups 1 and 2.
double core_quota(const std::filesystem::path& proc_file, const std::filesystem::path& tree);

// The threads of process `which` of those on one machine: a core that several may run on is shared
// evenly, and so is the quota, which holds for them together. At least 1.
int fair_threads(const std::vector<Cores>& processes, size_t which, double quota);

}  // namespace gradus::distributed::mpi
