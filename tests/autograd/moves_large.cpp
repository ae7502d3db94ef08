// Operations that only move elements, where several threads share them: against loops over single
// elements, and for one and two threads. The sizes leave remainders everywhere.
#include <cmath>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;

namespace {

// What f gives, which is the same for any number of threads.
template <class F>
Tensor steady(F f) {
  const int before = get_num_threads();
  set_num_threads(1);
  const Tensor one = f();
  set_num_threads(2);
  const Tensor two = f();
  set_num_threads(before);
  CHECK(values(one) == values(two));
  return two;
}

Tensor counted(IntArrayRef sizes, ScalarType type = kFloat) {
  int64_t n = 1;
  for (const int64_t s : sizes) n *= s;
  return arange(n, kLong).remainder(251).to(type).view(sizes);
}
// The same elements, dense in another order.
Tensor turned(const Tensor& x) { return x.t().contiguous().t(); }

// Masks of all, none, some and few elements, and of a part that names fewer than a vector has.
std::vector<Tensor> masks(int64_t rows, int64_t columns) {
  const int64_t n = rows * columns;
  const Tensor i = arange(n, kLong);
  Tensor late = zeros({n}, kBool), edges = zeros({n}, kBool);
  late.slice(0, n - 3).fill_(1);
  edges.slice(0, 0, {}, 8191).fill_(1);
  std::vector<Tensor> out;
  for (const Tensor& m :
       {zeros({n}, kBool), ones({n}, kBool), i.mul(i).remainder(7).lt(3), i.remainder(97).eq(5),
        i.div(1000, "floor").remainder(3).eq(1), late, edges})
    out.push_back(m.view({rows, columns}));
  return out;
}

}  // namespace

TEST_CASE("large moves: what a mask names") {
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{131, 257}, {401, 403}, {3, 5}})
    for (const Tensor& dense : masks(rows, columns))
      for (const Tensor& mask : {dense, turned(dense)})
        for (const ScalarType type : {kBool, kFloat, kLong}) {
          const Tensor x = turned(counted({rows, columns}, type));
          const Values m = values(mask), from = values(x);
          Values chosen, places, put = from;
          for (size_t i = 0; i < m.size(); ++i) {
            if (m[i] == 0) continue;
            put[i] = double(type == kBool ? chosen.size() % 251 != 0 : chosen.size() % 251);
            chosen.push_back(from[i]);
            places.push_back(double(int64_t(i) / columns));
            places.push_back(double(int64_t(i) % columns));
          }
          const auto count = int64_t(chosen.size());
          CHECK(values(steady([&] { return x.masked_select(mask); })) == chosen);
          const Tensor found = steady([&] { return mask.to(type).nonzero(); });
          CHECK(found.sizes() == IntArrayRef({count, 2}));
          CHECK(values(found) == places);
          const Tensor source = counted({count}, type);
          CHECK(values(steady([&] { return x.masked_scatter(mask, source); })) == put);
        }
}

TEST_CASE("large moves: places of what is not zero, of several dims and of none") {
  const Tensor x = arange(17 * 5 * 3 * 211, kLong).remainder(9).lt(2);
  const Values flat = values(x);
  const Tensor found = steady([&] { return x.view({17, 5, 3, 211}).nonzero(); });
  Values want;
  for (int64_t i = 0; i < int64_t(flat.size()); ++i)
    if (flat[size_t(i)] != 0)
      for (const int64_t place : {i / 3165, i / 633 % 5, i / 211 % 3, i % 211})
        want.push_back(double(place));
  CHECK(values(found) == want);
  CHECK(tensor({0.0, -0.0, NAN, INFINITY, 1e-300}, kDouble)
            .nonzero()
            .flatten()
            .equal(tensor({2, 3, 4}, kLong)));
  CHECK(ones({}).nonzero().sizes() == IntArrayRef({1, 0}));
  CHECK(zeros({4, 0, 3}).nonzero().sizes() == IntArrayRef({0, 3}));
}

TEST_CASE("large moves: a mask or a source out of the tensor that is written") {
  const Tensor x = counted({130, 255}, kBool), want = x.masked_scatter(x.clone(), x.clone());
  const Tensor y = x.clone();
  y.masked_scatter_(y, y);
  CHECK(y.equal(want));
}
