#include "monitor/events/crc32c.h"

#include <array>

namespace gradus::monitor::detail {
namespace {

// What each byte adds to the remainder, by the polynomial with its bits reversed.
constexpr std::array<uint32_t, 256> table = [] {
  std::array<uint32_t, 256> out{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t r = byte;
    for (int bit = 0; bit < 8; ++bit) r = r >> 1 ^ (r & 1 ? 0x82f63b78u : 0);
    out[byte] = r;
  }
  return out;
}();

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  uint32_t r = ~0u;
  for (const char c : bytes) r = r >> 8 ^ table[(r ^ uint8_t(c)) & 0xff];
  return ~r;
}

}  // namespace gradus::monitor::detail
