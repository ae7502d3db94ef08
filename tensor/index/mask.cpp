#include "tensor/index/mask.h"

#include <algorithm>
#include <cstring>

#include "tensor/base/parallel.h"
#include "tensor/base/vector.h"
#include "tensor/shape.h"

namespace gradus::raw {

namespace {

const uint8_t* bytes(const Tensor& mask) {
  return reinterpret_cast<const uint8_t*>(mask.data_ptr());
}

// A borrowed mask may hold any bytes: all but 0 are true.
int64_t count_bytes(const uint8_t* m, int64_t n) {
  typedef uint8_t V __attribute__((vector_size(16)));
  int64_t count = 0, i = 0;
  while (i + 16 <= n) {
    V sum = {}, v;
    const int64_t end = std::min(n - 15, i + 255 * 16);  // a byte counts no further
    for (; i < end; i += 16) {
      std::memcpy(&v, m + i, sizeof v);
      sum -= V(v != 0);
    }
    for (int k = 0; k < 16; ++k) count += sum[k];
  }
  for (; i < n; ++i) count += m[i] != 0;
  return count;
}

// A mask cut into parts, each with how many elements the mask names before it: what they stand for
// lies together elsewhere, and threads take it part by part.
struct Parts {
  static constexpr int64_t size = 8192;
  const uint8_t* mask;
  int64_t n;
  Vector<int64_t> before{0};

  explicit Parts(const Tensor& m) : mask(bytes(m)), n(m.numel()) {
    before.resize(size_t((n + size - 1) / size) + 1);
    each([&](int64_t k, int64_t begin,
             int64_t end) { before[size_t(k) + 1] = count_bytes(mask + begin, end - begin); },
         8);
    for (size_t k = 1; k < before.size(); ++k) before[k] += before[k - 1];
  }
  int64_t count() const { return before.back(); }

  // f(part, begin, end), on threads that have `grain` parts or more.
  template <class F>
  void each(F f, int64_t grain) const {
    parallel_for(0, int64_t(before.size()) - 1, grain, [&](int64_t from, int64_t to) {
      for (int64_t k = from; k < to; ++k) f(k, k * size, std::min(n, (k + 1) * size));
    });
  }
  // f(begin, end, first, last): elements of the mask, and of what they stand for.
  template <class F>
  void walk(F f) const {
    each([&](int64_t k, int64_t begin,
             int64_t end) { f(begin, end, before[size_t(k)], before[size_t(k) + 1]); },
         2);
  }
};

// step(i, k) for the elements from begin on, the k-th of those that are named the next, until all
// from first to last - 1 are; no step depends on a single element of the mask.
template <class F>
void walk_named(const uint8_t* m, int64_t begin, int64_t end, int64_t first, int64_t last, F step) {
  int64_t k = first, i = begin;
  while (k < last && i < end) {
    const int64_t some = std::min<int64_t>(8, end - i);
    if (some == 8) {
      uint64_t eight;
      std::memcpy(&eight, m + i, sizeof eight);
      if (eight == 0) {
        i += 8;
        continue;
      }
      if (k + 8 <= last) {
        for (int j = 0; j < 8; ++j, ++i) {
          step(i, k);
          k += m[i] != 0;
        }
        continue;
      }
    }
    for (const int64_t stop = i + some; i < stop && k < last; ++i) {
      step(i, k);
      k += m[i] != 0;
    }
  }
}

// Where the elements from the first to the last - 1 are, counted from begin.
void find(const uint8_t* m, int64_t begin, int64_t end, int64_t first, int64_t last,
          int32_t* found) {
  walk_named(m, begin, end, first, last,
             [&](int64_t i, int64_t k) { found[k - first] = int32_t(i - begin); });
}

}  // namespace

int64_t count_true(const Tensor& mask) { return Parts(mask).count(); }

Tensor masked_select(const Tensor& x, const Tensor& mask) {
  const Tensor from = contiguous(x);
  const Parts parts(mask);
  Tensor y = empty(parts.count(), x.dtype());
  visit_size(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* p = reinterpret_cast<const T*>(from.data_ptr());
    T* out = reinterpret_cast<T*>(y.data_ptr());
    parts.walk([&](int64_t begin, int64_t end, int64_t first, int64_t last) {
      walk_named(parts.mask, begin, end, first, last, [&](int64_t i, int64_t k) { out[k] = p[i]; });
    });
  });
  return y;
}

void masked_scatter(const Tensor& x, const Tensor& mask_in, const Tensor& source_in) {
  const Tensor y = contiguous(x);
  const auto apart = [&](const Tensor& t) {
    return t.impl()->storage == y.impl()->storage ? clone(t) : t;
  };
  const Tensor mask = apart(mask_in), source = contiguous(apart(source_in));
  const Parts parts(mask);
  visit_size(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* p = reinterpret_cast<const T*>(source.data_ptr());
    T* out = reinterpret_cast<T*>(y.data_ptr());
    parts.walk([&](int64_t begin, int64_t end, int64_t first, int64_t last) {
      int32_t found[Parts::size];
      find(parts.mask, begin, end, first, last, found);
      for (int64_t k = 0; k < last - first; ++k) out[begin + found[k]] = p[first + k];
    });
  });
  if (!x.is_contiguous()) copy(x, y);
}

Tensor nonzero(const Tensor& x) {
  const Tensor mask = contiguous(to_dtype(x, kBool));
  const Parts parts(mask);
  const IntArrayRef sizes = x.sizes();
  const size_t dims = sizes.size();
  Tensor y = empty({parts.count(), x.dim()}, kLong);
  if (dims == 0) return y;
  // A column of places for each dim, as PyTorch has them.
  const int64_t n = parts.count();
  y.impl()->strides = Dims{1, n};
  y.impl()->refresh();
  const int64_t width = sizes[dims - 1];
  int64_t* places = y.data_ptr<int64_t>();
  parts.walk([&](int64_t begin, int64_t end, int64_t first, int64_t last) {
    int32_t found[Parts::size];
    find(parts.mask, begin, end, first, last, found);
    Dims at(dims);  // of the row that the place is in
    int64_t row = begin / width;
    int64_t start = row * width - begin;  // where it begins, counted as they are
    for (size_t d = dims - 1; d-- > 0; row /= sizes[d]) at[d] = row % sizes[d];
    int64_t* out = places + first;
    for (int64_t k = 0; k < last - first; ++k, ++out) {
      for (; found[k] - start >= width; start += width)
        for (size_t d = dims - 1; d-- > 0; at[d] = 0)
          if (++at[d] < sizes[d]) break;
      for (size_t d = 0; d + 1 < dims; ++d) out[int64_t(d) * n] = at[d];
      out[int64_t(dims - 1) * n] = found[k] - start;
    }
  });
  return y;
}

}  // namespace gradus::raw
