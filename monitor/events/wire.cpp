#include "monitor/events/wire.h"

#include <bit>

#include "tensor/base/fail.h"
#include "tensor/io/utf8.h"

namespace gradus::monitor::detail {
namespace {

// The kinds of fields.
constexpr unsigned varint_kind = 0, kind_of_8_bytes = 1, bytes_kind = 2, kind_of_4_bytes = 5;

}  // namespace

void append_little_endian(std::string& to, uint64_t v, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) to.push_back(char(v >> 8 * i & 0xff));
}

void Message::varint(uint64_t v) {
  for (; v > 0x7f; v >>= 7) bytes_.push_back(char(v | 0x80));
  bytes_.push_back(char(v));
}

Message& Message::number(unsigned field, int64_t v) {
  if (v != 0) {
    key(field, varint_kind);
    varint(uint64_t(v));
  }
  return *this;
}
Message& Message::real(unsigned field, double v) {
  return std::bit_cast<uint64_t>(v) != 0 ? always_real(field, v) : *this;
}
Message& Message::real32(unsigned field, float v) {
  return std::bit_cast<uint32_t>(v) != 0 ? always_real32(field, v) : *this;
}
Message& Message::text(unsigned field, std::string_view v) {
  return v.empty() ? *this : always_text(field, v);
}
Message& Message::bytes(unsigned field, std::string_view v) {
  return v.empty() ? *this : always_bytes(field, v);
}
Message& Message::always_real(unsigned field, double v) {
  key(field, kind_of_8_bytes);
  append_little_endian(bytes_, std::bit_cast<uint64_t>(v), 8);
  return *this;
}
Message& Message::always_real32(unsigned field, float v) {
  key(field, kind_of_4_bytes);
  append_little_endian(bytes_, std::bit_cast<uint32_t>(v), 4);
  return *this;
}
Message& Message::always_text(unsigned field, std::string_view v) {
  if (const size_t at = find_no_utf8(v); at != v.npos)
    fail("summary writer: a text is no UTF-8, at byte {} of {}", at, v.size());
  return always_bytes(field, v);
}
Message& Message::always_bytes(unsigned field, std::string_view v) {
  key(field, bytes_kind);
  varint(v.size());
  bytes_.append(v);
  return *this;
}
Message& Message::reals(unsigned field, const std::vector<double>& v) {
  if (v.empty()) return *this;
  key(field, bytes_kind);
  varint(v.size() * sizeof(double));
  for (const double x : v) append_little_endian(bytes_, std::bit_cast<uint64_t>(x), 8);
  return *this;
}
Message& Message::reals32(unsigned field, const std::vector<float>& v) {
  if (v.empty()) return *this;
  key(field, bytes_kind);
  varint(v.size() * sizeof(float));
  for (const float x : v) append_little_endian(bytes_, std::bit_cast<uint32_t>(x), 4);
  return *this;
}
Message& Message::numbers(unsigned field, const std::vector<int64_t>& v) {
  Message packed;
  for (const int64_t x : v) packed.varint(uint64_t(x));
  return bytes(field, packed.bytes_);
}

}  // namespace gradus::monitor::detail
