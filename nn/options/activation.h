// Options of activations.
#pragma once

#include <optional>
#include <string>

#include "tensor/base/arg.h"
#include "tensor/base/dtype.h"

namespace gradus::nn {

struct ELUOptions {
  GRADUS_ARG(double, alpha) = 1.0;
  GRADUS_ARG(bool, inplace) = false;
};
struct CELUOptions {
  GRADUS_ARG(double, alpha) = 1.0;
  GRADUS_ARG(bool, inplace) = false;
};

// Those whose only option is to write into their input.
#define GRADUS_INPLACE_OPTIONS(Name)                  \
  struct Name {                                       \
    Name(bool inplace = false) : inplace_(inplace) {} \
    GRADUS_ARG(bool, inplace);                        \
  };
GRADUS_INPLACE_OPTIONS(ReLUOptions)
GRADUS_INPLACE_OPTIONS(ReLU6Options)
GRADUS_INPLACE_OPTIONS(SELUOptions)
#undef GRADUS_INPLACE_OPTIONS

struct LeakyReLUOptions {
  GRADUS_ARG(double, negative_slope) = 1e-2;
  GRADUS_ARG(bool, inplace) = false;
};
struct PReLUOptions {
  GRADUS_ARG(int64_t, num_parameters) = 1;
  GRADUS_ARG(double, init) = 0.25;
};
struct RReLUOptions {
  GRADUS_ARG(double, lower) = 1.0 / 8.0;
  GRADUS_ARG(double, upper) = 1.0 / 3.0;
  GRADUS_ARG(bool, inplace) = false;
};
struct GELUOptions {
  // "none" or "tanh"
  GRADUS_ARG(std::string, approximate) = "none";
};
struct GLUOptions {
  GLUOptions(int64_t dim = -1) : dim_(dim) {}
  GRADUS_ARG(int64_t, dim);
};
struct HardshrinkOptions {
  HardshrinkOptions(double lambda = 0.5) : lambda_(lambda) {}
  GRADUS_ARG(double, lambda);
};
struct SoftshrinkOptions {
  SoftshrinkOptions(double lambda = 0.5) : lambda_(lambda) {}
  GRADUS_ARG(double, lambda);
};
struct HardtanhOptions {
  GRADUS_ARG(double, min_val) = -1.0;
  GRADUS_ARG(double, max_val) = 1.0;
  GRADUS_ARG(bool, inplace) = false;
};
struct SoftplusOptions {
  GRADUS_ARG(double, beta) = 1.0;
  GRADUS_ARG(double, threshold) = 20.0;
};
struct ThresholdOptions {
  ThresholdOptions(double threshold, double value) : threshold_(threshold), value_(value) {}
  GRADUS_ARG(double, threshold);
  GRADUS_ARG(double, value);
  GRADUS_ARG(bool, inplace) = false;
};

// Along which dim; the functional forms also take the type to compute in.
#define GRADUS_SOFTMAX_OPTIONS(Name)              \
  struct Name##Options {                          \
    Name##Options(int64_t dim) : dim_(dim) {}     \
    GRADUS_ARG(int64_t, dim);                     \
  };                                              \
  namespace functional {                          \
  struct Name##FuncOptions {                      \
    Name##FuncOptions(int64_t dim) : dim_(dim) {} \
    GRADUS_ARG(int64_t, dim);                     \
    GRADUS_ARG(std::optional<ScalarType>, dtype); \
  };                                              \
  }
GRADUS_SOFTMAX_OPTIONS(Softmax)
GRADUS_SOFTMAX_OPTIONS(Softmin)
GRADUS_SOFTMAX_OPTIONS(LogSoftmax)
#undef GRADUS_SOFTMAX_OPTIONS

namespace functional {
using ELUFuncOptions = ELUOptions;
using CELUFuncOptions = CELUOptions;
using ReLUFuncOptions = ReLUOptions;
using ReLU6FuncOptions = ReLU6Options;
using SELUFuncOptions = SELUOptions;
using LeakyReLUFuncOptions = LeakyReLUOptions;
using GELUFuncOptions = GELUOptions;
using GLUFuncOptions = GLUOptions;
using HardshrinkFuncOptions = HardshrinkOptions;
using SoftshrinkFuncOptions = SoftshrinkOptions;
using HardtanhFuncOptions = HardtanhOptions;
using SoftplusFuncOptions = SoftplusOptions;
using ThresholdFuncOptions = ThresholdOptions;
struct RReLUFuncOptions {
  GRADUS_ARG(double, lower) = 1.0 / 8.0;
  GRADUS_ARG(double, upper) = 1.0 / 3.0;
  GRADUS_ARG(bool, training) = false;
  GRADUS_ARG(bool, inplace) = false;
};
struct GumbelSoftmaxFuncOptions {
  GRADUS_ARG(double, tau) = 1.0;
  GRADUS_ARG(bool, hard) = false;
  GRADUS_ARG(int, dim) = -1;
};
}  // namespace functional

}  // namespace gradus::nn
