// The strides of memory formats. MemoryFormat itself is in "tensor/options.h".
#pragma once

#include <c10/macros/Macros.h>

#include <string>
#include <vector>

#include "tensor/base/array_ref.h"
#include "tensor/base/error.h"
#include "tensor/options.h"

namespace gradus {

inline MemoryFormat get_contiguous_memory_format() { return MemoryFormat::Contiguous; }

namespace detail {
// Channels innermost; with or without a batch in front.
inline std::vector<int64_t> strides_of_channels_last(IntArrayRef sizes, size_t space) {
  if (sizes.size() != space + 1 && sizes.size() != space + 2)
    throw Error("channels last: a tensor of " + std::to_string(sizes.size()) + " dims, expected " +
                std::to_string(space + 2));
  const size_t batch = sizes.size() - space - 1;
  std::vector<int64_t> strides(sizes.size());
  int64_t step = 1;
  const auto place = [&](size_t d) {
    strides[d] = step;
    step *= sizes[d];
  };
  place(batch);
  for (size_t d = sizes.size(); d-- > batch + 1;) place(d);
  if (batch == 1) place(0);
  return strides;
}
}  // namespace detail

inline std::vector<int64_t> get_channels_last_strides_2d(IntArrayRef sizes) {
  return detail::strides_of_channels_last(sizes, 2);
}
inline std::vector<int64_t> get_channels_last_strides_3d(IntArrayRef sizes) {
  return detail::strides_of_channels_last(sizes, 3);
}

}  // namespace gradus
