// A file, unpacked on the way if it is gzipped; for .cpp files.
#pragma once

#include <cstdint>
#include <string>

#include "tensor/io/file.h"

struct gzFile_s;

namespace gradus::data {

class Unpacked {
 public:
  // `op` stands first in the errors, which name the file.
  Unpacked(const char* op, const std::string& path);
  Unpacked(const Unpacked&) = delete;
  Unpacked& operator=(const Unpacked&) = delete;
  ~Unpacked();

  // As many of n bytes as there are.
  size_t read(void* to, size_t n);
  // No more bytes than this can be left. A gzip stream has at most 1032 times its size.
  uint64_t most_left();
  bool is_plain();

 private:
  const char* op_;
  std::string path_;
  File packed_;
  gzFile_s* file_;
  uint64_t read_ = 0;
};

// All bytes of a file. More than `max_bytes` throw; memory is taken as they come.
std::string read_unpacked(const char* op, const std::string& path, uint64_t max_bytes);

}  // namespace gradus::data
