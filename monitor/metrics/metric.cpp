#include "monitor/metrics/metric.h"

#include "tensor/base/fail.h"

namespace gradus::monitor {

double Metric::value() const {
  const Tensor all = compute();
  if (all.numel() != 1)
    fail("metric: value() of {} numbers; compute() gives them all", all.numel());
  return all.item<double>();
}

namespace detail {

Tensor state_tensor(const impl::GenericDict& state, const char* key, ScalarType dtype,
                    IntArrayRef sizes) {
  const Tensor t = state.at(key).toTensor();
  if (!t.defined()) fail("metric: {} of the state is None, a tensor wanted", key);
  if (t.scalar_type() != dtype)
    fail("metric: {} of the state is of {}, {} wanted", key, t.scalar_type(), dtype);
  if (t.sizes() != sizes)
    fail("metric: {} of the state has shape {}, {} wanted", key, t.sizes(), sizes);
  return t.detach().clone();
}

int64_t state_count(const impl::GenericDict& state, const char* key) {
  const int64_t count = state.at(key).toInt();
  if (count < 0) fail("metric: {} of the state is {}, at least 0 wanted", key, count);
  return count;
}

}  // namespace detail
}  // namespace gradus::monitor
