#include "tensor/image/resample_axes.h"

#include <algorithm>
#include <cmath>

#include "tensor/base/checked.h"

namespace gradus::raw {

namespace {

// One dim. T is the input's type: places are computed in it, as PyTorch does.
template <class T>
struct ScaledDim {
  int64_t in, out;
  bool align_corners;
  T step;

  ScaledDim(int64_t n, int64_t m, bool align, std::optional<double> scale)
      : in(n), out(m), align_corners(align) {
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
void nearest(const ScaledDim<T>& l, Axis& axis, int64_t i) {
  axis.add(clamped_int64(std::floor(float(l.step * static_cast<T>(i))), 0, l.in - 1), 1);
}
template <class T>
void nearest_exact(const ScaledDim<T>& l, Axis& axis, int64_t i) {
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
void linear(const ScaledDim<T>& l, Axis& axis, int64_t i) {
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
void cubic(const ScaledDim<T>& l, Axis& axis, int64_t i) {
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
void filtered(const ScaledDim<T>& l, Axis& axis, int64_t i) {
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
using Rule = void (*)(const ScaledDim<T>&, Axis&, int64_t);
struct Rules {
  Rule<float> f32;
  Rule<double> f64;
  int64_t taps;            // elements that make one of the result's
  bool stretches = false;  // more of them where the result is smaller
};
// In the order of Interpolation.
constexpr Rules all_rules[] = {
    {nearest<float>, nearest<double>, 1},
    {nearest_exact<float>, nearest_exact<double>, 1},
    {linear<float>, linear<double>, 2},
    {cubic<float>, cubic<double>, 4},
    {filtered<float, triangle, 1>, filtered<double, triangle, 1>, 2, true},
    {filtered<float, smooth_cubic, 2>, filtered<double, smooth_cubic, 2>, 4, true},
};

template <class T>
Axis axis_of(const ScaledDim<T>& line, Rule<T> rule, const Rules& rules) {
  const int64_t taps =
      rules.stretches ? clamped_int64(T(rules.taps) * std::max<T>(line.step, 1) + 2, 0, line.in)
                      : rules.taps;
  Axis axis(line.in, line.out, taps);
  for (int64_t i = 0; i < line.out; ++i) {
    rule(line, axis, i);
    axis.next();
  }
  return axis;
}

}  // namespace

Axis interpolated(Interpolation how, int64_t in, int64_t out, bool align_corners,
                  std::optional<double> scale, bool single) {
  const Rules& rules = all_rules[static_cast<int>(how)];
  return single ? axis_of(ScaledDim<float>(in, out, align_corners, scale), rules.f32, rules)
                : axis_of(ScaledDim<double>(in, out, align_corners, scale), rules.f64, rules);
}

double round_weights(Axis& axis) {
  Axis merged(axis.in);  // what is clamped to the edge counts there once
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

namespace {

// Where element i of the result, counted from the first of the n of the input, is taken from, when
// those from lo to hi - 1 are kept.
using Source = int64_t (*)(int64_t i, int64_t n, int64_t lo, int64_t hi);
int64_t reflected(int64_t i, int64_t n, int64_t, int64_t) {
  if (i < 0) return -i;
  return i >= n ? 2 * (n - 1) - i : i;
}
int64_t replicated(int64_t i, int64_t n, int64_t, int64_t) {
  return std::clamp<int64_t>(i, 0, n - 1);
}
int64_t wrapped(int64_t i, int64_t, int64_t lo, int64_t hi) {
  return i < lo ? i + (hi - lo) : i >= hi ? i - (hi - lo) : i;
}

// In the order of Padding.
constexpr Source sources[] = {reflected, replicated, wrapped};

}  // namespace

Axis padded(Padding how, int64_t in, int64_t out, int64_t front, int64_t behind) {
  const Source source = sources[static_cast<int>(how)];
  const int64_t lo = std::max<int64_t>(-front, 0), hi = in + std::min<int64_t>(behind, 0);
  Axis axis(in, out, 1);
  for (int64_t i = 0; i < out; ++i) {
    axis.add(source(i - front, in, lo, hi), 1);
    axis.next();
  }
  return axis;
}

Axis unfolded(int64_t in, int64_t out, int64_t windows, int64_t kernel, int64_t stride,
              int64_t padding, int64_t dilation) {
  Axis axis(in, out, 1);
  for (int64_t k = 0; k < kernel; ++k)
    for (int64_t i = 0; i < windows; ++i) {
      const int64_t at = i * stride - padding + k * dilation;
      if (at >= 0 && at < in) axis.add(at, 1);
      axis.next();
    }
  return axis;
}

}  // namespace gradus::raw
