// The names of operations' nodes are libtorch's; see tests/reference/grad_fn_cases.h.
#include <doctest/doctest.h>
#include <torch/torch.h>

#include "tests/reference/grad_fn_cases.h"

namespace {
const grad_fn::Names expected = {
#include "tests/reference/grad_fn.inc"
};
}  // namespace

TEST_CASE("nodes are called as in libtorch") {
  const grad_fn::Names names = grad_fn::all();
  REQUIRE(names.size() == expected.size());
  for (size_t i = 0; i < names.size(); ++i) {
    CAPTURE(expected[i].first);
    CHECK(names[i].second == expected[i].second);
  }
}
