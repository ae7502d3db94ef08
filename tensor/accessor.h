// Element access by index for loops in user code; no bounds checks, like a pointer.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// Reads and writes the elements of an N-dim tensor by index, `a[i][j]`, without bounds checks,
/// like a pointer. Tensor::accessor() makes one; it is valid while the tensor lives.
template <class T, size_t N>
class TensorAccessor {
 public:
  TensorAccessor(T* data, const int64_t* sizes, const int64_t* strides)
      : data_(data), sizes_(sizes), strides_(strides) {}
  /// The element at i where there is one dim, else an accessor of the dims after the first.
  decltype(auto) operator[](int64_t i) const {
    T* p = data_ + i * strides_[0];
    if constexpr (N == 1)
      return static_cast<T&>(*p);
    else
      return TensorAccessor<T, N - 1>(p, sizes_ + 1, strides_ + 1);
  }
  /// The size of each dim.
  IntArrayRef sizes() const { return {sizes_, N}; }
  /// For each dim the distance from one index to the next, in elements.
  IntArrayRef strides() const { return {strides_, N}; }
  /// The size of dim i.
  int64_t size(int64_t i) const { return sizes_[i]; }
  /// The stride of dim i, in elements.
  int64_t stride(int64_t i) const { return strides_[i]; }
  /// The address of the first element.
  T* data() const { return data_; }

 private:
  T* data_;
  const int64_t* sizes_;
  const int64_t* strides_;
};

namespace detail {
[[noreturn]] void throw_accessor_dim(int64_t wanted, int64_t actual);
}

template <class T, size_t N>
TensorAccessor<T, N> Tensor::accessor() const& {
  static_assert(N > 0, "a 0-dim tensor has item()");
  if (dim() != int64_t(N)) detail::throw_accessor_dim(int64_t(N), dim());
  return {data_ptr<std::remove_const_t<T>>(), impl()->sizes.data(), impl()->strides.data()};
}

}  // namespace gradus
