// Interpolation: for each place of the result, which places of the input it mixes, along each dim.
#include <algorithm>
#include <cmath>

#include "autograd/ops/image/resample.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/image/resample.h"

namespace gradus {

namespace {

using Scale = std::optional<double>;

// One dim. T is the input's type: places are computed in it, as PyTorch does.
template <class T>
struct ScaledDim {
  int64_t in, out;
  bool align_corners;
  T step;

  ScaledDim(int64_t n, int64_t m, bool align, Scale scale) : in(n), out(m), align_corners(align) {
    if (align)
      step = m > 1 ? static_cast<T>(n - 1) / static_cast<T>(m - 1) : T(0);
    else
      step =
          scale && *scale > 0 ? static_cast<T>(1 / *scale) : static_cast<T>(n) / static_cast<T>(m);
  }
  // The place of the input that place i of the result lies over.
  T source(int64_t i) const {
    const T x = static_cast<T>(i);
    return align_corners ? step * x : step * (x + T(0.5)) - T(0.5);
  }
};

template <class T>
void nearest(const ScaledDim<T>& l, raw::Axis& axis, int64_t i) {
  axis.add(clamped_int64(std::floor(float(l.step * static_cast<T>(i))), 0, l.in - 1), 1);
}
template <class T>
void nearest_exact(const ScaledDim<T>& l, raw::Axis& axis, int64_t i) {
  const T at = l.step * (static_cast<T>(i) + T(0.5));
  axis.add(clamped_int64(std::floor(float(at)), 0, l.in - 1), 1);
}

// The place before x and how far x is beyond it.
template <class T>
std::pair<int64_t, T> split(T x, int64_t size) {
  const int64_t at = clamped_int64(std::floor(x), -1, size - 1);
  return {at, std::clamp<T>(x - static_cast<T>(at), 0, 1)};
}

template <class T>
void linear(const ScaledDim<T>& l, raw::Axis& axis, int64_t i) {
  if (l.in == l.out) return axis.add(i, 1);
  const auto [at, t] = split(std::max<T>(l.source(i), 0), l.in);
  const int64_t next = std::min(at + 1, l.in - 1);
  if (next == at) return axis.add(at, 1);
  axis.add(at, double(1 - t));
  axis.add(next, double(t));
}

// Keys' kernel at distance x from its centre.
template <class T>
T near_cubic(T x, T a) {
  return ((a + 2) * x - (a + 3)) * x * x + 1;
}
template <class T>
T far_cubic(T x, T a) {
  return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

template <class T>
void cubic(const ScaledDim<T>& l, raw::Axis& axis, int64_t i) {
  const auto [at, t] = split(l.source(i), l.in);
  const T a = T(-0.75);
  const T weights[] = {far_cubic(t + 1, a), near_cubic(t, a), near_cubic(1 - t, a),
                       far_cubic(2 - t, a)};
  for (int64_t k = 0; k < 4; ++k)
    axis.add(std::clamp<int64_t>(at + k - 1, 0, l.in - 1), double(weights[k]));
}

// The kernels as filters, stretched where the result is smaller; normalised.
template <class T>
T triangle(T x) {
  return x < 1 ? 1 - x : T(0);
}
template <class T>
T smooth_cubic(T x) {
  const T a = T(-0.5);
  return x < 1 ? near_cubic(x, a) : x < 2 ? far_cubic(x, a) : T(0);
}
template <class T, T (*kernel)(T), int radius>
void filtered(const ScaledDim<T>& l, raw::Axis& axis, int64_t i) {
  const T stretch = std::max<T>(l.step, 1), support = T(radius) * stretch;
  const T centre = l.step * (static_cast<T>(i) + T(0.5));
  const int64_t first = clamped_int64(centre - support + T(0.5), 0, l.in),
                last = clamped_int64(centre + support + T(0.5), 0, l.in);
  const auto weight = [&](int64_t j) {
    return kernel(std::abs((static_cast<T>(j) - centre + T(0.5)) / stretch));
  };
  T total = 0;
  for (int64_t j = first; j < last; ++j) total += weight(j);
  for (int64_t j = first; j < last; ++j)
    axis.add(j, double(total == 0 ? weight(j) : weight(j) / total));
}

template <class T>
using Rule = void (*)(const ScaledDim<T>&, raw::Axis&, int64_t);
struct Rules {
  Rule<float> f32;
  Rule<double> f64;
  int64_t taps;            // elements that make one of the result's
  bool stretches = false;  // more of them where the result is smaller
};
constexpr Rules by_nearest{nearest<float>, nearest<double>, 1};
constexpr Rules by_nearest_exact{nearest_exact<float>, nearest_exact<double>, 1};
constexpr Rules by_line{linear<float>, linear<double>, 2};
constexpr Rules by_cubic{cubic<float>, cubic<double>, 4};
constexpr Rules by_triangle{filtered<float, triangle, 1>, filtered<double, triangle, 1>, 2, true};
constexpr Rules by_smooth_cubic{filtered<float, smooth_cubic, 2>, filtered<double, smooth_cubic, 2>,
                                4, true};

template <class T>
raw::Axis axis_of(const ScaledDim<T>& line, Rule<T> rule, const Rules& rules) {
  const int64_t taps =
      rules.stretches ? clamped_int64(T(rules.taps) * std::max<T>(line.step, 1) + 2, 0, line.in)
                      : rules.taps;
  raw::Axis axis(line.in, line.out, taps);
  for (int64_t i = 0; i < line.out; ++i) {
    rule(line, axis, i);
    axis.next();
  }
  return axis;
}

// The axis in whole numbers of the largest power of two that leaves its weights 16 bits, which is
// returned.
double round_weights(raw::Axis& axis) {
  raw::Axis merged(axis.in);  // what is clamped to the edge counts there once
  for (size_t i = 0; i + 1 < axis.begin.size(); ++i, merged.next())
    for (int64_t e = axis.begin[i]; e < axis.begin[i + 1]; ++e) {
      const bool again = e > axis.begin[i] && axis.index[e] == axis.index[e - 1];
      again ? void(merged.weight.back() += axis.weight[e])
            : merged.add(axis.index[e], axis.weight[e]);
    }
  axis = std::move(merged);
  const double most = *std::max_element(axis.weight.begin(), axis.weight.end());
  double unit = 1;
  while (unit < 1 << 22 && std::floor(0.5 + most * unit * 2) < 1 << 15) unit *= 2;
  for (double& w : axis.weight) w = std::round(w * unit);
  return unit;
}

// Pictures of bytes: the columns first, then the rows, rounded to bytes in between, as PyTorch
// does.
Tensor upsample_bytes(const char* op, Tensor x, std::vector<raw::Axis>& axes) {
  for (const int64_t d : {1, 0}) {
    if (axes[d].is_identity()) continue;
    const double unit = round_weights(axes[d]);
    const int64_t dim = d - 2;  // the last is what resample acts on
    const Tensor y = raw::resample(op, x.to(kDouble).transpose(dim, -1), {axes[d]});
    x = (y.transpose(dim, -1) / unit + 0.5).floor_().clamp_(0, 255).to(kByte);
  }
  return x;
}

Tensor upsample(const char* op, const Tensor& x, IntArrayRef sizes, const Rules& rules, bool align,
                std::initializer_list<Scale> scales) {
  const size_t n = scales.size();
  if (x.dim() != int64_t(n) + 2) fail("{}: expected {} dims, got {}", op, n + 2, x.sizes());
  if (sizes.size() != n) fail("{}: expected {} sizes of the output, got {}", op, n, sizes);
  for (size_t d = 0; d < n; ++d)
    if (x.sizes()[d + 2] < 1 || sizes[d] < 1)
      fail("{}: cannot go from {} to {}", op, x.sizes().slice(2), sizes);
  if (!raw::check_resampled(op, x, sizes)) return detail::resampled_none(op, x, sizes);
  std::vector<raw::Axis> axes;
  for (size_t d = 0; d < n; ++d) {
    const int64_t in = x.sizes()[d + 2];
    const Scale scale = scales.begin()[d];
    axes.push_back(x.dtype() == kDouble || x.dtype() == kByte
                       ? axis_of(ScaledDim<double>(in, sizes[d], align, scale), rules.f64, rules)
                       : axis_of(ScaledDim<float>(in, sizes[d], align, scale), rules.f32, rules));
  }
  if (x.dtype() == kByte && n == 2 && !(axes[0].is_selection() && axes[1].is_selection()))
    return upsample_bytes(op, x, axes).contiguous();
  return detail::resample(op, x, std::move(axes));
}

}  // namespace

Tensor upsample_nearest1d(const Tensor& self, IntArrayRef sizes, Scale w) {
  return upsample("upsample_nearest1d", self, sizes, by_nearest, false, {w});
}
Tensor upsample_nearest2d(const Tensor& self, IntArrayRef sizes, Scale h, Scale w) {
  return upsample("upsample_nearest2d", self, sizes, by_nearest, false, {h, w});
}
Tensor upsample_nearest3d(const Tensor& self, IntArrayRef sizes, Scale d, Scale h, Scale w) {
  return upsample("upsample_nearest3d", self, sizes, by_nearest, false, {d, h, w});
}
Tensor _upsample_nearest_exact1d(const Tensor& self, IntArrayRef sizes, Scale w) {
  return upsample("_upsample_nearest_exact1d", self, sizes, by_nearest_exact, false, {w});
}
Tensor _upsample_nearest_exact2d(const Tensor& self, IntArrayRef sizes, Scale h, Scale w) {
  return upsample("_upsample_nearest_exact2d", self, sizes, by_nearest_exact, false, {h, w});
}
Tensor _upsample_nearest_exact3d(const Tensor& self, IntArrayRef sizes, Scale d, Scale h, Scale w) {
  return upsample("_upsample_nearest_exact3d", self, sizes, by_nearest_exact, false, {d, h, w});
}
Tensor upsample_linear1d(const Tensor& self, IntArrayRef sizes, bool align, Scale w) {
  return upsample("upsample_linear1d", self, sizes, by_line, align, {w});
}
Tensor upsample_bilinear2d(const Tensor& self, IntArrayRef sizes, bool align, Scale h, Scale w) {
  return upsample("upsample_bilinear2d", self, sizes, by_line, align, {h, w});
}
Tensor upsample_trilinear3d(const Tensor& self, IntArrayRef sizes, bool align, Scale d, Scale h,
                            Scale w) {
  return upsample("upsample_trilinear3d", self, sizes, by_line, align, {d, h, w});
}
Tensor upsample_bicubic2d(const Tensor& self, IntArrayRef sizes, bool align, Scale h, Scale w) {
  return upsample("upsample_bicubic2d", self, sizes, by_cubic, align, {h, w});
}
Tensor _upsample_bilinear2d_aa(const Tensor& self, IntArrayRef sizes, bool align, Scale h,
                               Scale w) {
  return upsample("_upsample_bilinear2d_aa", self, sizes, by_triangle, align, {h, w});
}
Tensor _upsample_bicubic2d_aa(const Tensor& self, IntArrayRef sizes, bool align, Scale h, Scale w) {
  return upsample("_upsample_bicubic2d_aa", self, sizes, by_smooth_cubic, align, {h, w});
}

}  // namespace gradus
