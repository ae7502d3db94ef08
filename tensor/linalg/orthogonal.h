#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// The Q of x = QR with a positive diagonal of R, for x [rows, columns] with rows >= columns;
// double.
Tensor orthonormalised(const Tensor& x);

}  // namespace gradus::raw
