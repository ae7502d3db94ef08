#include "data/digits.h"

#include <algorithm>
#include <charconv>
#include <fstream>

#include "tensor/fail.h"
#include "tensor/raw.h"

namespace gradus::data::datasets {
namespace {

constexpr int pixels = 64, most_ink = 16;

// 64 pixels and the digit.
struct Row {
  float image[pixels];
  int64_t digit;
};

Row parse(std::string_view line, const std::string& path, size_t number) {
  Row row;
  for (int i = 0; i <= pixels; ++i) {
    const size_t comma = std::min(line.find(','), line.size());
    int v = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + comma, v);
    if (error != std::errc() || end != line.data() + comma || comma == 0)
      fail("digits: {}:{}: '{}' is no number", path, number, line.substr(0, comma));
    if (const int most = i < pixels ? most_ink : 9; v < 0 || v > most)
      fail("digits: {}:{}: number {} is {}, not in 0 .. {}", path, number, i + 1, v, most);
    if ((comma == line.size()) != (i == pixels))
      fail("digits: {}:{}: {} numbers, not {}", path, number,
           i + 1 + std::count(line.begin() + ptrdiff_t(comma), line.end(), ','), pixels + 1);
    if (i < pixels)
      row.image[i] = float(v) / most_ink;
    else
      row.digit = v;
    line.remove_prefix(std::min(comma + 1, line.size()));
  }
  return row;
}

}  // namespace

Digits::Digits(const std::string& path, Mode mode) : mode_(mode) {
  std::ifstream file(path);
  if (!file) fail("digits: cannot open {}", path);
  std::vector<Row> rows;
  size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    const Row row = parse(line, path, number);
    if ((number % 5 == 0) == (mode == kTest)) rows.push_back(row);
  }
  if (rows.empty()) fail("digits: {} has no digits", path);
  const int64_t n = int64_t(rows.size());
  images_ = raw::empty({n, 1, 8, 8}, kFloat);
  targets_ = raw::empty({n}, kLong);
  for (size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(rows[i].image, pixels, images_.data_ptr<float>() + i * pixels);
    targets_.data_ptr<int64_t>()[i] = rows[i].digit;
  }
}

Example<> Digits::get(size_t index) {
  return {images_.select(0, int64_t(index)), targets_.select(0, int64_t(index))};
}

std::optional<size_t> Digits::size() const { return size_t(targets_.size(0)); }

}  // namespace gradus::data::datasets
