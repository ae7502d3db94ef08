// Metrics of classes: how many predictions are right.
#pragma once

#include <cstdint>
#include <optional>

#include "monitor/metrics/metric.h"
#include "tensor/base/arg.h"

namespace gradus::monitor {

/// What is to be told: yes or no; one of several classes; or yes or no for each of several labels.
enum class Task { binary, multiclass, multilabel };
/// How several classes (or labels) make one number: all predictions counted together; the mean over
/// the classes; the mean weighted by how often each is the target; or a number for each.
enum class Average { micro, macro, weighted, none };

/// Made by binary(), multiclass() or multilabel().
struct ClassificationOptions {
  ClassificationOptions(Task task, int64_t classes) : task_(task), classes_(classes) {}
  /// What is to be told.
  GRADUS_ARG(Task, task);
  /// How many classes or labels there are; 1 for yes or no.
  GRADUS_ARG(int64_t, classes);
  /// How they make one number. A mean over classes leaves those out that neither come as target nor
  /// as prediction; one over labels does not.
  GRADUS_ARG(Average, average) = Average::micro;
  /// Yes is a probability of more than this.
  GRADUS_ARG(double, threshold) = 0.5;
  /// A target that says: do not count this.
  GRADUS_ARG(std::optional<int64_t>, ignore_index);
};
/// Yes or no: predictions and targets [...] of the same shape. Predictions are probabilities, or,
/// when any of the batch is outside of [0, 1], logits; or 0 and 1 as integers or bools. As in
/// torchmetrics, those that are ignored tell that too, and not in rankings and a ConfusionMatrix.
inline ClassificationOptions binary() { return {Task::binary, 1}; }
/// One of `num_classes`, at least 2: predictions [N, num_classes, ...], any scores of which the
/// largest counts, or the classes themselves [N, ...] as integers; targets [N, ...], integers.
inline ClassificationOptions multiclass(int64_t num_classes) {
  return {Task::multiclass, num_classes};
}
/// Yes or no for each of `num_labels`: predictions as for binary() and targets [N, num_labels,
/// ...].
inline ClassificationOptions multilabel(int64_t num_labels) {
  return {Task::multilabel, num_labels};
}

/// How often each class was predicted and right, and so on: the counts of which many metrics are
/// made. compute(): int64 [classes, 5] of true positives, false positives, true negatives, false
/// negatives and how often the class is the target; [5], the sum over the classes, where the
/// average is `micro`, and of yes or no. The other averages are as `none`.
class StatScores : public Metric {
 public:
  /// Throws Error for fewer classes than the task has and a threshold outside of [0, 1].
  explicit StatScores(ClassificationOptions options);

  /// Takes a batch; see binary(), multiclass() and multilabel() for the shapes. Throws Error for
  /// others, for targets that are no integers and for labels out of range.
  void update(const Tensor& preds, const Tensor& target);
  Tensor compute() const override;
  void reset() override;
  impl::GenericDict state_dict() const override;
  void load_state_dict(const impl::GenericDict& state) override;

 protected:
  StatScores(const char* name, ClassificationOptions options);
  // right / all of each class, and 0 where `all` is 0, averaged as the options say.
  Tensor averaged(const Tensor& right, const Tensor& all) const;
  // For a number of counts: all classes together where the average is micro.
  Tensor together(const Tensor& counts) const;
  const ClassificationOptions& options() const { return options_; }

  Tensor tp_, fp_, tn_, fn_;  // int64 [classes]

 private:
  const char* name_;
  ClassificationOptions options_;
};

/// The share of predictions that are right; of one class the share of its targets that are found.
class Accuracy final : public StatScores {
 public:
  explicit Accuracy(ClassificationOptions options) : StatScores("accuracy", options) {}
  Tensor compute() const override;
};

/// The share of what was found that is right: tp / (tp + fp), and 0 where nothing was found.
class Precision final : public StatScores {
 public:
  explicit Precision(ClassificationOptions options) : StatScores("precision", options) {}
  Tensor compute() const override;
};

/// The share of what is there that was found: tp / (tp + fn), and 0 where nothing is there.
class Recall final : public StatScores {
 public:
  explicit Recall(ClassificationOptions options) : StatScores("recall", options) {}
  Tensor compute() const override;
};

/// (1 + beta²) tp / ((1 + beta²) tp + beta² fn + fp): the harmonic mean of precision and recall,
/// which weighs recall beta times as much; 0 for 0 / 0.
class FBetaScore : public StatScores {
 public:
  /// Throws Error unless beta is above 0.
  FBetaScore(double beta, ClassificationOptions options)
      : FBetaScore("fbeta score", beta, options) {}
  Tensor compute() const override;

 protected:
  FBetaScore(const char* name, double beta, ClassificationOptions options);

 private:
  double beta_;
};

/// FBetaScore with a beta of 1.
class F1Score final : public FBetaScore {
 public:
  explicit F1Score(ClassificationOptions options) : FBetaScore("f1 score", 1, options) {}
};

/// The options of a TopKAccuracy, or k alone: `TopKAccuracy top5(5)`.
struct TopKAccuracyOptions {
  TopKAccuracyOptions(int64_t k) : k_(k) {}
  /// How many of the highest scores count, at least 1.
  GRADUS_ARG(int64_t, k);
  /// A target that says: do not count this.
  GRADUS_ARG(std::optional<int64_t>, ignore_index);
};

/// The share of targets that are among the k highest scores; torchmetrics' accuracy with `top_k`.
class TopKAccuracy final : public Metric {
 public:
  /// Throws Error for k < 1.
  explicit TopKAccuracy(TopKAccuracyOptions options);

  /// Takes scores [N, C, ...], C at least k, and targets [N, ...], integers from 0 to C - 1. Throws
  /// Error for others.
  void update(const Tensor& preds, const Tensor& target);
  Tensor compute() const override;
  void reset() override;
  impl::GenericDict state_dict() const override;
  void load_state_dict(const impl::GenericDict& state) override;

 private:
  TopKAccuracyOptions options_;
  int64_t right_ = 0, count_ = 0;
};

/// What a ConfusionMatrix divides its counts by: nothing; how often each class is the target; how
/// often it was predicted; or all.
enum class Normalize { none, true_, pred, all };

/// How often class i was taken for class j: [classes, classes], a row for each target; [2, 2] for
/// yes or no, which are row 1 and row 0; and [labels, 2, 2] for labels. int64, or float64 when it
/// is normalized, with 0 for 0 / 0.
class ConfusionMatrix final : public Metric {
 public:
  /// Throws Error for fewer classes than the task has and a threshold outside of [0, 1].
  explicit ConfusionMatrix(ClassificationOptions options, Normalize normalize = Normalize::none);

  /// Takes a batch, as StatScores::update() does.
  void update(const Tensor& preds, const Tensor& target);
  Tensor compute() const override;
  void reset() override;
  impl::GenericDict state_dict() const override;
  void load_state_dict(const impl::GenericDict& state) override;

 private:
  ClassificationOptions options_;
  Normalize normalize_;
  Tensor counts_;  // int64 [labels or 1, classes, classes]
};

}  // namespace gradus::monitor
