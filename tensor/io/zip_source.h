// Where the bytes of a zip archive come from.
#pragma once

#include "tensor/io/zip.h"

namespace gradus {

struct ZipReader::Source {
  std::string where;
  ReadAt read;
  uint64_t size;

  void take(uint64_t at, void* to, size_t bytes) const;
};

namespace zip {

std::shared_ptr<const ZipReader::Source> source_of(std::string where, ZipReader::ReadAt read,
                                                   uint64_t size);
std::shared_ptr<const ZipReader::Source> source_of(const char* op, const std::string& filename);
std::shared_ptr<const ZipReader::Source> source_of(std::string where, std::istream& stream);
std::shared_ptr<const ZipReader::Source> source_of(std::string where, const char* data,
                                                   size_t size);

}  // namespace zip
}  // namespace gradus
