// Integers and bools: counts, sums and comparisons beyond what their types hold.
#include <cstdint>
#include <functional>
#include <limits>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;

namespace {
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan_ = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEST_CASE("counts of bytes and of 32-bit integers") {
  for (const ScalarType type : {kByte, kInt, kLong}) {
    const Tensor x = tensor({3, 0, 3, 1}, kLong).to(type);
    CHECK(values(x.bincount()) == Values{1, 1, 0, 2});
    CHECK(values(x.bincount(vec({1, 2, 3, 4}), 6)) == Values{2, 4, 0, 4, 0, 0});
  }
  CHECK(message([] {
          tensor({1, -1}, kInt).bincount();
        }) == "bincount: elements must not be negative, got -1");
}

TEST_CASE("sums of small integers in einsum are int64") {
  for (const ScalarType type : {kByte, kInt, kLong}) {
    const Tensor x = full({2, 200}, 2, type), row = full({3}, 2, type);
    for (const char* equation : {"ij->i", "ij->", "ij->j"})
      CHECK((einsum(equation, {x}).dtype() == kLong));
    CHECK(values(einsum("ij->i", {x})) == Values{400, 400});
    CHECK(values(einsum("ij,k->i", {x, row})) == Values{2400, 2400});
    CHECK(values(einsum("ij,ik->k", {x, full({2, 1}, 2, type)})) == Values{1600});
    CHECK((einsum("ij->ji", {x}).dtype() == type));
    CHECK((einsum("ij,ij->i", {x, x}).dtype() == type));
  }
  CHECK((einsum("ij->i", {ones({2, 3}, kBool)}).dtype() == kLong));
}

TEST_CASE("sums of bools are bools, whatever scales them") {
  for (const double alpha : {2., 1., 0.}) {
    const Tensor y =
        zeros({2}, kBool)
            .index_add(0, tensor({0, 1}, kLong), ones({2}, kBool), Scalar(int64_t(alpha)));
    CHECK(*static_cast<const unsigned char*>(y.data_ptr()) == (alpha != 0));
  }
}

TEST_CASE("integers are compared with numbers that their type does not hold") {
  constexpr int64_t big = (int64_t(1) << 53) + 1;
  struct Beside {
    ScalarType type;
    std::vector<int64_t> elements;
  };
  const Beside tensors[] = {{kByte, {0, 1, 200, 255}},
                            {kInt, {INT32_MIN, -1, 16777217, INT32_MAX}},
                            {kLong, {INT64_MIN, -1, 16777217, big, INT64_MAX}}};
  const Scalar numbers[] = {Scalar(-1),        Scalar(256),       Scalar(456),    Scalar(-1000),
                            Scalar(big),       Scalar(INT64_MIN), Scalar(2.5),    Scalar(-0.5),
                            Scalar(16777216.), Scalar(16777217.), Scalar(1e30),   Scalar(-1e30),
                            Scalar(inf),       Scalar(-inf),      Scalar(nan_),   Scalar(200.5),
                            Scalar(0x1p53),    Scalar(0x1p63),    Scalar(-0x1p63)};
  for (const Beside& t : tensors) {
    const int64_t n = int64_t(t.elements.size());
    const Tensor x = empty({n}, t.type);
    for (int64_t i = 0; i < n; ++i) x[i].fill_(Scalar(t.elements[size_t(i)]));
    for (const Scalar& b : numbers) {
      CAPTURE(b.toDouble());
      const Tensor one = scalar_tensor(b, b.isFloatingPoint() ? kDouble : kLong);
      const auto same = [&](auto compare, const Tensor& y, const Tensor& by_tensor,
                            const Tensor& mirrored) {
        for (int64_t i = 0; i < n; ++i) {
          const long double a = (long double)(t.elements[size_t(i)]);
          const bool want = b.isFloatingPoint() ? compare(a, (long double)(b.toDouble()))
                                                : compare(a, (long double)(b.toLong()));
          CHECK(y[i].item<bool>() == want);
          CHECK(by_tensor[i].item<bool>() == want);
          CHECK(mirrored[i].item<bool>() == want);
        }
      };
      same(std::equal_to<>(), x.eq(b), x.eq(one), one.eq(x));
      same(std::not_equal_to<>(), x.ne(b), x.ne(one), one.ne(x));
      same(std::less<>(), x.lt(b), x.lt(one), one.gt(x));
      same(std::less_equal<>(), x.le(b), x.le(one), one.ge(x));
      same(std::greater<>(), x.gt(b), x.gt(one), one.lt(x));
      same(std::greater_equal<>(), x.ge(b), x.ge(one), one.le(x));
    }
    CHECK(x.clone().gt_(-1e30).eq(1).all().item<bool>());
  }
}
