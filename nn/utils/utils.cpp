#include <cmath>
#include <limits>

#include "autograd/modes.h"
#include "autograd/ops/view/join.h"
#include "nn/utils/clip_grad.h"
#include "nn/utils/convert_parameters.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus::nn::utils {

double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  if (max_norm < 0) fail_value("clip_grad_norm_: max_norm is {}, less than 0", max_norm);
  const NoGradGuard untaped;
  std::vector<Tensor> grads, norms;
  for (const Tensor& p : parameters)
    if (p.grad().defined()) grads.push_back(p.grad());
  if (grads.empty()) return 0;
  for (const Tensor& g : grads) norms.push_back(g.norm(norm_type));
  Tensor total = norms.size() == 1 ? norms[0] : stack(norms).norm(norm_type);
  // The count of gradients, as libtorch counts.
  if (norm_type == 0) total = total.clone().fill_(double(grads.size()));
  if (error_if_nonfinite && !std::isfinite(total.item().toDouble()))
    fail("clip_grad_norm_: the total norm of order {} is {}", norm_type, total.item().toDouble());
  const Tensor factor = (max_norm / (total + 1e-6)).clamp_max(1.0);
  for (const Tensor& g : grads) g.mul_(factor);
  return total.item().toDouble();
}
double clip_grad_norm_(std::initializer_list<Tensor> parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  return clip_grad_norm_(std::vector<Tensor>(parameters), max_norm, norm_type, error_if_nonfinite);
}
double clip_grad_norm_(Tensor parameter, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  return clip_grad_norm_(std::vector<Tensor>{std::move(parameter)}, max_norm, norm_type,
                         error_if_nonfinite);
}

void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value) {
  if (clip_value < 0) fail_value("clip_grad_value_: clip_value is {}, less than 0", clip_value);
  const NoGradGuard untaped;
  for (const Tensor& p : parameters)
    if (p.grad().defined()) p.grad().clamp_(Scalar(-clip_value), Scalar(clip_value));
}
void clip_grad_value_(std::initializer_list<Tensor> parameters, double clip_value) {
  clip_grad_value_(std::vector<Tensor>(parameters), clip_value);
}
void clip_grad_value_(Tensor parameter, double clip_value) {
  clip_grad_value_(std::vector<Tensor>{std::move(parameter)}, clip_value);
}

Tensor parameters_to_vector(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> flat;
  for (const Tensor& p : parameters) flat.push_back(p.reshape({-1}));
  return cat(flat);
}

void vector_to_parameters(const Tensor& vec, const std::vector<Tensor>& parameters) {
  int64_t total = 0;
  for (const Tensor& p : parameters) total = checked_add("vector_to_parameters", total, p.numel());
  if (vec.dim() != 1 || vec.numel() != total)
    fail("vector_to_parameters: the vector has shape {}, the parameters have {} elements",
         vec.sizes(), total);
  int64_t at = 0;
  for (const Tensor& p : parameters) {
    p.set_data(vec.detach().narrow(0, at, p.numel()).view(p.sizes()));
    at += p.numel();
  }
}

}  // namespace gradus::nn::utils
