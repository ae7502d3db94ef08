// How the instruction set is chosen: by the processor and the environment.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "tensor/kernels/table.h"
#include "tests/support.h"

using namespace gradus;
using namespace gradus::kernels;

namespace {

// What f says in a process of its own with these variables, or what it throws there. This process
// never chooses a table.
template <class F>
std::string under(const char* isa, const char* max_isa, F f) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    setenv("GRADUS_ISA", isa, 1);
    setenv("GRADUS_MAX_ISA", max_isa, 1);
    std::string said;
    try {
      said = f();
    } catch (const Error& e) {
      said = e.what();
    }
    const bool written = write(ends[1], said.data(), said.size()) == ssize_t(said.size());
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  std::string said(1000, '\0');
  const ssize_t n = read(ends[0], said.data(), said.size());
  close(ends[0]);
  waitpid(child, nullptr, 0);
  said.resize(size_t(std::max<ssize_t>(n, 0)));
  return said;
}

std::string chosen() { return table().isa; }
std::string available() {
  std::string names;
  for (const Table* const* t = available_tables(); *t != nullptr; ++t)
    names += (names.empty() ? "" : ", ") + std::string((*t)->isa);
  return names;
}
// The names from that set on, of all or of those that run here.
std::string names_from(std::string_view first, bool here) {
  std::string names;
  bool reached = false;
  for (const InstructionSet* set = instruction_sets(); set->name != nullptr; ++set) {
    reached = reached || first.empty() || first == set->name;
    if (reached && (set->table != nullptr || !here))
      names += (names.empty() ? "" : ", ") + std::string(set->name);
  }
  return names;
}

}  // namespace

TEST_CASE("without a word from the environment the best set is chosen") {
  const std::string all = names_from("", true);
  CHECK(under("", "", available) == all);
  CHECK(under("", "", chosen) == all.substr(0, all.find(',')));
}

TEST_CASE("GRADUS_ISA chooses, and GRADUS_MAX_ISA hides what is better") {
  for (const InstructionSet* most = instruction_sets(); most->name != nullptr; ++most) {
    CAPTURE(std::string(most->name));
    const std::string left = names_from(most->name, true);
    CHECK(under("", most->name, available) == left);
    CHECK(under("", most->name, chosen) == left.substr(0, left.find(',')));
    for (const InstructionSet* set = instruction_sets(); set->name != nullptr; ++set) {
      const std::string name = set->name;
      const bool there = (", " + left + ",").find(", " + name + ",") != std::string::npos;
      CHECK(under(set->name, most->name, chosen) ==
            (there ? name
                   : "GRADUS_ISA: no kernels '" + name + "' for this processor, it has " + left));
    }
  }
}

TEST_CASE("a set that nobody knows is an error of the first operation, and of each after it") {
  const auto twice = [] {
    const std::string first = message([] { full({3}, 1.5) + 1; });
    CHECK(message([] { full({3}, 1.5) + 1; }) == first);
    return first;
  };
  CHECK(under("mmx", "", twice) ==
        "GRADUS_ISA: no kernels 'mmx' for this processor, it has " + names_from("", true));
  CHECK(under("", "mmx", twice) ==
        "GRADUS_MAX_ISA: no instruction set 'mmx', there are " + names_from("", false));
  CHECK(under("mmx", "mmx", available) == under("", "mmx", twice));
}

TEST_CASE("a kernel table is of the set whose name it bears") {
  for (const InstructionSet* set = instruction_sets(); set->name != nullptr; ++set)
    if (set->table != nullptr) CHECK(std::string(set->table->isa) == set->name);
}
