#include "nn/functional/linear.h"

#include "autograd/ops/linalg/linalg.h"

namespace gradus::nn::functional {

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  return bias.defined() ? gradus::linear(input, weight, bias) : gradus::linear(input, weight);
}
Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight,
                const Tensor& bias) {
  return gradus::bilinear(input1, input2, weight, bias);
}

}  // namespace gradus::nn::functional
