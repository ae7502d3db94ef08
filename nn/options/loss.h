// Options of losses. All have a reduction, kMean unless kNone or kSum is asked for.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "nn/choice.h"
#include "nn/enums.h"
#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::nn {

/// How the elements' losses are put together.
using LossReduction = std::variant<enumtype::kNone, enumtype::kMean, enumtype::kSum>;
/// The same for KLDivLoss, which also knows kBatchMean: the sum divided by the size of dim 0.
using KLDivReduction =
    std::variant<enumtype::kNone, enumtype::kBatchMean, enumtype::kSum, enumtype::kMean>;

/// The options that all losses have: the reduction. Options can be made from it alone:
/// `MSELossOptions(kSum)`.
template <class Derived, class Choices = LossReduction>
class ReductionOptions {
 public:
  using reduction_t = Choices;  ///< What reduction() takes.
  ReductionOptions() = default;
  template <class R>
  requires(!std::is_base_of_v<ReductionOptions, R> && std::is_constructible_v<reduction_t, R>)
      ReductionOptions(R reduction) {
    reduction_.get() = reduction_t(reduction);
  }
  /// Sets how the elements' losses are put together: kMean, kSum, or kNone for all of them.
  Derived& reduction(const reduction_t& new_reduction) {
    reduction_.get() = new_reduction;
    return static_cast<Derived&>(*this);
  }
  /// How the elements' losses are put together.
  const reduction_t& reduction() const noexcept { return reduction_.get(); }
  reduction_t& reduction() noexcept { return reduction_.get(); }

 private:
  gradus::detail::Choice<reduction_t> reduction_ = kMean;
};

