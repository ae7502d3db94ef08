#include "monitor/events/event_reader.h"

#include <fcntl.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <optional>
#include <string_view>

#include "monitor/events/crc32c.h"
#include "tensor/base/fail.h"
#include "tensor/io/file.h"

namespace gradus::monitor {
namespace {

constexpr const char* op = "read_scalars";

uint64_t little_endian(std::string_view bytes) {
  uint64_t v = 0;
  for (size_t i = bytes.size(); i-- > 0;) v = v << 8 | uint8_t(bytes[i]);
  return v;
}

// The fields of a message, one after the other.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}

  // Goes to the next field; false at the end, and at what is no field: then bad() is true.
  bool next() {
    if (rest_.empty() || bad_) return false;
    const std::optional<uint64_t> key = varint();
    if (!key) return false;
    field_ = *key >> 3;
    const unsigned kind = *key & 7;
    if (kind == 0) {
      const std::optional<uint64_t> v = varint();
      if (!v) return false;
      number_ = *v;
      bytes_ = {};
      return true;
    }
    uint64_t size = kind == 1 ? 8 : 4;
    if (kind == 2) {
      const std::optional<uint64_t> v = varint();
      if (!v) return false;
      size = *v;
    } else if (kind != 1 && kind != 5) {
      bad_ = true;
      return false;
    }
    if (size > rest_.size()) {
      bad_ = true;
      return false;
    }
    bytes_ = rest_.substr(0, size);
    rest_.remove_prefix(size);
    number_ = kind == 2 ? 0 : little_endian(bytes_);
    return true;
  }
  bool bad() const { return bad_; }
  uint64_t field() const { return field_; }
  uint64_t number() const { return number_; }
  std::string_view bytes() const { return bytes_; }
  double real() const {
    return bytes_.size() == 4 ? double(std::bit_cast<float>(uint32_t(number_)))
                              : std::bit_cast<double>(number_);
  }

 private:
  std::optional<uint64_t> varint() {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 70 && !rest_.empty(); shift += 7) {
      const auto byte = uint8_t(rest_[0]);
      rest_.remove_prefix(1);
      if (shift < 64) v |= uint64_t(byte & 0x7f) << shift;
      if (byte < 0x80) return v;
    }
    bad_ = true;
    return std::nullopt;
  }

  std::string_view rest_, bytes_;
  uint64_t field_ = 0, number_ = 0;
  bool bad_ = false;
};

class Reader {
 public:
  explicit Reader(std::map<std::string, ScalarSeries>& into) : into_(into) {}

  void read(const std::string& name) {
    name_ = name;
    at_ = 0;
    const File file(op, name, O_RDONLY);
    const std::optional<uint64_t> size = file.size();
    if (!size) fail("{}: {} is no file", op, name);
    std::string record;
    if (*size < 12) check_beginning(file);
    // A record: its length, the length's checksum, the data, their checksum.
    while (*size - at_ >= 12) {
      char head[12];
      if (file.read(head, 12) < 12) return;
      const std::string_view length_bytes(head, 8);
      if (detail::masked_crc32c(length_bytes) != little_endian({head + 8, 4}))
        damaged("the checksum of a length is wrong");
      const uint64_t length = little_endian(length_bytes), left = *size - at_ - 12;
      if (length >> 31 != 0) damaged("an event is longer than any");
      if (left < 4 || length > left - 4) return;
      record.resize(size_t(length) + 4);
      if (file.read(record.data(), record.size()) < record.size()) return;
      const auto data = std::string_view(record).substr(0, size_t(length));
      if (detail::masked_crc32c(data) != little_endian({record.data() + length, 4}))
        damaged("the checksum of an event is wrong");
      event(data);
      at_ += 16 + length;
    }
  }

 private:
  [[noreturn]] void damaged(const char* what) const {
    fail("{}: {}: {}, in the record at byte {}", op, name_, what, at_);
  }
  // Of a file that ends within its first record's head: the length of that record, which says the
  // version, fits in one byte.
  void check_beginning(const File& file) const {
    char start[8] = {};
    const size_t bytes = file.read(start, sizeof start);
    if (std::any_of(start + 1, start + std::max<size_t>(bytes, 1), [](char c) { return c != 0; }))
      damaged("it does not begin as an event file");
  }
  void check(const Fields& f) const {
    if (f.bad()) damaged("an event is no message");
  }

  void event(std::string_view bytes) {
    std::string_view summary, session;
    wall_time_ = 0;
    step_ = 0;
    Fields f(bytes);
    while (f.next()) {
      if (f.field() == 1) wall_time_ = f.real();
      if (f.field() == 2) step_ = int64_t(f.number());
      if (f.field() == 5) summary = f.bytes();
      if (f.field() == 7) session = f.bytes();
    }
    check(f);
    Fields log(session);
    while (log.next())
      if (log.field() == 1 && log.number() == 1) drop_from(step_);
    check(log);
    Fields values(summary);
    while (values.next())
      if (values.field() == 1) value(values.bytes());
    check(values);
  }

