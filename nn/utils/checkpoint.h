// Activation checkpointing of modules in a row.
#pragma once

#include <functional>
#include <vector>

#include "autograd/checkpoint.h"
#include "nn/containers/sequential.h"

namespace gradus {

/// The functions one after the other, the first with `input`, in `segments` parts of equal length
/// of which all but the last, longer by the remainder, are checkpointed (see checkpoint()). Throws
/// Error unless 1 <= segments <= functions.size().
Tensor checkpoint_sequential(const std::vector<std::function<Tensor(Tensor)>>& functions,
                             int64_t segments, const Tensor& input);
/// The same with a Sequential's modules, each of which takes a tensor and gives one.
Tensor checkpoint_sequential(const nn::Sequential& modules, int64_t segments, const Tensor& input);

namespace utils::checkpoint {
using gradus::checkpoint_sequential;
}

}  // namespace gradus
