// An array in NumPy's layout (numpy.lib.format), which .npy files and the entries of .npz share.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "tensor/tensor.h"

namespace gradus::npy {

// Bytes in sequence.
struct Input {
  std::function<size_t(void* to, size_t bytes)> read;  // fewer at the end only
  std::optional<uint64_t> left;                        // unknown for a pipe
};

// Reads an array. More bytes after it throw, unless others `may_follow`. Throws Error beginning
// with `where`.
Tensor read_array(const std::string& where, Input input, bool may_follow = false);

struct Written {
  std::string header;
  Tensor elements;  // whose storage has them in the order of the file
  std::string_view data() const;
};
// Throws Error, with `op` and `name`, for what read_array() would refuse.
void check(const std::string& op, const std::string& name, const Tensor& t);
// The same, and lays it out.
Written lay_out(const std::string& op, const std::string& name, const Tensor& t);

}  // namespace gradus::npy
