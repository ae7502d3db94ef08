// Every elementwise kernel, value and slope, on every instruction set, against PyTorch's numbers at
// extremes and kinks; see tests/reference/elementwise.py.
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/table.h"
#include "tests/tensor/kernels/kernels.h"

using namespace gradus;
using namespace gradus::test;

namespace {

struct Numbers {
  std::vector<double> v;
  std::vector<bool> known;
};

std::vector<std::string> split(const std::string& s, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(s);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

Numbers numbers(const std::string& s) {
  Numbers n;
  std::istringstream in(s);
  for (std::string word; in >> word;) {
    if (word == "-") continue;
    n.v.push_back(word == "?" ? 0 : std::strtod(word.c_str(), nullptr));
    n.known.push_back(word != "?");
  }
  return n;
}

struct Case {
  bool is_float;
  std::vector<std::vector<double>> operands;  // the product of the points, spelled out
  Numbers values;
  std::vector<Numbers> slopes;
};

std::map<std::string, std::vector<Case>> parse() {
  std::map<std::string, std::vector<Case>> cases;
  std::ifstream file = open_reference("elementwise.txt");
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, 2, "//") == 0) continue;
    const auto sections = split(line, '|');
    const auto head = split(sections[0], ' ');
    Case c{head[1] == "float", {}, numbers(sections[2]), {}};
    size_t n = 1;
    for (const auto& points : split(sections[1], ';')) {
      const auto v = numbers(points).v;
      for (auto& o : c.operands) {
        std::vector<double> repeated;
        for (double x : o) repeated.insert(repeated.end(), v.size(), x);
        o = repeated;
      }
      c.operands.emplace_back();
      for (size_t i = 0; i < n; ++i)
        c.operands.back().insert(c.operands.back().end(), v.begin(), v.end());
      n *= v.size();
    }
    for (const auto& s : split(sections[3], ';')) c.slopes.push_back(numbers(s));
    cases[head[0]].push_back(c);
  }
  return cases;
}

template <class T>
std::vector<std::vector<T>> convert(const std::vector<std::vector<double>>& all) {
  std::vector<std::vector<T>> out;
  for (const auto& v : all) out.emplace_back(v.begin(), v.end());
  return out;
}

std::string where(const Case& c, size_t i) {
  std::ostringstream s;
  s.precision(17);
  for (const auto& o : c.operands) s << o[i] << ' ';
  return s.str();
}

template <class T>
void compare(const std::string& what, const Case& c, const std::vector<double>& got,
             const Numbers& want, double tolerance, bool signs) {
  REQUIRE(want.v.size() == got.size());
  for (size_t i = 0; i < got.size(); ++i) {
    if (!want.known[i]) continue;
    const bool sign =
        !signs || got[i] != 0 || want.v[i] != 0 || std::signbit(want.v[i]) == std::signbit(got[i]);
    if (ulps<T>(got[i], want.v[i], 1.0 / 16) > tolerance || !sign) {
      FAIL_CHECK(what, " at ", where(c, i), ": got ", got[i], ", PyTorch has ", want.v[i]);
    }
  }
}

template <class T>
void check(const Formula& f, const Table& table, const Case& c) {
  const auto x = convert<T>(c.operands);
  const size_t n = x[0].size();
  const std::string name = f.name + (sizeof(T) == 4 ? " float" : " double");
  constexpr ScalarType type = scalar_type_of<T>;
  std::vector<double> y;
  if (f.to_bool) {
    for (Bool b : apply<Bool>(f.value_loop(type, table), x, n)) y.push_back(b);
  } else {
    for (T v : apply<T>(f.value_loop(type, table), x, n)) y.push_back(v);
  }
  compare<T>(name, c, y, c.values, sizeof(T) == 4 ? 8 : 64, true);
  for (int i = 0; i < f.arity && i < 3; ++i) {
    const Loop loop = f.slope_loop(i, type, table);
    if (c.slopes[size_t(i)].v.empty() || loop == nullptr) continue;
    std::vector<std::vector<T>> operands{std::vector<T>(n, T(1))};
    for (int k = 0; k < f.arity; ++k) {
      if ((f.keep[i] >> k & 1) != 0) operands.push_back(x[size_t(k)]);
    }
    if ((f.keep[i] & base::saves::output) != 0) operands.emplace_back(y.begin(), y.end());
    const auto dx = apply<T>(loop, operands, n);
    compare<T>(name + " slope " + std::to_string(i), c, {dx.begin(), dx.end()}, c.slopes[size_t(i)],
               sizeof(T) == 4 ? 16 : 128, false);
  }
}

}  // namespace

TEST_CASE("values and slopes at extremes are PyTorch's") {
  const auto cases = parse();
  std::set<std::string> used;
  each_table([&](const Table& table) {
    for (const Formula& f : formulas()) {
      const auto found = cases.find(f.name);
      if (found == cases.end()) continue;
      used.insert(found->first);
      for (const Case& c : found->second)
        c.is_float ? check<float>(f, table, c) : check<double>(f, table, c);
    }
  });
  for (const auto& each : cases)
    CHECK_MESSAGE(used.count(each.first) == 1, each.first, " is no formula");
}

TEST_CASE_TEMPLATE("whole quotients and remainders of integers", T, uint8_t, int32_t, int64_t) {
  using Limits = std::numeric_limits<T>;
  std::vector<T> points = {0, 1, 2, 3, 7, 10, 100, T(-1), T(-2), T(-3), T(-7), T(46341)};
  for (int k = 0; k < 3; ++k) {
    points.push_back(T(Limits::max() - k));
    points.push_back(T(Limits::min() + k));
    points.push_back(T(Limits::max() / 2 + k));
    points.push_back(T(Limits::max() / 3 - k));
  }
  std::vector<T> a, b, floors, truncs, remainders, fmods;
  for (const T x : points)
    for (const T y : points) {
      const __int128 i = x, j = y, q = j == 0 ? 0 : i / j, r = j == 0 ? 0 : i - q * j;
      const bool below = r != 0 && (r < 0) != (j < 0);
      a.push_back(x), b.push_back(y);
      truncs.push_back(T(q)), fmods.push_back(T(r));
      floors.push_back(T(q - below)), remainders.push_back(T(below ? r + j : r));
    }
  each_table([&](const Table& table) {
    const auto gives = [&]<class F>(F) {
      return apply<T>(value_loop<F>(scalar_type_of<T>, table), std::vector{a, b}, a.size());
    };
    CHECK(gives(base::floor_divide()) == floors);
    CHECK(gives(base::trunc_divide()) == truncs);
    CHECK(gives(base::remainder()) == remainders);
    CHECK(gives(base::fmod()) == fmods);
  });
}
