// Linear maps that act on each of the last dims by itself: padding by reflection, average pooling,
// interpolation. Untaped.
#pragma once

#include <vector>

#include "tensor/base/vector.h"
#include "tensor/raw.h"

namespace gradus::raw {

// A sparse matrix: element i of the result is the sum over e in begin[i] .. begin[i + 1] - 1 of
// weight[e] * x[index[e]].
struct Axis {
  int64_t in = 0;
  Vector<int64_t> begin{0}, index;
  Vector<double> weight;

  explicit Axis(int64_t size) : in(size) {}
  // With room for `each` entries of each of the result's `out` elements.
  Axis(int64_t size, int64_t out, int64_t each);
  int64_t out() const { return int64_t(begin.size()) - 1; }
  void add(int64_t i, double w) {
    index.push_back(i);
    weight.push_back(w);
  }
  // The next element of the result.
  void next() { begin.push_back(int64_t(index.size())); }

  bool is_identity() const;
  bool is_unweighted() const;  // all weights are 1
  // At most one element with weight 1 makes each of the result's.
  bool is_selection() const;
  Axis transposed() const;
};

// Throws where there is no memory for a result with those sizes in place of the last dims of x, so
// that nobody makes axes of such lengths first. Whether there is anything to resample.
bool check_resampled(const char* op, const Tensor& x, IntArrayRef out);

// The axes are the last dims of x, one to three. x is of a floating type, or of any when all axes
// are selections.
Tensor resample(const char* op, const Tensor& x, const std::vector<Axis>& axes);

}  // namespace gradus::raw
