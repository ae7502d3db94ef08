// Gradients on demand, and how they are watched.
#pragma once

#include "autograd/modes.h"
#include "autograd/node.h"

namespace gradus::autograd {

/// Adds the gradients of the sum of `tensors`, each weighted by its entry of grad_tensors (ones for
/// scalars where undefined), to the `grad` of the leaves they depend on, or of `inputs` only where
/// those are given. The graph is freed unless retain_graph; create_graph (which retains it) records
/// the pass, so that gradients have gradients. Throws Error when a tensor requires no grad, is no
/// scalar and has no weight, or the graph was freed or its saved tensors written to.
///
/// Memory is counted by references, so that what refers to itself is never freed: a leaf whose grad
/// has a graph (create_graph=true: use grad(), or reset the leaf's grad), a hook that holds the
/// very tensor it is on, a Function's saved_data that holds its output (save_for_backward may).
void backward(TensorList tensors, TensorList grad_tensors = {},
              std::optional<bool> retain_graph = std::nullopt, bool create_graph = false,
              TensorList inputs = {});

/// The gradients of the sum of `outputs`, weighted as in backward(), by `inputs`, whose own `grad`
/// is left as it is. An input that the outputs do not depend on throws Error, or with allow_unused
/// gives an undefined tensor, or with materialize_grads zeros.
///
/// With is_grads_batched the grad_outputs have one dim more in front, over which they are gone
/// through, and so have the gradients: one backward pass for each place in it. Throws Error when
/// these sizes differ or a weight is undefined.
variable_list grad(TensorList outputs, TensorList inputs, TensorList grad_outputs = {},
                   std::optional<bool> retain_graph = std::nullopt, bool create_graph = false,
                   bool allow_unused = false, bool is_grads_batched = false,
                   bool materialize_grads = false);

/// While on, every recorded operation notes where in the user's program it stands, and a backward
/// pass that throws, or with check_nan makes a nan, names the operation and that place. Slow; for
/// all threads.
struct AnomalyMode {
  /// Whether it is on.
  static bool is_enabled() { return detail::anomaly; }
  /// Whether gradients are searched for nans.
  static bool should_check_nan() { return detail::anomaly_check_nan; }
  /// Switches it on or off, and the search for nans with it.
  static void set_enabled(bool enabled, bool check_nan = true) {
    detail::anomaly = enabled;
    detail::anomaly_check_nan = check_nan;
  }
};

/// Anomaly mode for as long as the guard lives.
class DetectAnomalyGuard {
 public:
  explicit DetectAnomalyGuard(bool check_nan = true)
      : before_(AnomalyMode::is_enabled()), nan_before_(AnomalyMode::should_check_nan()) {
    AnomalyMode::set_enabled(true, check_nan);
  }
  DetectAnomalyGuard(const DetectAnomalyGuard&) = delete;
  DetectAnomalyGuard& operator=(const DetectAnomalyGuard&) = delete;
  ~DetectAnomalyGuard() { AnomalyMode::set_enabled(before_, nan_before_); }

 private:
  bool before_, nan_before_;
};

}  // namespace gradus::autograd
