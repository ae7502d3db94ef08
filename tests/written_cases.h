// Compares what shared cases write here with what they wrote on libtorch, see
// tests/reference/case_writer.h.
#pragma once

#include <doctest/doctest.h>

#include <sstream>
#include <string>

class CaseWriter;

template <class Writer = CaseWriter, class... F>
void compare_written(const char* expected_text, F... cases) {
  std::ostringstream out;
  Writer w(out);
  (cases(w), ...);
  std::istringstream got(out.str()), expected(expected_text);
  std::string a, b;
  while (std::getline(expected, b)) {
    REQUIRE(std::getline(got, a));
    CHECK(a == b);
  }
  CHECK_FALSE(std::getline(got, a));
}
