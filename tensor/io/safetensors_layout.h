// How tensors and texts are put into a safetensors file.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tensor/io/file.h"
#include "tensor/io/safetensors.h"

namespace gradus::safetensors {

// The header, and the tensors in the order of their places.
struct FileLayout {
  std::string header;
  std::vector<std::pair<const std::string*, Tensor>> tensors;
  void write(const WriteBytes& write) const;
};

// The widest elements come first, so that each tensor is aligned in the file. Names are pointed at.
// Throws Error, beginning with `op`, for what could not be read again.
FileLayout lay_out(const char* op, std::vector<std::pair<const std::string*, Tensor>> tensors,
                   std::vector<std::pair<std::string, std::string>> metadata);

}  // namespace gradus::safetensors
