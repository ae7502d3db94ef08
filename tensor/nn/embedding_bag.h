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

// For each place of the index the factor of its row: 1, or `mean` 1 / (its bag's size); divided by
// how often its row is named if `by_frequency`; 0 for padding and behind the last bag.
Tensor bag_scales(const Bags& bags, int64_t rows, bool mean, bool by_frequency, ScalarType dtype);
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
