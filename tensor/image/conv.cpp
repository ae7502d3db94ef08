#include "tensor/image/conv.h"

#include <algorithm>

#include "tensor/base/fail.h"
#include "tensor/image/conv_plan.h"
#include "tensor/linalg/matmul.h"

namespace gradus::raw {

namespace {

IntArrayRef spatial(const Tensor& t) { return t.sizes().slice(2); }

Tensor result(int64_t images, int64_t channels, IntArrayRef sizes, ScalarType dtype) {
  Dims all{images, channels};
  for (const int64_t s : sizes) all.push_back(s);
  return empty(all, dtype);
}

// With few rows there is nothing to gain from packing patches for them.
constexpr int64_t few_rows = 3;

template <class T>
void run(conv::Job<T> job) {
  const bool few = job.rows <= few_rows;
  if constexpr (sizeof(T) == sizeof(float))
    if (conv::by_winograd(job) || (!few && conv::by_runs(job))) return;
  if (few)
    conv::by_rows(job);
  else
    conv::by_patches(job);
}

// With a single position, all of the input by all of the weights, the three are products of
// matrices.
bool is_product(const Conv& conv, IntArrayRef x, IntArrayRef kernel, IntArrayRef y) {
  const auto all = [](IntArrayRef a, int64_t n) {
    return std::all_of(a.begin(), a.end(), [n](int64_t i) { return i == n; });
  };
  return conv.groups == 1 && x == kernel && all(y, 1) && all(conv.padding, 0);
}
Tensor matrix(const Tensor& t, int64_t rows) {
  const int64_t columns = t.numel() / rows;
  return window(t, {rows, columns}, {columns, 1}, t.storage_offset());
}

template <class T>
const T* data(const Tensor& t) {
  return t.defined() ? t.data_ptr<T>() : nullptr;
}

}  // namespace

Tensor convolution(const Tensor& x_, const Tensor& w_, const Tensor& bias_, const Conv& conv,
                   IntArrayRef y_sizes) {
  const Tensor x = contiguous(x_), w = contiguous(w_);
  const Tensor bias = bias_.defined() ? contiguous(bias_) : bias_;
  const int64_t images = x.size(0), out = w.size(0), channels = w.size(1);
  const Tensor y = result(images, out, y_sizes, x.dtype());
  if (y.numel() == 0) return y;
  if (images > 0 && w.numel() > 0 && is_product(conv, spatial(x), spatial(w), y_sizes)) {
    matmul_into("convolution", matrix(y, images), matrix(x, images), transposed(matrix(w, out)), 1,
                0, bias);
    return y;
  }
  const int64_t rows = out / conv.groups;
  const bool whole = conv::positions_pay(conv, rows, y_sizes);
  const conv::Plan plan = conv::forward_plan(conv, spatial(x), spatial(w), y_sizes, whole);
  visit_floating(x.dtype(), "convolution", [&](auto zero) {
    using T = decltype(zero);
    const conv::Job<T> job{plan,
                           images,
                           conv.groups,
                           channels,
                           rows,
                           data<T>(x),
                           data<T>(w),
                           rows * channels * plan.taps,
                           channels * plan.taps,
                           plan.taps,
                           data<T>(bias),
                           y.data_ptr<T>()};
    if (whole)
      conv::by_positions(job);
    else
      run(job);
  });
  return y;
}

Tensor convolution_input(const Tensor& y_, const Tensor& w_, const Tensor& bias_, const Conv& conv,
                         IntArrayRef x_sizes) {
  const Tensor y = contiguous(y_), w = contiguous(w_);
  const Tensor bias = bias_.defined() ? contiguous(bias_) : bias_;
  const int64_t images = y.size(0), in = w.size(0), rows = w.size(1);
  const Tensor x = result(images, rows * conv.groups, x_sizes, y.dtype());
  if (x.numel() == 0) return x;
  if (w.numel() > 0 && is_product(conv, x_sizes, spatial(w), spatial(y))) {
    const Tensor out = matrix(x, images);
    Tensor each;  // the bias of each element
    if (bias.defined()) {
      const int64_t taps = out.size(1) / rows;
      each = contiguous(window(bias, {rows, taps}, {1, 0}, bias.storage_offset()));
      each = window(each, {rows * taps}, {1}, 0);
    }
    matmul_into("convolution", out, matrix(y, images), matrix(w, in), 1, 0, each);
    return x;
  }
  const conv::Plan plan = conv::backward_plan(conv, spatial(y), spatial(w), x_sizes);
  visit_floating(y.dtype(), "convolution", [&](auto zero) {
    using T = decltype(zero);
    const int64_t channels = in / conv.groups;
    run(conv::Job<T>{plan, images, conv.groups, channels, rows, data<T>(y), data<T>(w),
                     channels * rows * plan.taps, plan.taps, rows * plan.taps, data<T>(bias),
                     x.data_ptr<T>()});
  });
  return x;
}

Tensor convolution_weight(const Tensor& y_, const Tensor& x_, const Conv& conv,
                          IntArrayRef w_sizes) {
  const Tensor y = contiguous(y_), x = contiguous(x_);
  const Tensor w = empty(w_sizes, x.dtype());
  if (w.numel() == 0) return w;
  if (y.numel() == 0 || x.numel() == 0) {
    fill(w, 0);
    return w;
  }
  if (is_product(conv, spatial(x), w_sizes.slice(2), spatial(y))) {
    matmul_into("convolution", matrix(w, w_sizes[0]), transposed(matrix(y, y.size(0))),
                matrix(x, x.size(0)));
    return w;
  }
  const conv::Plan plan = conv::forward_plan(conv, spatial(x), w_sizes.slice(2), spatial(y));
  visit_floating(x.dtype(), "convolution", [&](auto zero) {
    using T = decltype(zero);
    const conv::WeightJob<T> job{plan,
                                 x.size(0),
                                 conv.groups,
                                 w_sizes[1],
                                 w_sizes[0] / conv.groups,
                                 y.data_ptr<T>(),
                                 x.data_ptr<T>(),
                                 w.data_ptr<T>()};
    if constexpr (sizeof(T) == sizeof(float))
      if (conv::weight_by_winograd(job)) return;
    if (job.rows <= few_rows && job.groups > 1)
      conv::weight_by_dots(job);
    else
      conv::weight_by_tiles(job);
  });
  return w;
}

}  // namespace gradus::raw
