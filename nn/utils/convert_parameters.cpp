#include "nn/utils/convert_parameters.h"

#include "autograd/ops/view/join.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus::nn::utils {

std::optional<int64_t> _check_param_device(const Tensor&, std::optional<int64_t> old_param_device) {
  if (old_param_device.value_or(-1) != -1)
    fail("_check_param_device: the parameters are on the devices {} and -1", *old_param_device);
  return -1;
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
