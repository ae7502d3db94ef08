// Shared ownership with the counts inside the object, as libtorch spells it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace gradus {

template <class T, class Null>
class intrusive_ptr;
template <class T, class Null>
class weak_intrusive_ptr;

/// The base of what an intrusive_ptr points at.
class intrusive_ptr_target {
 public:
  intrusive_ptr_target(const intrusive_ptr_target&) noexcept {}
  intrusive_ptr_target(intrusive_ptr_target&&) noexcept {}
  intrusive_ptr_target& operator=(const intrusive_ptr_target&) noexcept { return *this; }
  intrusive_ptr_target& operator=(intrusive_ptr_target&&) noexcept { return *this; }

 protected:
  intrusive_ptr_target() noexcept = default;
  virtual ~intrusive_ptr_target() = default;

 private:
  template <class, class>
  friend class intrusive_ptr;
  template <class, class>
  friend class weak_intrusive_ptr;
  /// Called when only weak pointers are left.
  virtual void release_resources() {}
  // All strong pointers together hold one weak reference.
  mutable std::atomic<size_t> strong_{0}, weak_{0};
};

namespace detail {
template <class T>
struct intrusive_target_default_null_type {
  static constexpr T* singleton() noexcept { return nullptr; }
};
}  // namespace detail

/// A shared owner of a T, which derives from intrusive_ptr_target. make_intrusive() makes one.
template <class T, class Null = detail::intrusive_target_default_null_type<T>>
class intrusive_ptr final {
 public:
  /// The type of the object.
  using element_type = T;

  intrusive_ptr() noexcept = default;
  intrusive_ptr(std::nullptr_t) noexcept {}
  explicit intrusive_ptr(std::unique_ptr<T> p) noexcept : intrusive_ptr(first(p.release())) {}
  intrusive_ptr(const intrusive_ptr& o) noexcept : p_(o.p_) { retain(); }
  intrusive_ptr(intrusive_ptr&& o) noexcept : p_(std::exchange(o.p_, nullptr)) {}
  template <class U, class N>
  requires std::is_convertible_v<U*, T*> intrusive_ptr(intrusive_ptr<U, N> o)
  noexcept : p_(o.release()) {}
  intrusive_ptr& operator=(intrusive_ptr o) noexcept {
    swap(o);
    return *this;
  }
  ~intrusive_ptr() { reset(); }

