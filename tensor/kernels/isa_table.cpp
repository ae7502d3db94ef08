// The one symbol that an archive of kernels exports.
#include "tensor/kernels/pointwise/rows.h"
#include "tensor/kernels/table.h"

#if defined(__AVX512F__)
// What AVX-512 takes from AVX2; see meson.build.
namespace gradus::kernels::avx2 {
extern const LogicTable logic_table;
extern const MinMaxTable minmax_table;
extern const ScanTable scan_table;
}  // namespace gradus::kernels::avx2
#define GRADUS_NARROW avx2
#else
#define GRADUS_NARROW GRADUS_ISA
#endif

namespace gradus::kernels::GRADUS_ISA {

#define GRADUS_STRING_(x) #x
#define GRADUS_STRING(x) GRADUS_STRING_(x)

extern const AttentionTable attention_table;
extern const ConvTable conv_table;
extern const CopyTable copy_table;
extern const CtcKernels ctc_kernels;
extern const GemmTable gemm_table;
extern const OptimizerTable optimizer_table;
extern const PoolTable pool_table;
extern const RotationTable rotation_table;
extern const WinogradKernels winograd_kernels;

namespace {

constexpr Table make_table() {
  Table t{.isa = GRADUS_STRING(GRADUS_ISA),
          .rows = {},
          .conv = &conv_table,
          .copy = &copy_table,
          .ctc = &ctc_kernels,
          .distance = &distance_table,
          .gemm = &gemm_table,
          .normalisation = &normalisation_table,
          .optimizer = &optimizer_table,
          .pool = &pool_table,
          .random = &random_table,
          .recurrent = &recurrent_table,
          .sum = &sum_table,
          .logic = &GRADUS_NARROW::logic_table,
          .minmax = &GRADUS_NARROW::minmax_table,
          .power = &power_table,
          .scan = &GRADUS_NARROW::scan_table,
          .softmax = &softmax_table,
          .winograd = &winograd_kernels,
          .attention = &attention_table,
          .rotation = &rotation_table,
          .lu = &lu_table,
          .factor = &factor_table,
          .orthogonal = &orthogonal_table,
          .spectral = &spectral_table};
  int n = 0;
  const auto add = [&](const Row* rows, int size) {
    for (int i = 0; i < size; ++i) t.rows[n++] = rows + i;
  };
#define GRADUS_FAMILY(name) add(Rows<name##_formulas>::rows, name##_formulas::size);
  GRADUS_FOR_EACH_FAMILY(GRADUS_FAMILY)
#undef GRADUS_FAMILY
  add(scalar_rows.rows, scalar_count);
  return t;
}

}  // namespace

extern constinit const Table table;
constinit const Table table = make_table();

}  // namespace gradus::kernels::GRADUS_ISA
