// The largest elements of windows, and moving elements by their places. Untaped. The spatial dims
// are the last of a tensor; an index counts the elements of all of them together.
#pragma once

#include <functional>
#include <tuple>
#include <vector>

#include "tensor/base/vector.h"
#include "tensor/raw.h"

namespace gradus::raw {

// For each place of the result, the window's first element and one behind its last, of which every
// `step`th counts.
struct Windows {
  Vector<int64_t> first, last;
  int64_t step = 1;
  void reserve(int64_t n) {
    first.reserve(size_t(n));
    last.reserve(size_t(n));
  }
  void add(int64_t from, int64_t to) {
    first.push_back(from);
    last.push_back(to);
  }
  bool has_empty() const {
    for (size_t i = 0; i < first.size(); ++i)
      if (first[i] >= last[i]) return true;
    return false;
  }
};

// The largest element of each window and its index (int64); the first of equals, and the last NaN
// if there is any. `windows_of(plane)` gives the windows of the dims, of the same numbers for all
// planes; they are not empty. Numeric types. Without `indices` there are none.
std::tuple<Tensor, Tensor> max_windows(
    const char* op, const Tensor& x, size_t dims,
    const std::function<const std::vector<Windows>&(int64_t plane)>& windows_of, bool indices);

// y[.., i] = x[.., index[.., i]]: index has the shape of the result.
Tensor gather_places(const char* op, const Tensor& x, const Tensor& index, size_t dims);
// The result has `sizes` in the last dims and y's elements at their places, added up where several
// meet, or the last of them with `overwrite`; else zeros. Throws when an index is out of range.
Tensor scatter_places(const char* op, const Tensor& y, const Tensor& index, IntArrayRef sizes,
                      bool overwrite);

}  // namespace gradus::raw
