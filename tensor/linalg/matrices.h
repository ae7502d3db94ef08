// Batches of matrices, [..., m, n], as the kernels of small ones see them. For .cpp files only.
#pragma once

#include <algorithm>

#include "tensor/base/parallel.h"
#include "tensor/base/scratch.h"
#include "tensor/kernels/table.h"
#include "tensor/raw.h"

namespace gradus::raw {

inline Dims batch_sizes(const Tensor& x) { return Dims(x.sizes().slice(0, size_t(x.dim() - 2))); }
inline Dims with_sizes(Dims batch, std::initializer_list<int64_t> last) {
  for (const int64_t s : last) batch.push_back(s);
  return batch;
}
inline int64_t matrix_count(const Tensor& x) {
  int64_t n = 1;
  for (int64_t d = 0; d + 2 < x.dim(); ++d) n *= x.size(d);
  return n;
}
inline bool small(int64_t m, int64_t n) {
  return m <= kernels::small_matrix && n <= kernels::small_matrix;
}

// x, or a contiguous copy where its batch does not lie at one stride.
inline Tensor evenly_spaced(const Tensor& x) { return x.dim() < 4 ? x : contiguous(x); }

template <class T>
kernels::Matrices<std::remove_const_t<T>> matrices(const Tensor& x) {
  const int64_t d = x.dim();
  const int64_t next = d == 2 ? 0 : d == 3 ? x.stride(0) : x.size(-1) * x.size(-2);
  return {x.data_ptr<std::remove_const_t<T>>(), next, x.stride(-2), x.stride(-1)};
}
template <class T>
kernels::Matrices<const T> source(const Tensor& x) {
  const kernels::Matrices<T> m = matrices<T>(x);
  return {m.data, m.next, m.row, m.column};
}
template <class M>
M from(M m, int64_t first) {
  if (m.data) m.data += first * m.next;
  return m;
}

// f(first, count, work) for parts of the batch, a whole number of vectors each; `steps` is the work
// for one matrix.
template <class F>
void for_small(int64_t count, int64_t steps, F f) {
  constexpr int64_t vector = 16;  // what has the most lanes
  const int64_t grain = std::max<int64_t>(1, 65536 / (vector * std::max<int64_t>(1, steps)));
  parallel_for(0, (count + vector - 1) / vector, grain, [&](int64_t begin, int64_t end) {
    const Scratch<char> work(kernels::small_work_bytes);
    const int64_t first = begin * vector;
    f(first, std::min(count, end * vector) - first, work.get());
  });
}

// Matrix i of a batch, without its batch dims.
inline Tensor matrix_at(const Tensor& flat, int64_t i) { return part(flat, 0, i, -1); }
// x with one dim of batch; x is contiguous, or has one such dim already.
inline Tensor flat_batch(const Tensor& x) {
  if (x.dim() == 3) return x;
  const int64_t m = x.size(-2), n = x.size(-1), count = matrix_count(x);
  const int64_t next = m * n;
  return window(x, Dims{count, m, n}, Dims{next, x.stride(-2), x.stride(-1)}, x.storage_offset());
}

}  // namespace gradus::raw
