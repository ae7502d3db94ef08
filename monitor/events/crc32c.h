// CRC-32C, the checksum of the records in event files (iSCSI's, RFC 3720).
#pragma once

#include <cstdint>
#include <string_view>

namespace gradus::monitor::detail {

uint32_t crc32c(std::string_view bytes);

// As records hold it: turned and shifted, so that the checksum of bytes that hold checksums is as
// good as any other.
inline uint32_t masked_crc32c(std::string_view bytes) {
  const uint32_t crc = crc32c(bytes);
  return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

}  // namespace gradus::monitor::detail
