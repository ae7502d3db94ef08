#include "tests/tensor/io/arrays.h"

#include <cmath>

#include "autograd/autograd.h"

namespace gradus::test {

bool has_values(const Tensor& x, const std::vector<double>& values) {
  const Tensor y = x.to(kDouble).contiguous();
  if (size_t(y.numel()) != values.size()) return false;
  for (size_t i = 0; i < values.size(); ++i) {
    const double v = y.data_ptr<double>()[i], w = values[i];
    if (!(std::isnan(v) && std::isnan(w)) && (v != w || std::signbit(v) != std::signbit(w)))
      return false;
  }
  return true;
}

}  // namespace gradus::test
