// Views that keep every element: other shapes and orders of dims.
#include "autograd/ops/view/view.h"

#include "autograd/inplace.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/base/warn.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {

using autograd::OutputInfo;
using autograd::record;
using autograd::record_view;
using autograd::wrt;

namespace {

// Gives a gradient the shape that its input had.
struct ReshapeBack {
  Tensor operator()(const Tensor& dy, const OutputInfo& input) const {
    return dy.reshape(input.sizes);
  }
};

Tensor view_with(const char* op, const Tensor& x, const Dims& sizes, const Dims& strides) {
  return record_view(op, x, raw::window(x, sizes, strides, x.storage_offset()), ReshapeBack());
}

// x's elements as `shape`, where one size may be left open; undefined if that takes a copy.
Tensor view_as_shape(const char* op, const Tensor& x, IntArrayRef shape) {
  const TensorImpl& t = *x.impl();
  Tensor out = raw::window(x, shape.size(), t.offset);
  TensorImpl& o = *out.impl();
  infer_size(o.sizes, shape, t.numel, op);
  if (t.contiguous && t.numel > 0 && (t.strides.empty() || t.strides.back() == 1)) {
    o.fill_contiguous(t.numel);
  } else {
    auto strides = view_strides(t.sizes, t.strides, o.sizes);
    if (!strides) return {};
    o.strides = std::move(*strides);
    o.refresh();
  }
  return record_view("view", x, std::move(out), ReshapeBack());
}

// The dims in the order in which `dims` names them, wrapped; each must be named once.
Dims permutation(IntArrayRef dims, int64_t ndim, const char* op) {
  if (int64_t(dims.size()) != ndim) fail("{}: expected {} dims, got {}", op, ndim, dims);
  Dims order(dims.size());
  std::vector<bool> seen(dims.size());
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t d = wrap_dim(dims[i], ndim, op);
    if (seen[size_t(d)]) fail("{}: dim {} appears twice in {}", op, d, dims);
    seen[size_t(d)] = true;
    order[i] = d;
  }
  return order;
}
Dims inverse(const Dims& order) {
  Dims inv(order.size());
  for (size_t i = 0; i < order.size(); ++i) inv[size_t(order[i])] = int64_t(i);
  return inv;
}

}  // namespace

Tensor Tensor::view(IntArrayRef size) const {
  checked();
  Tensor out = view_as_shape("view", *this, size);
  if (!out.defined())
    fail("view: shape {} with strides {} cannot be seen as {} without a copy; use reshape", sizes(),
         strides(), size);
  return out;
}

Tensor Tensor::view(ScalarType dtype) const {
  const TensorImpl& t = checked();
  const int64_t from = int64_t(item_size(t.dtype)), to = int64_t(item_size(dtype));
  if (dtype == ScalarType::Undefined) fail("view: the type is undefined");
  check_held("view", dtype);
  Dims sizes = t.sizes, strides = t.strides;
  int64_t offset = t.offset;
  if (from != to) {
    if (sizes.empty()) fail("view: a 0-dim tensor of {} cannot be seen as {}", t.dtype, dtype);
    if (strides.back() != 1)
      fail("view: to see {} as {} the last stride must be 1, got strides {}", t.dtype, dtype,
           this->strides());
  }
  if (from > to) {
    const int64_t ratio = from / to;
    for (size_t d = 0; d + 1 < strides.size(); ++d) strides[d] = stride_of(ratio, strides[d]);
    sizes.back() = checked_mul("view", sizes.back(), ratio);
    offset = checked_mul("view", offset, ratio);
    checked_numel(sizes, "view");
  } else if (from < to) {
    const int64_t ratio = to / from;
    bool fits = sizes.back() % ratio == 0 && offset % ratio == 0;
    for (size_t d = 0; d + 1 < strides.size(); ++d) {
      fits = fits && strides[d] % ratio == 0;
      strides[d] /= ratio;
    }
    if (!fits)
      fail(
          "view: to see {} as {} the last size, the other strides and the offset must be "
          "multiples of {}, got shape {}, strides {} and offset {}",
          t.dtype, dtype, ratio, this->sizes(), this->strides(), offset);
    sizes.back() /= ratio;
    offset /= ratio;
  }
  // Not differentiable: the bits are read as other numbers.
  Tensor out = raw::window(*this, t.sizes, t.strides, t.offset);
  TensorImpl& o = *out.impl();
  o.dtype = dtype;
  o.sizes = std::move(sizes);
  o.strides = std::move(strides);
  o.offset = offset;
  o.refresh();
  return out;
}

