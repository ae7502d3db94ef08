// A file's bytes as memory, for .cpp files.
#pragma once

#include <cstdint>
#include <string>

#include "tensor/io/file.h"

namespace gradus {

// The first `bytes` of a file, mapped for reading and writing; what is written stays in this
// process (MAP_PRIVATE). Pages are read as they are touched. When another program cuts the file
// meanwhile, to touch what is gone ends the process by SIGBUS.
class MappedFile {
 public:
  // Throws Error beginning with `where`. No bytes are mapped to no address.
  MappedFile(const std::string& where, const File& file, uint64_t bytes);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  char* data() const { return data_; }
  uint64_t size() const { return bytes_; }

 private:
  char* data_ = nullptr;
  uint64_t bytes_;
};

}  // namespace gradus
