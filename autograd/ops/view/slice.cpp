// Views of a part of the elements.
#include <algorithm>

#include "autograd/inplace.h"
#include "autograd/ops/view/strided.h"
#include "autograd/ops/view/view.h"
#include "autograd/ops/view/zeros_around.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {

using autograd::OutputInfo;
using autograd::record_view;
using autograd::zeros_around;

Tensor Tensor::select(int64_t d, int64_t index) const {
  const TensorImpl& t = checked();
  if (t.sizes.empty()) fail_index("select: a 0-dim tensor has no dim to select from");
  const size_t at = size_t(wrap_dim(d, dim(), "select"));
  const int64_t size = t.sizes[at];
  if (index < -size || index >= size)
    fail_index("select: index {} is out of range for dim {} of shape {}", index, at, sizes());
  const int64_t i = index < 0 ? index + size : index;
  Tensor out = raw::window(*this, t.sizes.size() - 1, t.offset + i * t.strides[at]);
  TensorImpl& o = *out.impl();
  for (size_t k = 0; k < o.sizes.size(); ++k) {
    o.sizes[k] = t.sizes[k < at ? k : k + 1];
    o.strides[k] = t.strides[k < at ? k : k + 1];
  }
  o.refresh();
  return record_view(
      "select", *this, std::move(out), [at, i](const Tensor& dy, const OutputInfo& input) {
        return zeros_around("select_backward", dy, input.sizes,
                            [at, i](const Tensor& y) { return y.select(int64_t(at), i); });
      });
}

Tensor Tensor::slice(int64_t d, std::optional<int64_t> start, std::optional<int64_t> end,
                     int64_t step) const {
  const TensorImpl& t = checked();
  if (t.sizes.empty()) fail_index("slice: a 0-dim tensor has no dim to slice");
  const size_t at = size_t(wrap_dim(d, dim(), "slice"));
  if (step <= 0) fail("slice: the step must be positive, got {}", step);
  const int64_t size = t.sizes[at];
  const auto place = [size](int64_t i) {
    return std::clamp(i < 0 ? i + size : i, int64_t(0), size);
  };
  const int64_t first = place(start.value_or(0));
  const int64_t last = std::max(first, place(end.value_or(size)));
  Tensor out = raw::window(*this);
  TensorImpl& o = *out.impl();
  o.sizes[at] = ceil_div(last - first, step);
  o.offset += first * t.strides[at];
  o.strides[at] = stride_of(step, t.strides[at]);
  o.refresh();
  return record_view("slice", *this, std::move(out),
                     [at, first, last, step](const Tensor& dy, const OutputInfo& input) {
                       return zeros_around("slice_backward", dy, input.sizes, [=](const Tensor& y) {
                         return y.slice(int64_t(at), first, last, step);
                       });
                     });
}

Tensor Tensor::narrow(int64_t d, int64_t start, int64_t length) const {
  const TensorImpl& t = checked();
  if (t.sizes.empty()) fail("narrow: a 0-dim tensor has no dim to narrow");
  if (length < 0) fail("narrow: the length must not be negative, got {}", length);
  const int64_t size = t.sizes[size_t(wrap_dim(d, dim(), "narrow"))];
  if (start < -size || start > size)
    fail_index("narrow: start {} is out of range [{}, {}]", start, -size, size);
  const int64_t first = start < 0 ? start + size : start;
  if (first > size - length)
    fail("narrow: start {} plus length {} passes the size, {}", first, length, size);
  return slice(d, first, first + length, 1);
}
Tensor Tensor::narrow(int64_t d, const Tensor& start, int64_t length) const {
  if (start.dim() != 0 || !is_integral(start.dtype(), false))
    fail("narrow: start must be a 0-dim integer tensor, got {} of shape {}", start.dtype(),
         start.sizes());
  return narrow(d, start.item().toLong(), length);
}

Tensor Tensor::diagonal(int64_t offset, int64_t dim1, int64_t dim2) const {
  const TensorImpl& t = checked();
  if (t.sizes.size() < 2) fail("diagonal: expected at least 2 dims, got shape {}", sizes());
  const size_t a = size_t(wrap_dim(dim1, dim(), "diagonal"));
  const size_t b = size_t(wrap_dim(dim2, dim(), "diagonal"));
  if (a == b) fail("diagonal: the dims must differ, got {} and {}", dim1, dim2);
  const int64_t rows = t.sizes[a], columns = t.sizes[b];
  const int64_t down = offset < 0 ? std::min(-std::max(offset, -rows), rows) : 0;
  const int64_t right = offset > 0 ? std::min(offset, columns) : 0;
  const int64_t length = std::max<int64_t>(0, std::min(rows - down, columns - right));
  const int64_t start =
      length == 0 ? t.offset : t.offset + down * t.strides[a] + right * t.strides[b];
  const int64_t step = std::min(t.strides[a] + t.strides[b], largest_stride);
  Dims sz = t.sizes, st = t.strides;
  for (size_t gone : {std::max(a, b), std::min(a, b)}) {
    sz.erase(gone);
    st.erase(gone);
  }
  sz.push_back(length);
  st.push_back(step);
  return record_view("diagonal", *this, raw::window(*this, sz, st, start),
                     [offset, a, b](const Tensor& dy, const OutputInfo& input) {
                       return zeros_around("diagonal_backward", dy, input.sizes,
                                           [=](const Tensor& y) {
                                             return y.diagonal(offset, int64_t(a), int64_t(b));
                                           });
                     });
}

Tensor Tensor::unfold(int64_t dimension, int64_t size, int64_t step) const {
  const TensorImpl& t = checked();
  const size_t at = size_t(wrap_dim(dimension, dim(), "unfold"));
  const int64_t whole = t.sizes.empty() ? 1 : t.sizes[at];
  const int64_t stride = t.sizes.empty() ? 1 : t.strides[at];
  if (size < 0) fail("unfold: the size must not be negative, got {}", size);
  if (size > whole) fail("unfold: size {} passes that of dim {}, {}", size, at, whole);
  if (step <= 0) fail("unfold: the step must be positive, got {}", step);
  // The same window on a dense tensor of this shape, for the derivative.
  Dims sz = t.sizes, st = t.strides, dense = contiguous_strides(t.sizes);
  const Dims base = dense;
  const int64_t count = (whole - size) / step + 1;
  if (t.sizes.empty()) {
    sz = {size};
    st = {stride};
    dense = {1};
  } else {
    sz.push_back(size);
    st.push_back(stride);
    dense.push_back(base[at]);
    sz[at] = count;
    st[at] = stride_of(step, stride);
    dense[at] = stride_of(step, base[at]);
  }
  checked_numel(sz, "unfold");
  const autograd::Window from(sz, dense, 0), to(t.sizes, base, 0);
  return record_view("unfold", *this, raw::window(*this, sz, st, t.offset),
                     [from, to](const Tensor& dy) { return autograd::strided_add(dy, from, to); });
}

}  // namespace gradus
