// model.safetensors.index.json: which file has which tensor.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gradus::safetensors {

// Bytes of an index that is read, and therefore written.
inline constexpr uint64_t longest_index = 100'000'000;

struct Index {
  struct Place {
    std::string name;
    uint32_t file;
  };
  std::vector<Place> places;       // in the order of the names
  std::vector<std::string> files;  // in the order of their names
  std::map<std::string, std::string> metadata;
};

// Reads and checks an index: its grammar, that no tensor has two places, and that each file's name
// is that of a file in the index's folder. Throws Error beginning with `op` and the file's name.
Index read_index(const char* op, const std::string& filename);

}  // namespace gradus::safetensors
