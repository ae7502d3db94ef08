// Windows of a plane that lie at even distances along a row of the result.
#pragma once

#include <cstdint>

#include "tensor/kernels/isa.h"

namespace gradus::kernels {

// Window i has the elements x[i * stride + tap[t]]. y[i] is the largest, the first of equals and
// the last nan if there is any; index[i] its place, that of x[0] being `first`. index may be null.
template <class T>
struct MaxRow {
  const T* x;
  int64_t stride;
  const int64_t* tap;  // whole numbers of T
  int64_t taps, count;
  T* y;
  int64_t* index;
  int64_t first;
};

// The place of the largest element of rows of n elements, the first of equals and the last nan if
// there is any: row * pitch + column. Places are whole numbers of T.
template <class T>
struct MaxBlock {
  const T* x;
  int64_t rows, n, pitch;
};

struct PoolTable {
  void (*max_float)(const MaxRow<float>&);
  void (*max_double)(const MaxRow<double>&);
  int64_t (*place_float)(const MaxBlock<float>&);
  int64_t (*place_double)(const MaxBlock<double>&);
  void max(const MaxRow<float>& row) const { max_float(row); }
  void max(const MaxRow<double>& row) const { max_double(row); }
  int64_t place(const MaxBlock<float>& block) const { return place_float(block); }
  int64_t place(const MaxBlock<double>& block) const { return place_double(block); }
};

}  // namespace gradus::kernels
