// The line search of LBFGS, for .cpp files.
#pragma once

#include <functional>

#include "tensor/tensor.h"

namespace gradus::optim {

// A point x + t d of a line: the loss there, its slope along the line and its gradient.
struct LinePoint {
  double t = 0, loss = 0, slope = 0;
  Tensor gradient;
};

// A point at which the loss is lower than a line of 1e-4 of the first slope, and the slope 0.9 of
// the first one or flatter (Nocedal and Wright, "Numerical optimization", 2006, algorithms 3.5 and
// 3.6), or the best one of a bracket after `most` more points than one. `first` is the point at 0,
// `t` the first guess, and `length` the largest element of d. `at` is called for each point, and
// counted in `calls`.
LinePoint strong_wolfe(const std::function<LinePoint(double t)>& at, const LinePoint& first,
                       double t, double length, int64_t most, int64_t& calls);

}  // namespace gradus::optim
