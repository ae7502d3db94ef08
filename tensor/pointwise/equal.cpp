#include "tensor/pointwise/equal.h"

#include <cstring>

namespace gradus::raw {

bool equal(const Tensor& a, const Tensor& b) {
  if (a.sizes() != b.sizes()) return false;
  const Tensor x = contiguous(a), y = contiguous(b);
  return visit_all(x.dtype(), "equal", [&](auto zero) {
    using V = decltype(zero);
    const auto* p = reinterpret_cast<const V*>(x.data_ptr());
    const auto* q = reinterpret_cast<const V*>(y.data_ptr());
    if constexpr (!std::is_floating_point_v<V>)
      return x.numel() == 0 || std::memcmp(p, q, x.nbytes()) == 0;
    for (int64_t i = 0; i < x.numel(); ++i)
      if (!(p[i] == q[i])) return false;
    return true;
  });
}

}  // namespace gradus::raw
