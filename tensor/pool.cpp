#include "tensor/pool.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "tensor/fail.h"
#include "tensor/parallel.h"

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

constexpr int64_t grain = 16384;

struct Span {
  int64_t first, last, step;
  int64_t width() const { return last - first; }
};
Span span(const Windows& w, size_t i) { return {w.first[i], w.last[i], w.step}; }

// The place of the largest element of one window; `x` is the plane.
template <class T>
int64_t largest(const T* x, int64_t height, int64_t width, Span z, Span y, Span h) {
  int64_t at = (z.first * height + y.first) * width + h.first;
  for (int64_t iz = z.first; iz < z.last; iz += z.step)
    for (int64_t iy = y.first; iy < y.last; iy += y.step) {
      const int64_t row = (iz * height + iy) * width;
      for (int64_t i = row + h.first; i < row + h.last; i += h.step)
        at = (bool(x[i] > x[at]) | bool(x[i] != x[i])) ? i : at;
    }
  return at;
}
// The same of K by K neighbours that x points at.
template <int K, class T>
[[gnu::always_inline]] inline int64_t largest_of_square(const T* x, int64_t width) {
  int64_t at = 0;
  const auto look = [&](int64_t i) {
    const T v = x[i];
    at = (bool(v > x[at]) | bool(v != v)) ? i : at;
  };
  [&]<int... k>(std::integer_sequence<int, k...>) { (look(k / K * width + k % K), ...); }
  (std::make_integer_sequence<int, K * K>());
  return at;
}

// K: the size of windows that are taken at once, or 0.
template <int K, class T>
void max_plane(const T* x, int64_t height, int64_t width, const Windows& wz, const Windows& wy,
               const Windows& wx, T* y, int64_t* index) {
  const size_t columns = wx.first.size();
  // The columns from `begin` to `end` have windows of K.
  size_t begin = 0, end = K > 0 ? columns : 0;
  while (begin < end && span(wx, begin).width() != K) ++begin;
  while (end > begin && span(wx, end - 1).width() != K) --end;
  for (size_t i = begin; i < end; ++i)
    if (span(wx, i).width() != K) end = i;
  const int64_t* first = wx.first.data();
  for (size_t oz = 0; oz < wz.first.size(); ++oz)
    for (size_t oy = 0; oy < wy.first.size(); ++oy, y += columns, index += columns) {
      const Span z = span(wz, oz), v = span(wy, oy);
      const bool square = K > 0 && z.width() == 1 && v.width() == K;
      const size_t from = square ? begin : columns, to = square ? end : columns;
      const auto one = [&](size_t o) {
        index[o] = largest(x, height, width, z, v, span(wx, o));
        y[o] = x[index[o]];
      };
      for (size_t o = 0; o < from; ++o) one(o);
      if constexpr (K > 0) {
        const int64_t row = (z.first * height + v.first) * width;
        for (size_t o = from; o < to; ++o) {
          const T* window = x + row + first[o];
          const int64_t at = largest_of_square<K>(window, width);
          index[o] = row + first[o] + at;
          y[o] = window[at];
        }
      }
      for (size_t o = to; o < columns; ++o) one(o);
    }
}

template <class T>
void max_plane(const T* x, int64_t height, int64_t width, const Windows& wz, const Windows& wy,
               const Windows& wx, T* y, int64_t* index) {
  // A window in the middle is as wide as any.
  const auto size = [](const Windows& w) {
    return w.first.empty() || w.step != 1 ? 0 : span(w, w.first.size() / 2).width();
  };
  const int64_t k = size(wy) == size(wx) && size(wz) == 1 ? size(wx) : 0;
  const auto f = k == 2 ? max_plane<2, T> : k == 3 ? max_plane<3, T> : max_plane<0, T>;
  f(x, height, width, wz, wy, wx, y, index);
}

}  // namespace

std::tuple<Tensor, Tensor> max_windows(
    const char* op, const Tensor& x_, size_t dims,
    const std::function<const std::vector<Windows>&(int64_t plane)>& windows_of) {
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
    if (!some[d].first.empty()) work *= some[d].last[0] - some[d].first[0];
  }
  const Tensor y = empty(sizes, x.dtype()), index = empty(sizes, kLong);
  const int64_t height = dims > 1 ? spatial(x, 2)[0] : 1, width = x.sizes().back();
  const Windows one{{0}, {1}, 1};
  visit_numbers(x.dtype(), op, [&](auto zero) {
    using T = decltype(zero);
    parallel_for(0, count, std::max<int64_t>(1, grain / std::max<int64_t>(out * work, 1)),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t p = begin; p < end; ++p) {
                     const std::vector<Windows>& w = windows_of(p);
                     max_plane(x.data_ptr<T>() + p * in, height, width, dims > 2 ? w[0] : one,
                               dims > 1 ? w[dims - 2] : one, w[dims - 1], y.data_ptr<T>() + p * out,
                               index.data_ptr<int64_t>() + p * out);
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
    parallel_for(0, count, std::max<int64_t>(1, grain / std::max<int64_t>(out, 1)),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t p = begin; p < end; ++p)
                     for (int64_t i = p * out; i < (p + 1) * out; ++i) {
                       if (at[i] < 0 || at[i] >= in)
                         wrong = i;
                       else
                         to[i] = from[p * in + at[i]];
                     }
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
                     for (int64_t i = p * in; i < (p + 1) * in; ++i) {
                       if (at[i] < 0 || at[i] >= out)
                         wrong = i;
                       else if (overwrite)
                         plane[at[i]] = from[i];
                       else
                         plane[at[i]] = static_cast<T>(plane[at[i]] + from[i]);
                     }
                   }
                 });
  });
  if (wrong >= 0) fail("{}: index {} is out of range for {}", op, at[wrong], sizes);
  return x;
}

}  // namespace gradus::raw
