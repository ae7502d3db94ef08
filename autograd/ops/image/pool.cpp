#include "autograd/ops/image/pool.h"

#include <algorithm>

#include "autograd/ops/image/resample.h"
#include "autograd/record.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/image/pool.h"
#include "tensor/image/resample.h"
#include "tensor/shape.h"

namespace gradus {

using autograd::linked;
using autograd::record;
using autograd::save;
using autograd::wrt;

namespace {

// Moving elements to their places and back are each other's derivatives.
Tensor put(const char* op, const Tensor& y, const Tensor& index, const Dims& sizes, bool overwrite);
Tensor take(const char* op, const Tensor& x, const Tensor& index, size_t dims) {
  return record(op, raw::gather_places(op, x, index, dims),
                wrt(x, [op, i = save(index), sizes = Dims(x.sizes().slice(size_t(x.dim()) - dims))](
                           const Tensor& dy) { return put(op, dy, i, sizes, false); }));
}
Tensor put(const char* op, const Tensor& y, const Tensor& index, const Dims& sizes,
           bool overwrite) {
  return record(op, raw::scatter_places(op, y, index, sizes, overwrite),
                wrt(y, [op, i = save(index), n = sizes.size()](const Tensor& dx) {
                  return take(op, dx, i, n);
                }));
}

void check_dims(const char* op, const Tensor& x, size_t dims) {
  const size_t n = size_t(x.dim());
  bool fits = n == dims + 1 || n == dims + 2;
  for (size_t d = n - dims; fits && d < n; ++d) fits = x.sizes()[d] > 0;
  if (fits && n == dims + 2) fits = x.sizes()[1] > 0;
  if (!fits)
    fail("{}: expected {} or {} dims, none but the batch empty, got {}", op, dims + 1, dims + 2,
         x.sizes());
}

// The numbers of one pooling, checked against the input.
struct Pool {
  const char* op;
  size_t dims;
  Dims in, kernel, stride, padding, dilation, out;

  Pool(const char* name, size_t n, const Tensor& x, IntArrayRef kernel_size, IntArrayRef steps,
       IntArrayRef pads, IntArrayRef dilations, bool ceil_mode)
      : op(name), dims(n) {
    check_dims(op, x, dims);
    in = x.sizes().slice(size_t(x.dim()) - dims);
    kernel = entries(op, "kernel_size", kernel_size, dims, 1);
    stride = steps.empty() ? kernel : entries(op, "stride", steps, dims, 1);
    padding = entries(op, "padding", pads, dims, 0);
    dilation = entries(op, "dilation", dilations, dims, 1);
    for (size_t d = 0; d < dims; ++d) {
      const Checked size(op, in[d]), pad(op, padding[d]), step(op, stride[d]);
      const int64_t reach = Checked(op, dilation[d]) * (kernel[d] - 1) + 1;
      if (padding[d] > kernel[d] / 2)
        fail("{}: padding {} is more than half of kernel_size {}", op, padding.ref(), kernel.ref());
      const int64_t room = size + 2 * pad - reach;
      const bool rest = room % stride[d] != 0;  // rounded down, or with ceil_mode up
      int64_t n_out = room / stride[d] + 1 - (room < 0 && rest) + (ceil_mode && rest);
      // No window starts behind the input and the padding in front.
      if (ceil_mode && n_out > 0 && step * (n_out - 1) >= size + pad) --n_out;
      if (n_out < 1)
        fail("{}: kernel_size {} does not fit into the input {}", op, kernel.ref(), x.sizes());
      out.push_back(n_out);
    }
  }

