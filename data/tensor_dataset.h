// Datasets that are already tensors.
#pragma once

#include <array>
#include <concepts>

#include "data/dataset.h"
#include "data/transforms.h"

namespace gradus::data {

namespace detail {
// Of int64.
Tensor row_numbers(ArrayRef<size_t> indices);
// `i`, of which x has a row. Unlike with select(), no number from the end: an index is a size_t.
int64_t row_number(const Tensor& x, size_t i);
inline Tensor row(const Tensor& x, size_t i) { return x.select(0, row_number(x, i)); }
// The same without history, for what is read from files.
Tensor plain_row(const Tensor& x, size_t i);
// The common first size. Throws when they differ, or a tensor has no dimension.
size_t common_rows(ArrayRef<Tensor> tensors);
}  // namespace detail

/// Any number of tensors with the same first size: row i of each makes example i, and a batch has a
/// tensor of rows of each. `TensorDataset({x, y})` gives batches `auto& [x, y]`; made of a vector,
/// the batches are vectors. Throws Error when the first sizes differ.
template <class Batch>
class TensorDataset : public datasets::BatchDataset<TensorDataset<Batch>, Batch> {
 public:
  explicit TensorDataset(Batch tensors)
      : tensors_(std::move(tensors)), size_(detail::common_rows(tensors_)) {}

  template <size_t N>
  requires std::same_as<Batch, std::array<Tensor, N>>
  explicit TensorDataset(const Tensor (&tensors)[N]) {
    for (size_t i = 0; i < N; ++i) tensors_[i] = tensors[i];
    size_ = detail::common_rows(tensors_);
  }

  /// Example i: a row of each tensor. Throws IndexError past the end.
  Batch get(size_t i) {
    Batch out = tensors_;
    for (Tensor& t : out) t = detail::row(t, i);
    return out;
  }
  /// The examples of these numbers: a tensor of rows of each tensor.
  Batch get_batch(ArrayRef<size_t> indices) override {
    Batch out = tensors_;
    const Tensor numbers = detail::row_numbers(indices);
    for (Tensor& t : out) t = t.index_select(0, numbers);
    return out;
  }
  /// The first size of the tensors.
  std::optional<size_t> size() const override { return size_; }
  /// The tensors.
  const Batch& tensors() const { return tensors_; }

 private:
  Batch tensors_;
  size_t size_;
};

template <size_t N>
TensorDataset(const Tensor (&)[N]) -> TensorDataset<std::array<Tensor, N>>;

namespace datasets {

/// libtorch's: the rows of one tensor, without targets. Several tensors are stacked.
struct TensorDataset : public Dataset<TensorDataset, TensorExample> {
  explicit TensorDataset(Tensor tensor);
  explicit TensorDataset(const std::vector<Tensor>& tensors);
  /// Row `index`. Throws IndexError past the end.
  TensorExample get(size_t index) override;
  /// How many rows there are.
  std::optional<size_t> size() const override;

  Tensor tensor;
};

}  // namespace datasets
}  // namespace gradus::data
