#include "tensor/pointwise/frexp.h"

#include <cmath>

#include "tensor/base/parallel.h"

namespace gradus::raw {

std::tuple<Tensor, Tensor> frexp(const Tensor& x) {
  return visit_floating(x.dtype(), "frexp", [&]<class T>(T) -> std::tuple<Tensor, Tensor> {
    const Tensor dense = contiguous(x);
    Tensor mantissa = empty(x.sizes(), x.dtype()), exponent = empty(x.sizes(), kInt);
    const T* from = dense.data_ptr<T>();
    T* m = mantissa.data_ptr<T>();
    auto* e = exponent.data_ptr<int32_t>();
    parallel_for(0, x.numel(), 32768, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        int power = 0;  // of what is not finite it is not set
        m[i] = std::frexp(from[i], &power);
        e[i] = std::isfinite(from[i]) ? power : 0;
      }
    });
    return {std::move(mantissa), std::move(exponent)};
  });
}

}  // namespace gradus::raw
