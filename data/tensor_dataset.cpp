#include "data/tensor_dataset.h"

#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::data::detail {

Tensor row_numbers(ArrayRef<size_t> indices) {
  const Tensor index = raw::empty({int64_t(indices.size())}, kLong);
  for (size_t i = 0; i < indices.size(); ++i) index.data_ptr<int64_t>()[i] = int64_t(indices[i]);
  return index;
}

int64_t row_number(const Tensor& x, size_t i) {
  if (x.dim() == 0 || i >= size_t(x.size(0)))
    fail_index("dataset: there is no example {} in {}", i, x.sizes());
  return int64_t(i);
}

Tensor plain_row(const Tensor& x, size_t i) { return raw::part(x, 0, row_number(x, i), -1); }

size_t common_rows(ArrayRef<Tensor> tensors) {
  if (tensors.empty()) fail("tensor dataset: there are no tensors");
  for (const Tensor& t : tensors) {
    if (t.dim() == 0) fail("tensor dataset: a tensor without dimensions has no rows");
    if (t.size(0) != tensors[0].size(0))
      fail("tensor dataset: first sizes differ, {} and {}", tensors[0].sizes(), t.sizes());
  }
  return size_t(tensors[0].size(0));
}

}  // namespace gradus::data::detail

namespace gradus::data::datasets {

TensorDataset::TensorDataset(Tensor tensor) : tensor(std::move(tensor)) {}
TensorDataset::TensorDataset(const std::vector<Tensor>& tensors)
    : tensor(transforms::detail::stack(tensors)) {}
TensorExample TensorDataset::get(size_t index) { return data::detail::row(tensor, index); }
std::optional<size_t> TensorDataset::size() const { return size_t(tensor.size(0)); }

}  // namespace gradus::data::datasets
