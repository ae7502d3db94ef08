// Shared ownership with the count inside the object.
#pragma once

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace gradus {

namespace detail {
// True while the process has a single thread. Counts need no locked instructions then, of which
// each costs as much as the kernel of a small operation.
inline bool one_thread() {
#if __has_include(<sys/single_threaded.h>)
  return __libc_single_threaded != 0;
#else
  return false;
#endif
}
inline void count_up(std::atomic<uint32_t>& n) {
  if (one_thread())
    n.store(n.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  else
    n.fetch_add(1, std::memory_order_relaxed);
}
}  // namespace detail

/// The base of objects that count the references to them.
class Counted {
 public:
  Counted() = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  /// Counts the first reference to a new object, which no other thread knows yet.
  void retain_first() const { refs_.store(1, std::memory_order_relaxed); }
  /// Counts one more reference. Out of line, because every place where a Ref is copied has a call
  /// of it.
  void retain() const;
  /// Drops a reference; true when it was the last, and the object is the caller's to destroy.
  bool release_ref() const {
    // Nor does a sole owner need a locked instruction.
    const uint32_t n = refs_.load(std::memory_order_acquire);
    if (n == 1) return true;
    if (detail::one_thread()) {
      refs_.store(n - 1, std::memory_order_relaxed);
      return false;
    }
    return refs_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
  /// The number of references.
  uint32_t ref_count() const { return refs_.load(std::memory_order_acquire); }

 protected:
  ~Counted() = default;
  mutable std::atomic<uint32_t> refs_{0};
};

/// A shared owner of a T, whose count is inside the object. T has `static void unref(const T*)
/// noexcept`, which drops a reference; it is out of line, because every place where a Ref can die
/// has a call of it.
template <class T>
class Ref {
 public:
  Ref() = default;
  Ref(std::nullptr_t) {}
  explicit Ref(T* p) : p_(p) {
    if (p_) p_->retain();
  }
  Ref(const Ref& o) : Ref(o.p_) {}
  Ref(Ref&& o) noexcept : p_(std::exchange(o.p_, nullptr)) {}
  template <class U>
  Ref(Ref<U> o) : p_(o.detach()) {}
  Ref& operator=(const Ref& o) {
    Ref(o).swap(*this);
    return *this;
  }
  Ref& operator=(Ref&& o) noexcept {
    Ref(std::move(o)).swap(*this);
    return *this;
  }
  ~Ref() {
    if (p_) T::unref(p_);
  }

  /// Owns a new object: cheaper than Ref(p).
  static Ref first(T* p) {
    p->retain_first();
    return adopt(p);
  }
  /// Wraps a pointer whose reference the caller already holds.
  static Ref adopt(T* p) {
    Ref r;
    r.p_ = p;
    return r;
  }
  /// Gives up the pointer without dropping its reference, which is the caller's then.
  T* detach() { return std::exchange(p_, nullptr); }
  /// The pointer; null where there is no object.
  T* get() const { return p_; }
  /// The members of the object.
  T* operator->() const { return p_; }
  /// The object; there must be one.
  T& operator*() const { return *p_; }
  /// Whether there is an object.
  explicit operator bool() const { return p_ != nullptr; }
  /// Drops the reference; the Ref is null from then on.
  void reset() { Ref().swap(*this); }
  /// Exchanges the objects of two Refs.
  void swap(Ref& o) noexcept { std::swap(p_, o.p_); }
  friend bool operator==(const Ref& a, const Ref& b) { return a.p_ == b.p_; }
  /// The same object for what takes a std::shared_ptr, which holds one more reference.
  operator std::shared_ptr<T>() const {
    return p_ ? std::shared_ptr<T>(p_, [keep = *this](T*) {}) : nullptr;
  }

 private:
  T* p_ = nullptr;
};

}  // namespace gradus
