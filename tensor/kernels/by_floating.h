// Kernels that are templates of the floating type.
#pragma once

namespace gradus::kernels {

template <template <class> class Kernels>
struct ByFloating {
  Kernels<float> of_float;
  Kernels<double> of_double;

  template <class T>
  constexpr const Kernels<T>& of() const {
    if constexpr (sizeof(T) == sizeof(float))
      return of_float;
    else
      return of_double;
  }
};

}  // namespace gradus::kernels
