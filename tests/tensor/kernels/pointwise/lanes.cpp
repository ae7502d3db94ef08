// What a kernel gives for an element does not depend on the elements beside it, on any instruction
// set: where a batch chooses between formulas, each lane must get its own.
#include <numeric>

#include "tests/tensor/kernels/kernels.h"

using namespace gradus;
using namespace gradus::test;

namespace {

constexpr size_t n = 192;

// Ordinary numbers, and those at which some function takes another way.
template <class T>
std::vector<T> points(unsigned seed) {
  std::vector<T> pool;
  if constexpr (std::is_floating_point_v<T>) {
    using Limits = std::numeric_limits<T>;
    for (const double v :
         {0.,   1e-40, 1e-30, 1e-9, 1e-4, 0.1,  0.3,  0.5,  0.75, 0.8,  0.9,  1.,
          1.5,  2.,    2.5,   3.,   3.5,  4.,   5.,   7.,   9.,   12.,  20.,  30.,
          60.,  63.,   88.,   90.,  103., 126., 200., 300., 500., 650., 708., 720.,
          740., 1022., 3e3,   3e4,  4e5,  1e6,  1e9,  3e9,  1e15, 1e18, 1e20, 1e30}) {
      pool.push_back(T(v));
      pool.push_back(T(-v));
    }
    for (const T v : {Limits::infinity(), Limits::max(), Limits::min(), Limits::denorm_min()}) {
      pool.push_back(v);
      pool.push_back(-v);
    }
    pool.push_back(Limits::quiet_NaN());
  } else {
    for (int v = -20; v <= 20; ++v) pool.push_back(T(v));
    pool.push_back(std::numeric_limits<T>::max());
    pool.push_back(std::numeric_limits<T>::min());
  }
  std::mt19937 rng(seed);
  std::vector<T> x(n);
  for (T& v : x) {
    v = pool[rng() % pool.size()];
    if (std::is_floating_point_v<T> && rng() % 4 == 0)
      v = T(std::normal_distribution<double>(0, 3)(rng));
  }
  return x;
}

template <class T>
bool same(T a, T b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0 || (a != a && b != b);
}

// The kernel on x, on x in another order, and on each element alone.
template <class Out, class T>
void check_lanes(const std::string& what, Loop f, const std::vector<std::vector<T>>& x) {
  if (f == nullptr) return;
  const auto y = apply<Out>(f, x, n);
  std::mt19937 rng(5);
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  const auto wrong = [&](const std::string& how, size_t i, Out got) {
    std::string at;
    for (const auto& v : x) at += ' ' + std::to_string(v[i]);
    FAIL_CHECK(what, how, " of", at, ": ", double(got), ", among others ", double(y[i]));
  };
  for (int round = 0; round < 4; ++round) {
    std::shuffle(order.begin(), order.end(), rng);
    auto moved = x;
    for (size_t k = 0; k < x.size(); ++k)
      for (size_t i = 0; i < n; ++i) moved[k][i] = x[k][order[i]];
    const auto z = apply<Out>(f, moved, n);
    for (size_t i = 0; i < n; ++i)
      if (!same(z[i], y[order[i]])) return wrong(" in another order", order[i], z[i]);
  }
  for (size_t i = 0; i < n; ++i) {
    std::vector<std::vector<T>> one;
    for (const auto& v : x) one.push_back({v[i]});
    const Out z = apply<Out>(f, one, 1)[0];
    if (!same(z, y[i])) return wrong(" alone", i, z);
  }
}

template <class T>
std::vector<std::vector<T>> operands(const Formula& f) {
  std::vector<std::vector<T>> x;
  for (int k = 0; k < f.arity; ++k) x.push_back(points<T>(unsigned(k) + 1));
  if (f.name == "polygamma")  // of whole orders only
    for (size_t i = 0; i < n; ++i) x[0][i] = T(i % 4);
  return x;
}

template <class T>
void check_formula(const Formula& f, const Table& table) {
  constexpr ScalarType type = scalar_type_of<T>;
  if (!f.takes(type)) return;
  const auto x = operands<T>(f);
  const std::string name = f.name + " of type " + std::to_string(int(type));
  const Loop loop = f.value_loop(type, table);
  if (f.to_bool) return check_lanes<uint8_t>(name, loop, x);
  check_lanes<T>(name, loop, x);
  if constexpr (std::is_floating_point_v<T>) {
    const auto y = apply<T>(loop, x, n);
    for (int i = 0; i < f.arity && i < 3; ++i) {
      std::vector<std::vector<T>> kept{std::vector<T>(n, T(1))};
      for (int k = 0; k < f.arity; ++k)
        if ((f.keep[i] >> k & 1) != 0) kept.push_back(x[size_t(k)]);
      if ((f.keep[i] & base::saves::output) != 0) kept.push_back(y);
      check_lanes<T>(name + ", slope " + std::to_string(i), f.slope_loop(i, type, table), kept);
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("an element's result does not depend on its neighbours", T, float, double,
                   uint8_t, int32_t, int64_t) {
  each_table([](const Table& table) {
    for (const Formula& f : formulas()) check_formula<T>(f, table);
  });
}

// Lines of softmax lie side by side as rows or as columns.
TEST_CASE_TEMPLATE("a line's softmax does not depend on the lines beside it", T, float, double) {
  constexpr int64_t lines = 43;
  for (const int64_t length : {1, 5, 16, 17, 37}) {
    CAPTURE(length);
    std::vector<T> x;
    for (int64_t i = 0; i < lines; ++i) {
      auto line = points<T>(unsigned(i));
      line.resize(size_t(length));
      // Some lines hold what makes nan of all of it, others do not.
      if (i % 3 != 0)
        for (T& v : line) v = std::isfinite(v) ? v : T(1);
      x.insert(x.end(), line.begin(), line.end());
    }
    const auto transposed = [](const std::vector<T>& from, int64_t rows) {
      std::vector<T> to(from.size());
      const int64_t columns = int64_t(from.size()) / rows;
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j)
          to[size_t(j * rows + i)] = from[size_t(i * columns + j)];
      return to;
    };
    each_table([&](const Table& table) {
      const auto check = [&](const char* what, SoftmaxFn* f) {
        std::vector<T> rows(x.size()), columns(x.size()), one(size_t(length), T(0));
        f(x.data(), rows.data(), {lines, length, 1, 1});
        f(transposed(x, lines).data(), columns.data(), {1, length, lines, lines});
        columns = transposed(columns, length);
        for (int64_t i = 0; i < lines; ++i) {
          const auto at = [&](int64_t j) { return size_t(i * length + j); };
          f(x.data() + i * length, one.data(), {1, length, 1, 1});
          for (int64_t j = 0; j < length; ++j)
            if (!same(one[size_t(j)], rows[at(j)])) FAIL_CHECK(what, " of row ", i);
        }
        // Columns in another order.
        std::vector<T> turned, y(x.size());
        for (int64_t i = lines; i-- > 0;)
          turned.insert(turned.end(), x.begin() + i * length, x.begin() + (i + 1) * length);
        f(transposed(turned, lines).data(), y.data(), {1, length, lines, lines});
        y = transposed(y, length);
        for (int64_t i = 0; i < lines; ++i)
          for (int64_t j = 0; j < length; ++j)
            if (!same(y[size_t((lines - 1 - i) * length + j)], columns[size_t(i * length + j)]))
              FAIL_CHECK(what, " of column ", i);
      };
      check("softmax", table.softmax->softmax[scalar_type_of<T>]);
      check("log_softmax", table.softmax->log_softmax[scalar_type_of<T>]);
    });
  }
}
