#include "tensor/kernels/gemm.h"

#include "tensor/kernels/gemm_dots.h"
#include "tensor/kernels/gemm_pack.h"
#include "tensor/kernels/gemm_tile.h"

namespace gradus::kernels::GRADUS_ISA {

// Blocks as bytes: a panel of B takes 32 KB or less of L1, a block of A about half of a 1 MB L2.
template <class T>
constexpr GemmKernels<T> gemm_kernels() {
  constexpr int nr = tile_vectors * static_cast<int>(Vec<T>::size);
  constexpr int panel_bytes = 32 * 1024, block_bytes = 512 * 1024, columns = 4096;
  constexpr int deepest = 384;
  constexpr int fitting = panel_bytes / (nr * static_cast<int>(sizeof(T)));
  constexpr int kc = fitting < deepest ? fitting : deepest;
  constexpr int mc = block_bytes / (kc * static_cast<int>(sizeof(T))) / tile_rows * tile_rows;
  return {.width = static_cast<int>(Vec<T>::size),
          .mr = tile_rows,
          .nr = nr,
          .mc = mc,
          .kc = kc,
          .nc = columns,
          .tile = tile_of_any_shape<T>,
          .pack = pack<T>,
          .dots = dots<T>,
          .add_rows = add_rows<T>};
}

extern const GemmTable gemm_table;
constinit const GemmTable gemm_table{gemm_kernels<float>(), gemm_kernels<double>()};

}  // namespace gradus::kernels::GRADUS_ISA
