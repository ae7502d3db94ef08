// The sizes that memory blocks come in. For memory.cpp alone.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace gradus::memory {

// Four classes to each power of two, from 64 bytes up: at most a fifth of a block is unused.
inline constexpr int class_count = 4 * 40;

constexpr int class_of_units(size_t units) {
  if (units <= 4) return int(units == 0 ? 0 : units - 1);
  const int log = int(std::bit_width(units - 1)) - 1;
  const size_t step = size_t(1) << (log - 2);
  return (log - 1) * 4 + int((units - 1 - (size_t(1) << log)) / step);
}
constexpr size_t class_bytes(int c) {
  if (c < 4) return size_t(c + 1) * 64;
  const int log = c / 4 + 1;
  return ((size_t(1) << log) + (size_t(c % 4) + 1) * (size_t(1) << (log - 2))) * 64;
}

// The classes of small blocks, which come and go with every operation, are looked up.
struct SmallClass {
  uint16_t index, bytes;
};
inline constexpr size_t small_units = 32, small_bytes = small_units * 64;
inline constexpr int small_count = class_of_units(small_units) + 1;
inline constexpr auto small_classes = [] {
  std::array<SmallClass, small_units + 1> out{};
  for (size_t units = 0; units <= small_units; ++units) {
    const int c = class_of_units(units);
    out[units] = {uint16_t(c), uint16_t(class_bytes(c))};
  }
  return out;
}();

inline SmallClass small_class(size_t bytes) { return small_classes[(bytes + 63) / 64]; }

struct Class {
  int index;
  size_t bytes;
};
inline Class class_of(size_t bytes) {
  const int c = class_of_units((bytes + 63) / 64);
  return {c, class_bytes(c)};
}

}  // namespace gradus::memory
