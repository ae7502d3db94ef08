// The checks of options and the like, for .cpp files.
#pragma once

#include "tensor/base/fail.h"
#include "tensor/options.h"

namespace gradus::optim {

// `!(v >= 0)` also catches nan.
inline void check_not_negative(const char* name, double v) {
  if (!(v >= 0)) fail_value("{} is {}, less than 0", name, v);
}
inline void check_fraction(const char* name, double v) {
  if (!(v >= 0 && v < 1)) fail_value("{} is {}, not in [0, 1)", name, v);
}

// A number of the precision in which PyTorch keeps it, which is that of the default type.
inline double as_default(double v) {
  return get_default_dtype() == kDouble ? v : double(static_cast<float>(v));
}

}  // namespace gradus::optim
