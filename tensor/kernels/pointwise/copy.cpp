#include "tensor/kernels/pointwise/copy.h"

#include <bit>
#include <type_traits>
#include <utility>

#include "tensor/kernels/pointwise/run.h"

namespace gradus::kernels::GRADUS_ISA {
namespace {

template <class To, class From>
To convert(From x) {
  if constexpr (std::is_same_v<To, bool>) {
    return x != From(0);
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    using Wide = std::conditional_t<sizeof(To) == 4, int32_t, int64_t>;
    constexpr Wide least = std::numeric_limits<Wide>::min();
    const bool inside = x >= From(least) && x < -From(least);
    return static_cast<To>(inside ? static_cast<Wide>(x) : least);
  } else {
    return static_cast<To>(x);
  }
}

#if defined(__AVX2__) && !defined(__AVX512DQ__)
// Where no instruction makes vectors of int64_t: beside 1.5 * 2^52 a double holds a whole number in
// its low bits. y = x in blocks, up to the first with a number too large for that; gives its place.
template <class To, class From>
int64_t cast_small(int64_t n, To* __restrict y, const From* __restrict x) {
  constexpr int64_t block = 64;
  constexpr double shift = 6755399441055744.0;
  constexpr From most = From(1LL << 51);
  for (int64_t i = 0; i + block <= n; i += block) {
    int large = 0;
    for (int64_t j = i; j < i + block; ++j) large |= !(x[j] > -most && x[j] < most);
    if (large) return i;
    for (int64_t j = i; j < i + block; ++j)
      y[j] = static_cast<To>(std::bit_cast<int64_t>(__builtin_trunc(double(x[j])) + shift) -
                             std::bit_cast<int64_t>(shift));
  }
  return n / block * block;
}
#else
template <class To, class From>
int64_t cast_small(int64_t, To*, const From*) {
  return 0;
}
#endif

template <class To, class From>
void cast_row(int64_t n, char* to, int64_t to_step, const char* from, int64_t from_step) {
  if (to_step == sizeof(To) && from_step == sizeof(From)) {
    To* y = as<To>(to);
    const From* x = as<From>(from);
    int64_t i = 0;
    if constexpr (std::is_floating_point_v<From> &&
                  (std::is_same_v<To, int64_t> || std::is_same_v<To, uint8_t>))
      i = cast_small(n, y, x);
    for (; i < n; ++i) y[i] = convert<To>(x[i]);
  } else {
    for (int64_t i = 0; i < n; ++i) {
      *as<To>(to + i * to_step) = convert<To>(*as<From>(from + i * from_step));
    }
  }
}

// The longer way is the inner one, unless a row is long enough: by columns, each cache line would
// be visited again and again. Rows that are dense stay rows, unless several of them share a line.
bool by_columns(int64_t n, int64_t rows, const int64_t* step, const int64_t* row_step, int64_t to,
                int64_t from) {
  const bool dense = step[0] == to && (step[1] == from || step[1] == 0);
  return n < rows && (dense ? n < 4 && row_step[0] <= 16 : n < 16);
}

template <class From, class To>
void cast_loop(int64_t n, int64_t rows, char* const* p, const int64_t* step,
               const int64_t* row_step) {
  const bool by_column = by_columns(n, rows, step, row_step, sizeof(To), sizeof(From));
  const int64_t inner = by_column ? rows : n, outer = by_column ? n : rows;
  const int64_t* inner_step = by_column ? row_step : step;
  const int64_t* outer_step = by_column ? step : row_step;
  for (int64_t i = 0; i < outer; ++i)
    cast_row<To, From>(inner, p[0] + i * outer_step[0], inner_step[0], p[1] + i * outer_step[1],
                       inner_step[1]);
}

// y[i] = last[-i], by vectors.
template <class T, size_t... I>
void reverse_row(int64_t n, T* y, const T* last, std::index_sequence<I...>) {
  typedef T V __attribute__((vector_size(vector_bytes)));
  constexpr int64_t lanes = sizeof...(I);
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    V v;
    std::memcpy(&v, last - i - lanes + 1, sizeof v);
    v = __builtin_shufflevector(v, v, (lanes - 1 - static_cast<int>(I))...);
    std::memcpy(y + i, &v, sizeof v);
  }
  for (; i < n; ++i) y[i] = last[-i];
}

// Dense rows of `bytes` bytes, at least a vector: too many of them for a call each.
void copy_rows(int64_t bytes, int64_t rows, char* to, int64_t to_step, const char* from,
               int64_t from_step) {
  typedef char V __attribute__((vector_size(vector_bytes)));
  constexpr int64_t size = vector_bytes;
  V v;
  for (; rows > 0; --rows, to += to_step, from += from_step) {
    for (int64_t i = 0; i < bytes - size; i += size) {
      std::memcpy(&v, from + i, sizeof v);
      std::memcpy(to + i, &v, sizeof v);
    }
    // The last vector may cover some of the one before.
    std::memcpy(&v, from + bytes - size, sizeof v);
    std::memcpy(to + bytes - size, &v, sizeof v);
  }
}

// The same without conversion, by size of element.
template <class T>
void copy_loop(int64_t n, int64_t rows, char* const* p, const int64_t* step,
               const int64_t* row_step) {
  constexpr int64_t item = sizeof(T);
  if (step[0] == item && step[1] == -item) {
    for (int64_t i = 0; i < rows; ++i)
      reverse_row(n, as<T>(p[0] + i * row_step[0]), as<T>(p[1] + i * row_step[1]),
                  std::make_index_sequence<vector_bytes / sizeof(T)>());
    return;
  }
  constexpr int64_t longest = 512;  // bytes of a row, above which the call does not show
  if (step[0] == item && step[1] == item && n * item > 64 && n * item <= longest)
    return copy_rows(n * item, rows, p[0], row_step[0], p[1], row_step[1]);
  const bool by_column = by_columns(n, rows, step, row_step, item, item);
  const int64_t inner = by_column ? rows : n, outer = by_column ? n : rows;
  const int64_t* inner_step = by_column ? row_step : step;
  const int64_t* outer_step = by_column ? step : row_step;
  for (int64_t i = 0; i < outer; ++i)
    move(item, inner, p[0] + i * outer_step[0], inner_step[0], p[1] + i * outer_step[1],
         inner_step[1]);
}

template <class From, class To>
constexpr Loop cast_of() {
  using Read = byte_for_bool<From>;
  if constexpr (!std::is_same_v<From, To> && !std::is_same_v<Read, To>) {
    return cast_loop<Read, To>;
  } else if constexpr (sizeof(To) == 1) {
    return copy_loop<uint8_t>;
  } else if constexpr (sizeof(To) == 4) {
    return copy_loop<uint32_t>;
  } else {
    return copy_loop<uint64_t>;
  }
}

template <class T>
void where_core(int64_t batches, int64_t rows, char* const* p, const int64_t* inc,
                const int64_t* row_inc) {
  for (int64_t row = 0; row < rows; ++row) {
    const auto place = [&](int k, int64_t i) { return p[k] + row * row_inc[k] + i * inc[k]; };
    for (int64_t i = 0; i < batches; ++i) {
      T* y = as<T>(place(0, i));
      const T *a = as<T>(place(2, i)), *b = as<T>(place(3, i));
      if constexpr (std::is_floating_point_v<T>) {
        xsimd::select(simd::load_bools<T>(as<bool>(place(1, i))), batch<T>::load_unaligned(a),
                      batch<T>::load_unaligned(b))
            .store_unaligned(y);
      } else {
        const T* c = as<T>(place(1, i));
#pragma omp simd
        for (int j = 0; j < lanes_of<T>; ++j) {
          const int all = -static_cast<int>(c[j] != 0);
          y[j] = static_cast<T>(b[j] ^ ((a[j] ^ b[j]) & all));
        }
      }
    }
  }
}

// By size of element.
template <class T>
void where_loop(int64_t n, int64_t rows, char* const* p, const int64_t* step,
                const int64_t* row_step) {
  static constexpr CoreShape shape{true, 4, lanes_of<T>, {sizeof(T), 1, sizeof(T), sizeof(T)}};
  drive(where_core<T>, shape, n, rows, p, step, row_step);
}

// A square of one cache line's width, read and written by whole lines: in a matrix whose rows lie a
// power of two apart, lines that are left and come back would have been driven out.
template <class T>
struct Square {
  static constexpr int64_t size = 64 / sizeof(T);
  alignas(64) T line[size][size];
};

#ifdef __SSE2__
// By squares of four.
inline void transpose_square(const Square<uint32_t>& x, Square<uint32_t>& y) {
  for (int i = 0; i < 16; i += 4) {
    for (int j = 0; j < 16; j += 4) {
      __m128 v[4];
      for (int k = 0; k < 4; ++k) std::memcpy(&v[k], &x.line[i + k][j], 16);
      _MM_TRANSPOSE4_PS(v[0], v[1], v[2], v[3]);
      for (int k = 0; k < 4; ++k) std::memcpy(&y.line[j + k][i], &v[k], 16);
    }
  }
}
#endif

template <class T>
void transpose_square(const Square<T>& x, Square<T>& y) {
  for (int64_t j = 0; j < x.size; ++j)
    for (int64_t i = 0; i < x.size; ++i) y.line[j][i] = x.line[i][j];
}

// Less than a square.
template <class T>
void transpose_small(int64_t m, int64_t n, char* q, int64_t to_step, const char* p,
                     int64_t from_step) {
  constexpr int64_t item = sizeof(T);
  int64_t whole_m = 0, whole_n = 0;  // of these, by squares of four
#ifdef __SSE2__
  if constexpr (item == 4) {
    whole_m = m & -4;
    whole_n = n & -4;
    for (int64_t i = 0; i < whole_m; i += 4)
      for (int64_t j = 0; j < whole_n; j += 4) {
        __m128 v[4];
        for (int k = 0; k < 4; ++k) std::memcpy(&v[k], p + (i + k) * from_step + j * item, 16);
        _MM_TRANSPOSE4_PS(v[0], v[1], v[2], v[3]);
        for (int k = 0; k < 4; ++k) std::memcpy(q + (j + k) * to_step + i * item, &v[k], 16);
      }
  }
#endif
  for (int64_t j = 0; j < n; ++j)
    for (int64_t i = j < whole_n ? whole_m : 0; i < m; ++i)
      std::memcpy(q + j * to_step + i * item, p + i * from_step + j * item, sizeof(T));
}

template <class T>
void transpose(int64_t rows, int64_t cols, char* to, int64_t to_step, const char* from,
               int64_t from_step) {
  constexpr int64_t size = Square<T>::size, item = sizeof(T);
  Square<T> x{}, y;
  for (int64_t i0 = 0; i0 < rows; i0 += size) {
    const int64_t m = rows - i0 < size ? rows - i0 : size;
    for (int64_t j0 = 0; j0 < cols; j0 += size) {
      const int64_t n = cols - j0 < size ? cols - j0 : size;
      const char* p = from + i0 * from_step + j0 * item;
      char* q = to + j0 * to_step + i0 * item;
      if (m == size && n == size) {
        for (int64_t i = 0; i < size; ++i) std::memcpy(x.line[i], p + i * from_step, 64);
        transpose_square(x, y);
        for (int64_t j = 0; j < size; ++j) std::memcpy(q + j * to_step, y.line[j], 64);
      } else {
        transpose_small<T>(m, n, q, to_step, p, from_step);
      }
    }
  }
}

}  // namespace

extern constinit const CopyTable copy_table;

#define GRADUS_CAST_TO(name, T) cast_of<From, T>(),
template <class From>
constexpr void set_casts(Loop (&row)[scalar_type_count]) {
  const Loop all[] = {GRADUS_FOR_EACH_TYPE(GRADUS_CAST_TO)};
  for (int i = 0; i < scalar_type_count; ++i) row[i] = all[i];
}
#undef GRADUS_CAST_TO

constexpr CopyTable make_copy_table() {
  CopyTable t{.cast = {},
              .where = {where_loop<uint8_t>, where_loop<float>, where_loop<double>},
              .transpose = {transpose<uint8_t>, transpose<uint32_t>, transpose<uint64_t>}};
#define GRADUS_CAST_FROM(name, T) set_casts<T>(t.cast[static_cast<int>(ScalarType::name)]);
  GRADUS_FOR_EACH_TYPE(GRADUS_CAST_FROM)
#undef GRADUS_CAST_FROM
  return t;
}

constinit const CopyTable copy_table = make_copy_table();

}  // namespace gradus::kernels::GRADUS_ISA
