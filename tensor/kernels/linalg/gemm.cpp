#include "tensor/kernels/linalg/gemm.h"

#include "tensor/kernels/linalg/gemm_dots.h"
#include "tensor/kernels/linalg/gemm_pack.h"
#include "tensor/kernels/linalg/gemm_tile.h"

namespace gradus::kernels::GRADUS_ISA {

// A panel of B and a block of A in bytes, the deepest k. With AVX-512 come a second cache of 1 MB
// and more and vectors so fast that going over C once more costs most: there a panel streams from
// it.
struct Blocks {
  int panel, block, deepest, columns, l2, depth, pack_transposed_columns, far;
  double dot;
};
#if defined(__AVX512F__)
inline constexpr Blocks blocks{128 * 1024, 512 * 1024, 1024,    2048, 1024 * 1024,
                               32,         224,        1 << 30, 1.1};
#else
inline constexpr Blocks blocks{32 * 1024, 512 * 1024, 384,     4096, 512 * 1024,
                               128,       224,        1 << 20, 1.4};
#endif

template <class T>
constexpr GemmKernels<T> gemm_kernels() {
  constexpr int nr = tile_vectors * static_cast<int>(Vec<T>::size);
  constexpr int fitting = blocks.panel / (nr * static_cast<int>(sizeof(T)));
  constexpr int kc = fitting < blocks.deepest ? fitting : blocks.deepest;
  constexpr int mc = blocks.block / (kc * static_cast<int>(sizeof(T))) / tile_rows * tile_rows;
  return {.width = static_cast<int>(Vec<T>::size),
          .mr = tile_rows,
          .nr = nr,
          .mc = mc,
          .kc = kc,
          .nc = blocks.columns,
          .l2 = blocks.l2,
          .depth = blocks.depth,
          .pack_columns = 1024,
          .pack_transposed_columns = blocks.pack_transposed_columns,
          .far = blocks.far,
          .dot = blocks.dot,
          .tile = tile_of_any_shape<T>,
          .pack = pack<T>,
          .dots = dots<T>,
          .add_rows = add_rows<T>};
}

extern const GemmTable gemm_table;
constinit const GemmTable gemm_table{gemm_kernels<float>(), gemm_kernels<double>()};

}  // namespace gradus::kernels::GRADUS_ISA
