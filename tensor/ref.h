// Shared ownership with the count inside the object.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace gradus {

class Counted {
 public:
  Counted() = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  // The first reference to a new object, which no other thread knows yet.
  void retain_first() const { refs_.store(1, std::memory_order_relaxed); }
  void retain() const { refs_.fetch_add(1, std::memory_order_relaxed); }
  // Drops a reference; true when it was the last, and the object is the caller's to destroy.
  bool release_ref() const {
    // A sole owner needs no locked instruction.
    if (refs_.load(std::memory_order_acquire) == 1) return true;
    return refs_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
  // The same for an object that try_retain() may be called on meanwhile.
  bool release_shared_ref() const { return refs_.fetch_sub(1, std::memory_order_acq_rel) == 1; }
  uint32_t ref_count() const { return refs_.load(std::memory_order_acquire); }
  // Takes a reference unless the object is already on its way out.
  bool try_retain() const {
    uint32_t n = refs_.load(std::memory_order_relaxed);
    while (n != 0)
      if (refs_.compare_exchange_weak(n, n + 1, std::memory_order_acq_rel)) return true;
    return false;
  }

 protected:
  ~Counted() = default;
  mutable std::atomic<uint32_t> refs_{0};
};

// T has `static void unref(const T*) noexcept`, which drops a reference; out of line, because every
// place where a Ref can die has a call of it.
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

  // Owns a new object: cheaper than Ref(p).
  static Ref first(T* p) {
    p->retain_first();
    return adopt(p);
  }
  // Wraps a pointer whose reference the caller already holds.
  static Ref adopt(T* p) {
    Ref r;
    r.p_ = p;
    return r;
  }
  T* detach() { return std::exchange(p_, nullptr); }
  T* get() const { return p_; }
  T* operator->() const { return p_; }
  T& operator*() const { return *p_; }
  explicit operator bool() const { return p_ != nullptr; }
  void reset() { Ref().swap(*this); }
  void swap(Ref& o) noexcept { std::swap(p_, o.p_); }
  friend bool operator==(const Ref& a, const Ref& b) { return a.p_ == b.p_; }

 private:
  T* p_ = nullptr;
};

}  // namespace gradus
