// The special functions on every instruction set: against values of
// tests/reference/special_values.py to the errors that tensor/kernels/simd/ states, and at poles,
// zeros and infinities.
#include <limits>

#include "tests/table.h"
#include "tests/tensor/kernels/kernels.h"

using namespace gradus;
using namespace gradus::test;

namespace {

struct Point {
  double x, y, rest = 0;  // f(x) = y + rest units of y's last place
  double scale = 0;       // the error is a part of this where it is larger than y
};
struct Case {
  std::string name;
  double order;
  bool is_float;
  std::vector<Point> points;
};
const std::vector<Case> cases = [] {
  std::vector<Case> all;
  for (const Cell& row : read_table("special_values.txt")) {
    all.push_back({row[0].text, row[1].number(), row[2].number() != 0, {}});
    for (const Cell& p : row[3].items)
      all.back().points.push_back({p[0].number(), p[1].number(), p.size() > 2 ? p[2].number() : 0,
                                   p.size() > 3 ? p[3].number() : 0});
  }
  return all;
}();

// Largest errors in units of the last place; those of double also without fused multiply-adds. A
// float that is computed in double has next to none.
struct Bound {
  std::string name;
  double in_double, unfused, in_float;
};
const Bound bounds[] = {
    {"lgamma", 3, 4, 0.51},
    {"digamma", 4, 4, 0.51},
    {"polygamma", 4, 4, 0.51},
    {"zeta", 3, 3, 0.51},
    {"erfinv", 3, 3, 3},
    {"i0", 4, 4, 4},
    {"i0e", 4, 4, 4},
    {"i1", 4, 4, 4},
    {"i1e", 4, 4, 4},
    // Those of tensor/kernels/special.h, the same on every instruction set.
    {"erfcx", 4, 4, 0.51},
    {"log_ndtr", 4, 4, 0.51},
    {"ndtri", 5, 5, 0.51},
    {"bessel_j0", 6, 6, 0.51},
    {"bessel_j1", 6, 6, 0.51},
    {"bessel_y0", 6, 6, 0.51},
    {"bessel_y1", 6, 6, 0.51},
    {"modified_bessel_k0", 6, 6, 0.51},
    {"modified_bessel_k1", 6, 6, 0.51},
    {"scaled_modified_bessel_k0", 6, 6, 0.51},
    {"scaled_modified_bessel_k1", 6, 6, 0.51},
    {"spherical_bessel_j0", 2, 2, 0.51},
    {"airy_ai", 5, 5, 0.51},
    {"airy_ai_prime", 5, 5, 0.51},
    {"igamma", 32, 32, 0.51},
    {"igammac", 32, 32, 0.51},
};

constexpr double inf = std::numeric_limits<double>::infinity(),
                 none = std::numeric_limits<double>::quiet_NaN();

// The kernel of the function at each x.
template <class T>
std::vector<T> values(const Table& table, const std::string& name, double order,
                      const std::vector<T>& x) {
  const std::vector<T> orders(x.size(), T(order));
  std::vector<T> y;
  for (const Formula& f : formulas()) {
    if (f.name != name) continue;
    const Loop loop = f.value_loop(scalar_type_of<T>, table);
    y = f.arity == 2 ? apply<T, T>(loop, {orders, x}, x.size()) : apply<T, T>(loop, {x}, x.size());
  }
  REQUIRE(y.size() == x.size());
  return y;
}

template <class T>
std::vector<T> points_of(const Case& c) {
  std::vector<T> x;
  for (const Point& p : c.points) x.push_back(T(p.x));
  return x;
}

template <class T>
void check_errors(const Table& table, const Case& c, double bound) {
  const std::vector<T> y = values<T>(table, c.name, c.order, points_of<T>(c));
  for (size_t i = 0; i < y.size(); ++i) {
    const Point& p = c.points[i];
    int exponent;
    std::frexp(std::max(std::abs(p.y), p.scale), &exponent);
    const double unit = std::ldexp(1.0, exponent - std::numeric_limits<T>::digits);
    const double lost = p.rest * std::ldexp(1.0, std::ilogb(p.y) - 52);
    const double error = std::abs((double(y[i]) - p.y) - lost) / unit;
    if (!(error <= bound))
      FAIL_CHECK(c.name, " ", c.order, " at ", p.x, ": ", y[i], " for ", p.y, ", ", error,
                 " units");
  }
}

}  // namespace

