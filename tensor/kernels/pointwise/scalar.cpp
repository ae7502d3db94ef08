// The kernels of tensor/kernels/formulas/scalar.h, compiled once: element after element, in double.
#include "tensor/kernels/formulas.h"
#include "tensor/kernels/pointwise/row.h"

namespace gradus::kernels {
namespace {

using namespace base;

// y = f(x...) of `inputs` operands, for elements of type T.
template <class T>
void walk(double (*f)(const double*), int inputs, int64_t n, int64_t rows, char* const* p,
          const int64_t* step, const int64_t* row_step) {
  const auto place = [&](int k, int64_t row, int64_t i) {
    return static_cast<T*>(static_cast<void*>(p[k] + row * row_step[k] + i * step[k]));
  };
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t i = 0; i < n; ++i) {
      double x[4];
      for (int k = 0; k < inputs; ++k) x[k] = double(*place(k + 1, row, i));
      *place(0, row, i) = static_cast<T>(f(x));
    }
}

template <class F>
double value_of(const double* x) {
  if constexpr (F::arity == 1)
    return F::value(x[0]);
  else
    return F::value(x[0], x[1]);
}

constexpr int bits(unsigned set) { return __builtin_popcount(set); }

// dy times the slope by operand i: dy is x[0], what the slope reads follows.
template <class F, int i>
double slope_of(const double* x) {
  constexpr unsigned keep = keep_of<F>(i);
  const auto kept = [x](unsigned slot) {
    return (keep & slot) != 0 ? x[1 + bits(keep & (slot - 1))] : 0;
  };
  const double a = kept(saves::a), b = kept(saves::b), y = kept(saves::output);
  if constexpr (F::arity == 1)
    return x[0] * F::slope(a, y);
  else
    return x[0] * F::slope_b(a, b, y);
}

template <class F, class T>
void value_loop(int64_t n, int64_t rows, char* const* p, const int64_t* step,
                const int64_t* row_step) {
  walk<T>(value_of<F>, F::arity, n, rows, p, step, row_step);
}
template <class F, int i, class T>
void slope_loop(int64_t n, int64_t rows, char* const* p, const int64_t* step,
                const int64_t* row_step) {
  walk<T>(slope_of<F, i>, 1 + bits(keep_of<F>(i)), n, rows, p, step, row_step);
}

template <class F>
constexpr Row row_of() {
  Row row{};
  row.value[static_cast<int>(ScalarType::Float)] = value_loop<F, float>;
  row.value[static_cast<int>(ScalarType::Double)] = value_loop<F, double>;
  constexpr int i = F::arity - 1;  // the operand that has a slope, if one has
  if constexpr (i == 0 ? has_slope_a<F> : has_slope_b<F>) {
    row.slope[i][0] = slope_loop<F, i, float>;
    row.slope[i][1] = slope_loop<F, i, double>;
  }
  return row;
}

template <class... F>
constexpr ScalarRows rows_of(list<F...>) {
  return {{row_of<F>()...}};
}

}  // namespace

extern constinit const ScalarRows scalar_rows;
constinit const ScalarRows scalar_rows = rows_of(scalar_formulas());

}  // namespace gradus::kernels