/// The options of L1Loss.
struct L1LossOptions : ReductionOptions<L1LossOptions> {
  using ReductionOptions::ReductionOptions;
};
/// The options of MSELoss: `MSELossOptions(kSum)`.
struct MSELossOptions : ReductionOptions<MSELossOptions> {
  using ReductionOptions::ReductionOptions;
};
/// The options of SmoothL1Loss.
struct SmoothL1LossOptions : ReductionOptions<SmoothL1LossOptions> {
  using ReductionOptions::ReductionOptions;
  /// Where the parabola ends and the straight lines begin; 1 unless set.
  GRADUS_ARG(std::optional<double>, beta);
};
/// The options of HuberLoss.
struct HuberLossOptions : ReductionOptions<HuberLossOptions> {
  using ReductionOptions::ReductionOptions;
  /// Where the parabola ends and the straight lines begin.
  GRADUS_ARG(double, delta) = 1.0;
};
/// The options of SoftMarginLoss.
struct SoftMarginLossOptions : ReductionOptions<SoftMarginLossOptions> {
  using ReductionOptions::ReductionOptions;
};
/// The options of MultiLabelMarginLoss.
struct MultiLabelMarginLossOptions : ReductionOptions<MultiLabelMarginLossOptions> {
  using ReductionOptions::ReductionOptions;
};
/// The options of KLDivLoss: `KLDivLossOptions(kBatchMean)`.
struct KLDivLossOptions : ReductionOptions<KLDivLossOptions, KLDivReduction> {
  using ReductionOptions::ReductionOptions;
  /// The target holds logarithms of probabilities too.
  GRADUS_ARG(bool, log_target) = false;
};
/// The options of BCELoss.
struct BCELossOptions : ReductionOptions<BCELossOptions> {
  using ReductionOptions::ReductionOptions;
  /// A factor for each element, broadcast to the input; undefined for none.
  GRADUS_ARG(Tensor, weight);
};
/// The options of BCEWithLogitsLoss.
struct BCEWithLogitsLossOptions : ReductionOptions<BCEWithLogitsLossOptions> {
  using ReductionOptions::ReductionOptions;
  /// A factor for each element, broadcast to the input; undefined for none.
  GRADUS_ARG(Tensor, weight);
  /// A factor for the part of the positive targets, broadcast to the input; undefined for none.
  GRADUS_ARG(Tensor, pos_weight);
};
/// The options of NLLLoss.
struct NLLLossOptions : ReductionOptions<NLLLossOptions> {
  using ReductionOptions::ReductionOptions;
  /// A factor for each class, [C]; undefined for none.
  GRADUS_ARG(Tensor, weight);
  /// Targets of this number count nothing.
  GRADUS_ARG(int64_t, ignore_index) = -100;
};
/// The options of CrossEntropyLoss: `CrossEntropyLossOptions().label_smoothing(0.1)`.
struct CrossEntropyLossOptions : ReductionOptions<CrossEntropyLossOptions> {
  using ReductionOptions::ReductionOptions;
  /// A factor for each class, [C]; undefined for none.
  GRADUS_ARG(Tensor, weight);
  /// Targets of this number count nothing.
  GRADUS_ARG(int64_t, ignore_index) = -100;
  /// The part of each target that is spread over all classes, in [0, 1].
  GRADUS_ARG(double, label_smoothing) = 0.0;
};
/// The options of LinearCrossEntropyLoss: `LinearCrossEntropyLossOptions(64, 10).bias(true)`.
struct LinearCrossEntropyLossOptions : ReductionOptions<LinearCrossEntropyLossOptions> {
  LinearCrossEntropyLossOptions(int64_t in_features, int64_t num_classes)
      : in_features_(in_features), num_classes_(num_classes) {}
  /// The size of the input's last dim.
  GRADUS_ARG(int64_t, in_features);
  /// How many classes there are, C.
  GRADUS_ARG(int64_t, num_classes);
  /// The sizes d... of logits [N, C, d...]; empty for one target per example.
  GRADUS_ARG(std::vector<int64_t>, out_features) = {};
  /// Whether there is a bias.
  GRADUS_ARG(bool, bias) = false;
  /// A factor for each class, [C]; undefined for none.
  GRADUS_ARG(Tensor, weight);
  /// Targets of this number count nothing.
  GRADUS_ARG(int64_t, ignore_index) = -100;
  /// The part of each target that is spread over all classes, in [0, 1].
  GRADUS_ARG(double, label_smoothing) = 0.0;
};
/// The options of HingeEmbeddingLoss.
struct HingeEmbeddingLossOptions : ReductionOptions<HingeEmbeddingLossOptions> {
  using ReductionOptions::ReductionOptions;
  /// From here on a distance to a target -1 costs nothing.
  GRADUS_ARG(double, margin) = 1.0;
};
/// The options of MarginRankingLoss.
struct MarginRankingLossOptions : ReductionOptions<MarginRankingLossOptions> {
  using ReductionOptions::ReductionOptions;
  /// By how much the right one must be ahead to cost nothing.
  GRADUS_ARG(double, margin) = 0;
};
/// The options of CosineEmbeddingLoss.
struct CosineEmbeddingLossOptions : ReductionOptions<CosineEmbeddingLossOptions> {
  using ReductionOptions::ReductionOptions;
  /// Up to this cosine a target -1 costs nothing.
  GRADUS_ARG(double, margin) = 0.0;
};
/// The options of MultiMarginLoss.
struct MultiMarginLossOptions : ReductionOptions<MultiMarginLossOptions> {
  using ReductionOptions::ReductionOptions;
  /// The exponent, 1 or 2.
  GRADUS_ARG(int64_t, p) = 1;
  /// By how much the target class must be ahead to cost nothing.
  GRADUS_ARG(double, margin) = 1.0;
  /// A factor for each class, [C]; undefined for none.
  GRADUS_ARG(Tensor, weight);
};
/// The options of MultiLabelSoftMarginLoss.
struct MultiLabelSoftMarginLossOptions : ReductionOptions<MultiLabelSoftMarginLossOptions> {
  using ReductionOptions::ReductionOptions;
  /// A factor for each class, [C]; undefined for none.
  GRADUS_ARG(Tensor, weight);
};
/// The options of TripletMarginLoss.
struct TripletMarginLossOptions : ReductionOptions<TripletMarginLossOptions> {
  using ReductionOptions::ReductionOptions;
  /// By how much the negative must be farther away than the positive to cost nothing.
  GRADUS_ARG(double, margin) = 1.0;
  /// The norm's exponent.
  GRADUS_ARG(double, p) = 2.0;
  /// Is added to each difference of elements.
  GRADUS_ARG(double, eps) = 1e-6;
  /// Takes the positive for the anchor where it is closer to the negative.
  GRADUS_ARG(bool, swap) = false;
};
/// The options of TripletMarginWithDistanceLoss.
struct TripletMarginWithDistanceLossOptions
    : ReductionOptions<TripletMarginWithDistanceLossOptions> {
  using ReductionOptions::ReductionOptions;
  /// What distance_function() takes.
  using distance_function_t = std::function<Tensor(const Tensor&, const Tensor&)>;
  /// The distance of two batches; pairwise_distance unless set.
  GRADUS_ARG(std::optional<distance_function_t>, distance_function);
  /// By how much the negative must be farther away than the positive to cost nothing.
  GRADUS_ARG(double, margin) = 1.0;
  /// Takes the positive for the anchor where it is closer to the negative.
  GRADUS_ARG(bool, swap) = false;
};
/// The options of PoissonNLLLoss.
struct PoissonNLLLossOptions : ReductionOptions<PoissonNLLLossOptions> {
  using ReductionOptions::ReductionOptions;
  /// The input holds logarithms of rates.
  GRADUS_ARG(bool, log_input) = true;
  /// Adds Stirling's approximation of log(target!).
  GRADUS_ARG(bool, full) = false;
  /// Is added to the rates before their logarithm is taken.
  GRADUS_ARG(double, eps) = 1e-8;
};
/// The options of GaussianNLLLoss.
struct GaussianNLLLossOptions : ReductionOptions<GaussianNLLLossOptions> {
  using ReductionOptions::ReductionOptions;
  /// Adds the constant log(2 π) / 2.
  GRADUS_ARG(bool, full) = false;
  /// The least variance.
  GRADUS_ARG(double, eps) = 1e-6;
};
/// The options of CTCLoss: `CTCLossOptions().blank(42).zero_infinity(true)`.
struct CTCLossOptions : ReductionOptions<CTCLossOptions> {
  using ReductionOptions::ReductionOptions;
  /// The class that stands for no label.
  GRADUS_ARG(int64_t, blank) = 0;
  /// Targets that do not fit their input cost nothing and have no gradient.
  GRADUS_ARG(bool, zero_infinity) = false;
};

