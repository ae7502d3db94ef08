// Bounds for gradients, in place; parameters without a gradient are passed over.
#pragma once

#include "tensor/tensor.h"

namespace gradus::nn::utils {

/// Scales all gradients by one factor, so that the norm of all their elements is at most max_norm,
/// and gives the norm before. norm_type may be infinity. Throws Error for a norm that is not finite
/// if asked to, and ValueError for a negative max_norm, where PyTorch turns the gradients round.
/// Parameters without a gradient are passed over.
double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm,
                       double norm_type = 2.0, bool error_if_nonfinite = false);
double clip_grad_norm_(std::initializer_list<Tensor> parameters, double max_norm,
                       double norm_type = 2.0, bool error_if_nonfinite = false);
double clip_grad_norm_(Tensor parameter, double max_norm, double norm_type = 2.0,
                       bool error_if_nonfinite = false);

/// The norm of all elements of these tensors together, as a tensor: of their gradients, for one.
/// Throws Error for a norm that is not finite if asked to.
Tensor get_total_norm(const std::vector<Tensor>& tensors, double norm_type = 2.0,
                      bool error_if_nonfinite = false);
/// What clip_grad_norm_() does when the norm is known.
void clip_grads_with_norm_(const std::vector<Tensor>& parameters, double max_norm,
                           const Tensor& total_norm);

/// Holds each element of the gradients between -clip_value and clip_value, which must not be
/// negative.
void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value);
void clip_grad_value_(std::initializer_list<Tensor> parameters, double clip_value);
void clip_grad_value_(Tensor parameter, double clip_value);

}  // namespace gradus::nn::utils
