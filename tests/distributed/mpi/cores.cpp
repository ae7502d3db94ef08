#include "distributed/mpi/cores.h"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/temporary_directory.h"

using namespace gradus::distributed::mpi;

namespace {
Cores cores(int first, int last) {
  Cores c;
  for (int i = first; i < last; ++i) c.set(size_t(i));
  return c;
}
void write(const std::filesystem::path& file, const char* text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}
}  // namespace

TEST_CASE("processes that are not bound share the cores evenly") {
  CHECK(fair_threads({cores(0, 8)}, 0, 0) == 8);
  CHECK(fair_threads(std::vector<Cores>(4, cores(0, 8)), 2, 0) == 2);
  CHECK(fair_threads(std::vector<Cores>(3, cores(0, 8)), 0, 0) == 2);
  CHECK(fair_threads(std::vector<Cores>(3, cores(0, 9)), 0, 0) == 3);
  CHECK(fair_threads(std::vector<Cores>(4, cores(0, 2)), 3, 0) == 1);
}

TEST_CASE("processes that are bound have what they are bound to") {
  const std::vector<Cores> bound{cores(0, 4), cores(4, 6), cores(6, 7)};
  CHECK(fair_threads(bound, 0, 0) == 4);
  CHECK(fair_threads(bound, 1, 0) == 2);
  CHECK(fair_threads(bound, 2, 0) == 1);
  // Two on one socket, one on the other.
  CHECK(fair_threads({cores(0, 4), cores(0, 4), cores(4, 8)}, 1, 0) == 2);
}

TEST_CASE("a quota holds for all processes together") {
  CHECK(fair_threads({cores(0, 8)}, 0, 2.5) == 2);
  CHECK(fair_threads(std::vector<Cores>(2, cores(0, 8)), 0, 6) == 3);
  CHECK(fair_threads(std::vector<Cores>(4, cores(0, 8)), 0, 1) == 1);
}

TEST_CASE("the least quota of the cgroups above a process counts") {
  const TemporaryDirectory directory;
  const std::filesystem::path tree = directory.path / "tree", proc = directory.path / "proc";
  CHECK(core_quota(proc, tree) == 0);
  write(proc, "0::/a/b\n");
  CHECK(core_quota(proc, tree) == 0);
  write(tree / "a/b/cpu.max", "max 100000\n");
  CHECK(core_quota(proc, tree) == 0);
  write(tree / "a/cpu.max", "150000 100000\n");
  CHECK(core_quota(proc, tree) == 1.5);
  write(tree / "a/b/cpu.max", "400000 100000\n");
  CHECK(core_quota(proc, tree) == 1.5);
  write(tree / "cpu.max", "50000 100000\n");
  CHECK(core_quota(proc, tree) == 0.5);
  write(proc, "5:memory:/a\n4:cpu,cpuacct:/docker/x\n");
  CHECK(core_quota(proc, tree) == 0);
  write(tree / "cpu,cpuacct/docker/x/cpu.cfs_quota_us", "-1\n");
  write(tree / "cpu,cpuacct/docker/x/cpu.cfs_period_us", "100000\n");
  CHECK(core_quota(proc, tree) == 0);
  write(tree / "cpu,cpuacct/docker/x/cpu.cfs_quota_us", "200000\n");
  CHECK(core_quota(proc, tree) == 2);
  write(proc, "no cgroup at all\n");
  CHECK(core_quota(proc, tree) == 0);
}

TEST_CASE("this process may run somewhere") { CHECK(own_cores().any()); }
