#include "nn/layers/loss.h"

#include "nn/functional/loss.h"
#include "nn/print.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus::nn {

void L1LossImpl::pretty_print(std::ostream& out) const { LayerLine(out, "L1Loss"); }
Tensor L1LossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::l1_loss(input, target, options);
}

void MSELossImpl::pretty_print(std::ostream& out) const { LayerLine(out, "MSELoss"); }
Tensor MSELossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::mse_loss(input, target, options);
}

void SmoothL1LossImpl::pretty_print(std::ostream& out) const { out << "torch::nn::SmoothL1Loss"; }
Tensor SmoothL1LossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::smooth_l1_loss(input, target, options);
}

void HuberLossImpl::pretty_print(std::ostream& out) const { out << "torch::nn::HuberLoss"; }
Tensor HuberLossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::huber_loss(input, target, options);
}

void KLDivLossImpl::pretty_print(std::ostream& out) const { LayerLine(out, "KLDivLoss"); }
Tensor KLDivLossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::kl_div(input, target, options);
}

void BCELossImpl::pretty_print(std::ostream& out) const { LayerLine(out, "BCELoss"); }
Tensor BCELossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::binary_cross_entropy(input, target, current());
}

BCEWithLogitsLossImpl::BCEWithLogitsLossImpl(const BCEWithLogitsLossOptions& options_)
    : WeightedLoss(options_) {
  pos_weight = register_buffer("pos_weight", own_handle(options.pos_weight()));
}
void BCEWithLogitsLossImpl::reset() {
  WeightedLoss::reset();
  pos_weight = register_buffer("pos_weight", own_handle(options.pos_weight()));
}
void BCEWithLogitsLossImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "BCEWithLogitsLoss");
}
Tensor BCEWithLogitsLossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::binary_cross_entropy_with_logits(input, target,
                                                      current().pos_weight(pos_weight));
}

void NLLLossImpl::pretty_print(std::ostream& out) const { LayerLine(out, "NLLLoss"); }
Tensor NLLLossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::nll_loss(input, target, current());
}

void CrossEntropyLossImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "CrossEntropyLoss");
}
Tensor CrossEntropyLossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::cross_entropy(input, target, current());
}

LinearCrossEntropyLossImpl::LinearCrossEntropyLossImpl(int64_t in_features, int64_t num_classes)
    : LinearCrossEntropyLossImpl(LinearCrossEntropyLossOptions(in_features, num_classes)) {}
LinearCrossEntropyLossImpl::LinearCrossEntropyLossImpl(LinearCrossEntropyLossOptions options_)
    : options(std::move(options_)) {
  reset();
}
void LinearCrossEntropyLossImpl::reset() {
  const auto& o = options;
  if (o.weight().defined() && o.weight().sizes() != IntArrayRef({o.num_classes()}))
    fail("LinearCrossEntropyLoss: weight has shape {} for {} classes", o.weight().sizes(),
         o.num_classes());
  if (!(o.label_smoothing() >= 0 && o.label_smoothing() <= 1))
    fail("LinearCrossEntropyLoss: label_smoothing is {}, not between 0 and 1", o.label_smoothing());
  Checked rows("LinearCrossEntropyLoss", o.num_classes());
  for (const int64_t d : o.out_features()) rows = rows * d;
  weight = register_buffer("weight", own_handle(o.weight()));
  linear = register_module("linear", Linear(LinearOptions(o.in_features(), rows).bias(o.bias())));
}
void LinearCrossEntropyLossImpl::pretty_print(std::ostream& out) const {
  LayerLine line(out, "LinearCrossEntropyLoss");
  line("in_features", options.in_features())("num_classes", options.num_classes());
  if (!options.out_features().empty()) line("out_features", IntArrayRef(options.out_features()));
  line("bias", options.bias());
}
Tensor LinearCrossEntropyLossImpl::forward(const Tensor& input, const Tensor& target) {
  linear->renew();
  std::vector<int64_t> sizes{options.num_classes()};
  sizes.insert(sizes.end(), options.out_features().begin(), options.out_features().end());
  const Tensor bias = linear->bias.defined() ? linear->bias.reshape(sizes) : Tensor();
  sizes.push_back(options.in_features());
  return functional::linear_cross_entropy(input, linear->weight.reshape(sizes), target,
                                          functional::CrossEntropyFuncOptions(options.reduction())
                                              .weight(weight)
                                              .ignore_index(options.ignore_index())
                                              .label_smoothing(options.label_smoothing()),
                                          bias);
}

void HingeEmbeddingLossImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "HingeEmbeddingLoss")("margin", options.margin());
}
Tensor HingeEmbeddingLossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::hinge_embedding_loss(input, target, options);
}

void SoftMarginLossImpl::pretty_print(std::ostream& out) const { LayerLine(out, "SoftMarginLoss"); }
Tensor SoftMarginLossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::soft_margin_loss(input, target, options);
}

void MultiMarginLossImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "MultiMarginLoss")("p", options.p())("margin", options.margin())(
      "weight", options.weight())("reduction", enumtype::get_enum_name(options.reduction()));
}
Tensor MultiMarginLossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::multi_margin_loss(input, target, current());
}

void MultiLabelMarginLossImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "MultiLabelMarginLoss");
}
Tensor MultiLabelMarginLossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::multilabel_margin_loss(input, target, options);
}

void MultiLabelSoftMarginLossImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "MultiLabelSoftMarginLoss");
}
Tensor MultiLabelSoftMarginLossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::multilabel_soft_margin_loss(input, target, current());
}

void PoissonNLLLossImpl::pretty_print(std::ostream& out) const { LayerLine(out, "PoissonNLLLoss"); }
Tensor PoissonNLLLossImpl::forward(const Tensor& input, const Tensor& target) {
  return functional::poisson_nll_loss(input, target, options);
}

void MarginRankingLossImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "MarginRankingLoss");
}
Tensor MarginRankingLossImpl::forward(const Tensor& input1, const Tensor& input2,
                                      const Tensor& target) {
  return functional::margin_ranking_loss(input1, input2, target, options);
}

void CosineEmbeddingLossImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "CosineEmbeddingLoss")("margin", options.margin());
}
Tensor CosineEmbeddingLossImpl::forward(const Tensor& input1, const Tensor& input2,
                                        const Tensor& target) {
  return functional::cosine_embedding_loss(input1, input2, target, options);
}

void TripletMarginLossImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "TripletMarginLoss")("margin", options.margin())("p", options.p())(
      "eps", options.eps())("swap", options.swap());
}
Tensor TripletMarginLossImpl::forward(const Tensor& anchor, const Tensor& positive,
                                      const Tensor& negative) {
  return functional::triplet_margin_loss(anchor, positive, negative, options);
}

void TripletMarginWithDistanceLossImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "TripletMarginWithDistanceLoss")("margin", options.margin())("swap",
                                                                              options.swap());
}
Tensor TripletMarginWithDistanceLossImpl::forward(const Tensor& anchor, const Tensor& positive,
                                                  const Tensor& negative) {
  return functional::triplet_margin_with_distance_loss(anchor, positive, negative, options);
}

void GaussianNLLLossImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "GaussianNLLLoss");
}
Tensor GaussianNLLLossImpl::forward(const Tensor& input, const Tensor& target, const Tensor& var) {
  return functional::gaussian_nll_loss(input, target, var, options);
}

void CTCLossImpl::pretty_print(std::ostream& out) const { LayerLine(out, "CTCLoss"); }
Tensor CTCLossImpl::forward(const Tensor& log_probs, const Tensor& targets,
                            const Tensor& input_lengths, const Tensor& target_lengths) {
  return functional::ctc_loss(log_probs, targets, input_lengths, target_lengths, options);
}

}  // namespace gradus::nn
