// Tensors in Python's form.
#pragma once

#include <string>

#include "tensor/tensor.h"

namespace gradus {

/// How repr() writes numbers; the defaults are Python's.
struct PrintOptions {
  int precision = 4;         // digits after the point
  int64_t threshold = 1000;  // with more elements than this, only the edges are shown
  int64_t edgeitems = 3;     // elements at each end of a dim that is cut
  int64_t linewidth = 80;
  std::optional<bool> sci_mode;  // scientific notation; by default when the range needs it
};

/// What print(t) shows in Python: `tensor([[1., 2.], [3., 4.]], requires_grad=True)`.
std::string repr(const Tensor& t, const PrintOptions& options = {});

/// Options as libtorch prints them; for tensors see tensor/tensor.h.
std::ostream& operator<<(std::ostream& out, const TensorOptions& o);

}  // namespace gradus
