#include "autograd/ops/index/index.h"

#include <functional>

#include "autograd/inplace.h"
#include "autograd/ops/index/masked.h"
#include "tensor/base/warn.h"
#include "tensor/index/mask.h"
#include "tensor/index/plan.h"
#include "tensor/shape.h"

namespace gradus {

using namespace autograd;
using indexing::TensorIndex;
using indexing::TensorIndexType;

namespace {

bool is_mask(const Tensor& t) { return t.dtype() == kBool || t.dtype() == kByte; }
void warn_of_bytes(const char* op, const Tensor& mask) {
  if (mask.dtype() == kByte) warn("{}: a mask of uint8 is deprecated, it is to be of bool", op);
}

// Indices by dim; undefined where all of a dim is taken.
using Indices = std::vector<Tensor>;

// The index tensors that a mask on the dims of x from `dim` on stands for.
void append_mask(const char* op, Indices& out, const Tensor& x, const Tensor& mask, size_t dim) {
  bool fits = int64_t(dim) + mask.dim() <= x.dim();
  for (size_t d = 0; d < size_t(mask.dim()) && fits; ++d)
    fits = mask.sizes()[d] == x.sizes()[dim + d];
  if (!fits)
    fail_index("{}: the mask's shape {} does not match the tensor's, {}, from dim {} on", op,
               mask.sizes(), x.sizes(), dim);
  warn_of_bytes(op, mask);
  const Tensor places = raw::nonzero(mask);
  out.resize(dim);
  for (size_t d = 0; d < size_t(mask.dim()); ++d)
    out.push_back(raw::contiguous(raw::window(places, {places.sizes()[0]}, {places.strides()[0]},
                                              int64_t(d) * places.strides()[1])));
}

Indices expand_masks(const char* op, const Tensor& x, const OptionalTensors& in) {
  Indices out;
  for (const auto& t : in) {
    if (!t || !t->defined())
      out.emplace_back();
    else if (is_mask(*t) && t->dim() > 0)
      append_mask(op, out, x, *t, out.size());
    else if (is_mask(*t))
      fail_index("{}: a 0-dim mask needs a dim of its own; give it as a TensorIndex", op);
    else
      out.push_back(*t);
  }
  return out;
}

// What an index list means: a view of the tensor, and index tensors into that view.
struct Parsed {
  Tensor view;
  Indices indices;
};

int64_t dims_taken(const TensorIndex& i) {
  switch (i.type()) {
    case TensorIndexType::Integer:
    case TensorIndexType::Slice:
      return 1;
    case TensorIndexType::Tensor:
      return i.tensor().defined() && is_mask(i.tensor()) ? i.tensor().dim() : 1;
    default:
      return 0;
  }
}

Parsed parse(const char* op, const Tensor& x, ArrayRef<TensorIndex> list) {
  if (list.empty()) fail_index("{}: the list of indices is empty", op);
  int64_t taken = 0, ellipses = 0;
  for (const TensorIndex& i : list) {
    taken += dims_taken(i);
    ellipses += i.is_ellipsis();
  }
  if (taken > x.dim())
    fail_index("{}: too many indices for shape {}, they take {} dims", op, x.sizes(), taken);
  if (ellipses > 1) fail_index("{}: more than one ellipsis", op);
  Parsed p{x, {}};
  int64_t dim = 0;
  const auto flag = [&](bool on) {
    p.view = p.view.unsqueeze(dim);
    p.indices.resize(size_t(dim));
    p.indices.push_back(raw::zeros(on ? 1 : 0, kLong));
    ++dim;
  };
  for (const TensorIndex& i : list) {
    switch (i.type()) {
      case TensorIndexType::None:
        p.view = p.view.unsqueeze(dim++);
        break;
      case TensorIndexType::Ellipsis:
        dim += x.dim() - taken;
        break;
      case TensorIndexType::Integer:
        p.view = p.view.select(dim, i.integer());
        break;
      case TensorIndexType::Boolean:
        flag(i.boolean());
        break;
      case TensorIndexType::Slice: {
        const indexing::Slice& s = i.slice();
        p.view = p.view.slice(dim++, s.start(), s.stop(), s.step());
        break;
      }
      case TensorIndexType::Tensor: {
        const Tensor& t = i.tensor();
        if (!t.defined()) {
          ++dim;  // all of it
        } else if (is_mask(t) && t.dim() == 0) {
          flag(t.item().toBool());
        } else if (is_mask(t)) {
          append_mask(op, p.indices, p.view, t, size_t(dim));
          dim += t.dim();
        } else if (t.dim() == 0 && is_integral(t.dtype(), false)) {
          p.view = p.view.select(dim, t.item().toLong());
        } else {
          p.indices.resize(size_t(dim));
          p.indices.push_back(t);
          ++dim;
        }
        break;
      }
    }
  }
  return p;
}

Tensor put_zero(const Tensor& dy, const Indices& indices) {
  return dy.index_put(OptionalTensors(indices.begin(), indices.end()), raw::zeros({}, dy.dtype()));
}

// x[indices], differentiable.
Tensor index_taped(const Tensor& x, const Indices& indices) {
  Tensor y = raw::take(x, raw::IndexPlan("index", x, indices));
  if (!GradMode::is_enabled() || !autograd::needs_grad(x)) return y;
  return record("index", std::move(y),
                wrt(x, [sizes = x.impl()->sizes, saved = SavedList(indices)](const Tensor& dy) {
                  Tensor dx = raw::zeros(sizes, dy.dtype());
                  const auto at = saved.tensors();
                  dx.index_put_(OptionalTensors(at.begin(), at.end()), dy, true);
                  return dx;
                }));
}

Tensor& put_taped(const Tensor& x, const Indices& indices, const Tensor& values, bool accumulate) {
  if (values.dtype() != x.dtype())
    fail("index_put_: types differ, {} and values of {}", x.dtype(), values.dtype());
  const raw::IndexPlan plan("index_put_", x, indices);
  const Tensor wide = values.numel() == 1 ? values : raw::expand(values, plan.shape, "index_put_");
  if (values.numel() == 1 && !expandable(values.sizes(), plan.shape))
    fail("index_put_: values of shape {} do not expand to {}", values.sizes(), plan.shape.ref());
  raw::check_writable(x, "index_put_");
  const auto write = [&] { raw::put(x, plan, wide, accumulate); };
  const bool taped =
      GradMode::is_enabled() && (autograd::needs_grad(x) || autograd::needs_grad(values));
  SavedList saved(taped ? TensorList(indices) : TensorList());
  return write_inplace(
      "index_put_", x, write,
      wrt(x, [saved, accumulate](
                 const Tensor& dy) { return accumulate ? dy : put_zero(dy, saved.tensors()); }),
      wrt(values, [saved](const Tensor& dy) { return index_taped(dy, saved.tensors()); }));
}

// Puts one value where a mask of x's leading dims is true, if that is all.
bool fill_masked(const Tensor& x, const Tensor& mask, const Tensor& value) {
  if (mask.dtype() != kBool || mask.dim() == 0 || mask.dim() > x.dim() || value.numel() != 1 ||
      value.dim() > 0 || value.dtype() != x.dtype() ||
      !(mask.sizes() == IntArrayRef(x.sizes().data(), size_t(mask.dim()))))
    return false;
  Tensor wide = mask;
  while (wide.dim() < x.dim()) wide = wide.unsqueeze(-1);
  autograd::fill_by_mask("index_put_", x, wide, value);
  return true;
}

// The mask that is the whole list, or null.
const Tensor* lone_mask(ArrayRef<TensorIndex> list) {
  if (list.size() != 1 || list[0].type() != TensorIndexType::Tensor) return nullptr;
  const Tensor& mask = list[0].tensor();
  return mask.defined() && mask.dtype() == kBool ? &mask : nullptr;
}

// Values for an assignment: leading dims of size 1 that the target lacks are dropped.
Tensor without_leading_ones(const Tensor& values, int64_t dims) {
  Tensor v = values;
  while (v.dim() > dims && v.sizes()[0] == 1) v = v.squeeze(0);
  return v;
}

}  // namespace

Tensor Tensor::index(ArrayRef<TensorIndex> list) const {
  checked();
  Parsed p = parse("index", *this, list);
  if (!p.indices.empty()) return index_taped(p.view, p.indices);
  return p.view.is_same(*this) ? alias() : std::move(p.view);
}
Tensor Tensor::index(std::initializer_list<TensorIndex> list) const {
  return index(ArrayRef<TensorIndex>(list));
}
Tensor Tensor::index(const OptionalTensors& indices) const {
  checked();
  return index_taped(*this, expand_masks("index", *this, indices));
}

Tensor& Tensor::index_put_(ArrayRef<TensorIndex> list, const Tensor& rhs) const {
  checked();
  const Tensor* mask = lone_mask(list);
  if (mask && fill_masked(*this, *mask, rhs)) return const_cast<Tensor&>(*this);
  Parsed p = parse("index_put_", *this, list);
  if (p.indices.empty()) {
    p.view.copy_(without_leading_ones(rhs, p.view.dim()));
  } else {
    const raw::IndexPlan plan("index_put_", p.view, p.indices);
    put_taped(p.view, p.indices, without_leading_ones(rhs, int64_t(plan.shape.size())), false);
  }
  return const_cast<Tensor&>(*this);
}
Tensor& Tensor::index_put_(ArrayRef<TensorIndex> list, const Scalar& v) const {
  checked();
  const Tensor* mask = lone_mask(list);
  if (mask && fill_masked(*this, *mask, raw::scalar_tensor(v, dtype())))
    return const_cast<Tensor&>(*this);
  Parsed p = parse("index_put_", *this, list);
  if (p.indices.empty())
    p.view.fill_(v);
  else
    put_taped(p.view, p.indices, raw::scalar_tensor(v, dtype()), false);
  return const_cast<Tensor&>(*this);
}
Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> list, const Tensor& rhs) const {
  return index_put_(ArrayRef<TensorIndex>(list), rhs);
}
Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> list, const Scalar& v) const {
  return index_put_(ArrayRef<TensorIndex>(list), v);
}
Tensor& Tensor::index_put_(const OptionalTensors& indices, const Tensor& values,
                           bool accumulate) const {
  checked();
  if (indices.size() == 1 && indices[0] && indices[0]->defined() && !accumulate &&
      fill_masked(*this, *indices[0], values))
    return const_cast<Tensor&>(*this);
  return put_taped(*this, expand_masks("index_put_", *this, indices), values, accumulate);
}
Tensor Tensor::index_put(const OptionalTensors& indices, const Tensor& values,
                         bool accumulate) const {
  return clone().index_put_(indices, values, accumulate);
}

