// Parameters as one vector and back.
#pragma once

#include "tensor/tensor.h"

namespace gradus::nn::utils {

/// The device of the parameters so far, -1 for the CPU, once `param` has joined them. Throws Error
/// when it is on another one.
std::optional<int64_t> _check_param_device(const Tensor& param,
                                           std::optional<int64_t> old_param_device);
/// The elements of all parameters, one after the other, as a vector [n]; gradients flow back.
Tensor parameters_to_vector(const std::vector<Tensor>& parameters);
/// Makes the parameters windows on `vec`. Throws Error unless its length is that of all of them.
void vector_to_parameters(const Tensor& vec, const std::vector<Tensor>& parameters);

}  // namespace gradus::nn::utils
