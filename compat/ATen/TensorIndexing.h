// at::indexing: x.index({...}) and its writing as functions.
#pragma once

#include <c10/macros/Macros.h>

#include "gradus.h"

namespace gradus::indexing {

/// x.index(indices).
inline Tensor get_item(const Tensor& x, ArrayRef<TensorIndex> indices, bool = false) {
  return x.index(indices);
}
/// Writes `value` to x.index(indices), from which leading sizes of 1 fall away where it has more
/// dims than fit.
inline void set_item(const Tensor& x, ArrayRef<TensorIndex> indices, const Tensor& value,
                     bool = false) {
  const_cast<Tensor&>(x).index_put_(indices, value);
}
inline void set_item(const Tensor& x, ArrayRef<TensorIndex> indices, const Scalar& value) {
  const_cast<Tensor&>(x).index_put_(indices, value);
}
/// The elements that tensors of indices name; an undefined one stands for a whole dim.
template <int = 0>
Tensor dispatch_index(const Tensor& x, std::vector<Tensor>&& indices) {
  OptionalTensors list;
  for (Tensor& i : indices) list.push_back(i.defined() ? std::optional<Tensor>(i) : std::nullopt);
  return x.index(list);
}
template <int = 0>
Tensor dispatch_index_put_(Tensor& x, std::vector<Tensor>&& indices, const Tensor& value) {
  OptionalTensors list;
  for (Tensor& i : indices) list.push_back(i.defined() ? std::optional<Tensor>(i) : std::nullopt);
  return x.index_put_(list, value);
}
/// Without its leading sizes of 1.
inline IntArrayRef slicePrefix1sSize(IntArrayRef sizes) {
  size_t first = 0;
  while (first < sizes.size() && sizes[first] == 1) ++first;
  return sizes.slice(first);
}
/// Writes `src`, which broadcasts after its leading sizes of 1 have gone, to dst.
inline void copy_to(const Tensor& dst, const Tensor& src) {
  if (dst.sizes() == src.sizes()) {
    dst.copy_(src);
  } else {
    dst.copy_(src.view(slicePrefix1sSize(src.sizes())));
  }
}
/// The number as a 0-dim tensor.
inline Tensor scalarToTensor(const Scalar& v, const TensorOptions& options, const Device& device) {
  return scalar_tensor(v, TensorOptions(options).device(device));
}
namespace impl {
/// One index applied to dim `dim`.
inline Tensor applySlice(const Tensor& x, int64_t dim, std::optional<int64_t> start,
                         std::optional<int64_t> stop, int64_t step) {
  return x.slice(dim, start, stop, step);
}
inline Tensor applySelect(const Tensor& x, int64_t dim, int64_t index) {
  return x.select(dim, index);
}
}  // namespace impl

/// start:stop:step.
inline std::ostream& operator<<(std::ostream& out, const Slice& slice) {
  return out << slice.start() << ':' << slice.stop() << ':' << slice.step();
}
/// As it is written in an index: None, ..., a number, true, 0:2:1, or the tensor's elements.
inline std::ostream& operator<<(std::ostream& out, const TensorIndex& index) {
  switch (index.type()) {
    case TensorIndexType::None:
      return out << "None";
    case TensorIndexType::Ellipsis:
      return out << "...";
    case TensorIndexType::Integer:
      return out << index.integer();
    case TensorIndexType::Boolean:
      return out << (index.boolean() ? "true" : "false");
    case TensorIndexType::Slice:
      return out << index.slice();
    case TensorIndexType::Tensor:
      return out << index.tensor();
  }
  return out;
}
/// (index, index).
inline std::ostream& operator<<(std::ostream& out, const std::vector<TensorIndex>& indices) {
  out << '(';
  const char* between = "";
  for (const TensorIndex& index : indices) {
    out << between << index;
    between = ", ";
  }
  return out << ')';
}

}  // namespace gradus::indexing
