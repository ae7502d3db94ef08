#include "autograd/ops/view/strided.h"

#include <algorithm>

#include "autograd/inplace.h"
#include "tensor/base/fail.h"
#include "tensor/base/parallel.h"
#include "tensor/base/vector.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {
namespace autograd {
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

enum class Shared { from, to };

// Adds x up in the places of `from`, and reads through `to`. Where several elements of the window
// named by `shared` have one place, each stands for its share of it.
Tensor transfer(const Tensor& x, const Window& from, const Window& to, Shared shared) {
  Tensor y = raw::empty(to.sizes, x.dtype());
  if (y.numel() == 0) return y;
  const Tensor dense = raw::contiguous(x);
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

// The product that carries a gradient of `view` to its base.
auto to_base(const Window& base, const Window& view) {
  return [=](const Tensor& dy) { return strided_add(dy, view, base); };
}

}  // namespace

Tensor strided_gather(const Tensor& x, const Window& from, const Window& to) {
  return record("as_strided", transfer(x, from, to, Shared::from), wrt(x, to_base(from, to)));
}
Tensor strided_add(const Tensor& x, const Window& from, const Window& to) {
  return record("as_strided", transfer(x, from, to, Shared::to),
                wrt(x, [=](const Tensor& dy) { return strided_gather(dy, to, from); }));
}

Tensor strided_scatter(const Tensor& x, const Tensor& src, const Window& whole,
                       const Window& part) {
  Tensor y = raw::empty_strided(whole.sizes, whole.strides, x.dtype());
  raw::copy(y, x);
  raw::copy(raw::window(y, part.sizes, part.strides, part.offset - whole.offset), src);
  return record("as_strided_scatter", std::move(y),
                wrt(x,
                    [=](const Tensor& dy) {
                      return strided_scatter(dy, raw::zeros(part.sizes, dy.dtype()), whole, part);
                    }),
                wrt(src, [=](const Tensor& dy) { return strided_gather(dy, whole, part); }));
}

void regenerate_view_history(const Tensor& view, const Tensor& base) {
  const AutoGradMode on(true);
  auto vjp = to_base(Window(*base.impl()), Window(*view.impl()));
  auto* node = new Recorded<decltype(vjp)>("as_strided", wrt(base, std::move(vjp)));
  node->first_output = {view.impl()->sizes, view.dtype()};
  set_history(view, Ref<Node>(node), 0);
}

}  // namespace autograd

Tensor Tensor::as_strided(IntArrayRef size, IntArrayRef stride,
                          std::optional<int64_t> storage_offset) const {
  const TensorImpl& t = checked();
  const int64_t offset = storage_offset.value_or(t.offset);
  if (size.size() != stride.size())
    fail("as_strided: sizes {} and strides {} differ in length", size, stride);
  const bool none = checked_numel(size, "as_strided") == 0;
  if (offset < 0) fail("as_strided: the offset must not be negative, got {}", offset);
  for (const int64_t s : stride)
    if (s < 0) fail("as_strided: strides must not be negative, got {}", stride);
  const std::optional<int64_t> last = last_place(size, stride, offset);
  const int64_t held = int64_t(t.storage->nbytes() / itemsize());
  if (!none && !(last && *last < held))
    fail("as_strided: sizes {}, strides {} and offset {} reach past a storage of {} elements", size,
         stride, offset, held);
  if (offset > largest_stride) fail("as_strided: offset {} is out of range", offset);
  // A dim of one element takes no step, and an empty window none at all.
  Dims steps = last ? Dims(stride) : contiguous_strides(size);
  for (int64_t& s : steps) s = std::min(s, largest_stride);
  return autograd::record_view(
      "as_strided", *this, raw::window(*this, size, steps, offset),
      autograd::to_base(autograd::Window(t), autograd::Window(size, steps, offset)));
}

}  // namespace gradus
