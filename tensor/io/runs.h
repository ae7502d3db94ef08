// Parts of an array as runs of elements that lie side by side.
#pragma once

#include <string>
#include <vector>

#include "tensor/indexing.h"

namespace gradus {

// The elements of a contiguous array at some indices, in their order. Its shape has been checked by
// checked_numel().
class Runs {
 public:
  // Throws Error beginning with `where`.
  Runs(const std::string& where, IntArrayRef shape,
       const std::vector<indexing::TensorIndex>& indices);

  // The sizes of the part.
  IntArrayRef sizes() const { return sizes_; }
  struct Run {
    int64_t at, count;  // elements
  };
  // The next elements, at most `most` of them and at least 1. There must be some left.
  Run next(int64_t most);

 private:
  struct Dim {
    int64_t start, count, step, stride;
  };
  void add(const std::string& where, int64_t size, const indexing::TensorIndex& index);

  std::vector<int64_t> sizes_;
  std::vector<Dim> dims_;        // those around a run
  std::vector<int64_t> place_;   // the run's number along each of them
  int64_t first_ = 0, run_ = 1;  // where the innermost begins in a run, and the elements of a run
  int64_t done_ = 0;             // of this run
};

}  // namespace gradus
