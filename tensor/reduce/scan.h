// Untaped running results along one dim; a 0-dim tensor is a line of one element.
#pragma once

#include "tensor/kernels/table.h"
#include "tensor/raw.h"

namespace gradus::raw {

// The running result that the member of the table makes, as scan("cumsum", x, dim,
// &kernels::ScanTable::cumsum). Bool and integers are accumulated as int64, floats in double.
Tensor scan(const char* op, const Tensor& x, int64_t dim,
            kernels::ScanKernels kernels::ScanTable::*which);

// y_k = b_k + a_k y_(k-1) with y_(-1) = 0; from the end y_k = b_k + a_(k+1) y_(k+1) with y_n = 0.
// Floating point, a and b of one type and shape; accumulated in double.
Tensor recurrence(const Tensor& a, const Tensor& b, int64_t dim, bool from_end);

// Running extremum and where it was: of equals the last, and a nan stays.
struct Running {
  Tensor values, indices;
};
Running scan_index(const char* op, const Tensor& x, int64_t dim,
                   kernels::ByType<kernels::ScanIndexFn> kernels::ScanTable::*which);

}  // namespace gradus::raw
