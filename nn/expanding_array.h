// One value for each of D dims, made of D values or of one for all.
#pragma once

#include <array>
#include <iosfwd>

#include "tensor/base/array_ref.h"

namespace gradus {

namespace detail {
[[noreturn]] void throw_expanding_array(size_t expected, size_t given);
}

/// One value for each of D dims, made of D values or of one for all: `ExpandingArray<2>({3, 5})`,
/// `ExpandingArray<2>(3)`. Throws Error for another number of values.
template <size_t D, class T = int64_t>
class ExpandingArray {
 public:
  ExpandingArray(std::initializer_list<T> list) : ExpandingArray(list.begin(), list.size()) {}
  ExpandingArray(std::vector<T> v) : ExpandingArray(v.data(), v.size()) {}
  ExpandingArray(ArrayRef<T> a) : ExpandingArray(a.data(), a.size()) {}
  ExpandingArray(T single) { values_.fill(single); }
  ExpandingArray(const std::array<T, D>& values) : values_(values) {}

  /// The values.
  std::array<T, D>& operator*() { return values_; }
  const std::array<T, D>& operator*() const { return values_; }
  /// The values.
  std::array<T, D>* operator->() { return &values_; }
  const std::array<T, D>* operator->() const { return &values_; }
  /// The values as a reference to an array.
  operator ArrayRef<T>() const { return values_; }
  /// D, the number of values.
  size_t size() const noexcept { return D; }

 protected:
  ExpandingArray(const T* values, size_t n) {
    if (n != D) detail::throw_expanding_array(D, n);
    for (size_t i = 0; i < D; ++i) values_[i] = values[i];
  }
  std::array<T, D> values_;
};

/// An ExpandingArray of values that may be missing: `{7, std::nullopt}`.
template <size_t D, class T = int64_t>
class ExpandingArrayWithOptionalElem : public ExpandingArray<D, std::optional<T>> {
  using Base = ExpandingArray<D, std::optional<T>>;

 public:
  using Base::Base;
  ExpandingArrayWithOptionalElem(std::initializer_list<T> list)
      : ExpandingArrayWithOptionalElem(ArrayRef<T>(list.begin(), list.size())) {}
  ExpandingArrayWithOptionalElem(std::vector<T> v)
      : ExpandingArrayWithOptionalElem(ArrayRef<T>(v)) {}
  ExpandingArrayWithOptionalElem(ArrayRef<T> a) : Base(std::optional<T>()) {
    if (a.size() != D) detail::throw_expanding_array(D, a.size());
    for (size_t i = 0; i < D; ++i) this->values_[i] = a[i];
  }
  ExpandingArrayWithOptionalElem(T single) : Base(std::optional<T>(single)) {}
};

namespace detail {
std::ostream& print_array(std::ostream& out, ArrayRef<int64_t> a);
std::ostream& print_array(std::ostream& out, ArrayRef<double> a);
std::ostream& print_array(std::ostream& out, ArrayRef<std::optional<int64_t>> a);
}  // namespace detail
/// Prints `[2, 3]`, for one dim `2`.
template <size_t D, class T>
std::ostream& operator<<(std::ostream& out, const ExpandingArray<D, T>& a) {
  return detail::print_array(out, ArrayRef<T>(*a));
}

}  // namespace gradus
