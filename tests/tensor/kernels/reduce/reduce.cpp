// The reduction kernels of every instruction set against plain loops in double.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "tests/tensor/kernels/kernels.h"

using namespace gradus;
using namespace gradus::kernels;
using test::each_table;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
const double nan_ = std::nan("");

// A block in a larger buffer; steps in elements.
template <class T>
struct Block {
  std::string name;
  int64_t outer, n, inner, outer_step, n_step, inner_step;
  std::vector<T> data;

  ReduceShape shape() const {
    const auto size = int64_t(sizeof(T));
    return {outer, n, inner, outer_step * size, n_step * size, inner_step * size};
  }
  T at(int64_t o, int64_t k, int64_t i) const {
    return data[size_t(o * outer_step + k * n_step + i * inner_step)];
  }
};

template <class T>
T sample(std::mt19937& rng) {
  if constexpr (std::is_floating_point_v<T>)
    return T(std::normal_distribution<double>(0.5, 2)(rng));
  else
    return T(std::uniform_int_distribution<int>(std::is_signed_v<T> ? -9 : 0, 9)(rng));
}

// Every shape (outer, n, inner) in several layouts: rows dense, columns dense, neither, repeated.
template <class T>
std::vector<Block<T>> blocks() {
  std::vector<Block<T>> all;
  std::mt19937 rng(1);
  for (const auto& size : std::vector<std::array<int64_t, 3>>{{1, 1, 1},
                                                              {1, 7, 1},
                                                              {5, 10, 1},
                                                              {2, 600, 1},
                                                              {1, 4095, 1},
                                                              {1, 3, 2},
                                                              {2, 5, 17},
                                                              {1, 1, 8},
                                                              {3, 33, 70},
                                                              {1, 300, 3},
                                                              {1, 1030, 19},
                                                              {1, 5, 1025},
                                                              {2, 9, 515}}) {
    const int64_t outer = size[0], n = size[1], inner = size[2];
    auto add = [&](std::string layout, int64_t so, int64_t sn, int64_t si) {
      Block<T> b{layout, outer, n, inner, so, sn, si, {}};
      b.name += ' ' + std::to_string(outer) + 'x' + std::to_string(n) + 'x' + std::to_string(inner);
      b.data.resize(size_t((outer - 1) * so + (n - 1) * sn + (inner - 1) * si + 1));
      for (T& v : b.data) v = sample<T>(rng);
      all.push_back(std::move(b));
    };
    add("columns", n * inner, inner, 1);
    add("columns, gaps", n * (inner + 3), inner + 3, 1);
    add("rows", n * inner, 1, n);
    add("rows, gaps", (n + 1) * inner + 2, 1, n + 1);
    add("strided", 2 * n * inner, 2 * inner, 2);
    add("columns repeated", n, 1, 0);
    add("rows repeated", inner, 0, 1);
  }
  return all;
}

template <class T>
void check_close(T got, double want, double tolerance, const std::string& what) {
  const bool same = (std::isnan(want) && std::isnan(double(got))) || double(got) == want ||
                    std::abs(double(got) - want) <= tolerance;
  if (!same) {
    CAPTURE(what);
    CAPTURE(tolerance);
    CHECK(double(got) == want);
  }
}

template <class T>
double epsilon() {
  return std::is_floating_point_v<T> ? double(std::numeric_limits<T>::epsilon()) : 0;
}

// Equal rows round the same way each time, so their sums are allowed more.
// run(shape, y) fills y[outer * inner]; want(column) is the value and the scale of its error.
template <class Y, class T, class Run, class Want>
void compare(const std::string& what, const Block<T>& b, Run run, Want want) {
  std::vector<Y> y(size_t(b.outer * b.inner), Y(77));
  run(b.shape(), y.data());
  std::vector<T> column(size_t(b.n), T(0));
  for (int64_t o = 0; o < b.outer; ++o)
    for (int64_t i = 0; i < b.inner; ++i) {
      for (int64_t k = 0; k < b.n; ++k) column[size_t(k)] = b.at(o, k, i);
      const auto [value, scale] = want(column);
      check_close(y[size_t(o * b.inner + i)], value, (b.n_step ? 4 : 16) * epsilon<T>() * scale,
                  what + ' ' + b.name);
    }
}

template <class T>
using SumOf = std::conditional_t<std::is_floating_point_v<T>, T, int64_t>;
using Pair = std::pair<double, double>;

