// The records of a zip archive, which reader and writer share.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

namespace gradus::zip {

inline constexpr uint32_t local_signature = 0x04034b50, entry_signature = 0x02014b50,
                          end_signature = 0x06054b50, end64_signature = 0x06064b50,
                          locator_signature = 0x07064b50, descriptor_signature = 0x08074b50;
// Without names, extra fields and comments.
inline constexpr size_t local_bytes = 30, entry_bytes = 46, end_bytes = 22, end64_bytes = 56,
                        locator_bytes = 20;
// What says that the number stands in a zip64 record.
inline constexpr uint16_t elsewhere16 = 0xffff;
inline constexpr uint32_t elsewhere32 = 0xffffffff;
inline constexpr uint16_t zip64_field = 1;

enum Flags : uint16_t {
  encrypted = 1 << 0,
  has_descriptor = 1 << 3,  // sizes and checksum follow the data
  patched = 1 << 5,
  strongly_encrypted = 1 << 6,
  utf8_name = 1 << 11,
  masked = 1 << 13,
};

// Numbers are little-endian and lie anywhere.
template <class T>
T number_at(const char* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class T>
void append(std::string& s, T v) {
  s.append(reinterpret_cast<const char*>(&v), sizeof v);
}

}  // namespace gradus::zip
