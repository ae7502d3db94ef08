// The scan and softmax kernels of every instruction set against plain loops in double.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
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

using Line = std::vector<double>;

// Rows, columns, and parts of columns.
const std::vector<ScanShape> shapes = {
    {1, 1, 1, 1},    {1, 9, 1, 1},     {11, 10, 1, 1},  {2, 70, 3, 3},
    {1, 33, 20, 20}, {2, 5, 300, 300}, {1, 6, 1, 40},   {1, 300, 37, 64},
    {1, 5000, 1, 1}, {3, 0, 2, 2},     {1, 1000, 9, 9}, {37, 10, 1, 1},
    {8, 64, 1, 1},   {21, 3, 1, 1},    {20, 16, 1, 1},  {9, 1, 1, 1}};

template <class T>
std::vector<T> samples(size_t n, unsigned seed) {
  std::mt19937 rng(seed);
  std::vector<T> x(n);
  for (T& v : x) {
    if constexpr (std::is_floating_point_v<T>)
      v = T(std::normal_distribution<double>(0, 1.5)(rng));
    else
      v = T(std::uniform_int_distribution<int>(std::is_signed_v<T> ? -2 : 0, 3)(rng));
  }
  return x;
}

// run(inputs, y) against want(columns of the inputs) for every line; nothing else may be written.
template <class T, class Y, class Run, class Want>
void compare(const std::string& what, const ScanShape& s, const std::vector<std::vector<T>>& in,
             Run run, Want want, double tolerance) {
  CAPTURE(what);
  CAPTURE(s.n);
  CAPTURE(s.inner);
  std::vector<Y> y(in[0].size(), Y(77));
  run(in, y.data());
  const int64_t block = s.n * s.inner_pitch;
  int bad = 0;
  for (int64_t o = 0; o < s.outer; ++o)
    for (int64_t i = 0; i < s.inner_pitch; ++i) {
      std::vector<Line> lines(in.size(), Line(size_t(s.n)));
      auto place = [&](int64_t k) { return size_t(o * block + k * s.inner_pitch + i); };
      for (int64_t k = 0; k < s.n; ++k)
        for (size_t a = 0; a < in.size(); ++a) lines[a][size_t(k)] = double(in[a][place(k)]);
      Line expected(size_t(s.n), 77);
      if (i < s.inner) expected = want(lines);
      for (int64_t k = 0; k < s.n; ++k) {
        const double got = double(y[place(k)]), e = expected[size_t(k)];
        bad += !(got == e || (std::isnan(got) && std::isnan(e)) ||
                 std::abs(got - e) <= tolerance * (1 + std::abs(e)));
      }
    }
  CHECK(bad == 0);
}

template <class F>
auto running(double first, F f) {
  return [=](const std::vector<Line>& x) {
    Line y;
    double a = first;
    for (double v : x[0]) y.push_back(a = f(a, v));
    return y;
  };
}

Line softmax(const Line& x) {
  double m = -inf, s = 0;
  for (double v : x) m = std::max(m, v);
  Line y;
  for (double v : x) y.push_back(std::exp(v - m));
  for (double v : y) s += v;
  for (double& v : y) v /= s;
  return y;
}

