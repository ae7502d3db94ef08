#include "tensor/pool.h"

#include <algorithm>
#include <atomic>

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

template <class T>
void max_plane(const T* x, int64_t height, int64_t width, const Windows& wz, const Windows& wy,
               const Windows& wx, T* y, int64_t* index) {
  const size_t columns = wx.first.size();
  for (size_t oz = 0; oz < wz.first.size(); ++oz)
    for (size_t oy = 0; oy < wy.first.size(); ++oy)
      for (size_t ox = 0; ox < columns; ++ox) {
        int64_t at = (wz.first[oz] * height + wy.first[oy]) * width + wx.first[ox];
        T best = x[at];
        for (int64_t iz = wz.first[oz]; iz < wz.last[oz]; iz += wz.step)
          for (int64_t iy = wy.first[oy]; iy < wy.last[oy]; iy += wy.step) {
            const int64_t row = (iz * height + iy) * width;
            for (int64_t i = row + wx.first[ox]; i < row + wx.last[ox]; i += wx.step) {
              const T v = x[i];
              const bool better = v > best || v != v;
              best = better ? v : best;
              at = better ? i : at;
            }
          }
        *y++ = best;
        *index++ = at;
      }
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
