#include "tensor/image/pool_windows.h"

#include <algorithm>

#include "tensor/base/checked.h"

namespace gradus::raw {

PooledDim::Place PooledDim::place(int64_t i) const {
  const int64_t start = i * stride - padding;
  const int64_t stop = std::min(checked_add(op, start, kernel), in + padding);
  return {std::max<int64_t>(start, 0), std::min(stop, in), stop - start};
}

Windows windows_of(const PooledDim& d) {
  Windows w;
  w.step = d.dilation;
  w.reserve(d.out);
  const int64_t reach = d.dilation * (d.kernel - 1) + 1;
  for (int64_t i = 0; i < d.out; ++i) {
    int64_t first = i * d.stride - d.padding;
    const int64_t last = std::min(checked_add(d.op, first, reach), d.in);
    if (first < 0) first = (d.dilation + first % d.dilation) % d.dilation;
    w.add(first, last);
  }
  return w;
}

Axis averages_of(const PooledDim& d, bool count_padding, std::optional<double> divisor) {
  Axis axis(d.in, d.out, std::min(d.kernel, d.in));
  for (int64_t i = 0; i < d.out; ++i) {
    const PooledDim::Place at = d.place(i);
    const double over = divisor.value_or(double(count_padding ? at.padded : at.last - at.first));
    for (int64_t j = at.first; j < at.last; ++j) axis.add(j, 1 / over);
    axis.next();
  }
  return axis;
}

Tensor counts_of(const PooledDim& d, bool count_padding) {
  const Tensor y = empty({d.out}, kLong);
  int64_t* count = y.data_ptr<int64_t>();
  for (int64_t i = 0; i < d.out; ++i) {
    const PooledDim::Place at = d.place(i);
    count[i] = count_padding ? at.padded : at.last - at.first;
  }
  return y;
}

Windows adaptive_windows(const char* op, int64_t in, int64_t out) {
  Windows w;
  checked_mul(op, in + 1, out);  // which no place below passes
  w.reserve(out);
  for (int64_t i = 0; i < out; ++i) w.add(i * in / out, ((i + 1) * in + out - 1) / out);
  return w;
}

Axis averages_of(const Windows& windows, int64_t in) {
  const auto out = int64_t(windows.first.size());
  Axis axis(in, out, std::min(in, in / out + 2));
  for (size_t i = 0; i < windows.first.size(); ++i) {
    const int64_t first = windows.first[i], last = windows.last[i];
    for (int64_t j = first; j < last; ++j) axis.add(j, 1 / double(last - first));
    axis.next();
  }
  return axis;
}

namespace {

// The windows of one dim. T as in PyTorch: the type of the samples.
template <class T>
Windows fractional(T sample, int64_t in, int64_t out, int64_t kernel) {
  Windows w;
  const T step = out > 1 ? static_cast<T>(in - kernel) / static_cast<T>(out - 1) : T(0);
  w.reserve(out);
  const auto whole = [](T v) { return clamped_int64(v, -(int64_t(1) << 60), int64_t(1) << 60); };
  for (int64_t i = 0; i < out; ++i) {
    const int64_t first = i + 1 == out
                              ? in - kernel
                              : whole((static_cast<T>(i) + sample) * step) - whole(sample * step);
    const int64_t inside = std::clamp<int64_t>(first, 0, in - kernel);
    w.add(inside, inside + kernel);
  }
  return w;
}

}  // namespace

Vector<std::vector<Windows>> fractional_windows(const char* op, const Tensor& samples,
                                                int64_t planes, IntArrayRef in, IntArrayRef out,
                                                IntArrayRef kernel) {
  const Tensor dense = contiguous(samples);
  const size_t dims = in.size();
  Vector<std::vector<Windows>> windows(static_cast<size_t>(planes));
  visit_floating(samples.dtype(), op, [&](auto zero) {
    using T = decltype(zero);
    const T* sample = dense.data_ptr<T>();
    for (auto& plane : windows) {
      for (size_t d = 0; d < dims; ++d) {
        // In two dims the first sample is for the width.
        const T u = sample[dims == 2 ? 1 - d : d];
        plane.push_back(fractional(u, in[d], out[d], kernel[d]));
      }
      sample += dims;
    }
  });
  return windows;
}

}  // namespace gradus::raw
