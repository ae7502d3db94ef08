// Checks of arguments, by libtorch's names. Each throws Error with the function `c` in front.
#pragma once

#include <torch/torch.h>

namespace gradus {

/// A tensor with the name and the place of the argument that it is.
struct TensorArg {
  TensorArg(const Tensor& tensor, const char* name, int pos)
      : tensor(tensor), name(name), pos(pos) {}
  TensorArg(Tensor&&, const char*, int) = delete;
  const Tensor* operator->() const { return &tensor; }
  const Tensor& operator*() const { return tensor; }

  const Tensor& tensor;
  const char* name;
  int pos;  // from 1
};
struct TensorGeometryArg {
  TensorGeometryArg(TensorArg a) : tensor(a.tensor), name(a.name), pos(a.pos) {}
  TensorGeometryArg(TensorGeometry t, const char* name, int pos)
      : tensor(std::move(t)), name(name), pos(pos) {}
  const TensorGeometry* operator->() const { return &tensor; }
  const TensorGeometry& operator*() const { return tensor; }

  TensorGeometry tensor;
  const char* name;
  int pos;  // from 1
};
using CheckedFrom = const char*;

inline std::ostream& operator<<(std::ostream& out, const TensorGeometryArg& t) {
  if (t.pos == 0) return out << '\'' << t.name << '\'';
  return out << "argument #" << t.pos << " '" << t.name << '\'';
}

inline void checkDim(CheckedFrom c, const TensorGeometryArg& t, int64_t dim) {
  TORCH_CHECK(t->dim() == dim, c, ": expected ", dim, " dims, got ", t->dim(), " for ", t);
}
inline void checkDim(CheckedFrom c, const Tensor& x, const char* name, int pos, int64_t dim) {
  checkDim(c, TensorGeometryArg(TensorGeometry(x), name, pos), dim);
}
/// From dim_start to before dim_end.
inline void checkDimRange(CheckedFrom c, const TensorGeometryArg& t, int64_t dim_start,
                          int64_t dim_end) {
  TORCH_CHECK(t->dim() >= dim_start && t->dim() < dim_end, c, ": expected ", dim_start, " to ",
              dim_end - 1, " dims, got ", t->dim(), " for ", t);
}
inline void checkSameDim(CheckedFrom c, const TensorGeometryArg& a, const TensorGeometryArg& b) {
  TORCH_CHECK(a->dim() == b->dim(), c, ": dims differ, ", a->dim(), " for ", a, " and ", b->dim(),
              " for ", b);
}
inline void checkContiguous(CheckedFrom c, const TensorGeometryArg& t) {
  TORCH_CHECK(t->is_contiguous(), c, ": expected a contiguous tensor for ", t);
}
inline void checkAllContiguous(CheckedFrom c, ArrayRef<TensorArg> list) {
  for (const TensorArg& t : list)
    if (t->defined()) checkContiguous(c, t);
}
inline void checkSize(CheckedFrom c, const TensorGeometryArg& t, IntArrayRef sizes) {
  checkDim(c, t, int64_t(sizes.size()));
  TORCH_CHECK(t->sizes() == sizes, c, ": expected shape ", sizes, ", got ", t->sizes(), " for ", t);
}
inline void checkSize(CheckedFrom c, const TensorGeometryArg& t, int64_t dim, int64_t size) {
  TORCH_CHECK(t->size(dim) == size, c, ": expected size ", size, " of dim ", dim, ", got ",
              t->size(dim), " for ", t);
}
inline void checkNumel(CheckedFrom c, const TensorGeometryArg& t, int64_t numel) {
  TORCH_CHECK(t->numel() == numel, c, ": expected ", numel, " elements, got ", t->numel(), " for ",
              t);
}
namespace detail {
template <class Check>
void check_all(ArrayRef<TensorArg> list, const Check& check) {
  const TensorArg* first = nullptr;
  for (const TensorArg& t : list) {
    if (!t->defined()) continue;
    if (first) check(*first, t);
    if (!first) first = &t;
  }
}
}  // namespace detail
inline void checkSameNumel(CheckedFrom c, const TensorArg& a, const TensorArg& b) {
  TORCH_CHECK(a->numel() == b->numel(), c, ": numbers of elements differ, ", a->numel(), " for ",
              TensorGeometryArg(a), " and ", b->numel(), " for ", TensorGeometryArg(b));
}
inline void checkSameType(CheckedFrom c, const TensorArg& a, const TensorArg& b) {
  TORCH_CHECK(a->scalar_type() == b->scalar_type(), c, ": types differ, ", a->toString(), " for ",
              TensorGeometryArg(a), " and ", b->toString(), " for ", TensorGeometryArg(b));
}
inline void checkSameSize(CheckedFrom c, const TensorArg& a, const TensorArg& b) {
  TORCH_CHECK(a->sizes() == b->sizes(), c, ": shapes differ, ", a->sizes(), " for ",
              TensorGeometryArg(a), " and ", b->sizes(), " for ", TensorGeometryArg(b));
}
inline void checkAllSameNumel(CheckedFrom c, ArrayRef<TensorArg> list) {
  detail::check_all(list, [c](const auto& a, const auto& b) { checkSameNumel(c, a, b); });
}
inline void checkAllSameType(CheckedFrom c, ArrayRef<TensorArg> list) {
  detail::check_all(list, [c](const auto& a, const auto& b) { checkSameType(c, a, b); });
}
inline void checkAllSameSize(CheckedFrom c, ArrayRef<TensorArg> list) {
  detail::check_all(list, [c](const auto& a, const auto& b) { checkSameSize(c, a, b); });
}
inline void checkScalarType(CheckedFrom c, const TensorArg& t, ScalarType type) {
  TORCH_CHECK(t->scalar_type() == type, c, ": expected the element type ", type, ", got ",
              t->scalar_type(), " for ", TensorGeometryArg(t));
}
inline void checkScalarTypes(CheckedFrom c, const TensorArg& t, ArrayRef<ScalarType> list) {
  for (const ScalarType type : list)
    if (t->scalar_type() == type) return;
  std::string types;
  for (const ScalarType type : list) types += (types.empty() ? "" : ", ") + str(type);
  TORCH_CHECK(false, c, ": expected one of the element types ", types, ", got ", t->scalar_type(),
              " for ", TensorGeometryArg(t));
}
inline void checkDefined(CheckedFrom c, const TensorArg& t) {
  TORCH_CHECK(t->defined(), c, ": undefined, ", "argument #", t.pos, " '", t.name, "'");
}
inline void checkAllDefined(CheckedFrom c, ArrayRef<TensorArg> list) {
  for (const TensorArg& t : list) checkDefined(c, t);
}
/// Throw always: every tensor lives on the CPU.
inline void checkSameGPU(CheckedFrom c, const TensorArg& a, const TensorArg&) {
  TORCH_CHECK(false, c, ": expected a tensor on a gpu, got one on the cpu for ",
              TensorGeometryArg(a));
}
inline void checkAllSameGPU(CheckedFrom c, ArrayRef<TensorArg> list) {
  detail::check_all(list, [c](const auto& a, const auto& b) { checkSameGPU(c, a, b); });
}
inline void checkDeviceType(CheckedFrom c, TensorList list, DeviceType type) {
  TORCH_CHECK(list.empty() || type == kCPU, c, ": expected tensors on ", type, ", got the cpu");
}
inline void checkLayout(CheckedFrom c, const Tensor& x, Layout layout) {
  TORCH_CHECK(!x.defined() || layout == kStrided, c, ": expected the layout ", layout,
              ", got Strided");
}
inline void checkLayout(CheckedFrom c, TensorList list, Layout layout) {
  for (const Tensor& x : list) checkLayout(c, x, layout);
}
/// The address of the first element; null for an undefined tensor.
inline void* maybe_data_ptr(const Tensor& x) { return x.defined() ? x.data_ptr() : nullptr; }
inline void* maybe_data_ptr(const TensorArg& t) { return maybe_data_ptr(*t); }
/// The tensor has `dims` dims, of which `dim` is of that size.
inline void check_dim_size(const Tensor& x, int64_t dims, int64_t dim, int64_t size) {
  TORCH_CHECK(x.dim() == dims && x.size(dim) == size, "check_dim_size: expected ", dims,
              " dims and size ", size, " of dim ", dim, ", got shape ", x.sizes());
}
namespace detail {
inline std::vector<int64_t> defaultStrides(IntArrayRef sizes) {
  return TensorGeometry(sizes).strides().vec();
}
}  // namespace detail

}  // namespace gradus
