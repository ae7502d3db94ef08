#include "tensor/index/scatter.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>

#include "tensor/base/fail.h"
#include "tensor/base/parallel.h"
#include "tensor/base/short_copy.h"
#include "tensor/shape.h"

namespace gradus::raw {

namespace {

constexpr int64_t grain = 16384;

Dims at_least_1d(IntArrayRef sizes) { return sizes.empty() ? Dims{1} : Dims(sizes); }

// n elements of the index, of the other operand and of x: where they start, and their steps.
struct Row {
  int64_t i, o, s, n, step_i, step_o, step_s;
};

// The walk over an index tensor: x and another operand keep step with it, but x not along `dim`.
struct Walk {
  size_t dim;
  Dims sizes, index, other, self;  // strides, in elements
  int64_t along;                   // x's stride along dim

  Walk(const Tensor& x, int64_t d, const Tensor& idx, const Tensor* with)
      : dim(size_t(d)), sizes(at_least_1d(idx.sizes())) {
    const auto strides = [&](const Tensor& t) {
      return t.dim() == 0 ? Dims{1} : Dims(t.strides());
    };
    index = strides(idx);
    self = strides(x);
    along = self[dim];
    self[dim] = 0;
    other = with ? with->numel() == 1 && !(with->sizes() == idx.sizes()) ? Dims(sizes.size())
                                                                         : strides(*with)
                 : contiguous_strides(sizes);
  }

  // Calls row(Row) for all of it. Threads share out the dims other than `dim`, so that no two of
  // them meet in x.
  template <class F>
  void run(F row) const {
    run([](const void* f, const Row& r) { (*static_cast<const F*>(f))(r); }, &row);
  }
  void run(void (*row)(const void* context, const Row&), const void* context) const {
    // A row goes along the last dim, or along the longest where that one is short.
    size_t last = sizes.size() - 1;
    if (sizes[last] < 8)
      for (size_t d = 0; d < sizes.size(); ++d)
        if (sizes[d] > sizes[last]) last = d;
    int64_t outer = 1;
    size_t outermost = sizes.size();
    for (size_t d = sizes.size(); d-- > 0;)
      if (d != dim && d != last) outer *= sizes[outermost = d];
    const int64_t deep = last == dim ? 1 : sizes[dim], n = sizes[last];
    if (outer * deep * n == 0) return;
    const auto lines = [&](int64_t begin, int64_t end, int64_t from, int64_t count) {
      for (int64_t k = begin; k < end; ++k) {
        int64_t rest = k;
        int64_t i = from * index[last], o = from * other[last], s = from * self[last];
        for (size_t d = sizes.size(); d-- > outermost;) {
          if (d == dim || d == last) continue;
          int64_t at = rest;
          if (d != outermost) {  // spares a matrix the division
            at %= sizes[d];
            rest /= sizes[d];
          }
          i += at * index[d];
          o += at * other[d];
          s += at * self[d];
        }
        for (int64_t j = 0; j < deep; ++j) {
          row(context, Row{i, o, s, count, index[last], other[last], self[last]});
          if (last != dim) {
            i += index[dim];
            o += other[dim];
          }
        }
      }
    };
    if (outer > 1 || last == dim)
      parallel_for(0, outer, std::max<int64_t>(1, grain / (deep * n)),
                   [&](int64_t b, int64_t e) { lines(b, e, 0, n); });
    else
      parallel_for(0, n, std::max<int64_t>(16, grain / deep),
                   [&](int64_t b, int64_t e) { lines(0, 1, b, e - b); });
  }
};

void check_index(const char* op, const Tensor& x, size_t dim, const Tensor& index) {
  if (index.numel() == 0) return;
  const int64_t size = at_least_1d(x.sizes())[dim];
  const Tensor dense = contiguous(to_dtype(index, kLong));
  const auto* p = dense.data_ptr<int64_t>();
  const int64_t n = dense.numel();
  std::atomic<bool> outside = false;
  parallel_for(0, n, grain, [&](int64_t begin, int64_t end) {
    if (!all_below(p + begin, end - begin, size)) outside = true;
  });
  if (!outside) return;
  for (int64_t i = 0; i < n; ++i)
    if (p[i] < 0 || p[i] >= size)
      fail("{}: index {} is out of range for dim {} of size {}", op, p[i], dim, size);
}

size_t check_dims(const char* op, const Tensor& x, int64_t dim, const Tensor& index) {
  const size_t at = size_t(wrap_dim(dim, x.dim(), op));
  if (index.dtype() != kLong && index.dtype() != kInt)
    fail("{}: the index must be int64 or int32, got {}", op, index.dtype());
  if (index.numel() == 0) return at;
  const Dims self = at_least_1d(x.sizes()), idx = at_least_1d(index.sizes());
  if (self.size() != idx.size())
    fail("{}: the index and the tensor differ in dims, shapes {} and {}", op, index.sizes(),
         x.sizes());
  for (size_t d = 0; d < idx.size(); ++d)
    if (d != at && idx[d] > self[d])
      fail("{}: the index passes the tensor's size outside of dim {}, shapes {} and {}", op, at,
           index.sizes(), x.sizes());
  return at;
}

}  // namespace

void check_scatter(const char* op, const Tensor& x, int64_t dim, const Tensor& index,
                   IntArrayRef src_sizes) {
  const size_t at = check_dims(op, x, dim, index);
  if (index.numel() == 0) return;
  const Dims src = at_least_1d(src_sizes), idx = at_least_1d(index.sizes());
  bool fits = src.size() == idx.size();
  for (size_t d = 0; d < idx.size() && fits; ++d) fits = idx[d] <= src[d];
  if (!fits)
    fail("{}: the index does not fit into the source, shapes {} and {}", op, index.sizes(),
         src_sizes);
  check_index(op, x, at, index);
  check_writable(x, op);
}

Tensor gather(const char* op, const Tensor& x, int64_t dim, const Tensor& index_in) {
  const size_t at_dim = check_dims(op, x, dim, index_in);
  Tensor y = empty(index_in.sizes(), x.dtype());
  if (y.numel() == 0) return y;
  const Tensor index = to_dtype(index_in, kLong);
  const auto* idx = index.data_ptr<int64_t>();
  const Walk walk(x, int64_t(at_dim), index, nullptr);
  const auto size = uint64_t(at_least_1d(x.sizes())[at_dim]);
  std::atomic<bool> outside = false;
  visit_size(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = reinterpret_cast<const T*>(x.data_ptr());
    T* to = reinterpret_cast<T*>(y.data_ptr());
    walk.run([&](const Row& r) {
      const int64_t* i = idx + r.i;
      const T* at = from + r.s;
      T* out = to + r.o;
      const int64_t n = r.n, step_i = r.step_i, step_o = r.step_o, step_s = r.step_s,
                    along = walk.along;
      const uint64_t end = size;
      int64_t k = 0;
      if (step_i == 1 && step_o == 1 && step_s == 0 && along == 1)
        for (; k + 4 <= n; k += 4) {
          const auto inside = [&](int64_t j) { return uint64_t(i[k + j]) < end; };
          if (!(inside(0) && inside(1) && inside(2) && inside(3))) break;
          take_four(out + k, at, i + k);
        }
      i += k * step_i;
      at += k * step_s;
      out += k * step_o;
      for (; k < n; ++k, i += step_i, out += step_o, at += step_s) {
        if (uint64_t(*i) >= end) {
          outside = true;
          return;
        }
        *out = at[*i * along];
      }
    });
  });
  if (outside) check_index(op, x, at_dim, index);
  return y;
}

