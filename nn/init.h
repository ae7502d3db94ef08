// Fills for parameters, untaped. Each writes to its argument and returns it; those that draw do so
// as PyTorch does: the same seed gives the same values.
#pragma once

#include <tuple>

#include "nn/enums.h"
#include "tensor/tensor.h"

namespace gradus::nn::init {

/// What may stand behind a layer: kLinear, kConv1D, ..., kReLU, kLeakyReLU, kSELU.
using NonlinearityType =
    std::variant<enumtype::kLinear, enumtype::kConv1D, enumtype::kConv2D, enumtype::kConv3D,
                 enumtype::kConvTranspose1D, enumtype::kConvTranspose2D, enumtype::kConvTranspose3D,
                 enumtype::kSigmoid, enumtype::kTanh, enumtype::kReLU, enumtype::kLeakyReLU,
                 enumtype::kSELU>;
/// kFanIn keeps the variance of the values, kFanOut that of the gradients.
using FanModeType = std::variant<enumtype::kFanIn, enumtype::kFanOut>;

/// By how much a layer's deviation must grow to make up for the nonlinearity after it. `param` is
/// LeakyReLU's slope.
double calculate_gain(NonlinearityType nonlinearity, double param = 0.01);

/// Fills with one value.
Tensor constant_(Tensor tensor, Scalar value);
/// Fills with 0.
Tensor zeros_(Tensor tensor);
/// Fills with 1.
Tensor ones_(Tensor tensor);
/// Uniform in [low, high).
Tensor uniform_(Tensor tensor, double low = 0, double high = 1);
/// Normal with this mean and standard deviation.
Tensor normal_(Tensor tensor, double mean = 0, double std = 1);
/// Normal with this mean and standard deviation, but within [a, b].
Tensor trunc_normal_(Tensor tensor, double mean = 0, double std = 1, double a = -2, double b = 2);
/// 1 on the diagonal of a matrix, else 0. Throws Error unless there are 2 dims.
Tensor eye_(Tensor matrix);
/// The identity as a convolution's weight of 3, 4 or 5 dims, in each of the groups.
Tensor dirac_(Tensor tensor, int64_t groups = 1);
/// A random matrix with orthonormal rows or columns, times gain. Dims after the first are taken
/// together (Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning
/// in deep linear neural networks", 2014).
Tensor orthogonal_(Tensor tensor, double gain = 1.0);
/// Normal with mean 0, but in each column of a matrix the fraction `sparsity` is 0 (Martens, "Deep
/// learning via Hessian-free optimization", 2010).
Tensor sparse_(Tensor tensor, double sparsity, double std = 0.01);

/// Uniform within gain √(3 / fan), which keeps the variance from layer to layer (He, Zhang, Ren and
/// Sun, "Delving deep into rectifiers", 2015). `a` is LeakyReLU's slope; by default the mode is
/// kFanIn and the nonlinearity kLeakyReLU.
Tensor kaiming_uniform_(Tensor tensor, double a = 0);
Tensor kaiming_uniform_(Tensor tensor, double a, FanModeType mode);
Tensor kaiming_uniform_(Tensor tensor, double a, FanModeType mode, NonlinearityType nonlinearity);
/// Normal with the standard deviation gain / √fan; see kaiming_uniform_.
Tensor kaiming_normal_(Tensor tensor, double a = 0);
Tensor kaiming_normal_(Tensor tensor, double a, FanModeType mode);
Tensor kaiming_normal_(Tensor tensor, double a, FanModeType mode, NonlinearityType nonlinearity);
/// Uniform within gain √(6 / (fan_in + fan_out)) (Glorot and Bengio, "Understanding the difficulty
/// of training deep feedforward neural networks", 2010).
Tensor xavier_uniform_(Tensor tensor, double gain = 1.0);
/// Normal with the standard deviation gain √(2 / (fan_in + fan_out)); see xavier_uniform_.
Tensor xavier_normal_(Tensor tensor, double gain = 1.0);

/// How many inputs an output has, and how many outputs an input. Throws Error for less than 2 dims.
std::tuple<int64_t, int64_t> _calculate_fan_in_and_fan_out(const Tensor& tensor);

}  // namespace gradus::nn::init
