// Losses as layers; see autograd/ops/nn/loss.h for what each computes.
#pragma once

#include "nn/layers/linear.h"
#include "nn/options/loss.h"

namespace gradus::nn {

/// The same values by a handle of its own, whose conversion leaves the giver's as it is.
inline Tensor own_handle(const Tensor& t) { return t.defined() ? t.detach() : t; }

/// A loss whose weight is a buffer: it moves and is saved with the module that the loss is part of.
template <class Derived, class Options>
class WeightedLoss : public Stateless<Derived, Options> {
 public:
  explicit WeightedLoss(const Options& options_ = {}) : Stateless<Derived, Options>(options_) {
    WeightedLoss::reset();
  }
  /// Registers the buffer `weight`.
  void reset() override {
    weight = this->register_buffer("weight", own_handle(this->options.weight()));
  }
  Tensor weight;

 protected:
  // The options, with the buffer for what it was made from.
  Options current() const { return Options(this->options).weight(weight); }
};

/// |x - y| of input x and target y; see functional::l1_loss.
class L1LossImpl : public Stateless<L1LossImpl, L1LossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// See functional::l1_loss.
  Tensor forward(const Tensor& input, const Tensor& target);
};
using L1Loss = ModuleHolder<L1LossImpl>;  ///< Holds an L1LossImpl.

/// (x - y)² of input x and target y; see functional::mse_loss.
class MSELossImpl : public Stateless<MSELossImpl, MSELossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// See functional::mse_loss.
  Tensor forward(const Tensor& input, const Tensor& target);
};
using MSELoss = ModuleHolder<MSELossImpl>;  ///< Holds an MSELossImpl.

/// A parabola near 0, straight lines elsewhere; see functional::smooth_l1_loss.
class SmoothL1LossImpl : public Stateless<SmoothL1LossImpl, SmoothL1LossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// See functional::smooth_l1_loss.
  Tensor forward(const Tensor& input, const Tensor& target);
};
using SmoothL1Loss = ModuleHolder<SmoothL1LossImpl>;  ///< Holds a SmoothL1LossImpl.

/// SmoothL1Loss times delta; see functional::huber_loss.
class HuberLossImpl : public Stateless<HuberLossImpl, HuberLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// See functional::huber_loss.
  Tensor forward(const Tensor& input, const Tensor& target);
};
using HuberLoss = ModuleHolder<HuberLossImpl>;  ///< Holds a HuberLossImpl.

/// The divergence of the target from probabilities whose logarithms are given; see
/// functional::kl_div.
class KLDivLossImpl : public Stateless<KLDivLossImpl, KLDivLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// See functional::kl_div.
  Tensor forward(const Tensor& input, const Tensor& target);
};
using KLDivLoss = ModuleHolder<KLDivLossImpl>;  ///< Holds a KLDivLossImpl.

/// Cross-entropy of probabilities and targets in [0, 1]; see functional::binary_cross_entropy.
class BCELossImpl : public WeightedLoss<BCELossImpl, BCELossOptions> {
 public:
  using WeightedLoss::WeightedLoss;
  void pretty_print(std::ostream& out) const override;
  /// See functional::binary_cross_entropy.
  Tensor forward(const Tensor& input, const Tensor& target);
};
using BCELoss = ModuleHolder<BCELossImpl>;  ///< Holds a BCELossImpl.

/// BCELoss of sigmoid(input), computed safely; see functional::binary_cross_entropy_with_logits. It
/// holds the buffers `weight` and `pos_weight`.
class BCEWithLogitsLossImpl : public WeightedLoss<BCEWithLogitsLossImpl, BCEWithLogitsLossOptions> {
 public:
  explicit BCEWithLogitsLossImpl(const BCEWithLogitsLossOptions& options_ = {});
  void reset() override;
  void pretty_print(std::ostream& out) const override;
  /// See functional::binary_cross_entropy_with_logits.
  Tensor forward(const Tensor& input, const Tensor& target);
  Tensor pos_weight;
};
using BCEWithLogitsLoss = ModuleHolder<BCEWithLogitsLossImpl>;  ///< Holds a BCEWithLogitsLossImpl.

