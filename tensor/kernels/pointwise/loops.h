// Makes the kernels of a formula. Included by one translation unit per family of formulas, which
// instantiates Rows<family>.
#pragma once

#include <type_traits>
#include <utility>

#include "tensor/kernels/formulas/selection.h"
#include "tensor/kernels/pointwise/rows.h"
#include "tensor/kernels/pointwise/run.h"

namespace gradus::kernels::GRADUS_ISA {

// A core takes many rows at a call where a row of broadcast operands may be done in less time than
// the call, and a call for each shows; elsewhere, and in a set for old processors, the code counts.
#if defined(__SSE2__) && !defined(__AVX__)
template <class F, class T>
inline constexpr bool takes_rows = false;
#else
template <class F, class T>
inline constexpr bool takes_rows = F::arity >= 2 && std::is_same_v<T, float>;
#endif

// The compiler is poor at results that are narrower than what they come from.
template <class F, class T>
inline constexpr bool in_batches = std::is_floating_point_v<T> ||
                                   (F::integer_batches && sizeof(T) >= sizeof(int32_t));

// y = f(x...) over blocks of T; f works on batches, or on single integers.
// Everything that a row begins with is in registers: while stores wait, as they do when the output
// is not in the nearest cache, a processor holds back loads from places that look like theirs.
template <bool many_rows, bool in_batches, class T, class Out, int n, class Function, int... i>
void run_core(Function f, int64_t batches, [[maybe_unused]] int64_t rows, char* const* p,
              const int64_t* increments, [[maybe_unused]] const int64_t* row_inc,
              std::integer_sequence<int, i...>) {
  constexpr int lanes = lanes_of<T, in_batches>;
  constexpr int64_t out_inc = lanes * sizeof(Out);
  char* y = p[0];
  const char* x[n] = {p[i + 1]...};
  const int64_t inc[n] = {increments[i + 1]...};
  const auto row = [&]() __attribute__((always_inline)) {
    for (int64_t left = batches; left > 0; --left) {
      if constexpr (in_batches) {
        const auto r = f(batch<T>::load_unaligned(as<T>(x[i]))...);
        if constexpr (std::is_same_v<Out, bool>) {
          simd::store_bools<T>(r, as<bool>(y));
        } else {
          r.store_unaligned(as<T>(y));
        }
      } else {
#pragma omp simd
        for (int j = 0; j < lanes; ++j)
          as<byte_for_bool<Out>>(y)[j] = f(static_cast<T>(as<byte_for_bool<T>>(x[i])[j])...);
      }
      y += out_inc;
      ((x[i] += inc[i]), ...);
    }
  };
  if constexpr (many_rows) {
    const int64_t next_y = row_inc[0] - batches * out_inc;
    const int64_t next[n] = {row_inc[i + 1] - batches * inc[i]...};
    for (; rows > 0; --rows, y += next_y, ((x[i] += next[i]), ...)) row();
  } else {
    row();
  }
}

template <class F, class T>
using output_of = std::conditional_t<F::to_bool, bool, T>;

// clamp between two numbers, which stay in registers, if neither is a nan.
template <class T>
bool clamp_between_numbers(int64_t batches, int64_t rows, char* const* p, const int64_t* inc,
                           const int64_t* row_inc) {
  const bool stay = inc[2] == 0 && inc[3] == 0 && row_inc[2] == 0 && row_inc[3] == 0;
  if (!stay || batches == 0) return false;
  const auto least = batch<T>::load_unaligned(as<T>(p[2]));
  const auto most = batch<T>::load_unaligned(as<T>(p[3]));
  if (xsimd::any(simd::unordered(least, most))) return false;
  run_core<takes_rows<clamp, T>, true, T, T, 1>(
      [=](batch<T> x) { return simd::min(simd::max(x, least), most); }, batches, rows, p, inc,
      row_inc, std::make_integer_sequence<int, 1>());
  return true;
}

template <class F, class T>
void value_core(int64_t batches, int64_t rows, char* const* p, const int64_t* inc,
                const int64_t* row_inc) {
  if constexpr (std::is_same_v<F, clamp> && std::is_floating_point_v<T>)
    if (clamp_between_numbers<T>(batches, rows, p, inc, row_inc)) return;
  run_core<takes_rows<F, T>, in_batches<F, T>, T, output_of<F, T>, F::arity>(
      [](auto... v) { return F::value(v...); }, batches, rows, p, inc, row_inc,
      std::make_integer_sequence<int, F::arity>());
}

constexpr int bits(unsigned set) {
  int n = 0;
  for (; set != 0; set &= set - 1) ++n;
  return n;
}

// The value of bit `slot` of a set among the operands of a slope loop: dy is x[0], then the kept.
template <unsigned keep, unsigned slot, class V>
V kept(const V* x) {
  if constexpr ((keep & slot) != 0) {
    return x[1 + bits(keep & (slot - 1))];
  } else {
    return V(0);
  }
}

template <class F, int i, class V>
V slope_of(const V* x) {
  constexpr unsigned keep = keep_of<F>(i);
  const auto slope = [](auto... v) {
    if constexpr (F::arity == 1) {
      return F::slope(v...);
    } else if constexpr (i == 0) {
      return F::slope_a(v...);
    } else if constexpr (i == 1) {
      return F::slope_b(v...);
    } else {
      return F::slope_c(v...);
    }
  };
  return [&]<unsigned... k>(std::integer_sequence<unsigned, k...>) {
    return slope(kept<keep, 1u << k>(x)..., kept<keep, saves::output>(x));
  }
  (std::make_integer_sequence<unsigned, F::arity>());
}

template <class F, int i>
inline constexpr int slope_operands = 1 + bits(keep_of<F>(i));

template <class F, int i, class T>
void slope_core(int64_t batches, int64_t rows, char* const* p, const int64_t* inc,
                const int64_t* row_inc) {
  constexpr int n = slope_operands<F, i>;
  run_core<takes_rows<F, T>, true, T, T, n>(
      [](auto... v) {
        const batch<T> in[] = {v...};
        return in[0] * slope_of<F, i>(in);
      },
      batches, rows, p, inc, row_inc, std::make_integer_sequence<int, n>());
}

template <bool many_rows, bool in_batches, class T, class Out, int inputs>
constexpr CoreShape shape_of() {
  CoreShape s{many_rows, inputs + 1, lanes_of<T, in_batches>, {sizeof(Out)}};
  for (int k = 1; k <= inputs; ++k) s.size[k] = sizeof(T);
  return s;
}

template <class F, class T>
void value_loop(int64_t n, int64_t rows, char* const* p, const int64_t* step,
                const int64_t* row_step) {
  static constexpr CoreShape shape =
      shape_of<takes_rows<F, T>, in_batches<F, T>, T, output_of<F, T>, F::arity>();
  drive(value_core<F, T>, shape, n, rows, p, step, row_step);
}

template <class F, int i, class T>
void slope_loop(int64_t n, int64_t rows, char* const* p, const int64_t* step,
                const int64_t* row_step) {
  static constexpr CoreShape shape = shape_of<takes_rows<F, T>, true, T, T, slope_operands<F, i>>();
  drive(slope_core<F, i, T>, shape, n, rows, p, step, row_step);
}

template <class F, class T>
constexpr Loop value_entry() {
  if constexpr ((F::on >> static_cast<int>(scalar_type_of<T>) & 1) != 0) {
    using Read = std::conditional_t<F::to_bool, byte_for_bool<T>, T>;
    return value_loop<F, Read>;
  } else {
    return nullptr;
  }
}

template <class F, int i, class T>
constexpr Loop slope_entry() {
  if constexpr ((i == 0 && has_slope_a<F>) || (i == 1 && has_slope_b<F>) ||
                (i == 2 && has_slope_c<F>)) {
    return slope_loop<F, i, T>;
  } else {
    return nullptr;
  }
}

template <class F>
constexpr Row make_row() {
#define GRADUS_ENTRY(name, T) value_entry<F, T>(),
#define GRADUS_SLOPES(i) \
  { slope_entry<F, i, float>(), slope_entry<F, i, double>() }
  return {{GRADUS_FOR_EACH_TYPE(GRADUS_ENTRY)},
          {GRADUS_SLOPES(0), GRADUS_SLOPES(1), GRADUS_SLOPES(2)}};
#undef GRADUS_SLOPES
#undef GRADUS_ENTRY
}

template <class... F>
constinit const Row Rows<list<F...>>::rows[] = {make_row<F>()...};

}  // namespace gradus::kernels::GRADUS_ISA
