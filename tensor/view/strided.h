// Windows given by sizes and strides.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// A window on some storage; the offset counts from where the storage is taken to start.
struct Window {
  Dims sizes, strides;
  int64_t offset = 0;
  explicit Window(const TensorImpl& t, int64_t origin = 0)
      : sizes(t.sizes), strides(t.strides), offset(t.offset - origin) {}
  Window(Dims sz, Dims st, int64_t off)
      : sizes(std::move(sz)), strides(std::move(st)), offset(off) {}
};

// Which window's places count once, where several of its elements have one place: each of these
// then stands for its share of it.
enum class Shared { from, to };

// The elements of x, seen through `from`, added up in its places and read through `to`; 0 where
// `from` has no place. Floating point.
Tensor transfer(const Tensor& x, const Window& from, const Window& to, Shared shared);

}  // namespace gradus::raw
