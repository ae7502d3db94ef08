#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/ops/random/random.h"
#include "tensor/base/half.h"
#include "tensor/raw.h"
#include "tests/support.h"

using namespace gradus;

namespace {

constexpr auto bool_ = kBool, u8 = kByte, i32 = kInt, i64 = kLong, f64 = kDouble;

// See tests/reference/factories.py.
const ArrayCase cases[] = {
#include "tests/reference/factories.inc"
};

bool same(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.sizes() == b.sizes() && values(a) == values(b);
}

}  // namespace

#define CHECK_FAILS(what, message) CHECK_THROWS_WITH_AS(what, message, Error)

TEST_CASE("factories give what PyTorch's give") {
  for (const ArrayCase& c : cases) {
    CAPTURE(c.text);
    const Values v = c.result();
    // pow is the C library's.
    const bool exact = std::string_view(c.text).substr(0, 8) != "logspace";
    for (size_t i = 0; i < v.size(); ++i)
      CHECK(std::fabs(v[i] - c.values[i]) <= (exact ? 0 : 1e-7 * std::fabs(c.values[i])));
  }
}

TEST_CASE("logspace with a negative base has numbers at the whole exponents, as PyTorch rounds") {
  const Values v = values(logspace(1, -3, 7, -1));
  for (size_t i = 0; i < v.size(); ++i) CHECK((i % 3 == 0 ? v[i] == -1 : std::isnan(v[i])));
}

TEST_CASE("arange counts in whole numbers, however far apart the bounds are") {
  const int64_t least = INT64_MIN, most = INT64_MAX;
  const Tensor x = arange(least, most, most);
  REQUIRE(x.sizes() == IntArrayRef({3}));
  CHECK(x[0].item<int64_t>() == least);
  CHECK(x[1].item<int64_t>() == -1);
  CHECK(x[2].item<int64_t>() == most - 1);
  CHECK(arange(0, least, least).sizes() == IntArrayRef({1}));
  CHECK_FAILS(arange(least, most), "arange: 18446744073709551615 elements are too many");
  CHECK_FAILS(arange(0, least, -1), "arange: 9223372036854775808 elements are too many");
  CHECK_FAILS(arange(most, most - 1),
              "arange: a step of 1 does not lead from 9223372036854775807 to 9223372036854775806");
  CHECK_FAILS(range(0, 3, 0.5, kLong), "range: the step must not be 0");
}

TEST_CASE("tensor() takes arrays and vectors of any element type") {
  const std::vector<int> ints = {1, 2};
  const std::vector<float> floats = {1.5f, 2.5f};
  const std::vector<uint8_t> bytes = {1, 255};
  const bool flags[] = {true, false};
  CHECK((tensor(ints).dtype() == kLong));
  CHECK(values(tensor(floats, kDouble)) == std::vector<double>{1.5, 2.5});
  CHECK((tensor(bytes).dtype() == kByte));
  CHECK(values(tensor(bytes)) == std::vector<double>{1, 255});
  CHECK((tensor(ArrayRef<bool>(flags)).dtype() == kBool));
  CHECK(values(tensor({ints, ints})) == std::vector<double>{1, 2, 1, 2});
  CHECK(tensor(std::vector<double>()).sizes() == IntArrayRef({0}));
  CHECK(tensor({1.0, 2.0}, requires_grad()).requires_grad());
  set_default_dtype(kDouble);
  CHECK((tensor({1.0}).dtype() == kDouble));
  CHECK((zeros({2}).dtype() == kDouble));
  set_default_dtype(kFloat);
  CHECK_THROWS_WITH_AS(tensor({{1}, {2, 3}}), "tensor: sub-lists differ in shape, [1] and [2]",
                       Error);
  CHECK_THROWS_WITH_AS(tensor({1, 2.5}), "tensor: elements differ in type, int64 and float64",
                       Error);
  CHECK_THROWS_WITH_AS(tensor(300, kByte), "tensor: 300 does not fit uint8", Error);
}

