#include "tensor/index/one_hot.h"

#include "autograd/ops/index/index.h"

namespace gradus {

Tensor one_hot(const Tensor& self, int64_t num_classes) { return raw::one_hot(self, num_classes); }

}  // namespace gradus
