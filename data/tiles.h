// Pictures beside each other as one; for .cpp files.
#pragma once

#include "tensor/tensor.h"

namespace gradus::data {

// Of pictures [N, C, H, W] one picture [C, height, width], so many in a row, with `padding` pixels
// around each; those and what the last row lacks have the value. `op` stands first in errors.
Tensor tiles(const char* op, const Tensor& pictures, int64_t columns, int64_t padding,
             double pad_value);

}  // namespace gradus::data
