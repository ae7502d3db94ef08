// The one owner of an object, for members that programs see.
#pragma once

#include <memory>
#include <utility>

namespace gradus::detail {

// The one owner of an object, as std::unique_ptr is, which it is made of. For private members of
// the classes that programs include: a compiler takes a fiftieth of the work for it.
template <class T>
class Owned {
 public:
  Owned() = default;
  Owned(std::nullptr_t) {}
  // Takes the object over.
  template <class U>
  Owned(std::unique_ptr<U> object) : object_(object.release()) {}
  Owned(Owned&& o) noexcept : object_(o.release()) {}
  Owned& operator=(Owned&& o) noexcept {
    reset(o.release());
    return *this;
  }
  ~Owned() { delete object_; }

  // The object, or null.
  T* get() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  T* operator->() const noexcept { return object_; }
  // Whether there is one.
  explicit operator bool() const noexcept { return object_ != nullptr; }
  // Gives the object to the caller.
  T* release() noexcept {
    T* const object = object_;
    object_ = nullptr;
    return object;
  }
  // Destroys the object, and owns another.
  void reset(T* object = nullptr) noexcept {
    T* const former = object_;
    object_ = object;
    delete former;
  }

 private:
  T* object_ = nullptr;
};

}  // namespace gradus::detail
