// CIFAR-10 in its binary form: coloured pictures of 32 by 32 pixels, of ten kinds.
#pragma once

#include <string>

#include "data/pictures.h"

namespace gradus::data::datasets {

/// CIFAR-10 in its binary form: images float32 [3, 32, 32] from 0 to 1 (red, green, blue), targets
/// int64 0 to 9 (Krizhevsky, "Learning multiple layers of features from tiny images", 2009).
class CIFAR10 : public Pictures<CIFAR10> {
 public:
  /// The folder `root` holds data_batch_1.bin to data_batch_5.bin and test_batch.bin. Throws Error
  /// when a file is missing, malformed or empty.
  explicit CIFAR10(const std::string& root, Mode mode = Mode::kTrain);
};

}  // namespace gradus::data::datasets