/// Minus the log-probability of the target class; see functional::nll_loss.
class NLLLossImpl : public WeightedLoss<NLLLossImpl, NLLLossOptions> {
 public:
  using WeightedLoss::WeightedLoss;
  void pretty_print(std::ostream& out) const override;
  /// See functional::nll_loss.
  Tensor forward(const Tensor& input, const Tensor& target);
};
using NLLLoss = ModuleHolder<NLLLossImpl>;  ///< Holds an NLLLossImpl.
using NLLLoss2d = NLLLoss;                  ///< The same, by a name of old.

/// NLLLoss of log_softmax(input), for classes; see functional::cross_entropy.
class CrossEntropyLossImpl : public WeightedLoss<CrossEntropyLossImpl, CrossEntropyLossOptions> {
 public:
  using WeightedLoss::WeightedLoss;
  void pretty_print(std::ostream& out) const override;
  /// input [C], [N, C] or [N, C, d...] of logits, target [], [N] or [N, d...] of classes or the
  /// shape of the input with probabilities; see functional::cross_entropy.
  Tensor forward(const Tensor& input, const Tensor& target);
};
using CrossEntropyLoss = ModuleHolder<CrossEntropyLossImpl>;  ///< Holds a CrossEntropyLossImpl.

/// Logits by a linear layer, and their cross entropy: `LinearCrossEntropyLoss(in_features,
/// num_classes)`; see functional::linear_cross_entropy. It holds the layer `linear` and the buffer
/// `weight`.
class LinearCrossEntropyLossImpl : public Cloneable<LinearCrossEntropyLossImpl> {
 public:
  LinearCrossEntropyLossImpl(int64_t in_features, int64_t num_classes);
  /// Throws Error when weight is not [num_classes], or label_smoothing not in [0, 1].
  explicit LinearCrossEntropyLossImpl(LinearCrossEntropyLossOptions options_);
  void reset() override;
  void pretty_print(std::ostream& out) const override;
  /// input [N, in_features] or [in_features], target as for CrossEntropyLoss.
  Tensor forward(const Tensor& input, const Tensor& target);

  LinearCrossEntropyLossOptions options;
  Linear linear = nullptr;
  Tensor weight;  // [num_classes], or undefined
};
/// Holds a LinearCrossEntropyLossImpl.
using LinearCrossEntropyLoss = ModuleHolder<LinearCrossEntropyLossImpl>;

/// Small distances where the target is 1, large ones where it is -1; see
/// functional::hinge_embedding_loss.
class HingeEmbeddingLossImpl : public Stateless<HingeEmbeddingLossImpl, HingeEmbeddingLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// See functional::hinge_embedding_loss.
  Tensor forward(const Tensor& input, const Tensor& target);
};
/// Holds a HingeEmbeddingLossImpl.
using HingeEmbeddingLoss = ModuleHolder<HingeEmbeddingLossImpl>;

/// log(1 + exp(-target input)) for targets 1 and -1; see functional::soft_margin_loss.
class SoftMarginLossImpl : public Stateless<SoftMarginLossImpl, SoftMarginLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// See functional::soft_margin_loss.
  Tensor forward(const Tensor& input, const Tensor& target);
};
using SoftMarginLoss = ModuleHolder<SoftMarginLossImpl>;  ///< Holds a SoftMarginLossImpl.

/// The target class must be ahead of all others by a margin; see functional::multi_margin_loss.
class MultiMarginLossImpl : public WeightedLoss<MultiMarginLossImpl, MultiMarginLossOptions> {
 public:
  using WeightedLoss::WeightedLoss;
  void pretty_print(std::ostream& out) const override;
  /// See functional::multi_margin_loss.
  Tensor forward(const Tensor& input, const Tensor& target);
};
using MultiMarginLoss = ModuleHolder<MultiMarginLossImpl>;  ///< Holds a MultiMarginLossImpl.

