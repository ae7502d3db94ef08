// Untaped position embeddings.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// cos and sin of (first + t) base^(-2 i / size) for t below `length` and i below size / 2, rounded
// up: [length, (size + 1) / 2]. Made in double.
struct Turns {
  Tensor cos, sin;
};
Turns turns(const char* op, int64_t first, int64_t length, int64_t size, double base, ScalarType t);

enum class Pairing { neighbours, halves };  // elements 2i and 2i + 1, or i and i + pairs

// x [..., T, D] with the pairs of the first 2 P elements of its rows turned, by the angles of cos
// and sin [T, P] of x's type; `back` turns them the other way. The other elements are x's.
Tensor rotate(const Tensor& x, const Turns& by, Pairing pairing, bool back);

}  // namespace gradus::raw
