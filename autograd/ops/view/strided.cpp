#include "autograd/ops/view/strided.h"

#include <algorithm>

#include "autograd/inplace.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {
namespace autograd {
namespace {

using raw::Shared, raw::transfer;

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
