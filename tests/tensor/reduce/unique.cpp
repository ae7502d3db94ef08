// Whole numbers close together and far apart, against std::map.
#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <vector>

#include "tensor/base/dtype.h"
#include "tensor/reduce/sort.h"

namespace {

using namespace gradus;

template <class T>
void check_unique(const std::vector<T>& v) {
  const Tensor x = raw::empty({int64_t(v.size())}, scalar_type_of<T>);
  std::map<T, int64_t> counts, places;
  for (size_t i = 0; i < v.size(); ++i) {
    x.data_ptr<T>()[i] = v[i];
    ++counts[v[i]];
  }
  const raw::Unique u = raw::unique(x, false);
  REQUIRE(u.values.numel() == int64_t(counts.size()));
  CHECK((u.values.dtype() == scalar_type_of<T>));
  int64_t k = 0;
  for (const auto& [value, count] : counts) {
    CHECK(u.values.data_ptr<T>()[k] == value);
    CHECK(u.counts.data_ptr<int64_t>()[k] == count);
    places[value] = k++;
  }
  for (size_t i = 0; i < v.size(); ++i) CHECK(u.inverse.data_ptr<int64_t>()[i] == places[v[i]]);
}

template <class T>
std::vector<T> numbers(int64_t n, T first, int64_t step) {
  std::vector<T> v;
  for (int64_t i = 0; i < n; ++i) v.push_back(T(first + T(i * 7 % 13 * step)));
  return v;
}

}  // namespace

TEST_CASE_TEMPLATE("unique whole numbers", T, uint8_t, int32_t, int64_t) {
  using Limits = std::numeric_limits<T>;
  for (const int64_t n : {1, 2, 13, 40}) {
    check_unique(numbers<T>(n, T(3), 1));
    check_unique(numbers<T>(n, Limits::min(), 1));
    check_unique(numbers<T>(n, T(Limits::max() - 12), 1));
    check_unique(numbers<T>(n, T(0), 9));
    if (Limits::is_signed) check_unique(numbers<T>(n, T(-6), 1));
    std::vector<T> ends = numbers<T>(n, T(0), 1);
    ends.push_back(Limits::max()), ends.push_back(Limits::min());
    check_unique(ends);
  }
}

TEST_CASE("unique truth values") {
  const Tensor x = raw::empty({5}, kBool);
  for (int i = 0; i < 5; ++i) x.data_ptr<bool>()[i] = i % 2 == 1;
  const raw::Unique u = raw::unique(x, false);
  REQUIRE(u.values.numel() == 2);
  CHECK(!u.values.data_ptr<bool>()[0]);
  CHECK(u.values.data_ptr<bool>()[1]);
  CHECK(u.counts.data_ptr<int64_t>()[0] == 3);
  CHECK(u.inverse.data_ptr<int64_t>()[3] == 1);
}
