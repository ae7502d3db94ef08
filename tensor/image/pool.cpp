#include "tensor/image/pool.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <type_traits>

#include "tensor/base/fail.h"
#include "tensor/base/parallel.h"
#include "tensor/kernels/table.h"

namespace gradus::raw {

namespace {

template <class F>
void visit_numbers(ScalarType t, const char* op, F&& f) {
  if (is_floating(t))
    visit_floating(t, op, f);
  else
    visit_integral(t, op, f);
}

int64_t product(IntArrayRef a) {
  int64_t n = 1;
  for (const int64_t s : a) n *= s;
  return n;
}
int64_t planes(const Tensor& x, size_t dims) {
  return product(x.sizes().slice(0, x.sizes().size() - dims));
}
IntArrayRef spatial(const Tensor& x, size_t dims) {
  return x.sizes().slice(x.sizes().size() - dims);
}

constexpr int64_t grain = 4096;
constexpr int64_t most_place = 1 << 24;  // where kernels keep places as floats
constexpr int64_t long_row = 12;         // worth a vector

struct Span {
  int64_t first, last, step;
  int64_t width() const { return last - first; }
};
Span span(const Windows& w, size_t i) { return {w.first[i], w.last[i], w.step}; }

// The place of the largest element of one window; `x` is the plane.
template <class T>
int64_t largest(const T* x, int64_t height, int64_t width, Span z, Span y, Span h) {
  int64_t at = (z.first * height + y.first) * width + h.first;
  if constexpr (std::is_floating_point_v<T>) {
    if (h.step == 1 && h.width() >= long_row && height * width <= most_place) {
      kernels::MaxBlock<T> block{x, (y.width() + y.step - 1) / y.step, h.width(), y.step * width};
      if (block.n == block.pitch) block.n *= block.rows, block.rows = 1;
      for (int64_t iz = z.first; iz < z.last; iz += z.step) {
        const int64_t first = (iz * height + y.first) * width + h.first;
        block.x = x + first;
        const int64_t k = first + kernels::table().pool->place(block);
        if (x[k] > x[at] || x[k] != x[k]) at = k;
      }
      return at;
    }
  }
  for (int64_t iz = z.first; iz < z.last; iz += z.step)
    for (int64_t iy = y.first; iy < y.last; iy += y.step) {
      const int64_t row = (iz * height + iy) * width;
      for (int64_t i = row + h.first; i < row + h.last; i += h.step)
        at = (bool(x[i] > x[at]) | bool(x[i] != x[i])) ? i : at;
    }
  return at;
}
// Windows of one width at even distances.
struct Run {
  size_t begin, end;
  int64_t stride;
};
// The run around the middle.
Run run_of(const Windows& w) {
  const size_t n = w.first.size(), middle = n / 2;
  if (n == 0) return {0, 0, 1};
  const auto step = [&](size_t i) { return w.first[i + 1] - w.first[i]; };
  const int64_t width = span(w, middle).width(), stride = middle + 1 < n ? step(middle) : 1;
  const auto fits = [&](size_t i) { return span(w, i).width() == width && step(i) == stride; };
  Run run{middle, middle + 1, stride};
  while (run.begin > 0 && fits(run.begin - 1)) --run.begin;
  while (run.end < n && fits(run.end - 1) && span(w, run.end).width() == width) ++run.end;
  return run;
}

// The places in a window, from its first element, and the layers and rows that it spans.
struct Taps {
  Vector<int64_t> at;
  int64_t deep = 0, high = 0;

  void lay(Span z, Span y, Span h, int64_t height, int64_t width) {
    if (z.width() == deep && y.width() == high) return;
    at.clear(), deep = z.width(), high = y.width();
    for (int64_t iz = 0; iz < deep; iz += z.step)
      for (int64_t iy = 0; iy < high; iy += y.step)
        for (int64_t i = 0; i < h.width(); i += h.step)
          at.push_back((iz * height + iy) * width + i);
  }
};

// Windows of unlike widths: the largest element of each column under them is found by vectors, then
// the largest of each window's columns.
template <class T>
struct UnlikeWindows {
  const Windows* along = nullptr;  // null where it does not pay
  int64_t first = 0, last = 0;     // columns
  Taps taps;
  Vector<T> value;
  Vector<int64_t> place;

