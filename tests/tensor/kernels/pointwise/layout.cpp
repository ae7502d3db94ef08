// Every elementwise kernel on every instruction set and type: against the formula in double
// (integers: as it stands), and in every layout the same bits as for dense rows.
#include <type_traits>

#include "tensor/base/dtype.h"
#include "tests/tensor/kernels/kernels.h"

using namespace gradus;
using namespace gradus::test;

namespace {

template <class T>
std::vector<T> sample(size_t n, unsigned seed, bool positive = false) {
  std::mt19937 rng(seed);
  std::vector<T> v(n);
  for (T& t : v) {
    if constexpr (std::is_same_v<T, Bool>) {
      t = {rng() % 2 == 0};
    } else if constexpr (std::is_integral_v<T>) {
      t = T(int64_t(rng() % 200) - (std::is_signed_v<T> ? 100 : 0));
    } else {
      const double x = std::normal_distribution<double>(0, 2)(rng);
      t = T(positive ? std::abs(x) + 0.01 : x);
    }
  }
  return v;
}

template <class T>
using storage = std::conditional_t<std::is_same_v<T, bool>, Bool, T>;

template <class T>
std::vector<std::vector<storage<T>>> samples(const Formula& f, size_t n) {
  const bool positive = f.name == "pow" || f.name == "huber" || f.name == "smooth_l1";
  std::vector<std::vector<storage<T>>> x;
  for (int k = 0; k < f.arity; ++k) x.push_back(sample<storage<T>>(n, unsigned(k) + 1, positive));
  if (f.name == "polygamma")
    for (size_t i = 0; i < n; ++i) x[0][i] = {T(i % 4)};
  return x;
}

// Out: what the formula gives for the type T.
template <class Out, class T>
void check_values(const Formula& f, const Table& table) {
  constexpr size_t n = 203;
  if (f.name == "nextafter" && std::is_floating_point_v<T>) return;  // of a float is no double's
  const auto x = samples<T>(f, n);
  const auto y = apply<Out>(f.value_loop(scalar_type_of<T>, table), x, n);
  for (size_t i = 0; i < n; ++i) {
    if constexpr (std::is_floating_point_v<T>) {
      double operands[4] = {};
      for (size_t k = 0; k < x.size(); ++k) operands[k] = double(x[k][i]);
      const double want = f.value(operands);
      if (f.to_bool ? bool(y[i]) != (want != 0) : ulps<T>(double(y[i]), want, 1) > 16)
        FAIL_CHECK(f.name, " ", i, ": ", double(y[i]), " for ", want);
    } else {
      const void* operands[4] = {};
      for (size_t k = 0; k < x.size(); ++k) operands[k] = x[k].data();
      Out want;
      f.exact[int(scalar_type_of<T>)](operands, i, &want);
      if (y[i] != want) FAIL_CHECK(f.name, " ", i, ": ", int64_t(y[i]), " for ", int64_t(want));
    }
  }
}

// The kernel of the slope by operand i against the formula, of which only what the formula keeps is
// given, and that against a difference quotient.
void check_slope(const Formula& f, int i, const Table& table) {
  constexpr size_t n = 61;
  const unsigned keep = f.keep[i];
  const auto x = samples<double>(f, n);
  const auto y = apply<double>(f.value_loop(ScalarType::Double, table), x, n);
  const auto dy = sample<double>(n, 9);
  std::vector<std::vector<double>> operands{dy};
  for (int k = 0; k < f.arity; ++k) {
    if ((keep >> k & 1) != 0) operands.push_back(x[size_t(k)]);
  }
  if ((keep & base::saves::output) != 0) operands.push_back(y);
  const auto dx = apply<double>(f.slope_loop(i, ScalarType::Double, table), operands, n);
  std::vector<std::vector<float>> narrow;
  for (const auto& o : operands) narrow.emplace_back(o.begin(), o.end());
  const auto narrow_dx = apply<float>(f.slope_loop(i, ScalarType::Float, table), narrow, n);
  for (size_t j = 0; j < n; ++j) {
    CAPTURE(i);
    double all[4] = {}, kept[4] = {};
    for (size_t k = 0; k < x.size(); ++k) {
      all[k] = x[k][j];
      if ((keep >> k & 1) != 0) kept[k] = x[k][j];
    }
    const double want = dy[j] * f.slope[i](kept, (keep & base::saves::output) != 0 ? y[j] : 0);
    if (ulps<double>(dx[j], want, 1) > 64) FAIL_CHECK(f.name, ": ", dx[j], " for ", want);
    const double error = std::abs(narrow_dx[j] - want);
    if (error > 2e-4 * std::max(1.0, std::abs(want)))
      FAIL_CHECK(f.name, ": float ", narrow_dx[j], " for ", want);
    const auto value_at = [&](double at) {
      double v[4] = {all[0], all[1], all[2], all[3]};
      v[i] = at;
      return f.value(v);
    };
    const double h = 1e-6 * (1 + std::abs(all[i]));
    const double quotient = (value_at(all[i] + h) - value_at(all[i] - h)) / (2 * h) * dy[j];
    if (std::isnan(quotient)) continue;
    if (std::abs(quotient - want) > 1e-5 * std::max(1.0, std::abs(want))) {
      FAIL_CHECK(f.name, ": slope ", want, ", difference quotient ", quotient);
    }
  }
}

// One operand of a block in a larger buffer. The steps are in elements.
struct Layout {
  const char* name;
  int64_t step, row_step;
};

// Runs f on rows x n in the given layouts (operand 0 is the output) and compares with dense rows.
void check_layout(Loop f, int operands, const int* size, int64_t n, int64_t rows,
                  const Layout* layout, bool in_place) {
  std::mt19937 rng(7);
  std::vector<std::vector<char>> buffer{size_t(operands)}, dense{size_t(operands)};
  char *p[8], *q[8];
  int64_t step[8], row_step[8], dense_step[8], dense_row_step[8];
  for (int k = 0; k < operands; ++k) {
    const Layout l = layout[k];
    const int64_t extent =
        1 + (n > 0 ? (n - 1) * l.step : 0) + (rows > 0 ? (rows - 1) * l.row_step : 0);
    buffer[k].resize(size_t(extent * size[k]));
    dense[k].resize(size_t(n * rows * size[k]));
    // Small whole numbers: valid, and quick, for every type and formula.
    for (int64_t i = 0; i < extent; ++i) {
      char* at = buffer[k].data() + i * size[k];
      const int v = int(rng() % 2);
      const float fv = float(v) + 0.5f;
      const double dv = v + 0.5;
      if (size[k] == 1) *at = char(v);
      if (size[k] == 4) std::memcpy(at, &fv, 4);
      if (size[k] == 8) std::memcpy(at, &dv, 8);
    }
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < n; ++c) {
        std::memcpy(dense[k].data() + (r * n + c) * size[k],
                    buffer[k].data() + (r * l.row_step + c * l.step) * size[k], size_t(size[k]));
      }
    }
    p[k] = buffer[k].data();
    q[k] = dense[k].data();
    step[k] = l.step * size[k];
    row_step[k] = l.row_step * size[k];
    dense_step[k] = size[k];
    dense_row_step[k] = n * size[k];
  }
  if (in_place) p[0] = p[1];
  f(n * rows, 1, q, dense_step, dense_row_step);
  const std::vector<char> before = buffer[in_place ? 1 : 0];
  f(n, rows, p, step, row_step);
  std::vector<char> want = before;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < n; ++c) {
      std::memcpy(want.data() + r * row_step[0] + c * step[0], q[0] + (r * n + c) * size[0],
                  size_t(size[0]));
    }
  }
  CHECK(want == buffer[in_place ? 1 : 0]);  // every element, and nothing beside them
}

