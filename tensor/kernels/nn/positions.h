// Rotation of pairs of elements, as rotary position embeddings do it.
#pragma once

#include <cstdint>

#include "tensor/kernels/by_floating.h"
#include "tensor/kernels/isa.h"

namespace gradus::kernels {

// Rows of x and y begin x_row and y_row elements apart; cos and sin are [rows, pairs].
template <class T>
struct Rotation {
  int64_t rows, pairs;
  const T* x;
  int64_t x_row;
  T* y;
  int64_t y_row;
  const T *cos, *sin;
  T sense;  // 1 turns by the angle, -1 back
};

// A pair (a, b) becomes (a cos - b sin, b cos + a sin). y is not x.
template <class T>
struct RotationKernels {
  void (*neighbours)(const Rotation<T>&);  // pairs are the elements 2i and 2i + 1
  void (*halves)(const Rotation<T>&);      // pairs are the elements i and i + pairs
};

using RotationTable = ByFloating<RotationKernels>;

}  // namespace gradus::kernels
