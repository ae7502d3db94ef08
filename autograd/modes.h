// What the calling thread records.
#pragma once

#include "tensor/impl.h"

namespace gradus {

namespace detail {
// Visible whatever a program is compiled with: else it would have one of its own.
[[gnu::visibility("default"),
  gnu::tls_model("initial-exec")]] inline constinit thread_local bool grad_mode = true;
}  // namespace detail

/// Whether operations are recorded, for each thread by itself; on at first.
struct GradMode {
  /// Whether this thread records operations.
  static bool is_enabled() { return detail::grad_mode; }
  /// Switches recording on this thread on or off.
  static void set_enabled(bool on) { detail::grad_mode = on; }
};
/// The same as GradMode::is_enabled().
inline bool is_grad_enabled() { return GradMode::is_enabled(); }
/// The same as GradMode::set_enabled().
inline void set_grad_enabled(bool on) { GradMode::set_enabled(on); }

/// Switches recording on or off for as long as the guard lives, on this thread.
class AutoGradMode {
 public:
  explicit AutoGradMode(bool on) : before_(detail::grad_mode) { detail::grad_mode = on; }
  AutoGradMode(const AutoGradMode&) = delete;
  AutoGradMode& operator=(const AutoGradMode&) = delete;
  ~AutoGradMode() { detail::grad_mode = before_; }

 private:
  bool before_;
};

namespace autograd {
using gradus::AutoGradMode;
using gradus::GradMode;
}  // namespace autograd

/// No operation is recorded for as long as the guard lives, on this thread: for evaluation, and for
/// writing to parameters.
struct NoGradGuard : AutoGradMode {
  NoGradGuard() : AutoGradMode(false) {}
};

/// As NoGradGuard, and tensors made inside can never be part of a graph: needed in a backward pass
/// later, they throw Error.
class InferenceMode {
 public:
  explicit InferenceMode(bool on = true) : before_(detail::inference_mode), grad_mode_(!on) {
    detail::inference_mode = on;
  }
  InferenceMode(const InferenceMode&) = delete;
  InferenceMode& operator=(const InferenceMode&) = delete;
  ~InferenceMode() { detail::inference_mode = before_; }
  /// Whether this thread is in inference mode.
  static bool is_enabled() { return detail::inference_mode; }

 private:
  bool before_;
  AutoGradMode grad_mode_;
};

}  // namespace gradus
