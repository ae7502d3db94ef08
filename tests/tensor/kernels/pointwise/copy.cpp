// Conversions, choices, fills and transposes on every instruction set.
#include <type_traits>

#include "tests/tensor/kernels/kernels.h"

using namespace gradus;
using namespace gradus::test;

namespace {

constexpr double inf = HUGE_VAL;

template <class To, class From>
std::vector<To> cast(const Table& table, const std::vector<From>& x) {
  const auto index = [](auto t) {
    using T = decltype(t);
    return int(scalar_type_of<std::conditional_t<std::is_same_v<T, Bool>, bool, T>>);
  };
  return apply<To>(table.copy->cast[index(From())][index(To())], std::vector<std::vector<From>>{x},
                   x.size());
}

template <class T>
std::vector<T> count(int64_t n) {
  std::vector<T> v(static_cast<size_t>(n));
  for (size_t i = 0; i < v.size(); ++i) v[i] = T(i % 101);
  return v;
}

template <class T>
void check_transpose(const Table& table) {
  for (int64_t rows : {1, 3, 16, 33, 70}) {
    for (int64_t cols : {1, 5, 32, 47}) {
      const int64_t from_step = cols + 2, to_step = rows + 3;
      const auto x = count<T>(rows * from_step);
      std::vector<T> y(size_t(cols * to_step), T(7)), want = y;
      for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j < cols; ++j)
          want[size_t(j * to_step + i)] = x[size_t(i * from_step + j)];
      }
      constexpr int64_t size = sizeof(T);
      table.copy->transpose[size_index(sizeof(T))](
          rows, cols, reinterpret_cast<char*>(y.data()), to_step * size,
          reinterpret_cast<const char*>(x.data()), from_step * size);
      CHECK(y == want);
    }
  }
}

template <class T>
void check_where(const Table& table) {
  for (int64_t n : {0, 1, 7, 33, 100}) {
    const auto a = count<T>(n);
    const T b = T(111);
    std::vector<uint8_t> c(size_t(2 * n + 1));
    for (size_t i = 0; i < c.size(); ++i) c[i] = i % 3 == 0;
    std::vector<T> y(static_cast<size_t>(n)), want = y;
    for (size_t i = 0; i < y.size(); ++i) want[i] = c[2 * i] ? a[i] : b;
    char* p[] = {reinterpret_cast<char*>(y.data()), reinterpret_cast<char*>(c.data()),
                 const_cast<char*>(reinterpret_cast<const char*>(a.data())),
                 const_cast<char*>(reinterpret_cast<const char*>(&b))};
    const int64_t step[] = {sizeof(T), 2, sizeof(T), 0}, row_step[4] = {};
    table.copy->where[size_index(sizeof(T))](n, 1, p, step, row_step);
    CHECK(y == want);
  }
}

}  // namespace

TEST_CASE("numbers convert as PyTorch converts them") {
  each_table([](const Table& table) {
    const std::vector<double> d = {
        300,   -1,    1e10, NAN, inf,  -inf, -300, 3e9,          2147483648.0,      1e19,
        -1e19, 255.9, 256,  0,   -0.0, 0.3,  -0.9, 3000000255.0, 9007199254740993.0};
    const std::vector<float> f(d.begin(), d.end());
    const int64_t least = INT64_MIN;
    CHECK(cast<uint8_t>(table, d) ==
          std::vector<uint8_t>{44, 255, 0, 0, 0, 0, 212, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 255, 0});
    CHECK(cast<int32_t>(table, d) == std::vector<int32_t>{300, -1, INT32_MIN, INT32_MIN, INT32_MIN,
                                                          INT32_MIN, -300, INT32_MIN, INT32_MIN,
                                                          INT32_MIN, INT32_MIN, 255, 256, 0, 0, 0,
                                                          0, INT32_MIN, INT32_MIN});
    CHECK(cast<int64_t>(table, d) == std::vector<int64_t>{300, -1, 10000000000, least, least, least,
                                                          -300, 3000000000, 2147483648, least,
                                                          least, 255, 256, 0, 0, 0, 0, 3000000255,
                                                          9007199254740992});
    CHECK(cast<int32_t>(table, f)[7] == INT32_MIN);
    CHECK(cast<int64_t>(table, f)[2] == 10000000000);
    const auto b = cast<Bool>(table, f);
    for (size_t i = 0; i < b.size(); ++i) CHECK(b[i] == (i != 13 && i != 14));
    CHECK(cast<uint8_t>(table, std::vector<int64_t>{300, -1, (1LL << 40) + 5}) ==
          std::vector<uint8_t>{44, 255, 5});
    CHECK(cast<int32_t>(table, std::vector<int64_t>{300, -1, (1LL << 40) + 5}) ==
          std::vector<int32_t>{300, -1, 5});
    CHECK(cast<float>(table, std::vector<Bool>{{true}, {false}}) == std::vector<float>{1, 0});
    CHECK(cast<float>(table, std::vector<uint8_t>{0, 200, 255}) == std::vector<float>{0, 200, 255});
    CHECK(cast<double>(table, f) != d);
    const auto longs = count<int64_t>(1000);
    CHECK(cast<int64_t>(table, cast<double>(table, longs)) == longs);
    CHECK(cast<int64_t>(table, cast<float>(table, longs)) == longs);
  });
}