Tensor Tensor::operator[](const Tensor& i) const { return index({i}); }

namespace {

using View = std::function<Tensor(const Tensor&)>;
// x with src written where the view is.
Tensor written(const char* op, const Tensor& x, const Tensor& src, const View& view) {
  Tensor y;
  {
    const NoGradGuard untaped;
    y = x.clone();
    const Tensor part = view(y);
    if (!(part.sizes() == src.sizes()))
      fail("{}: the part has shape {}, the source {}", op, part.sizes(), src.sizes());
    part.copy_(src);
  }
  return record(op, std::move(y),
                wrt(x,
                    [op, view, sizes = src.impl()->sizes](const Tensor& dy) {
                      return written(op, dy, raw::zeros(sizes, dy.dtype()), view);
                    }),
                wrt(src, view));
}

}  // namespace

Tensor Tensor::select_scatter(const Tensor& src, int64_t d, int64_t index) const {
  return written("select_scatter", *this, src, [=](const Tensor& x) { return x.select(d, index); });
}
Tensor Tensor::slice_scatter(const Tensor& src, int64_t d, std::optional<int64_t> start,
                             std::optional<int64_t> end, int64_t step) const {
  return written("slice_scatter", *this, src,
                 [=](const Tensor& x) { return x.slice(d, start, end, step); });
}
Tensor Tensor::diagonal_scatter(const Tensor& src, int64_t offset, int64_t dim1,
                                int64_t dim2) const {
  return written("diagonal_scatter", *this, src,
                 [=](const Tensor& x) { return x.diagonal(offset, dim1, dim2); });
}

}  // namespace gradus
