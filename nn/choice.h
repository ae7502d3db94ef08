// Fields of options that are a choice among names.
#pragma once

#include <cstddef>
#include <new>

#include "tensor/base/arg.h"

namespace gradus::detail {

// Room for a V, a std::variant of names and of arrays of numbers, which is copied as bytes. A
// program that includes the options does not compile V, which takes as long as fifty functions,
// unless it asks for the value.
template <class V, size_t bytes = 2, size_t alignment = 1>
class Choice {
 public:
  // From the defaults that choice.cpp lists.
  template <class T>
  Choice(const T& value);
  V& get() noexcept { return *std::launder(reinterpret_cast<V*>(room_)); }
  const V& get() const noexcept { return *std::launder(reinterpret_cast<const V*>(room_)); }

 private:
  alignas(alignment) unsigned char room_[bytes];
};

// The same for a V that is not copied as bytes: a V on the heap.
template <class V>
class ChoiceOnHeap {
 public:
  // From the defaults that choice.cpp lists.
  template <class T>
  ChoiceOnHeap(const T& value);
  ChoiceOnHeap(const ChoiceOnHeap& o);
  ChoiceOnHeap& operator=(const ChoiceOnHeap& o);
  ~ChoiceOnHeap();
  V& get() noexcept { return *value_; }
  const V& get() const noexcept { return *value_; }

 private:
  V* value_;
};

}  // namespace gradus::detail

/// Declares the field `name`, a choice of the std::variant T among names, as GRADUS_ARG declares
/// one of any type. Its default is one that choice.cpp lists.
#define GRADUS_CHOICE(T, name) GRADUS_CHOICE_IN(T, name, gradus::detail::Choice<T>)
/// The same for a T that `Room` keeps.
#define GRADUS_CHOICE_IN(T, name, Room)                    \
 public:                                                   \
  template <int = 0>                                       \
  auto name(const T& new_##name)->decltype(*this) {        \
    this->name##_.get() = new_##name;                      \
    return *this;                                          \
  }                                                        \
  const T& name() const noexcept { return name##_.get(); } \
  T& name() noexcept { return name##_.get(); }             \
                                                           \
 private:                                                  \
  Room name##_
