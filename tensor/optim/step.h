// One step of an optimiser on one parameter, in a single pass over memory.
#pragma once

#include "tensor/kernels/table.h"
#include "tensor/tensor.h"

namespace gradus::raw {

// `p` is float32 or float64 and is changed in place; `dy` has its shape. States have its shape and
// type too: an undefined one starts at zero (SGD's buffer at dy), and one that lies otherwise in
// memory than `p` is replaced by one that lies as `p` does. Writes are not counted.
using kernels::AdadeltaStep;
using kernels::AdafactorStep;
using kernels::AdagradStep;
using kernels::AdamaxStep;
using kernels::AdamStep;
using kernels::AsgdStep;
using kernels::LionStep;
using kernels::NadamStep;
using kernels::RadamStep;
using kernels::RmspropStep;
using kernels::RpropStep;
using kernels::SgdStep;
// `buffer` is null without momentum; `first` in the step is ignored.
void sgd_step(const Tensor& p, const Tensor& dy, Tensor* buffer, SgdStep step);
// `max_square` is null without amsgrad.
void adam_step(const Tensor& p, const Tensor& dy, Tensor& mean, Tensor& square, Tensor* max_square,
               const AdamStep& step);
// `mean` is null if not centred, `buffer` without momentum.
void rmsprop_step(const Tensor& p, const Tensor& dy, Tensor& square, Tensor* mean, Tensor* buffer,
                  const RmspropStep& step);
void adagrad_step(const Tensor& p, const Tensor& dy, Tensor& sum, const AdagradStep& step);
void adadelta_step(const Tensor& p, const Tensor& dy, Tensor& square, Tensor& moves,
                   const AdadeltaStep& step);
void adamax_step(const Tensor& p, const Tensor& dy, Tensor& mean, Tensor& largest,
                 const AdamaxStep& step);
void nadam_step(const Tensor& p, const Tensor& dy, Tensor& mean, Tensor& square,
                const NadamStep& step);
void radam_step(const Tensor& p, const Tensor& dy, Tensor& mean, Tensor& square,
                const RadamStep& step);
void rprop_step(const Tensor& p, const Tensor& dy, Tensor& before, Tensor& size,
                const RpropStep& step);
void asgd_step(const Tensor& p, const Tensor& dy, Tensor& average, const AsgdStep& step);
void lion_step(const Tensor& p, const Tensor& dy, Tensor& mean, const LionStep& step);
// The variance of dy is rows [..., r, 1] times columns [..., 1, c], or, where `rows` is undefined,
// `columns` of p's sizes. The step's lr is divided by max(1, rms(u) / clip).
void adafactor_step(const Tensor& p, const Tensor& dy, const Tensor& rows, const Tensor& columns,
                    double clip, AdafactorStep step);

// y += a x, and then the sum of the products of y and z, with the same bits for any number of
// threads. All are contiguous, of one floating type and size; `x` or `z` may be null.
double axpy_dot(const Tensor& y, const Tensor* x, double a, const Tensor* z);

}  // namespace gradus::raw
