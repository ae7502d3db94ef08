// c10::MaybeOwned: an object of one's own or somebody else's.
#pragma once

#include <c10/macros/Macros.h>

#include <optional>
#include <utility>

namespace gradus {

/// A T of its own, or one that lives elsewhere and must outlive this.
template <class T>
class MaybeOwned {
 public:
  MaybeOwned() : own_(std::in_place) {}
  /// One that lives elsewhere.
  static MaybeOwned borrowed(const T& other) { return MaybeOwned(&other); }
  /// One of its own.
  static MaybeOwned owned(T&& value) {
    MaybeOwned m(nullptr);
    m.own_.emplace(std::move(value));
    return m;
  }
  template <class... Args>
  static MaybeOwned owned(std::in_place_t, Args&&... args) {
    return owned(T(std::forward<Args>(args)...));
  }
  const T& operator*() const& { return own_ ? *own_ : *other_; }
  const T* operator->() const { return &**this; }
  /// The object itself if it is owned, else a copy.
  T operator*() && { return own_ ? std::move(*own_) : *other_; }
  bool unsafeIsBorrowed() const { return !own_; }

 private:
  explicit MaybeOwned(const T* other) : other_(other) {}
  const T* other_ = nullptr;
  std::optional<T> own_;
};

}  // namespace gradus
