// Sizes or strides of a tensor: a short vector of int64, kept inline up to six dims.
#pragma once

#include <cstring>
#include <new>

#include "tensor/base/array_ref.h"

namespace gradus {

/// The sizes or strides of a tensor: a short vector of int64, kept inline up to six dims.
class Dims {
 public:
  static constexpr size_t inline_capacity = 6;

  Dims() = default;
  explicit Dims(size_t n, int64_t value = 0) {
    resize(n);
    for (size_t i = 0; i < n; ++i) data()[i] = value;
  }
  Dims(IntArrayRef a) { assign(a.data(), a.size()); }
  Dims(std::initializer_list<int64_t> a) { assign(a.begin(), a.size()); }
  Dims(const Dims& o) {
    if (o.capacity_ > inline_capacity) {
      assign(o.heap_, o.size_);
    } else {  // all that is inline, set or not: cheaper than a loop
      size_ = o.size_;
      std::memcpy(inline_, o.inline_, sizeof inline_);
    }
  }
  Dims(Dims&& o) noexcept { take(o); }
  Dims& operator=(const Dims& o) {
    if (this != &o) assign(o.data(), o.size_);
    return *this;
  }
  Dims& operator=(Dims&& o) noexcept {
    if (this != &o) {
      if (capacity_ > inline_capacity) delete[] heap_;
      take(o);
    }
    return *this;
  }
  ~Dims() {
    if (capacity_ > inline_capacity) delete[] heap_;
  }

  /// The address of the first number.
  int64_t* data() { return capacity_ > inline_capacity ? heap_ : inline_; }
  const int64_t* data() const { return capacity_ > inline_capacity ? heap_ : inline_; }
  /// The first number.
  int64_t* begin() { return data(); }
  /// One past the last number.
  int64_t* end() { return data() + size_; }
  /// The first number.
  const int64_t* begin() const { return data(); }
  /// One past the last number.
  const int64_t* end() const { return data() + size_; }
  /// How many numbers there are.
  size_t size() const { return size_; }
  /// Whether there are none.
  bool empty() const { return size_ == 0; }
  /// The i-th number, without a check.
  int64_t& operator[](size_t i) { return data()[i]; }
  const int64_t& operator[](size_t i) const { return data()[i]; }
  /// The last number; there must be one.
  int64_t& back() { return data()[size_ - 1]; }
  const int64_t& back() const { return data()[size_ - 1]; }
  /// The same as ref().
  operator IntArrayRef() const { return {data(), size_}; }
  /// A reference to the numbers, valid until they change.
  IntArrayRef ref() const { return {data(), size_}; }

  /// Changes how many there are; those that come in addition are left unset. Throws Error when
  /// there is no memory for so many.
  void resize(size_t n) {
    if (n > capacity_) grow(n);
    size_ = uint32_t(n);
  }
  /// Drops all numbers.
  void clear() { size_ = 0; }
  /// Appends a number.
  void push_back(int64_t v) {
    resize(size_ + 1);
    back() = v;
  }
  /// Drops the last number; there must be one.
  void pop_back() { --size_; }
  /// Puts a number at that place; those from there on move back by one.
  void insert(size_t at, int64_t v) {
    resize(size_ + 1);
    std::memmove(data() + at + 1, data() + at, (size_ - 1 - at) * sizeof(int64_t));
    data()[at] = v;
  }
  /// Drops the number at that place; those behind it move forward by one.
  void erase(size_t at) {
    std::memmove(data() + at, data() + at + 1, (size_ - 1 - at) * sizeof(int64_t));
    --size_;
  }
  friend bool operator==(const Dims& a, const Dims& b) { return a.ref() == b.ref(); }

 private:
  void assign(const int64_t* p, size_t n) {
    resize(n);
    for (size_t i = 0; i < n; ++i) data()[i] = p[i];
  }
  void take(Dims& o) {
    size_ = o.size_;
    capacity_ = o.capacity_;
    if (capacity_ > inline_capacity)
      heap_ = o.heap_;
    else
      std::memcpy(inline_, o.inline_, sizeof inline_);
    o.size_ = 0;
    o.capacity_ = inline_capacity;
  }
  void grow(size_t n) {
    const size_t capacity = n * 2;
    int64_t* p = capacity <= UINT32_MAX ? new (std::nothrow) int64_t[capacity] : nullptr;
    if (!p) detail::throw_error("dims: a list of " + std::to_string(n) + " numbers is too long");
    std::memcpy(p, data(), size_ * sizeof(int64_t));
    if (capacity_ > inline_capacity) delete[] heap_;
    heap_ = p;
    capacity_ = uint32_t(capacity);
  }

  uint32_t size_ = 0;
  uint32_t capacity_ = inline_capacity;
  union {
    int64_t inline_[inline_capacity];
    int64_t* heap_;
  };
};

}  // namespace gradus
