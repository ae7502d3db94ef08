// Which kernels run: the processor proposes, the environment chooses.
#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "tensor/base/fail.h"
#include "tensor/base/fork.h"
#include "tensor/kernels/table.h"

namespace gradus::kernels {

namespace {

// Of an environment variable; one that is set to nothing counts as not set.
std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

constexpr int max_tables = 8;

struct Available {
  const Table* tables[max_tables + 1] = {};

  Available() {
    const std::string_view most = variable("GRADUS_MAX_ISA");
    bool allowed = most.empty();
    int n = 0;
    std::string names;
    for (const InstructionSet* set = instruction_sets(); set->name != nullptr; ++set) {
      allowed = allowed || most == set->name;
      if (allowed && set->table != nullptr && n < max_tables) tables[n++] = set->table;
      names += std::string(names.empty() ? "" : ", ") + set->name;
    }
    if (!allowed) fail("GRADUS_MAX_ISA: no instruction set '{}', there are {}", most, names);
  }
};

const Table& choose() {
  const std::string_view wanted = variable("GRADUS_ISA");
  const Table* const* all = available_tables();
  if (wanted.empty()) return *all[0];
  std::string names;
  for (; *all != nullptr; ++all) {
    if (wanted == (*all)->isa) return **all;
    names += std::string(names.empty() ? "" : ", ") + (*all)->isa;
  }
  fail("GRADUS_ISA: no kernels '{}' for this processor, it has {}", wanted, names);
}

std::atomic<const Table*> chosen{nullptr};
// Which tables there are and which is chosen stays open over a fork, for the child's environment.
std::atomic<const Available*> found{nullptr};
const gradus::detail::FirstUse sets_made([] { instruction_sets(); });

}  // namespace

const Table* const* available_tables() {
  const Available* known = found.load(std::memory_order_acquire);
  if (known == nullptr) {
    auto made = std::make_unique<const Available>();
    if (found.compare_exchange_strong(known, made.get())) known = made.release();
  }
  return known->tables;
}

const Table& table() {
  const Table* t = chosen.load(std::memory_order_relaxed);
  if (t == nullptr) [[unlikely]] {
    t = &choose();
    chosen.store(t, std::memory_order_relaxed);
  }
  return *t;
}

}  // namespace gradus::kernels
