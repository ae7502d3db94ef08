// The parts of matrices on one side of a diagonal.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// Each matrix of the last two dims with zeros above its `diagonal`-th diagonal (0 is the main one,
/// positive ones are above it). Throws Error below 2 dims.
inline Tensor tril(const Tensor& self, int64_t diagonal = 0) { return self.tril(diagonal); }
/// Each matrix of the last two dims with zeros below its `diagonal`-th diagonal. Throws Error below
/// 2 dims.
inline Tensor triu(const Tensor& self, int64_t diagonal = 0) { return self.triu(diagonal); }

}  // namespace gradus
