#include "tensor/kernels/table.h"

namespace gradus::kernels {

// X(set, whether this processor has it), best first; the baseline is what each one has.
#if defined(__x86_64__)
#define GRADUS_BETTER_ISAS(X)                                                               \
  X(avx512, __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&      \
                __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && \
                __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx2") &&     \
                __builtin_cpu_supports("fma"))                                              \
  X(avx2, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
#define GRADUS_BASELINE_ISA(X) X(sse2, true)
#elif defined(__aarch64__)
#define GRADUS_BETTER_ISAS(X)
#define GRADUS_BASELINE_ISA(X) X(neon64, true)
#else
#error "gradus has no kernels for this processor"
#endif

#define GRADUS_DECLARE(set, has) \
  namespace set {                \
  extern const Table table;      \
  }
GRADUS_BETTER_ISAS(GRADUS_DECLARE)
GRADUS_BASELINE_ISA(GRADUS_DECLARE)

#define GRADUS_LIST(set, has) {#set, has ? &set::table : nullptr},
#ifdef GRADUS_BASELINE_ONLY
#define GRADUS_LIST_BETTER(set, has) {#set, nullptr},
#else
#define GRADUS_LIST_BETTER GRADUS_LIST
#endif

const InstructionSet* instruction_sets() {
#if defined(__x86_64__)
  __builtin_cpu_init();
#endif
  static const InstructionSet sets[] = {GRADUS_BETTER_ISAS(GRADUS_LIST_BETTER)
                                            GRADUS_BASELINE_ISA(GRADUS_LIST){nullptr, nullptr}};
  return sets;
}

}  // namespace gradus::kernels
