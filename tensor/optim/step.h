// One step of an optimiser on one parameter, in a single pass over memory.
#pragma once

#include "tensor/kernels/table.h"
#include "tensor/tensor.h"

namespace gradus::raw {

// `p` is float32 or float64 and is changed in place; `dy` has its shape. States have its shape and
// type too: an undefined one starts at zero (SGD's buffer at dy), and one that lies otherwise in
// memory than `p` is replaced by one that lies as `p` does. Writes are not counted.
using kernels::AdamStep;
using kernels::RmspropStep;
using kernels::SgdStep;
// `buffer` is null without momentum; `first` in the step is ignored.
void sgd_step(const Tensor& p, const Tensor& dy, Tensor* buffer, SgdStep step);
// `max_square` is null without amsgrad.
void adam_step(const Tensor& p, const Tensor& dy, Tensor& mean, Tensor& square, Tensor* max_square,
               const AdamStep& step);
// `mean` is null if not centred, `buffer` without momentum.
void rmsprop_step(const Tensor& p, const Tensor& dy, Tensor& square, Tensor* mean, Tensor* buffer,
                  const RmspropStep& step);

}  // namespace gradus::raw
