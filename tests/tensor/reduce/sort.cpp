// Lines long enough for every way of sorting, against std::stable_sort.
#include "tensor/reduce/sort.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>

#include "tensor/base/dtype.h"
#include "tensor/base/parallel.h"

namespace {

using namespace gradus;

// Few different numbers, so that many are equal; nans, both zeros and infinities among the floats.
template <class T>
std::vector<T> sample(int64_t n) {
  std::mt19937 random{7};
  std::vector<T> x;
  for (int64_t i = 0; i < n; ++i) {
    const int v = int(random() % 300) - 150;
    if constexpr (std::is_floating_point_v<T>) {
      constexpr T inf = std::numeric_limits<T>::infinity(),
                  nan = std::numeric_limits<T>::quiet_NaN();
      const T special[] = {nan, -nan, inf, -inf, T(0), T(-0.0)};
      x.push_back(v >= 144 ? special[v - 144] : T(v) * T(0.37));
    } else {
      x.push_back(T(v));
    }
  }
  return x;
}

template <class T>
bool before(T a, T b) {
  return a < b || (a == a && b != b);
}

template <class T>
bool same_bits(T a, T b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

template <class T>
std::vector<int64_t> order(const std::vector<T>& x, bool falling) {
  std::vector<int64_t> places(x.size());
  std::iota(places.begin(), places.end(), 0);
  std::stable_sort(places.begin(), places.end(), [&](int64_t i, int64_t j) {
    const T a = x[size_t(i)], b = x[size_t(j)];
    return falling ? before(b, a) : before(a, b);
  });
  return places;
}

// `lines` copies of the sample along the middle of three dims.
template <class T>
Tensor tensor_of(const std::vector<T>& x, int64_t outer, int64_t inner) {
  const int64_t n = int64_t(x.size());
  const Tensor t = raw::empty({outer, n, inner}, scalar_type_of<T>);
  for (int64_t i = 0; i < t.numel(); ++i) t.data_ptr<T>()[i] = x[size_t(i / inner % n)];
  return t;
}

template <class T>
void check(const raw::Sorted& y, const std::vector<T>& x, std::vector<int64_t> want,
           int64_t inner) {
  const int64_t k = int64_t(want.size());
  for (int64_t i = 0; i < y.values.numel(); ++i) {
    const int64_t place = want[size_t(i / inner % k)];
    REQUIRE(y.indices.data_ptr<int64_t>()[i] == place);
    REQUIRE(same_bits(y.values.data_ptr<T>()[i], x[size_t(place)]));
  }
}

TEST_CASE_TEMPLATE("sort and topk", T, float, double, int32_t, int64_t, uint8_t) {
  for (const int64_t n : {1, 10, 255, 256, 5000})
    for (const auto& [outer, inner] : {std::pair{3, 1}, std::pair{1, 5}}) {
      CAPTURE(n);
      const auto x = sample<T>(n);
      const Tensor t = tensor_of(x, outer, inner);
      for (const bool falling : {false, true}) {
        const auto want = order(x, falling);
        check(raw::sort(t, 1, falling), x, want, inner);
        for (const int64_t k : {1, 7, 16, 17, 200, 5000}) {
          if (k > n) continue;
          std::vector<int64_t> first(want.begin(), want.begin() + k);
          check(raw::topk(t, k, 1, falling, true), x, first, inner);
          std::sort(first.begin(), first.end());
          check(raw::topk(t, k, 1, falling, false), x, first, inner);
        }
      }
      const auto want = order(x, false);
      check(raw::kthvalue(t, (n + 1) / 2, 1, true), x, {want[size_t((n - 1) / 2)]}, inner);
    }
}

TEST_CASE("topk without dims") {
  for (const int64_t k : {0, 1}) {
    const auto [values, indices] = raw::topk(raw::full({}, 5, kLong), k, 0, true, true);
    CHECK(values.sizes() == IntArrayRef{});
    CHECK(*values.data_ptr<int64_t>() == 5);
    CHECK(*indices.data_ptr<int64_t>() == 0);
  }
}

TEST_CASE("topk of nothing but nans") {
  const std::vector<float> x(100, std::numeric_limits<float>::quiet_NaN());
  const Tensor t = tensor_of(x, 2, 1);
  for (const int64_t k : {3, 50})
    for (const bool largest : {false, true}) {
      std::vector<int64_t> first(static_cast<size_t>(k));
      std::iota(first.begin(), first.end(), 0);
      check(raw::topk(t, k, 1, largest, true), x, first, 1);
    }
}

}  // namespace
