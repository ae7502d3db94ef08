// First and second derivatives of every operation of the catalog against differences.
#include "autograd/gradcheck.h"
#include "tests/catalog/for_rows.h"
#include "tests/sanitizers.h"

using namespace catalog;

namespace {

// The address sanitizer is to see what memory each derivative touches. That is the same for every
// element, so it is shown one direction; builds without it compare element by element.
gradus::autograd::GradcheckOptions options() {
  gradus::autograd::GradcheckOptions o;
  o.fast_mode = gradus::test::address_sanitizer;
  if (o.fast_mode) o.probes = 1;
  return o;
}

}  // namespace

TEST_CASE("catalog: gradients") {
  for_rows(Row::no_gradient | Row::no_difference, [](const Row& row) {
    auto o = options();
    o.check_forward_ad = true;
    CHECK(gradus::autograd::gradcheck(row.f, make_inputs(row.inputs), o));
  });
}

TEST_CASE("catalog: gradients of gradients") {
  for_rows(Row::no_gradient | Row::no_second | Row::no_difference, [](const Row& row) {
    CHECK(gradus::autograd::gradgradcheck(row.f, make_inputs(row.inputs), options()));
  });
}
