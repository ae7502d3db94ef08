// Elements repeated, mirrored, shifted, and triangles and diagonals of matrices. Results are new
// tensors, except where nothing changes.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

inline Tensor repeat(const Tensor& self, IntArrayRef repeats) { return self.repeat(repeats); }
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
// The index i, repeats[i] times, for each i.
Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> output_size = std::nullopt);
inline Tensor tile(const Tensor& self, IntArrayRef dims) { return self.tile(dims); }
inline Tensor flip(const Tensor& self, IntArrayRef dims) { return self.flip(dims); }
inline Tensor fliplr(const Tensor& self) { return self.fliplr(); }
inline Tensor flipud(const Tensor& self) { return self.flipud(); }
inline Tensor rot90(const Tensor& self, int64_t k = 1, IntArrayRef dims = {0, 1}) {
  return self.rot90(k, dims);
}
inline Tensor roll(const Tensor& self, IntArrayRef shifts, IntArrayRef dims = {}) {
  return self.roll(shifts, dims);
}
inline Tensor diag(const Tensor& self, int64_t diagonal = 0) { return self.diag(diagonal); }
inline Tensor diag_embed(const Tensor& self, int64_t offset = 0, int64_t dim1 = -2,
                         int64_t dim2 = -1) {
  return self.diag_embed(offset, dim1, dim2);
}
inline Tensor diagflat(const Tensor& self, int64_t offset = 0) { return self.diagflat(offset); }

}  // namespace gradus
