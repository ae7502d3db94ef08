// Losses of a prediction and a target. A reduction gives their mean, their sum or each of them.
// Shapes broadcast unless noted.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

namespace Reduction {
enum Reduction { None, Mean, Sum, END };
}

// Of z = self - target: |z|.
Tensor l1_loss(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean);
// z^2
Tensor mse_loss(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean);
// z^2 / (2 beta) where |z| < beta, else |z| - beta / 2; beta >= 0.
Tensor smooth_l1_loss(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean,
                      double beta = 1.0);
// z^2 / 2 where |z| < delta, else delta (|z| - delta / 2); delta > 0.
Tensor huber_loss(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean,
                  double delta = 1.0);

// -weight (target log(self) + (1 - target) log(1 - self)), logarithms at least -100. Throws when an
// element of `self` is outside [0, 1], or the shapes differ.
Tensor binary_cross_entropy(const Tensor& self, const Tensor& target,
                            const std::optional<Tensor>& weight = {},
                            int64_t reduction = Reduction::Mean);
// The same of sigmoid(self); pos_weight multiplies the part of the positive targets.
Tensor binary_cross_entropy_with_logits(const Tensor& self, const Tensor& target,
                                        const std::optional<Tensor>& weight = {},
                                        const std::optional<Tensor>& pos_weight = {},
                                        int64_t reduction = Reduction::Mean);

// -weight[target] self[target] of log-probabilities [C], [N, C] or [N, C, d...] and integer classes
// [], [N] or [N, d...]. Targets of ignore_index count nothing. The mean is weighted: over the sum
// of the weights.
Tensor nll_loss(const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight = {},
                int64_t reduction = Reduction::Mean, int64_t ignore_index = -100);
inline Tensor nll_loss_nd(const Tensor& self, const Tensor& target,
                          const std::optional<Tensor>& weight = {},
                          int64_t reduction = Reduction::Mean, int64_t ignore_index = -100) {
  return nll_loss(self, target, weight, reduction, ignore_index);
}
// nll_loss of log_softmax(self); a target of the shape and kind of `self` holds probabilities.
// label_smoothing spreads that part of each target over all classes.
Tensor cross_entropy_loss(const Tensor& self, const Tensor& target,
                          const std::optional<Tensor>& weight = {},
                          int64_t reduction = Reduction::Mean, int64_t ignore_index = -100,
                          double label_smoothing = 0.0);

// target (log(target) - self) for log-probabilities `self`; with log_target, the target is one of
// logarithms too.
Tensor kl_div(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean,
              bool log_target = false);
// self where target is 1, max(0, margin - self) where it is -1.
Tensor hinge_embedding_loss(const Tensor& self, const Tensor& target, double margin = 1.0,
                            int64_t reduction = Reduction::Mean);
// max(0, margin - target (input1 - input2)) for targets 1 and -1.
Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           double margin = 0.0, int64_t reduction = Reduction::Mean);
// log(1 + exp(-target self))
Tensor soft_margin_loss(const Tensor& self, const Tensor& target,
                        int64_t reduction = Reduction::Mean);
// With the cosine of input1 and input2, [N, D] or [D]: 1 - cosine where target is 1,
// max(0, cosine - margin) where it is -1.
Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             double margin = 0.0, int64_t reduction = Reduction::Mean);
// max(0, margin + d(anchor, positive) - d(anchor, negative)) with d = pairwise_distance; swap takes
// the positive for the anchor where it is closer to the negative.
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           double margin = 1.0, double p = 2, double eps = 1e-6, bool swap = false,
                           int64_t reduction = Reduction::Mean);
// Of rates `self` (logarithms of rates with log_input) and counts; full adds Stirling's
// approximation of log(target!).
Tensor poisson_nll_loss(const Tensor& self, const Tensor& target, bool log_input, bool full,
                        double eps, int64_t reduction);
// Of means `self` and variances, which are at least eps and take the shape of `self`, or that
// without its last dim, or with a last dim of 1.
Tensor gaussian_nll_loss(const Tensor& self, const Tensor& target, const Tensor& var,
                         bool full = false, double eps = 1e-6, int64_t reduction = Reduction::Mean);
// Over classes j other than the target y: max(0, margin - self[y] + self[j])^p / C, [N, C] or [C].
Tensor multi_margin_loss(const Tensor& self, const Tensor& target, const Scalar& p = 1,
                         const Scalar& margin = 1, const std::optional<Tensor>& weight = {},
                         int64_t reduction = Reduction::Mean);
// Over target classes y (those before the first -1) and others j: max(0, 1 - self[y] + self[j]) /
// C, [N, C] or [C].
Tensor multilabel_margin_loss(const Tensor& self, const Tensor& target,
                              int64_t reduction = Reduction::Mean);

}  // namespace gradus
