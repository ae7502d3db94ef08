// Options of activations. `inplace` writes the result into the input.
#pragma once

#include <optional>
#include <string>

#include "tensor/base/arg.h"
#include "tensor/base/dtype.h"

namespace gradus::nn {

/// The options of ELU.
struct ELUOptions {
  /// The value far below 0 is -alpha.
  GRADUS_ARG(double, alpha) = 1.0;
  /// Writes into the input.
  GRADUS_ARG(bool, inplace) = false;
};
/// The options of CELU.
struct CELUOptions {
  /// The value far below 0 is -alpha. It must not be 0.
  GRADUS_ARG(double, alpha) = 1.0;
  /// Writes into the input.
  GRADUS_ARG(bool, inplace) = false;
};
/// The options of ReLU: `ReLU(true)` writes into the input.
struct ReLUOptions {
  ReLUOptions(bool inplace = false) : inplace_(inplace) {}
  /// Writes into the input.
  GRADUS_ARG(bool, inplace);
};
/// The options of ReLU6.
struct ReLU6Options {
  ReLU6Options(bool inplace = false) : inplace_(inplace) {}
  /// Writes into the input.
  GRADUS_ARG(bool, inplace);
};
/// The options of SELU.
struct SELUOptions {
  SELUOptions(bool inplace = false) : inplace_(inplace) {}
  /// Writes into the input.
  GRADUS_ARG(bool, inplace);
};
/// The options of LeakyReLU.
struct LeakyReLUOptions {
  /// The slope below 0.
  GRADUS_ARG(double, negative_slope) = 1e-2;
  /// Writes into the input.
  GRADUS_ARG(bool, inplace) = false;
};
/// The options of PReLU.
struct PReLUOptions {
  /// How many slopes are learned: 1, or one for each channel.
  GRADUS_ARG(int64_t, num_parameters) = 1;
  /// What the slopes begin with.
  GRADUS_ARG(double, init) = 0.25;
};
/// The options of RReLU.
struct RReLUOptions {
  /// The smallest slope below 0.
  GRADUS_ARG(double, lower) = 1.0 / 8.0;
  /// The largest slope below 0.
  GRADUS_ARG(double, upper) = 1.0 / 3.0;
  /// Writes into the input.
  GRADUS_ARG(bool, inplace) = false;
};
/// The options of GELU.
struct GELUOptions {
  /// "none", or "tanh" for the approximation by tanh.
  GRADUS_ARG(std::string, approximate) = "none";
};
/// The options of GLU.
struct GLUOptions {
  GLUOptions(int64_t dim = -1) : dim_(dim) {}
  /// The dim that is split in halves.
  GRADUS_ARG(int64_t, dim);
};
/// The options of Hardshrink.
struct HardshrinkOptions {
  HardshrinkOptions(double lambda = 0.5) : lambda_(lambda) {}
  /// Between -lambda and lambda the result is 0.
  GRADUS_ARG(double, lambda);
};
/// The options of Softshrink.
struct SoftshrinkOptions {
  SoftshrinkOptions(double lambda = 0.5) : lambda_(lambda) {}
  /// How far values move towards 0; not negative.
  GRADUS_ARG(double, lambda);
};
/// The options of Hardtanh.
struct HardtanhOptions {
  /// The smallest result.
  GRADUS_ARG(double, min_val) = -1.0;
  /// The largest result.
  GRADUS_ARG(double, max_val) = 1.0;
  /// Writes into the input.
  GRADUS_ARG(bool, inplace) = false;
};
/// The options of Softplus.
struct SoftplusOptions {
  /// How sharp the bend is.
  GRADUS_ARG(double, beta) = 1.0;
  /// Where beta x is above it, the result is x.
  GRADUS_ARG(double, threshold) = 20.0;
};
/// The options of Threshold.
struct ThresholdOptions {
  ThresholdOptions(double threshold, double value) : threshold_(threshold), value_(value) {}
  /// Values above it stay.
  GRADUS_ARG(double, threshold);
  /// What the others become.
  GRADUS_ARG(double, value);
  /// Writes into the input.
  GRADUS_ARG(bool, inplace) = false;
};
/// The options of Softmax: `Softmax(1)`.
struct SoftmaxOptions {
  SoftmaxOptions(int64_t dim) : dim_(dim) {}
  /// The dim along which the results sum to 1.
  GRADUS_ARG(int64_t, dim);
};
/// The options of Softmin.
struct SoftminOptions {
  SoftminOptions(int64_t dim) : dim_(dim) {}
  /// The dim along which the results sum to 1.
  GRADUS_ARG(int64_t, dim);
};
/// The options of LogSoftmax.
struct LogSoftmaxOptions {
  LogSoftmaxOptions(int64_t dim) : dim_(dim) {}
  /// The dim along which exp of the results sums to 1.
  GRADUS_ARG(int64_t, dim);
};

namespace functional {
using ELUFuncOptions = ELUOptions;                ///< Of elu.
using CELUFuncOptions = CELUOptions;              ///< Of celu.
using ReLUFuncOptions = ReLUOptions;              ///< Of relu.
using ReLU6FuncOptions = ReLU6Options;            ///< Of relu6.
using SELUFuncOptions = SELUOptions;              ///< Of selu.
using LeakyReLUFuncOptions = LeakyReLUOptions;    ///< Of leaky_relu.
using GELUFuncOptions = GELUOptions;              ///< Of gelu.
using GLUFuncOptions = GLUOptions;                ///< Of glu.
using HardshrinkFuncOptions = HardshrinkOptions;  ///< Of hardshrink.
using SoftshrinkFuncOptions = SoftshrinkOptions;  ///< Of softshrink.
using HardtanhFuncOptions = HardtanhOptions;      ///< Of hardtanh.
using SoftplusFuncOptions = SoftplusOptions;      ///< Of softplus.
using ThresholdFuncOptions = ThresholdOptions;    ///< Of threshold.
/// The options of rrelu.
struct RReLUFuncOptions {
  /// The smallest slope below 0.
  GRADUS_ARG(double, lower) = 1.0 / 8.0;
  /// The largest slope below 0.
  GRADUS_ARG(double, upper) = 1.0 / 3.0;
  /// Draws the slopes; else each is the mean of lower and upper.
  GRADUS_ARG(bool, training) = false;
  /// Writes into the input.
  GRADUS_ARG(bool, inplace) = false;
};
/// The options of softmax: `SoftmaxFuncOptions(1).dtype(kDouble)`.
struct SoftmaxFuncOptions {
  SoftmaxFuncOptions(int64_t dim) : dim_(dim) {}
  /// The dim along which the results sum to 1.
  GRADUS_ARG(int64_t, dim);
  /// The type to compute in; the input's unless set.
  GRADUS_ARG(std::optional<ScalarType>, dtype);
};
/// The options of softmin.
struct SoftminFuncOptions {
  SoftminFuncOptions(int64_t dim) : dim_(dim) {}
  /// The dim along which the results sum to 1.
  GRADUS_ARG(int64_t, dim);
  /// The type to compute in; the input's unless set.
  GRADUS_ARG(std::optional<ScalarType>, dtype);
};
/// The options of log_softmax.
struct LogSoftmaxFuncOptions {
  LogSoftmaxFuncOptions(int64_t dim) : dim_(dim) {}
  /// The dim along which exp of the results sums to 1.
  GRADUS_ARG(int64_t, dim);
  /// The type to compute in; the input's unless set.
  GRADUS_ARG(std::optional<ScalarType>, dtype);
};
/// The options of gumbel_softmax.
struct GumbelSoftmaxFuncOptions {
  /// The temperature: the smaller, the closer to one-hot.
  GRADUS_ARG(double, tau) = 1.0;
  /// Gives one-hot values, with the gradient of the soft ones.
  GRADUS_ARG(bool, hard) = false;
  /// The dim along which the results sum to 1.
  GRADUS_ARG(int, dim) = -1;
};
}  // namespace functional

}  // namespace gradus::nn
