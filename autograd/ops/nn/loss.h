// Losses of a prediction and a target. A reduction gives their mean, their sum or each of them.
// Shapes broadcast unless noted.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// What a loss makes of its elements.
namespace Reduction {
/// None gives each of them, Mean their mean, Sum their sum.
enum Reduction { None, Mean, Sum, END };
}  // namespace Reduction

/// |self - target|, the absolute error. `reduction` gives their mean, their sum or each of them.
/// Shapes broadcast.
Tensor l1_loss(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean);
/// (self - target)^2, the squared error. `reduction` gives their mean, their sum or each of them.
/// Shapes broadcast.
Tensor mse_loss(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean);
/// For z = self - target: z^2 / (2 beta) where |z| < beta, else |z| - beta / 2. `reduction` gives
/// their mean, their sum or each of them. Throws Error for a negative beta; 0 gives l1_loss().
/// Girshick, Fast R-CNN, 2015.
Tensor smooth_l1_loss(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean,
                      double beta = 1.0);
/// For z = self - target: z^2 / 2 where |z| < delta, else delta (|z| - delta / 2). `reduction`
/// gives their mean, their sum or each of them. Throws Error unless delta > 0. Huber, Robust
/// Estimation of a Location Parameter, 1964.
Tensor huber_loss(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean,
                  double delta = 1.0);

/// -weight (target log(self) + (1 - target) log(1 - self)) for probabilities `self`; the logarithms
/// are held at -100 or above. `weight` broadcasts. `reduction` gives their mean, their sum or each
/// of them. Throws Error when an element of `self` is outside of [0, 1], or the shapes differ.
Tensor binary_cross_entropy(const Tensor& self, const Tensor& target,
                            const std::optional<Tensor>& weight = {},
                            int64_t reduction = Reduction::Mean);
/// binary_cross_entropy() of sigmoid(self), computed without overflow. pos_weight multiplies target
/// log(sigmoid(self)), the part of the positive targets.
Tensor binary_cross_entropy_with_logits(const Tensor& self, const Tensor& target,
                                        const std::optional<Tensor>& weight = {},
                                        const std::optional<Tensor>& pos_weight = {},
                                        int64_t reduction = Reduction::Mean);

/// -weight[y] self[n, y] for log-probabilities `self` [C], [N, C] or [N, C, d...] and int64 classes
/// y = target [], [N] or [N, d...]. weight [C] is 1 by default. Targets of ignore_index count
/// nothing. The mean is over the sum of the weights of the targets. Throws Error when shapes do not
/// fit, IndexError for a class out of range.
Tensor nll_loss(const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight = {},
                int64_t reduction = Reduction::Mean, int64_t ignore_index = -100);
/// The same as nll_loss().
inline Tensor nll_loss_nd(const Tensor& self, const Tensor& target,
                          const std::optional<Tensor>& weight = {},
                          int64_t reduction = Reduction::Mean, int64_t ignore_index = -100) {
  return nll_loss(self, target, weight, reduction, ignore_index);
}
/// nll_loss() of log_softmax(self, 1) (of a 1-dim tensor over dim 0), for logits `self`. A target
/// of the shape and kind of `self` holds probabilities of classes instead. label_smoothing spreads
/// that part of each target evenly over all classes. Throws Error when shapes do not fit or
/// label_smoothing is outside of [0, 1], IndexError for a class out of range.
Tensor cross_entropy_loss(const Tensor& self, const Tensor& target,
                          const std::optional<Tensor>& weight = {},
                          int64_t reduction = Reduction::Mean, int64_t ignore_index = -100,
                          double label_smoothing = 0.0);

/// target (log(target) - self) for log-probabilities `self`, the Kullback-Leibler divergence; with
/// log_target the target holds logarithms too. `reduction` gives their mean, their sum or each of
/// them. The divergence of a batch is the sum over its size, not the mean over all elements.
Tensor kl_div(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean,
              bool log_target = false);
/// self where target is 1, max(0, margin - self) where it is -1, for distances `self`. `reduction`
/// gives their mean, their sum or each of them.
Tensor hinge_embedding_loss(const Tensor& self, const Tensor& target, double margin = 1.0,
                            int64_t reduction = Reduction::Mean);
