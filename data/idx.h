// The IDX format of MNIST and its relatives: an array of numbers with its sizes, plain or gzipped.
#pragma once

#include <string>

#include "tensor/tensor.h"

namespace gradus::data {

/// The array of an IDX file, plain or gzipped: uint8 as such, int8, int16 and int32 as int32,
/// float32 and float64. The file is not trusted: whatever is wrong with it throws Error with its
/// name, before memory is taken for sizes that it cannot hold. An array of more than `max_bytes`
/// throws as well: packed files can be a thousand times smaller than what they hold.
Tensor read_idx(const std::string& path, uint64_t max_bytes = uint64_t(1) << 32);

}  // namespace gradus::data