  explicit UnlikeWindows(const Windows& w) {
    if (!std::is_floating_point_v<T> || w.step != 1 || w.first.size() < 4) return;
    int64_t covered = 0;
    first = w.first[0];
    for (size_t i = 0; i < w.first.size(); ++i) {
      const Span h = span(w, i);
      if (h.width() >= long_row) return;
      first = std::min(first, h.first), last = std::max(last, h.last), covered += h.width();
    }
    if (2 * covered >= last - first) along = &w;
  }

  // One row of the result, from its rows of the plane x; false where those are few or far.
  bool operator()(const T* x, int64_t height, int64_t width, Span z, Span v, T* y, int64_t* index) {
    if (!along || (z.width() + 1) * height * width > most_place) return false;
    taps.lay(z, v, {0, 1, 1}, height, width);
    if (taps.at.size() < 3) return false;
    value.resize(size_t(last - first)), place.resize(size_t(last - first));
    const int64_t start = (z.first * height + v.first) * width + first;
    if constexpr (std::is_floating_point_v<T>)
      kernels::table().pool->max({x + start, 1, taps.at.data(), int64_t(taps.at.size()),
                                  int64_t(value.size()), value.data(), place.data(), start});
    for (size_t o = 0; o < along->first.size(); ++o) {
      const Span h = span(*along, o);
      T best = value[size_t(h.first - first)];
      int64_t at = place[size_t(h.first - first)];
      for (auto i = size_t(h.first - first + 1); i < size_t(h.last - first); ++i) {
        const T other = value[i];
        const bool later = place[i] > at, nan = other != other;
        const bool better =
            (other > best) | ((other == best) & !later) | (nan & ((best == best) | later));
        best = better ? other : best;
        at = better ? place[i] : at;
      }
      y[o] = best;
      if (index) index[o] = at;
    }
    return true;
  }
};

// The run is of columns; index may be null. `taps` are those of the run, if there are any yet.
template <class T>
void max_plane(const T* x, int64_t height, int64_t width, const Windows& wz, const Windows& wy,
               const Windows& wx, Run run, Taps& taps, UnlikeWindows<T>& unlike, T* y,
               int64_t* index) {
  const size_t columns = wx.first.size();
  constexpr bool vectors = std::is_floating_point_v<T>;
  for (size_t oz = 0; oz < wz.first.size(); ++oz)
    for (size_t oy = 0; oy < wy.first.size(); ++oy, y += columns) {
      const Span z = span(wz, oz), v = span(wy, oy);
      const bool rows_pay = run.begin < run.end && run.stride > 2 && wx.step == 1 &&
                            span(wx, run.begin).width() >= long_row;
      if (!vectors || rows_pay || run.end - run.begin < 4 ||
          (z.width() + 1) * height * width > most_place)
        run.end = run.begin = columns;
      if (run.begin == run.end && unlike(x, height, width, z, v, y, index)) {
        if (index) index += columns;
        continue;
      }
      for (size_t o = 0; o < columns; ++o) {
        if (o == run.begin) {
          o = run.end;
          if (o == columns) break;
        }
        const int64_t at = largest(x, height, width, z, v, span(wx, o));
        y[o] = x[at];
        if (index) index[o] = at;
      }
      if constexpr (vectors) {
        if (run.begin < run.end) {
          const Span h = span(wx, run.begin);
          taps.lay(z, v, h, height, width);
          const int64_t first = (z.first * height + v.first) * width + h.first;
          kernels::table().pool->max(kernels::MaxRow<T>{x + first, run.stride, taps.at.data(),
                                                        int64_t(taps.at.size()),
                                                        int64_t(run.end - run.begin), y + run.begin,
                                                        index ? index + run.begin : index, first});
        }
      }
      if (index) index += columns;
    }
}

// f(i, place[i]) for places of a plane of `size`; a wrong one is told instead.
template <class F>
void each_place(const int64_t* place, int64_t begin, int64_t end, int64_t size,
                std::atomic<int64_t>& wrong, F f) {
  for (int64_t i = begin; i < end; ++i) {
    const int64_t k = place[i];
    if (static_cast<uint64_t>(k) < static_cast<uint64_t>(size))
      f(i, k);
    else
      wrong.store(i, std::memory_order_relaxed);
  }
}

}  // namespace

std::tuple<Tensor, Tensor> max_windows(
    const char* op, const Tensor& x_, size_t dims,
    const std::function<const std::vector<Windows>&(int64_t plane)>& windows_of, bool indices) {
  const Tensor x = contiguous(x_);
  const int64_t count = planes(x, dims), in = product(spatial(x, dims));
  Dims sizes = x.sizes();
  int64_t out = 1, work = 1;
  if (count == 0) {
    fail("{}: the input {} has no planes", op, x.sizes());
  }
  const std::vector<Windows>& some = windows_of(0);
  for (size_t d = 0; d < dims; ++d) {
    sizes[sizes.size() - dims + d] = int64_t(some[d].first.size());
    out *= int64_t(some[d].first.size());
    if (const size_t n = some[d].first.size(); n > 0) work *= span(some[d], n / 2).width();
  }
  const Tensor y = empty(sizes, x.dtype()), index = indices ? empty(sizes, kLong) : Tensor();
  int64_t* at = indices ? index.data_ptr<int64_t>() : nullptr;
  const int64_t height = dims > 1 ? spatial(x, 2)[0] : 1, width = x.sizes().back();
  const Windows one{{0}, {1}, 1};
  visit_numbers(x.dtype(), op, [&](auto zero) {
    using T = decltype(zero);
    parallel_for(0, count, std::max<int64_t>(1, grain / std::max<int64_t>(out * work, 1)),
                 [&](int64_t begin, int64_t end) {
                   const std::vector<Windows>* known = nullptr;
                   Run run{};
                   Taps taps;
                   std::optional<UnlikeWindows<T>> unlike;
                   for (int64_t p = begin; p < end; ++p) {
                     const std::vector<Windows>& w = windows_of(p);
                     if (known != &w)
                       run = run_of(w[dims - 1]), taps = {}, unlike.emplace(w[dims - 1]),
                       known = &w;
                     max_plane(x.data_ptr<T>() + p * in, height, width, dims > 2 ? w[0] : one,
                               dims > 1 ? w[dims - 2] : one, w[dims - 1], run, taps, *unlike,
                               y.data_ptr<T>() + p * out, at ? at + p * out : at);
                   }
                 });
  });
  return {y, index};
}

Tensor gather_places(const char* op, const Tensor& x_, const Tensor& index_, size_t dims) {
  const Tensor x = contiguous(x_), index = contiguous(index_);
  const Tensor y = empty(index.sizes(), x.dtype());
  const int64_t count = planes(x, dims), in = product(spatial(x, dims)),
                out = product(spatial(y, dims));
  const int64_t* at = index.data_ptr<int64_t>();
  std::atomic<int64_t> wrong{-1};
  visit_size(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = static_cast<const T*>(x.data_ptr());
    T* to = static_cast<T*>(y.data_ptr());
    parallel_for(
        0, count, std::max<int64_t>(1, grain / std::max<int64_t>(out, 1)),
        [&](int64_t begin, int64_t end) {
          for (int64_t p = begin; p < end; ++p)
            each_place(at, p * out, (p + 1) * out, in, wrong,
                       [y = to, plane = from + p * in](int64_t i, int64_t k) { y[i] = plane[k]; });
        });
  });
  if (wrong >= 0) fail("{}: index {} is out of range for {}", op, at[wrong], spatial(x, dims));
  return y;
}

