// The handwritten digits that come with the examples (examples/data/README.md).
#pragma once

#include <string>

#include "data/pictures.h"

namespace gradus::data::datasets {

/// Images float32 [1, 8, 8] from 0 (paper) to 1 (ink), targets int64 0 to 9. Every fifth digit of
/// the file is kept for testing.
class Digits : public Pictures<Digits> {
 public:
  /// Throws Error with the file's name, and the line if it is malformed.
  explicit Digits(const std::string& path, Mode mode = Mode::kTrain);
};

}  // namespace gradus::data::datasets
