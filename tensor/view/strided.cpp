#include "tensor/view/strided.h"

#include <algorithm>

#include "tensor/base/parallel.h"
#include "tensor/base/vector.h"
#include "tensor/shape.h"

namespace gradus::raw {

namespace {

int64_t extent(const Window& w) {
  int64_t last = w.offset;
  for (size_t d = 0; d < w.sizes.size(); ++d) {
    if (w.sizes[d] == 0) return 0;
    last += (w.sizes[d] - 1) * w.strides[d];
  }
  return last + 1;
}

// A row of a window: its first element is the i-th of all, at that place in storage.
struct Row {
  int64_t i, place, n, step;
};

// row(Row) for all of the window, its places counted from `origin`. Threads share out the first
// dim, where its slices have no place in common or are only read.
void walk_rows(const Window& w, int64_t origin, bool reads, void (*row)(const void*, const Row&),
               const void* context) {
  const size_t dims = w.sizes.size();
  const int64_t start = w.offset - origin;
  if (dims == 0) return row(context, {0, start, 1, 0});
  const int64_t n = w.sizes[dims - 1], step = w.strides[dims - 1];
  // Elements of a slice, and the last one's place in it.
  const int64_t slice = product(w.sizes.ref().slice(1));
  int64_t reach = 0;
  for (size_t d = 1; d < dims; ++d) reach += (w.sizes[d] - 1) * w.strides[d];
  const auto part = [&](int64_t begin, int64_t end) {
    if (dims == 1) return row(context, {begin, start + begin * step, end - begin, step});
    Dims index(dims);
    int64_t place = start + begin * w.strides[0];
    for (int64_t i = begin * slice; i < end * slice; i += n) {
      row(context, {i, place, n, step});
      for (size_t d = dims - 1; d-- > 0;) {
        place += w.strides[d];
        if (++index[d] < w.sizes[d]) break;
        place -= w.strides[d] * w.sizes[d];
        index[d] = 0;
      }
    }
  };
  if (!reads && w.strides[0] <= reach)
    part(0, w.sizes[0]);
  else if (slice > 0)
    parallel_for(0, w.sizes[0], std::max<int64_t>(1, 16384 / slice), part);
}
template <class F>
void for_rows(const Window& w, int64_t origin, bool reads, F row) {
  walk_rows(
      w, origin, reads, [](const void* f, const Row& r) { (*static_cast<const F*>(f))(r); }, &row);
}

}  // namespace

Tensor transfer(const Tensor& x, const Window& from, const Window& to, Shared shared) {
  Tensor y = empty(to.sizes, x.dtype());
  if (y.numel() == 0) return y;
  const Tensor dense = contiguous(x);
  const Window& mean = shared == Shared::from ? from : to;
  visit_floating(x.dtype(), "as_strided", [&](auto zero) {
    using T = decltype(zero);
    const int64_t origin = std::min(from.offset, to.offset);
    const int64_t end = std::max({extent(from), extent(to), origin});
    Vector<T> places(size_t(end - origin)), share;
    if (may_overlap_itself(mean.sizes, mean.strides)) {
      share.resize(places.size());
      for_rows(mean, origin, false, [&](const Row& r) {
        for (int64_t k = 0; k < r.n; ++k) share[size_t(r.place + k * r.step)] += 1;
      });
    }
    const T* in = dense.data_ptr<T>();
    T* out = y.data_ptr<T>();
    for_rows(from, origin, false, [&](const Row& r) {
      for (int64_t k = 0; k < r.n; ++k) places[size_t(r.place + k * r.step)] += in[r.i + k];
    });
    for (size_t p = 0; p < share.size(); ++p)
      if (share[p] > 1) places[p] /= share[p];
    for_rows(to, origin, true, [&](const Row& r) {
      for (int64_t k = 0; k < r.n; ++k) out[r.i + k] = places[size_t(r.place + k * r.step)];
    });
  });
  return y;
}

}  // namespace gradus::raw
