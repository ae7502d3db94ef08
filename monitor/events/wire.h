// Messages in the wire format of protocol buffers, of which event files are made.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::monitor::detail {

// A message as its bytes. Each call appends a field and gives the message back; fields are appended
// by rising number, as protobuf writes them. A number that is 0 and a text that is empty take no
// bytes: that is their default. The forms with `always_` write them, where a field is one of
// several (oneof), an entry of a map or repeated.
class Message {
 public:
  Message& number(unsigned field, int64_t v);
  Message& real(unsigned field, double v);
  Message& real32(unsigned field, float v);
  // Throws Error for what is no UTF-8: a reader would refuse the whole file.
  Message& text(unsigned field, std::string_view v);
  Message& bytes(unsigned field, std::string_view v);
  Message& always_real(unsigned field, double v);
  Message& always_real32(unsigned field, float v);
  Message& always_text(unsigned field, std::string_view v);
  Message& always_bytes(unsigned field, std::string_view v);
  Message& message(unsigned field, const Message& v) { return always_bytes(field, v.bytes_); }
  // All in one field (packed); nothing for none.
  Message& reals(unsigned field, const std::vector<double>& v);
  Message& reals32(unsigned field, const std::vector<float>& v);
  Message& numbers(unsigned field, const std::vector<int64_t>& v);

  const std::string& bytes() const { return bytes_; }

 private:
  void varint(uint64_t v);
  void key(unsigned field, unsigned kind) { varint(field << 3 | kind); }

  std::string bytes_;
};

// Appends a number's bytes, the lowest first.
void append_little_endian(std::string& to, uint64_t v, unsigned bytes);

}  // namespace gradus::monitor::detail
