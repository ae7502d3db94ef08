// Metrics of scores: how far those of the right class stand above the others.
#pragma once

#include <optional>
#include <vector>

#include "monitor/metrics/classification.h"

namespace gradus::monitor {

/// What AUROC and AveragePrecision share: they keep the scores and targets of all updates, some 12
/// bytes for each score, until compute() sorts them.
class RankingMetric : public Metric {
 public:
  /// Takes a batch of scores, of yes or no [...], or of one of several classes [N, C, ...], and the
  /// targets [...] or [N, ...]. Scores of yes or no outside of [0, 1] are logits and go through the
  /// sigmoid in float64, those of several classes through the softmax, each update by itself.
  /// Throws Error for other shapes, scores that are no floating numbers or nan, and labels out of
  /// range.
  void update(const Tensor& preds, const Tensor& target);
  void reset() override;
  impl::GenericDict state_dict() const override;
  void load_state_dict(const impl::GenericDict& state) override;
  Tensor compute() const override;

 protected:
  RankingMetric(const char* name, const ClassificationOptions& options,
                std::optional<Average> average);
  // The metric of scores [n] in falling order: how many are at least each of the thresholds, of
  // those that are the class and of the others, float64 [thresholds].
  virtual double of_class(const Tensor& tp, const Tensor& fp) const = 0;

 private:
  const char* name_;
  ClassificationOptions options_;
  std::vector<Tensor> preds_, target_;  // [n, classes] floating, [n] of int64
};

/// The area under the receiver operating characteristic, exactly: how often a right one has a
/// higher score than a wrong one, ties counted half. Of several classes, each against all others. 0
/// where there are no right ones or no wrong ones.
class AUROC final : public RankingMetric {
 public:
  /// The average may be `macro`, `weighted` or `none`, of the options or given here; `macro` where
  /// the options have `micro`, their default. Throws Error for `micro` given here, and for the task
  /// multilabel.
  explicit AUROC(const ClassificationOptions& options, std::optional<Average> average = {})
      : RankingMetric("auroc", options, average) {}

 protected:
  double of_class(const Tensor& tp, const Tensor& fp) const override;
};

/// The sum over thresholds of (recall - recall before) times precision. Of several classes, each
/// against all others; of one without targets nan, which a mean leaves out, and 0 of yes or no.
class AveragePrecision final : public RankingMetric {
 public:
  /// As AUROC's.
  explicit AveragePrecision(const ClassificationOptions& options,
                            std::optional<Average> average = {})
      : RankingMetric("average precision", options, average) {}

 protected:
  double of_class(const Tensor& tp, const Tensor& fp) const override;
};

}  // namespace gradus::monitor
