#include "data/digits.h"

#include <algorithm>
#include <charconv>
#include <fstream>

#include "tensor/fail.h"
#include "tensor/random_fill.h"

namespace gradus::data::datasets {
namespace {

constexpr int pixels = 64, most_ink = 16;

// 64 pixels and the digit.
struct Row {
  float image[pixels];
  int64_t digit;
};

Row parse(std::string_view line, const std::string& path, size_t number) {
  if (const auto count = std::count(line.begin(), line.end(), ',') + 1; count != pixels + 1)
    fail("digits: {}:{}: {} numbers, not {}", path, number, count, pixels + 1);
  Row row;
  for (int i = 0; i <= pixels; ++i) {
    const std::string_view text = line.substr(0, line.find(','));
    line.remove_prefix(std::min(text.size() + 1, line.size()));
    int v = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), v);
    if (error != std::errc() || end != text.end())
      fail("digits: {}:{}: '{}' is no number", path, number, text);
    if (const int most = i < pixels ? most_ink : 9; v < 0 || v > most)
      fail("digits: {}:{}: number {} is {}, not in 0 .. {}", path, number, i + 1, v, most);
    if (i < pixels)
      row.image[i] = float(v) / most_ink;
    else
      row.digit = v;
  }
  return row;
}

}  // namespace

Digits::Digits(const std::string& path, Mode mode) : Pictures(mode) {
  std::ifstream file(path);
  if (!file) fail("digits: cannot open {}", path);
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.ends_with('\r')) line.pop_back();
    rows.push_back(parse(line, path, rows.size() + 1));
  }
  if (rows.empty()) fail("digits: {} has no digits", path);
  GeneratorImpl shuffler(0);
  const Tensor order = raw::randperm(int64_t(rows.size()), kLong, shuffler);
  const int64_t* const kept = order.data_ptr<int64_t>();
  const size_t for_training = rows.size() - rows.size() / 5;
  const size_t begin = mode == kTrain ? 0 : for_training;
  const size_t count = (mode == kTrain ? for_training : rows.size()) - begin;
  images_ = raw::empty({int64_t(count), 1, 8, 8}, kFloat);
  targets_ = raw::empty({int64_t(count)}, kLong);
  for (size_t i = 0; i < count; ++i) {
    const Row& row = rows[size_t(kept[begin + i])];
    std::copy_n(row.image, pixels, images_.data_ptr<float>() + i * pixels);
    targets_.data_ptr<int64_t>()[i] = row.digit;
  }
}

}  // namespace gradus::data::datasets
