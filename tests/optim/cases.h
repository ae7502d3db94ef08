// The optimisers with the options of tests/reference/optim.py, for the tests that follow PyTorch.
#pragma once

#include "optim/optim.h"

// Two groups, the second with ten times the learning rate.
struct OptimizerCase {
  const char* name;
  std::unique_ptr<gradus::optim::Optimizer> (*make)(std::vector<gradus::Tensor>,
                                                    std::vector<gradus::Tensor>);
};
extern const std::vector<OptimizerCase> optimizer_cases;

// start, start + step, ... in these sizes.
gradus::Tensor ramp(double start, double step, gradus::IntArrayRef sizes, gradus::ScalarType dtype);

// The first parameter of a case: five elements, as a matrix where the optimiser takes nothing else.
gradus::Tensor first_parameter(const OptimizerCase& c, gradus::ScalarType dtype);

// All elements of all of them, in order.
std::vector<double> values(const std::vector<gradus::Tensor>& params);