Tensor scatter_places(const char* op, const Tensor& y_, const Tensor& index_, IntArrayRef sizes,
                      bool overwrite) {
  const Tensor y = contiguous(y_), index = contiguous(index_);
  const size_t dims = sizes.size();
  Dims shape = y.sizes();
  for (size_t d = 0; d < dims; ++d) shape[shape.size() - dims + d] = sizes[d];
  const Tensor x = empty(shape, y.dtype());
  const int64_t count = planes(y, dims), in = product(spatial(y, dims)), out = product(sizes);
  const int64_t* at = index.data_ptr<int64_t>();
  std::atomic<int64_t> wrong{-1};
  visit_numbers(y.dtype(), op, [&](auto zero) {
    using T = decltype(zero);
    const T* from = y.data_ptr<T>();
    T* to = x.data_ptr<T>();
    parallel_for(0, count, std::max<int64_t>(1, grain / std::max<int64_t>(in + out, 1)),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t p = begin; p < end; ++p) {
                     T* plane = to + p * out;
                     std::fill(plane, plane + out, T(0));
                     const auto put = [&](auto f) {
                       each_place(at, p * in, (p + 1) * in, out, wrong, f);
                     };
                     if (overwrite)
                       put([plane, y = from](int64_t i, int64_t k) { plane[k] = y[i]; });
                     else
                       put([plane, y = from](int64_t i, int64_t k) {
                         plane[k] = static_cast<T>(plane[k] + y[i]);
                       });
                   }
                 });
  });
  if (wrong >= 0) fail("{}: index {} is out of range for {}", op, at[wrong], sizes);
  return x;
}

}  // namespace gradus::raw