template <class T>
void test_type(const Table& t, const Block<T>& b) {
  const ScalarType type = scalar_type_of<T>;
  const void* x = b.data.data();
  auto with = [&](ReduceFn* f) { return [=](const ReduceShape& s, auto* y) { f(x, y, s); }; };
  const bool is_float = std::is_floating_point_v<T>;

  compare<SumOf<T>>("sum", b, with(t.sum->sum[type]), [](auto& c) {
    long double s = 0, scale = 0;
    for (T v : c) s += double(v), scale += std::abs(double(v));
    return Pair{double(s), double(scale)};
  });
  // Few factors other than 1, so that nothing overflows.
  Block<T> f = b;
  for (size_t j = 0; j < f.data.size(); ++j)
    f.data[j] = b.n_step == 0             ? T(1)
                : j % 601 == 0            ? T(2)
                : is_float && j % 97 == 0 ? T(-0.9)
                                          : T(1);
  compare<SumOf<T>>(
      "prod", f, [&](const ReduceShape& s, auto* y) { t.sum->prod[type](f.data.data(), y, s); },
      [](auto& c) {
        double p = 1;
        for (T v : c) p *= double(v);
        return Pair{p, std::abs(p) * double(c.size()) / 50 + std::abs(p)};
      });
  compare<T>("amax", b, with(t.minmax->amax[type]), [](auto& c) {
    T m = c[0];
    for (T v : c) m = v > m ? v : m;
    return Pair{double(m), 0};
  });
  compare<T>("amin", b, with(t.minmax->amin[type]), [](auto& c) {
    T m = c[0];
    for (T v : c) m = v < m ? v : m;
    return Pair{double(m), 0};
  });
  for (int which = 0; which < 2; ++which) {
    ReduceIndexFn* fn = which ? t.minmax->min[type] : t.minmax->max[type];
    auto best = [which](auto& c) {
      size_t at = 0;
      for (size_t k = 0; k < c.size(); ++k)
        if (which ? c[k] < c[at] : c[k] > c[at]) at = k;
      return at;
    };
    compare<int64_t>(
        "index of extremum", b, [&](const ReduceShape& s, int64_t* y) { fn(x, nullptr, y, s); },
        [&](auto& c) {
          return Pair{double(best(c)), 0};
        });
    std::vector<int64_t> index(size_t(b.outer * b.inner), 0);
    compare<T>(
        "extremum", b, [&](const ReduceShape& s, T* y) { fn(x, y, index.data(), s); },
        [&](auto& c) {
          return Pair{double(c[best(c)]), 0};
        });
  }
  // any and all: mostly zeros, mostly ones.
  Block<T> zeros = b, ones = b;
  for (size_t j = 0; j < b.data.size(); ++j) {
    zeros.data[j] = T(j % 501 == 500);
    ones.data[j] = T(j % 499 == 3 ? 0 : 3);
  }
  for (const Block<T>* z : {&zeros, &ones}) {
    compare<uint8_t>(
        "any", *z, [&](const ReduceShape& s, auto* y) { t.logic->any[type](z->data.data(), y, s); },
        [](auto& c) {
          bool found = false;
          for (T v : c) found = found || v != T(0);
          return Pair{found, 0};
        });
    compare<uint8_t>(
        "all", *z, [&](const ReduceShape& s, auto* y) { t.logic->all[type](z->data.data(), y, s); },
        [](auto& c) {
          bool every = true;
          for (T v : c) every = every && v != T(0);
          return Pair{every, 0};
        });
  }
}

