// Pictures that are all in memory, each with the number of what it shows.
#pragma once

#include "data/tensor_dataset.h"

namespace gradus::data::datasets {

/// What the datasets of pictures have in common. They are all in memory; a constructor fills
/// images_ and targets_.
template <class Self>
class Pictures : public Dataset<Self> {
 public:
  /// Which part of the dataset.
  enum Mode { kTrain, kTest };

  /// Picture `index` and its target. Throws IndexError past the end.
  Example<> get(size_t index) override {
    return {data::detail::row(images_, index), data::detail::row(targets_, index)};
  }
  /// How many pictures there are.
  std::optional<size_t> size() const override { return size_t(targets_.size(0)); }
  /// Whether it is the part to train with.
  bool is_train() const noexcept { return mode_ == kTrain; }
  /// All pictures, [N, channels, height, width].
  const Tensor& images() const { return images_; }
  /// What all pictures show, [N].
  const Tensor& targets() const { return targets_; }

 protected:
  explicit Pictures(Mode mode) : mode_(mode) {}

  Mode mode_;
  Tensor images_, targets_;
};

}  // namespace gradus::data::datasets
