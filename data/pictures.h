// Pictures that are all in memory, each with the number of what it shows.
#pragma once

#include "data/tensor_dataset.h"

namespace gradus::data::datasets {

// What the datasets of pictures have in common; a constructor fills images_ and targets_.
template <class Self>
class Pictures : public Dataset<Self> {
 public:
  enum Mode { kTrain, kTest };

  Example<> get(size_t index) override {
    return {data::detail::row(images_, index), data::detail::row(targets_, index)};
  }
  std::optional<size_t> size() const override { return size_t(targets_.size(0)); }
  bool is_train() const noexcept { return mode_ == kTrain; }
  // [N, channels, height, width] and [N]
  const Tensor& images() const { return images_; }
  const Tensor& targets() const { return targets_; }

 protected:
  explicit Pictures(Mode mode) : mode_(mode) {}

  Mode mode_;
  Tensor images_, targets_;
};

}  // namespace gradus::data::datasets