TEST_CASE("long rows of numbers convert one by one, large ones among them") {
  each_table([](const Table& table) {
    for (const double large : {0x1p51, -0x1p51, 0x1p51 - 0.5, -0x1p62, 3e300, -inf, double(NAN)}) {
      std::vector<double> d(300);
      for (size_t i = 0; i < d.size(); ++i) d[i] = 1.37 * (double(i) - 150) * double(i % 7);
      d[130] = large;
      std::vector<int64_t> want;
      for (const double x : d)
        want.push_back(std::abs(x) < 0x1p63 ? static_cast<int64_t>(x) : INT64_MIN);
      CHECK(cast<int64_t>(table, d) == want);
      CHECK(cast<uint8_t>(table, d) == std::vector<uint8_t>(want.begin(), want.end()));
      const std::vector<float> f(d.begin(), d.end());
      want.clear();
      for (const float x : f)
        want.push_back(std::abs(x) < 0x1p63f ? static_cast<int64_t>(x) : INT64_MIN);
      CHECK(cast<int64_t>(table, f) == want);
      CHECK(cast<uint8_t>(table, f) == std::vector<uint8_t>(want.begin(), want.end()));
    }
  });
}

TEST_CASE("copies of any stride, and fills") {
  each_table([](const Table& table) {
    for (const int64_t n : {0, 1, 5, 64}) {
      for (const int64_t rows : {1, 3, 100}) {
        const auto x = count<float>(6 * 70 * 100);
        std::vector<double> y(size_t(rows * 70), -1), want = y;
        std::vector<float> z(size_t(rows * 70), -1), filled = z;
        for (int64_t r = 0; r < rows; ++r) {
          for (int64_t c = 0; c < n; ++c) {
            want[size_t(r * 70 + c)] = x[size_t(r * 2 + c * 500)];
            filled[size_t(r * 70 + c)] = x[3];
          }
        }
        char* p[] = {reinterpret_cast<char*>(y.data()),
                     const_cast<char*>(reinterpret_cast<const char*>(x.data()))};
        const int64_t step[] = {8, 500 * 4}, row_step[] = {70 * 8, 2 * 4};
        table.copy->cast[int(ScalarType::Float)][int(ScalarType::Double)](n, rows, p, step,
                                                                          row_step);
        CHECK(y == want);
        char* q[] = {reinterpret_cast<char*>(z.data()),
                     const_cast<char*>(reinterpret_cast<const char*>(&x[3]))};
        const int64_t fill_step[] = {4, 0}, fill_row_step[] = {70 * 4, 0};
        table.copy->cast[int(ScalarType::Float)][int(ScalarType::Float)](n, rows, q, fill_step,
                                                                         fill_row_step);
        CHECK(z == filled);
      }
    }
  });
}

TEST_CASE("choices and transposes of every size of element") {
  each_table([](const Table& table) {
    check_where<uint8_t>(table);
    check_where<float>(table);
    check_where<int64_t>(table);
    check_transpose<uint8_t>(table);
    check_transpose<int32_t>(table);
    check_transpose<double>(table);
  });
}
