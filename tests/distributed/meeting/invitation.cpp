// What the environment says of a job that no launcher of MPI has started.
#include "distributed/meeting/invitation.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>

#include "distributed/meeting/host.h"
#include "tests/support.h"

using namespace gradus;
using namespace gradus::distributed::meeting;

namespace {
// Variables as torchrun sets them, with others in the place of some; an empty one is not set.
using Variables = std::map<std::string, std::string>;
struct Environment {
  Variables set{{"RANK", "1"},
                {"WORLD_SIZE", "4"},
                {"MASTER_ADDR", "node7"},
                {"MASTER_PORT", "29500"},
                {"TORCHELASTIC_RUN_ID", "none"},
                {"TORCHELASTIC_RESTART_COUNT", "0"},
                {"TORCHELASTIC_USE_AGENT_STORE", "True"}};
  explicit Environment(const Variables& others) {
    for (const auto& [name, value] : others) set[name] = value;
    for (const auto& [name, value] : set) setenv(name.c_str(), value.c_str(), 1);
  }
  ~Environment() {
    for (const auto& [name, value] : set) unsetenv(name.c_str());
  }
};
std::string refusal(const Variables& others) {
  const Environment environment(others);
  return message([] { invited(); });
}
}  // namespace

TEST_CASE("invitation: what torchrun says") {
  const Environment environment(Variables{});
  const Invitation i = invited();
  CHECK(i.rank == 1);
  CHECK(i.size == 4);
  CHECK(i.address == "node7");
  // The agent listens on the port itself.
  CHECK(i.ports.size() == 32);
  CHECK(i.ports.front() == 29501);
  CHECK(i.ports.back() == 29532);
  CHECK(i.place() == "node7:29501 and the ports after it");
}

TEST_CASE("invitation: a loop in a shell keeps its port") {
  const Environment environment(Variables{{"TORCHELASTIC_USE_AGENT_STORE", ""}});
  CHECK(invited().ports == std::vector<int>{29500});
  CHECK(invited().place() == "node7:29500");
}

TEST_CASE("invitation: ports end at 65535") {
  const Environment environment(Variables{{"MASTER_PORT", "65534"}});
  const auto ports = invited().ports;
  CHECK(ports[0] == 65535);
  CHECK(ports[1] == 65532);
  CHECK(ports[2] == 65531);
}

TEST_CASE(
    "invitation: jobs differ, and agents that have restarted theirs another number of times "
    "agree") {
  const auto number = [](const Variables& others) {
    const Environment environment(others);
    return invited().job_number();
  };
  const uint64_t first = number({});
  CHECK(first == number({{"RANK", "0"}}));
  CHECK(first == number({{"TORCHELASTIC_RESTART_COUNT", "1"}}));
  CHECK(first != number({{"TORCHELASTIC_RUN_ID", "another"}}));
  CHECK(first != number({{"MASTER_PORT", "29501"}}));
}

TEST_CASE("invitation: what is missing or impossible is named") {
  const std::string start = "init_process_group: no launcher of MPI has started this process, and ";
  const std::string end =
      " is not set; start it by mpirun or torchrun, or with RANK, WORLD_SIZE, MASTER_ADDR and "
      "MASTER_PORT set";
  for (const char* name : {"RANK", "MASTER_ADDR", "MASTER_PORT"})
    CHECK(refusal({{name, ""}}) == start + name + end);
  CHECK(refusal({{"RANK", "4"}}) == "init_process_group: RANK is 4, and WORLD_SIZE is 4");
  CHECK(refusal({{"RANK", "one"}}) == "RANK: expected a number, got one");
  CHECK(refusal({{"RANK", "-1"}}) == "RANK: expected a number, got -1");
  CHECK(refusal({{"MASTER_PORT", "65536"}}) ==
        "init_process_group: MASTER_PORT is 65536, and ports go from 1 to 65535");
  CHECK(refusal({{"MASTER_PORT", "0"}}) ==
        "init_process_group: MASTER_PORT is 0, and ports go from 1 to 65535");
}

TEST_CASE("invitation: names of many ranks are cut short") {
  CHECK(names_of({3}) == "rank 3");
  CHECK(names_of({1, 3}) == "ranks 1 and 3");
  CHECK(names_of({1, 2, 3}) == "ranks 1, 2 and 3");
  CHECK(names_of({0, 1, 2, 3, 4, 5, 6, 7, 8}) == "ranks 0, 1, 2, 3, 4, 5, 6, 7 and 8");
  CHECK(names_of({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) == "ranks 0, 1, 2, 3, 4, 5, 6, 7 and 2 more");
}
