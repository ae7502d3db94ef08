#include "tensor/linalg/gemm.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "tensor/linalg/gemm_loops.h"

namespace gradus {

namespace {

using gemm_loops::multiply_adds;

// C^T = B^T A^T, for a C whose columns are contiguous. A bias belongs to columns, so it must be
// absent.
template <class T>
Gemm<T> transposed(const Gemm<T>& g) {
  return {g.n,     g.m,     g.k, g.b,     g.b_col, g.b_row,   g.a,
          g.a_col, g.a_row, g.c, g.c_col, g.c_row, g.epilogue};
}

// The part of the batch that is more rows of A (or more columns of B) becomes just that.
template <class T>
size_t fold(Gemm<T>& g, const GemmBatch* batch, size_t dims, GemmBatch* left) {
  size_t n = 0;
  bool open = true;
  for (size_t i = dims; i-- > 0;) {
    const GemmBatch& d = batch[i];
    if (d.size == 1) continue;
    const bool rows = d.b == 0 && d.a == g.m * g.a_row && d.c == g.m * g.c_row;
    const bool cols = d.a == 0 && d.b == g.n * g.b_col && d.c == g.n * g.c_col && !g.epilogue.bias;
    if (open && rows)
      g.m *= d.size;
    else if (open && cols)
      g.n *= d.size;
    else
      left[n++] = d, open = false;
  }
  return n;
}

template <class T>
Gemm<T> nth(Gemm<T> g, const GemmBatch* batch, size_t dims, int64_t index) {
  for (size_t i = 0; i < dims; ++i) {  // the last dim of the caller comes first
    const int64_t at = index % batch[i].size;
    index /= batch[i].size;
    g.a += at * batch[i].a;
    g.b += at * batch[i].b;
    g.c += at * batch[i].c;
  }
  return g;
}

template <class T>
void one(Gemm<T> g, const kernels::GemmTable& table) {
  if constexpr (std::is_floating_point_v<T>) {
    if (g.c_col != 1 && g.c_row == 1 && g.n > 1 && !g.epilogue.bias) g = transposed(g);
    gemm_loops::floats(g, table.of<T>());
  } else {
    gemm_loops::integers(g);
  }
}

}  // namespace

template <class T>
void gemm(Gemm<T> g, ArrayRef<GemmBatch> batch, const kernels::GemmTable& table) {
  int64_t count = 1;
  for (const GemmBatch& d : batch) count *= d.size;
  if (g.m == 0 || g.n == 0 || count == 0) return;
  if (g.epilogue.alpha == T(0)) g.k = 0;  // A and B are not read, as in BLAS
  if (g.m == 1) g.c_row = g.n * g.c_col, g.a_row = g.k * g.a_col;
  if (g.n == 1) g.c_col = 1, g.b_col = 1;
  if (batch.empty()) return one(g, table);

  constexpr size_t most = 64;
  GemmBatch left[most];
  const size_t dims = fold(g, batch.data(), std::min(batch.size(), most), left);
  count = 1;
  for (size_t i = 0; i < dims; ++i) count *= left[i].size;

  // Large products are threaded inside, small ones side by side.
  constexpr int64_t large = int64_t(1) << 23;
  const int64_t work = multiply_adds(g);
  const int64_t grain =
      work > large ? count : std::max<int64_t>(1, gemm_loops::work_per_thread / work);
  parallel_for(0, count, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) one(nth(g, left, dims, i), table);
  });
}

template void gemm(Gemm<float>, ArrayRef<GemmBatch>, const kernels::GemmTable&);
template void gemm(Gemm<double>, ArrayRef<GemmBatch>, const kernels::GemmTable&);
template void gemm(Gemm<uint8_t>, ArrayRef<GemmBatch>, const kernels::GemmTable&);
template void gemm(Gemm<int32_t>, ArrayRef<GemmBatch>, const kernels::GemmTable&);
template void gemm(Gemm<int64_t>, ArrayRef<GemmBatch>, const kernels::GemmTable&);

}  // namespace gradus
