#include "nn/layers/adaptive_softmax.h"

#include <cmath>

#include "autograd/factories.h"
#include "autograd/ops/nn/activation.h"
#include "autograd/ops/view/join.h"
#include "nn/containers/sequential.h"
#include "nn/print.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus::nn {

AdaptiveLogSoftmaxWithLossImpl::AdaptiveLogSoftmaxWithLossImpl(int64_t in_features,
                                                               int64_t n_classes,
                                                               std::vector<int64_t> cutoffs_)
    : AdaptiveLogSoftmaxWithLossImpl(
          AdaptiveLogSoftmaxWithLossOptions(in_features, n_classes, std::move(cutoffs_))) {}
AdaptiveLogSoftmaxWithLossImpl::AdaptiveLogSoftmaxWithLossImpl(
    AdaptiveLogSoftmaxWithLossOptions options_)
    : options(std::move(options_)) {
  reset();
}

void AdaptiveLogSoftmaxWithLossImpl::reset() {
  const int64_t features = options.in_features(), classes = options.n_classes();
  cutoffs = options.cutoffs();
  if (cutoffs.empty()) fail_value("AdaptiveLogSoftmaxWithLoss: there are no cutoffs");
  int64_t before = 0;
  for (const int64_t c : cutoffs) {
    if (c <= before || c >= classes)
      fail_value("AdaptiveLogSoftmaxWithLoss: the cutoffs {} must rise between 1 and {}",
                 IntArrayRef(cutoffs), classes - 1);
    before = c;
  }
  cutoffs.push_back(classes);
  shortlist_size = cutoffs[0];
  n_clusters = int64_t(cutoffs.size()) - 1;
  head_size = shortlist_size + n_clusters;
  head =
      register_module("head", Linear(LinearOptions(features, head_size).bias(options.head_bias())));
  tail = register_module("tail", ModuleList());
  for (int64_t i = 0; i < n_clusters; ++i) {
    const int64_t size =
        checked_int64("AdaptiveLogSoftmaxWithLoss", "a cluster's number of features",
                      std::floor(double(features) / std::pow(options.div_value(), i + 1)));
    const int64_t count = cutoffs[size_t(i) + 1] - cutoffs[size_t(i)];
    // One after the other: the order in which arguments are made, and draw, is the compiler's.
    const Linear first(LinearOptions(features, size).bias(false));
    const Linear second(LinearOptions(size, count).bias(false));
    tail->push_back(Sequential(first, second));
  }
}

void AdaptiveLogSoftmaxWithLossImpl::reset_parameters() {
  head->reset_parameters();
  for (size_t i = 0; i < size_t(n_clusters); ++i)
    for (size_t k = 0; k < 2; ++k) tail->at<SequentialImpl>(i).at<LinearImpl>(k).reset_parameters();
}

void AdaptiveLogSoftmaxWithLossImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::AdaptiveLogSoftmaxWithLoss";
}

ASMoutput AdaptiveLogSoftmaxWithLossImpl::forward(const Tensor& input, const Tensor& target) {
  if (target.dim() > 1 || input.dim() != target.dim() + 1 ||
      (target.dim() == 1 && input.size(0) != target.size(0)))
    fail("AdaptiveLogSoftmaxWithLoss: input has shape {}, target {}", input.sizes(),
         target.sizes());
  if (!is_integral(target.dtype(), /*include_bool=*/false))
    fail("AdaptiveLogSoftmaxWithLoss: target is {}, it must be int64 or int32", target.dtype());
  const bool single = target.dim() == 0;
  const Tensor x = single ? input.unsqueeze(0) : input;
  const Tensor y = (single ? target.unsqueeze(0) : target).to(kLong);
  if (y.numel() > 0)
    if (const Tensor low = y.min(), high = y.max();
        low.item().toLong() < 0 || high.item().toLong() >= options.n_classes())
      fail("AdaptiveLogSoftmaxWithLoss: targets are from {} to {}, they must be from 0 to {}",
           low.item().toLong(), high.item().toLong(), options.n_classes() - 1);

  // The log-probability of each target's cluster or, in the head, of itself, and within it.
  Tensor in_head = y, within = zeros({y.size(0)}, x.dtype());
  for (int64_t i = 0; i < n_clusters; ++i) {
    const int64_t first = cutoffs[size_t(i)], last = cutoffs[size_t(i) + 1];
    const Tensor rows = y.ge(first).logical_and(y.lt(last)).nonzero().squeeze(1);
    if (rows.numel() == 0) continue;
    in_head = in_head.index_fill(0, rows, shortlist_size + i);
    const Tensor scores =
        gradus::detail::call(tail->at<SequentialImpl>(size_t(i)), x.index_select(0, rows));
    const Tensor place = (y.index_select(0, rows) - first).unsqueeze(1);
    within = within.index_copy(0, rows, scores.log_softmax(1).gather(1, place).squeeze(1));
  }
  Tensor output = within + head(x).log_softmax(1).gather(1, in_head.unsqueeze(1)).squeeze(1);
  const Tensor loss = (-output).mean();
  if (single) output = output.squeeze(0);
  return {output, loss};
}

Tensor AdaptiveLogSoftmaxWithLossImpl::_get_full_log_prob(const Tensor& input,
                                                          const Tensor& head_output) {
  const Tensor logs = head_output.log_softmax(1);
  std::vector<Tensor> parts = {logs.narrow(1, 0, shortlist_size)};
  for (int64_t i = 0; i < n_clusters; ++i)
    parts.push_back(
        gradus::detail::call(tail->at<SequentialImpl>(size_t(i)), input).log_softmax(1) +
        logs.narrow(1, shortlist_size + i, 1));
  return cat(parts, 1);
}

Tensor AdaptiveLogSoftmaxWithLossImpl::log_prob(const Tensor& input) {
  return _get_full_log_prob(input, head(input));
}

Tensor AdaptiveLogSoftmaxWithLossImpl::predict(const Tensor& input) {
  const Tensor scores = head(input), best = scores.argmax(1);
  const Tensor rows = best.ge(shortlist_size).nonzero().squeeze(1);
  if (rows.numel() == 0) return best;
  const Tensor logs = _get_full_log_prob(input.index_select(0, rows), scores.index_select(0, rows));
  return best.index_copy(0, rows, logs.argmax(1));
}

}  // namespace gradus::nn
