// Devices by their names.
#include "tensor/options.h"

#include <doctest/doctest.h>

#include "tensor/base/error.h"

using namespace gradus;

TEST_CASE("a device's index is a number that its type holds") {
  CHECK(Device("cuda:123").index() == 123);
  CHECK(Device("cuda:0").str() == "cuda:0");
  for (const char* text : {"cuda:128", "cuda:300", "cuda:01", "cuda:-1", "cuda:", "cuda:1x"})
    CHECK_THROWS_AS(Device{text}, Error);
}
