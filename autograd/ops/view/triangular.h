// The parts of matrices on one side of a diagonal.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

// Each matrix of the last two dims with zeros above (tril) or below (triu) its k-th diagonal.
inline Tensor tril(const Tensor& self, int64_t diagonal = 0) { return self.tril(diagonal); }
inline Tensor triu(const Tensor& self, int64_t diagonal = 0) { return self.triu(diagonal); }

}  // namespace gradus
