#include "nn/functional/linear.h"

#include "autograd/ops/index/index.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/nn/embedding.h"
#include "tensor/base/fail.h"

namespace gradus::nn::functional {

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  return bias.defined() ? gradus::linear(input, weight, bias) : gradus::linear(input, weight);
}
Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight,
                const Tensor& bias) {
  return gradus::bilinear(input1, input2, weight, bias);
}
Tensor one_hot(const Tensor& tensor, int64_t num_classes) {
  return gradus::one_hot(tensor, num_classes);
}
Tensor embedding(const Tensor& input, const Tensor& weight, const EmbeddingFuncOptions& options) {
  int64_t padding = -1;
  if (options.padding_idx()) {
    padding = *options.padding_idx();
    const int64_t rows = weight.size(0);
    if (padding < -rows || padding >= rows)
      fail_index("embedding: padding_idx {} is out of range for {} rows", padding, rows);
    if (padding < 0) padding += rows;
  }
  if (options.max_norm())
    embedding_renorm_(weight, input, *options.max_norm(), options.norm_type());
  return gradus::embedding(weight, input, padding, options.scale_grad_by_freq(), options.sparse());
}

}  // namespace gradus::nn::functional