constexpr Layout dense_rows{"dense", 1, 80}, spread{"spread", 3, 250},
    columns{"columns", 7, 1},  // of 7 rows at most
    number{"number", 0, 0}, row{"row", 1, 0}, column{"column", 0, 1};

void check_layouts(Loop f, int arity, bool to_bool, int item) {
  const int size[5] = {to_bool ? 1 : item, item, item, item, item};
  const Layout inputs[] = {dense_rows, number, spread, columns, row, column};
  for (const Layout& y : {dense_rows, spread, columns}) {
    for (size_t i = 0; i < std::size(inputs); ++i) {
      const Layout layout[5] = {y, inputs[i], inputs[(i + 1) % 6], inputs[(i + 3) % 6],
                                inputs[(i + 4) % 6]};
      CAPTURE(y.name);
      CAPTURE(inputs[i].name);
      for (const auto& [n, rows] : {std::pair{70, 3}, {5, 7}, {1, 7}}) {
        check_layout(f, arity + 1, size, n, rows, layout, false);
      }
    }
    if (!to_bool) {
      const Layout layout[5] = {y, y, inputs[0], inputs[1], inputs[2]};
      check_layout(f, arity + 1, size, 37, 3, layout, true);
      check_layout(f, arity + 1, size, 3, 6, layout, true);
    }
  }
}

