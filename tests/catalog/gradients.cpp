// First and second derivatives of every operation of the catalog against differences.
#include "autograd/gradcheck.h"
#include "tests/catalog/for_rows.h"

using namespace catalog;

TEST_CASE("catalog: gradients") {
  for_rows(Row::no_gradient | Row::no_difference, [](const Row& row) {
    CHECK(gradus::autograd::gradcheck(row.f, make_inputs(row.inputs)));
  });
}

TEST_CASE("catalog: gradients of gradients") {
  for_rows(Row::no_gradient | Row::no_second | Row::no_difference, [](const Row& row) {
    CHECK(gradus::autograd::gradgradcheck(row.f, make_inputs(row.inputs)));
  });
}
