// The transpose of reading a part.
#pragma once

#include "autograd/record.h"
#include "tensor/raw.h"

namespace gradus::autograd {

// Zeros of `sizes` whose part has the elements of x. part(t) is a taped view of t that names no
// element twice.
template <class Part>
Tensor zeros_around(const char* op, const Tensor& x, const Dims& sizes, Part part) {
  Tensor y = raw::zeros(sizes, x.dtype());
  {
    const NoGradGuard untaped;
    raw::copy(part(y), x);
  }
  return record(op, std::move(y), wrt(x, [part](const Tensor& dy) { return part(dy); }));
}

}  // namespace gradus::autograd
