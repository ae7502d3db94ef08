// The fields of options: `.name(value)` sets one and gives the options back, `.name()` reads it.
#pragma once

#include <utility>

/// Declares the field `name` of a class of options: `.name(value)` sets it and returns the options,
/// so that calls follow each other, and `.name()` reads it. A default may follow:
/// `GRADUS_ARG(double, lr) = 0.1;`. What stands after it in the class is private. Not for a class
/// within a function.
#define GRADUS_ARG(T, name) GRADUS_ARG_SET_BY(template <int = 0>, T, name)

/// The same with `prefix` before the setters. They are templates, so that a program compiles the
/// assignments of those only that it calls; where there can be no templates, `prefix` is empty.
#define GRADUS_ARG_SET_BY(prefix, T, name)                 \
 public:                                                   \
  prefix auto name(const T& new_##name)->decltype(*this) { \
    this->name##_ = new_##name;                            \
    return *this;                                          \
  }                                                        \
  prefix auto name(T&& new_##name)->decltype(*this) {      \
    this->name##_ = std::move(new_##name);                 \
    return *this;                                          \
  }                                                        \
  const T& name() const noexcept { return name##_; }       \
  T& name() noexcept { return name##_; }                   \
                                                           \
 private:                                                  \
  T name##_
