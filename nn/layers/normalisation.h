// Normalisation as layers.
#pragma once

#include "nn/cloneable.h"
#include "nn/options/normalisation.h"

namespace gradus::nn {

// What a norm of channels holds.
template <class Derived, class Options>
class NormImplBase : public Cloneable<Derived> {
 public:
  explicit NormImplBase(const Options& options_);
  void reset() override;
  // Weight 1, bias 0, and statistics as if no batch had been seen.
  void reset_parameters();
  void reset_running_stats();

  Options options;
  Tensor weight, bias;               // [num_features]; undefined unless affine
  Tensor running_mean, running_var;  // [num_features]; undefined unless tracked
  Tensor num_batches_tracked;        // [], int64
};

// Over all dims but the channels (dim 1). In training by the batch, and the running statistics
// follow; in eval mode by these, or without track_running_stats by the batch too.
template <int D, class Derived>
class BatchNormImplBase : public NormImplBase<Derived, BatchNormOptions> {
 public:
  using Base = NormImplBase<Derived, BatchNormOptions>;
  using Base::Base;
  using Base::bias, Base::num_batches_tracked, Base::options, Base::running_mean;
  using Base::running_var, Base::weight;
  void pretty_print(std::ostream& out) const override;
  // D + 1 or D + 2 dims (2 or 3 for BatchNorm1d), exactly D + 2 where D > 1.
  Tensor forward(const Tensor& input);
};

#define GRADUS_BATCH_NORM(D)                                                     \
  class BatchNorm##D##dImpl : public BatchNormImplBase<D, BatchNorm##D##dImpl> { \
   public:                                                                       \
    using BatchNormImplBase::BatchNormImplBase;                                  \
  };                                                                             \
  extern template class NormImplBase<BatchNorm##D##dImpl, BatchNormOptions>;     \
  extern template class BatchNormImplBase<D, BatchNorm##D##dImpl>;               \
  using BatchNorm##D##d = ModuleHolder<BatchNorm##D##dImpl>
GRADUS_BATCH_NORM(1);
GRADUS_BATCH_NORM(2);
GRADUS_BATCH_NORM(3);
#undef GRADUS_BATCH_NORM

// Each channel of each example by itself; [N, C, spatial...] with D spatial dims, or without N.
template <int D, class Derived>
class InstanceNormImpl : public NormImplBase<Derived, InstanceNormOptions> {
 public:
  using Base = NormImplBase<Derived, InstanceNormOptions>;
  using Base::Base;
  using Base::bias, Base::num_batches_tracked, Base::options, Base::running_mean;
  using Base::running_var, Base::weight;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);
};
#define GRADUS_INSTANCE_NORM(D)                                                       \
  class InstanceNorm##D##dImpl : public InstanceNormImpl<D, InstanceNorm##D##dImpl> { \
   public:                                                                            \
    explicit InstanceNorm##D##dImpl(const InstanceNorm##D##dOptions& options_);       \
  };                                                                                  \
  extern template class NormImplBase<InstanceNorm##D##dImpl, InstanceNormOptions>;    \
  extern template class InstanceNormImpl<D, InstanceNorm##D##dImpl>;                  \
  GRADUS_MODULE(InstanceNorm##D##d)
GRADUS_INSTANCE_NORM(1);
GRADUS_INSTANCE_NORM(2);
GRADUS_INSTANCE_NORM(3);
#undef GRADUS_INSTANCE_NORM

class RMSNormImpl : public Cloneable<RMSNormImpl> {
 public:
  explicit RMSNormImpl(RMSNormOptions options_);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);

  RMSNormOptions options;
  Tensor weight;  // normalized_shape; undefined unless elementwise_affine
};
GRADUS_MODULE(RMSNorm);

class LocalResponseNormImpl : public Cloneable<LocalResponseNormImpl> {
 public:
  LocalResponseNormImpl(int64_t size);
  explicit LocalResponseNormImpl(const LocalResponseNormOptions& options_);
  void reset() override;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);

  LocalResponseNormOptions options;
};
GRADUS_MODULE(LocalResponseNorm);

class CrossMapLRN2dImpl : public Cloneable<CrossMapLRN2dImpl> {
 public:
  CrossMapLRN2dImpl(int64_t size);
  explicit CrossMapLRN2dImpl(const CrossMapLRN2dOptions& options_);
  void reset() override;
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);

  CrossMapLRN2dOptions options;
};
GRADUS_MODULE(CrossMapLRN2d);

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
using LayerNorm = ModuleHolder<LayerNormImpl>;

// Over groups of channels (dim 1) and all later dims.
class GroupNormImpl : public Cloneable<GroupNormImpl> {
 public:
  GroupNormImpl(int64_t num_groups, int64_t num_channels);
  explicit GroupNormImpl(const GroupNormOptions& options_);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& input);

  GroupNormOptions options;
  Tensor weight, bias;  // [num_channels]; undefined unless affine
};
using GroupNorm = ModuleHolder<GroupNormImpl>;

}  // namespace gradus::nn
