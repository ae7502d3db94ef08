// Linear maps as functions.
#pragma once

#include "tensor/tensor.h"

namespace gradus::nn::functional {

/// input weightᵀ + bias: input [..., k], weight [n, k] or [k], bias [n] or none, result [..., n].
/// Throws Error for sizes that do not fit.
Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias = {});
/// For each output i input1ᵀ weight[i] input2 + bias[i]: inputs [..., k1] and [..., k2], weight [n,
/// k1, k2], result [..., n].
Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight,
                const Tensor& bias = {});

}  // namespace gradus::nn::functional
