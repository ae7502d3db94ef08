#include "tensor/kernels/reduce/fold.h"
#include "tensor/kernels/reduce/reduce.h"

namespace gradus::kernels::GRADUS_ISA {

namespace reduce {

namespace {

// The first place of the value (or of a nan), which is there.
template <class T>
int64_t find(const T* x, int64_t n, T value) {
  auto scan = [&](auto hit) {
    constexpr int64_t block = 256;
    int64_t i = 0;
    for (; i + block < n; i += block) {
      int found = 0;
      for (int64_t j = i; j < i + block; ++j) found |= hit(x[j]);
      if (found) break;
    }
    while (!hit(x[i])) ++i;
    return i;
  };
  return value == value ? scan([=](T v) { return v == value; }) : scan([](T v) { return v != v; });
}

// Whether v is to be the extremum instead of the best so far: the first nan is.
template <class Op, class T>
bool replaces(Op op, T v, T best) {
  return op.better(v, best) | ((v != v) & (best == best));
}

// Of dense rows of n elements, so few that only the loop over rows pays; N is n, or 0.
template <int N, class Op, class T>
void short_rows(Op op, const T* x, int64_t rows, int64_t n, T* value, int64_t* index) {
  if (N > 0) n = N;
  for (int64_t r = 0; r < rows; ++r, x += n) {
    T best = x[0];
    int64_t place = 0;
    for (int64_t k = 1; k < n; ++k) {
      const bool better = replaces(op, x[k], best);
      best = better ? x[k] : best;
      place = better ? k : place;
    }
    index[r] = place;
    if (value) value[r] = best;
  }
}

template <class T, class Op>
void with_index(Op op, const void* x, void* y, int64_t* index, const ReduceShape& s) {
  auto* value = static_cast<T*>(y);
  constexpr int64_t few = 8, size = sizeof(T);
  if (s.n <= few && s.inner == 1 && s.n_step == size && s.outer_step == s.n * size) {
    const auto* rows = static_cast<const T*>(x);
    if (s.n == 2) return short_rows<2>(op, rows, s.outer, s.n, value, index);
    if (s.n == 3) return short_rows<3>(op, rows, s.outer, s.n, value, index);
    if (s.n == 4) return short_rows<4>(op, rows, s.outer, s.n, value, index);
    return short_rows<0>(op, rows, s.outer, s.n, value, index);
  }
  if (!by_columns(s, sizeof(T), 4)) {
    for_each_row<T>(x, s, [&](const T* row, int64_t at_y) {
      T v = fold_row(op, row, s.n, T(0));
      index[at_y] = find(row, s.n, v);
      if (value) value[at_y] = v;
    });
    return;
  }
  for (int64_t o = 0; o < s.outer; ++o)
    for (int64_t first = 0; first < s.inner; first += panel) {
      T best[panel];
      int64_t* place = index + o * s.inner + first;
      const int64_t width = s.inner - first < panel ? s.inner - first : panel;
      const void* p = at(x, o * s.outer_step + first * int64_t(sizeof(T)));
      for (int64_t j = 0; j < width; ++j) best[j] = static_cast<const T*>(p)[j], place[j] = 0;
      for (int64_t k = 1; k < s.n; ++k) {
        const T* row = reinterpret_cast<const T*>(at(p, k * s.n_step));
        for (int64_t j = 0; j < width; ++j) {
          const bool better = replaces(op, row[j], best[j]);
          best[j] = better ? row[j] : best[j];
          place[j] = better ? k : place[j];
        }
      }
      if (value)
        for (int64_t j = 0; j < width; ++j) value[o * s.inner + first + j] = best[j];
    }
}

struct MaxIndex : Max {
  template <class T>
  bool better(T a, T b) const {
    return a > b;
  }
};
struct MinIndex : Min {
  template <class T>
  bool better(T a, T b) const {
    return a < b;
  }
};

template <class T>
void amax(const void* x, void* y, const ReduceShape& s) {
  fold(Max{}, static_cast<const T*>(x), static_cast<T*>(y), s);
}
template <class T>
void amin(const void* x, void* y, const ReduceShape& s) {
  fold(Min{}, static_cast<const T*>(x), static_cast<T*>(y), s);
}
template <class T>
void max(const void* x, void* y, int64_t* index, const ReduceShape& s) {
  with_index<T>(MaxIndex{}, x, y, index, s);
}
template <class T>
void min(const void* x, void* y, int64_t* index, const ReduceShape& s) {
  with_index<T>(MinIndex{}, x, y, index, s);
}

}  // namespace

}  // namespace reduce

constinit const MinMaxTable minmax_table = {
    .amax = GRADUS_ALL_TYPES(reduce::amax),
    .amin = GRADUS_ALL_TYPES(reduce::amin),
    .max = GRADUS_ALL_TYPES(reduce::max),
    .min = GRADUS_ALL_TYPES(reduce::min),
};

}  // namespace gradus::kernels::GRADUS_ISA
