// Copies, conversions, choices and transposes.
#pragma once

#include "tensor/kernels/pointwise/row.h"

namespace gradus::kernels {

// Where a kernel depends on the size of the elements only: the index for 1, 4 and 8 bytes.
constexpr int size_index(size_t bytes) { return bytes == 1 ? 0 : bytes == 4 ? 1 : 2; }

struct CopyTable {
  // p[0] = p[1], converted as [from][to]. An operand with steps of zero fills. A number out of the
  // range of int32 or int64, and nan, become the least one; bytes wrap; bool is != 0.
  Loop cast[scalar_type_count][scalar_type_count];
  // p[0] = p[1] ? p[2] : p[3], by size of element; p[1] is bool.
  Loop where[3];
  // to[j, i] = from[i, j] for rows x cols elements, by size of element; rows are dense, the steps
  // are bytes from row to row.
  void (*transpose[3])(int64_t rows, int64_t cols, char* to, int64_t to_step, const char* from,
                       int64_t from_step);
};

}  // namespace gradus::kernels
