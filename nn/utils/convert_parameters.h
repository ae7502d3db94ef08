// Parameters as one vector and back.
#pragma once

#include "tensor/tensor.h"

namespace gradus::nn::utils {

// The elements of all, one after the other; gradients flow back.
Tensor parameters_to_vector(const std::vector<Tensor>& parameters);
// Makes the parameters windows on `vec`, whose length must be that of all of them.
void vector_to_parameters(const Tensor& vec, const std::vector<Tensor>& parameters);

}  // namespace gradus::nn::utils
