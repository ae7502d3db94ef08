// Tensors with names, in an order.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tensor/tensor.h"

namespace gradus {

/// Names and tensors in an order, as a file of several tensors has them.
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

}  // namespace gradus