  void value(std::string_view bytes) {
    std::string_view tag, tensor, metadata;
    std::optional<double> v;
    Fields f(bytes);
    while (f.next()) {
      if (f.field() == 1) tag = f.bytes();
      if (f.field() == 2) v = f.real();
      if (f.field() == 8) tensor = f.bytes();
      if (f.field() == 9) metadata = f.bytes();
    }
    check(f);
    // Only the first event of a tag says the plugin, in TensorFlow's files.
    if (!v && (plugin(metadata) == "scalars" || into_.contains(std::string(tag))))
      v = one_element(tensor);
    if (!v) return;
    ScalarSeries& series = into_[std::string(tag)];
    series.steps.push_back(step_);
    series.values.push_back(*v);
    series.wall_times.push_back(wall_time_);
  }

  // The name in the field 1 of the field 1 of a SummaryMetadata.
  std::string_view plugin(std::string_view metadata) const {
    for (int depth = 0; depth < 2; ++depth) {
      std::string_view inner;
      Fields f(metadata);
      while (f.next())
        if (f.field() == 1) inner = f.bytes();
      check(f);
      metadata = inner;
    }
    return metadata;
  }

  // A TensorProto's value: a type, and then the elements in a field of the type's, or as raw bytes.
  std::optional<double> one_element(std::string_view tensor) const {
    constexpr uint64_t dt_float = 1, dt_double = 2;
    uint64_t type = 0;
    std::string_view elements;
    Fields f(tensor);
    while (f.next()) {
      if (f.field() == 1) type = f.number();
      if (f.field() == 4 || (f.field() == 5 && type == dt_float) ||
          (f.field() == 6 && type == dt_double))
        elements = f.bytes();
    }
    check(f);
    const uint64_t bits = little_endian(elements.substr(0, 8));
    if (type == dt_float && elements.size() == 4)
      return double(std::bit_cast<float>(uint32_t(bits)));
    if (type == dt_double && elements.size() == 8) return std::bit_cast<double>(bits);
    return std::nullopt;
  }

  void drop_from(int64_t step) {
    for (auto& [tag, s] : into_) {
      size_t kept = 0;
      for (size_t i = 0; i < s.steps.size(); ++i) {
        if (s.steps[i] >= step) continue;
        s.steps[kept] = s.steps[i];
        s.values[kept] = s.values[i];
        s.wall_times[kept++] = s.wall_times[i];
      }
      s.steps.resize(kept);
      s.values.resize(kept);
      s.wall_times.resize(kept);
    }
  }

  std::map<std::string, ScalarSeries>& into_;
  std::string name_;
  uint64_t at_ = 0;
  int64_t step_ = 0;
  double wall_time_ = 0;
};

// Whether a name comes before another, where numbers count as such: the ninth file of a process
// before the tenth.
bool is_before(std::string_view a, std::string_view b) {
  constexpr std::string_view digits = "0123456789";
  while (!a.empty() && !b.empty()) {
    const auto number_of = [](std::string_view s) {
      const std::string_view all = s.substr(0, s.find_first_not_of("0123456789"));
      return all.substr(std::min(all.find_first_not_of('0'), all.size()));
    };
    const std::string_view m = number_of(a), n = number_of(b);
    if (m.size() != n.size()) return m.size() < n.size();
    if (m != n) return m < n;
    a.remove_prefix(std::min(a.find_first_not_of(digits), a.size()));
    b.remove_prefix(std::min(b.find_first_not_of(digits), b.size()));
    if (a.empty() || b.empty()) break;
    if (a[0] != b[0]) return a[0] < b[0];
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.size() < b.size();
}

}  // namespace

std::map<std::string, ScalarSeries> read_scalars(const std::string& path) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  std::error_code error;
  if (fs::is_directory(path, error)) {
    for (std::string& file : paths_in(op, path)) {
      // A curve of add_scalars() may give its folder such a name.
      if (fs::path(file).filename().string().find("tfevents") != std::string::npos &&
          !fs::is_directory(file, error))
        files.push_back(std::move(file));
    }
    if (files.empty()) fail("{}: the folder {} has no event files", op, path);
    std::sort(files.begin(), files.end(), is_before);
  } else {
    files.push_back(path);
  }
  std::map<std::string, ScalarSeries> out;
  Reader reader(out);
  for (const std::string& file : files) reader.read(file);
  return out;
}

}  // namespace gradus::monitor
