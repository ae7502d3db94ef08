// Places in sorted sequences.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// Where each value would stand in the last dim of `sequence`, before its equals or (`right`) behind
// them; nan counts as larger than all. int64, of the values' shape. A 1-d sequence serves all
// values, else the dims before the last agree.
Tensor searchsorted(const Tensor& sequence, const Tensor& values, bool right);

}  // namespace gradus::raw
