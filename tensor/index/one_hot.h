#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// A new last dim of num_classes elements, 1 at the class that the int64 element names and 0
// elsewhere; -1 means one class more than the largest. Throws for classes out of range.
Tensor one_hot(const Tensor& self, int64_t num_classes);

}  // namespace gradus::raw
