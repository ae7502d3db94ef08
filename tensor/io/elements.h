// Elements as they stand in files, of types that tensors have and of some that they do not; for
// .cpp files.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tensor/tensor.h"

namespace gradus {

// How elements stand in a file.
struct StoredType {
  ScalarType type = ScalarType::Undefined;
  bool big_endian = false;
};

// The type of a tensor that holds every value of `t`: itself, or int32 for int8, int16 and uint16,
// int64 for uint32, float32 for the floating types of 8 and 16 bits. It is int64 for uint64, of
// which larger values throw as they are read. Undefined where there is none.
ScalarType widened(ScalarType t);

// Gives the next bytes of the elements, or throws.
using TakeBytes = std::function<void(void* to, size_t bytes)>;

// A contiguous tensor of widened(stored.type) with the elements that `take` gives. Throws Error
// beginning with `where` for a bool that is neither 0 nor 1, and a uint64 beyond int64.
Tensor read_elements(const std::string& where, StoredType stored, IntArrayRef sizes,
                     const TakeBytes& take);

// Throws Error as read_elements() does.
void check_bools(const std::string& where, const void* data, uint64_t count);

}  // namespace gradus
