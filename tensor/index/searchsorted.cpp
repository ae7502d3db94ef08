#include "tensor/index/searchsorted.h"

#include <algorithm>

#include "tensor/base/parallel.h"
#include "tensor/pointwise/elementwise.h"

namespace gradus::raw {

namespace {

// nan counts as larger than all.
template <class T>
bool less(T a, T b) {
  return a < b || (b != b && a == a);
}

}  // namespace

Tensor searchsorted(const Tensor& sequence, const Tensor& values, bool right) {
  const ScalarType t = result_type(sequence, values);
  const Tensor rows = contiguous(to_dtype(sequence, t));
  const Tensor wanted = contiguous(to_dtype(values, t));
  const Tensor found = empty(values.sizes(), kLong);
  const int64_t length = sequence.size(-1);
  // One row serves all values, else a row each.
  const int64_t per_row =
      sequence.dim() == 1 || wanted.dim() == 0 ? wanted.numel() : values.size(-1);
  const bool shared = sequence.dim() == 1;
  visit_all(t, "searchsorted", [&](auto zero) {
    using T = decltype(zero);
    const T* s = reinterpret_cast<const T*>(rows.data_ptr());
    const T* v = reinterpret_cast<const T*>(wanted.data_ptr());
    int64_t* out = found.data_ptr<int64_t>();
    parallel_for(0, wanted.numel(), 1024, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const T* first = shared ? s : s + i / per_row * length;
        const T* at = right ? std::upper_bound(first, first + length, v[i], less<T>)
                            : std::lower_bound(first, first + length, v[i], less<T>);
        out[i] = at - first;
      }
    });
  });
  return found;
}

}  // namespace gradus::raw