TEST_CASE("special functions are as exact as they say") {
  each_table([&](const Table& table) {
    const bool fused = std::string(table.isa) != "sse2";
    for (const Case& c : cases) {
      const Bound* b = bounds;
      while (b->name != c.name) ++b;
      if (c.is_float)
        check_errors<float>(table, c, b->in_float);
      else
        check_errors<double>(table, c, fused ? b->in_double : b->unfused);
    }
  });
}

TEST_CASE("special functions beside poles and other branches have the same bits") {
  each_table([&](const Table& table) {
    for (const Case& c : cases) {
      if (c.is_float) continue;
      const double others[] = {0, -2, inf, -0.5, 0.9, 1e-320, 700, none, 2.2, 30};
      const std::vector<double> x = points_of<double>(c),
                                y = values<double>(table, c.name, c.order, x);
      std::vector<double> mixed;
      for (size_t i = 0; i < x.size(); ++i)
        mixed.insert(mixed.end(), {others[i % 10], x[i], others[(i / 10 + i) % 10]});
      const std::vector<double> beside = values<double>(table, c.name, c.order, mixed);
      for (size_t i = 0; i < x.size(); ++i)
        if (y[i] != beside[3 * i + 1]) FAIL_CHECK(c.name, " ", c.order, " at ", x[i]);
    }
  });
}

TEST_CASE_TEMPLATE("special functions at poles, zeros, infinities and nans", T, float, double) {
  using Limits = std::numeric_limits<T>;
  const T most = Limits::max(), denormal = Limits::denorm_min(), minus_zero = T(-0.0);
  struct Special {
    std::string name;
    double order;
    std::vector<T> x;
    std::vector<double> y;
  };
  const T infinite = T(inf), not_a_number = T(none);
  const std::vector<Special> specials = {
      {"lgamma",
       0,
       {0, minus_zero, -1, -2, -170, T(-1e20), -most, infinite, -infinite, not_a_number},
       {inf, inf, inf, inf, inf, inf, inf, inf, inf, none}},
      {"lgamma", 0, {1, 2, 3, most}, {0, 0, std::log(2.0), inf}},
      {"lgamma",
       0,
       {denormal, -denormal},
       {-std::log(double(denormal)), -std::log(double(denormal))}},
      {"digamma",
       0,
       {0, minus_zero, -1, -2, T(-1e20), -most, infinite, -infinite, not_a_number},
       {-inf, inf, none, none, none, none, inf, none, none}},
      {"digamma",
       0,
       {denormal, -denormal, 1, most},
       {-1 / double(denormal), 1 / double(denormal), -0.57721566490153286, std::log(double(most))}},
      {"polygamma",
       1,
       {0, minus_zero, -1, -7, T(-1e20), infinite, not_a_number},
       {inf, inf, inf, inf, inf, 0, none}},
      {"polygamma",
       2,
       {0, minus_zero, -1, -7, T(-1e20), infinite, not_a_number},
       {-inf, -inf, -inf, -inf, -inf, -0.0, none}},
      {"polygamma",
       3,
       {0, minus_zero, -1, -7, infinite, not_a_number, denormal},
       {inf, inf, inf, inf, 0, none, inf}},
      {"polygamma", 0, {0, 1, -1}, {-inf, -0.57721566490153286, none}},
      {"erfinv",
       0,
       {0, minus_zero, 1, -1, T(1.5), -2, infinite, not_a_number},
       {0, -0.0, inf, -inf, none, none, none, none}},
      {"i0",
       0,
       {0, minus_zero, infinite, -infinite, most, denormal, not_a_number},
       {1, 1, inf, inf, inf, 1, none}},
      {"i1",
       0,
       {0, minus_zero, infinite, -infinite, -most, not_a_number},
       {0, -0.0, inf, -inf, -inf, none}},
      {"i0e", 0, {0, minus_zero, infinite, -infinite, not_a_number}, {1, 1, 0, 0, none}},
      {"i1e", 0, {0, minus_zero, infinite, -infinite, not_a_number}, {0, -0.0, 0, -0.0, none}},
  };
  each_table([&](const Table& table) {
    for (const Special& s : specials) {
      const std::vector<T> y = values<T>(table, s.name, s.order, s.x);
      for (size_t i = 0; i < y.size(); ++i) {
        const bool sign = y[i] != 0 || std::signbit(y[i]) == std::signbit(s.y[i]);
        if (ulps<T>(y[i], s.y[i]) > 1 || !sign)
          FAIL_CHECK(s.name, " ", s.order, " at ", s.x[i], ": ", y[i], ", should be ", s.y[i]);
      }
    }
  });
}
