// Bounds for gradients, in place; parameters without a gradient are passed over.
#pragma once

#include "tensor/tensor.h"

namespace gradus::nn::utils {

// Scales all gradients by one factor, so that the norm of all their elements is at most max_norm;
// gives the norm before. norm_type may be infinity. A norm that is not finite throws if asked to; a
// negative max_norm throws, where PyTorch turns the gradients round.
double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm,
                       double norm_type = 2.0, bool error_if_nonfinite = false);
double clip_grad_norm_(std::initializer_list<Tensor> parameters, double max_norm,
                       double norm_type = 2.0, bool error_if_nonfinite = false);
double clip_grad_norm_(Tensor parameter, double max_norm, double norm_type = 2.0,
                       bool error_if_nonfinite = false);

// Holds each element between -clip_value and clip_value, which must not be negative.
void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value);
void clip_grad_value_(std::initializer_list<Tensor> parameters, double clip_value);
void clip_grad_value_(Tensor parameter, double clip_value);

}  // namespace gradus::nn::utils
