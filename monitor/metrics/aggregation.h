// Means, sums and extremes of numbers that come one by one or in tensors.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>

#include "monitor/metrics/metric.h"

namespace gradus::monitor {

/// What to do with a nan: leave it out and warn, once until reset(); leave it out; throw Error; or
/// take it.
enum class NanStrategy { warn, ignore, error, disable };

namespace detail {

// Values, and weights of the same shape, both float64 [n], without the nans that are left out.
struct Weighted {
  Tensor values, weights;
};
// `warned`: whether the metric has warned of one, which it does once.
Weighted weighted(const char* op, const Tensor& values, const Tensor& weights,
                  NanStrategy nan_strategy, bool& warned);

}  // namespace detail

/// The running mean of values, weighted if weights are given: that of losses of batches of several
/// sizes, say. nan before any update.
class MeanMetric final : public Metric {
 public:
  explicit MeanMetric(NanStrategy nan_strategy = NanStrategy::warn) : nan_strategy_(nan_strategy) {}

  /// Takes a value, or each of a tensor of any numbers. A weight counts for all of them; weights
  /// are broadcast to their shape. Throws Error for weights of another shape.
  void update(double value, double weight = 1);
  void update(const Tensor& value, double weight = 1);
  void update(const Tensor& value, const Tensor& weight);
  Tensor compute() const override;
  void reset() override;
  impl::GenericDict state_dict() const override;
  void load_state_dict(const impl::GenericDict& state) override;

 private:
  NanStrategy nan_strategy_;
  bool warned_ = false;  // of a nan
  double sum_ = 0, weight_ = 0;
};

/// The mean of the values of the last `window` updates; nan before any update.
class RunningMean final : public Metric {
 public:
  /// Throws Error for a window below 1.
  explicit RunningMean(int64_t window = 5, NanStrategy nan_strategy = NanStrategy::warn);

  /// Takes a value, or all of a tensor of any numbers as one update.
  void update(double value);
  void update(const Tensor& value);
  Tensor compute() const override;
  void reset() override;
  impl::GenericDict state_dict() const override;
  void load_state_dict(const impl::GenericDict& state) override;

 private:
  struct Part {
    double sum, count;
  };
  int64_t window_;
  NanStrategy nan_strategy_;
  bool warned_ = false;     // of a nan
  std::deque<Part> parts_;  // of the last updates, oldest first
};

/// What SumMetric, MinMetric and MaxMetric share: one number.
class OneNumberMetric : public Metric {
 public:
  /// Takes a value, or each of a tensor of any numbers.
  void update(double value);
  void update(const Tensor& value);
  Tensor compute() const override;
  void reset() override;
  impl::GenericDict state_dict() const override;
  void load_state_dict(const impl::GenericDict& state) override;

 protected:
  OneNumberMetric(const char* name, double start, NanStrategy nan_strategy)
      : name_(name), start_(start), number_(start), nan_strategy_(nan_strategy) {}
  // Of the number so far and a 1-dim tensor of at least one.
  virtual double joined(double number, const Tensor& values) const = 0;

 private:
  const char* name_;
  double start_, number_;
  NanStrategy nan_strategy_;
  bool warned_ = false;  // of a nan
};

/// The sum of all values; 0 before any update.
class SumMetric final : public OneNumberMetric {
 public:
  explicit SumMetric(NanStrategy nan_strategy = NanStrategy::warn)
      : OneNumberMetric("sum metric", 0, nan_strategy) {}

 protected:
  double joined(double number, const Tensor& values) const override;
};

/// The least of all values; infinity before any update.
class MinMetric final : public OneNumberMetric {
 public:
  explicit MinMetric(NanStrategy nan_strategy = NanStrategy::warn)
      : OneNumberMetric("min metric", std::numeric_limits<double>::infinity(), nan_strategy) {}

 protected:
  double joined(double number, const Tensor& values) const override;
};

/// The largest of all values; -infinity before any update.
class MaxMetric final : public OneNumberMetric {
 public:
  explicit MaxMetric(NanStrategy nan_strategy = NanStrategy::warn)
      : OneNumberMetric("max metric", -std::numeric_limits<double>::infinity(), nan_strategy) {}

 protected:
  double joined(double number, const Tensor& values) const override;
};

}  // namespace gradus::monitor
