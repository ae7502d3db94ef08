// How a reduction over dims is cut into the blocks that the kernels take.
#pragma once

#include <algorithm>

#include "tensor/base/parallel.h"
#include "tensor/kernels/table.h"
#include "tensor/reduce/reduce.h"

namespace gradus::raw {

// One reduced axis of n elements; around it the kept dims: `size` and `step` of all but the last,
// and the last as `inner`. The result is dense, kept dims in this order. Steps are in bytes.
struct Plan {
  Dims size, step;
  int64_t n = 1, n_step = 0, inner = 1, inner_step = 0;

  int64_t outer() const;
  int64_t results() const { return outer() * inner; }
};

// The plan of a first axis of `dims`, which is all of them that can be walked with one stride.
struct Reduction {
  Plan plan;
  DimSet axis = 0;   // the dims of x that it reduces
  bool last = true;  // nothing of `dims` remains
  Dims kept;         // the other dims of x above size 1, outermost first: the order of the results
};

// x has elements.
Reduction plan_reduction(const Tensor& x, DimSet dims);

inline constexpr int64_t reduce_grain = 32768;  // elements worth a thread
inline constexpr int64_t reduce_panel = 512;    // columns that may go to a thread

inline int64_t piece_count(int64_t n) {
  return std::max<int64_t>(1, (n + kernels::reduce_chunk - 1) / kernels::reduce_chunk);
}

// Calls kernel(x, result index, shape) for blocks that cover the plan, on several threads. The axis
// is cut into pieces of reduce_chunk, so that results are [outer, pieces, inner].
template <class Kernel>
void run_plan(const Plan& p, const char* x, int64_t item, const Kernel& kernel) {
  using kernels::reduce_chunk;
  const int64_t outer = p.outer();
  const int64_t pieces = piece_count(p.n);
  const bool columns = p.inner_step == item && p.inner > 1;
  const int64_t panels = columns ? std::max<int64_t>(1, p.inner / reduce_panel) : 1;
  const int64_t runs = p.size.empty() ? 1 : p.size.back();
  const int64_t run_step = p.size.empty() ? 0 : p.step.back();
  const int64_t length = std::min(p.n, reduce_chunk);
  const int64_t whole = length > 0 ? p.n / length : 0;  // pieces of that length
  const int64_t work = std::max<int64_t>(1, length * (p.inner / panels));
  const int64_t grain = std::max<int64_t>(1, reduce_grain / work);
  const auto place = [&](int64_t o) {
    int64_t offset = 0;
    for (size_t d = p.size.size(); d-- > 0; o /= p.size[d]) offset += o % p.size[d] * p.step[d];
    return offset;
  };
  if (pieces == 1 && panels == 1) {
    parallel_for(0, outer, grain, [&](int64_t begin, int64_t end) {
      for (int64_t o = begin; o < end;) {
        const int64_t count = std::min(end - o, runs - o % runs);
        kernel(x + place(o), o * p.inner,
               kernels::ReduceShape{count, p.n, p.inner, run_step, p.n_step, p.inner_step});
        o += count;
      }
    });
    return;
  }
  parallel_for(0, outer * pieces * panels, grain, [&](int64_t begin, int64_t end) {
    for (int64_t u = begin, count; u < end; u += count) {
      const int64_t panel = u % panels, piece = u / panels % pieces, o = u / panels / pieces;
      const int64_t first = panel * reduce_panel, from = piece * length;
      const int64_t width = panel + 1 < panels ? reduce_panel : p.inner - first;
      count = panels == 1 && piece < whole ? std::min(end - u, whole - piece) : 1;
      kernel(x + place(o) + from * p.n_step + first * p.inner_step,
             (o * pieces + piece) * p.inner + first,
             kernels::ReduceShape{count, std::min(length, p.n - from), width, length * p.n_step,
                                  p.n_step, p.inner_step});
    }
  });
}

}  // namespace gradus::raw
