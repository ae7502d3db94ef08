// What every core needs: bytes as elements, and how many elements are a batch.
#pragma once

#include "tensor/kernels/elementwise/drive.h"
#include "tensor/kernels/simd/batch.h"

namespace gradus::kernels::GRADUS_ISA {

template <class T>
inline constexpr int lanes_of = 64 / sizeof(T);  // integers: a block that the compiler vectorises
template <>
inline constexpr int lanes_of<float> = batch<float>::size;
template <>
inline constexpr int lanes_of<double> = batch<double>::size;

template <class T>
T* as(char* p) {
  return static_cast<T*>(static_cast<void*>(p));
}
template <class T>
const T* as(const char* p) {
  return static_cast<const T*>(static_cast<const void*>(p));
}

}  // namespace gradus::kernels::GRADUS_ISA