template <class T>
void test_softmax(const Table& t, const ScanShape& s) {
  const ScalarType type = scalar_type_of<T>;
  const size_t size = size_t(s.outer * s.n * s.inner_pitch);
  const double eps = double(std::numeric_limits<T>::epsilon());
  const auto x = samples<T>(size, 1), dy = samples<T>(size, 2);
  const SoftmaxTable& f = *t.softmax;
  auto forward = [&](SoftmaxFn* fn) { return [=](auto& in, T* y) { fn(in[0].data(), y, s); }; };
  auto backward = [&](SoftmaxBackwardFn* fn) {
    return [=](auto& in, T* dx) { fn(in[0].data(), in[1].data(), dx, s); };
  };
  auto log_of = [](Line y) {
    for (double& v : y) v = std::log(v);
    return y;
  };
  compare<T, T>(
      "softmax", s, {x}, forward(f.softmax[type]), [](auto& in) { return softmax(in[0]); },
      8 * eps);
  compare<T, T>(
      "log_softmax", s, {x}, forward(f.log_softmax[type]),
      [&](auto& in) { return log_of(softmax(in[0])); }, 8 * eps);
  if (s.inner == 1 && s.inner_pitch == 1) {
    std::vector<T> max(size_t(s.outer), T(77)), log_sum = max, scale = max;
    f.log_terms[type](x.data(), max.data(), log_sum.data(), s);
    for (size_t o = 0; o < scale.size(); ++o) scale[o] = T(o) - 2;
    const auto exp_terms = [&](auto& in, T* to) {
      f.exp_terms[type](in[0].data(), max.data(), log_sum.data(), scale.data(), to, s);
    };
    size_t line = 0;
    compare<T, T>(
        "log_terms and exp_terms", s, {x}, exp_terms,
        [&](auto& in) {
          Line p = softmax(in[0]);
          for (double& v : p) v *= double(line) - 2;
          ++line;
          return p;
        },
        8 * eps * double(s.outer));
  }
  std::vector<T> y = x;
  f.log_softmax[type](y.data(), y.data(), s);
  compare<T, T>(
      "log_softmax in place", s, {x},
      [&](auto& in, T* to) {
        f.log_softmax[type](in[0].data(), to, s);
        if (s.inner == s.inner_pitch) CHECK(std::equal(y.begin(), y.end(), to));
      },
      [&](auto& in) { return log_of(softmax(in[0])); }, 8 * eps);
  y.assign(size, T(0));
  f.softmax[type](x.data(), y.data(), s);
  compare<T, T>(
      "softmax backward", s, {dy, y}, backward(f.softmax_backward[type]),
      [](auto& in) {
        double dot = 0;
        for (size_t k = 0; k < in[0].size(); ++k) dot += in[0][k] * in[1][k];
        Line dx;
        for (size_t k = 0; k < in[0].size(); ++k) dx.push_back(in[1][k] * (in[0][k] - dot));
        return dx;
      },
      16 * eps);
  f.log_softmax[type](x.data(), y.data(), s);
  compare<T, T>(
      "log_softmax backward", s, {dy, y}, backward(f.log_softmax_backward[type]),
      [](auto& in) {
        double sum = 0;
        for (double v : in[0]) sum += v;
        Line dx;
        for (size_t k = 0; k < in[0].size(); ++k) dx.push_back(in[0][k] - std::exp(in[1][k]) * sum);
        return dx;
      },
      64 * eps);
}

template <class T>
Line line_of(const std::vector<T>& v) {
  return Line(v.begin(), v.end());
}

}  // namespace

TEST_CASE_TEMPLATE("scans of rows and columns", T, uint8_t, int32_t, int64_t, float, double) {
  using Y = std::conditional_t<std::is_floating_point_v<T>, T, int64_t>;
  const ScalarType type = scalar_type_of<T>;
  const double eps = std::is_floating_point_v<T> ? double(std::numeric_limits<T>::epsilon()) : 0;
  each_table([&](const Table& t) {
    for (const ScanShape& s : shapes) {
      const auto x = samples<T>(size_t(s.outer * s.n * s.inner_pitch), 1);
      auto factors = x;
      for (T& v : factors) v = v > T(2) ? T(2) : T(1);
      auto scan = [&](ScanFn* fn) { return [=, &s](auto& in, Y* y) { fn(in[0].data(), y, s); }; };
      compare<T, Y>("cumsum", s, {x}, scan(t.scan->cumsum.fn[type]), running(0, std::plus<>{}),
                    2 * eps + double(s.n) * 1e-16);  // rows are added in another order
      if (s.n < 50 || std::is_floating_point_v<T>)
        compare<T, Y>("cumprod", s, {factors}, scan(t.scan->cumprod.fn[type]),
                      running(1, [](double a, double b) { return double(Y(a * b)); }), 4 * eps);
      for (int which = 0; which < 2; ++which) {
        auto beats = [=](double v, double best) {
          return std::isnan(v) || (which ? v <= best : v >= best);
        };
        ScanIndexFn* fn = which ? t.scan->cummin[type] : t.scan->cummax[type];
        auto with_nans = x;
        if constexpr (std::is_floating_point_v<T>)
          for (size_t j = 20; j < x.size(); j += 37) with_nans[j] = T(nan_);
        std::vector<int64_t> index(x.size());
        std::vector<T> value(x.size());
        compare<T, T>(
            "running extremum", s, {with_nans},
            [&](auto& in, T* y) { fn(in[0].data(), y, index.data(), s); },
            [=](auto& in) {
              Line y;
              for (double v : in[0]) y.push_back(y.empty() || beats(v, y.back()) ? v : y.back());
              return y;
            },
            0);
        compare<T, int64_t>(
            "its index", s, {with_nans},
            [&](auto& in, int64_t* y) { fn(in[0].data(), value.data(), y, s); },
            [=](auto& in) {
              Line y;
              double best = 0;
              for (size_t k = 0; k < in[0].size(); ++k) {
                const bool take = k == 0 || beats(in[0][k], best);
                if (take) best = in[0][k];
                y.push_back(take ? double(k) : y.back());
              }
              return y;
            },
            0);
      }
      if constexpr (std::is_floating_point_v<T>)
        compare<T, T>(
            "logcumsumexp", s, {x}, scan(t.scan->logcumsumexp.fn[type]),
            [](auto& in) {
              Line y;
              double sum = 0;
              for (double v : in[0]) y.push_back(std::log(sum += std::exp(v)));
              return y;
            },
            4 * eps + 1e-14);
    }
  });
}

