// The handwritten digits that come with the examples (examples/data/README.md).
#pragma once

#include <string>

#include "data/dataset.h"

namespace gradus::data::datasets {

// Images float32 [1, 8, 8] from 0 (paper) to 1 (ink), targets int64 0 to 9. Every fifth digit of
// the file is kept for testing.
class Digits : public Dataset<Digits> {
 public:
  enum Mode { kTrain, kTest };

  // Throws Error with the file's name, and the line if it is malformed.
  explicit Digits(const std::string& path, Mode mode = Mode::kTrain);
  Example<> get(size_t index) override;
  std::optional<size_t> size() const override;
  bool is_train() const noexcept { return mode_ == kTrain; }
  // [N, 1, 8, 8] and [N]
  const Tensor& images() const { return images_; }
  const Tensor& targets() const { return targets_; }

 private:
  Mode mode_;
  Tensor images_, targets_;
};

}  // namespace gradus::data::datasets