template <class T>
void test_float(const Table& t, const Block<T>& b) {
  const ScalarType type = scalar_type_of<T>;
  const void* x = b.data.data();
  Block<T> holes = b;
  for (size_t j = 0; j < b.data.size(); j += 3) holes.data[j] = T(nan_);
  compare<T>(
      "nansum", holes,
      [&](const ReduceShape& s, T* y) { t.sum->nansum[type](holes.data.data(), y, s); },
      [](auto& c) {
        long double s = 0, scale = 0;
        for (T v : c)
          if (!std::isnan(v)) s += double(v), scale += std::abs(double(v));
        return Pair{double(s), double(scale)};
      });
  Block<T> some = b;
  for (size_t j = 0; j < b.data.size(); j += 5) some.data[j] = T(0);
  for (double p : {0., 1., 2., 3., 0.5, inf, -inf})
    compare<double>(
        "power " + std::to_string(p), some,
        [&](const ReduceShape& s, double* y) { t.power->power[type](some.data.data(), y, p, s); },
        [&](auto& c) {
          long double s = p == -inf ? inf : 0;
          for (T v : c) {
            const double a = std::abs(double(v));
            if (p == inf)
              s = std::max(double(s), a);
            else if (p == -inf)
              s = std::min(double(s), a);
            else
              s += p == 0 ? a != 0 : std::pow(a, p);
          }
          return Pair{double(s), std::isinf(p) ? 0 : double(s)};
        });
  compare<double>(
      "power -1", b, [&](const ReduceShape& s, double* y) { t.power->power[type](x, y, -1, s); },
      [](auto& c) {
        long double s = 0;
        for (T v : c) s += 1 / std::abs(double(v));
        return Pair{double(s), double(s)};
      });
  // A mean far from zero, where the textbook formula loses everything.
  Block<T> far = b;
  for (T& v : far.data) v += T(10000);
  auto moments = [](auto& c) {
    long double mean = 0, m2 = 0;
    for (T v : c) mean += (long double)(v) - (long double)(c[0]);
    mean = (long double)(c[0]) + mean / (long double)(c.size());
    for (T v : c) m2 += ((long double)(v)-mean) * ((long double)(v)-mean);
    return std::pair<double, double>(double(mean), double(m2));
  };
  std::vector<double> other(size_t(b.outer * b.inner), 0.);
  const double to_double = double(std::numeric_limits<double>::epsilon()) / epsilon<T>();
  compare<double>(
      "mean", far,
      [&](const ReduceShape& s, double* y) {
        t.power->moments[type](far.data.data(), y, other.data(), s);
      },
      [&](auto& c) {
        return Pair{moments(c).first, 10000 * to_double};
      });
  compare<double>(
      "m2", far,
      [&](const ReduceShape& s, double* y) {
        t.power->moments[type](far.data.data(), other.data(), y, s);
      },
      [&](auto& c) {
        return Pair{moments(c).second, moments(c).second * 1e4 * to_double};
      });
  std::vector<T> high(size_t(b.outer * b.inner), T(0));
  auto top = [](auto& c) {
    double m = -inf;
    for (T v : c) m = std::max(m, double(v));
    return m;
  };
  compare<T>(
      "logsumexp max", b,
      [&](const ReduceShape& s, T* y) { t.power->logsumexp[type](x, y, high.data(), s); },
      [&](auto& c) {
        return Pair{top(c), 0};
      });
  compare<T>(
      "logsumexp sum", b,
      [&](const ReduceShape& s, T* y) { t.power->logsumexp[type](x, high.data(), y, s); },
      [&](auto& c) {
        long double s = 0;
        for (T v : c) s += std::exp(double(v) - top(c));
        return Pair{double(s), 4 * double(s)};
      });
}

template <class T>
T reduce_one(ReduceFn* f, std::vector<T> x) {
  T y = T(77);
  const auto n = int64_t(x.size()), size = int64_t(sizeof(T));
  f(x.data(), &y, {1, n, 1, 0, size, 0});
  // The same as a strided column, and side by side with 20 others.
  std::vector<T> wide(x.size() * 21), all(21);
  for (size_t k = 0; k < x.size(); ++k)
    for (size_t j = 0; j < 21; ++j) wide[k * 21 + j] = x[k];
  f(wide.data(), all.data(), {1, n, 21, 0, 21 * size, size});
  for (T v : all) CHECK((v == y || (v != v && y != y)));
  return y;
}

}  // namespace

TEST_CASE_TEMPLATE("reductions of every layout", T, uint8_t, int32_t, int64_t, float, double) {
  const std::vector<Block<T>> all = blocks<T>();
  each_table([&](const Table& t) {
    for (const Block<T>& b : all) {
      test_type<T>(t, b);
      if constexpr (std::is_floating_point_v<T>) test_float<T>(t, b);
    }
  });
}

TEST_CASE("reductions of bool share the kernels of bytes") {
  const bool x[] = {true, false, true, true};
  each_table([&](const Table& t) {
    const ReduceShape s{1, 4, 1, 0, 1, 0};
    int64_t sum = 0, index = 0;
    bool y = true;
    t.sum->sum[ScalarType::Bool](x, &sum, s);
    CHECK(sum == 3);
    t.minmax->amin[ScalarType::Bool](x, &y, s);
    CHECK(!y);
    t.minmax->min[ScalarType::Bool](x, &y, &index, s);
    CHECK(index == 1);
  });
}

