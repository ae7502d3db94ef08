// The normalisation of columns on every instruction set against plain loops in double.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tensor/kernels/nn/normalisation.h"
#include "tensor/kernels/table.h"

using namespace gradus;

namespace {

template <class T>
std::vector<T> numbers(int64_t count, unsigned seed) {
  std::vector<T> v(static_cast<size_t>(count));
  for (T& x : v) {
    seed = seed * 1664525u + 1013904223u;
    x = static_cast<T>(static_cast<int>(seed >> 20) - 2048) / T(512);
  }
  return v;
}

template <class T>
bool near(T got, double want, double size) {
  return std::abs(double(got) - want) <= 64 * double(std::numeric_limits<T>::epsilon()) * size;
}

// n rows of columns, with two elements of nobody's behind each row.
template <class T>
struct Case {
  int64_t n, columns, pitch = columns + 2;
  std::vector<T> x = numbers<T>(n * pitch, 1), dy = numbers<T>(n * pitch, 2);
  std::vector<T> weight = numbers<T>(columns, 3), bias = numbers<T>(columns, 4);
  size_t at(int64_t r, int64_t c) const { return size_t(r * pitch + c); }
};

constexpr double eps = 1e-3;

template <class T>
void check(const Case<T>& s, const kernels::NormalisationKernels<T>& f) {
  const T untouched = T(-77);
  const size_t all = s.x.size(), columns = size_t(s.columns);
  std::vector<T> y(all, untouched), dx(all, untouched), mean(columns), variance(columns),
      rstd(columns), dweight(columns), dbias(columns);
  f.columns(s.x.data(), s.weight.data(), s.bias.data(), y.data(), mean.data(), variance.data(),
            rstd.data(), s.n, s.pitch, s.columns, eps);
  f.columns_backward(s.dy.data(), s.x.data(), s.weight.data(), mean.data(), rstd.data(), dx.data(),
                     dweight.data(), dbias.data(), s.n, s.pitch, s.columns, false);
  const double n = double(s.n);
  for (int64_t c = 0; c < s.columns; ++c) {
    const size_t j = size_t(c);
    double m = 0, v = 0, level = 0, tilt = 0;
    for (int64_t r = 0; r < s.n; ++r) m += double(s.x[s.at(r, c)]) / n;
    for (int64_t r = 0; r < s.n; ++r) v += std::pow(double(s.x[s.at(r, c)]) - m, 2) / n;
    const double scale = 1 / std::sqrt(v + eps), w = double(s.weight[j]);
    const auto h = [&](int64_t r) { return (double(s.x[s.at(r, c)]) - m) * scale; };
    for (int64_t r = 0; r < s.n; ++r) {
      level += double(s.dy[s.at(r, c)]);
      tilt += double(s.dy[s.at(r, c)]) * h(r);
    }
    const double size = scale * 8;
    REQUIRE(near(mean[j], m, 4));
    REQUIRE(near(variance[j], v, 16));
    REQUIRE(near(rstd[j], scale, size));
    REQUIRE(near(dbias[j], level, 4 * n));
    REQUIRE(near(dweight[j], tilt, 4 * n * size));
    for (int64_t r = 0; r < s.n; ++r) {
      const double g = double(s.dy[s.at(r, c)]);
      REQUIRE(near(y[s.at(r, c)], h(r) * w + double(s.bias[j]), 4 * size));
      REQUIRE(near(dx[s.at(r, c)], w * scale * (g - level / n - h(r) * tilt / n),
                   8 * size * (1 + size)));
    }
  }
  for (int64_t r = 0; r < s.n; ++r)
    for (const std::vector<T>* out : {&y, &dx})
      for (int64_t c = s.columns; c < s.pitch; ++c) REQUIRE((*out)[s.at(r, c)] == untouched);
}

}  // namespace

TEST_CASE_TEMPLATE("normalisation of columns: any number of rows and columns", T, float, double) {
  for (auto t = kernels::available_tables(); *t; ++t) {
    const std::string isa = (*t)->isa;
    CAPTURE(isa);
    for (const int64_t n : {1, 2, 15, 16, 17, 40, 300})
      for (const int64_t columns : {1, 3, 4, 7, 8, 16, 17, 33, 64, 70})
        check(Case<T>{n, columns}, (*t)->normalisation->of<T>());
    check(Case<T>{20, 1024}, (*t)->normalisation->of<T>());
    check(Case<T>{20, 2061}, (*t)->normalisation->of<T>());
  }
}

TEST_CASE_TEMPLATE("normalisation of columns: a column's bits depend on no other", T, float,
                   double) {
  for (auto t = kernels::available_tables(); *t; ++t) {
    const auto& f = (*t)->normalisation->of<T>();
    const Case<T> s{300, 1100};
    const size_t columns = size_t(s.columns);
    std::vector<T> y(s.x.size()), mean(columns), variance(columns), rstd(columns);
    f.columns(s.x.data(), nullptr, nullptr, y.data(), mean.data(), variance.data(), rstd.data(),
              s.n, s.pitch, s.columns, eps);
    for (const size_t c : {size_t(0), size_t(5), size_t(1023), size_t(1099)}) {
      std::vector<T> one(s.x.size());
      T m, v, r;
      f.columns(s.x.data() + c, nullptr, nullptr, one.data(), &m, &v, &r, s.n, s.pitch, 1, eps);
      CHECK(m == mean[c]);
      CHECK(v == variance[c]);
      CHECK(r == rstd[c]);
      for (int64_t row = 0; row < s.n; ++row) CHECK(one[s.at(row, 0)] == y[s.at(row, int64_t(c))]);
    }
  }
}
