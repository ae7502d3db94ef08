// Options of losses. All have a reduction, kMean unless kNone or kSum is asked for.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "nn/enums.h"
#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::nn {

using LossReduction = std::variant<enumtype::kNone, enumtype::kMean, enumtype::kSum>;
using KLDivReduction =
    std::variant<enumtype::kNone, enumtype::kBatchMean, enumtype::kSum, enumtype::kMean>;

// The reduction of an options struct, which can be made from it alone: MSELossOptions(kSum).
#define GRADUS_REDUCTION(Options, Choices)                                         \
  using reduction_t = Choices;                                                     \
  Options() = default;                                                             \
  template <class R>                                                               \
  requires(!std::is_same_v<R, Options> && std::is_constructible_v<reduction_t, R>) \
      Options(R reduction)                                                         \
      : reduction_(reduction) {}                                                   \
  GRADUS_ARG(reduction_t, reduction) = kMean;

struct L1LossOptions {
  GRADUS_REDUCTION(L1LossOptions, LossReduction)
};
struct MSELossOptions {
  GRADUS_REDUCTION(MSELossOptions, LossReduction)
};
struct SmoothL1LossOptions {
  GRADUS_REDUCTION(SmoothL1LossOptions, LossReduction)
  GRADUS_ARG(std::optional<double>, beta);  // 1 by default
};
struct HuberLossOptions {
  GRADUS_REDUCTION(HuberLossOptions, LossReduction)
  GRADUS_ARG(double, delta) = 1.0;
};
struct SoftMarginLossOptions {
  GRADUS_REDUCTION(SoftMarginLossOptions, LossReduction)
};
struct MultiLabelMarginLossOptions {
  GRADUS_REDUCTION(MultiLabelMarginLossOptions, LossReduction)
};
struct KLDivLossOptions {
  GRADUS_REDUCTION(KLDivLossOptions, KLDivReduction)
  GRADUS_ARG(bool, log_target) = false;
};
struct BCELossOptions {
  GRADUS_REDUCTION(BCELossOptions, LossReduction)
  GRADUS_ARG(Tensor, weight);
};
struct BCEWithLogitsLossOptions {
  GRADUS_REDUCTION(BCEWithLogitsLossOptions, LossReduction)
  GRADUS_ARG(Tensor, weight);
  GRADUS_ARG(Tensor, pos_weight);
};
struct NLLLossOptions {
  GRADUS_REDUCTION(NLLLossOptions, LossReduction)
  GRADUS_ARG(Tensor, weight);
  GRADUS_ARG(int64_t, ignore_index) = -100;
};
struct CrossEntropyLossOptions {
  GRADUS_REDUCTION(CrossEntropyLossOptions, LossReduction)
  GRADUS_ARG(Tensor, weight);
  GRADUS_ARG(int64_t, ignore_index) = -100;
  GRADUS_ARG(double, label_smoothing) = 0.0;
};
struct HingeEmbeddingLossOptions {
  GRADUS_REDUCTION(HingeEmbeddingLossOptions, LossReduction)
  GRADUS_ARG(double, margin) = 1.0;
};
struct MarginRankingLossOptions {
  GRADUS_REDUCTION(MarginRankingLossOptions, LossReduction)
  GRADUS_ARG(double, margin) = 0;
};
struct CosineEmbeddingLossOptions {
  GRADUS_REDUCTION(CosineEmbeddingLossOptions, LossReduction)
  GRADUS_ARG(double, margin) = 0.0;
};
struct MultiMarginLossOptions {
  GRADUS_REDUCTION(MultiMarginLossOptions, LossReduction)
  GRADUS_ARG(int64_t, p) = 1;
  GRADUS_ARG(double, margin) = 1.0;
  GRADUS_ARG(Tensor, weight);
};
struct MultiLabelSoftMarginLossOptions {
  GRADUS_REDUCTION(MultiLabelSoftMarginLossOptions, LossReduction)
  GRADUS_ARG(Tensor, weight);
};
struct TripletMarginLossOptions {
  GRADUS_REDUCTION(TripletMarginLossOptions, LossReduction)
  GRADUS_ARG(double, margin) = 1.0;
  GRADUS_ARG(double, p) = 2.0;
  GRADUS_ARG(double, eps) = 1e-6;
  GRADUS_ARG(bool, swap) = false;
};
struct TripletMarginWithDistanceLossOptions {
  using distance_function_t = std::function<Tensor(const Tensor&, const Tensor&)>;
  GRADUS_REDUCTION(TripletMarginWithDistanceLossOptions, LossReduction)
  // pairwise_distance by default
  GRADUS_ARG(std::optional<distance_function_t>, distance_function);
  GRADUS_ARG(double, margin) = 1.0;
  GRADUS_ARG(bool, swap) = false;
};
struct PoissonNLLLossOptions {
  GRADUS_REDUCTION(PoissonNLLLossOptions, LossReduction)
  GRADUS_ARG(bool, log_input) = true;
  GRADUS_ARG(bool, full) = false;
  GRADUS_ARG(double, eps) = 1e-8;
};
struct GaussianNLLLossOptions {
  GRADUS_REDUCTION(GaussianNLLLossOptions, LossReduction)
  GRADUS_ARG(bool, full) = false;
  GRADUS_ARG(double, eps) = 1e-6;
};
#undef GRADUS_REDUCTION

namespace functional {
using L1LossFuncOptions = L1LossOptions;
using MSELossFuncOptions = MSELossOptions;
using SmoothL1LossFuncOptions = SmoothL1LossOptions;
using HuberLossFuncOptions = HuberLossOptions;
using SoftMarginLossFuncOptions = SoftMarginLossOptions;
using MultilabelMarginLossFuncOptions = MultiLabelMarginLossOptions;
using KLDivFuncOptions = KLDivLossOptions;
using BinaryCrossEntropyFuncOptions = BCELossOptions;
using BinaryCrossEntropyWithLogitsFuncOptions = BCEWithLogitsLossOptions;
using NLLLossFuncOptions = NLLLossOptions;
using CrossEntropyFuncOptions = CrossEntropyLossOptions;
using HingeEmbeddingLossFuncOptions = HingeEmbeddingLossOptions;
using MarginRankingLossFuncOptions = MarginRankingLossOptions;
using CosineEmbeddingLossFuncOptions = CosineEmbeddingLossOptions;
using MultiMarginLossFuncOptions = MultiMarginLossOptions;
using MultilabelSoftMarginLossFuncOptions = MultiLabelSoftMarginLossOptions;
using TripletMarginLossFuncOptions = TripletMarginLossOptions;
using TripletMarginWithDistanceLossFuncOptions = TripletMarginWithDistanceLossOptions;
using PoissonNLLLossFuncOptions = PoissonNLLLossOptions;
using GaussianNLLLossFuncOptions = GaussianNLLLossOptions;
}  // namespace functional

}  // namespace gradus::nn
