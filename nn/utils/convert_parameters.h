// Parameters as one vector and back.
#pragma once

#include "tensor/tensor.h"

namespace gradus::nn::utils {

/// The elements of all parameters, one after the other, as a vector [n]; gradients flow back.
Tensor parameters_to_vector(const std::vector<Tensor>& parameters);
/// Makes the parameters windows on `vec`. Throws Error unless its length is that of all of them.
void vector_to_parameters(const Tensor& vec, const std::vector<Tensor>& parameters);

}  // namespace gradus::nn::utils
