// Elements repeated, mirrored and shifted. Results are new tensors, except where nothing changes.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// self put side by side repeats[d] times along each dim d; more repeats than dims add dims in
/// front. Throws Error for fewer repeats than dims or a negative one.
inline Tensor repeat(const Tensor& self, IntArrayRef repeats) { return self.repeat(repeats); }
/// Each slice along `dim` (each element of the flattened tensor, without one) repeated in place:
/// `repeats` times, or repeats[i] times for slice i. `output_size`, where given, must be the size
/// that results.
inline Tensor repeat_interleave(const Tensor& self, int64_t repeats,
                                std::optional<int64_t> dim = std::nullopt,
                                std::optional<int64_t> output_size = std::nullopt) {
  return self.repeat_interleave(repeats, dim, output_size);
}
inline Tensor repeat_interleave(const Tensor& self, const Tensor& repeats,
                                std::optional<int64_t> dim = std::nullopt,
                                std::optional<int64_t> output_size = std::nullopt) {
  return self.repeat_interleave(repeats, dim, output_size);
}
/// The index i, repeats[i] times, for each i: a 1-dim tensor of the type of `repeats`.
Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> output_size = std::nullopt);
/// repeat() in which missing repeats in front count as 1.
inline Tensor tile(const Tensor& self, IntArrayRef dims) { return self.tile(dims); }
/// A copy with the order of elements along each of `dims` turned round.
inline Tensor flip(const Tensor& self, IntArrayRef dims) { return self.flip(dims); }
/// flip() along the second dim. Throws Error below 2 dims.
inline Tensor fliplr(const Tensor& self) { return self.fliplr(); }
/// flip() along the first dim. Throws Error for a 0-dim tensor.
inline Tensor flipud(const Tensor& self) { return self.flipud(); }
/// The plane of two dims turned by 90 degrees k times, from the first dim towards the second.
inline Tensor rot90(const Tensor& self, int64_t k = 1, IntArrayRef dims = {0, 1}) {
  return self.rot90(k, dims);
}
/// Elements moved by shifts[i] places along dims[i]; those that leave at the end come back at the
/// start. Without dims the flattened tensor is shifted.
inline Tensor roll(const Tensor& self, IntArrayRef shifts, IntArrayRef dims = {}) {
  return self.roll(shifts, dims);
}

}  // namespace gradus
