#include "tensor/index/one_hot.h"

#include <algorithm>

#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus::raw {

Tensor one_hot(const Tensor& self, int64_t num_classes) {
  if (self.dtype() != kLong) fail("one_hot: expected classes of int64, got {}", self.dtype());
  if (num_classes < -1 || (num_classes == 0 && self.numel() > 0))
    fail("one_hot: the number of classes must be positive, or -1, got {}", num_classes);
  const Tensor classes = contiguous(self);
  const int64_t* p = classes.data_ptr<int64_t>();
  int64_t most = -1;
  for (int64_t i = 0; i < classes.numel(); ++i) {
    if (p[i] < 0) fail("one_hot: classes must not be negative, got {}", p[i]);
    most = std::max(most, p[i]);
  }
  if (num_classes == -1) {
    if (most < 0) fail("one_hot: the number of classes of an empty tensor must be given");
    num_classes = checked_add("one_hot", most, 1);
  }
  if (most >= num_classes)
    fail("one_hot: class {} is out of range for {} classes", most, num_classes);
  Dims shape = self.sizes();
  shape.push_back(num_classes);
  Tensor y = zeros(shape, kLong);
  int64_t* out = y.data_ptr<int64_t>();
  for (int64_t i = 0; i < classes.numel(); ++i) out[i * num_classes + p[i]] = 1;
  return y;
}

}  // namespace gradus::raw
