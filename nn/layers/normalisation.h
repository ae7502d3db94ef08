// Normalisation as layers; see nn/functional/normalisation.h for what each computes.
#pragma once

#include "nn/cloneable.h"
#include "nn/options/normalisation.h"

namespace gradus::nn {

// --- By channels ----

/// What normalises the batches of a batch norm in training in place of functional::batch_norm(): a
/// batch that is spread over several processes (see distributed/data_parallel/sync_batch_norm.h).
class BatchStatistics {
 public:
  virtual ~BatchStatistics() = default;
  /// As functional::batch_norm() in training. The running statistics are undefined unless tracked,
  /// weight and bias unless affine.
  virtual Tensor normalise(const Tensor& input, const Tensor& running_mean,
                           const Tensor& running_var, const Tensor& weight, const Tensor& bias,
                           double momentum, double eps) = 0;
};

/// What a norm of channels holds: when affine the parameters `weight` and `bias`, and when it
/// tracks statistics the buffers `running_mean`, `running_var` and `num_batches_tracked`.
template <class Derived, class Options>
class NormImplBase : public Cloneable<Derived> {
 public:
  explicit NormImplBase(const Options& options_);
  void reset() override;
  /// Sets weight to 1, bias to 0, and the statistics as reset_running_stats() does.
  void reset_parameters();
  /// Sets the statistics as if no batch had been seen: mean 0, variance 1.
  void reset_running_stats();

  Options options;
  Tensor weight, bias;               // [num_features]; undefined unless affine
  Tensor running_mean, running_var;  // [num_features]; undefined unless tracked
  Tensor num_batches_tracked;        // [], int64
  /// Of BatchNorm and SyncBatchNorm, what normalises in training; null for the batch alone.
  std::shared_ptr<BatchStatistics> statistics;

 protected:
  Tensor* member(std::string_view name) override;
};

/// What BatchNorm1d to BatchNorm3d share. In training it normalises by the batch, whose statistics
/// enter the running ones; in eval mode by these, or without track_running_stats by the batch too.
template <int D, class Derived>
class BatchNormImplBase : public NormImplBase<Derived, BatchNormOptions> {
 public:
  using Base = NormImplBase<Derived, BatchNormOptions>;
  using Base::Base;
  using Base::bias, Base::num_batches_tracked, Base::options, Base::running_mean;
  using Base::running_var, Base::weight;
  void pretty_print(std::ostream& out) const override;
  /// Normalises each channel (dim 1); see functional::batch_norm. Throws Error unless the input has
  /// D + 2 dims, for BatchNorm1d 2 or 3.
  Tensor forward(const Tensor& input);
};
/// Normalises the channels of [N, C] or [N, C, L]: `BatchNorm1d(C)`; see functional::batch_norm,
/// and NormImplBase for parameters and buffers.
class BatchNorm1dImpl : public BatchNormImplBase<1, BatchNorm1dImpl> {
 public:
  using BatchNormImplBase::BatchNormImplBase;
};
/// Normalises the channels of [N, C, H, W]; see BatchNorm1dImpl.
class BatchNorm2dImpl : public BatchNormImplBase<2, BatchNorm2dImpl> {
 public:
  using BatchNormImplBase::BatchNormImplBase;
};
/// Normalises the channels of [N, C, D, H, W]; see BatchNorm1dImpl.
class BatchNorm3dImpl : public BatchNormImplBase<3, BatchNorm3dImpl> {
 public:
  using BatchNormImplBase::BatchNormImplBase;
};
using BatchNorm1d = ModuleHolder<BatchNorm1dImpl>;  ///< Holds a BatchNorm1dImpl.
using BatchNorm2d = ModuleHolder<BatchNorm2dImpl>;  ///< Holds a BatchNorm2dImpl.
using BatchNorm3d = ModuleHolder<BatchNorm3dImpl>;  ///< Holds a BatchNorm3dImpl.

/// BatchNorm over all processes of a group, for inputs [N, C, ...] of any number of dims from 2. In
/// one process it is BatchNorm; distributed::DistributedDataParallel gives it its group.
class SyncBatchNormImpl : public NormImplBase<SyncBatchNormImpl, BatchNormOptions> {
 public:
  using NormImplBase::NormImplBase;
  void pretty_print(std::ostream& out) const override;
  /// Normalises each channel (dim 1); see functional::batch_norm. Throws Error unless the input has
  /// 2 dims or more.
  Tensor forward(const Tensor& input);
};
using SyncBatchNorm = ModuleHolder<SyncBatchNormImpl>;  ///< Holds a SyncBatchNormImpl.

/// What InstanceNorm1d to InstanceNorm3d share.
template <int D, class Derived>
class InstanceNormImpl : public NormImplBase<Derived, InstanceNormOptions> {
 public:
  using Base = NormImplBase<Derived, InstanceNormOptions>;
  using Base::Base;
  using Base::bias, Base::num_batches_tracked, Base::options, Base::running_mean;
  using Base::running_var, Base::weight;
  void pretty_print(std::ostream& out) const override;
  /// Normalises each channel of each example; see functional::instance_norm. Throws Error unless
  /// the input has D + 1 or D + 2 dims.
  Tensor forward(const Tensor& input);
};
/// Normalises each channel of each example of [N, C, L] or [C, L]: `InstanceNorm1d(C)`; see
/// functional::instance_norm, and NormImplBase for parameters and buffers.
class InstanceNorm1dImpl : public InstanceNormImpl<1, InstanceNorm1dImpl> {
 public:
  using InstanceNormImpl::InstanceNormImpl;
};
/// Normalises each channel of each example of [N, C, H, W] or [C, H, W]; see InstanceNorm1dImpl.
class InstanceNorm2dImpl : public InstanceNormImpl<2, InstanceNorm2dImpl> {
 public:
  using InstanceNormImpl::InstanceNormImpl;
};
/// Normalises each channel of each example of [N, C, D, H, W] or [C, D, H, W]; see
/// InstanceNorm1dImpl.
class InstanceNorm3dImpl : public InstanceNormImpl<3, InstanceNorm3dImpl> {
 public:
  using InstanceNormImpl::InstanceNormImpl;
};
using InstanceNorm1d = ModuleHolder<InstanceNorm1dImpl>;  ///< Holds an InstanceNorm1dImpl.
using InstanceNorm2d = ModuleHolder<InstanceNorm2dImpl>;  ///< Holds an InstanceNorm2dImpl.
using InstanceNorm3d = ModuleHolder<InstanceNorm3dImpl>;  ///< Holds an InstanceNorm3dImpl.

/// Normalises over groups of channels and all later dims: `GroupNorm(groups, channels)`; see
/// functional::group_norm. When affine it holds the parameters `weight` and `bias`.
class GroupNormImpl : public Cloneable<GroupNormImpl> {
 public:
  GroupNormImpl(int64_t num_groups, int64_t num_channels);
  explicit GroupNormImpl(const GroupNormOptions& options_);
  void reset() override;
  /// Sets weight to 1 and bias to 0.
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  /// input [N, num_channels, ...]; see functional::group_norm.
  Tensor forward(const Tensor& input);

