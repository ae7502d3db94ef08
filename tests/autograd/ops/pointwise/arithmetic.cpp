// Types that arithmetic takes and gives; the dtypes and refusals are PyTorch's.
#include <doctest/doctest.h>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;

TEST_CASE("nothing is subtracted from or by a bool tensor") {
  const Tensor b = tensor({true, false}), i = tensor({1, 2}), f = tensor({1.0, 2.0});
  const char* text =
      "sub: bool tensors have no difference; logical_not inverts one, logical_xor compares two";
  CHECK(message([&] { b - b; }) == text);
  CHECK(message([&] { b - i; }) == text);
  CHECK(message([&] { f - b; }) == text);
  CHECK(message([&] { b - 1; }) == text);
  CHECK(message([&] { 1 - b; }) == text);
  CHECK(message([&] { f - true; }) == text);
  CHECK(message([&] { b.sub(b, 2); }) == text);
  CHECK_THROWS_AS(rsub(i, b), Error);
  CHECK_THROWS_AS(rsub(b, 1), Error);
  CHECK_THROWS_AS(f.clone().sub_(b), Error);
  CHECK_THROWS_AS(-b, Error);
}

TEST_CASE("sums of bool tensors are bool, for any whole alpha") {
  const Tensor b = tensor({true, false, true}), c = tensor({false, false, true});
  for (const Scalar& alpha : {Scalar(1), Scalar(2), Scalar(true)}) {
    CHECK(b.add(c, alpha).equal(tensor({true, false, true})));
    CHECK(c.add(b, alpha).equal(tensor({true, false, true})));
  }
  CHECK(c.add(b, 0).equal(c));
  CHECK(b.add(true, 2).equal(tensor({true, true, true})));
  CHECK(b.add(tensor({1, 2, 3}), 2).equal(tensor({3, 4, 7})));
  CHECK(b.add(1, 2).equal(tensor({3, 2, 3})));
  CHECK(message([&] { b.add(c, 1.5); }) ==
        "add: alpha must be an integer where the result is of bool, got 1.5");
  CHECK(message([&] { tensor({1}).add(tensor({2}), true); }) ==
        "add: alpha must be a number where the result is of int64, got a bool");
  CHECK(message([&] { tensor({1}).sub(tensor({2}), true); }) ==
        "sub: alpha must be a number where the result is of int64, got a bool");
  CHECK(message([&] { tensor({1}).sub_(tensor({2}), 2.0); }) ==
        "sub_: alpha must be an integer where the result is of int64, got 2");
}

TEST_CASE("integers have no negative powers that are integers, only real ones") {
  const Tensor i = tensor({1, 2}), b = tensor({true, false});
  const char* text = "pow: integers have no negative integer powers, got int64 and -1";
  CHECK(message([&] { i.pow(-1); }) == text);
  CHECK(message([&] { i.clone().pow_(-1); }) == text);
  CHECK_THROWS_AS(b.pow(-2), Error);
  CHECK(i.pow(-1.0).equal(tensor({1.0, 0.5})));
  CHECK(i.pow(tensor(-1)).equal(tensor({1, 0})));
  CHECK((i.pow(-0.0).dtype() == kFloat));
}

TEST_CASE("squares of bools are integers") {
  const Tensor b = tensor({true, false});
  CHECK(b.square().equal(tensor({1, 0})));
  CHECK(b.pow(2).equal(tensor({1, 0})));
  CHECK(tensor({2, -3}).square().equal(tensor({4, 9})));
  CHECK((tensor({2, -3}).pow(2).dtype() == kLong));
}

TEST_CASE("long operands with gaps") {
  for (const ScalarType type : {kFloat, kDouble, kInt, kLong}) {
    CAPTURE(std::string(dtype_name(type)));
    const Tensor x = arange(9000, type), i = arange(3000, type);
    const Tensor twice = x.slice(0, 0, 6000, 2), thrice = x.slice(0, 0, 9000, 3);
    CHECK((twice + thrice).equal(i * 5));
    CHECK(twice.lt(thrice).sum().item<int64_t>() == 2999);
    thrice.sub_(twice);
    CHECK(thrice.equal(i));
  }
}
