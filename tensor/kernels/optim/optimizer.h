// Steps of optimisers, each in one pass over dense arrays of n elements. The order of operations is
// PyTorch's, so that its numbers come out. With `maximize` the gradient's sign is turned.
#pragma once

#include "tensor/kernels/by_floating.h"
#include "tensor/kernels/types.h"

namespace gradus::kernels {

struct SgdStep {
  double lr, momentum, dampening, weight_decay;
  bool nesterov, maximize;
  bool first;  // the buffer has no history: it becomes the gradient
};

struct AdamStep {
  double lr, beta1, beta2, eps, weight_decay;
  double bias_correction1, bias_correction2;  // 1 - beta^t
  bool decoupled;  // AdamW's weight decay: the parameter shrinks by itself
  bool maximize;
};

struct RmspropStep {
  double lr, alpha, eps, weight_decay, momentum;
  bool maximize;
};

template <class T>
struct OptimizerKernels {
  // The buffer is null without momentum.
  void (*sgd)(int64_t n, T* param, const T* grad, T* buffer, const SgdStep& step);
  // max_square is null without amsgrad.
  void (*adam)(int64_t n, T* param, const T* grad, T* mean, T* square, T* max_square,
               const AdamStep& step);
  // The mean is null if not centered, the buffer without momentum.
  void (*rmsprop)(int64_t n, T* param, const T* grad, T* square, T* mean, T* buffer,
                  const RmspropStep& step);
};

using OptimizerTable = ByFloating<OptimizerKernels>;

}  // namespace gradus::kernels
