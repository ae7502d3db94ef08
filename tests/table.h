// Reference values read when a test runs: a compiler takes a hundred times as long over them.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace gradus::test {

// A word, a text or a number, or a list of such in braces: {"sgd", {0.5, -inf}, true}.
struct Cell {
  std::string text;  // without quotes; empty for a list
  std::vector<Cell> items;

  const Cell& operator[](size_t i) const { return items.at(i); }
  size_t size() const { return items.size(); }
  // Throws std::runtime_error if the text is no number.
  double number() const;
  bool flag() const { return text == "true"; }
  std::vector<double> numbers() const;
  std::vector<int64_t> integers() const;
};

// The cells of tests/reference/NAME. A line that begins with // is a comment; a comma may follow
// the last cell of a list. Throws std::runtime_error if there is no such file or it is malformed.
std::vector<Cell> read_table(const std::string& name);

// tests/reference/NAME itself.
std::ifstream open_reference(const std::string& name);

}  // namespace gradus::test