namespace {

// `dense` for a loop of its own where all lies so.
template <class T, bool dense = false, class Write>
void scatter_each(const Tensor& x, const Walk& walk, const Tensor& index, const Tensor& src,
                  Write write) {
  T* to = reinterpret_cast<T*>(x.data_ptr());
  const T* from = reinterpret_cast<const T*>(src.data_ptr());
  const auto* idx = index.data_ptr<int64_t>();
  walk.run([&](const Row& r) {
    const int64_t *i = idx + r.i, step_i = r.step_i, step_o = r.step_o, step_s = r.step_s,
                  along = walk.along;
    const T* value = from + r.o;
    T* at = to + r.s;
    if constexpr (dense)
      if (step_i == 1 && step_o == 1 && step_s == 0 && along == 1) {
        for (int64_t k = 0, n = r.n; k < n; ++k) write(at[i[k]], value[k]);
        return;
      }
    for (int64_t k = r.n; k > 0; --k, i += step_i, value += step_o, at += step_s)
      write(at[*i * along], *value);
  });
}

// A nan wins, as in a maximum.
template <class T>
bool is_nan(T v) {
  if constexpr (std::is_floating_point_v<T>) return v != v;
  return false;
}

}  // namespace

void scatter(const Tensor& x, int64_t dim, const Tensor& index_in, const Tensor& src_in,
             Reduce how) {
  if (index_in.numel() == 0) return;
  const auto apart = [&](const Tensor& t) {
    return t.impl()->storage == x.impl()->storage ? clone(t) : t;
  };
  const Tensor index = to_dtype(apart(index_in), kLong), src = apart(src_in);
  const Walk walk(x, dim, index, &src);
  if (how == Reduce::assign) {
    visit_size(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      scatter_each<T, true>(x, walk, index, src, [](T& to, T from) { to = from; });
    });
    return;
  }
  visit_all(x.dtype(), "scatter", [&](auto zero) {
    using T = decltype(zero);
    constexpr bool floating = std::is_floating_point_v<T>;
    const auto each = [&](auto write) { scatter_each<T>(x, walk, index, src, write); };
    switch (how) {
      case Reduce::sum:
        return scatter_each<T, floating>(x, walk, index, src, [](T& to, T from) {
          if constexpr (std::is_same_v<T, bool>)
            to = to || from;
          else
            to = T(to + from);
        });
      case Reduce::prod:
        return each([](T& to, T from) {
          if constexpr (std::is_same_v<T, bool>)
            to = to && from;
          else
            to = T(to * from);
        });
      case Reduce::amax:
        return each([](T& to, T from) { to = is_nan(to) || to > from ? to : from; });
      default:
        return each([](T& to, T from) { to = is_nan(to) || to < from ? to : from; });
    }
  });
}

Scalar identity(Reduce how, ScalarType type) {
  if (how == Reduce::sum) return 0;
  if (how == Reduce::prod) return 1;
  return visit_all(type, "scatter", [&](auto zero) -> Scalar {
    using L = std::numeric_limits<decltype(zero)>;
    if constexpr (L::has_infinity) return how == Reduce::amax ? -L::infinity() : L::infinity();
    return how == Reduce::amax ? L::lowest() : L::max();
  });
}

}  // namespace gradus::raw
