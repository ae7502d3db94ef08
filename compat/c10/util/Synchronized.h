// c10::Synchronized: a value that one thread at a time looks at.
#pragma once

#include <c10/macros/Macros.h>

#include <mutex>
#include <utility>

namespace gradus {

/// A T behind a mutex.
template <class T>
class Synchronized {
 public:
  Synchronized() = default;
  explicit Synchronized(T value) : value_(std::move(value)) {}
  Synchronized(const Synchronized&) = delete;
  Synchronized& operator=(const Synchronized&) = delete;
  /// Calls f with the value while no other thread has it.
  template <class F>
  decltype(auto) withLock(F&& f) {
    const std::lock_guard<std::mutex> guard(mutex_);
    return f(value_);
  }
  template <class F>
  decltype(auto) withLock(F&& f) const {
    const std::lock_guard<std::mutex> guard(mutex_);
    return f(value_);
  }

 private:
  mutable std::mutex mutex_;
  T value_;
};

}  // namespace gradus
