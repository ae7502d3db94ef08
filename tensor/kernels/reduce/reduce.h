// What the tensor layer calls to reduce and scan. A reduction folds the middle axis of
// an [outer, n, inner] block, x[o, k, i] at o * outer_step + k * n_step + i * inner_step bytes,
// into a dense [outer, inner] result.
#pragma once

#include "tensor/kernels/isa.h"
#include "tensor/kernels/types.h"

namespace gradus::kernels {

// The caller cuts a longer axis into pieces of this many elements, folds each, and folds the
// results in order: so the bits do not depend on which thread folds which piece. No kernel here
// takes a larger n, except those of ScanTable, whose n is free.
inline constexpr int64_t reduce_chunk = 4096;

struct ReduceShape {
  int64_t outer, n, inner;
  int64_t outer_step, n_step, inner_step;  // bytes
};

// Tables are indexed by the ScalarType of x; null where there is nothing to compute.
template <class Fn>
struct ByType {
  Fn* fn[scalar_type_count];
  constexpr Fn* operator[](ScalarType t) const { return fn[static_cast<int>(t)]; }
};

using ReduceFn = void(const void* x, void* y, const ReduceShape&);
using ReduceIndexFn = void(const void* x, void* y, int64_t* index, const ReduceShape&);
using ReducePowerFn = void(const void* x, double* y, double p, const ReduceShape&);
using ReduceMomentsFn = void(const void* x, double* mean, double* m2, const ReduceShape&);
using ReduceLogSumExpFn = void(const void* x, void* max, void* sum, const ReduceShape&);

// One table for each source, tensor/kernels/reduce/sum.cpp and so on.
struct SumTable {
  // y is int64 for bool and integers (modulo 2^64), else of x's type. nansum: float and double.
  ByType<ReduceFn> sum, prod, nansum;
};

struct LogicTable {
  // y is bool; a nan is true.
  ByType<ReduceFn> any, all;
};

struct MinMaxTable {
  // y is of x's type; a nan wins. n > 0, as for max and min.
  ByType<ReduceFn> amax, amin;
  // Also the first index of the extremum (of the first nan). y may be null.
  ByType<ReduceIndexFn> max, min;
};

// Float and double.
struct PowerTable {
  // Sum of |x|^p; number of x != 0 for p = 0, max |x| for p = inf, min |x| for p = -inf.
  ByType<ReducePowerFn> power;
  // Mean, and sum of (x - mean)². n > 0.
  ByType<ReduceMomentsFn> moments;
  // max = max x, but 0 if that is infinite; sum = sum of exp(x - max); both of x's type. n > 0.
  ByType<ReduceLogSumExpFn> logsumexp;
};

// Running results along the middle axis of dense [outer, n, inner] blocks; x and y may be the same.
// Parts of outer and inner are independent: pass inner_pitch > inner to work on some columns only.
struct ScanShape {
  int64_t outer, n, inner, inner_pitch;
};

using ScanFn = void(const void* x, void* y, const ScanShape&);
using RecurrenceFn = void(const void* a, const void* b, void* y, const ScanShape&, bool from_end);
using ScanIndexFn = void(const void* x, void* y, int64_t* index, const ScanShape&);

// A running result for each type of x; y is int64 for bool and integers, else of x's type.
struct ScanKernels {
  ByType<ScanFn> fn;
  int64_t grain;  // elements worth a thread
};

struct ScanTable {
  ScanKernels cumsum, cumprod;  // floats are accumulated in double
  ScanKernels logcumsumexp;     // float and double
  // y_k = b_k + a_k y_(k-1) from the first on, or y_k = b_k + a_(k+1) y_(k+1) from the end; n > 0.
  ByType<RecurrenceFn> recurrence;
  // Also the index of the running extremum: of equals the last, and a nan stays until the next nan.
  ByType<ScanIndexFn> cummax, cummin;
};

// Kernels that are templates of the type of x, for every type and for floating ones. Bool goes
// through uint8_t, whose 0 and 1 it shares.
#define GRADUS_ALL_TYPES(f)                                                       \
  {                                                                               \
    { &f<uint8_t>, &f<uint8_t>, &f<int32_t>, &f<int64_t>, &f<float>, &f<double> } \
  }
#define GRADUS_FLOAT_TYPES(f)                                     \
  {                                                               \
    { nullptr, nullptr, nullptr, nullptr, &f<float>, &f<double> } \
  }

namespace GRADUS_ISA {
extern const SumTable sum_table;
extern const LogicTable logic_table;
extern const MinMaxTable minmax_table;
extern const PowerTable power_table;
extern const ScanTable scan_table;
}  // namespace GRADUS_ISA

}  // namespace gradus::kernels
