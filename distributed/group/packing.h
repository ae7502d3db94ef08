// Tensors of any strides as one contiguous piece of memory.
#pragma once

#include <vector>

#include "tensor/tensor.h"

namespace gradus::distributed {

/// A list of tensors, one behind the other: themselves where they are one contiguous tensor, else a
/// copy.
class Packing {
 public:
  Packing() = default;
  /// For reading; with `writable`, to be written too, and `read` says whether what they hold
  /// matters.
  explicit Packing(std::vector<Tensor> parts, bool writable = false, bool read = true);

  /// One contiguous tensor of one dim; undefined for no parts.
  const Tensor& flat() const { return flat_; }
  bool defined() const { return flat_.defined(); }
  /// What was written into flat() is put into the tensors, and counts as a write to them.
  void unpack() const;

 private:
  std::vector<Tensor> parts_;
  Tensor flat_;
  bool copied_ = false;
};

}  // namespace gradus::distributed
