// Fills for parameters, untaped. Each writes to its argument and returns it; those that draw do so
// as PyTorch does: the same seed gives the same values.
#pragma once

#include <tuple>

#include "nn/enums.h"
#include "tensor/tensor.h"

namespace gradus::nn::init {

using NonlinearityType =
    std::variant<enumtype::kLinear, enumtype::kConv1D, enumtype::kConv2D, enumtype::kConv3D,
                 enumtype::kConvTranspose1D, enumtype::kConvTranspose2D, enumtype::kConvTranspose3D,
                 enumtype::kSigmoid, enumtype::kTanh, enumtype::kReLU, enumtype::kLeakyReLU,
                 enumtype::kSELU>;
using FanModeType = std::variant<enumtype::kFanIn, enumtype::kFanOut>;

// By how much a layer's deviation must grow to make up for the nonlinearity after it. `param` is
// LeakyReLU's slope.
double calculate_gain(NonlinearityType nonlinearity, double param = 0.01);

Tensor constant_(Tensor tensor, Scalar value);
Tensor zeros_(Tensor tensor);
Tensor ones_(Tensor tensor);
Tensor uniform_(Tensor tensor, double low = 0, double high = 1);
Tensor normal_(Tensor tensor, double mean = 0, double std = 1);
// Normal, but within [a, b].
Tensor trunc_normal_(Tensor tensor, double mean = 0, double std = 1, double a = -2, double b = 2);
// 1 on the diagonal of a matrix, else 0.
Tensor eye_(Tensor matrix);
// The identity as a convolution of 3, 4 or 5 dims, in each of the groups.
Tensor dirac_(Tensor tensor, int64_t groups = 1);
// A random matrix (dims after the first are taken together) with orthonormal rows or columns,
// times gain.
Tensor orthogonal_(Tensor tensor, double gain = 1.0);
// Normal with mean 0, but in each column of a matrix the fraction `sparsity` is 0.
Tensor sparse_(Tensor tensor, double sparsity, double std = 0.01);

// He et al., Delving deep into rectifiers, 2015; `a` is LeakyReLU's slope.
// By default kFanIn and kLeakyReLU.
Tensor kaiming_uniform_(Tensor tensor, double a = 0);
Tensor kaiming_uniform_(Tensor tensor, double a, FanModeType mode);
Tensor kaiming_uniform_(Tensor tensor, double a, FanModeType mode, NonlinearityType nonlinearity);
Tensor kaiming_normal_(Tensor tensor, double a = 0);
Tensor kaiming_normal_(Tensor tensor, double a, FanModeType mode);
Tensor kaiming_normal_(Tensor tensor, double a, FanModeType mode, NonlinearityType nonlinearity);
// Glorot and Bengio, Understanding the difficulty of training deep feedforward networks, 2010.
Tensor xavier_uniform_(Tensor tensor, double gain = 1.0);
Tensor xavier_normal_(Tensor tensor, double gain = 1.0);

// How many inputs an output has and the reverse; needs 2 dims or more.
std::tuple<int64_t, int64_t> _calculate_fan_in_and_fan_out(const Tensor& tensor);

}  // namespace gradus::nn::init