Tensor Tensor::reshape(IntArrayRef shape) const {
  const TensorImpl& t = checked();
  if (Tensor out = view_as_shape("reshape", *this, shape); out.defined()) return out;
  Tensor copy = raw::empty(t.sizes, t.dtype);
  raw::copy(copy, *this);
  infer_size(copy.impl()->sizes, shape, t.numel, "reshape");
  copy.impl()->strides.resize(shape.size());
  copy.impl()->fill_contiguous(t.numel);
  return record("_unsafe_view", std::move(copy), wrt(*this, ReshapeBack()));
}

Tensor Tensor::permute(IntArrayRef dims) const {
  const TensorImpl& t = checked();
  const Dims order = permutation(dims, dim(), "permute");
  Tensor out = raw::window(*this, order.size(), t.offset);
  TensorImpl& o = *out.impl();
  for (size_t i = 0; i < order.size(); ++i) {
    o.sizes[i] = t.sizes[size_t(order[i])];
    o.strides[i] = t.strides[size_t(order[i])];
  }
  o.refresh();
  return record_view("permute", *this, std::move(out),
                     [back = inverse(order)](const Tensor& dy) { return dy.permute(back); });
}

Tensor Tensor::transpose(int64_t dim0, int64_t dim1) const {
  const int64_t a = wrap_dim(dim0, dim(), "transpose"), b = wrap_dim(dim1, dim(), "transpose");
  Tensor out = raw::window(*this);
  TensorImpl& o = *out.impl();
  if (a != b) {
    std::swap(o.sizes[size_t(a)], o.sizes[size_t(b)]);
    std::swap(o.strides[size_t(a)], o.strides[size_t(b)]);
    o.refresh();
  }
  return record_view("transpose", *this, std::move(out),
                     [a, b](const Tensor& dy) { return dy.transpose(a, b); });
}
Tensor Tensor::t() const {
  if (dim() > 2) fail("t: expected at most 2 dims, got shape {}", sizes());
  return autograd::called("t", transpose(0, dim() < 2 ? 0 : 1));
}
Tensor Tensor::mT() const {
  if (dim() == 0) return *this;
  if (dim() < 2) fail("mT: expected at least 2 dims, got shape {}", sizes());
  return transpose(-2, -1);
}
Tensor Tensor::numpy_T() const {
  const size_t n = size_t(dim());
  static std::atomic<bool> given{false};
  if (n != 2)
    warn_once(given,
              "numpy_T: deprecated for {} dims; permute(), or mT() for matrices, says what is "
              "meant",
              n);
  Dims order(n);
  for (size_t i = 0; i < n; ++i) order[i] = int64_t(n - 1 - i);
  return permute(order);
}

Tensor Tensor::movedim(IntArrayRef source, IntArrayRef destination) const {
  if (source.size() != destination.size())
    fail("movedim: source {} and destination {} differ in length", source, destination);
  const size_t n = size_t(dim());
  if (n == 0) {
    for (int64_t d : source) wrap_dim(d, 0, "movedim");
    return alias();
  }
  Dims order(n, -1);
  std::vector<bool> moved(n);
  for (size_t i = 0; i < source.size(); ++i) {
    const size_t from = size_t(wrap_dim(source[i], dim(), "movedim"));
    const size_t to = size_t(wrap_dim(destination[i], dim(), "movedim"));
    if (moved[from]) fail("movedim: dim {} appears twice in source {}", from, source);
    if (order[to] >= 0) fail("movedim: dim {} appears twice in destination {}", to, destination);
    moved[from] = true;
    order[to] = int64_t(from);
  }
  size_t next = 0;
  for (size_t i = 0; i < n; ++i) {
    if (order[i] >= 0) continue;
    while (moved[next]) ++next;
    order[i] = int64_t(next++);
  }
  return permute(order);
}
Tensor Tensor::movedim(int64_t source, int64_t destination) const {
  return movedim(IntArrayRef(source), IntArrayRef(destination));
}
Tensor Tensor::moveaxis(IntArrayRef source, IntArrayRef destination) const {
  return movedim(source, destination);
}
Tensor Tensor::moveaxis(int64_t source, int64_t destination) const {
  return movedim(source, destination);
}

