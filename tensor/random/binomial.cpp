#include <mutex>

#include "tensor/base/fail.h"
#include "tensor/random/draw.h"
#include "tensor/random/fill.h"

namespace gradus::raw {

Tensor binomial(const Tensor& count, const Tensor& prob, GeneratorImpl& g) {
  return visit_floating(count.dtype(), "binomial", [&]<class T>(T) {
    const Tensor counts = contiguous(count), probabilities = contiguous(prob);
    const T *n = counts.data_ptr<T>(), *p = probabilities.data_ptr<T>();
    for (int64_t i = 0; i < counts.numel(); ++i)  // beyond 2^53 trials cannot be counted
      if (n[i] > T(0x1p53)) fail("binomial: expected a count up to 2^53, got {}", n[i]);
    Tensor y = empty(count.sizes(), count.dtype());
    T* out = y.data_ptr<T>();
    std::lock_guard lock(g.mutex_);
    for (int64_t i = 0; i < y.numel(); ++i)
      out[i] = std::isnan(n[i]) ? n[i] : T(draw::binomial(g, double(n[i]), double(p[i])));
    return y;
  });
}

}  // namespace gradus::raw
