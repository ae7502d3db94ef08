// Untaped sums, means and maxima of rows of a table, bag by bag; float and double.
#pragma once

#include "tensor/base/vector.h"
#include "tensor/raw.h"

namespace gradus::raw {

// Bag b holds the places [start[b], start[b + 1]) of `index`, except those that hold padding.
struct Bags {
  Tensor index;  // int64, contiguous
  Vector<int64_t> start;
  int64_t padding = -1;

  int64_t count() const { return int64_t(start.size()) - 1; }
  // How many places of bag b count.
  int64_t size(int64_t b) const;
};

// Throws IndexError where an index names no row.
void check_rows(const char* op, const Tensor& index, int64_t rows);

// Throws unless the bags start at 0, where the one before ends or later, and within the index.
void check_starts(const char* op, const Bags& bags);

// How many places of each bag count, int64.
Tensor bag_sizes(const Bags& bags);
// For each place of the index the factor of its row: 1, or `mean` 1 / (its bag's size); 0 for
// padding and behind the last bag.
Tensor bag_scales(const Bags& bags, bool mean, ScalarType dtype);
// The factors divided by how often the index names their row.
Tensor over_frequency(const Tensor& scale, const Bags& bags, int64_t rows);
// For each place the number of its bag, int64; 0 behind the last bag.
Tensor bag_numbers(const Bags& bags);

// [bags, size]: the sum of the rows of weight [rows, size], times `scale` and, if defined,
// `factor`, a number for each place.
Tensor bag_sum(const Tensor& weight, const Bags& bags, const Tensor& scale, const Tensor& factor);
// Its transpose: dy [bags, size] to [rows, size].
Tensor bag_sum_backward(const Tensor& dy, const Bags& bags, const Tensor& scale,
                        const Tensor& factor, int64_t rows);
// The largest elements of each bag's rows, 0 for an empty bag, and into `at` the rows they are of
// (0 for an empty bag). Of equal ones the first counts.
Tensor bag_max(const Tensor& weight, const Bags& bags, const Tensor& at);

}  // namespace gradus::raw
