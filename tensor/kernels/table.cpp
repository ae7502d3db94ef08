#include "tensor/kernels/table.h"

#include <tensor/kernels/kernel_sets.h>  // made by meson: GRADUS_HAS_... for each set that is built

namespace gradus::kernels {

// X(set, whether it was built, whether this processor has it), best first; the baseline is what
// each one has.
#if defined(__x86_64__)
#ifndef GRADUS_HAS_AVX512
#define GRADUS_HAS_AVX512 0
#endif
#ifndef GRADUS_HAS_AVX2
#define GRADUS_HAS_AVX2 0
#endif
#define GRADUS_ISAS(X)                                                                      \
  X(avx512, GRADUS_HAS_AVX512,                                                              \
    __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&              \
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&         \
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx2") &&             \
        __builtin_cpu_supports("fma"))                                                      \
  X(avx2, GRADUS_HAS_AVX2, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) \
  X(sse2, 1, true)
#elif defined(__aarch64__)
#define GRADUS_ISAS(X) X(neon64, 1, true)
#else
#error "gradus has no kernels for this processor"
#endif

#define GRADUS_DECLARE(set, built, has) \
  namespace set {                       \
  extern const Table table;             \
  }
GRADUS_ISAS(GRADUS_DECLARE)

namespace {
// The set's table where it was built: of another the linker must find no name.
template <bool built, class F>
const Table* table_of(F has_table) {
  if constexpr (built) return has_table();
  return nullptr;
}
}  // namespace

const InstructionSet* instruction_sets() {
#if defined(__x86_64__)
  __builtin_cpu_init();
#endif
#define GRADUS_LIST(set, built, has) \
  {#set, table_of<bool(built)>([] { return (has) ? &set::table : nullptr; })},
  static const InstructionSet sets[] = {GRADUS_ISAS(GRADUS_LIST){nullptr, nullptr}};
  return sets;
}

}  // namespace gradus::kernels