/// max(0, margin - target (input1 - input2)): target 1 wants input1 to be larger, -1 input2.
/// `reduction` gives their mean, their sum or each of them.
Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           double margin = 0.0, int64_t reduction = Reduction::Mean);
/// log(1 + exp(-target self)) for targets 1 and -1. `reduction` gives their mean, their sum or each
/// of them.
Tensor soft_margin_loss(const Tensor& self, const Tensor& target,
                        int64_t reduction = Reduction::Mean);
/// With the cosine of the angle between input1 and input2, [N, D] or [D]: 1 - cosine where target
/// is 1, max(0, cosine - margin) where it is -1. `reduction` gives their mean, their sum or each of
/// them.
Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             double margin = 0.0, int64_t reduction = Reduction::Mean);
/// max(0, margin + d(anchor, positive) - d(anchor, negative)) with d = pairwise_distance() of
/// exponent p; swap takes the distance from positive to negative where that is the smaller one.
/// `reduction` gives their mean, their sum or each of them. Schroff et al., FaceNet, 2015.
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           double margin = 1.0, double p = 2, double eps = 1e-6, bool swap = false,
                           int64_t reduction = Reduction::Mean);
/// The negative log-likelihood of counts `target` for Poisson rates `self`: self - target log(self
/// + eps), or with log_input, where `self` holds the logarithms of the rates, exp(self) - target
/// self. full adds Stirling's approximation of log(target!) where target > 1. `reduction` gives
/// their mean, their sum or each of them.
Tensor poisson_nll_loss(const Tensor& self, const Tensor& target, bool log_input, bool full,
                        double eps, int64_t reduction);
/// The negative log-likelihood of `target` for normal numbers of mean `self` and variance `var` (at
/// least eps): (log(var) + (self - target)^2 / var) / 2; full adds log(2 pi) / 2. `var` has the
/// shape of `self`, or that without its last dim, or with a last dim of 1. `reduction` gives their
/// mean, their sum or each of them. Throws Error for a negative variance.
Tensor gaussian_nll_loss(const Tensor& self, const Tensor& target, const Tensor& var,
                         bool full = false, double eps = 1e-6, int64_t reduction = Reduction::Mean);
/// For scores `self` [N, C] or [C] and classes y: the sum over classes j other than y of weight[y]
/// max(0, margin - self[y] + self[j])^p / C, p 1 or 2. `reduction` gives their mean, their sum or
/// each of them.
Tensor multi_margin_loss(const Tensor& self, const Tensor& target, const Scalar& p = 1,
                         const Scalar& margin = 1, const std::optional<Tensor>& weight = {},
                         int64_t reduction = Reduction::Mean);
/// For scores `self` [N, C] or [C], and targets that list classes up to the first -1: the sum over
/// listed classes y and others j of max(0, 1 - self[y] + self[j]) / C. `reduction` gives their
/// mean, their sum or each of them.
Tensor multilabel_margin_loss(const Tensor& self, const Tensor& target,
                              int64_t reduction = Reduction::Mean);

/// The connectionist temporal classification loss: -log of the probability that the classes of
/// log_probs [T, N, C] (the result of log_softmax()), once repetitions are merged and blanks left
/// out, read as the target. Or log_probs [T, C] for one example. targets: int64 or int32 classes,
/// padded [N, S] or joined to one row [sum of target_lengths]. input_lengths and target_lengths
/// hold a number for each example. The mean divides each loss by its target's length (at least 1)
/// first. zero_infinity gives 0 for a target that does not fit its input, and no gradient.
///
/// The gradient is that of the input of log_softmax(), as in PyTorch: a sum over classes of zero.
/// Its derivatives, which PyTorch has not, take taped operations for every step. Throws Error when
/// shapes, lengths or the blank do not fit, IndexError for a label out of range. A. Graves et al.,
/// Connectionist Temporal Classification, 2006.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, IntArrayRef input_lengths,
                IntArrayRef target_lengths, int64_t blank = 0, int64_t reduction = Reduction::Mean,
                bool zero_infinity = false);
/// The same, with lengths as integer tensors [N], or [] for one example.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, int64_t blank = 0,
                int64_t reduction = Reduction::Mean, bool zero_infinity = false);

}  // namespace gradus
