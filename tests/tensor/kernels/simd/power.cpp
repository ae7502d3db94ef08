// Powers of doubles on every instruction set, against values of tests/reference/pow.py and, where
// C's standard says what they are, against the C library.
#include <limits>

#include "tests/table.h"
#include "tests/tensor/kernels/kernels.h"

using namespace gradus;
using namespace gradus::test;

namespace {

struct Power {
  double a, b, y, rest;  // a^b = y + rest units of y's last place
};
const std::vector<Power> powers = [] {
  std::vector<Power> all;
  for (const Cell& row : read_table("pow.txt"))
    all.push_back({row[0].number(), row[1].number(), row[2].number(), row[3].number()});
  return all;
}();

std::vector<double> pow_of(const Table& table, const std::vector<std::vector<double>>& x) {
  return apply<double>(value_loop<base::pow>(ScalarType::Double, table), x, x[0].size());
}

}  // namespace

TEST_CASE("powers of doubles are good to a unit of the last place") {
  std::vector<std::vector<double>> x(2);
  for (const Power& p : powers) x[0].push_back(p.a), x[1].push_back(p.b);
  each_table([&](const Table& table) {
    const std::vector<double> y = pow_of(table, x);
    for (size_t i = 0; i < y.size(); ++i) {
      const Power& p = powers[i];
      int exponent;
      std::frexp(std::max(p.y, std::numeric_limits<double>::min()), &exponent);
      const double error = std::ldexp(y[i] - p.y, 53 - exponent) - p.rest;
      if (std::abs(error) > 0.75) FAIL_CHECK(p.a, "^", p.b, " = ", y[i], ", ", error, " units off");
    }
  });
}

TEST_CASE("powers of doubles at zeros, infinities, nans and overflow are C's") {
  constexpr double inf = std::numeric_limits<double>::infinity(),
                   nan = std::numeric_limits<double>::quiet_NaN(),
                   normal = std::numeric_limits<double>::min(),
                   denormal = std::numeric_limits<double>::denorm_min(),
                   most = std::numeric_limits<double>::max(), eps = 0x1p-52;
  std::vector<double> points{0,          0.5,          1,           1.5,    2,
                             3,          1 + eps,      1 - eps / 2, inf,    nan,
                             most,       normal,       denormal,    3e-320, 1e300,
                             0x1p52 + 1, 0x1p52 - 0.5, 0x1p53 + 2,  0x1p63, 0x1p64,
                             0x1.8p64,   1022,         1023,        1024,   1025,
                             1074,       1074.5,       1075,        1075.5, 1023.9999999999999,
                             1e-20};
  for (size_t i = 0, n = points.size(); i < n; ++i) points.push_back(-points[i]);
  std::vector<std::vector<double>> x(2);
  for (const double a : points)
    for (const double b : points) x[0].push_back(a), x[1].push_back(b);
  each_table([&](const Table& table) {
    const std::vector<double> y = pow_of(table, x);
    for (size_t i = 0; i < y.size(); ++i) {
      const double want = std::pow(x[0][i], x[1][i]);
      const bool sign = std::isnan(want) || std::signbit(want) == std::signbit(y[i]);
      if (!sign || ulps<double>(y[i], want) > 1)
        FAIL_CHECK(x[0][i], "^", x[1][i], " = ", y[i], ", should be ", want);
    }
  });
}

// A power of a batch does not depend on what stands in its other lanes.
TEST_CASE("ordinary powers beside others are the same") {
  std::vector<std::vector<double>> x(2), mixed(2);
  for (const Power& p : powers) x[0].push_back(p.a), x[1].push_back(p.b);
  for (size_t i = 0; i < x[0].size(); ++i) {
    const double others[] = {0, -2, HUGE_VAL, -0.5, 1e-320};
    mixed[0].insert(mixed[0].end(), {x[0][i], others[i % 5], -x[0][i]});
    mixed[1].insert(mixed[1].end(), {x[1][i], i % 2 == 0 ? 3 : -2.5, 2});
  }
  each_table([&](const Table& table) {
    const std::vector<double> alone = pow_of(table, x), beside = pow_of(table, mixed);
    for (size_t i = 0; i < alone.size(); ++i) CHECK(alone[i] == beside[3 * i]);
  });
}

TEST_CASE("square roots of floats are rounded correctly") {
  std::mt19937 rng(3);
  std::vector<float> x = {0.0f, -0.0f, 1.0f, 1e-40f, INFINITY, 3.4e38f, 1e-31f, 8e-31f};
  while (x.size() < 100000) {
    const uint32_t bits = rng() & 0x7fffffff;
    float v;
    std::memcpy(&v, &bits, sizeof v);
    if (v == v) x.push_back(v);
  }
  each_table([&](const Table& table) {
    const auto y =
        apply<float, float>(value_loop<base::sqrt>(ScalarType::Float, table), {x}, x.size());
    for (size_t i = 0; i < x.size(); ++i)
      if (y[i] != std::sqrt(x[i])) FAIL_CHECK("sqrt of ", x[i], ": ", y[i]);
  });
}
