// The windows of poolings along one dim, and their averages as a linear map.
#pragma once

#include <optional>
#include <vector>

#include "tensor/image/pool.h"
#include "tensor/image/resample.h"

namespace gradus::raw {

// The numbers of a pooling of `in` elements along one dim.
struct PooledDim {
  const char* op;
  int64_t in, out, kernel, stride, padding, dilation;

  // What window i covers of the input, and how many elements it has with the padding; for a
  // dilation of 1.
  struct Place {
    int64_t first, last, padded;
  };
  Place place(int64_t i) const;
};

// Those elements of each window that are of the input: none, where one lies beside it.
Windows windows_of(const PooledDim& dim);
// The averages of the windows. What a sum is divided by is the number of elements of its window,
// with the padding if that counts, or the divisor.
Axis averages_of(const PooledDim& dim, bool count_padding, std::optional<double> divisor);
// The numbers of elements of the windows; int64, 1-d.
Tensor counts_of(const PooledDim& dim, bool count_padding);

// The windows of adaptive pooling: window i is [floor(i in / out), ceil((i + 1) in / out)).
Windows adaptive_windows(const char* op, int64_t in, int64_t out);
// Their averages, for windows of `in` elements.
Axis averages_of(const Windows& windows, int64_t in);

// The windows of fractional pooling, for the dims of each plane, which take their samples from
// [images, channels, dims] in order; `in` are the sizes of those dims.
Vector<std::vector<Windows>> fractional_windows(const char* op, const Tensor& samples,
                                                int64_t planes, IntArrayRef in, IntArrayRef out,
                                                IntArrayRef kernel);

}  // namespace gradus::raw