TEST_CASE("factories refuse what PyTorch refuses") {
  CHECK_FAILS(arange(5, 1), "arange: a step of 1 does not lead from 5 to 1");
  CHECK_FAILS(arange(1, 5, 0), "arange: the step must not be 0");
  CHECK_FAILS(arange(0, 1, 0.1, kLong), "arange: the step must not be 0");
  CHECK_FAILS(arange(0, INFINITY), "arange: the bounds must be finite, 0 and inf");
  CHECK_FAILS(arange(3, kBool), "arange: does not make bool");
  CHECK_FAILS(linspace(0, 1, -1), "linspace: the number of steps must not be negative, got -1");
  CHECK_FAILS(eye(-1), "eye: sizes must not be negative, got -1 and -1");
  CHECK_FAILS(full({2}, 300, kByte), "full: 300 does not fit uint8");
  CHECK_FAILS(full({2}, 1e10, kInt), "full: 10000000000 does not fit int32");
  for (const int64_t rows : {0, 2, 5})
    for (const int64_t cols : {0, 3, 4})
      for (int64_t offset = -7; offset < 7; ++offset) {
        const Tensor all = ones({rows, cols});
        CHECK(tril_indices(rows, cols, offset).t().equal(all.tril(offset).nonzero()));
        CHECK(triu_indices(rows, cols, offset).t().equal(all.triu(offset).nonzero()));
      }
  const int64_t most = std::numeric_limits<int64_t>::max(), large = int64_t(1) << 40;
  CHECK(tril_indices(2, 3, most).size(1) == 6);
  CHECK(triu_indices(2, 3, -most - 1).size(1) == 6);
  CHECK(tril_indices(large, 4, 1 - large).size(1) == 1);
  CHECK(tril_indices(large, 0).size(1) == 0);
  CHECK_FAILS(tril_indices(large, large),
              "tril_indices: 1099511627776 by 1099511627776 places are too many");
  CHECK_FAILS(tril_indices(2, 2, 0, kFloat), "tril_indices: makes int64 and int32, not float32");
  CHECK_FAILS(zeros({2}, Device("cuda")), "zeros: only the cpu holds tensors, got cuda");
  CHECK_FAILS(zeros({2}, TensorOptions(kLong).requires_grad(true)),
              "requires_grad_: only floating point tensors can require grad, got int64");
  CHECK_THROWS_AS(empty({-1}), Error);
}

TEST_CASE("a tensor of an element type that has only a name is refused") {
  const Tensor x = ones({2, 2});
  for (const ScalarType t : {kChar, kShort, kUInt16, kUInt32, kUInt64, kHalf, kBFloat16,
                             kComplexHalf, kComplexFloat, kComplexDouble, kQInt8, kFloat8_e5m2}) {
    CHECK_THROWS_AS(zeros({2}, t), NotImplementedError);
    CHECK_THROWS_AS(empty({0}, t), NotImplementedError);
    CHECK_THROWS_AS(empty_strided({2}, {1}, t), NotImplementedError);
    CHECK_THROWS_AS(full({2}, 1, t), NotImplementedError);
    CHECK_THROWS_AS(arange(3, t), NotImplementedError);
    CHECK_THROWS_AS(eye(2, t), NotImplementedError);
    CHECK_THROWS_AS(randn({2}, t), NotImplementedError);
    CHECK_THROWS_AS(randperm(3, t), NotImplementedError);
    CHECK_THROWS_AS(tensor({1., 2.}, t), NotImplementedError);
    CHECK_THROWS_AS(from_blob(x.data_ptr(), {2}, t), NotImplementedError);
    CHECK_THROWS_AS(empty_like(x, t), NotImplementedError);
    CHECK_THROWS_AS(x.new_zeros({2}, t), NotImplementedError);
    CHECK_THROWS_AS(x.to(t), NotImplementedError);
    CHECK_THROWS_AS(x.view(t), NotImplementedError);
    CHECK_THROWS_AS(x.sum(t), NotImplementedError);
    CHECK_THROWS_AS(x.softmax(0, t), NotImplementedError);
    CHECK_THROWS_AS(set_default_dtype(t), Error);
  }
  CHECK_FAILS(zeros({2}, kHalf), "zeros: there are no tensors of element type float16");
  CHECK_FAILS(x.to(kComplexFloat), "to: there are no tensors of element type complex64");
  CHECK_FAILS(x.data_ptr<int8_t>(), "data_ptr: expected a tensor of int8, got float32");
  CHECK_FAILS(zeros({2}, kSparse), "zeros: tensors are strided, got the layout Sparse");
  CHECK_FAILS(x.to(TensorOptions(kSparse)), "to: tensors are strided, got the layout Sparse");
}

TEST_CASE("tensor() takes arrays of such types where it is told another") {
  const std::vector<int16_t> shorts{1, -2};
  CHECK(tensor(shorts, kFloat).equal(tensor({1., -2.}, kFloat)));
  CHECK(tensor(std::vector<int8_t>{-1, 5}, kLong).equal(tensor({-1, 5})));
  CHECK(tensor(std::vector<uint16_t>{65535}, kInt).equal(tensor({65535}, kInt)));
  CHECK(tensor(std::vector<uint64_t>{~uint64_t(0)}, kDouble).item<double>() == 0x1p64);
  CHECK(tensor(std::vector<Half>{Half(1.5f)}, kDouble).item<double>() == 1.5);
  CHECK_FAILS(tensor(shorts), "tensor: there are no tensors of element type int16");
}

