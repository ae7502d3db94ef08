// The matrix-product kernels against plain loops, on every instruction set of this processor.
#include "tensor/linalg/gemm.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "tensor/base/parallel.h"
#include "tests/sanitizers.h"

using namespace gradus;

namespace {

// Where a matrix lies: plain rows, plain columns, padded rows, every second element.
struct Layout {
  std::string name;
  bool by_columns;
  int64_t step, padding;
};
const Layout layouts[] = {{"rows", false, 1, 0},
                          {"columns", true, 1, 0},
                          {"padded rows", false, 1, 3},
                          {"strided", false, 2, 1}};

template <class T>
struct Matrix {
  const Layout* layout;
  int64_t rows, cols, row, col;
  std::vector<T> data;

  Matrix(int64_t r, int64_t c, const Layout& l, unsigned seed) : layout(&l), rows(r), cols(c) {
    row = l.by_columns ? l.step : c * l.step + l.padding;
    col = l.by_columns ? r * l.step + l.padding : l.step;
    data.assign(size_t((r + 1) * row + (c + 1) * col + 1), T(77));  // between the elements
    unsigned s = seed * 2654435761u + 12345u;
    for (int64_t i = 0; i < r; ++i)
      for (int64_t j = 0; j < c; ++j) {
        s = s * 1664525u + 1013904223u;
        at(i, j) = static_cast<T>(static_cast<int>(s >> 24) % 17 - 8) / T(4);
      }
  }
  T& at(int64_t i, int64_t j) { return data[size_t(i * row + j * col)]; }
};

template <class T>
Gemm<T> problem(Matrix<T>& a, Matrix<T>& b, Matrix<T>& c, kernels::Epilogue<T> e = {}) {
  return {a.rows, b.cols, a.cols,        a.data.data(), a.row, a.col, b.data.data(),
          b.row,  b.col,  c.data.data(), c.row,         c.col, e};
}

// A B row by row, for matrices of seeds 1 and 2 in any layout. The elements are multiples of 1/4,
// so that any order of addition gives these sums exactly.
template <class T>
std::vector<double> exact_product(int64_t m, int64_t n, int64_t k) {
  Matrix<T> a(m, k, layouts[0], 1), b(k, n, layouts[0], 2);
  std::vector<double> sums(size_t(m * n));
  for (int64_t i = 0; i < m; ++i)
    for (int64_t p = 0; p < k; ++p) {
      const double x = double(a.at(i, p));
      const T* y = b.data.data() + p * b.row;
      double* sum = sums.data() + i * n;
      for (int64_t j = 0; j < n; ++j) sum[j] += x * double(y[j]);
    }
  return sums;
}

// Whether C becomes what it must where A B is `product`, and nothing beside C changes.
template <class T>
bool right(Gemm<T> g, Matrix<T>& c, const std::vector<double>& product,
           const kernels::GemmTable& table) {
  Matrix<T> wanted = c;
  gemm(g, {}, table);
  const kernels::Epilogue<T>& e = g.epilogue;
  for (int64_t i = 0; i < c.rows; ++i)
    for (int64_t j = 0; j < c.cols; ++j) {
      double y = double(e.alpha) * product[size_t(i * c.cols + j)];
      if (e.beta != T(0)) y += double(e.beta) * double(wanted.at(i, j));
      if (e.bias) y += double(e.bias[j]);
      if (e.activation == kernels::Activation::Relu && y < 0) y = 0;
      wanted.at(i, j) = static_cast<T>(y);
    }
  return std::memcmp(wanted.data.data(), c.data.data(), c.data.size() * sizeof(T)) == 0;
}

template <class F>
void each_isa(F f) {
  for (auto t = kernels::available_tables(); *t; ++t) {
    const std::string isa = (*t)->isa;
    CAPTURE(isa);
    f(*(*t)->gemm);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("gemm: every small size on every instruction set", T, float, double) {
  for (int64_t m = 0; m <= 20; ++m)
    for (int64_t n = 0; n <= 20; ++n)
      for (int64_t k = 0; k <= 20; ++k) {
        const std::vector<double> product = exact_product<T>(m, n, k);
        INFO(m, " ", n, " ", k);
        each_isa([&](const kernels::GemmTable& table) {
          Matrix<T> a(m, k, layouts[0], 1), b(k, n, layouts[0], 2), c(m, n, layouts[0], 3);
          REQUIRE(right(problem(a, b, c), c, product, table));
        });
      }
}

TEST_CASE_TEMPLATE("gemm: sizes around the tiles, layouts and epilogues", T, float, double) {
  const int64_t rows[] = {1, 2, 5, 6, 7, 12, 13, 25},
                cols[] = {1, 3, 4, 5, 8, 15, 16, 17, 31, 32, 33, 40};
  std::vector<T> bias(64);
  for (size_t j = 0; j < bias.size(); ++j) bias[j] = T(int(j % 7) - 3);
  using kernels::Activation;
  const kernels::Epilogue<T> epilogues[] = {{},
                                            {T(2), T(1)},
                                            {T(-1), T(0.5)},
                                            {T(1), T(0), bias.data()},
                                            {T(2), T(1), bias.data(), Activation::Relu},
                                            {T(1), T(2), bias.data(), Activation::Relu}};
  const auto check = [&](const std::vector<double>& product, Matrix<T>& a, Matrix<T>& b,
                         const Layout& lc, const kernels::GemmTable& table) {
    const bool few = (a.layout != layouts) + (b.layout != layouts) + (&lc != layouts) > 1;
    for (const auto& e : epilogues) {
      if (few && &e != &epilogues[5]) continue;
      Matrix<T> c(a.rows, b.cols, lc, 3);
      INFO(a.rows, " ", b.cols, " ", a.cols, " ", a.layout->name, " ", b.layout->name, " ", lc.name,
           " ", &e - epilogues);
      REQUIRE(right(problem(a, b, c, e), c, product, table));
    }
  };
  for (int64_t m : rows)
    for (int64_t n : cols)
      for (int64_t k : {0, 1, 3, 16, 33}) {
        const std::vector<double> product = exact_product<T>(m, n, k);
        for (const Layout& la : layouts)
          for (const Layout& lb : layouts) {
            Matrix<T> a(m, k, la, 1), b(k, n, lb, 2);
            each_isa([&](const kernels::GemmTable& table) {
              for (const Layout& lc : layouts) check(product, a, b, lc, table);
            });
          }
      }
}

TEST_CASE_TEMPLATE("gemm: sizes beyond the blocks", T, float, double) {
  const int64_t shapes[][3] = {{130, 70, 900}, {70, 130, 65},  {3, 300, 1000}, {600, 40, 40},
                               {200, 3, 500},  {1, 3000, 70},  {3000, 1, 70},  {70, 1, 3000},
                               {1, 70, 3000},  {20, 4200, 17}, {4, 2050, 300}, {20, 4096, 300},
                               {70, 512, 600}};
  const Matrix<T> bias(1, 4200, layouts[0], 4);
  const kernels::Epilogue<T> epilogue{T(1), T(2), bias.data.data(), kernels::Activation::Relu};
  for (const auto& s : shapes) {
    const std::vector<double> product = exact_product<T>(s[0], s[1], s[2]);
    for (const Layout& la : layouts)
      for (const Layout& lb : layouts) {
        Matrix<T> a(s[0], s[2], la, 1), b(s[2], s[1], lb, 2);
        INFO(s[0], " ", s[1], " ", s[2], " ", la.name, " ", lb.name);
        each_isa([&](const kernels::GemmTable& table) {
          Matrix<T> c(s[0], s[1], layouts[0], 3);
          REQUIRE(right(problem(a, b, c, epilogue), c, product, table));
        });
      }
  }
}

TEST_CASE_TEMPLATE("gemm: the same bits for any number of threads", T, float, double) {
  const int before = get_num_threads();
  each_isa([](const kernels::GemmTable& table) {
    const int64_t shapes[][3] = {{300, 290, 700}, {1, 5000, 300}, {5000, 1, 300}, {64, 128, 784},
                                 {3, 900, 777},   {900, 3, 777},  {50, 60, 70},   {1000, 10, 64},
                                 {5, 2048, 300},  {20, 4096, 300}};
    for (const auto& s : shapes)
      for (const Layout& la : layouts)
        for (const Layout& lb : layouts) {
          // Each pair has been seen above: what the sanitizer looks for is in the threads' shares.
          if (test::address_sanitizer && &la != &lb) continue;
          Matrix<T> a(s[0], s[2], la, 1), b(s[2], s[1], lb, 2);
          for (T& x : a.data) x = x / T(3) + T(0.1);
          for (T& x : b.data) x = x / T(7);
          std::vector<T> first;
          for (int threads : {1, 2, 3}) {
            set_num_threads(threads);
            Matrix<T> c(s[0], s[1], layouts[0], 3);
            gemm(problem(a, b, c), {}, table);
            if (threads == 1) first = c.data;
            INFO(s[0], " ", s[1], " ", s[2], " ", la.name, " ", lb.name, " ", threads);
            REQUIRE(std::memcmp(first.data(), c.data.data(), first.size() * sizeof(T)) == 0);
          }
        }
  });
  set_num_threads(before);
}

TEST_CASE_TEMPLATE("gemm: C is not read when beta is 0, A and B are not when alpha is 0", T, float,
                   double) {
  each_isa([](const kernels::GemmTable& table) {
    const T nan = std::numeric_limits<T>::quiet_NaN();
    for (int64_t m : {1, 3, 90})
      for (int64_t n : {1, 5, 90})
        for (int64_t k : {0, 2, 90}) {
          Matrix<T> a(m, k, layouts[0], 1), b(k, n, layouts[0], 2), c(m, n, layouts[0], 3);
          for (T& x : c.data) x = nan;
          gemm(problem(a, b, c), {}, table);
          for (int64_t i = 0; i < m; ++i)
            for (int64_t j = 0; j < n; ++j) REQUIRE(std::isfinite(c.at(i, j)));
          for (T& x : a.data) x = nan;
          Matrix<T> d(m, n, layouts[0], 3);
          const T d00 = d.at(0, 0);
          gemm(problem(a, b, d, {T(0), T(2)}), {}, table);
          REQUIRE(d.at(0, 0) == 2 * d00);
        }
  });
}

TEST_CASE_TEMPLATE("gemm: batches, broadcast and folded", T, float, double, int64_t, int32_t,
                   uint8_t) {
  struct Shape {
    int64_t m, n, k, outer, inner;
  };
  for (const Shape s : {Shape{2, 3, 4, 3, 2},
                        {1, 5, 7, 4, 3},
                        {40, 40, 40, 2, 3},
                        {6, 1, 5, 2, 2},
                        {2, 2, 2, 0, 3}})
    for (int shared = 0; shared < 4; ++shared) {  // bit 0: A is the same throughout, bit 1: B is
      const int64_t mk = s.m * s.k, kn = s.k * s.n, mn = s.m * s.n, count = s.outer * s.inner;
      auto filled = [](int64_t n, int seed) {
        std::vector<T> v(static_cast<size_t>(n) + 1);
        for (size_t i = 0; i < v.size(); ++i) v[i] = static_cast<T>((int(i) * 7 + seed) % 5);
        return v;
      };
      std::vector<T> a = filled(mk * count, 1), b = filled(kn * count, 2),
                     c = filled(mn * count, 3);
      const GemmBatch batch[] = {
          {s.outer, shared & 1 ? 0 : mk * s.inner, shared & 2 ? 0 : kn * s.inner, mn * s.inner},
          {s.inner, shared & 1 ? 0 : mk, shared & 2 ? 0 : kn, mn}};
      gemm(Gemm<T>{s.m, s.n, s.k, a.data(), s.k, 1, b.data(), s.n, 1, c.data(), s.n, 1},
           ArrayRef<GemmBatch>(batch, 2));
      for (int64_t q = 0; q < count; ++q)
        for (int64_t i = 0; i < s.m; ++i)
          for (int64_t j = 0; j < s.n; ++j) {
            T sum = 0;
            for (int64_t p = 0; p < s.k; ++p)
              sum = static_cast<T>(sum + a[size_t((shared & 1 ? 0 : q * mk) + i * s.k + p)] *
                                             b[size_t((shared & 2 ? 0 : q * kn) + p * s.n + j)]);
            REQUIRE(c[size_t(q * mn + i * s.n + j)] == sum);
          }
    }
}

TEST_CASE("gemm: integers wrap around and take alpha and beta") {
  Matrix<int64_t> a(5, 1100, layouts[3], 1), b(1100, 7, layouts[1], 2), c(5, 7, layouts[2], 3);
  for (auto* m : {&a, &b})
    for (size_t i = 0; i < m->data.size(); ++i) m->data[i] = (int64_t(1) << 62) + int64_t(i);
  Matrix<int64_t> before = c;
  gemm(problem(a, b, c, {3, -2}));
  for (int64_t i = 0; i < 5; ++i)
    for (int64_t j = 0; j < 7; ++j) {
      uint64_t sum = 0;
      for (int64_t p = 0; p < 1100; ++p) sum += uint64_t(a.at(i, p)) * uint64_t(b.at(p, j));
      REQUIRE(uint64_t(c.at(i, j)) == 3 * sum - 2 * uint64_t(before.at(i, j)));
    }
}
