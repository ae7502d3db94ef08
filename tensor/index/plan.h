// Where the elements lie that integer tensors name.
#pragma once

#include "tensor/base/vector.h"
#include "tensor/raw.h"

namespace gradus::raw {

enum class Negative { wraps, refused };

// The indices of an element beside each other: x[:, i, j] for i, j of one broadcast shape. The
// result has the dims before them, the broadcast dims, the dims after them; where the indices do
// not lie beside each other, the broadcast dims come first. Element (b, i, a) of the result is the
// one at before[b] + places[i] + after[a] of x's elements, and the `run` elements from there.
struct IndexPlan {
  // One tensor of int64 or int32 for each dim of x, or fewer; undefined where all of a dim is
  // taken. Throws IndexError when an index is out of range or the shapes do not broadcast.
  IndexPlan(const char* op, const Tensor& x, TensorList indices,
            Negative negative = Negative::wraps);
  int64_t numel() const;

  Dims shape;
  Tensor places;  // int64
  Vector<int64_t> before, after;
  int64_t run = 1;
};

Tensor take(const Tensor& x, const IndexPlan& plan);
// x at those places = (or +=) values, which have the plan's shape or one element. Where places
// repeat, the last value stays.
void put(const Tensor& x, const IndexPlan& plan, const Tensor& values, bool accumulate);

}  // namespace gradus::raw
