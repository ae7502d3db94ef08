// Changes of a tensor's own sizes, strides and offset: it shows other elements, and none is
// written.
#include <algorithm>
#include <cstring>

#include "autograd/inplace.h"
#include "autograd/ops/view/strided.h"
#include "autograd/ops/view/view.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {

namespace {

// `self` becomes view(self), with its history. Counts as a write: who saved self saved another
// shape.
template <class View, class F>
Tensor& become(const char* op, const Tensor& self, View view, F vjp) {
  autograd::check_inplace(op, self);
  TensorImpl& t = *self.impl();
  Tensor seen;
  {
    const NoGradGuard untaped;
    seen = view(self.detach());
  }
  const bool taped = GradMode::is_enabled() && autograd::needs_grad(self);
  Ref<autograd::Node> node;
  if (taped && !t.view_base) {
    node = Ref<autograd::Node>(new autograd::Recorded<F>(op, autograd::wrt(self, std::move(vjp))));
    node->first_output = {seen.impl()->sizes, t.dtype};
  }
  t.sizes = seen.impl()->sizes;
  t.strides = seen.impl()->strides;
  t.offset = seen.impl()->offset;
  t.refresh();
  autograd::count_write(self);
  if (node)
    autograd::set_history(self, std::move(node), 0);
  else if (taped)
    // A view's history is its window on the base.
    autograd::regenerate_view_history(self, Tensor(t.view_base));
  return const_cast<Tensor&>(self);
}

auto reshape_to(const Tensor& x) {
  return [sizes = x.impl()->sizes](const Tensor& dy) { return dy.reshape(sizes); };
}

void refuse_history(const char* op, const Tensor& self) {
  if (self.requires_grad()) fail("{}: a tensor that requires grad cannot be resized", op);
}

}  // namespace

Tensor& Tensor::transpose_(int64_t dim0, int64_t dim1) const {
  const int64_t a = wrap_dim(dim0, dim(), "transpose_"), b = wrap_dim(dim1, dim(), "transpose_");
  const auto swap = [a, b](const Tensor& x) { return x.transpose(a, b); };
  return become("transpose_", *this, swap, swap);
}
Tensor& Tensor::t_() const {
  if (dim() > 2) fail("t_: expected at most 2 dims, got shape {}", sizes());
  return transpose_(0, dim() < 2 ? 0 : 1);
}
Tensor& Tensor::squeeze_() const {
  checked();
  return become(
      "squeeze_", *this, [](const Tensor& x) { return x.squeeze(); }, reshape_to(*this));
}
Tensor& Tensor::squeeze_(int64_t d) const {
  checked();
  return become(
      "squeeze_", *this, [d](const Tensor& x) { return x.squeeze(d); }, reshape_to(*this));
}
Tensor& Tensor::squeeze_(IntArrayRef dims) const {
  checked();
  return become(
      "squeeze_", *this, [dims](const Tensor& x) { return x.squeeze(dims); }, reshape_to(*this));
}
Tensor& Tensor::unsqueeze_(int64_t d) const {
  checked();
  return become(
      "unsqueeze_", *this, [d](const Tensor& x) { return x.unsqueeze(d); }, reshape_to(*this));
}

Tensor& Tensor::as_strided_(IntArrayRef size, IntArrayRef stride,
                            std::optional<int64_t> offset) const {
  const autograd::Window base(checked());
  const autograd::Window view(size, stride, offset.value_or(base.offset));
  return become(
      "as_strided_", *this, [&](const Tensor& x) { return x.as_strided(size, stride, offset); },
      [base, view](const Tensor& dy) { return autograd::strided_add(dy, view, base); });
}

const Tensor& Tensor::resize_(IntArrayRef size, std::optional<MemoryFormat> format) const {
  checked();
  refuse_history("resize_", *this);
  const int64_t n = checked_numel(size, "resize_");
  const MemoryFormat wanted = format.value_or(MemoryFormat::Contiguous);
  Dims strides = wanted == MemoryFormat::Contiguous || wanted == MemoryFormat::Preserve
                     ? contiguous_strides(size)
                     : channels_last_strides(size, wanted, "resize_");
  TensorImpl& t = *impl_;
  const size_t needed = size_t(t.offset + n) * itemsize();
  if (n > 0 && needed > t.storage->nbytes()) {
    // Other tensors keep the old storage.
    Ref<StorageImpl> grown = StorageImpl::make(needed);
    std::memcpy(grown->data(), t.storage->data(), t.storage->nbytes());
    t.storage = std::move(grown);
  }
  t.sizes = size;
  t.strides = std::move(strides);
  t.refresh();
  return *this;
}

Tensor& Tensor::set_(const Storage& source) const {
  return set_(source, 0, {int64_t(source.nbytes() / itemsize())});
}
Tensor& Tensor::set_(const Storage& source, int64_t offset, IntArrayRef size,
                     IntArrayRef stride) const {
  checked();
  if (!source) fail("set_: the storage is undefined");
  const int64_t n = checked_numel(size, "set_");
  const Dims strides = stride.empty() ? contiguous_strides(size) : Dims(stride);
  if (strides.size() != size.size())
    fail("set_: sizes {} and strides {} differ in length", size, stride);
  const bool negative =
      std::any_of(strides.begin(), strides.end(), [](int64_t s) { return s < 0; });
  const std::optional<int64_t> last = last_place(size, strides, offset);
  const int64_t room = int64_t(source.nbytes() / itemsize());
  if (offset < 0 || negative || !last || (n > 0 && *last >= room))
    fail("set_: sizes {} with strides {} from {} do not fit a storage of {} elements", size,
         strides.ref(), offset, room);
  return set_(Tensor(Ref<TensorImpl>(
      new TensorImpl(source.getIntrusivePtr(), Dims(size), Dims(strides), offset, dtype()))));
}
Tensor& Tensor::set_(const Tensor& source) const {
  TensorImpl& t = const_cast<TensorImpl&>(checked());
  const TensorImpl& from = source.checked();
  refuse_history("set_", *this);
  if (t.dtype != from.dtype) fail("set_: types differ, {} and {}", t.dtype, from.dtype);
  t.storage = from.storage;
  t.sizes = from.sizes;
  t.strides = from.strides;
  t.offset = from.offset;
  t.view_base.reset();
  t.view_kind = ViewKind::none;
  t.refresh();
  return const_cast<Tensor&>(*this);
}

}  // namespace gradus
