#include "tensor/io/zip_source.h"

#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <istream>

#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/io/file.h"

namespace gradus {

void ZipReader::Source::take(uint64_t at, void* to, size_t bytes) const {
  if (bytes == 0) return;
  if (at > size || bytes > size - at || read(at, to, bytes) != bytes)
    fail("{}: the archive ends within bytes {} to {}", where, at, at + bytes);
}

namespace zip {
namespace {

ZipReader::ReadAt reading(const char* data, uint64_t size) {
  return [=](uint64_t at, void* to, size_t bytes) {
    if (at >= size) return size_t(0);
    bytes = std::min<uint64_t>(bytes, size - at);
    std::memcpy(to, data + at, bytes);
    return bytes;
  };
}

ZipReader::ReadAt reading(std::string bytes) {
  auto held = std::make_shared<const std::string>(std::move(bytes));
  return [held, read = reading(held->data(), held->size())](uint64_t at, void* to, size_t n) {
    return read(at, to, n);
  };
}

// read(to, bytes) until it gives fewer.
template <class Read>
std::string read_all(Read read) {
  std::string all;
  for (size_t had = 0, got = 1; got > 0; had += got) {
    all.resize(had + std::max<size_t>(had, 1 << 16));
    got = read(all.data() + had, all.size() - had);
    all.resize(had + got);
  }
  return all;
}

std::shared_ptr<const ZipReader::Source> source_holding(std::string where, std::string bytes) {
  const uint64_t size = bytes.size();
  return source_of(std::move(where), reading(std::move(bytes)), size);
}

}  // namespace

std::shared_ptr<const ZipReader::Source> source_of(std::string where, ZipReader::ReadAt read,
                                                   uint64_t size) {
  return std::make_shared<ZipReader::Source>(
      ZipReader::Source{std::move(where), std::move(read), size});
}

std::shared_ptr<const ZipReader::Source> source_of(std::string where, const char* data,
                                                   size_t size) {
  return source_of(std::move(where), reading(data, size), size);
}

std::shared_ptr<const ZipReader::Source> source_of(const char* op,
                                                   const std::string& filename) try {
  auto file = std::make_shared<const File>(op, filename, O_RDONLY);
  std::string where = fmt::format("{}: {}", op, filename);
  const std::optional<uint64_t> size = file->size();
  if (!size)
    return source_holding(std::move(where),
                          read_all([&](char* to, size_t n) { return file->read(to, n); }));
  auto read = [file](uint64_t at, void* to, size_t bytes) { return file->read_at(at, to, bytes); };
  return source_of(std::move(where), std::move(read), *size);
} catch (...) {
  detail::rethrow_as_error(op);
}

std::shared_ptr<const ZipReader::Source> source_of(std::string where, std::istream& stream) try {
  if (stream.rdstate() == std::ios_base::eofbit) stream.clear();
  if (!stream) fail("{}: the stream is not readable", where);
  const std::streamoff here = stream.tellg();
  const auto take = [&stream](void* to, size_t bytes) {
    stream.read(static_cast<char*>(to), std::streamsize(bytes));
    const auto got = size_t(stream.gcount());
    stream.clear();
    return got;
  };
  if (here == -1) {  // it cannot go back
    stream.clear();
    return source_holding(std::move(where), read_all(take));
  }
  stream.seekg(0, std::ios::end);
  const std::streamoff end = stream.tellg();
  auto read = [&stream, take, here](uint64_t at, void* to, size_t bytes) {
    if (stream.seekg(here + std::streamoff(at))) return take(to, bytes);
    stream.clear();
    return size_t(0);
  };
  return source_of(std::move(where), std::move(read), uint64_t(std::max(end, here) - here));
} catch (...) {
  detail::rethrow_as_error("zip");
}

}  // namespace zip
}  // namespace gradus
