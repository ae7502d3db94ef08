#include "tensor/kernels/nn/normalisation.h"

#include "tensor/kernels/nn/normalisation_range.h"
#include "tensor/kernels/simd/line.h"

namespace gradus::kernels::GRADUS_ISA {

namespace {

// What shares a mean is given as pieces: each(f) calls f(line, offset) for lines of V's lanes, and
// across(v) and largest(v) merge the lanes where they belong together.

template <class T>
struct OneRow {
  using V = batch<T>;
  RowLine<T> line;
  template <class F>
  void each(F f) const {
    f(line, 0);
  }
  V across(V v) const { return line.across(Plus{}, v); }
  V largest(V v) const { return line.across(Greater{}, v); }
  V get(const T* p) const { return V(*p); }
  void put(T* p, V v) const { *p = v.get(0); }
};

// A channel of several rows, `pitch` apart.
template <class T>
struct Rows : OneRow<T> {
  int64_t outer, pitch;
  template <class F>
  void each(F f) const {
    for (int64_t o = 0; o < outer; ++o) f(this->line, o * pitch);
  }
};

// The sums of f(place, offset), which gives two.
template <class Pieces, class F, class V = typename Pieces::V>
Two<V> sums(const Pieces& pieces, F f) {
  Two<V> total{V(0), V(0)};
  pieces.each([&](const auto& line, int64_t at) {
    total = total +
            fold_places(Plus{}, line, Two<V>{V(0), V(0)}, [&](auto place) { return f(place, at); });
  });
  return {pieces.across(total.a), pieces.across(total.b)};
}

template <class Pieces, class F>
void map(const Pieces& pieces, F f) {
  pieces.each(
      [&](const auto& line, int64_t at) { map_line(line, [&](auto place) { f(place, at); }); });
}

// Mean and variance of the values that get(place, offset, pad) loads. What rounding made the mean
// miss is found and added in the second pass, so that the deviations of equal numbers are 0.
template <class T, class Pieces, class Get, class V = batch<T>>
Two<V> central_moments(const Pieces& pieces, V count, Get get) {
  V sum(T(0));
  pieces.each([&](const auto& line, int64_t at) {
    sum += fold_places(Plus{}, line, V(T(0)), [&](auto place) { return get(place, at, V(T(0))); });
  });
  const V near = pieces.across(sum) / count;
  const Two<V> s = sums(pieces, [&](auto place, int64_t at) {
    const V d = get(place, at, near) - near;
    return Two<V>{d, d * d};
  });
  const V missed = s.a / count;
  return {near + missed, xsimd::max(V(T(0)), s.b / count - missed * missed)};
}
// The same with a mean of 0.
template <class T, class Pieces, class Get, class V = batch<T>>
Two<V> moments_about_0(const Pieces& pieces, V count, Get get) {
  V sum(T(0));
  pieces.each([&](const auto& line, int64_t at) {
    sum += fold_places(Plus{}, line, V(T(0)), [&](auto place) {
      const V v = get(place, at, V(T(0)));
      return v * v;
    });
  });
  return {V(T(0)), pieces.across(sum) / count};
}

// rstd = 1 / sqrt(variance + eps)
template <class V>
struct Statistics {
  V mean, variance, rstd;
};

// Lost ones are taken of x times a power of 2 for which the largest is between 1 and 2.
template <class T, class Pieces, class Moments, class V = batch<T>>
[[gnu::noinline, gnu::cold]] void rescale(const Pieces& pieces, const T* x, double eps,
                                          const Moments& moments, Statistics<V>& s) {
  const V zero(T(0)), inf(std::numeric_limits<T>::infinity());
  V most = zero;
  pieces.each([&](const auto& line, int64_t at) {
    most = xsimd::max(most, fold_places(Greater{}, line, zero, [&](auto place) {
                        return xsimd::abs(place.load(x + at));
                      }));
  });
  most = pieces.largest(most);
  const auto known = most > zero && most < inf;
  const V power = most & inf, greatest(sizeof(T) == 4 ? T(0x1p126) : T(0x1p1022));
  const V unit = xsimd::select(known, xsimd::min(V(T(1)) / power, greatest), V(T(1)));
  const Two<V> m = moments(
      [&](auto place, int64_t at, const V& pad) { return place.load(x + at, pad / unit) * unit; });
  const auto lost = known && is_lost(s.variance, eps);
  const V rstd = unit / xsimd::sqrt(m.b + V(static_cast<T>(eps)) * unit * unit);
  s.mean = xsimd::select(lost, m.a / unit, s.mean);
  s.variance = xsimd::select(lost, m.b / unit / unit, s.variance);
  s.rstd = xsimd::select(lost, rstd, s.rstd);
}

template <class T, class Pieces, class V = batch<T>>
Statistics<V> statistics(const Pieces& pieces, const T* x, V count, double eps,
                         bool centred = true) {
  const auto moments = [&](auto get) {
    return centred ? central_moments<T>(pieces, count, get)
                   : moments_about_0<T>(pieces, count, get);
  };
  const Two<V> m =
      moments([&](auto place, int64_t at, const V& pad) { return place.load(x + at, pad); });
  const V rstd = V(T(1)) / xsimd::sqrt(m.b + V(static_cast<T>(eps)));
  Statistics<V> s{m.a, m.b, rstd};
  if (xsimd::any(is_lost(s.variance, eps))) rescale(pieces, x, eps, moments, s);
  return s;
}

template <class T>
void rows(const T* x, const T* weight, const T* bias, T* y, T* mean, T* rstd, int64_t count,
          int64_t n, double eps) {
  using V = batch<T>;
  const OneRow<T> row{{n}};
  for (int64_t r = 0; r < count; ++r, x += n, y += n) {
    const Statistics<V> s = statistics(row, x, V(static_cast<T>(n)), eps, mean != nullptr);
    const V scale = s.rstd, centre = s.mean;
    if (mean) row.put(mean + r, centre);
    row.put(rstd + r, scale);
    map_line(row.line, [&](auto at) {
      V v = (at.load(x) - centre) * scale;
      if (weight) v *= at.load(weight);
      if (bias) v += at.load(bias);
      at.store(y, v);
    });
  }
}

// With h = (x - mean) rstd and g = dy weight: dx = rstd (g - mean g - h mean(g h)).
template <class T>
void rows_backward(const T* dy, const T* x, const T* weight, const T* mean, const T* rstd, T* dx,
                   T* dweight, T* dbias, int64_t count, int64_t n) {
  using V = batch<T>;
  const OneRow<T> row{{n}};
  for (T* sum : {dweight, dbias})
    if (sum) map_line(row.line, [&](auto at) { at.store(sum, V(T(0))); });
  for (int64_t r = 0; r < count; ++r, dy += n, x += n) {
    const V m(mean ? mean[r] : T(0)), s(rstd[r]), share(T(1) / static_cast<T>(n));
    const auto gradient = [&](auto at) {
      return weight ? at.load(dy) * at.load(weight) : at.load(dy);
    };
    if (dx) {
      const Two<V> sum = sums(row, [&](auto at, int64_t) {
        const V g = gradient(at);
        return Two<V>{g, g * (at.load(x) - m)};
      });
      const V level = mean ? sum.a * share : V(T(0)), tilt = sum.b * share * s * s;
      map_line(row.line, [&](auto at) {
        at.store(dx, s * (gradient(at) - level - (at.load(x) - m) * tilt));
      });
      dx += n;
    }
    if (dweight)
      map_line(row.line, [&](auto at) {
        at.store(dweight, at.load(dweight) + at.load(dy) * ((at.load(x) - m) * s));
      });
    if (dbias) map_line(row.line, [&](auto at) { at.store(dbias, at.load(dbias) + at.load(dy)); });
  }
}

// f(pieces, channel, offset of the channel) for all channels of a range.
template <class T, class F>
void for_each_channel(const ChannelShape& s, int64_t first, int64_t last, F f) {
  for (int64_t c = first; c < last; ++c)
    f(Rows<T>{{{s.inner}}, s.outer, s.channels * s.inner}, c, c * s.inner);
}

template <class T>
void channels(const T* x, const T* weight, const T* bias, T* y, T* mean, T* variance, T* rstd,
              const ChannelShape& shape, int64_t first, int64_t last, double eps) {
  using V = batch<T>;
  const V count(static_cast<T>(shape.outer * shape.inner));
  for_each_channel<T>(shape, first, last, [&](const auto& pieces, int64_t c, int64_t from) {
    const Statistics<V> s = statistics(pieces, x + from, count, eps);
    const V scale = weight ? s.rstd * pieces.get(weight + c) : s.rstd;
    const V shift = bias ? pieces.get(bias + c) : V(T(0));
    pieces.put(mean + c, s.mean);
    pieces.put(variance + c, s.variance);
    pieces.put(rstd + c, s.rstd);
    map(pieces, [&](auto place, int64_t at) {
      place.store(y + from + at, xsimd::fma(place.load(x + from + at) - s.mean, scale, shift));
    });
  });
}

template <class T>
void channels_backward(const T* dy, const T* x, const T* weight, const T* mean, const T* rstd,
                       T* dx, T* dweight, T* dbias, const ChannelShape& shape, int64_t first,
                       int64_t last, bool fixed) {
  using V = batch<T>;
  const V share(T(1) / static_cast<T>(shape.outer * shape.inner));
  for_each_channel<T>(shape, first, last, [&](const auto& pieces, int64_t c, int64_t from) {
    const V m = pieces.get(mean + c), s = pieces.get(rstd + c);
    const Two<V> sum = sums(pieces, [&](auto place, int64_t at) {
      const V g = place.load(dy + from + at);
      return Two<V>{g, g * (place.load(x + from + at) - m)};
    });
    if (dbias) pieces.put(dbias + c, sum.a);
    if (dweight) pieces.put(dweight + c, sum.b * s);
    if (!dx) return;
    const V level = sum.a * share, tilt = sum.b * share * s * s;
    const V scale = weight ? s * pieces.get(weight + c) : s;
    map(pieces, [&](auto place, int64_t at) {
      if (fixed) return place.store(dx + from + at, scale * place.load(dy + from + at));
      const V d = place.load(x + from + at) - m;
      place.store(dx + from + at, scale * (place.load(dy + from + at) - level - d * tilt));
    });
  });
}

// f(number of the channel, its row) for the channels of a group.
template <class T, class F>
void each_channel(const GroupShape& s, int64_t row, F f) {
  for (int64_t c = 0; c < s.channels; ++c) f(row % s.groups * s.channels + c, row * s.channels + c);
}

template <class T>
void groups(const T* x, const T* weight, const T* bias, T* y, T* mean, T* rstd,
            const GroupShape& shape, int64_t first, int64_t last, double eps) {
  using V = batch<T>;
  const OneRow<T> group{{shape.channels * shape.inner}};
  const RowLine<T> line{shape.inner};
  for (int64_t r = first; r < last; ++r) {
    const Statistics<V> s =
        statistics(group, x + r * group.line.n, V(static_cast<T>(group.line.n)), eps);
    group.put(mean + r, s.mean);
    group.put(rstd + r, s.rstd);
    each_channel<T>(shape, r, [&](int64_t c, int64_t row) {
      const V scale = weight ? s.rstd * V(weight[c]) : s.rstd, shift(bias ? bias[c] : T(0));
      map_line(line, [&](auto at) {
        at.store(y + row * shape.inner,
                 xsimd::fma(at.load(x + row * shape.inner) - s.mean, scale, shift));
      });
    });
  }
}

template <class T>
void groups_backward(const T* dy, const T* x, const T* weight, const T* mean, const T* rstd, T* dx,
                     T* dweight, T* dbias, const GroupShape& shape, int64_t first, int64_t last) {
  using V = batch<T>;
  const RowLine<T> line{shape.inner};
  const T share = T(1) / static_cast<T>(shape.channels * shape.inner);
  for (int64_t r = first; r < last; ++r) {
    const V m(mean[r]), s(rstd[r]);
    T level = 0, tilt = 0;
    each_channel<T>(shape, r, [&](int64_t c, int64_t row) {
      const Two<V> sum = sum_line_twice(line, [&](auto at) {
        const V g = at.load(dy + row * shape.inner);
        return Two<V>{g, g * (at.load(x + row * shape.inner) - m)};
      });
      dbias[row] = sum.a.get(0);
      dweight[row] = sum.b.get(0) * rstd[r];
      const T w = weight ? weight[c] : T(1);
      level += w * dbias[row];
      tilt += w * dweight[row];
    });
    if (!dx) continue;
    const V middle(level * share), slope(tilt * share * rstd[r]);
    each_channel<T>(shape, r, [&](int64_t c, int64_t row) {
      const V w(weight ? weight[c] : T(1));
      map_line(line, [&](auto at) {
        const V d = at.load(x + row * shape.inner) - m;
        at.store(dx + row * shape.inner,
                 s * (w * at.load(dy + row * shape.inner) - middle - d * slope));
      });
    });
  }
}

template <class T>
constexpr NormalisationKernels<T> kernels_of_type() {
  return {rows<T>,
          rows_backward<T>,
          channels<T>,
          channels_backward<T>,
          normalisation_columns<T>,
          normalisation_columns_backward<T>,
          groups<T>,
          groups_backward<T>};
}

}  // namespace

constinit const NormalisationTable normalisation_table = {kernels_of_type<float>(),
                                                          kernels_of_type<double>()};

}  // namespace gradus::kernels::GRADUS_ISA