/// Every target class must be ahead of every other one by 1; see
/// functional::multilabel_margin_loss.
class MultiLabelMarginLossImpl
    : public Stateless<MultiLabelMarginLossImpl, MultiLabelMarginLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// See functional::multilabel_margin_loss.
  Tensor forward(const Tensor& input, const Tensor& target);
};
/// Holds a MultiLabelMarginLossImpl.
using MultiLabelMarginLoss = ModuleHolder<MultiLabelMarginLossImpl>;

/// BCEWithLogitsLoss averaged over classes; see functional::multilabel_soft_margin_loss.
class MultiLabelSoftMarginLossImpl
    : public WeightedLoss<MultiLabelSoftMarginLossImpl, MultiLabelSoftMarginLossOptions> {
 public:
  using WeightedLoss::WeightedLoss;
  void pretty_print(std::ostream& out) const override;
  /// See functional::multilabel_soft_margin_loss.
  Tensor forward(const Tensor& input, const Tensor& target);
};
/// Holds a MultiLabelSoftMarginLossImpl.
using MultiLabelSoftMarginLoss = ModuleHolder<MultiLabelSoftMarginLossImpl>;

/// Minus the log-likelihood of counts with Poisson rates; see functional::poisson_nll_loss.
class PoissonNLLLossImpl : public Stateless<PoissonNLLLossImpl, PoissonNLLLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// See functional::poisson_nll_loss.
  Tensor forward(const Tensor& input, const Tensor& target);
};
using PoissonNLLLoss = ModuleHolder<PoissonNLLLossImpl>;  ///< Holds a PoissonNLLLossImpl.

/// The input that the target names must be ahead by a margin; see functional::margin_ranking_loss.
class MarginRankingLossImpl : public Stateless<MarginRankingLossImpl, MarginRankingLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// See functional::margin_ranking_loss.
  Tensor forward(const Tensor& input1, const Tensor& input2, const Tensor& target);
};
using MarginRankingLoss = ModuleHolder<MarginRankingLossImpl>;  ///< Holds a MarginRankingLossImpl.

/// Large cosines where the target is 1, small ones where it is -1; see
/// functional::cosine_embedding_loss.
class CosineEmbeddingLossImpl
    : public Stateless<CosineEmbeddingLossImpl, CosineEmbeddingLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// See functional::cosine_embedding_loss.
  Tensor forward(const Tensor& input1, const Tensor& input2, const Tensor& target);
};
/// Holds a CosineEmbeddingLossImpl.
using CosineEmbeddingLoss = ModuleHolder<CosineEmbeddingLossImpl>;

/// The negative must be farther from the anchor than the positive, by a margin; see
/// functional::triplet_margin_loss.
class TripletMarginLossImpl : public Stateless<TripletMarginLossImpl, TripletMarginLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// See functional::triplet_margin_loss.
  Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative);
};
using TripletMarginLoss = ModuleHolder<TripletMarginLossImpl>;  ///< Holds a TripletMarginLossImpl.

/// TripletMarginLoss with any distance; see functional::triplet_margin_with_distance_loss.
class TripletMarginWithDistanceLossImpl
    : public Stateless<TripletMarginWithDistanceLossImpl, TripletMarginWithDistanceLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// See functional::triplet_margin_with_distance_loss.
  Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative);
};
/// Holds a TripletMarginWithDistanceLossImpl.
using TripletMarginWithDistanceLoss = ModuleHolder<TripletMarginWithDistanceLossImpl>;

/// Minus the log-likelihood of the target with normal distributions; see
/// functional::gaussian_nll_loss.
class GaussianNLLLossImpl : public Stateless<GaussianNLLLossImpl, GaussianNLLLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// input holds the means and var the variances; see functional::gaussian_nll_loss.
  Tensor forward(const Tensor& input, const Tensor& target, const Tensor& var);
};
using GaussianNLLLoss = ModuleHolder<GaussianNLLLossImpl>;  ///< Holds a GaussianNLLLossImpl.

/// What a network says over time, against labels without times; see functional::ctc_loss.
class CTCLossImpl : public Stateless<CTCLossImpl, CTCLossOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// See functional::ctc_loss.
  Tensor forward(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                 const Tensor& target_lengths);
};
using CTCLoss = ModuleHolder<CTCLossImpl>;  ///< Holds a CTCLossImpl.

}  // namespace gradus::nn
