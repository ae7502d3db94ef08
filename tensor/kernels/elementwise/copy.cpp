#include "tensor/kernels/copy.h"

#include <type_traits>

#include "tensor/kernels/elementwise/run.h"

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

template <class To, class From>
void cast_row(int64_t n, char* to, int64_t to_step, const char* from, int64_t from_step) {
  if (to_step == sizeof(To) && from_step == sizeof(From)) {
    To* y = as<To>(to);
    const From* x = as<From>(from);
    for (int64_t i = 0; i < n; ++i) y[i] = convert<To>(x[i]);
  } else {
    for (int64_t i = 0; i < n; ++i) {
      *as<To>(to + i * to_step) = convert<To>(*as<From>(from + i * from_step));
    }
  }
}

template <class From, class To>
void cast_loop(int64_t n, int64_t rows, char* const* p, const int64_t* step,
               const int64_t* row_step) {
  const bool by_column = n < rows;  // the longer way is the inner one
  const int64_t inner = by_column ? rows : n, outer = by_column ? n : rows;
  const int64_t* inner_step = by_column ? row_step : step;
  const int64_t* outer_step = by_column ? step : row_step;
  for (int64_t i = 0; i < outer; ++i) {
    char* to = p[0] + i * outer_step[0];
    const char* from = p[1] + i * outer_step[1];
    if constexpr (std::is_same_v<From, To>) {
      move(sizeof(To), inner, to, inner_step[0], from, inner_step[1]);
    } else {
      cast_row<To, From>(inner, to, inner_step[0], from, inner_step[1]);
    }
  }
}

template <class T>
void where_core(int64_t batches, char* y, const char* const* x, const int64_t* inc) {
  constexpr int lanes = lanes_of<T>;
  for (int64_t i = 0; i < batches; ++i) {
    uint8_t c[lanes];
    T a[lanes], b[lanes];
    std::memcpy(c, x[0] + i * inc[0], sizeof(c));
    std::memcpy(a, x[1] + i * inc[1], sizeof(a));
    std::memcpy(b, x[2] + i * inc[2], sizeof(b));
    for (int j = 0; j < lanes; ++j) a[j] = c[j] != 0 ? a[j] : b[j];
    std::memcpy(y + i * static_cast<int64_t>(sizeof(a)), a, sizeof(a));
  }
}

template <class T>
void where_loop(int64_t n, int64_t rows, char* const* p, const int64_t* step,
                const int64_t* row_step) {
  static constexpr CoreShape shape{4, lanes_of<T>, {sizeof(T), 1, sizeof(T), sizeof(T)}};
  drive(where_core<T>, shape, n, rows, p, step, row_step);
}

// By tiles whose rows and columns both stay in the first cache.
template <class T>
void transpose(int64_t rows, int64_t cols, char* to, int64_t to_step, const char* from,
               int64_t from_step) {
  constexpr int64_t tile = 64 / sizeof(T) > 16 ? 32 : 16;
  for (int64_t i0 = 0; i0 < rows; i0 += tile) {
    const int64_t m = rows - i0 < tile ? rows - i0 : tile;
    for (int64_t j0 = 0; j0 < cols; j0 += tile) {
      const int64_t n = cols - j0 < tile ? cols - j0 : tile;
      for (int64_t j = j0; j < j0 + n; ++j) {
        T* y = as<T>(to + j * to_step) + i0;
        const char* x = from + i0 * from_step + j * static_cast<int64_t>(sizeof(T));
        for (int64_t i = 0; i < m; ++i) y[i] = *as<T>(x + i * from_step);
      }
    }
  }
}

}  // namespace

extern constinit const CopyTable copy_table;

#define GRADUS_CAST_TO(name, T) cast_loop<From, T>,
template <class From>
constexpr void set_casts(Loop (&row)[scalar_type_count]) {
  const Loop all[] = {GRADUS_FOR_EACH_TYPE(GRADUS_CAST_TO)};
  for (int i = 0; i < scalar_type_count; ++i) row[i] = all[i];
}
#undef GRADUS_CAST_TO

constexpr CopyTable make_copy_table() {
  CopyTable t{.cast = {},
              .where = {where_loop<uint8_t>, where_loop<uint32_t>, where_loop<uint64_t>},
              .transpose = {transpose<uint8_t>, transpose<uint32_t>, transpose<uint64_t>}};
#define GRADUS_CAST_FROM(name, T) set_casts<T>(t.cast[static_cast<int>(ScalarType::name)]);
  GRADUS_FOR_EACH_TYPE(GRADUS_CAST_FROM)
#undef GRADUS_CAST_FROM
  return t;
}

constinit const CopyTable copy_table = make_copy_table();

}  // namespace gradus::kernels::GRADUS_ISA
