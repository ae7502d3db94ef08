// Tensors of one number.
#pragma once

#include <c10/macros/Macros.h>

#include "gradus.h"

namespace gradus {

/// The number as a 0-dim tensor of its kind: bool, int64 or float64. It does not weigh less in
/// promotion than another tensor of 0 dims.
inline Tensor scalar_to_tensor(const Scalar& s, Device device = kCPU) {
  return scalar_tensor(s, TensorOptions(s.type()).device(device));
}
namespace native {
/// The same; the number weighs in promotion as a plain number does.
inline Tensor wrapped_scalar_tensor(const Scalar& s, Device device = kCPU) {
  Tensor x = scalar_to_tensor(s, device);
  x.impl()->wrapped_number = true;
  return x;
}
}  // namespace native
namespace detail {
inline Tensor scalar_tensor_static(const Scalar& s, std::optional<ScalarType> dtype,
                                   std::optional<Device> device) {
  return scalar_tensor(s, TensorOptions().dtype(dtype).device(device));
}
}  // namespace detail

}  // namespace gradus
