#include "monitor/metrics/ranking.h"

#include <cmath>
#include <limits>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/view/join.h"
#include "monitor/metrics/labels.h"
#include "tensor/base/fail.h"

namespace gradus::monitor {

RankingMetric::RankingMetric(const char* name, const ClassificationOptions& options,
                             std::optional<Average> average)
    : name_(name), options_(options) {
  if (average || options_.average() == Average::micro)
    options_.average(average.value_or(Average::macro));
  check_options(name, options_);
  if (options_.task() == Task::multilabel)
    fail("{}: of several labels it is not supported, take one for each label", name);
  if (options_.average() == Average::micro) fail("{}: the average micro is not supported", name);
}

void RankingMetric::reset() {
  preds_.clear();
  target_.clear();
}

void RankingMetric::update(const Tensor& preds, const Tensor& target) {
  const NoGradGuard no_grad;
  if (!preds.defined() || !target.defined()) fail("{}: undefined tensors", name_);
  const bool several = options_.task() == Task::multiclass;
  if (several) {
    check_scores(name_, preds, target);
    if (preds.size(1) != options_.classes())
      fail("{}: preds {} have {} classes, {} wanted", name_, preds.sizes(), preds.size(1),
           options_.classes());
  } else if (preds.sizes() != target.sizes()) {
    fail("{}: shapes of preds and target differ, {} and {}", name_, preds.sizes(), target.sizes());
  } else if (!isFloatingType(preds.scalar_type())) {
    fail("{}: preds is of {}, scores wanted", name_, preds.scalar_type());
  }
  check_labels(name_, "target", target, several ? options_.classes() : 2, options_.ignore_index());
  const Tensor labels = target.to(kLong).flatten(), mask = counted(labels, options_.ignore_index());
  // Those that are ignored do not tell logits from probabilities either.
  Tensor scores = chosen(several ? class_rows(preds) : preds.reshape({preds.numel(), 1}), mask);
  if (scores.isnan().any().item<bool>()) fail("{}: preds has a nan", name_);
  if (scores.lt(0).logical_or(scores.gt(1)).any().item<bool>())
    scores = several ? scores.to(kDouble).softmax(1) : scores.to(kDouble).sigmoid();
  else if (scores.scalar_type() != kDouble)
    scores = scores.to(kFloat);
  // Copies: what was given may be written to.
  const Tensor kept = scores.detach().clone(), kept_labels = chosen(labels, mask).clone();
  preds_.reserve(preds_.size() + 1);
  target_.push_back(kept_labels);
  preds_.push_back(kept);
}

Tensor RankingMetric::compute() const {
  const NoGradGuard no_grad;
  const bool several = options_.task() == Task::multiclass;
  if (preds_.empty()) fail("{}: no update before compute", name_);
  const Tensor preds = cat(preds_), target = cat(target_);
  std::vector<double> values, supports;
  double sum = 0, weights = 0;
  for (int64_t c = 0; c < options_.classes(); ++c) {
    const auto [scores, order] = preds.select(1, c).sort(/*dim=*/0, /*descending=*/true);
    const Tensor right = target.index_select(0, order).eq(several ? c : 1).to(kLong);
    // The last of equal scores, where a threshold is.
    Tensor last = ones({scores.size(0)}, kBool);
    if (scores.size(0) > 1) last.slice(0, 0, -1).copy_(scores.diff().ne(0));
    const Tensor at = last.nonzero().flatten();
    const Tensor tp = right.cumsum(0).index_select(0, at), fp = at + 1 - tp;
    const double support = right.sum().item<double>(),
                 value = of_class(tp.to(kDouble), fp.to(kDouble));
    values.push_back(std::isnan(value) && !several ? 0 : value);
    if (std::isnan(value)) continue;
    const double weight = options_.average() == Average::weighted ? support : 1;
    sum += weight * value;
    weights += weight;
  }
  if (!several) return scalar_tensor(values[0], kDouble);
  if (options_.average() == Average::none) return tensor(values, kDouble);
  return scalar_tensor(weights > 0 ? sum / weights
                       : options_.average() == Average::weighted
                           ? 0
                           : std::numeric_limits<double>::quiet_NaN(),
                       kDouble);
}

double AUROC::of_class(const Tensor& tp, const Tensor& fp) const {
  if (tp.size(0) == 0) return 0;
  const double p = tp[-1].item<double>(), n = fp[-1].item<double>();
  if (p == 0 || n == 0) return 0;
  const Tensor none = zeros({1}, kDouble);
  const Tensor heights = cat({none, tp}).unfold(0, 2, 1).sum(1), widths = cat({none, fp}).diff();
  return (heights * widths).sum().item<double>() / 2 / p / n;
}

double AveragePrecision::of_class(const Tensor& tp, const Tensor& fp) const {
  const double p = tp.size(0) > 0 ? tp[-1].item<double>() : 0;
  if (p == 0) return std::numeric_limits<double>::quiet_NaN();
  const Tensor found = cat({zeros({1}, kDouble), tp}).diff();
  return (found * tp / (tp + fp)).sum().item<double>() / p;
}

impl::GenericDict RankingMetric::state_dict() const {
  impl::GenericDict out;
  out.insert("preds", preds_.empty() ? empty({0, options_.classes()}) : cat(preds_));
  out.insert("target", target_.empty() ? empty({0}, kLong) : cat(target_));
  return out;
}

void RankingMetric::load_state_dict(const impl::GenericDict& state) {
  const Tensor preds = state.at("preds").toTensor(), target = state.at("target").toTensor();
  if (!preds.defined() || !target.defined()) fail("{}: undefined tensors in the state", name_);
  if (preds.dim() != 2 || preds.size(1) != options_.classes() || target.dim() != 1 ||
      preds.size(0) != target.size(0))
    fail("{}: the state's preds {} and target {}, [n, {}] and [n] wanted", name_, preds.sizes(),
         target.sizes(), options_.classes());
  if (preds.scalar_type() != kFloat && preds.scalar_type() != kDouble)
    fail("{}: the state's preds is of {}, scores wanted", name_, preds.scalar_type());
  check_labels(name_, "target", target,
               options_.task() == Task::multiclass ? options_.classes() : 2, {});
  const Tensor kept = preds.detach().clone(), kept_labels = target.to(kLong).clone();
  preds_ = {kept};
  target_ = {kept_labels};
}

}  // namespace gradus::monitor
