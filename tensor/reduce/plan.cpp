#include "tensor/reduce/plan.h"

#include <algorithm>

#include "tensor/base/fail.h"
#include "tensor/shape.h"

namespace gradus {

DimSet all_dims(int64_t ndim, const char* op) {
  if (ndim > 64) fail("{}: only tensors of up to 64 dims are supported, got {}", op, ndim);
  return ndim == 64 ? ~DimSet(0) : (DimSet(1) << std::max<int64_t>(ndim, 1)) - 1;
}

DimSet dim_set(OptionalIntArrayRef dims, int64_t ndim, const char* op, bool empty_is_none) {
  const DimSet all = all_dims(ndim, op);
  if (!dims || (dims->empty() && !empty_is_none)) return all;
  DimSet set = 0;
  for (const int64_t dim : *dims) {
    const int64_t d = wrap_dim(dim, ndim, op);
    if (contains(set, size_t(d))) fail("{}: dim {} appears twice in {}", op, d, *dims);
    set |= DimSet(1) << d;
  }
  return set;
}

Dims dim_list(DimSet dims) {
  Dims list;
  for (int64_t d = 0; d < 64; ++d)
    if (contains(dims, size_t(d))) list.push_back(d);
  return list;
}

Dims reduced_sizes(IntArrayRef sizes, DimSet dims, bool keepdim) {
  Dims out;
  for (size_t d = 0; d < sizes.size(); ++d)
    if (!contains(dims, d))
      out.push_back(sizes[d]);
    else if (keepdim)
      out.push_back(1);
  return out;
}

int64_t reduced_count(IntArrayRef sizes, DimSet dims) {
  int64_t n = 1;
  for (size_t d = 0; d < sizes.size(); ++d)
    if (contains(dims, d)) n *= sizes[d];
  return n;
}

namespace raw {

int64_t Plan::outer() const {
  int64_t n = 1;
  for (int64_t s : size) n *= s;
  return n;
}

namespace {

// Dims of x, outermost first. A stride of 0 counts as the largest: its dim is best walked last.
void insert_by_stride(Dims& order, IntArrayRef strides, size_t d) {
  const auto key = [&](int64_t i) {
    const int64_t s = strides[size_t(i)];
    return s == 0 ? INT64_MAX : s;
  };
  size_t at = order.size();
  while (at > 0 && key(order[at - 1]) < key(int64_t(d))) --at;
  order.insert(at, int64_t(d));
}

// A run of dims that one stride walks.
struct DimRun {
  int64_t size, stride;
  DimSet dims;
};

}  // namespace

Reduction plan_reduction(const Tensor& x, DimSet dims) {
  const IntArrayRef sizes = x.sizes(), strides = x.strides();
  const int64_t item = int64_t(x.itemsize());
  Reduction r;
  Dims reduced;
  for (size_t d = 0; d < sizes.size(); ++d)
    if (sizes[d] != 1) insert_by_stride(contains(dims, d) ? reduced : r.kept, strides, d);

  // The innermost axis, if it is long enough to pay, else the longest.
  DimRun best{1, 0, 0};
  for (size_t i = reduced.size(); i > 0;) {
    size_t d = size_t(reduced[--i]);
    DimRun axis{sizes[d], strides[d], DimSet(1) << d};
    for (; i > 0; --i) {
      d = size_t(reduced[i - 1]);
      if (strides[d] != axis.size * axis.stride) break;
      axis.size *= sizes[d];
      axis.dims |= DimSet(1) << d;
    }
    if (best.dims == 0 || (best.size < 16 && axis.size > best.size)) best = axis;
    if (i > 0) r.last = false;
  }
  r.axis = best.dims;
  r.plan.n = best.size;
  r.plan.n_step = best.stride * item;
  for (const int64_t d : reduced)
    if (!contains(r.axis, size_t(d))) insert_by_stride(r.kept, strides, size_t(d));

  // Kept dims that one stride walks become one.
  Plan& p = r.plan;
  for (const int64_t dim : r.kept) {
    const size_t d = size_t(dim);
    if (!p.size.empty() && p.step.back() == sizes[d] * strides[d] * item) {
      p.size.back() *= sizes[d];
      p.step.back() = strides[d] * item;
    } else {
      p.size.push_back(sizes[d]);
      p.step.push_back(strides[d] * item);
    }
  }
  // Rows are blocks of one column; otherwise the last kept dim is what the kernels put side by
  // side.
  if (!p.size.empty() && p.n_step != item) {
    p.inner = p.size.back();
    p.inner_step = p.step.back();
    p.size.pop_back();
    p.step.pop_back();
  }
  return r;
}

}  // namespace raw
}  // namespace gradus
