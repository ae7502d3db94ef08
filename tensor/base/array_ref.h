// A borrowed run of values; what functions take for shapes and lists.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <type_traits>
#include <vector>

#include "tensor/base/error.h"

namespace gradus {

/// A borrowed run of values: what functions take for shapes and lists. A vector, an array, a brace
/// list and a single value convert to it. It must not outlive what it refers to.
template <class T>
class ArrayRef {
 public:
  using value_type = T;
  using iterator = const T*;
  using const_iterator = const T*;

  constexpr ArrayRef() = default;
  constexpr ArrayRef(const T& one) : data_(&one), size_(1) {}
  constexpr ArrayRef(const T* data, size_t size) : data_(data), size_(size) {}
  constexpr ArrayRef(const T* first, const T* last) : data_(first), size_(size_t(last - first)) {}
  template <class A>
  ArrayRef(const std::vector<T, A>& v) : data_(v.data()), size_(v.size()) {
    static_assert(!std::is_same_v<T, bool>, "vector<bool> has no array of bool inside");
  }
  template <size_t N>
  constexpr ArrayRef(const std::array<T, N>& a) : data_(a.data()), size_(N) {}
  template <size_t N>
  constexpr ArrayRef(const T (&a)[N]) : data_(a), size_(N) {}
#pragma GCC diagnostic push
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Winit-list-lifetime"
#endif
  /// As everywhere, the list must outlive the reference: fine for an argument.
  constexpr ArrayRef(std::initializer_list<T> list) : data_(list.begin()), size_(list.size()) {}
#pragma GCC diagnostic pop

  /// The first value.
  constexpr const T* begin() const { return data_; }
  /// One past the last value.
  constexpr const T* end() const { return data_ + size_; }
  /// The address of the first value.
  constexpr const T* data() const { return data_; }
  /// The number of values.
  constexpr size_t size() const { return size_; }
  /// Whether there are no values.
  constexpr bool empty() const { return size_ == 0; }
  /// The i-th value, without a check.
  constexpr const T& operator[](size_t i) const { return data_[i]; }
  /// The first value; there must be one.
  constexpr const T& front() const { return data_[0]; }
  /// The last value; there must be one.
  constexpr const T& back() const { return data_[size_ - 1]; }
  /// The i-th value. Throws IndexError when i is past the end.
  const T& at(size_t i) const {
    if (i >= size_) detail::throw_index_error("ArrayRef: index is past the end");
    return data_[i];
  }
  /// `count` values from the one at `from` on, or all from there on, without a check.
  constexpr ArrayRef slice(size_t from, size_t count) const { return {data_ + from, count}; }
  constexpr ArrayRef slice(size_t from) const { return slice(from, size_ - from); }
  /// A copy as a vector.
  std::vector<T> vec() const { return std::vector<T>(begin(), end()); }
  /// Whether both have equal values.
  constexpr bool equals(ArrayRef other) const {
    if (size_ != other.size_) return false;
    for (size_t i = 0; i < size_; ++i)
      if (!(data_[i] == other.data_[i])) return false;
    return true;
  }

 private:
  const T* data_ = nullptr;
  size_t size_ = 0;
};

/// Whether both have equal values.
template <class T>
constexpr bool operator==(ArrayRef<T> a, ArrayRef<T> b) {
  return a.equals(b);
}
template <class T>
constexpr bool operator==(const std::vector<T>& a, ArrayRef<T> b) {
  return ArrayRef<T>(a).equals(b);
}
template <class T>
constexpr bool operator==(ArrayRef<T> a, const std::vector<T>& b) {
  return a.equals(ArrayRef<T>(b));
}

/// Borrowed sizes, strides or dims.
using IntArrayRef = ArrayRef<int64_t>;

/// Prints `[2, 3]`.
template <class T, class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, ArrayRef<T> a) {
  const char* before = "[";
  for (const T& v : a) {
    out << before << v;
    before = ", ";
  }
  return out << (a.empty() ? "[]" : "]");
}

/// A list of dims that may be missing; a brace list, a vector and a single int convert to it.
class OptionalIntArrayRef {
 public:
  OptionalIntArrayRef() = default;
  OptionalIntArrayRef(std::nullopt_t) {}
  OptionalIntArrayRef(IntArrayRef a) : value_(a) {}
  OptionalIntArrayRef(const std::optional<IntArrayRef>& a) : value_(a) {}
  OptionalIntArrayRef(const std::vector<int64_t>& v) : value_(IntArrayRef(v)) {}
  OptionalIntArrayRef(std::initializer_list<int64_t> list) : value_(IntArrayRef(list)) {}
  OptionalIntArrayRef(const int64_t& one) : value_(IntArrayRef(one)) {}
  /// Whether there is a list.
  bool has_value() const { return value_.has_value(); }
  /// The same as has_value().
  explicit operator bool() const { return has_value(); }
  /// The list; there must be one.
  const IntArrayRef& value() const { return *value_; }
  /// The same as value().
  const IntArrayRef& operator*() const { return *value_; }
  /// The members of the list; there must be one.
  const IntArrayRef* operator->() const { return &*value_; }

 private:
  std::optional<IntArrayRef> value_;
};

}  // namespace gradus