Tensor Tensor::expand(IntArrayRef size, bool) const {
  checked();
  // The engine sums what was expanded.
  return record_view("expand", *this, raw::expand(*this, size),
                     [](const Tensor& dy) { return dy; });
}

Tensor Tensor::squeeze() const {
  const TensorImpl& t = checked();
  Dims sizes, strides;
  for (size_t d = 0; d < t.sizes.size(); ++d)
    if (t.sizes[d] != 1) {
      sizes.push_back(t.sizes[d]);
      strides.push_back(t.strides[d]);
    }
  return view_with("squeeze", *this, sizes, strides);
}
Tensor Tensor::squeeze(int64_t d) const {
  return autograd::called("squeeze.dim", squeeze(IntArrayRef(d)));
}
Tensor Tensor::squeeze(IntArrayRef dims) const {
  const TensorImpl& t = checked();
  std::vector<bool> drop(t.sizes.size() + 1);
  for (int64_t d : dims) {
    const size_t i = size_t(wrap_dim(d, dim(), "squeeze"));
    if (drop[i]) fail("squeeze: dim {} appears twice in {}", i, dims);
    drop[i] = true;
  }
  Dims sizes, strides;
  for (size_t d = 0; d < t.sizes.size(); ++d)
    if (!drop[d] || t.sizes[d] != 1) {
      sizes.push_back(t.sizes[d]);
      strides.push_back(t.strides[d]);
    }
  return view_with("squeeze.dims", *this, sizes, strides);
}
Tensor Tensor::unsqueeze(int64_t d) const {
  const TensorImpl& t = checked();
  const size_t at = size_t(wrap_dim(d, dim() + 1, "unsqueeze"));
  Dims sizes = t.sizes, strides = t.strides;
  sizes.insert(at, 1);
  strides.insert(at, at < t.sizes.size() ? stride_of(t.sizes[at], t.strides[at]) : 1);
  return view_with("unsqueeze", *this, sizes, strides);
}

Tensor Tensor::flatten(int64_t start_dim, int64_t end_dim) const {
  checked();
  const int64_t first = wrap_dim(start_dim, dim(), "flatten");
  const int64_t last = wrap_dim(end_dim, dim(), "flatten");
  if (first > last) fail("flatten: start_dim {} comes after end_dim {}", start_dim, end_dim);
  if (dim() == 0) return reshape(1);
  if (first == last) return *this;
  Dims shape(sizes().slice(0, size_t(first)));
  shape.push_back(product(sizes().slice(size_t(first), size_t(last - first) + 1)));
  for (const int64_t size : sizes().slice(size_t(last) + 1)) shape.push_back(size);
  return reshape(shape);
}
Tensor Tensor::unflatten(int64_t d, IntArrayRef sizes) const {
  const TensorImpl& t = checked();
  if (sizes.empty()) fail("unflatten: sizes must not be empty");
  if (dim() == 0) fail_index("unflatten: a 0-dim tensor has no dim {}", d);
  const size_t at = size_t(wrap_dim(d, dim(), "unflatten"));
  Dims parts;
  infer_size(parts, sizes, t.sizes[at], "unflatten");
  Dims shape = t.sizes;
  shape.erase(at);
  for (size_t i = 0; i < parts.size(); ++i) shape.insert(at + i, parts[i]);
  return view(shape);
}
Tensor Tensor::ravel() const { return contiguous().view(-1); }

}  // namespace gradus
