// What goes along one dim of a dense tensor, cut into parts for the threads.
#pragma once

#include <algorithm>

#include "tensor/base/array_ref.h"
#include "tensor/base/parallel.h"
#include "tensor/kernels/table.h"

namespace gradus::raw {

// Sizes seen as [outer, n, inner] around a dim.
struct AlongDim {
  int64_t outer = 1, n = 1, inner = 1;
  AlongDim(IntArrayRef sizes, int64_t dim) {
    for (size_t d = 0; d < sizes.size(); ++d)
      (int64_t(d) < dim ? outer : int64_t(d) == dim ? n : inner) *= sizes[d];
  }
};

// f(first element, shape) for blocks of lines that may go to different threads.
template <class F>
void for_each_block(IntArrayRef sizes, int64_t dim, int64_t grain, F f) {
  const AlongDim s(sizes, dim);
  constexpr int64_t panel = 256;  // columns
  const int64_t panels = std::max<int64_t>(1, s.inner / panel);
  const int64_t work = std::max<int64_t>(1, s.n * (s.inner / panels));
  const int64_t units = s.n * s.inner == 0 ? 0 : s.outer * panels;
  parallel_for(0, units, std::max<int64_t>(1, grain / work), [&](int64_t begin, int64_t end) {
    if (panels == 1)
      return f(begin * s.n * s.inner, kernels::ScanShape{end - begin, s.n, s.inner, s.inner});
    for (int64_t u = begin; u < end; ++u) {
      const int64_t first = u % panels * panel;
      const int64_t width = u % panels + 1 < panels ? panel : s.inner - first;
      f(u / panels * s.n * s.inner + first, kernels::ScanShape{1, s.n, width, s.inner});
    }
  });
}

}  // namespace gradus::raw
