// Windows: lengths, types and options. Values are rows of the catalog.
#include <doctest/doctest.h>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;

TEST_CASE("windows: lengths of 0 and 1, types, options") {
  CHECK(hann_window(0).sizes() == IntArrayRef({0}));
  CHECK(bartlett_window(1).equal(ones({1})));
  CHECK((kaiser_window(5, false).scalar_type() == kFloat));
  CHECK((blackman_window(4, kDouble).scalar_type() == kDouble));
  CHECK(hann_window(4, TensorOptions().requires_grad(true)).requires_grad());
  CHECK(hann_window(4, TensorOptions().requires_grad(true)).is_leaf());
  CHECK(hann_window(8).equal(hann_window(9, false).narrow(0, 0, 8)));
  CHECK(message([] { hann_window(-1); }) == "hann_window: the length must not be negative, got -1");
  CHECK(message([] { hamming_window(4, kLong); }) ==
        "hamming_window: expected a floating point type, got int64");
  CHECK_THROWS_AS(hann_window(INT64_MAX), Error);
}

TEST_CASE("empty_permuted lays the dims out as it is told") {
  CHECK(empty_permuted({2, 3, 4}, {0, 2, 1}).strides() == IntArrayRef({12, 1, 3}));
  CHECK_THROWS_AS(empty_permuted({2, 3}, {0, 0}), Error);
  CHECK_THROWS_AS(empty_permuted({2, 3}, {0, 2}), Error);
  CHECK_THROWS_AS(empty_permuted({2, 3}, {0}), Error);
}
