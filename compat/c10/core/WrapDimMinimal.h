// Dims that count from the last one.
#pragma once

#include <c10/macros/Macros.h>

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

#include "gradus.h"

namespace gradus {

/// `dim` as one that counts from the first, of a tensor of so many dims. A number counts as one
/// dim, unless `wrap_scalar` is false. Throws IndexError out of range.
inline int64_t maybe_wrap_dim(int64_t dim, int64_t dims, bool wrap_scalar = true) {
  if (dims < 0) throw IndexError("maybe_wrap_dim: " + std::to_string(dims) + " dims");
  if (dims == 0) {
    if (!wrap_scalar)
      throw IndexError("maybe_wrap_dim: dim " + std::to_string(dim) + " of a tensor of no dims");
    dims = 1;
  }
  if (dim < -dims || dim >= dims)
    throw IndexError("maybe_wrap_dim: dim " + std::to_string(dim) + " is not in [" +
                     std::to_string(-dims) + ", " + std::to_string(dims - 1) + "]");
  return dim < 0 ? dim + dims : dim;
}
inline int64_t maybe_wrap_dim(int64_t dim, const Tensor& x) { return maybe_wrap_dim(dim, x.dim()); }
inline int64_t maybe_wrap_dim(int64_t dim, TensorList list) {
  return list.empty() ? dim : maybe_wrap_dim(dim, list[0].dim());
}
/// The same for each of the list, in place.
inline void maybe_wrap_dims(std::vector<int64_t>& list, int64_t dims, bool wrap_scalars = true) {
  for (int64_t& d : list) d = maybe_wrap_dim(d, dims, wrap_scalars);
}

constexpr size_t dim_bitset_size = 64;
/// A bit for each dim of the list, or for all where there is no list. Throws Error for a dim that
/// stands there twice and for more than 64.
inline std::bitset<dim_bitset_size> dim_list_to_bitset(OptionalIntArrayRef list, size_t dims) {
  if (dims > dim_bitset_size)
    throw Error("dim_list_to_bitset: " + std::to_string(dims) + " dims, 64 is the most");
  std::bitset<dim_bitset_size> seen;
  if (!list)
    for (size_t d = 0; d < dims; ++d) seen.set(d);
  else
    for (const int64_t each : *list) {
      const auto d = size_t(maybe_wrap_dim(each, int64_t(dims)));
      if (seen[d])
        throw Error("dim_list_to_bitset: dim " + std::to_string(d) + " stands there twice");
      seen.set(d);
    }
  return seen;
}

}  // namespace gradus
