// Pictures of digits or clothes, of 28 by 28 pixels in grey, as the MNIST database has them.
#pragma once

#include <string>

#include "data/pictures.h"

namespace gradus::data::datasets {

/// Images float32 [1, 28, 28] from 0 to 1, targets int64 0 to 9. Fashion-MNIST, KMNIST and others
/// in the same four files are read as well.
class MNIST : public Pictures<MNIST> {
 public:
  /// The folder `root` holds {train,t10k}-{images-idx3,labels-idx1}-ubyte, each as it is or with
  /// .gz. Throws Error when a file is missing, malformed, does not fit the other, or holds an array
  /// of more than `max_bytes`: a million pictures are fewer.
  explicit MNIST(const std::string& root, Mode mode = Mode::kTrain,
                 uint64_t max_bytes = uint64_t(1) << 30);
};

}  // namespace gradus::data::datasets
