// Sums and products of integers.
#pragma once

#include <c10/macros/Macros.h>

#include <cstdint>
#include <iterator>

#include "tensor/base/error.h"

namespace gradus {

/// The sum of the integers.
template <class Iterator>
int64_t sum_integers(Iterator begin, Iterator end) {
  int64_t sum = 0;
  for (; begin != end; ++begin) sum += int64_t(*begin);
  return sum;
}
template <class List>
int64_t sum_integers(const List& list) {
  return sum_integers(std::begin(list), std::end(list));
}
/// The product of the integers; 1 for none.
template <class Iterator>
int64_t multiply_integers(Iterator begin, Iterator end) {
  int64_t product = 1;
  for (; begin != end; ++begin) product *= int64_t(*begin);
  return product;
}
template <class List>
int64_t multiply_integers(const List& list) {
  return multiply_integers(std::begin(list), std::end(list));
}

/// The product of the sizes from dim k on; 1 where there is none.
template <class List>
int64_t numelements_from_dim(int k, const List& dims) {
  if (k < 0) throw Error("numelements_from_dim: k is negative");
  if (k > int(dims.size())) return 1;
  return multiply_integers(std::next(std::begin(dims), k), std::end(dims));
}
/// The product of the sizes before dim k. Throws Error when there are less.
template <class List>
int64_t numelements_to_dim(int k, const List& dims) {
  if (k < 0 || k > int(dims.size())) throw Error("numelements_to_dim: k is out of range");
  return multiply_integers(std::begin(dims), std::next(std::begin(dims), k));
}
/// The product of the sizes from one dim to before the other, in either order.
template <class List>
int64_t numelements_between_dim(int k, int l, const List& dims) {
  if (k > l) std::swap(k, l);
  if (k < 0 || l >= int(dims.size())) throw Error("numelements_between_dim: out of range");
  return multiply_integers(std::next(std::begin(dims), k), std::next(std::begin(dims), l));
}

}  // namespace gradus
