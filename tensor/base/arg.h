// The fields of options: `.name(value)` sets one and gives the options back, `.name()` reads it.
#pragma once

#include <utility>

/// Declares the field `name` of a class of options: `.name(value)` sets it and returns the options,
/// so that calls follow each other, and `.name()` reads it. A default may follow:
/// `GRADUS_ARG(double, lr) = 0.1;`. What stands after it in the class is private.
#define GRADUS_ARG(T, name)                          \
 public:                                             \
  auto name(const T& new_##name)->decltype(*this) {  \
    this->name##_ = new_##name;                      \
    return *this;                                    \
  }                                                  \
  auto name(T&& new_##name)->decltype(*this) {       \
    this->name##_ = std::move(new_##name);           \
    return *this;                                    \
  }                                                  \
  const T& name() const noexcept { return name##_; } \
  T& name() noexcept { return name##_; }             \
                                                     \
 private:                                            \
  T name##_
