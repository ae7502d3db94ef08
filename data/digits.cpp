#include "data/digits.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/io/file.h"
#include "tensor/random/fill.h"

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

// A file's lines, without what ends them.
class Lines {
 public:
  explicit Lines(const std::string& path) : path_(path), file_("digits", path, O_RDONLY) {}
  std::optional<std::string_view> next() {
    rest_.remove_prefix(std::exchange(taken_, 0));
    size_t end = rest_.find('\n');
    if (end == rest_.npos) {
      const size_t had = rest_.size();
      if (had > 0) std::memmove(buffer_, rest_.data(), had);
      rest_ = {buffer_, had + file_.read(buffer_ + had, sizeof buffer_ - had)};
      if (rest_.empty()) return std::nullopt;
      end = std::min(rest_.find('\n'), rest_.size());
      if (end == sizeof buffer_)
        fail("digits: {}:{}: the line has more than {} bytes", path_, number_ + 1, end);
    }
    ++number_;
    taken_ = std::min(end + 1, rest_.size());
    std::string_view line = rest_.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }
  size_t number() const { return number_; }

 private:
  const std::string& path_;
  File file_;
  char buffer_[1 << 14];
  std::string_view rest_;  // of the buffer; the line that was given stands first in it
  size_t taken_ = 0, number_ = 0;
};

}  // namespace

Digits::Digits(const std::string& path, Mode mode) try : Pictures(mode) {
  std::vector<Row> rows;
  for (Lines lines(path); const auto line = lines.next();)
    rows.push_back(parse(*line, path, lines.number()));
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
} catch (...) {
  gradus::detail::rethrow_as_error("digits");
}

}  // namespace gradus::data::datasets
