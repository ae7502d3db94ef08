// Normalisation as layers.
#pragma once

#include "nn/cloneable.h"
#include "nn/options/norm.h"

namespace gradus::nn {

// Over all dims but the channels (dim 1). In training by the batch, and the running statistics
// follow; in eval mode by these, or without track_running_stats by the batch too.
template <int D, class Derived>
class BatchNormImplBase : public Cloneable<Derived> {
 public:
  explicit BatchNormImplBase(const BatchNormOptions& options_);
  void reset() override;
  // Weight 1, bias 0, and statistics as if no batch had been seen.
  void reset_parameters();
  void reset_running_stats();
  void pretty_print(std::ostream& out) const override;
  // D + 1 or D + 2 dims (2 or 3 for BatchNorm1d), exactly D + 2 where D > 1.
  Tensor forward(const Tensor& input);

  BatchNormOptions options;
  Tensor weight, bias;               // [num_features]; undefined unless affine
  Tensor running_mean, running_var;  // [num_features]; undefined unless tracked
  Tensor num_batches_tracked;        // [], int64
};

#define GRADUS_BATCH_NORM(D)                                                     \
  class BatchNorm##D##dImpl : public BatchNormImplBase<D, BatchNorm##D##dImpl> { \
   public:                                                                       \
    using BatchNormImplBase::BatchNormImplBase;                                  \
  };                                                                             \
  extern template class BatchNormImplBase<D, BatchNorm##D##dImpl>;               \
  GRADUS_MODULE(BatchNorm##D##d)
GRADUS_BATCH_NORM(1);
GRADUS_BATCH_NORM(2);
GRADUS_BATCH_NORM(3);
#undef GRADUS_BATCH_NORM

// Over the last dims, which must be normalized_shape.
class LayerNormImpl : public Cloneable<LayerNormImpl> {
 public:
  explicit LayerNormImpl(LayerNormOptions options_);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);

  LayerNormOptions options;
  Tensor weight, bias;  // normalized_shape; undefined unless elementwise_affine
};
GRADUS_MODULE(LayerNorm);

// Over groups of channels (dim 1) and all later dims.
class GroupNormImpl : public Cloneable<GroupNormImpl> {
 public:
  GroupNormImpl(int64_t num_groups, int64_t num_channels)
      : GroupNormImpl(GroupNormOptions(num_groups, num_channels)) {}
  explicit GroupNormImpl(const GroupNormOptions& options_);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);

  GroupNormOptions options;
  Tensor weight, bias;  // [num_channels]; undefined unless affine
};
GRADUS_MODULE(GroupNorm);

}  // namespace gradus::nn
