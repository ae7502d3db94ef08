// The shape of an elementwise kernel, and the kernels of one formula.
#pragma once

#include "tensor/kernels/types.h"

namespace gradus::kernels {

// Works through `rows` rows of n elements. p[0] is the output, p[1..] are the operands; element j
// of row i of operand k is at p[k] + i * row_step[k] + j * step[k], in bytes. A step of zero
// repeats one element. The output may be one of the operands (same pointer, same steps), but may
// not overlap one in any other way.
using Loop = void (*)(int64_t n, int64_t rows, char* const* p, const int64_t* step,
                      const int64_t* row_step);

// Null where the type is not supported or there is no slope.
struct Row {
  // Output and operands have the type; a predicate's or comparison's output is bool.
  Loop value[scalar_type_count];
  // slope[i]: the derivative by operand i, for Float and Double: dx = dy * slope, with the operands
  // dy, then those that the formula keeps: inputs in order, then the output.
  Loop slope[3][2];
};

// Those of tensor/kernels/formulas/scalar.h, in its order: all instruction sets share them.
inline constexpr int scalar_count = 28;
struct ScalarRows {
  Row rows[scalar_count];
};
extern const ScalarRows scalar_rows;

}  // namespace gradus::kernels
