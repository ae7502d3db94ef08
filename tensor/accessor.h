// Element access by index for loops in user code; no bounds checks, like a pointer.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

template <class T, size_t N>
class TensorAccessor {
 public:
  TensorAccessor(T* data, const int64_t* sizes, const int64_t* strides)
      : data_(data), sizes_(sizes), strides_(strides) {}
  decltype(auto) operator[](int64_t i) const {
    T* p = data_ + i * strides_[0];
    if constexpr (N == 1)
      return static_cast<T&>(*p);
    else
      return TensorAccessor<T, N - 1>(p, sizes_ + 1, strides_ + 1);
  }
  IntArrayRef sizes() const { return {sizes_, N}; }
  IntArrayRef strides() const { return {strides_, N}; }
  int64_t size(int64_t i) const { return sizes_[i]; }
  int64_t stride(int64_t i) const { return strides_[i]; }
  T* data() const { return data_; }

 private:
  T* data_;
  const int64_t* sizes_;
  const int64_t* strides_;
};

namespace detail {
[[noreturn]] void throw_accessor_dim(int64_t wanted, int64_t actual);
}

// Valid while the tensor lives. Throws when T or N is not the tensor's.
template <class T, size_t N>
TensorAccessor<T, N> Tensor::accessor() const& {
  static_assert(N > 0, "a 0-dim tensor has item()");
  if (dim() != int64_t(N)) detail::throw_accessor_dim(int64_t(N), dim());
  return {data_ptr<std::remove_const_t<T>>(), impl()->sizes.data(), impl()->strides.data()};
}

}  // namespace gradus
