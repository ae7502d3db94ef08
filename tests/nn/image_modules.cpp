#include <doctest/doctest.h>
#include <torch/torch.h>

#include <cmath>

#include "tests/reference/image_modules_runs.h"
#include "tests/table.h"

TEST_CASE("layers for pictures are made and run as libtorch's") {
  const std::vector<image_modules::Result> results = image_modules::all();
  std::vector<image_modules::Result> expected;
  for (const gradus::test::Cell& row : gradus::test::read_table("image_modules.txt"))
    expected.push_back({row[0].text, row[1].text, row[2].numbers()});
  REQUIRE(results.size() == expected.size());
  for (size_t i = 0; i < results.size(); ++i) {
    const image_modules::Result &r = results[i], &e = expected[i];
    CAPTURE(r.name);
    CHECK(r.name == e.name);
    CHECK(r.shapes == e.shapes);
    REQUIRE(r.sums.size() == e.sums.size());
    for (size_t k = 0; k < r.sums.size(); ++k)
      CHECK(std::abs(r.sums[k] - e.sums[k]) <= 1e-9 * (1 + std::abs(e.sums[k | 1])));
  }
}