  /// A new T.
  template <class... Args>
  static intrusive_ptr make(Args&&... args) {
    return first(new T(std::forward<Args>(args)...));
  }
  /// Owns again what release() gave.
  static intrusive_ptr reclaim(T* p) {
    intrusive_ptr r;
    r.p_ = p;
    return r;
  }
  /// The same with one more reference.
  static intrusive_ptr reclaim_copy(T* p) {
    intrusive_ptr r = reclaim(p);
    r.retain();
    return r;
  }
  /// The first owner of what `new` gave.
  static intrusive_ptr unsafe_steal_from_new(T* p) { return first(p); }
  /// Gives up the pointer without dropping its reference.
  T* release() noexcept { return std::exchange(p_, nullptr); }
  /// The object; null for none.
  T* get() const noexcept { return p_; }
  /// The object.
  T& operator*() const noexcept { return *p_; }
  /// The object.
  T* operator->() const noexcept { return p_; }
  /// Whether there is an object.
  explicit operator bool() const noexcept { return p_ != nullptr; }
  /// Whether there is an object.
  bool defined() const noexcept { return p_ != nullptr; }
  /// Exchanges the objects.
  void swap(intrusive_ptr& o) noexcept { std::swap(p_, o.p_); }
  /// Owns nothing any more; the last owner destroys the object.
  void reset() noexcept {
    const intrusive_ptr_target* const t = std::exchange(p_, nullptr);
    if (!t || t->strong_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    if (t->weak_.load(std::memory_order_acquire) != 1) {
      const_cast<intrusive_ptr_target*>(t)->release_resources();
      if (t->weak_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    }
    delete t;
  }
  /// The number of strong references.
  size_t use_count() const noexcept {
    return p_ ? target()->strong_.load(std::memory_order_acquire) : 0;
  }
  /// The number of weak references, and one for all strong ones.
  size_t weak_use_count() const noexcept {
    return p_ ? target()->weak_.load(std::memory_order_acquire) : 0;
  }
  /// Whether this is the only owner.
  bool unique() const noexcept { return use_count() == 1; }
  /// The same as unique().
  bool is_uniquely_owned() const noexcept { return unique(); }

 private:
  template <class, class>
  friend class intrusive_ptr;
  template <class, class>
  friend class weak_intrusive_ptr;
  static intrusive_ptr first(T* p) {
    if (p) {
      const intrusive_ptr_target* const t = p;
      t->strong_.store(1, std::memory_order_relaxed);
      t->weak_.store(1, std::memory_order_relaxed);
    }
    return reclaim(p);
  }
  const intrusive_ptr_target* target() const { return p_; }
  void retain() {
    if (p_) target()->strong_.fetch_add(1, std::memory_order_relaxed);
  }
  T* p_ = nullptr;
};

/// A new T with a shared owner.
template <class T, class... Args>
intrusive_ptr<T, detail::intrusive_target_default_null_type<T>> make_intrusive(Args&&... args) {
  return intrusive_ptr<T, detail::intrusive_target_default_null_type<T>>::make(
      std::forward<Args>(args)...);
}

/// Whether both have the same object.
template <class A, class N, class B, class M>
bool operator==(const intrusive_ptr<A, N>& a, const intrusive_ptr<B, M>& b) noexcept {
  return a.get() == b.get();
}
/// Whether there is no object.
template <class A, class N>
bool operator==(const intrusive_ptr<A, N>& a, std::nullptr_t) noexcept {
  return !a;
}
/// By the addresses of the objects.
template <class A, class N, class B, class M>
bool operator<(const intrusive_ptr<A, N>& a, const intrusive_ptr<B, M>& b) noexcept {
  return std::less<const void*>()(a.get(), b.get());
}
/// Exchanges the objects.
template <class T, class N>
void swap(intrusive_ptr<T, N>& a, intrusive_ptr<T, N>& b) noexcept {
  a.swap(b);
}
/// The same owner, of a type that it is known to have.
template <class T, class U, class N>
intrusive_ptr<T, detail::intrusive_target_default_null_type<T>> static_intrusive_pointer_cast(
    intrusive_ptr<U, N> p) noexcept {
  using R = intrusive_ptr<T, detail::intrusive_target_default_null_type<T>>;
  return R::reclaim(static_cast<T*>(p.release()));
}
/// One more owner, if the object is of that type; else none.
template <class T, class U, class N>
intrusive_ptr<T, detail::intrusive_target_default_null_type<T>> dynamic_intrusive_pointer_cast(
    const intrusive_ptr<U, N>& p) noexcept {
  using R = intrusive_ptr<T, detail::intrusive_target_default_null_type<T>>;
  auto* const cast = dynamic_cast<T*>(p.get());
  return cast ? R::reclaim_copy(cast) : R();
}

/// Does not keep its object alive; lock() gives an owner while there is one.
template <class T, class Null = detail::intrusive_target_default_null_type<T>>
class weak_intrusive_ptr final {
 public:
  /// The type of the object.
  using element_type = T;

  explicit weak_intrusive_ptr(const intrusive_ptr<T, Null>& p) noexcept : p_(p.get()) { retain(); }
  weak_intrusive_ptr(const weak_intrusive_ptr& o) noexcept : p_(o.p_) { retain(); }
  weak_intrusive_ptr(weak_intrusive_ptr&& o) noexcept : p_(std::exchange(o.p_, nullptr)) {}
  weak_intrusive_ptr& operator=(weak_intrusive_ptr o) noexcept {
    swap(o);
    return *this;
  }
  ~weak_intrusive_ptr() { reset(); }

  /// An owner of the object, or none when it is gone.
  intrusive_ptr<T, Null> lock() const noexcept {
    if (!p_) return {};
    size_t n = target()->strong_.load(std::memory_order_acquire);
    do
      if (n == 0) return {};
    while (!target()->strong_.compare_exchange_weak(n, n + 1, std::memory_order_acq_rel));
    return intrusive_ptr<T, Null>::reclaim(p_);
  }
  /// Whether the object has no owner any more.
  bool expired() const noexcept { return use_count() == 0; }
  /// The number of owners.
  size_t use_count() const noexcept {
    return p_ ? target()->strong_.load(std::memory_order_acquire) : 0;
  }
  /// The number of weak references, and one for all owners.
  size_t weak_use_count() const noexcept {
    return p_ ? target()->weak_.load(std::memory_order_acquire) : 0;
  }
  /// The object, which may be destroyed already.
  T* _unsafe_get_target() const noexcept { return p_; }
  /// Exchanges the objects.
  void swap(weak_intrusive_ptr& o) noexcept { std::swap(p_, o.p_); }
  /// Refers to nothing any more.
  void reset() noexcept {
    const intrusive_ptr_target* const t = std::exchange(p_, nullptr);
    if (t && t->weak_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete t;
  }
  friend bool operator==(const weak_intrusive_ptr& a, const weak_intrusive_ptr& b) noexcept {
    return a.p_ == b.p_;
  }

 private:
  const intrusive_ptr_target* target() const { return p_; }
  void retain() {
    if (p_) target()->weak_.fetch_add(1, std::memory_order_relaxed);
  }
  T* p_ = nullptr;
};

}  // namespace gradus

template <class T, class N>
struct std::hash<gradus::intrusive_ptr<T, N>> {
  size_t operator()(const gradus::intrusive_ptr<T, N>& p) const { return std::hash<T*>()(p.get()); }
};
