// FNV-1a.
#pragma once

#include <cstdint>
#include <string_view>

namespace gradus::distributed {

inline constexpr uint64_t hash_of_nothing = 0xcbf29ce484222325;
// May go on from the hash of what came before.
inline uint64_t hash(std::string_view bytes, uint64_t before = hash_of_nothing) {
  for (const char c : bytes) before = (before ^ uint8_t(c)) * 0x100000001b3;
  return before;
}

}  // namespace gradus::distributed
