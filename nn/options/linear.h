// Options of the linear layers, of those that reshape, and of embeddings.
#pragma once

#include <vector>

#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::nn {

struct LinearOptions {
  LinearOptions(int64_t in_features, int64_t out_features)
      : in_features_(in_features), out_features_(out_features) {}
  GRADUS_ARG(int64_t, in_features);
  GRADUS_ARG(int64_t, out_features);
  GRADUS_ARG(bool, bias) = true;
};

struct BilinearOptions {
  BilinearOptions(int64_t in1_features, int64_t in2_features, int64_t out_features)
      : in1_features_(in1_features), in2_features_(in2_features), out_features_(out_features) {}
  GRADUS_ARG(int64_t, in1_features);
  GRADUS_ARG(int64_t, in2_features);
  GRADUS_ARG(int64_t, out_features);
  GRADUS_ARG(bool, bias) = true;
};

struct FlattenOptions {
  GRADUS_ARG(int64_t, start_dim) = 1;
  GRADUS_ARG(int64_t, end_dim) = -1;
};

struct UnflattenOptions {
  UnflattenOptions(int64_t dim, std::vector<int64_t> sizes) : dim_(dim), sizes_(std::move(sizes)) {}
  GRADUS_ARG(int64_t, dim);
  GRADUS_ARG(std::vector<int64_t>, sizes);
};

struct EmbeddingOptions {
  EmbeddingOptions(int64_t num_embeddings, int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
  GRADUS_ARG(int64_t, num_embeddings);
  GRADUS_ARG(int64_t, embedding_dim);
  // The row that gets no gradient and starts as zeros.
  GRADUS_ARG(std::optional<int64_t>, padding_idx);
  // Rows that are looked up are first scaled down to this norm.
  GRADUS_ARG(std::optional<double>, max_norm);
  GRADUS_ARG(double, norm_type) = 2.;
  GRADUS_ARG(bool, scale_grad_by_freq) = false;
  // Must stay false: there are no sparse tensors.
  GRADUS_ARG(bool, sparse) = false;
  GRADUS_ARG(Tensor, _weight);
};

struct EmbeddingFromPretrainedOptions {
  GRADUS_ARG(bool, freeze) = true;
  GRADUS_ARG(std::optional<int64_t>, padding_idx);
  GRADUS_ARG(std::optional<double>, max_norm);
  GRADUS_ARG(double, norm_type) = 2.;
  GRADUS_ARG(bool, scale_grad_by_freq) = false;
  GRADUS_ARG(bool, sparse) = false;
};

namespace functional {
struct EmbeddingFuncOptions {
  GRADUS_ARG(std::optional<int64_t>, padding_idx);
  GRADUS_ARG(std::optional<double>, max_norm);
  GRADUS_ARG(double, norm_type) = 2.;
  GRADUS_ARG(bool, scale_grad_by_freq) = false;
  GRADUS_ARG(bool, sparse) = false;
};
}  // namespace functional

}  // namespace gradus::nn
