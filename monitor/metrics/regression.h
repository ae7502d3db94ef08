// Metrics of numbers: how far predictions are off.
#pragma once

#include <cstdint>

#include "monitor/metrics/metric.h"
#include "tensor/base/arg.h"

namespace gradus::monitor {

/// What MeanAbsoluteError and MeanSquaredError share.
class MeanError : public Metric {
 public:
  /// Takes predictions and targets of the same shape, of any numbers. Throws Error for shapes that
  /// differ and for complex numbers.
  void update(const Tensor& preds, const Tensor& target);
  void reset() override;
  impl::GenericDict state_dict() const override;
  void load_state_dict(const impl::GenericDict& state) override;

 protected:
  explicit MeanError(const char* name) : name_(name) {}
  virtual Tensor error(const Tensor& difference) const = 0;
  // nan before any update.
  double mean() const { return sum_ / double(count_); }

 private:
  const char* name_;
  double sum_ = 0;
  int64_t count_ = 0;
};

/// The mean of |preds - target|; nan before any update.
class MeanAbsoluteError final : public MeanError {
 public:
  MeanAbsoluteError() : MeanError("mean absolute error") {}
  Tensor compute() const override;

 protected:
  Tensor error(const Tensor& difference) const override;
};

/// The mean of (preds - target)², or its root; nan before any update.
class MeanSquaredError final : public MeanError {
 public:
  /// With `squared` false it is the root.
  explicit MeanSquaredError(bool squared = true)
      : MeanError("mean squared error"), squared_(squared) {}
  Tensor compute() const override;

 protected:
  Tensor error(const Tensor& difference) const override;

 private:
  bool squared_;
};

/// How the scores of several outputs make one number: by their mean, by the mean weighted by the
/// variance of each output's target, or not at all.
enum class MultiOutput { uniform_average, variance_weighted, raw_values };

/// What R2Score and ExplainedVariance share: means and squared deviations of targets and errors,
/// which are merged without the loss of digits that sums of squares have.
class VarianceMetric : public Metric {
 public:
  /// Takes predictions and targets of the same shape, [N] or [N, outputs], of any numbers. Throws
  /// Error for others, and for another number of outputs than before.
  void update(const Tensor& preds, const Tensor& target);
  void reset() override;
  impl::GenericDict state_dict() const override;
  void load_state_dict(const impl::GenericDict& state) override;

 protected:
  VarianceMetric(const char* name, MultiOutput multioutput)
      : name_(name), multioutput_(multioutput) {
    VarianceMetric::reset();
  }
  // 1 - unexplained / all for each output, 1 where `unexplained` is 0 and 0 where only `all` is,
  // made one number.
  Tensor score(const Tensor& unexplained, const Tensor& all) const;
  const char* name() const { return name_; }

  int64_t count_ = 0;
  // float64 [outputs], or [] while there is no output.
  Tensor target_mean_, target_squares_, error_mean_, error_squares_;

 private:
  const char* name_;
  MultiOutput multioutput_;
};

/// The coefficient of determination: 1 - (sum of squared errors) / (sum of squared deviations of
/// the target from its mean). Where the target does not vary 0, and 1 where there is no error
/// either, as scikit-learn; torchmetrics also takes sums below 1e-4 for 0.
class R2Score final : public VarianceMetric {
 public:
  explicit R2Score(MultiOutput multioutput = MultiOutput::uniform_average)
      : VarianceMetric("r2 score", multioutput) {}
  /// Throws Error for fewer than 2 samples.
  Tensor compute() const override;
};

/// 1 - (variance of the error) / (variance of the target): R2Score of predictions that are off by
/// the same on the mean. Where the target does not vary 0, and 1 where the error does not either.
class ExplainedVariance final : public VarianceMetric {
 public:
  explicit ExplainedVariance(MultiOutput multioutput = MultiOutput::uniform_average)
      : VarianceMetric("explained variance", multioutput) {}
  /// Throws Error before any update.
  Tensor compute() const override;
};

/// e to the mean negative log-likelihood of the targets: how many words a language model wavers
/// between. nan before any update.
class Perplexity final : public Metric {
 public:
  /// Targets that are `ignore_index` are not counted.
  explicit Perplexity(std::optional<int64_t> ignore_index = {}) : ignore_index_(ignore_index) {}

  /// Takes logits [..., vocabulary], which go through the log-softmax, and targets [...] of
  /// integers. Throws Error for other shapes and types and for targets out of range.
  void update(const Tensor& preds, const Tensor& target);
  Tensor compute() const override;
  void reset() override;
  impl::GenericDict state_dict() const override;
  void load_state_dict(const impl::GenericDict& state) override;

 private:
  std::optional<int64_t> ignore_index_;
  double sum_ = 0;
  int64_t count_ = 0;
};

}  // namespace gradus::monitor
