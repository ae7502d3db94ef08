// What the calling thread records.
#pragma once

#include "tensor/impl.h"

namespace gradus {

namespace detail {
[[gnu::tls_model("initial-exec")]] inline constinit thread_local bool grad_mode = true;
}

// Whether operations are recorded.
struct GradMode {
  static bool is_enabled() { return detail::grad_mode; }
  static void set_enabled(bool on) { detail::grad_mode = on; }
};
inline bool is_grad_enabled() { return GradMode::is_enabled(); }
inline void set_grad_enabled(bool on) { GradMode::set_enabled(on); }

// Sets grad mode for a scope.
class AutoGradMode {
 public:
  explicit AutoGradMode(bool on) : before_(detail::grad_mode) { detail::grad_mode = on; }
  AutoGradMode(const AutoGradMode&) = delete;
  AutoGradMode& operator=(const AutoGradMode&) = delete;
  ~AutoGradMode() { detail::grad_mode = before_; }

 private:
  bool before_;
};

struct NoGradGuard : AutoGradMode {
  NoGradGuard() : AutoGradMode(false) {}
};

// No recording, and tensors made inside can never be part of a graph.
class InferenceMode {
 public:
  explicit InferenceMode(bool on = true) : before_(detail::inference_mode), grad_mode_(!on) {
    detail::inference_mode = on;
  }
  InferenceMode(const InferenceMode&) = delete;
  InferenceMode& operator=(const InferenceMode&) = delete;
  ~InferenceMode() { detail::inference_mode = before_; }
  static bool is_enabled() { return detail::inference_mode; }

 private:
  bool before_;
  AutoGradMode grad_mode_;
};

}  // namespace gradus
