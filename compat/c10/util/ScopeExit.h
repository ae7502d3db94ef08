// A function that is called when a scope ends.
#pragma once

#include <c10/macros/Macros.h>

#include <utility>

namespace gradus {

/// Calls the function when it dies, unless release() was called.
template <class F>
class ScopeExit {
 public:
  explicit ScopeExit(F f) : f_(std::move(f)) {}
  ScopeExit(ScopeExit&& o) noexcept : f_(std::move(o.f_)), on_(std::exchange(o.on_, false)) {}
  ScopeExit& operator=(ScopeExit&&) = delete;
  ~ScopeExit() {
    if (on_) f_();
  }
  void release() { on_ = false; }

 private:
  F f_;
  bool on_ = true;
};
template <class F>
[[nodiscard]] ScopeExit<std::decay_t<F>> make_scope_exit(F&& f) {
  return ScopeExit<std::decay_t<F>>(std::forward<F>(f));
}

}  // namespace gradus