// visit(formula, table) for every formula on every instruction set.
template <class Visit>
void each_kernel(Visit visit) {
  each_table([&](const Table& table) {
    for (const Formula& f : formulas()) {
      CAPTURE(f.name);
      visit(f, table);
    }
  });
}

}  // namespace

TEST_CASE_TEMPLATE("kernels give what their formulas give", T, bool, uint8_t, int32_t, int64_t,
                   float, double) {
  each_kernel([](const Formula& f, const Table& table) {
    constexpr ScalarType type = scalar_type_of<T>;
    if (!f.takes(type))
      CHECK(!f.value_loop(type, table));
    else if (f.to_bool)
      check_values<Bool, T>(f, table);
    else
      check_values<storage<T>, T>(f, table);
  });
}

TEST_CASE("slopes are the derivatives of values") {
  each_kernel([](const Formula& f, const Table& table) {
    for (int i = 0; i < 3; ++i) {
      if (f.has_slope[i]) check_slope(f, i, table);
      for (const ScalarType type : {ScalarType::Float, ScalarType::Double})
        CHECK((f.slope_loop(i, type, table) != nullptr) == f.has_slope[i]);
    }
  });
}

TEST_CASE("every layout gives the same bits") {
  each_kernel([](const Formula& f, const Table& table) {
    for (int type = 0; type < scalar_type_count; ++type) {
      CAPTURE(type);
      if (f.takes(ScalarType(type)))
        check_layouts(f.value_loop(ScalarType(type), table), f.arity, f.to_bool,
                      int(item_size(ScalarType(type))));
    }
  });
}

TEST_CASE("every length, with nothing written beyond it") {
  const Layout layout[] = {dense_rows, spread, number};
  const Layout strided[] = {spread, dense_rows, column};
  each_table([&](const Table& table) {
    for (int64_t n = 0; n <= 70; ++n) {
      CAPTURE(n);
      for (int64_t rows : {0, 1, 2}) {
        const int f4[] = {4, 4, 4}, b1[] = {1, 1, 1}, to_bool[] = {1, 8, 8};
        check_layout(value_loop<base::mul>(ScalarType::Float, table), 3, f4, n, rows, layout,
                     false);
        check_layout(value_loop<base::mul>(ScalarType::Float, table), 3, f4, n, rows, strided,
                     false);
        check_layout(value_loop<base::bitwise_xor>(ScalarType::Byte, table), 3, b1, n, rows, layout,
                     false);
        check_layout(value_loop<base::lt>(ScalarType::Double, table), 3, to_bool, n, rows, strided,
                     false);
      }
    }
  });
}
