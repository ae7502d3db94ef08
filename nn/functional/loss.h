// Losses as functions; see autograd/ops/nn/loss.h. Each takes its options, or a reduction alone:
// mse_loss(x, y, kSum).
#pragma once

#include "nn/options/loss.h"

namespace gradus::nn::functional {

/// |x - y| of input x and target y. The shapes broadcast.
Tensor l1_loss(const Tensor& input, const Tensor& target, const L1LossFuncOptions& options = {});
/// (x - y)² of input x and target y. The shapes broadcast.
Tensor mse_loss(const Tensor& input, const Tensor& target, const MSELossFuncOptions& options = {});
/// With z = input - target: z² / (2 beta) where |z| < beta, else |z| - beta / 2. The shapes
/// broadcast.
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target,
                      const SmoothL1LossFuncOptions& options = {});
/// smooth_l1_loss of each element, by libtorch's name.
Tensor _smooth_l1_loss(const Tensor& input, const Tensor& target, double beta = 1.);
/// The same. Throws Error when the options have a beta too.
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target,
                      const SmoothL1LossFuncOptions& options, double beta);
/// With z = input - target: z² / 2 where |z| < delta, else delta (|z| - delta / 2). The shapes
/// broadcast.
Tensor huber_loss(const Tensor& input, const Tensor& target,
                  const HuberLossFuncOptions& options = {});
/// y (log(y) - x) of log-probabilities x = input and probabilities y = target, or, with log_target,
/// their logarithms. kBatchMean divides the sum by the size of dim 0.
Tensor kl_div(const Tensor& input, const Tensor& target, const KLDivFuncOptions& options = {});
/// -weight (y log(x) + (1 - y) log(1 - x)) of x = input and y = target, with logarithms of at least
/// -100. Throws Error when an x is outside of [0, 1], or the shapes differ.
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                            const BinaryCrossEntropyFuncOptions& options = {});
/// binary_cross_entropy of sigmoid(input), computed safely. pos_weight multiplies the part of the
/// positive targets. Throws Error when the shapes differ.
Tensor binary_cross_entropy_with_logits(
    const Tensor& input, const Tensor& target,
    const BinaryCrossEntropyWithLogitsFuncOptions& options = {});
/// -weight[target] input[target] of log-probabilities [C], [N, C] or [N, C, d...] and int64 classes
/// [], [N] or [N, d...]. Targets of ignore_index count nothing. The mean is weighted: it divides by
/// the sum of the weights.
Tensor nll_loss(const Tensor& input, const Tensor& target, const NLLLossFuncOptions& options = {});
/// nll_loss of log_softmax(input). A target of the shape and kind of the input holds probabilities.
/// label_smoothing spreads that part of each target over all classes.
Tensor cross_entropy(const Tensor& input, const Tensor& target,
                     const CrossEntropyFuncOptions& options = {});
/// cross_entropy of the logits linear(input, linear_weight, linear_bias): input [..., in_features],
/// linear_weight [C, in_features] or, for logits [N, C, d...], [C, d..., in_features], with a
/// linear_bias [C] or [C, d...] alike, or undefined.
Tensor linear_cross_entropy(const Tensor& input, const Tensor& linear_weight, const Tensor& target,
                            const CrossEntropyFuncOptions& options = {},
                            const Tensor& linear_bias = {});
/// input where target is 1, max(0, margin - input) where it is -1.
Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target,
                            const HingeEmbeddingLossFuncOptions& options = {});
/// max(0, margin - target (input1 - input2)) for targets 1 and -1. Throws Error when the numbers of
/// dims differ.
Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           const MarginRankingLossFuncOptions& options = {});
/// log(1 + exp(-target input)) for targets 1 and -1.
Tensor soft_margin_loss(const Tensor& input, const Tensor& target,
                        const SoftMarginLossFuncOptions& options = {});
/// With the cosine of input1 and input2, both [N, D] or [D]: 1 - cosine where target is 1, max(0,
/// cosine - margin) where it is -1.
Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             const CosineEmbeddingLossFuncOptions& options = {});
/// With the target class y, the sum over other classes j of weight[y] max(0, margin - input[y] +
/// input[j])ᵖ / C: input [N, C] or [C]. Throws Error unless p is 1 or 2.
Tensor multi_margin_loss(const Tensor& input, const Tensor& target,
                         const MultiMarginLossFuncOptions& options = {});
/// The sum over target classes y (those before the first -1) and others j of max(0, 1 - input[y] +
/// input[j]) / C: input and target [N, C] or [C].
Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target,
                              const MultilabelMarginLossFuncOptions& options = {});
/// binary_cross_entropy_with_logits, averaged over the last dim before the reduction.
Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const MultilabelSoftMarginLossFuncOptions& options = {});
/// max(0, margin + d(anchor, positive) - d(anchor, negative)) with d = pairwise_distance. swap
/// takes the positive for the anchor where it is closer to the negative.
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           const TripletMarginLossFuncOptions& options = {});
/// triplet_margin_loss with the distance function of the options.
Tensor triplet_margin_with_distance_loss(
    const Tensor& anchor, const Tensor& positive, const Tensor& negative,
    const TripletMarginWithDistanceLossFuncOptions& options = {});
/// exp(x) - y x of x = input, the logarithm of a rate, and the count y = target; without log_input
/// x - y log(x + eps) of the rate itself.
Tensor poisson_nll_loss(const Tensor& input, const Tensor& target,
                        const PoissonNLLLossFuncOptions& options = {});
/// (log(var) + (input - target)² / var) / 2 of means, targets and variances. The variances are at
/// least eps, and have the input's shape, or that without its last dim, or with a last dim of 1.
Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var,
                         const GaussianNLLLossFuncOptions& options = {});
/// -log of the probability that the classes of log_probs [T, N, C] (or [T, C]) read as the targets,
/// once repetitions are merged and blanks left out: targets [N, S], padded, or all in one row;
/// lengths [N]. See gradus::ctc_loss.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CTCLossFuncOptions& options = {});

}  // namespace gradus::nn::functional
