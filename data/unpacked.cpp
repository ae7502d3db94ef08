#include "data/unpacked.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "tensor/base/fail.h"

namespace gradus::data {

Unpacked::Unpacked(const char* op, const std::string& path)
    : op_(op), path_(path), packed_(op, path, O_RDONLY), file_(nullptr) {
  const int fd = fcntl(packed_.fd(), F_DUPFD_CLOEXEC, 0);
  if (fd >= 0) file_ = gzdopen(fd, "rb");
  if (!file_ && fd >= 0) close(fd);
  if (!file_) fail("{}: cannot unpack {}", op_, path_);
  gzbuffer(file_, 1 << 17);
}

Unpacked::~Unpacked() { gzclose(file_); }

size_t Unpacked::read(void* to, size_t n) {
  size_t done = 0;
  while (done < n) {
    const auto most = unsigned(std::min<size_t>(n - done, 1 << 30));
    const int got = gzread(file_, static_cast<char*>(to) + done, most);
    int status = Z_OK;
    const char* text = gzerror(file_, &status);
    if (status == Z_ERRNO) fail("{}: cannot read {}: {}", op_, path_, std::strerror(errno));
    // A stream that ends too early is told by Z_BUF_ERROR.
    if (got < 0 || (status != Z_OK && status != Z_STREAM_END)) {
      const char* const why = std::strstr(text, ">: ");  // behind zlib's name of the file
      fail("{}: {}: the data are damaged: {}", op_, path_, why ? why + 3 : text);
    }
    if (got == 0) break;
    done += size_t(got);
  }
  read_ += done;
  return done;
}

uint64_t Unpacked::most_left() {
  const std::optional<uint64_t> size = packed_.size();
  if (!size) return std::numeric_limits<uint64_t>::max();
  if (is_plain()) return *size - std::min(*size, read_);
  return *size > (uint64_t(1) << 52) ? *size : *size * 1032;
}

bool Unpacked::is_plain() { return gzdirect(file_) == 1; }

std::string read_unpacked(const char* op, const std::string& path, uint64_t max_bytes) {
  Unpacked file(op, path);
  std::string bytes;
  for (size_t piece = 1 << 16;; piece = std::max(piece, bytes.size())) {
    const size_t had = bytes.size();
    // One byte more than the limit shows that there are too many.
    const size_t wanted = 1 + std::min<uint64_t>(piece, max_bytes - had);
    bytes.resize(had + wanted);
    const size_t got = file.read(bytes.data() + had, wanted);
    bytes.resize(had + got);
    if (bytes.size() > max_bytes)
      fail("{}: {} has more bytes than the limit of {}", op, path, max_bytes);
    if (got < wanted) return bytes;
  }
}

}  // namespace gradus::data