  GroupNormOptions options;
  Tensor weight, bias;  // [num_channels]; undefined unless affine

 protected:
  Tensor* member(std::string_view name) override;
};
using GroupNorm = ModuleHolder<GroupNormImpl>;  ///< Holds a GroupNormImpl.

// --- By the last dims ----

/// Normalises over the last dims, which must be normalized_shape:
/// `LayerNorm(LayerNormOptions({64}))`; see functional::layer_norm. When elementwise_affine it
/// holds the parameters `weight` and `bias`.
class LayerNormImpl : public Cloneable<LayerNormImpl> {
 public:
  explicit LayerNormImpl(LayerNormOptions options_);
  void reset() override;
  /// Sets weight to 1 and bias to 0.
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  /// input [..., normalized_shape]; see functional::layer_norm.
  Tensor forward(const Tensor& input);

  LayerNormOptions options;
  Tensor weight, bias;  // normalized_shape; undefined unless elementwise_affine

 protected:
  Tensor* member(std::string_view name) override;
};
using LayerNorm = ModuleHolder<LayerNormImpl>;  ///< Holds a LayerNormImpl.

/// Divides by the root of the mean square over the last dims, which must be normalized_shape; see
/// functional::rms_norm. When elementwise_affine it holds the parameter `weight`.
class RMSNormImpl : public Cloneable<RMSNormImpl> {
 public:
  explicit RMSNormImpl(RMSNormOptions options_);
  void reset() override;
  /// Sets weight to 1.
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  /// input [..., normalized_shape]; see functional::rms_norm.
  Tensor forward(const Tensor& input);

  RMSNormOptions options;
  Tensor weight;  // normalized_shape; undefined unless elementwise_affine

 protected:
  Tensor* member(std::string_view name) override;
};
using RMSNorm = ModuleHolder<RMSNormImpl>;  ///< Holds an RMSNormImpl.

// --- By neighbours ----

/// Divides by what the neighbouring channels hold: `LocalResponseNorm(5)`; see
/// functional::local_response_norm. It has no parameters.
class LocalResponseNormImpl : public Cloneable<LocalResponseNormImpl> {
 public:
  LocalResponseNormImpl(int64_t size);
  explicit LocalResponseNormImpl(const LocalResponseNormOptions& options_);
  void reset() override;
  void pretty_print(std::ostream& out) const override;
  /// input [N, C, ...]; see functional::local_response_norm.
  Tensor forward(const Tensor& input);

  LocalResponseNormOptions options;
};
using LocalResponseNorm = ModuleHolder<LocalResponseNormImpl>;  ///< Holds a LocalResponseNormImpl.

/// LocalResponseNorm over an odd number of channels, `size` or one less, as PyTorch's layer of this
/// name computes it. It has no parameters.
class CrossMapLRN2dImpl : public Cloneable<CrossMapLRN2dImpl> {
 public:
  CrossMapLRN2dImpl(int64_t size);
  explicit CrossMapLRN2dImpl(const CrossMapLRN2dOptions& options_);
  void reset() override;
  void pretty_print(std::ostream& out) const override;
  /// input [N, C, H, W]; the result has its sizes.
  Tensor forward(const Tensor& input);

  CrossMapLRN2dOptions options;
};
using CrossMapLRN2d = ModuleHolder<CrossMapLRN2dImpl>;  ///< Holds a CrossMapLRN2dImpl.

}  // namespace gradus::nn
