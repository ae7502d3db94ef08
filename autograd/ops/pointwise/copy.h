// Copies, conversions and fills.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

// A copy in new storage; the order of strides is kept where the tensor is dense.
inline Tensor clone(const Tensor& self, std::optional<MemoryFormat> format = std::nullopt) {
  return self.clone(format);
}
// y, or its copy where it is a view of x: for operations that give memory of their own.
inline Tensor apart_from(const Tensor& x, const Tensor& y) {
  return y.is_alias_of(x) ? y.clone(MemoryFormat::Contiguous) : y;
}
inline Tensor detach(const Tensor& self) { return self.detach(); }
inline Tensor alias(const Tensor& self) { return self.alias(); }
inline Tensor fill(const Tensor& self, const Scalar& value) { return self.clone().fill_(value); }
inline Tensor fill(const Tensor& self, const Tensor& value) { return self.clone().fill_(value); }
inline Tensor& fill_(const Tensor& self, const Scalar& value) { return self.fill_(value); }
inline Tensor& fill_(const Tensor& self, const Tensor& value) { return self.fill_(value); }
inline Tensor& zero_(const Tensor& self) { return self.zero_(); }
// The same shape, type and elements; never broadcasts.
inline bool equal(const Tensor& self, const Tensor& other) { return self.equal(other); }

}  // namespace gradus
