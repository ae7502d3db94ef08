#include "monitor/metrics/regression.h"

#include <cmath>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "monitor/metrics/labels.h"
#include "tensor/base/fail.h"

namespace gradus::monitor {
namespace {

void check_same(const char* op, const Tensor& preds, const Tensor& target) {
  if (!preds.defined() || !target.defined()) fail("{}: undefined tensors", op);
  if (preds.sizes() != target.sizes())
    fail("{}: shapes of preds and target differ, {} and {}", op, preds.sizes(), target.sizes());
  for (const Tensor& t : {preds, target})
    if (t.is_complex()) fail("{}: complex numbers are not supported", op);
}

}  // namespace

// --- Means of errors ---

void MeanError::reset() {
  sum_ = 0;
  count_ = 0;
}

void MeanError::update(const Tensor& preds, const Tensor& target) {
  const NoGradGuard no_grad;
  check_same(name_, preds, target);
  sum_ += error(preds.to(kDouble) - target.to(kDouble)).sum().item<double>();
  count_ += preds.numel();
}

Tensor MeanAbsoluteError::error(const Tensor& difference) const { return difference.abs(); }
Tensor MeanSquaredError::error(const Tensor& difference) const { return difference.square(); }
Tensor MeanAbsoluteError::compute() const { return scalar_tensor(mean(), kDouble); }
Tensor MeanSquaredError::compute() const {
  return scalar_tensor(squared_ ? mean() : std::sqrt(mean()), kDouble);
}

impl::GenericDict MeanError::state_dict() const {
  impl::GenericDict out;
  out.insert("sum", sum_);
  out.insert("count", count_);
  return out;
}

void MeanError::load_state_dict(const impl::GenericDict& state) {
  const double sum = state.at("sum").toDouble();
  count_ = detail::state_count(state, "count");
  sum_ = sum;
}

// --- Parts of variances ---

void VarianceMetric::reset() {
  count_ = 0;
  target_mean_ = zeros({}, kDouble);
  target_squares_ = error_mean_ = error_squares_ = target_mean_;
}

void VarianceMetric::update(const Tensor& preds, const Tensor& target) {
  const NoGradGuard no_grad;
  check_same(name_, preds, target);
  if (preds.dim() < 1 || preds.dim() > 2)
    fail("{}: preds {}, [N] or [N, outputs] wanted", name_, preds.sizes());
  const int64_t outputs = preds.dim() == 2 ? preds.size(1) : 1, count = preds.size(0);
  if (target_mean_.dim() > 0 && target_mean_.size(0) != outputs)
    fail("{}: {} outputs, {} in updates before", name_, outputs, target_mean_.size(0));
  if (count == 0) return;
  const Tensor is = target.to(kDouble).reshape({count, outputs}),
               error = preds.to(kDouble).reshape({count, outputs}) - is;
  const auto before = double(count_), more = double(count), all = before + more;
  // Mean and squared deviations of both parts together.
  const auto merge = [&](const Tensor& mean, const Tensor& squares, const Tensor& x) {
    const Tensor its_mean = x.mean(0), apart = its_mean - mean;
    return std::pair(mean + apart * (more / all), squares + (x - its_mean).square().sum(0) +
                                                      apart.square() * (before * more / all));
  };
  const auto [target_mean, target_squares] = merge(target_mean_, target_squares_, is);
  const auto [error_mean, error_squares] = merge(error_mean_, error_squares_, error);
  count_ += count;
  target_mean_ = target_mean;
  target_squares_ = target_squares;
  error_mean_ = error_mean;
  error_squares_ = error_squares;
}

Tensor VarianceMetric::score(const Tensor& unexplained, const Tensor& all) const {
  const Tensor none = unexplained.eq(0);
  const Tensor scores =
      where(none, ones_like(all), where(all.eq(0), zeros_like(all), 1 - unexplained / all));
  if (multioutput_ == MultiOutput::raw_values) return scores;
  if (multioutput_ == MultiOutput::uniform_average) return scores.mean();
  return (all / all.sum() * scores).sum();
}

Tensor R2Score::compute() const {
  const NoGradGuard no_grad;
  if (count_ < 2) fail("r2 score: {} samples, at least 2 wanted", count_);
  return score(error_squares_ + error_mean_.square() * double(count_), target_squares_);
}

Tensor ExplainedVariance::compute() const {
  const NoGradGuard no_grad;
  if (count_ < 1) fail("explained variance: no update before compute");
  return score(error_squares_, target_squares_);
}

impl::GenericDict VarianceMetric::state_dict() const {
  impl::GenericDict out;
  out.insert("count", count_);
  out.insert("target_mean", target_mean_.clone());
  out.insert("target_squares", target_squares_.clone());
  out.insert("error_mean", error_mean_.clone());
  out.insert("error_squares", error_squares_.clone());
  return out;
}

void VarianceMetric::load_state_dict(const impl::GenericDict& state) {
  const int64_t count = detail::state_count(state, "count");
  const Tensor first = state.at("target_mean").toTensor();
  if (!first.defined() || first.dim() != (count > 0 ? 1 : 0))
    fail("{}: the state's target_mean is no vector of the outputs", name_);
  const std::vector<int64_t> sizes = first.sizes().vec();
  const auto get = [&](const char* key) {
    return detail::state_tensor(state, key, kDouble, sizes);
  };
  const Tensor target_mean = get("target_mean"), target_squares = get("target_squares"),
               error_mean = get("error_mean"), error_squares = get("error_squares");
  count_ = count;
  target_mean_ = target_mean;
  target_squares_ = target_squares;
  error_mean_ = error_mean;
  error_squares_ = error_squares;
}

// --- Perplexity ---

void Perplexity::reset() {
  sum_ = 0;
  count_ = 0;
}

void Perplexity::update(const Tensor& preds, const Tensor& target) {
  const NoGradGuard no_grad;
  const char* op = "perplexity";
  if (!preds.defined() || !target.defined()) fail("{}: undefined tensors", op);
  if (preds.dim() < 1 || preds.sizes().slice(0, size_t(preds.dim()) - 1) != target.sizes())
    fail("{}: preds {} and target {}, [..., vocabulary] and [...] wanted", op, preds.sizes(),
         target.sizes());
  if (!isFloatingType(preds.scalar_type()))
    fail("{}: preds is of {}, logits wanted", op, preds.scalar_type());
  const int64_t words = preds.size(-1);
  check_labels(op, "target", target, words, ignore_index_);
  const Tensor labels = target.to(kLong).flatten(), mask = counted(labels, ignore_index_);
  const Tensor rows = chosen(preds.reshape({labels.numel(), words}), mask);
  const Tensor wanted = chosen(labels, mask);
  sum_ -= rows.log_softmax(1).gather(1, wanted.unsqueeze(1)).to(kDouble).sum().item<double>();
  count_ += wanted.numel();
}

Tensor Perplexity::compute() const {
  return scalar_tensor(std::exp(sum_ / double(count_)), kDouble);
}

impl::GenericDict Perplexity::state_dict() const {
  impl::GenericDict out;
  out.insert("sum", sum_);
  out.insert("count", count_);
  return out;
}

void Perplexity::load_state_dict(const impl::GenericDict& state) {
  const double sum = state.at("sum").toDouble();
  count_ = detail::state_count(state, "count");
  sum_ = sum;
}

}  // namespace gradus::monitor
