// Indexing, gathering and scattering: the shared cases against libtorch, messages, what is written.
#include "tensor/indexing.h"

#include "gradus.h"
#include "tests/support.h"
#include "tests/written_cases.h"

namespace torch = gradus;
#include "tests/reference/index_cases.h"

using namespace gradus;

namespace {

const char* const expected_indexing =
#include "tests/reference/indexing.inc"
    ;

}  // namespace

TEST_CASE("indexing: values, types and refusals as in libtorch") {
  compare_written(expected_indexing, index_cases, scatter_cases, refusal_cases);
}

TEST_CASE("indexing: messages name the operation and both sides") {
  const Tensor x = ramp({3, 4}), i = tensor({0, 1});
  CHECK(message([&] { x.index({tensor({3})}); }) ==
        "index: index 3 is out of range for dim 0 of size 3");
  CHECK(message([&] {
          x.index({0, 0, 0});
        }) == "index: too many indices for shape [3, 4], they take 3 dims");
  CHECK(message([&] { x.index({ones({2}, kBool)}); }) ==
        "index: the mask's shape [2] does not match the tensor's, [3, 4], from dim 0 on");
  CHECK(message([&] {
          x.index({i, tensor({0, 1, 2})});
        }) == "index: the indices do not broadcast, shapes [2] and [3]");
  CHECK(message([&] { x.index({ramp({2})}); }) ==
        "index: tensors used as indices must be int64, int32, uint8 or bool, got float64");
  CHECK(message([&] { x.gather(0, tensor({{-1}})); }) ==
        "gather: index -1 is out of range for dim 0 of size 3");
  CHECK(message([&] { x.masked_fill(i, 1); }) == "masked_fill: the mask must be bool, got int64");
  CHECK(message([&] {
          x.index_add(0, i, ramp({3, 4}));
        }) == "index_add_: expected a source of shape [2, 4], got [3, 4]");
  CHECK_THROWS_AS(x.index({3}), IndexError);
  CHECK_THROWS_AS(x.index({tensor({9})}), IndexError);
  CHECK_THROWS_AS(x.gather(0, tensor({{9}})), Error);
}

TEST_CASE("indexing: nothing is written when an index is out of range") {
  const Tensor before = ramp({3, 4}), x = before.clone(), at = tensor({0, 9}),
               one = ones({2, 4}, kDouble);
  CHECK_THROWS(x.index_put_({at}, -1));
  CHECK_THROWS(x.index_add_(0, at, one));
  CHECK_THROWS(x.index_copy_(0, at, one));
  CHECK_THROWS(x.index_fill_(0, at, -1));
  CHECK_THROWS(x.scatter_(0, tensor({{0, 9}}), -1));
  CHECK_THROWS(x.scatter_add_(0, tensor({{0, 9}}), ones({1, 2}, kDouble)));
  CHECK_THROWS(x.put_(tensor({0, 99}), ones({2}, kDouble)));
  CHECK_THROWS(x.masked_scatter_(before.ge(0), ones({2}, kDouble)));
  CHECK(x.equal(before));
  CHECK(x._version() == 0);
}

TEST_CASE("indexing: sources that share memory with what is written are read first") {
  Tensor x = ramp({4});
  x.slice(0, 1).copy_(x.slice(0, 0, 3));
  CHECK(x.equal(tensor({0, 0, 1, 2}).to(kDouble)));
  x = ramp({4});
  x.index_put_({tensor({0, 1, 2})}, x.slice(0, 1));
  CHECK(x.equal(tensor({1, 2, 3, 3}).to(kDouble)));
  x = ramp({4});
  x.scatter_(0, tensor({3, 2, 1, 0}), x);
  CHECK(x.equal(tensor({3, 2, 1, 0}).to(kDouble)));
}
