// Matrices for tests of what is made of them.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "autograd/factories.h"
#include "tensor/raw.h"

namespace gradus {

inline constexpr const char* op = "test";

// Elements in [-1, 1) that follow from the seed.
inline Tensor numbers(IntArrayRef shape, ScalarType t, uint32_t seed = 1) {
  const Tensor x = raw::empty(shape, kDouble);
  uint32_t s = seed * 2654435761u + 12345u;
  for (int64_t i = 0; i < x.numel(); ++i) {
    s = s * 1664525u + 1013904223u;
    x.data_ptr<double>()[i] = double(s >> 8) / 8388608.0 - 1;
  }
  return raw::to_dtype(x, t);
}
inline double eps(ScalarType t) {
  return t == kFloat ? double(std::numeric_limits<float>::epsilon())
                     : std::numeric_limits<double>::epsilon();
}
// Whether they differ by rounding of a few steps for each of n.
inline bool near(const Tensor& a, const Tensor& b, int64_t n, double factor = 10) {
  const Tensor x = a.to(kDouble), y = b.to(kDouble);
  const double size = x.numel() > 0 ? std::max(1.0, y.abs().max().item<double>()) : 1;
  const double gap = x.numel() > 0 ? (x - y).abs().max().item<double>() : 0;
  const bool good = gap <= factor * double(n + 5) * eps(a.dtype()) * size;
  if (!good) MESSAGE("differ by ", gap, " at size ", size, ", ", n);
  return good;
}
inline Tensor identity_like(const Tensor& x) {
  return eye(x.size(-1), x.options()).expand(x.sizes());
}

}  // namespace gradus
