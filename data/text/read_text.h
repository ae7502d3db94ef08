// The text of a file.
#pragma once

#include <cstdint>
#include <string>

namespace gradus::data::text {

/// The bytes of a file, plain or gzipped. Throws Error when it cannot be read, and when it has more
/// than `max_bytes`: packed files can be a thousand times smaller than what they hold.
std::string read_text(const std::string& path, uint64_t max_bytes = uint64_t(1) << 32);

}  // namespace gradus::data::text
