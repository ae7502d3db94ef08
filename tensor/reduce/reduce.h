// Untaped reductions. A set of dims is a bit mask, made by dim_set from what the user wrote.
// Float results do not depend on the number of threads: see reduce_chunk in
// tensor/kernels/reduce/reduce.h.
#pragma once

#include "tensor/raw.h"

namespace gradus {

using DimSet = uint64_t;

// Bit d for each dim d, wrapped; all dims for none or (unless empty_is_none) an empty list. Throws
// for a dim out of range or named twice, and for more than 64 dims.
DimSet dim_set(OptionalIntArrayRef dims, int64_t ndim, const char* op, bool empty_is_none = false);
// The set of all of them.
DimSet all_dims(int64_t ndim, const char* op);
inline bool contains(DimSet dims, size_t d) { return (dims >> d & 1) != 0; }
Dims dim_list(DimSet dims);
// The sizes of a reduction over `dims`.
Dims reduced_sizes(IntArrayRef sizes, DimSet dims, bool keepdim);
// The number of elements that each result stands for.
int64_t reduced_count(IntArrayRef sizes, DimSet dims);

namespace raw {

// Bool and integers are summed and multiplied as int64.
Tensor sum(const Tensor& x, DimSet dims, bool keepdim);
Tensor nansum(const Tensor& x, DimSet dims, bool keepdim);
Tensor prod(const Tensor& x, DimSet dims, bool keepdim);
// Sum divided by count, for floating point.
Tensor mean(const Tensor& x, DimSet dims, bool keepdim);
// Of x's type; a nan wins. Throw where nothing is reduced to something.
Tensor amax(const Tensor& x, DimSet dims, bool keepdim, const char* op = "amax");
Tensor amin(const Tensor& x, DimSet dims, bool keepdim, const char* op = "amin");
// Bool.
Tensor any(const Tensor& x, DimSet dims, bool keepdim);
Tensor all(const Tensor& x, DimSet dims, bool keepdim);
// (sum of |x|^p)^(1/p) and its limits for p = 0, inf and -inf; floating point.
Tensor norm(const Tensor& x, double p, DimSet dims, bool keepdim);
Tensor logsumexp(const Tensor& x, DimSet dims, bool keepdim);
Tensor count_nonzero(const Tensor& x, DimSet dims);

// Mean and sum of squared deviations, in double; nan and 0 where there is nothing to reduce. If
// there is a unit, the sums are of deviations counted in units.
struct Moments {
  Tensor mean, m2, unit;
};
Moments moments(const Tensor& x, DimSet dims, bool keepdim);
// m2 / max(0, count - correction) or its root, of type dtype.
Tensor variance(const Moments& m, double count, double correction, bool root, ScalarType dtype);

// Whether |x| is between these bounds everywhere; for results, of which there are few.
bool all_within(const Tensor& x, double least, double most);
// The first element that is not in [low, high], as a nan is not. Floating point.
std::optional<double> first_outside(const char* op, const Tensor& x, double low, double high);

// The extreme value along one dim and its first index (of a nan the first nan's).
struct Extreme {
  Tensor values, indices;
};
Extreme max(const Tensor& x, int64_t dim, bool keepdim, const char* op = "max");
Extreme min(const Tensor& x, int64_t dim, bool keepdim, const char* op = "min");

}  // namespace raw
}  // namespace gradus
