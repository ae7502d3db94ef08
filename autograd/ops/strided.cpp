#include "autograd/ops/strided.h"

#include <algorithm>

#include "autograd/inplace.h"
#include "tensor/fail.h"
#include "tensor/parallel.h"
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

// f(i, place): the place in storage of the window's i-th element, counted from `origin`. Threads
// share out the first dim, where its slices have no place in common or f only `reads` there.
template <class F>
void for_places(const Window& w, int64_t origin, bool reads, F f) {
  const size_t dims = w.sizes.size();
  if (dims == 0) return f(0, w.offset - origin);
  const int64_t row = w.sizes[dims - 1], step = w.strides[dims - 1];
  int64_t slice = 1, reach = 0;  // elements of a slice, and the last one's place in it
  for (size_t d = 1; d < dims; ++d) {
    slice *= w.sizes[d];
    reach += (w.sizes[d] - 1) * w.strides[d];
  }
  const auto part = [&](int64_t begin, int64_t end) {
    if (dims == 1) {
      for (int64_t i = begin; i < end; ++i) f(i, w.offset - origin + i * step);
      return;
    }
    Dims index(dims);
    int64_t place = w.offset - origin + begin * w.strides[0];
    for (int64_t i = begin * slice; i < end * slice;) {
      for (int64_t j = 0; j < row; ++j) f(i++, place + j * step);
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
    std::vector<T> places(size_t(end - origin)), share;
    if (may_overlap_itself(mean.sizes, mean.strides)) {
      share.resize(places.size());
      for_places(mean, origin, false, [&](int64_t, int64_t p) { share[size_t(p)] += 1; });
    }
    const T* in = dense.data_ptr<T>();
    T* out = y.data_ptr<T>();
    for_places(from, origin, false, [&](int64_t i, int64_t p) { places[size_t(p)] += in[i]; });
    for (size_t p = 0; p < share.size(); ++p)
      if (share[p] > 1) places[p] /= share[p];
    for_places(to, origin, true, [&](int64_t i, int64_t p) { out[i] = places[size_t(p)]; });
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
  int64_t last = offset;
  for (size_t d = 0; d < size.size() && !none; ++d) {
    int64_t reach;
    if (stride[d] < 0 || __builtin_mul_overflow(size[d] - 1, stride[d], &reach) ||
        __builtin_add_overflow(last, reach, &last))
      fail("as_strided: sizes {} with strides {} are out of range", size, stride);
  }
  const int64_t held = int64_t(t.storage->nbytes() / itemsize());
  if (offset < 0 || (!none && last >= held))
    fail("as_strided: sizes {}, strides {} and offset {} reach element {} of a storage of {}", size,
         stride, offset, last, held);
  return autograd::record_view(
      "as_strided", *this, raw::window(*this, size, stride, offset),
      autograd::to_base(autograd::Window(t), autograd::Window(size, stride, offset)));
}

}  // namespace gradus
