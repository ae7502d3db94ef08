// Predictions and targets of metrics, checked and made alike, for .cpp files.
#pragma once

#include "monitor/metrics/classification.h"

namespace gradus::monitor {

// Error for options that make no sense.
void check_options(const char* op, const ClassificationOptions& options);
// Error unless the types of targets are integers, or bool, and all are in [0, classes), or the
// index to ignore.
void check_labels(const char* op, const char* what, const Tensor& labels, int64_t classes,
                  std::optional<int64_t> ignore_index);
// Error unless the predictions [N, C, ...] are floating and fit the targets [N, ...].
void check_scores(const char* op, const Tensor& preds, const Tensor& target);
// Which of the targets count; undefined if all do.
Tensor counted(const Tensor& target, std::optional<int64_t> ignore_index);
// The elements of x [n, ...] that `mask` [n] has.
Tensor chosen(const Tensor& x, const Tensor& mask);
// [N, C, ...] as [n, C].
Tensor class_rows(const Tensor& x);

// A batch: labels [n] of int64 for one of several classes; for yes or no int64 0 and 1, of shape
// [labels, n], and a mask of the same shape where some are not to be counted, else undefined.
struct Labels {
  Tensor preds, target, mask;
};
// `ignored_tell`: whether predictions of yes or no that are ignored count where logits are told
// from probabilities.
Labels labels_of(const char* op, const Tensor& preds, const Tensor& target,
                 const ClassificationOptions& options, bool ignored_tell = true);

}  // namespace gradus::monitor
