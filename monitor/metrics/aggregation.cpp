#include "monitor/metrics/aggregation.h"

#include <cmath>
#include <utility>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "tensor/base/fail.h"
#include "tensor/base/warn.h"

namespace gradus::monitor {

namespace detail {

Weighted weighted(const char* op, const Tensor& values, const Tensor& weights,
                  NanStrategy nan_strategy, bool& warned) {
  if (!values.defined() || !weights.defined()) fail("{}: undefined tensors", op);
  if (values.is_complex() || weights.is_complex())
    fail("{}: complex numbers are not supported", op);
  const Tensor v = values.to(kDouble).flatten(),
               w = weights.to(kDouble).expand(values.sizes()).flatten();
  if (nan_strategy == NanStrategy::disable) return {v, w};
  const Tensor good = v.isnan().logical_or(w.isnan()).logical_not();
  if (good.all().item<bool>()) return {v, w};
  if (nan_strategy == NanStrategy::error) fail("{}: a value is nan", op);
  if (nan_strategy == NanStrategy::warn && !std::exchange(warned, true))
    gradus::warn("{}: a value is nan and is left out, as others will be until reset()", op);
  return {v.masked_select(good), w.masked_select(good)};
}

}  // namespace detail

// --- Means ---

void MeanMetric::update(double value, double weight) {
  update(scalar_tensor(value, kDouble), weight);
}
void MeanMetric::update(const Tensor& value, double weight) {
  update(value, scalar_tensor(weight, kDouble));
}
void MeanMetric::update(const Tensor& value, const Tensor& weight) {
  const NoGradGuard no_grad;
  const detail::Weighted w = detail::weighted("mean metric", value, weight, nan_strategy_, warned_);
  const double sum = (w.values * w.weights).sum().item<double>();
  weight_ += w.weights.sum().item<double>();
  sum_ += sum;
}
Tensor MeanMetric::compute() const { return scalar_tensor(sum_ / weight_, kDouble); }
void MeanMetric::reset() {
  sum_ = weight_ = 0;
  warned_ = false;
}

impl::GenericDict MeanMetric::state_dict() const {
  impl::GenericDict out;
  out.insert("sum", sum_);
  out.insert("weight", weight_);
  return out;
}
void MeanMetric::load_state_dict(const impl::GenericDict& state) {
  const double sum = state.at("sum").toDouble(), weight = state.at("weight").toDouble();
  sum_ = sum;
  weight_ = weight;
}

RunningMean::RunningMean(int64_t window, NanStrategy nan_strategy)
    : window_(window), nan_strategy_(nan_strategy) {
  if (window < 1) fail("running mean: window is {}, at least 1 wanted", window);
}
void RunningMean::update(double value) { update(scalar_tensor(value, kDouble)); }
void RunningMean::update(const Tensor& value) {
  const NoGradGuard no_grad;
  const Tensor one = scalar_tensor(1., kDouble);
  const Tensor values = detail::weighted("running mean", value, one, nan_strategy_, warned_).values;
  parts_.push_back({values.sum().item<double>(), double(values.numel())});
  if (int64_t(parts_.size()) > window_) parts_.pop_front();
}
Tensor RunningMean::compute() const {
  double sum = 0, count = 0;
  for (const Part& p : parts_) {
    sum += p.sum;
    count += p.count;
  }
  return scalar_tensor(sum / count, kDouble);
}
void RunningMean::reset() {
  parts_.clear();
  warned_ = false;
}

impl::GenericDict RunningMean::state_dict() const {
  std::vector<double> sums, counts;
  for (const Part& p : parts_) {
    sums.push_back(p.sum);
    counts.push_back(p.count);
  }
  impl::GenericDict out;
  out.insert("sums", sums);
  out.insert("counts", counts);
  return out;
}
void RunningMean::load_state_dict(const impl::GenericDict& state) {
  const std::vector<double> sums = state.at("sums").toDoubleVector(),
                            counts = state.at("counts").toDoubleVector();
  if (sums.size() != counts.size() || int64_t(sums.size()) > window_)
    fail("running mean: the state has {} sums and {} counts, the window is {}", sums.size(),
         counts.size(), window_);
  std::deque<Part> parts;
  for (size_t i = 0; i < sums.size(); ++i) parts.push_back({sums[i], counts[i]});
  parts_ = std::move(parts);
}

// --- One number ---

void OneNumberMetric::update(double value) { update(scalar_tensor(value, kDouble)); }
void OneNumberMetric::update(const Tensor& value) {
  const NoGradGuard no_grad;
  const Tensor one = scalar_tensor(1., kDouble);
  const Tensor values = detail::weighted(name_, value, one, nan_strategy_, warned_).values;
  if (values.numel() > 0) number_ = joined(number_, values);
}
Tensor OneNumberMetric::compute() const { return scalar_tensor(number_, kDouble); }
void OneNumberMetric::reset() {
  number_ = start_;
  warned_ = false;
}
impl::GenericDict OneNumberMetric::state_dict() const {
  impl::GenericDict out;
  out.insert("number", number_);
  return out;
}
void OneNumberMetric::load_state_dict(const impl::GenericDict& state) {
  number_ = state.at("number").toDouble();
}

double SumMetric::joined(double number, const Tensor& values) const {
  return number + values.sum().item<double>();
}
// A nan that is taken stays.
double MinMetric::joined(double number, const Tensor& values) const {
  const double least = values.min().item<double>();
  return std::isnan(number) || number < least ? number : least;
}
double MaxMetric::joined(double number, const Tensor& values) const {
  const double most = values.max().item<double>();
  return std::isnan(number) || number > most ? number : most;
}

}  // namespace gradus::monitor
