#include "nn/utils/clip_grad.h"

#include <cmath>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/view/join.h"
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

Tensor get_total_norm(const std::vector<Tensor>& tensors, double norm_type,
                      bool error_if_nonfinite) {
  const NoGradGuard untaped;
  std::vector<Tensor> norms;
  for (const Tensor& t : tensors) norms.push_back(t.norm(norm_type));
  const Tensor total = norms.empty() ? zeros({}) : stack(norms).norm(norm_type);
  if (error_if_nonfinite && !std::isfinite(total.item().toDouble()))
    fail("get_total_norm: the total norm of order {} is {}", norm_type, total.item().toDouble());
  return total;
}
void clip_grads_with_norm_(const std::vector<Tensor>& parameters, double max_norm,
                           const Tensor& total_norm) {
  if (max_norm < 0) fail_value("clip_grads_with_norm_: max_norm is {}, less than 0", max_norm);
  const NoGradGuard untaped;
  const Tensor factor = (max_norm / (total_norm + 1e-6)).clamp_max(1.0);
  for (const Tensor& p : parameters)
    if (p.grad().defined()) p.grad().mul_(factor);
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

}  // namespace gradus::nn::utils
