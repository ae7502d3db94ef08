#include "tensor/kernels/image/winograd.h"

#include <array>

#include "tensor/kernels/linalg/gemm_pack.h"

namespace gradus::kernels::GRADUS_ISA {

namespace {

constexpr int in = 6, out = 4, taps = 3;

template <int R, int C>
using Matrix = std::array<std::array<float, C>, R>;

template <int R, int C>
constexpr Matrix<C, R> transposed(const Matrix<R, C>& m) {
  Matrix<C, R> t{};
  for (size_t i = 0; i < R; ++i)
    for (size_t j = 0; j < C; ++j) t[j][i] = m[i][j];
  return t;
}

// Products of polynomials are products of their values at points, the last of which is infinity.
// These points err least; the matrices for the input are exact in floats.
constexpr double points[in - 1] = {0, 0.75, -0.75, 1.5, -1.5};

constexpr Matrix<out, in> result_matrix() {
  Matrix<out, in> m{};
  for (size_t j = 0; j < in - 1; ++j) {
    double power = 1;
    for (size_t i = 0; i < out; ++i, power *= points[j]) m[i][j] = static_cast<float>(power);
  }
  m[out - 1][in - 1] = 1;
  return m;
}
constexpr Matrix<in, taps> filter_matrix() {
  Matrix<in, taps> m{};
  for (size_t j = 0; j < in - 1; ++j) {
    double scale = 1;
    for (size_t l = 0; l < in - 1; ++l)
      if (l != j) scale *= points[j] - points[l];
    double power = 1;
    for (size_t k = 0; k < taps; ++k, power *= points[j])
      m[j][k] = static_cast<float>(power / scale);
  }
  m[in - 1][taps - 1] = 1;
  return m;
}
// Row j: the coefficients of the product of x - p over all points p except the jth.
constexpr Matrix<in, in> input_matrix() {
  Matrix<in, in> m{};
  for (size_t j = 0; j < in; ++j) {
    double c[in + 1] = {1};
    for (size_t l = 0; l < in - 1; ++l) {
      if (l == j) continue;
      for (size_t k = in; k > 0; --k) c[k] = c[k - 1] - points[l] * c[k];
      c[0] *= -points[l];
    }
    for (size_t k = 0; k < in; ++k) m[j][k] = static_cast<float>(c[k]);
  }
  return m;
}

constexpr auto input = input_matrix();
constexpr auto filter = filter_matrix();
constexpr auto result = result_matrix();
constexpr auto result_gradient = transposed<out, in>(result);
constexpr auto filter_gradient = transposed<in, taps>(filter);

// y = start + M x for vectors x and y of vectors, for `count` of them.
template <const auto& M>
__attribute__((noinline)) void lines(const float* x, int64_t x_step, int64_t x_next, float* y,
                                     int64_t y_step, int64_t y_next, int count, Vec<float> start) {
  constexpr int rows = M.size(), columns = M[0].size();
#pragma GCC unroll 1
  for (int n = 0; n < count; ++n, x += x_next, y += y_next) {
    Vec<float> v[columns];
    unroll<columns>([&](auto j) { v[j] = Vec<float>::load_unaligned(x + j * x_step); });
    unroll<rows>([&](auto i) {
      Vec<float> sum = start;
      unroll<columns>([&](auto j) {
        constexpr float m = M[i][j];
        if constexpr (m == 1)
          sum += v[j];
        else if constexpr (m != 0)
          sum = multiply_add(Vec<float>(m), v[j], sum);
      });
      sum.store_unaligned(y + i * y_step);
    });
  }
}

template <const auto& M>
void transform(const WinogradMatrices& t) {
  constexpr int width = Vec<float>::size, rows = M.size(), columns = M[0].size();
  alignas(64) float half[rows * columns * width];
  for (int64_t n = 0; n < t.count; ++n)
    for (int lane = 0; lane < winograd_lanes; lane += width) {
      lines<M>(t.x + n * t.x_next + lane, t.x_row, t.x_column, half, columns * width, width,
               columns, Vec<float>(0.0f));
      lines<M>(half, width, columns * width, t.y + n * t.y_next + lane, t.y_column, t.y_row, rows,
               t.bias ? Vec<float>::load_unaligned(t.bias + lane) : Vec<float>(0.0f));
    }
}

// By blocks of few channels, whose planes lie far apart, and all of their lines. The last blocks
// are taken again in part.
void transpose(const WinogradTranspose& t) {
  constexpr int64_t size = SmallVec<float>::size;
  if (t.rows < size || t.columns < size) {
    for (int64_t l = 0; l < t.lines; ++l)
      for (int64_t i = 0; i < t.rows; ++i)
        for (int64_t p = 0; p < t.columns; ++p)
          t.out[p * t.out_column + l * t.out_line + i] = t.x[i * t.x_row + l * t.x_line + p];
    return;
  }
  const int64_t rows_x = t.x_row, columns_out = t.out_column;
  const int64_t outer = t.by_columns ? t.columns : t.rows,
                inner = t.by_columns ? t.rows : t.columns;
  const int64_t outer_x = t.by_columns ? 1 : rows_x, outer_out = t.by_columns ? columns_out : 1;
  const int64_t inner_x = t.by_columns ? rows_x : 1, inner_out = t.by_columns ? 1 : columns_out;
  for (int64_t a = 0; a < outer; a += size) {
    if (a + size > outer) a = outer - size;
    for (int64_t l = 0; l < t.lines; ++l) {
      const float* x = t.x + a * outer_x + l * t.x_line;
      float* out = t.out + a * outer_out + l * t.out_line;
      for (int64_t b = 0; b < inner; b += size) {
        if (b + size > inner) b = inner - size;
        transpose_block(x + b * inner_x, rows_x, columns_out, out + b * inner_out);
      }
    }
  }
}

}  // namespace

extern const WinogradKernels winograd_kernels;
constinit const WinogradKernels winograd_kernels{.input = transform<input>,
                                                 .filter = transform<filter>,
                                                 .result = transform<result>,
                                                 .result_gradient = transform<result_gradient>,
                                                 .filter_gradient = transform<filter_gradient>,
                                                 .transpose = transpose};

}  // namespace gradus::kernels::GRADUS_ISA
