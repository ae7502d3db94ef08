#include "autograd/ops/index/sets.h"

#include "autograd/modes.h"
#include "autograd/ops/index/index.h"
#include "tensor/base/fail.h"
#include "tensor/pointwise/elementwise.h"
#include "tensor/raw.h"

namespace gradus {

namespace {

Tensor contained(const Tensor& elements, const Tensor& set, bool invert) {
  if (elements.dtype() == kBool || set.dtype() == kBool)
    fail("isin: not implemented for bool, got {} and {}", elements.dtype(), set.dtype());
  const NoGradGuard untaped;
  if (set.numel() == 0) return raw::full(elements.sizes(), invert, kBool);
  const ScalarType type = raw::result_type(elements, set);
  const Tensor x = raw::to_dtype(elements, type);
  const Tensor sorted = std::get<0>(raw::to_dtype(set, type).reshape(-1).sort());
  // The first place that is not below x, or the last one where all are.
  const Tensor place = bucketize(x.contiguous(), sorted.contiguous()).clamp_max(set.numel() - 1);
  const Tensor nearest = sorted.take(place);
  return invert ? nearest.ne(x) : nearest.eq(x);
}

}  // namespace

Tensor isin(const Tensor& elements, const Tensor& test_elements, bool, bool invert) {
  return contained(elements, test_elements, invert);
}
Tensor isin(const Tensor& elements, const Scalar& test_element, bool, bool invert) {
  return contained(elements, raw::wrapped_number(test_element), invert);
}
Tensor isin(const Scalar& element, const Tensor& test_elements, bool, bool invert) {
  return contained(raw::wrapped_number(element), test_elements, invert);
}

Tensor nonzero_static(const Tensor& x, int64_t size, int64_t fill_value) {
  if (size < 0) fail("nonzero_static: the size must not be negative, got {}", size);
  const NoGradGuard untaped;
  const Tensor found = x.detach().nonzero();
  const int64_t count = std::min(size, found.size(0));
  Tensor y = raw::full({size, x.dim()}, fill_value, kLong);
  y.narrow(0, 0, count).copy_(found.narrow(0, 0, count));
  return y;
}

Tensor Tensor::nonzero_static(int64_t size, int64_t fill_value) const {
  return gradus::nonzero_static(*this, size, fill_value);
}

TensorTriple unique_dim_consecutive(const Tensor& x, int64_t dim, bool return_inverse,
                                    bool return_counts) {
  return unique_consecutive(x, return_inverse, return_counts, dim);
}
TensorPair _unique(const Tensor& x, bool sorted, bool return_inverse) {
  auto [values, inverse, counts] = unique(x, sorted, return_inverse, false);
  return {std::move(values), std::move(inverse)};
}

}  // namespace gradus