namespace functional {
using L1LossFuncOptions = L1LossOptions;                  ///< Of l1_loss.
using MSELossFuncOptions = MSELossOptions;                ///< Of mse_loss.
using SmoothL1LossFuncOptions = SmoothL1LossOptions;      ///< Of smooth_l1_loss.
using HuberLossFuncOptions = HuberLossOptions;            ///< Of huber_loss.
using SoftMarginLossFuncOptions = SoftMarginLossOptions;  ///< Of soft_margin_loss.
/// Of multilabel_margin_loss.
using MultilabelMarginLossFuncOptions = MultiLabelMarginLossOptions;
using KLDivFuncOptions = KLDivLossOptions;             ///< Of kl_div.
using BinaryCrossEntropyFuncOptions = BCELossOptions;  ///< Of binary_cross_entropy.
/// Of binary_cross_entropy_with_logits.
using BinaryCrossEntropyWithLogitsFuncOptions = BCEWithLogitsLossOptions;
using NLLLossFuncOptions = NLLLossOptions;                          ///< Of nll_loss.
using CrossEntropyFuncOptions = CrossEntropyLossOptions;            ///< Of cross_entropy.
using HingeEmbeddingLossFuncOptions = HingeEmbeddingLossOptions;    ///< Of hinge_embedding_loss.
using MarginRankingLossFuncOptions = MarginRankingLossOptions;      ///< Of margin_ranking_loss.
using CosineEmbeddingLossFuncOptions = CosineEmbeddingLossOptions;  ///< Of cosine_embedding_loss.
using MultiMarginLossFuncOptions = MultiMarginLossOptions;          ///< Of multi_margin_loss.
/// Of multilabel_soft_margin_loss.
using MultilabelSoftMarginLossFuncOptions = MultiLabelSoftMarginLossOptions;
using TripletMarginLossFuncOptions = TripletMarginLossOptions;  ///< Of triplet_margin_loss.
/// Of triplet_margin_with_distance_loss.
using TripletMarginWithDistanceLossFuncOptions = TripletMarginWithDistanceLossOptions;
using PoissonNLLLossFuncOptions = PoissonNLLLossOptions;    ///< Of poisson_nll_loss.
using GaussianNLLLossFuncOptions = GaussianNLLLossOptions;  ///< Of gaussian_nll_loss.
using CTCLossFuncOptions = CTCLossOptions;                  ///< Of ctc_loss.
}  // namespace functional

}  // namespace gradus::nn
