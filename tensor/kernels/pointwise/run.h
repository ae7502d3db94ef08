// What every core needs: bytes as elements, and how many elements are a batch.
#pragma once

#include <type_traits>

#include "tensor/kernels/pointwise/drive.h"
#include "tensor/kernels/simd/batch.h"

namespace gradus::kernels::GRADUS_ISA {

// In batches of vectors, or in blocks that the compiler vectorises.
template <class T, bool in_batches = std::is_floating_point_v<T>>
inline constexpr int lanes_of = 64 / sizeof(T);
template <class T>
inline constexpr int lanes_of<T, true> = batch<T>::size;

// A bool is a byte of 0 or 1, which the compiler vectorises better.
template <class T>
using byte_for_bool = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;

template <class T>
T* as(char* p) {
  return static_cast<T*>(static_cast<void*>(p));
}
template <class T>
const T* as(const char* p) {
  return static_cast<const T*>(static_cast<const void*>(p));
}

}  // namespace gradus::kernels::GRADUS_ISA
