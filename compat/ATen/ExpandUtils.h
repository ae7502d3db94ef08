// Shapes that broadcast, by libtorch's names. The longer functions are templates, so that programs
// which do not call them do not compile them.
#pragma once

#include <c10/util/MaybeOwned.h>
#include <c10/util/SmallVector.h>

#include <string>
#include <tuple>
#include <vector>

#include "gradus.h"

namespace gradus {

namespace detail {
template <class List>
std::string written(const List& sizes) {
  std::string text = "[";
  for (const int64_t s : sizes) text += (text.size() > 1 ? ", " : "") + std::to_string(s);
  return text + "]";
}
}  // namespace detail

/// Whether the shapes have a common one.
inline bool are_expandable(IntArrayRef a, IntArrayRef b) {
  for (size_t i = 1; i <= std::min(a.size(), b.size()); ++i) {
    const int64_t x = a[a.size() - i], y = b[b.size() - i];
    if (x != y && x != 1 && y != 1) return false;
  }
  return true;
}
/// Whether a tensor of `shape` can be expanded to `desired`.
inline bool is_expandable_to(IntArrayRef shape, IntArrayRef desired) {
  if (shape.size() > desired.size()) return false;
  for (size_t i = 1; i <= shape.size(); ++i) {
    const int64_t s = shape[shape.size() - i];
    if (s != desired[desired.size() - i] && s != 1) return false;
  }
  return true;
}
/// The common shape. Throws Error where there is none.
template <int = 0>
std::vector<int64_t> infer_size(IntArrayRef a, IntArrayRef b) {
  if (!are_expandable(a, b))
    throw Error("infer_size: shapes " + detail::written(a) + " and " + detail::written(b) +
                " do not broadcast");
  std::vector<int64_t> out(std::max(a.size(), b.size()));
  for (size_t i = 1; i <= out.size(); ++i) {
    const int64_t x = i <= a.size() ? a[a.size() - i] : 1, y = i <= b.size() ? b[b.size() - i] : 1;
    out[out.size() - i] = x == 1 ? y : x;
  }
  return out;
}
template <int = 0>
DimVector infer_size_dimvector(IntArrayRef a, IntArrayRef b) {
  const auto out = infer_size(a, b);
  return DimVector(out.begin(), out.end());
}
/// The strides of a tensor without gaps whose dims lie in the order that these strides have.
template <int = 0>
std::vector<int64_t> infer_dense_strides(IntArrayRef sizes, IntArrayRef strides) {
  if (sizes.size() != strides.size())
    throw Error("infer_dense_strides: sizes and strides differ in length, " +
                detail::written(sizes) + " and " + detail::written(strides));
  return empty_like(empty_strided(sizes, strides)).strides().vec();
}

/// `x` expanded to the shape of `to`.
template <int = 0>
MaybeOwned<Tensor> expand_inplace(const Tensor& to, const Tensor& x) {
  if (x.sizes() == to.sizes()) return MaybeOwned<Tensor>::borrowed(x);
  return MaybeOwned<Tensor>::owned(x.expand(to.sizes()));
}
template <int = 0>
MaybeOwned<Tensor> expand_size(const Tensor& x, IntArrayRef sizes) {
  if (x.sizes() == sizes) return MaybeOwned<Tensor>::borrowed(x);
  return MaybeOwned<Tensor>::owned(x.expand(sizes));
}
/// Two tensors expanded to their common shape.
template <int = 0>
std::tuple<MaybeOwned<Tensor>, MaybeOwned<Tensor>> expand_outplace(const Tensor& a,
                                                                   const Tensor& b) {
  const auto sizes = infer_size(a.sizes(), b.sizes());
  return {expand_size(a, sizes), expand_size(b, sizes)};
}
/// The defined ones of a list expanded to their common shape.
template <int = 0>
std::vector<Tensor> expand_outplace(TensorList list) {
  std::vector<int64_t> sizes;
  for (const Tensor& x : list)
    if (x.defined()) sizes = infer_size(sizes, x.sizes());
  std::vector<Tensor> out;
  for (const Tensor& x : list) out.push_back(x.defined() ? x.expand(sizes) : x);
  return out;
}
/// The tensor summed to `shape`, which must expand to its own: the way back of expand(). A change
/// of dims is a view, unless it is to be a copy.
template <int = 0>
Tensor sum_to(Tensor x, IntArrayRef shape, bool always_return_non_view = false) {
  if (!is_expandable_to(shape, x.sizes()))
    throw Error("sum_to: shape " + detail::written(shape) + " does not expand to " +
                detail::written(x.sizes()));
  std::vector<int64_t> dims;
  const size_t lead = size_t(x.dim()) - shape.size();
  for (size_t d = 0; d < size_t(x.dim()); ++d)
    if (d < lead || (shape[d - lead] == 1 && x.sizes()[d] != 1)) dims.push_back(int64_t(d));
  if (shape.empty()) return x.sum();
  Tensor y = dims.empty() ? x : x.sum(dims, true);
  if (lead > 0) return always_return_non_view ? y.view(shape).clone() : y.view(shape);
  return y;
}

}  // namespace gradus
