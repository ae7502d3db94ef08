// Copies, conversions and fills.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// A copy in new storage, with a history that leads to self. The order of strides is kept where the
/// tensor is dense, or is that of `format`.
inline Tensor clone(const Tensor& self, std::optional<MemoryFormat> format = std::nullopt) {
  return self.clone(format);
}
/// y, or its copy where it is a view of x: for operations that give memory of their own.
inline Tensor apart_from(const Tensor& x, const Tensor& y) {
  return y.is_alias_of(x) ? y.clone(MemoryFormat::Contiguous) : y;
}
/// The same elements without a history: a view that requires no grad.
inline Tensor detach(const Tensor& self) { return self.detach(); }
/// A view of all of self.
inline Tensor alias(const Tensor& self) { return self.alias(); }
/// A new tensor of the shape and type of self with `value` everywhere; a tensor of values must have
/// 0 dims.
inline Tensor fill(const Tensor& self, const Scalar& value) { return self.clone().fill_(value); }
inline Tensor fill(const Tensor& self, const Tensor& value) { return self.clone().fill_(value); }
/// Writes `value` to every element of self.
inline Tensor& fill_(const Tensor& self, const Scalar& value) { return self.fill_(value); }
inline Tensor& fill_(const Tensor& self, const Tensor& value) { return self.fill_(value); }
/// Writes 0 to every element of self.
inline Tensor& zero_(const Tensor& self) { return self.zero_(); }

}  // namespace gradus
