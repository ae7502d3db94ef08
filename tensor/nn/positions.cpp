#include "tensor/nn/positions.h"

#include <algorithm>
#include <cmath>

#include "tensor/base/parallel.h"
#include "tensor/kernels/table.h"
#include "tensor/pointwise/elementwise.h"

namespace gradus::raw {

namespace {

constexpr int64_t grain = 16384;  // elements worth a thread

template <class Formula>
Tensor applied(const char* op, const Tensor& x, ScalarType t) {
  return to_dtype(elementwise(op, kernels::value_loop<Formula>(kDouble), kDouble, {Arg(x)}), t);
}

// The place of row `index` of all rows of x, in elements.
int64_t place_of(const Tensor& x, int64_t index) {
  int64_t place = 0;
  for (size_t d = x.sizes().size() - 1; d-- > 0; index /= x.sizes()[d])
    place += index % x.sizes()[d] * x.strides()[d];
  return place;
}

}  // namespace

Turns turns(const char* op, int64_t first, int64_t length, int64_t size, double base,
            ScalarType t) {
  const int64_t columns = size / 2 + size % 2;
  const Tensor angles = empty({length, columns}, kDouble), frequencies = empty({columns}, kDouble);
  double* frequency = frequencies.data_ptr<double>();
  for (int64_t i = 0; i < columns; ++i)
    frequency[i] = std::pow(base, -2 * double(i) / double(size));
  double* angle = angles.data_ptr<double>();
  for (int64_t row = 0; row < length; ++row)
    for (int64_t i = 0; i < columns; ++i) *angle++ = (double(first) + double(row)) * frequency[i];
  return {applied<kernels::base::cos>(op, angles, t), applied<kernels::base::sin>(op, angles, t)};
}

Tensor rotate(const Tensor& x, const Turns& by, Pairing pairing, bool back) {
  const Tensor from = x.stride(-1) == 1 || x.size(-1) == 1 ? x : contiguous(x);
  Tensor y = empty_like(from);
  if (y.stride(-1) != 1) y = empty(x.sizes(), x.dtype());
  if (x.numel() == 0) return y;
  const int64_t length = x.size(-2), width = x.size(-1), pairs = by.cos.size(1);
  const auto rest = [&](const Tensor& t) {
    return part(t, t.sizes().size() - 1, 2 * pairs, width - 2 * pairs);
  };
  if (2 * pairs < width) copy(rest(y), rest(from));
  visit_floating(x.dtype(), "rotary_embedding", [&](auto zero) {
    using T = decltype(zero);
    const auto& kernels = kernels::table().rotation->of<T>();
    const auto run = pairing == Pairing::halves ? kernels.halves : kernels.neighbours;
    const T *px = from.data_ptr<T>(), *cos = by.cos.data_ptr<T>(), *sin = by.sin.data_ptr<T>();
    T* py = y.data_ptr<T>();
    const T sense = back ? T(-1) : T(1);
    parallel_for(0, x.numel() / width, std::max<int64_t>(1, grain / width),
                 [&](int64_t r, int64_t last) {
                   while (r < last) {  // as many rows as have one stride
                     const int64_t t = r % length, rows = std::min(length - t, last - r);
                     run({rows, pairs, px + place_of(from, r), from.stride(-2), py + place_of(y, r),
                          y.stride(-2), cos + t * pairs, sin + t * pairs, sense});
                     r += rows;
                   }
                 });
  });
  return y;
}

}  // namespace gradus::raw