TEST_CASE("set_() takes a window of a storage that holds it") {
  const Tensor x = arange(6., kFloat);
  Tensor y = zeros({1});
  y.set_(x.storage(), 1, {2, 2}, {1, 2});
  CHECK(y.equal(tensor({{1., 3.}, {2., 4.}})));
  y.fill_(7);
  CHECK(x.sum().item<float>() == 33);
  CHECK(zeros({1}).set_(x.storage()).numel() == 6);
  CHECK_FAILS(y.set_(x.storage(), 3, {2, 2}),
              "set_: sizes [2, 2] with strides [2, 1] from 3 do not fit a storage of 6 elements");
  CHECK_THROWS_AS(y.set_(x.storage(), -1, {1}), Error);
  CHECK_THROWS_AS(y.set_(x.storage(), 0, {2}, {int64_t(1) << 62}), Error);
  CHECK_THROWS_AS(y.set_(x.storage(), 0, {2}, {1, 1}), Error);
  CHECK_THROWS_AS(y.set_(Storage()), Error);
  CHECK(y.sizes() == IntArrayRef({2, 2}));
}

TEST_CASE("options, like and new factories") {
  CHECK(ones({2}, requires_grad()).requires_grad());
  CHECK(!ones({2}).requires_grad());
  const Tensor x = zeros({2, 3}, kDouble).requires_grad_();
  CHECK((zeros_like(x).dtype() == kDouble));
  CHECK(!zeros_like(x).requires_grad());
  const Tensor turned = empty_strided({3, 2}, {1, 3});
  CHECK(empty_like(turned).strides() == IntArrayRef({1, 3}));
  CHECK(empty_like(turned, {}, MemoryFormat::Contiguous).is_contiguous());
  CHECK((x.new_ones({2}).dtype() == kDouble));
  CHECK(same(x.new_full({2}, 3, kLong), tensor({3, 3})));
  CHECK(x.new_zeros({1}).sizes() == IntArrayRef({1}));
  CHECK(x.new_empty({0}).numel() == 0);
}

TEST_CASE("what is like a tensor with gaps or overlaps has its order of strides") {
  struct Layout {
    std::vector<int64_t> sizes, strides, packed;
  };
  // Packed as by PyTorch 2.13.
  const Layout layouts[] = {{{1, 3, 2}, {2, 2, 6}, {1, 1, 3}},
                            {{3, 1, 1, 3, 2}, {0, 2, 4, 32, 8}, {6, 1, 1, 2, 1}},
                            {{2, 2, 3}, {2, 4, 16}, {1, 2, 4}},
                            {{3, 2, 3, 3}, {2, 12, 288, 48}, {1, 3, 18, 6}},
                            {{3, 2, 3}, {0, 2, 8}, {6, 1, 2}},
                            {{3, 3}, {0, 1}, {3, 1}},
                            {{3, 3, 1}, {0, 1, 1}, {3, 1, 1}},
                            {{3, 1, 2, 1}, {0, 2, 2, 2}, {2, 1, 1, 1}},
                            {{2, 3}, {6, 2}, {3, 1}}};
  const Tensor storage = zeros({2000});
  for (const Layout& l : layouts) {
    const Tensor x = raw::window(storage, IntArrayRef(l.sizes), IntArrayRef(l.strides), 0);
    CHECK(empty_like(x).strides() == IntArrayRef(l.packed));
    CHECK(zeros_like(x, {}, MemoryFormat::Contiguous).is_contiguous());
  }
}

TEST_CASE("from_blob borrows memory") {
  float data[] = {0, 1, 2, 3, 4, 5};
  int deleted = 0;
  {
    const Tensor x = from_blob(
        data, {2, 3}, [&](void* p) { deleted += p == data; }, kFloat);
    const Tensor y = x;
    CHECK(x.data_ptr() == data);
    CHECK(values(y) == std::vector<double>{0, 1, 2, 3, 4, 5});
    raw::fill(x, 7);
    CHECK(data[5] == 7);
    CHECK(deleted == 0);
  }
  CHECK(deleted == 1);
  const Tensor turned = from_blob(data, {3, 2}, {1, 3});
  CHECK(turned.strides() == IntArrayRef({1, 3}));
  CHECK_THROWS_AS(from_blob(data, {2}, {1, 2}), Error);
}
