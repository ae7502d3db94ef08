// First and second derivatives of every operation of the catalog against differences.
#include <doctest/doctest.h>

#include <cstdlib>

#include "autograd/gradcheck.h"
#include "tests/catalog.h"

using namespace catalog;

namespace {
template <class F>
void for_rows(unsigned except, F f) {
  const char* only = std::getenv("GRADUS_ROW");
  for (const Row& row : all_rows()) {
    if ((row.except & except) || (only && row.name != only)) continue;
    try {
      f(row);
    } catch (const std::exception& e) {
      FAIL_CHECK(row.name << ": " << std::string(e.what()));
    }
  }
}
}  // namespace

TEST_CASE("catalog: gradients") {
  for_rows(Row::no_gradient | Row::no_difference,
           [](const Row& row) { gradus::autograd::gradcheck(row.f, make_inputs(row.inputs)); });
}

TEST_CASE("catalog: gradients of gradients") {
  for_rows(Row::no_gradient | Row::no_second | Row::no_difference,
           [](const Row& row) { gradus::autograd::gradgradcheck(row.f, make_inputs(row.inputs)); });
}