  // Window i of dim d: what it covers of the input, and how many elements with the padding.
  struct Place {
    int64_t first, last, padded;
  };
  Place place(size_t d, int64_t i) const {
    const int64_t start = i * stride[d] - padding[d];
    const int64_t stop = std::min(checked_add(op, start, kernel[d]), in[d] + padding[d]);
    return {std::max<int64_t>(start, 0), std::min(stop, in[d]), stop - start};
  }
};

std::tuple<Tensor, Tensor> max_of(
    const char* op, const Tensor& x, size_t dims,
    const std::function<const std::vector<raw::Windows>&(int64_t)>& windows, bool indices) {
  indices = indices || (GradMode::is_enabled() && autograd::needs_grad(x));
  auto [y, index] = raw::max_windows(op, x, dims, windows, indices);
  return {linked(1, record(op, y,
                           wrt(x, [op, i = save(index),
                                   sizes = Dims(x.sizes().slice(size_t(x.dim()) - dims))](
                                      const Tensor& dy) { return put(op, dy, i, sizes, false); }))),
          index};
}
// Of an empty batch, or for a result without elements.
std::tuple<Tensor, Tensor> max_of_none(const char* op, const Tensor& x, IntArrayRef out) {
  const Tensor y = detail::resampled_none(op, x, out);
  return {y, raw::empty(y.sizes(), kLong)};
}
std::tuple<Tensor, Tensor> max_of(const char* op, const Tensor& x,
                                  const std::vector<raw::Windows>& windows, bool indices) {
  return max_of(
      op, x, windows.size(), [&](int64_t) -> const std::vector<raw::Windows>& { return windows; },
      indices);
}

std::tuple<Tensor, Tensor> max_pool_with_indices(const char* op, size_t dims, const Tensor& x,
                                                 IntArrayRef kernel, IntArrayRef stride,
                                                 IntArrayRef padding, IntArrayRef dilation,
                                                 bool ceil_mode, bool indices = true) {
  const Pool p(op, dims, x, kernel, stride, padding, dilation, ceil_mode);
  if (!raw::check_resampled(op, x, p.out)) return max_of_none(op, x, p.out);
  std::vector<raw::Windows> windows(dims);
  for (size_t d = 0; d < dims; ++d) {
    windows[d].step = p.dilation[d];
    windows[d].reserve(p.out[d]);
    for (int64_t i = 0; i < p.out[d]; ++i) {
      int64_t first = i * p.stride[d] - p.padding[d];
      const int64_t reach = p.dilation[d] * (p.kernel[d] - 1) + 1;
      const int64_t last = std::min(checked_add(op, first, reach), p.in[d]);
      if (first < 0) first = (p.dilation[d] + first % p.dilation[d]) % p.dilation[d];
      if (first >= last)
        fail("{}: a window of kernel_size {} lies beside the input {}", op, p.kernel.ref(),
             x.sizes());
      windows[d].add(first, last);
    }
  }
  return max_of(op, x, windows, indices);
}
Tensor max_pool(const char* op, size_t dims, const Tensor& x, IntArrayRef kernel,
                IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, bool ceil_mode) {
  return std::get<0>(max_pool_with_indices(op, dims, x, kernel, stride, padding, dilation,
                                           ceil_mode, /*indices=*/false));
}

// Averages of int64, each a sum divided and cut to an integer, as PyTorch has them.
Tensor whole_averages(const Pool& p, const Tensor& x, bool count_include_pad,
                      std::optional<int64_t> divisor) {
  const int64_t lead = x.dim() - int64_t(p.dims);
  std::vector<int64_t> pads, over;
  for (size_t d = p.dims; d-- > 0;) {
    pads.push_back(p.padding[d]);
    const Checked last(p.op, (p.out[d] - 1) * p.stride[d]);
    pads.push_back(last + p.kernel[d] - p.in[d] - p.padding[d]);
    over.push_back(x.dim() + int64_t(d));
  }
  Tensor windows = constant_pad_nd(x, pads), counts = raw::full({}, divisor.value_or(1), kLong);
  for (size_t d = 0; d < p.dims; ++d) {
    windows = windows.unfold(lead + int64_t(d), p.kernel[d], p.stride[d]);
    if (divisor) continue;
    Vector<int64_t> count;
    for (int64_t i = 0; i < p.out[d]; ++i) {
      const Pool::Place at = p.place(d, i);
      count.push_back(count_include_pad ? at.padded : at.last - at.first);
    }
    counts = counts.unsqueeze(-1) * raw::from_list(count);
  }
  return windows.sum(over).div(counts, "trunc");
}

Tensor avg_pool(const char* op, size_t dims, const Tensor& x, IntArrayRef kernel,
                IntArrayRef stride, IntArrayRef padding, bool ceil_mode, bool count_include_pad,
                std::optional<int64_t> divisor) {
  const Pool p(op, dims, x, kernel, stride, padding, 1, ceil_mode);
  if (divisor && *divisor == 0) fail("{}: divisor_override must not be 0", op);
  if (x.dtype() == kLong) return whole_averages(p, x, count_include_pad, divisor);
  if (!raw::check_resampled(op, x, p.out)) return detail::resampled_none(op, x, p.out);
  std::vector<raw::Axis> axes;
  for (size_t d = 0; d < dims; ++d) {
    raw::Axis axis(p.in[d], p.out[d], std::min(p.kernel[d], p.in[d]));
    for (int64_t i = 0; i < p.out[d]; ++i) {
      const Pool::Place at = p.place(d, i);
      double over = double(count_include_pad ? at.padded : at.last - at.first);
      if (divisor) over = d == 0 ? double(*divisor) : 1;
      for (int64_t j = at.first; j < at.last; ++j) axis.add(j, 1 / over);
      axis.next();
    }
    axes.push_back(std::move(axis));
  }
  return linked(1, detail::resample(op, x, std::move(axes)));
}

// The windows of adaptive pooling along one dim.
raw::Windows adaptive(const char* op, int64_t in, int64_t out) {
  raw::Windows w;
  checked_mul(op, in + 1, out);  // which no place below passes
  w.reserve(out);
  for (int64_t i = 0; i < out; ++i) w.add(i * in / out, ((i + 1) * in + out - 1) / out);
  return w;
}
std::vector<raw::Windows> adaptive(const char* op, size_t dims, const Tensor& x,
                                   IntArrayRef output_size) {
  std::vector<raw::Windows> windows;
  for (size_t d = 0; d < dims; ++d)
    windows.push_back(adaptive(op, x.size(int64_t(d) - int64_t(dims)), output_size[d]));
  return windows;
}
Dims adaptive_sizes(const char* op, size_t dims, const Tensor& x, IntArrayRef output_size) {
  check_dims(op, x, dims);
  return entries(op, "output_size", output_size, dims, 0);
}
std::tuple<Tensor, Tensor> adaptive_max(const char* op, size_t dims, const Tensor& x,
                                        IntArrayRef output_size) {
  const Dims out = adaptive_sizes(op, dims, x, output_size);
  if (!raw::check_resampled(op, x, out)) return max_of_none(op, x, out);
  return max_of(op, x, adaptive(op, dims, x, out), true);
}
Tensor adaptive_avg(const char* op, size_t dims, const Tensor& x, IntArrayRef output_size) {
  const Dims out = adaptive_sizes(op, dims, x, output_size);
  if (!raw::check_resampled(op, x, out)) return detail::resampled_none(op, x, out);
  std::vector<raw::Axis> axes;
  const auto windows = adaptive(op, dims, x, out);
  const bool one = std::all_of(windows.begin(), windows.end(),
                               [](const raw::Windows& w) { return w.first.size() == 1; });
  if (one && is_floating(x.dtype())) {
    std::vector<int64_t> last;
    for (size_t d = 0; d < dims; ++d) last.push_back(x.dim() - int64_t(dims - d));
    return x.mean(last, /*keepdim=*/true);
  }
  for (size_t d = 0; d < dims; ++d) {
    const int64_t in = x.size(int64_t(d) - int64_t(dims));
    raw::Axis axis(in, out[d], std::min(in, in / out[d] + 2));
    for (size_t i = 0; i < windows[d].first.size(); ++i) {
      const int64_t first = windows[d].first[i], last = windows[d].last[i];
      for (int64_t j = first; j < last; ++j) axis.add(j, 1 / double(last - first));
      axis.next();
    }
    axes.push_back(std::move(axis));
  }
  return linked(1, detail::resample(op, x, std::move(axes)));
}

Tensor unpool(const char* op, const Tensor& y, const Tensor& index, IntArrayRef sizes,
              size_t dims) {
  check_dims(op, y, dims);
  if (index.dtype() != kLong) fail("{}: expected int64 indices, got {}", op, index.dtype());
  if (index.sizes() != y.sizes())
    fail("{}: indices {} and input {} differ in shape", op, index.sizes(), y.sizes());
  if (sizes.size() != dims) fail("{}: expected {} sizes of the output, got {}", op, dims, sizes);
  return put(op, y, index, sizes, true);
}

// The windows of one dim. T as in PyTorch: the type of the samples.
template <class T>
raw::Windows fractional(T sample, int64_t in, int64_t out, int64_t kernel) {
  raw::Windows w;
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

std::tuple<Tensor, Tensor> fractional_max(const char* op, size_t dims, const Tensor& x,
                                          IntArrayRef kernel_size, IntArrayRef output_size,
                                          const Tensor& samples) {
  check_dims(op, x, dims);
  const Dims kernel = entries(op, "kernel_size", kernel_size, dims, 1),
             out = entries(op, "output_size", output_size, dims, 1);
  const size_t lead = size_t(x.dim()) - dims;
  for (size_t d = 0; d < dims; ++d)
    if (Checked(op, out[d]) + kernel[d] - 1 > x.sizes()[lead + d])
      fail("{}: {} windows of {} do not fit into the input {}", op, out.ref(), kernel.ref(),
           x.sizes());
  const int64_t channels = x.sizes()[lead - 1], images = lead > 1 ? x.sizes()[0] : 1;
  if (samples.dim() != 3 || samples.size(0) < images || samples.size(1) != channels ||
      samples.size(2) != int64_t(dims))
    fail("{}: random_samples {} do not fit the input {}", op, samples.sizes(), x.sizes());
  if (samples.dtype() != x.dtype())
    fail("{}: element types differ, {} and {}", op, x.dtype(), samples.dtype());
  if (!raw::check_resampled(op, x, out)) return max_of_none(op, x, out);
  const Tensor s = raw::contiguous(samples);
  Vector<std::vector<raw::Windows>> windows(size_t(images * channels));
  visit_floating(x.dtype(), op, [&](auto zero) {
    using T = decltype(zero);
    const T* sample = s.data_ptr<T>();
    for (auto& plane : windows) {
      for (size_t d = 0; d < dims; ++d) {
        // In two dims the first sample is for the width.
        const T u = sample[dims == 2 ? 1 - d : d];
        plane.push_back(fractional(u, x.sizes()[lead + d], out[d], kernel[d]));
      }
      sample += dims;
    }
  });
  return max_of(
      op, x, dims,
      [&](int64_t plane) -> const std::vector<raw::Windows>& { return windows[size_t(plane)]; },
      true);
}

}  // namespace

Tensor max_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, IntArrayRef dilation, bool ceil_mode) {
  return max_pool("max_pool1d", 1, self, kernel_size, stride, padding, dilation, ceil_mode);
}
Tensor max_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, IntArrayRef dilation, bool ceil_mode) {
  return max_pool("max_pool2d", 2, self, kernel_size, stride, padding, dilation, ceil_mode);
}
Tensor max_pool3d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, IntArrayRef dilation, bool ceil_mode) {
  return max_pool("max_pool3d", 3, self, kernel_size, stride, padding, dilation, ceil_mode);
}
std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride, IntArrayRef padding,
                                                   IntArrayRef dilation, bool ceil_mode) {
  return max_pool_with_indices("max_pool1d", 1, self, kernel_size, stride, padding, dilation,
                               ceil_mode);
}
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride, IntArrayRef padding,
                                                   IntArrayRef dilation, bool ceil_mode) {
  return max_pool_with_indices("max_pool2d", 2, self, kernel_size, stride, padding, dilation,
                               ceil_mode);
}
std::tuple<Tensor, Tensor> max_pool3d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride, IntArrayRef padding,
                                                   IntArrayRef dilation, bool ceil_mode) {
  return max_pool_with_indices("max_pool3d", 3, self, kernel_size, stride, padding, dilation,
                               ceil_mode);
}
Tensor avg_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, bool ceil_mode, bool count_include_pad,
                  std::optional<int64_t> divisor_override) {
  return avg_pool("avg_pool1d", 1, self, kernel_size, stride, padding, ceil_mode, count_include_pad,
                  divisor_override);
}
Tensor avg_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, bool ceil_mode, bool count_include_pad,
                  std::optional<int64_t> divisor_override) {
  return avg_pool("avg_pool2d", 2, self, kernel_size, stride, padding, ceil_mode, count_include_pad,
                  divisor_override);
}
Tensor avg_pool3d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, bool ceil_mode, bool count_include_pad,
                  std::optional<int64_t> divisor_override) {
  return avg_pool("avg_pool3d", 3, self, kernel_size, stride, padding, ceil_mode, count_include_pad,
                  divisor_override);
}
Tensor adaptive_avg_pool1d(const Tensor& self, IntArrayRef output_size) {
  return adaptive_avg("adaptive_avg_pool1d", 1, self, output_size);
}
Tensor adaptive_avg_pool2d(const Tensor& self, IntArrayRef output_size) {
  return adaptive_avg("adaptive_avg_pool2d", 2, self, output_size);
}
Tensor adaptive_avg_pool3d(const Tensor& self, IntArrayRef output_size) {
  return adaptive_avg("adaptive_avg_pool3d", 3, self, output_size);
}
std::tuple<Tensor, Tensor> adaptive_max_pool1d(const Tensor& self, IntArrayRef output_size) {
  return adaptive_max("adaptive_max_pool1d", 1, self, output_size);
}
std::tuple<Tensor, Tensor> adaptive_max_pool2d(const Tensor& self, IntArrayRef output_size) {
  return adaptive_max("adaptive_max_pool2d", 2, self, output_size);
}
std::tuple<Tensor, Tensor> adaptive_max_pool3d(const Tensor& self, IntArrayRef output_size) {
  return adaptive_max("adaptive_max_pool3d", 3, self, output_size);
}
Tensor max_unpool2d(const Tensor& self, const Tensor& indices, IntArrayRef output_size) {
  return unpool("max_unpool2d", self, indices, output_size, 2);
}
Tensor max_unpool3d(const Tensor& self, const Tensor& indices, IntArrayRef output_size, IntArrayRef,
                    IntArrayRef) {
  return unpool("max_unpool3d", self, indices, output_size, 3);
}
std::tuple<Tensor, Tensor> fractional_max_pool2d(const Tensor& self, IntArrayRef kernel_size,
                                                 IntArrayRef output_size,
                                                 const Tensor& random_samples) {
  return fractional_max("fractional_max_pool2d", 2, self, kernel_size, output_size, random_samples);
}
std::tuple<Tensor, Tensor> fractional_max_pool3d(const Tensor& self, IntArrayRef kernel_size,
                                                 IntArrayRef output_size,
                                                 const Tensor& random_samples) {
  return fractional_max("fractional_max_pool3d", 3, self, kernel_size, output_size, random_samples);
}

}  // namespace gradus