TEST_CASE("a scan may work in place") {
  std::vector<float> x = {1, 2, 3, 4, 5, 6};
  table().scan->cumsum.fn[ScalarType::Float](x.data(), x.data(), {2, 3, 1, 1});
  CHECK(x == std::vector<float>{1, 3, 6, 4, 9, 15});
}

TEST_CASE("logcumsumexp of extremes") {
  each_table([](const Table& t) {
    const double x[] = {-inf, -inf, 1000, 1000, -1000, inf, 3};
    double y[7];
    t.scan->logcumsumexp.fn[ScalarType::Double](x, y, {1, 7, 1, 1});
    CHECK(y[0] == -inf);
    CHECK(y[1] == -inf);
    CHECK(y[2] == 1000);
    CHECK(y[3] == doctest::Approx(1000 + std::log(2)));
    CHECK(y[4] == y[3]);
    CHECK(y[5] == inf);
    CHECK(y[6] == inf);
  });
}

TEST_CASE_TEMPLATE("softmax of rows and columns", T, float, double) {
  each_table([](const Table& t) {
    for (const ScanShape& s : shapes) test_softmax<T>(t, s);
  });
}

TEST_CASE_TEMPLATE("softmax of extremes", T, float, double) {
  const ScalarType type = scalar_type_of<T>;
  const T i = T(inf);
  each_table([&](const Table& t) {
    for (const int way : {0, 1, 2}) {
      const int64_t pitch = way == 0 ? 1 : 5;
      const bool rows = way == 2;
      auto apply = [&](SoftmaxFn* f, const std::vector<T>& x) {
        const auto n = int64_t(x.size());
        std::vector<T> wide(size_t(n * pitch)), y(size_t(n * pitch)), last;
        for (int64_t k = 0; k < n * pitch; ++k)
          wide[size_t(k)] = x[size_t(rows ? k % n : k / pitch)];
        f(wide.data(), y.data(), rows ? ScanShape{pitch, n, 1, 1} : ScanShape{1, n, pitch, pitch});
        for (int64_t k = 0; k < n; ++k)
          last.push_back(y[size_t(rows ? (pitch - 1) * n + k : k * pitch + pitch - 1)]);
        return line_of(last);
      };
      auto all_nan = [](const Line& y) {
        for (double v : y)
          if (!std::isnan(v)) return false;
        return true;
      };
      CHECK(apply(t.softmax->softmax[type], {-i, 0, -i}) == Line{0, 1, 0});
      CHECK(apply(t.softmax->log_softmax[type], {-i, 0, -i}) == Line{-inf, 0, -inf});
      CHECK(apply(t.softmax->softmax[type], {T(1e30), T(-1e30)}) == Line{1, 0});
      CHECK(all_nan(apply(t.softmax->softmax[type], {-i, -i})));
      CHECK(all_nan(apply(t.softmax->softmax[type], {i, 1})));
      CHECK(all_nan(apply(t.softmax->log_softmax[type], {T(nan_), 1, 2})));
    }
  });
}
