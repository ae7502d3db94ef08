// c10::SmallVector and at::DimVector: std::vector by other names.
#pragma once

#include <c10/macros/Macros.h>

#include <cstdint>
#include <vector>

#include "tensor/base/array_ref.h"

namespace gradus {

/// A SmallVector of whatever N.
template <class T>
class SmallVectorImpl : public std::vector<T> {
 public:
  using Base = std::vector<T>;
  using Base::Base;
  /// Adds elements at the end.
  template <class Iterator>
  void append(Iterator begin, Iterator end) {
    this->insert(this->end(), begin, end);
  }
  void append(size_t count, const T& value) { this->insert(this->end(), count, value); }
  void append(std::initializer_list<T> list) { append(list.begin(), list.end()); }
  /// Takes the last element.
  T pop_back_val() {
    T value = std::move(this->back());
    this->pop_back();
    return value;
  }
  void pop_back_n(size_t count) { this->resize(this->size() - count); }
  void truncate(size_t count) { this->resize(count); }
  size_t size_in_bytes() const { return this->size() * sizeof(T); }
};

/// A vector with libtorch's name for one that holds up to N elements without memory of its own.
template <class T, unsigned N = 4>
class SmallVector : public SmallVectorImpl<T> {
 public:
  using SmallVectorImpl<T>::SmallVectorImpl;
  SmallVector() = default;
  explicit SmallVector(ArrayRef<T> list) : SmallVectorImpl<T>(list.begin(), list.end()) {}
};

/// The sizes or strides of a tensor.
constexpr size_t kDimVectorStaticSize = 5;
using DimVector = SmallVector<int64_t, kDimVectorStaticSize>;
using SymDimVector = DimVector;

}  // namespace gradus
