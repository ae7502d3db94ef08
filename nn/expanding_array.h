// One value for each of D dims, made of D values or of one for all.
#pragma once

#include <array>
#include <iosfwd>

#include "tensor/base/array_ref.h"

namespace gradus {

namespace detail {
[[noreturn]] void throw_expanding_array(size_t expected, size_t given);
}

template <size_t D, class T = int64_t>
class ExpandingArray {
 public:
  // Throw unless there are D values.
  ExpandingArray(std::initializer_list<T> list) : ExpandingArray(list.begin(), list.size()) {}
  ExpandingArray(std::vector<T> v) : ExpandingArray(v.data(), v.size()) {}
  ExpandingArray(ArrayRef<T> a) : ExpandingArray(a.data(), a.size()) {}
  ExpandingArray(T single) { values_.fill(single); }
  ExpandingArray(const std::array<T, D>& values) : values_(values) {}

  std::array<T, D>& operator*() { return values_; }
  const std::array<T, D>& operator*() const { return values_; }
  std::array<T, D>* operator->() { return &values_; }
  const std::array<T, D>* operator->() const { return &values_; }
  operator ArrayRef<T>() const { return values_; }
  size_t size() const noexcept { return D; }

 protected:
  ExpandingArray(const T* values, size_t n) {
    if (n != D) detail::throw_expanding_array(D, n);
    for (size_t i = 0; i < D; ++i) values_[i] = values[i];
  }
  std::array<T, D> values_;
};

// The same of values that may be missing.
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

// Prints `[2, 3]`, for one dim `2`.
namespace detail {
std::ostream& print_array(std::ostream& out, ArrayRef<int64_t> a);
std::ostream& print_array(std::ostream& out, ArrayRef<double> a);
std::ostream& print_array(std::ostream& out, ArrayRef<std::optional<int64_t>> a);
}  // namespace detail
template <size_t D, class T>
std::ostream& operator<<(std::ostream& out, const ExpandingArray<D, T>& a) {
  return detail::print_array(out, ArrayRef<T>(*a));
}

}  // namespace gradus
