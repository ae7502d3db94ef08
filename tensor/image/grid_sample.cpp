#include "tensor/image/grid_sample.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "tensor/base/dtype.h"
#include "tensor/base/parallel.h"

namespace gradus::raw {

namespace {

// Places are taken in groups that fill a vector of 16 bytes. Where each lies is worked out once for
// all channels. What lies outside the picture is masked, not weighted by zero, so that an infinity
// at the edge spoils nothing.

template <class T>
constexpr int lanes = 16 / sizeof(T);
template <class T>
using Vec [[gnu::vector_size(16)]] = T;
// Of comparisons. As 32-bit numbers: GCC takes vectors of 64-bit ones apart.
using Mask [[gnu::vector_size(16)]] = int32_t;
template <class M>
Mask mask(M comparison) {
  return reinterpret_cast<Mask>(comparison);
}
template <class T>
Vec<T> load(const T* p) {
  Vec<T> v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class T>
void store(T* p, Vec<T> v) {
  std::memcpy(p, &v, sizeof v);
}
template <class V>
V masked(V v, Mask in) {
  return reinterpret_cast<V>(reinterpret_cast<Mask>(v) & in);
}
// b where `in`, else a.
template <class V>
V chosen(Mask in, V b, V a) {
  return reinterpret_cast<V>((reinterpret_cast<Mask>(b) & in) | (reinterpret_cast<Mask>(a) & ~in));
}
inline bool all(Mask in) {
  uint64_t half[2];
  std::memcpy(half, &in, sizeof in);
  return (half[0] & half[1]) == ~uint64_t(0);
}

// The whole number next to x, of halves the even one, for x up to 2^22 or 2^51; and that before x.
template <class V>
V rounded(V x) {
  using T = std::remove_reference_t<decltype(x[0])>;
  static constexpr auto magic = V{} + T(1.5) / std::numeric_limits<T>::epsilon();
  return (x + magic) - magic;
}
template <class V>
V floored(V x) {
  const V near = rounded(x);
  return near - masked(V{} + 1, mask(near > x));
}

// a[0], b[0], a[1], ... and back
inline void split(Vec<float> a, Vec<float> b, Vec<float>& even, Vec<float>& odd) {
  even = __builtin_shufflevector(a, b, 0, 2, 4, 6);
  odd = __builtin_shufflevector(a, b, 1, 3, 5, 7);
}
inline void split(Vec<double> a, Vec<double> b, Vec<double>& even, Vec<double>& odd) {
  even = __builtin_shufflevector(a, b, 0, 2);
  odd = __builtin_shufflevector(a, b, 1, 3);
}
// p[at[k]]
inline Vec<float> gather(const float* p, const int32_t* at) {
  return Vec<float>{p[at[0]], p[at[1]], p[at[2]], p[at[3]]};
}
inline Vec<double> gather(const double* p, const int32_t* at) {
  return Vec<double>{p[at[0]], p[at[1]]};
}
// p[at[k]] and p[at[k] + 1]
inline void gather_pairs(const float* p, const int32_t* at, Vec<float>& first, Vec<float>& second) {
  double d[4];
  for (int k = 0; k < 4; ++k) std::memcpy(d + k, p + at[k], sizeof(double));
  split(reinterpret_cast<Vec<float>>(Vec<double>{d[0], d[1]}),
        reinterpret_cast<Vec<float>>(Vec<double>{d[2], d[3]}), first, second);
}
inline void gather_pairs(const double* p, const int32_t* at, Vec<double>& first,
                         Vec<double>& second) {
  split(load(p + at[0]), load(p + at[1]), first, second);
}

// Rows or columns.
template <class T>
struct SampledDim {
  using V = Vec<T>;
  V size, last, near_last, scale, shift, period;
  int64_t padding;

  [[gnu::noinline]] SampledDim(int64_t n, const GridSampling& how) : padding(how.padding) {
    const V zero{};
    size = zero + static_cast<T>(n);
    last = size - 1;
    near_last = zero + static_cast<T>(std::max<int64_t>(n - 2, 0));
    scale = (how.align_corners ? last : size) / 2;
    shift = zero + (how.align_corners ? T(0) : T(0.5));
    period = scale * 4;
  }

  // u in elements, moved to where the padding takes its values from; `slope` is its derivative.
  V place(V u, V& slope) const {
    const V x = (u + 1) * scale - shift;
    slope = scale;
    return padding == 0 || all(mask(x > V{}) & mask(x < last)) ? x : padded(x, slope);
  }
  [[gnu::noinline]] V padded(V x, V& slope) const {
    const V zero{};
    Mask behind = mask(x > zero), before = mask(x < last);
    if (padding == 2) {  // a wave
      const V away = x + shift;
      const Mask left = mask(away < zero);
      const V far = chosen(left, -away, away), turns = far / period;
      const V whole = chosen(mask(turns < zero + T(1 << 20)), floored(turns), turns);
      const V up = far - whole * period, down = period - up;
      const Mask falls = mask(down < up);
      slope = chosen(left ^ falls, -slope, slope);
      x = chosen(falls, down, up) - shift;
      behind = mask(x > zero);
      before = mask(x < last);
    }
    // The derivative is 0 on the edges too. A nan goes to 0.
    slope = masked(slope, behind & before);
    return masked(chosen(before, x, last), behind);
  }
};

// What a group of places takes: from each of two rows, weighted by `row`, two neighbours, weighted
// by `column`; of the nearest, in[0][0] alone counts.
template <class T>
struct Taps {
  Vec<T> row[2], column[2];
  Mask in[2][2];
  Vec<T> row_slope, column_slope;  // of the second weight by the grid; minus that of the first
  Vec<T> row_sum, column_sum;
};

// Of a place x along a line: its neighbours, the first of which is returned. Both are inside, if
// the line has two elements.
template <class T>
[[gnu::always_inline]] inline Vec<T> neighbours(const SampledDim<T>& line, Vec<T> x, Vec<T>* weight,
                                                Mask* in, Vec<T>& slope) {
  const Vec<T> zero{}, before = floored(x), t = x - before, s = 1 - t;
  const Mask both = mask(before >= zero) & mask(before < line.last);
  weight[0] = s;
  weight[1] = t;
  in[0] = in[1] = both;
  if (all(both)) return before;
  const Mask in0 = mask(before >= zero) & mask(before < line.size),
             in1 = mask(before >= zero - 1) & mask(before < line.last);
  // At an edge the one inside changes its place with the one outside.
  weight[0] = chosen(both, s, t);
  weight[1] = chosen(both, t, s);
  in[0] = in1;
  in[1] = in0;
  slope = chosen(both, slope, -slope);
  return chosen(both, before, masked(line.near_last, in0));
}

constexpr int64_t tile = 64;  // groups at a time

enum What : unsigned { values = 0, to_x = 1, to_grid = 2 };

struct Job {
  Tensor x, grid, y;  // y is the result, or its gradient
  Tensor dx, dgrid;
  GridSampling how;
  int64_t images, channels, width, plane, below, places, groups;
  // For groups begin to end - 1 of the places of all images, and channels first to last - 1. Adds
  // to dx.
  void (*run)(const Job&, unsigned what, int64_t begin, int64_t end, int64_t first, int64_t last);

  Job(const Tensor& x_, const Tensor& grid_, const GridSampling& how_);
  // On all groups and channels.
  void run_all(unsigned what) const {
    parallel_for(0, images * groups, grain(4 * (channels + 4)),
                 [&](int64_t begin, int64_t end) { run(*this, what, begin, end, 0, channels); });
  }
  static int64_t grain(int64_t elements) {
    return std::max<int64_t>(1, 16384 / std::max<int64_t>(1, elements));
  }
};

template <class T>
struct Sampler {
  using V = Vec<T>;
  static constexpr int64_t n = lanes<T>;

  explicit Sampler(const Job& j)
      : job(j),
        rows(j.x.size(2), j.how),
        columns(j.width, j.how),
        width(V{} + static_cast<T>(j.width)),
        exact(sizeof(T) == 8 || j.plane <= 1 << 24) {}

  // The taps of `count` places.
  [[gnu::noinline]] void find(const T* grid, int64_t count) {
    int32_t* to = at;
    whole = job.how.nearest;
    T rest[2 * n] = {};
    for (Taps<T>* t = taps; count > 0; ++t, count -= n, grid += 2 * n, to += n) {
      if (count < n) {
        std::copy_n(grid, 2 * count, rest);
        grid = rest;
      }
      V u, v;
      split(load(grid), load(grid + n), u, v);
      u = columns.place(u, t->column_slope);
      v = rows.place(v, t->row_slope);
      if (job.how.nearest) {
        u = rounded(u);
        v = rounded(v);
        Mask in = ~Mask{};
        if (job.how.padding == 0) {
          const V zero{};
          in = mask(u >= zero) & mask(u < columns.size) & mask(v >= zero) & mask(v < rows.size);
          whole = whole && all(in);
          u = masked(u, in);
          v = masked(v, in);
        }
        t->in[0][0] = in;
      } else {
        Mask row[2], column[2];
        u = neighbours<T>(columns, u, t->column, column, t->column_slope);
        v = neighbours<T>(rows, v, t->row, row, t->row_slope);
        for (int i = 0; i < 2; ++i)
          for (int k = 0; k < 2; ++k) t->in[i][k] = row[i] & column[k];
        t->row_sum = t->column_sum = V{};
      }
      if (exact) {
        u += v * width;
        for (int k = 0; k < n; ++k) to[k] = int32_t(u[k]);
      } else {
        for (int k = 0; k < n; ++k) to[k] = int32_t(v[k]) * int32_t(job.width) + int32_t(u[k]);
      }
    }
  }
  // The four elements around the places of a group.
  void corners(const T* x, const int32_t* from, const Taps<T>& t, V (&e)[2][2]) const {
    gather_pairs(x, from, e[0][0], e[0][1]);
    gather_pairs(x + job.below, from, e[1][0], e[1][1]);
    for (int i = 0; i < 2; ++i)
      for (int k = 0; k < 2; ++k) e[i][k] = masked(e[i][k], t.in[i][k]);
  }

  void forward(const T* x, T* y, int64_t count) {
    T rest[n];
    const Taps<T>* t = taps;
    if (job.how.nearest) {
      for (int64_t p = 0; p < count; p += n, ++t)
        store<T>(p + n <= count ? y + p : rest, masked(gather(x, at + p), t->in[0][0]));
    } else {
      for (int64_t p = 0; p < count; p += n, ++t) {
        V e[2][2];
        corners(x, at + p, *t, e);
        store<T>(p + n <= count ? y + p : rest,
                 (e[0][0] * t->column[0] + e[0][1] * t->column[1]) * t->row[0] +
                     (e[1][0] * t->column[0] + e[1][1] * t->column[1]) * t->row[1]);
      }
    }
    std::copy_n(rest, count % n, y + count - count % n);
  }

  [[gnu::noinline]] void scatter(const T* from, T* to, int64_t count) const {
    const auto add = [&](int64_t p) { to[at[p]] += from[p]; };
    int64_t p = 0;
    for (; p + 4 <= count; p += 4) add(p), add(p + 1), add(p + 2), add(p + 3);
    for (; p < count; ++p) add(p);
  }
  void backward(const T* dy, const T* x, T* dx, bool wants_grid, int64_t count) {
    if (whole) return scatter(dy, dx, count);
    Taps<T>* t = taps;
    T rest[n] = {};
    std::copy_n(dy + count - count % n, count % n, rest);
    for (int64_t p = 0; p < count; p += n, ++t) {
      const V g = load(p + n <= count ? dy + p : rest);
      if (job.how.nearest) {
        store<T>(part[0] + p, masked(g, t->in[0][0]));
        continue;
      }
      if (dx) {
        const V first = g * t->row[0], second = g * t->row[1];
        store<T>(part[0] + p, masked(first * t->column[0], t->in[0][0]));
        store<T>(part[1] + p, masked(first * t->column[1], t->in[0][1]));
        store<T>(part[2] + p, masked(second * t->column[0], t->in[1][0]));
        store<T>(part[3] + p, masked(second * t->column[1], t->in[1][1]));
      }
      if (wants_grid) {
        V e[2][2];
        corners(x, at + p, *t, e);
        t->column_sum += g * ((e[0][1] - e[0][0]) * t->row[0] + (e[1][1] - e[1][0]) * t->row[1]);
        t->row_sum += g * ((e[1][0] - e[0][0]) * t->column[0] + (e[1][1] - e[0][1]) * t->column[1]);
      }
    }
    for (int i = 0; dx && i < (job.how.nearest ? 1 : 4); ++i)
      scatter(part[i], dx + i / 2 * job.below + i % 2, count);
  }

  static T* elements(const Tensor& x) { return static_cast<T*>(x.data_ptr()); }
  void run(unsigned what, int64_t begin, int64_t end, int64_t first, int64_t last) {
    while (begin < end) {
      const int64_t image = begin / job.groups, from = begin % job.groups,
                    some = std::min({tile, job.groups - from, end - begin}),
                    count = std::min(some * n, job.places - from * n),
                    place = image * job.places + from * n;
      begin += some;
      find(elements(job.grid) + 2 * place, count);
      for (int64_t c = image * job.channels + first; c < image * job.channels + last; ++c) {
        const T* x = elements(job.x) + c * job.plane;
        T* y = elements(job.y) + c * job.places + from * n;
        if (what == values)
          forward(x, y, count);
        else
          backward(y, x, what & to_x ? elements(job.dx) + c * job.plane : nullptr, what & to_grid,
                   count);
      }
      if (!(what & to_grid)) continue;
      T* dgrid = elements(job.dgrid) + 2 * place;
      for (int64_t p = 0; p < count; ++p) {
        const Taps<T>& t = taps[p / n];
        dgrid[2 * p] = t.column_sum[p % n] * t.column_slope[p % n];
        dgrid[2 * p + 1] = t.row_sum[p % n] * t.row_slope[p % n];
      }
    }
  }

  const Job& job;
  SampledDim<T> rows, columns;
  V width;
  bool exact;  // T counts the elements of a plane
  bool whole;  // each place has a nearest element
  Taps<T> taps[tile];
  int32_t at[tile * n];  // the first neighbour in the first row
  T part[4][tile * n];   // gradients of the corners
};

template <class T>
void run(const Job& job, unsigned what, int64_t begin, int64_t end, int64_t first, int64_t last) {
  Sampler<T>(job).run(what, begin, end, first, last);
}

// Cold: for size. The work is in run().
[[gnu::cold]] Job::Job(const Tensor& x_, const Tensor& grid_, const GridSampling& how_)
    : x(contiguous(x_)),
      grid(contiguous(grid_)),
      how(how_),
      images(x.size(0)),
      channels(x.size(1)),
      width(x.size(3)),
      plane(x.size(2) * width),
      below(x.size(2) > 1 ? width : 0),
      places(grid.size(1) * grid.size(2)) {
  const bool wide = x.dtype() == kDouble;
  const int64_t n = wide ? lanes<double> : lanes<float>;
  groups = (places + n - 1) / n;
  run = wide ? raw::run<double> : raw::run<float>;
}

}  // namespace

bool can_sample(const Tensor& x) {
  return x.size(3) >= 2 && x.size(2) < 1 << 20 && x.size(3) < 1 << 20 &&
         x.size(2) * x.size(3) < 1u << 31;
}

[[gnu::cold]] Tensor grid_sample(const Tensor& x, const Tensor& grid, const GridSampling& how) {
  Job job(x, grid, how);
  job.y = empty({x.size(0), x.size(1), grid.size(1), grid.size(2)}, x.dtype());
  if (job.y.numel() > 0) job.run_all(values);
  return job.y;
}

[[gnu::cold]] GridGradients grid_sample_backward(const Tensor& dy, const Tensor& x,
                                                 const Tensor& grid, const GridSampling& how,
                                                 bool wants_x, bool wants_grid) {
  Job job(x, grid, how);
  job.y = contiguous(dy);
  if (wants_x) job.dx = zeros(x.sizes(), x.dtype());
  const bool any = dy.numel() > 0;
  unsigned other = wants_grid && any && !how.nearest ? to_grid : values;
  if (wants_grid) job.dgrid = (other ? empty : zeros)(grid.sizes(), x.dtype());
  if (any && wants_x) {
    // Each element of dx is added to by one thread, in the order of the places. Where there are
    // fewer images than threads, these share the channels, and the gradient of the grid, which is
    // a sum over them, goes by itself.
    const int64_t parts = std::min((get_num_threads() + job.images - 1) / job.images, job.channels);
    const unsigned what = parts == 1 ? to_x | std::exchange(other, values) : to_x;
    parallel_for(0, job.images * parts, Job::grain(job.places * job.channels / parts),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i) {
                     const int64_t group = i / parts * job.groups, part = i % parts;
                     job.run(job, what, group, group + job.groups, part * job.channels / parts,
                             (part + 1) * job.channels / parts);
                   }
                 });
  }
  if (other != values) job.run_all(other);
  return {std::move(job.dx), std::move(job.dgrid)};
}

}  // namespace gradus::raw
