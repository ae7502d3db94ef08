#include "data/transforms.h"

#include "tensor/fail.h"
#include "tensor/raw.h"

namespace gradus::data::transforms::detail {

Tensor channels(ArrayRef<double> values) {
  Tensor t = raw::empty({int64_t(values.size()), 1, 1}, kFloat);
  for (size_t i = 0; i < values.size(); ++i) t.data_ptr<float>()[i] = float(values[i]);
  return t;
}

Tensor stack(const std::vector<Tensor>& tensors) {
  if (tensors.empty()) fail("stack: there are no tensors");
  ScalarType type = tensors[0].dtype();
  for (const Tensor& t : tensors) {
    if (t.sizes() != tensors[0].sizes())
      fail("stack: sizes differ, {} and {}", tensors[0].sizes(), t.sizes());
    type = promote_types(type, t.dtype());
  }
  std::vector<int64_t> sizes = tensors[0].sizes().vec();
  sizes.insert(sizes.begin(), int64_t(tensors.size()));
  const Tensor out = raw::empty(sizes, type);
  const Tensor row = raw::empty(tensors[0].sizes(), type);
  Dims row_sizes = row.impl()->sizes, row_strides = row.impl()->strides;
  for (size_t i = 0; i < tensors.size(); ++i)
    raw::copy(raw::window(out, row_sizes, row_strides, int64_t(i) * row.numel()), tensors[i]);
  return out;
}

}  // namespace gradus::data::transforms::detail