TEST_CASE_TEMPLATE("nothing to fold gives the neutral element", T, int64_t, float, double) {
  const ScalarType type = scalar_type_of<T>;
  each_table([&](const Table& t) {
    CHECK(reduce_one<T>(t.sum->sum[type], {}) == 0);
    CHECK(reduce_one<T>(t.sum->prod[type], {}) == 1);
    bool y = true;
    t.logic->any[type](nullptr, &y, {1, 0, 1, 0, sizeof(T), 0});
    CHECK(!y);
    t.logic->all[type](nullptr, &y, {1, 0, 1, 0, sizeof(T), 0});
    CHECK(y);
  });
}

TEST_CASE_TEMPLATE("nans and infinities", T, float, double) {
  const ScalarType type = scalar_type_of<T>;
  const T n = T(nan_), i = T(inf), big = std::numeric_limits<T>::max();
  each_table([&](const Table& t) {
    for (size_t length : {1, 3, 8, 40, 1000})
      for (size_t place : {size_t(0), length / 2, length - 1}) {
        std::vector<T> x(length, T(1));
        x[place] = n;
        CHECK(std::isnan(reduce_one<T>(t.minmax->amax[type], x)));
        CHECK(std::isnan(reduce_one<T>(t.minmax->amin[type], x)));
        CHECK(std::isnan(reduce_one<T>(t.sum->sum[type], x)));
        x[length - 1] = n;  // the first of two counts
        for (auto* f : {t.minmax->max[type], t.minmax->min[type]}) {
          T y = 0;
          int64_t at = -1;
          f(x.data(), &y, &at, {1, int64_t(length), 1, 0, sizeof(T), 0});
          CHECK(std::isnan(y));
          CHECK(at == int64_t(place));
        }
        x.assign(length, -i);
        CHECK(reduce_one<T>(t.minmax->amax[type], x) == -i);
        CHECK(reduce_one<T>(t.minmax->amin[type], x) == -i);
        x[place] = i;
        CHECK(reduce_one<T>(t.minmax->amax[type], x) == i);
        CHECK((std::isnan(reduce_one<T>(t.sum->sum[type], x)) || length == 1));
        x.assign(length, big);
        CHECK(reduce_one<T>(t.sum->sum[type], x) == (length == 1 ? big : i));
      }
    // The square of a float does not overflow.
    const T large[] = {T(1e30), T(1e30)};
    double y = 0, m = 0;
    t.power->power[type](large, &y, 2, {1, 2, 1, 0, sizeof(T), 0});
    CHECK(y == doctest::Approx(2e60));
    const T low[] = {-i, -i};
    T high = 1, sum = 1;
    t.power->logsumexp[type](low, &high, &sum, {1, 2, 1, 0, sizeof(T), 0});
    CHECK(high == 0);
    CHECK(sum == 0);
    const T bad[] = {1, n};
    t.power->moments[type](bad, &m, &y, {1, 2, 1, 0, sizeof(T), 0});
    CHECK(std::isnan(y));
  });
}

TEST_CASE("sums of integers wrap") {
  const int64_t x[] = {std::numeric_limits<int64_t>::max(), 2};
  each_table([&](const Table& t) {
    int64_t y = 0;
    t.sum->sum[ScalarType::Long](x, &y, {1, 2, 1, 0, 8, 0});
    CHECK(y == std::numeric_limits<int64_t>::min() + 1);
  });
}

// 4096 values of 0.1f: a naive float sum is off by 1e-4.
TEST_CASE("a long sum of floats stays accurate") {
  const std::vector<float> x(4096 * 20, 0.1f);
  const double want = 4096 * double(0.1f);
  each_table([&](const Table& t) {
    float y[20];
    t.sum->sum[ScalarType::Float](x.data(), y, {1, 4096, 1, 0, 4, 0});
    CHECK(std::abs(y[0] - want) < want * 3e-7);
    t.sum->sum[ScalarType::Float](x.data(), y, {1, 4096, 20, 0, 80, 4});
    for (float v : y) CHECK(std::abs(v - want) < want * 3e-7);
  });
}
