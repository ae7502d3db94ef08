// Walks over the catalog's rows in a test.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <string>

#include "tests/catalog.h"

namespace catalog {

// Calls f on each row that none of `except` holds of, or only on the row that GRADUS_ROW names; a
// row that throws fails, and so does a name that no row has.
template <class F>
void for_rows(unsigned except, F f) {
  const char* only = std::getenv("GRADUS_ROW");
  const auto wanted = [&](const Row& row) { return !only || row.name == only; };
  CHECK(std::any_of(all_rows().begin(), all_rows().end(), wanted));
  for (const Row& row : all_rows()) {
    if ((row.except & except) || !wanted(row)) continue;
    INFO("row ", row.name);
    try {
      f(row);
    } catch (const std::exception& e) {
      FAIL_CHECK("threw " << std::string(e.what()));
    }
  }
}

}  // namespace catalog
