// Gradients on demand, and how they are watched.
#pragma once

#include "autograd/modes.h"
#include "autograd/node.h"

namespace gradus::autograd {

using variable_list = std::vector<Tensor>;
using tensor_list = std::vector<Tensor>;
using Variable = Tensor;

// Adds the gradients of the sum of outputs, weighted by grad_tensors (ones for scalars where
// undefined), to the `grad` of the leaves, or of `inputs` if given.
//
// Memory is counted by references, so that what refers to itself is never freed: a leaf whose grad
// has a graph (create_graph=true: use grad(), or reset the leaf's grad), a hook that holds the very
// tensor it is on, a Function's saved_data that holds its output (save_for_backward may).
void backward(TensorList tensors, TensorList grad_tensors = {},
              std::optional<bool> retain_graph = std::nullopt, bool create_graph = false,
              TensorList inputs = {});

// The gradients of the outputs with respect to `inputs`, which are left as they are. An input that
// the outputs do not depend on throws, or with allow_unused gives an undefined tensor.
variable_list grad(TensorList outputs, TensorList inputs, TensorList grad_outputs = {},
                   std::optional<bool> retain_graph = std::nullopt, bool create_graph = false,
                   bool allow_unused = false);

// While on, every recorded operation notes where in the user's program it stands, and a backward
// pass that throws, or with check_nan makes a nan, names the operation and that place. Slow.
struct AnomalyMode {
  static bool is_enabled() { return detail::anomaly; }
  static bool should_check_nan() { return detail::anomaly_check_nan; }
  static void set_enabled(bool enabled, bool check_nan = true) {
    detail::anomaly = enabled;
    detail::anomaly_check_nan = check_nan;
  }
};

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
