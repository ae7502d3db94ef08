#include "nn/functional/embedding.h"

#include "autograd/factories.h"
#include "autograd/ops/index/index.h"
#include "autograd/ops/nn/embedding.h"
#include "tensor/base/fail.h"

namespace gradus::nn::functional {

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
Tensor embedding_bag(const Tensor& input, const Tensor& weight,
                     const EmbeddingBagFuncOptions& options) {
  const Tensor& factors = options.per_sample_weights();
  if (factors.defined() && factors.sizes() != input.sizes())
    fail("embedding_bag: the input has shape {}, per_sample_weights {}", input.sizes(),
         factors.sizes());
  if (factors.defined() && !std::holds_alternative<enumtype::kSum>(options.mode()))
    fail("embedding_bag: per_sample_weights go with kSum only, the mode is {}",
         enumtype::get_enum_name(options.mode()));
  if (input.dim() != 1 && input.dim() != 2)
    fail("embedding_bag: the input needs 1 or 2 dims, got shape {}", input.sizes());
  const bool rows = input.dim() == 2;
  if (rows && options.offsets().defined())
    fail("embedding_bag: an input of shape {} has bags of one length, it takes no offsets",
         input.sizes());
  if (!rows && !options.offsets().defined())
    fail("embedding_bag: an input of shape {} needs offsets", input.sizes());
  Tensor offsets = options.offsets();
  if (rows) {
    offsets = arange(input.size(0), kLong) * input.size(1);
    if (options.include_last_offset())
      fail("embedding_bag: an input of shape {} has no last offset to include", input.sizes());
  }
  if (options.max_norm())
    embedding_renorm_(weight, input, *options.max_norm(), options.norm_type());
  return std::get<0>(gradus::embedding_bag(weight, input.reshape({-1}), offsets,
                                           options.scale_grad_by_freq(),
                                           int64_t(options.mode().index()), options.sparse(),
                                           factors.defined() ? factors.reshape({-1}) : Tensor(),
                                           options.include_last_offset(), options.padding_idx()));
}

}  // namespace gradus::nn::functional
