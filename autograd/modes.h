// What the calling thread records.
#pragma once

namespace gradus {

namespace detail {
struct Modes {
  bool grad = true;
  bool inference = false;
};
inline thread_local constinit Modes modes;
}  // namespace detail

// Whether operations are recorded.
struct GradMode {
  static bool is_enabled() { return detail::modes.grad; }
  static void set_enabled(bool on) { detail::modes.grad = on; }
};
inline bool is_grad_enabled() { return GradMode::is_enabled(); }
inline void set_grad_enabled(bool on) { GradMode::set_enabled(on); }

// Sets grad mode for a scope.
class AutoGradMode {
 public:
  explicit AutoGradMode(bool on) : before_(detail::modes.grad) { detail::modes.grad = on; }
  AutoGradMode(const AutoGradMode&) = delete;
  AutoGradMode& operator=(const AutoGradMode&) = delete;
  ~AutoGradMode() { detail::modes.grad = before_; }

 private:
  bool before_;
};

struct NoGradGuard : AutoGradMode {
  NoGradGuard() : AutoGradMode(false) {}
};

// No recording, and tensors made inside can never be part of a graph.
class InferenceMode {
 public:
  explicit InferenceMode(bool on = true) : before_(detail::modes) {
    detail::modes.inference = on;
    detail::modes.grad = !on;
  }
  InferenceMode(const InferenceMode&) = delete;
  InferenceMode& operator=(const InferenceMode&) = delete;
  ~InferenceMode() { detail::modes = before_; }
  static bool is_enabled() { return detail::modes.inference; }

 private:
  detail::Modes before_;
};

}  // namespace gradus
