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

// lr is that of the step: the decay by time is in it.
struct AdagradStep {
  double lr, eps, weight_decay;
  bool maximize;
};

struct AdadeltaStep {
  double lr, rho, eps, weight_decay;
  bool maximize;
};

// lr is divided by 1 - beta1^t.
struct AdamaxStep {
  double lr, beta1, beta2, eps, weight_decay;
  bool maximize;
};

// `shrink` is what the parameter is multiplied by first: 1 - lr weight_decay if that is decoupled
// (then weight_decay is 0 here), else 1.
struct NadamStep {
  double by_gradient, by_mean;  // the shares of the gradient and of its mean in the step
  double beta1, beta2, eps, weight_decay, shrink;
  double bias_correction2;  // 1 - beta2^t
  bool maximize;
};

struct RadamStep {
  double lr, beta1, beta2, eps, weight_decay, shrink;
  double bias_correction1, bias_correction2;  // 1 - beta^t
  double rectification;  // 0: the variance is not to be trusted yet, and does not divide
  bool maximize;
};

struct RpropStep {
  double shorter, longer, least, most;
  bool maximize;
};

struct AsgdStep {
  double eta, shrink, weight_decay;
  double mu;  // the weight of the parameter in its average; 1 replaces it
  bool maximize;
};

struct LionStep {
  double lr, beta1, beta2, shrink;
  bool maximize;
};

// p = shrink p - lr u, where u = dy / sqrt(max(row · column, floor)).
struct AdafactorStep {
  double lr, shrink, floor;
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
  void (*adagrad)(int64_t n, T* param, const T* grad, T* sum, const AdagradStep& step);
  void (*adadelta)(int64_t n, T* param, const T* grad, T* square, T* moves,
                   const AdadeltaStep& step);
  void (*adamax)(int64_t n, T* param, const T* grad, T* mean, T* largest, const AdamaxStep& step);
  void (*nadam)(int64_t n, T* param, const T* grad, T* mean, T* square, const NadamStep& step);
  void (*radam)(int64_t n, T* param, const T* grad, T* mean, T* square, const RadamStep& step);
  // `before` is the gradient of the step before, `size` how far each element goes.
  void (*rprop)(int64_t n, T* param, const T* grad, T* before, T* size, const RpropStep& step);
  void (*asgd)(int64_t n, T* param, const T* grad, T* average, const AsgdStep& step);
  void (*lion)(int64_t n, T* param, const T* grad, T* mean, const LionStep& step);
  // The sum of u² over a part of a row, whose own factor of the variance is `row`.
  double (*adafactor_norm)(int64_t n, const T* grad, const T* column, double row, double floor);
  void (*adafactor)(int64_t n, T* param, const T* grad, const T* column, double row,
                    const AdafactorStep& step);
  // y += a x, then the sum of y z; y alone is written. Without x, or without z, that part is left
  // out.
  double (*axpy_dot)(int64_t n, T* y, const T* x, double a, const T* z);
};

using OptimizerTable = ByFloating<OptimizerKernels>;

}  // namespace gradus::kernels
