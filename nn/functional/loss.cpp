#include "nn/functional/loss.h"

#include "nn/functional/linear.h"

#include "autograd/ops/linalg/distance.h"
#include "autograd/ops/nn/activation.h"
#include "autograd/ops/nn/loss_reduction.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "nn/functional/distance.h"
#include "tensor/base/warn.h"

namespace gradus::nn::functional {

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, const CosineSimilarityFuncOptions& o) {
  return gradus::cosine_similarity(x1, x2, o.dim(), o.eps());
}
Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, const PairwiseDistanceFuncOptions& o) {
  return gradus::pairwise_distance(x1, x2, o.p(), o.eps(), o.keepdim());
}

namespace {
template <class Options>
int64_t reduction_of(const Options& o) {
  return enumtype::reduction_get_enum(o.reduction());
}
void check_target_size(const char* op, const Tensor& input, const Tensor& target) {
  if (input.sizes() != target.sizes())
    warn(
        "{}: using a target size {} that is different to the input size {}: each is compared with "
        "each, which is seldom meant",
        op, target.sizes(), input.sizes());
}

}  // namespace

Tensor l1_loss(const Tensor& input, const Tensor& target, const L1LossFuncOptions& o) {
  return gradus::l1_loss(input, target, reduction_of(o));
}

Tensor mse_loss(const Tensor& input, const Tensor& target, const MSELossFuncOptions& o) {
  check_target_size("mse_loss", input, target);
  return gradus::mse_loss(input, target, reduction_of(o));
}
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, const SmoothL1LossFuncOptions& o) {
  check_target_size("smooth_l1_loss", input, target);
  return gradus::smooth_l1_loss(input, target, reduction_of(o), o.beta().value_or(1.0));
}
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, const SmoothL1LossFuncOptions& o,
                      double beta) {
  if (o.beta())
    fail("smooth_l1_loss: beta is given twice, {} in the options and {}", *o.beta(), beta);
  check_target_size("smooth_l1_loss", input, target);
  return gradus::smooth_l1_loss(input, target, reduction_of(o), beta);
}
Tensor _smooth_l1_loss(const Tensor& input, const Tensor& target, double beta) {
  return gradus::smooth_l1_loss(input, target, Reduction::None, beta);
}
Tensor huber_loss(const Tensor& input, const Tensor& target, const HuberLossFuncOptions& o) {
  check_target_size("huber_loss", input, target);
  return gradus::huber_loss(input, target, reduction_of(o), o.delta());
}
Tensor kl_div(const Tensor& input, const Tensor& target, const KLDivFuncOptions& o) {
  if (std::holds_alternative<enumtype::kMean>(o.reduction()))
    warn(
        "kl_div: reduction 'mean' divides by the number of all elements; the divergence is what "
        "'batchmean' gives");
  const Tensor loss = gradus::kl_div(input, target, reduction_of(o), o.log_target());
  const bool by_batch =
      std::holds_alternative<enumtype::kBatchMean>(o.reduction()) && input.dim() > 0;
  return by_batch ? loss / input.size(0) : loss;
}
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                            const BinaryCrossEntropyFuncOptions& o) {
  if (input.sizes() != target.sizes())
    fail("binary_cross_entropy: input has shape {}, target {}", input.sizes(), target.sizes());
  return gradus::binary_cross_entropy(input, target, o.weight(), reduction_of(o));
}
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BinaryCrossEntropyWithLogitsFuncOptions& o) {
  if (input.sizes() != target.sizes())
    fail("binary_cross_entropy_with_logits: input has shape {}, target {}", input.sizes(),
         target.sizes());
  return gradus::binary_cross_entropy_with_logits(input, target, o.weight(), o.pos_weight(),
                                                  reduction_of(o));
}
Tensor nll_loss(const Tensor& input, const Tensor& target, const NLLLossFuncOptions& o) {
  return gradus::nll_loss(input, target, o.weight(), reduction_of(o), o.ignore_index());
}
Tensor cross_entropy(const Tensor& input, const Tensor& target, const CrossEntropyFuncOptions& o) {
  return gradus::cross_entropy_loss(input, target, o.weight(), reduction_of(o), o.ignore_index(),
                                    o.label_smoothing());
}
Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target,
                            const HingeEmbeddingLossFuncOptions& o) {
  return gradus::hinge_embedding_loss(input, target, o.margin(), reduction_of(o));
}
Tensor linear_cross_entropy(const Tensor& input, const Tensor& linear_weight, const Tensor& target,
                            const CrossEntropyFuncOptions& options, const Tensor& linear_bias) {
  constexpr const char* op = "linear_cross_entropy";
  if (input.dim() < 1 || input.dim() > 2)
    fail("{}: the input must have 1 or 2 dims, got {}", op, input.sizes());
  if (linear_weight.dim() < 2)
    fail("{}: linear_weight must have 2 dims or more, got {}", op, linear_weight.sizes());
  if (input.size(-1) != linear_weight.size(-1))
    fail("{}: the input has {} features, linear_weight {}", op, input.size(-1),
         linear_weight.size(-1));
  const IntArrayRef outs = linear_weight.sizes().slice(0, size_t(linear_weight.dim()) - 1);
  if (linear_bias.defined() && linear_bias.sizes() != outs)
    fail("{}: linear_bias has shape {}, expected {}", op, linear_bias.sizes(), outs);
  if (outs.size() == 1)
    return cross_entropy(linear(input, linear_weight, linear_bias), target, options);
  if (input.dim() == 1)
    fail("{}: logits of {} per example need an input of 2 dims, got {}", op, outs, input.sizes());
  const Tensor flat_bias = linear_bias.defined() ? linear_bias.reshape({-1}) : linear_bias;
  const Tensor logits = linear(input, linear_weight.flatten(0, -2), flat_bias);
  return cross_entropy(logits.unflatten(1, outs), target, options);
}
Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           const MarginRankingLossFuncOptions& o) {
  if (input1.dim() != input2.dim() || input1.dim() != target.dim())
    fail("margin_ranking_loss: the shapes {}, {} and {} differ in their number of dims",
         input1.sizes(), input2.sizes(), target.sizes());
  return gradus::margin_ranking_loss(input1, input2, target, o.margin(), reduction_of(o));
}
Tensor soft_margin_loss(const Tensor& input, const Tensor& target,
                        const SoftMarginLossFuncOptions& o) {
  return gradus::soft_margin_loss(input, target, reduction_of(o));
}
Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             const CosineEmbeddingLossFuncOptions& o) {
  return gradus::cosine_embedding_loss(input1, input2, target, o.margin(), reduction_of(o));
}
Tensor multi_margin_loss(const Tensor& input, const Tensor& target,
                         const MultiMarginLossFuncOptions& o) {
  return gradus::multi_margin_loss(input, target, o.p(), o.margin(), o.weight(), reduction_of(o));
}
Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target,
                              const MultilabelMarginLossFuncOptions& o) {
  return gradus::multilabel_margin_loss(input, target, reduction_of(o));
}
Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const MultilabelSoftMarginLossFuncOptions& o) {
  const Tensor each =
      gradus::binary_cross_entropy_with_logits(input, target, o.weight(), {}, Reduction::None);
  return autograd::detail::reduced(each.mean(-1), reduction_of(o));
}
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           const TripletMarginLossFuncOptions& o) {
  return gradus::triplet_margin_loss(anchor, positive, negative, o.margin(), o.p(), o.eps(),
                                     o.swap(), reduction_of(o));
}
Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive,
                                         const Tensor& negative,
                                         const TripletMarginWithDistanceLossFuncOptions& o) {
  const auto distance = [&](const Tensor& a, const Tensor& b) {
    return o.distance_function() ? (*o.distance_function())(a, b) : gradus::pairwise_distance(a, b);
  };
  const Tensor near = distance(anchor, positive);
  Tensor far = distance(anchor, negative);
  if (o.swap()) far = minimum(far, distance(positive, negative));
  return autograd::detail::reduced((near - far + o.margin()).clamp_min(0), reduction_of(o));
}
Tensor poisson_nll_loss(const Tensor& input, const Tensor& target,
                        const PoissonNLLLossFuncOptions& o) {
  return gradus::poisson_nll_loss(input, target, o.log_input(), o.full(), o.eps(), reduction_of(o));
}
Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var,
                         const GaussianNLLLossFuncOptions& o) {
  return gradus::gaussian_nll_loss(input, target, var, o.full(), o.eps(), reduction_of(o));
}
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CTCLossFuncOptions& o) {
  return gradus::ctc_loss(log_probs, targets, input_lengths, target_lengths, o.blank(),
                          reduction_of(o), o.zero_infinity());
}

}  // namespace gradus::nn::functional
