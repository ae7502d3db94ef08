#include "tensor/kernels/table.h"

#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace gradus::kernels {

// Best first, each with the processor features that it needs.
#if defined(__x86_64__) && defined(GRADUS_BASELINE_ONLY)
#define GRADUS_FOR_EACH_ISA(X) X(sse2, true)
#elif defined(__x86_64__)
#define GRADUS_FOR_EACH_ISA(X)                                                              \
  X(avx512, __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&      \
                __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && \
                __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx2") &&     \
                __builtin_cpu_supports("fma"))                                              \
  X(avx2, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))                  \
  X(sse2, true)
#elif defined(__aarch64__)
#define GRADUS_FOR_EACH_ISA(X) X(neon64, true)
#else
#error "gradus has no kernels for this processor"
#endif

#define GRADUS_DECLARE(name, test) \
  namespace name {                 \
  extern const Table table;        \
  }
GRADUS_FOR_EACH_ISA(GRADUS_DECLARE)
#undef GRADUS_DECLARE

namespace {

constexpr int max_tables = 8;

struct Available {
  const Table* tables[max_tables] = {};

  Available() {
    int n = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
#endif
#define GRADUS_ADD(name, test) \
  if (test) tables[n++] = &name::table;
    GRADUS_FOR_EACH_ISA(GRADUS_ADD)
#undef GRADUS_ADD
  }
};

const Table& choose() {
  const Table* const* all = available_tables();
  const char* wanted = std::getenv("GRADUS_ISA");
  if (wanted == nullptr || *wanted == '\0') return *all[0];
  std::string names;
  for (; *all != nullptr; ++all) {
    if (std::string(wanted) == (*all)->isa) return **all;
    names += std::string(names.empty() ? "" : ", ") + (*all)->isa;
  }
  throw std::runtime_error("GRADUS_ISA: no kernels '" + std::string(wanted) +
                           "' for this processor, it has " + names);
}

std::atomic<const Table*> chosen{nullptr};

}  // namespace

const Table* const* available_tables() {
  static const Available available;
  return available.tables;
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
