#pragma once

#include "tensor/kernels/isa.h"
#include "tensor/kernels/reduce/reduce.h"

namespace gradus::kernels {

// Over the middle axis of dense [outer, n, inner] blocks; y may be x, and dx may be dy, otherwise
// outputs must not overlap inputs. Float and double. Columns may be cut as for ScanTable.
using SoftmaxFn = void(const void* x, void* y, const ScanShape&);
using SoftmaxBackwardFn = void(const void* dy, const void* y, void* dx, const ScanShape&);

using LogTermsFn = void(const void* x, void* max, void* log_sum, const ScanShape&);
using ExpTermsFn = void(const void* x, const void* max, const void* log_sum, const void* scale,
                        void* y, const ScanShape&);

struct SoftmaxTable {
  ByType<SoftmaxFn> softmax, log_softmax;
  ByType<SoftmaxBackwardFn> softmax_backward, log_softmax_backward;
  // Of rows (inner = 1): the maximum m and l = log(sum exp(x - m)), a number per row;
  // and y = exp(x - m - l) scale.
  ByType<LogTermsFn> log_terms;
  ByType<ExpTermsFn> exp_terms;
};

namespace GRADUS_ISA {
extern const SoftmaxTable softmax_table;
}  // namespace GRADUS_ISA

}  // namespace gradus::kernels
