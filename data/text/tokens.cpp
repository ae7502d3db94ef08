#include "data/text/tokens.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/io/file.h"
#include "tensor/raw.h"

namespace gradus::data::text {
namespace {

int64_t bytes_of(TokenType type) { return type == TokenType::UInt16 ? 2 : 4; }

// `before` tokens stand in front of them.
void check_held(const char* op, IntArrayRef tokens, TokenType type, int64_t before) {
  const int64_t most = type == TokenType::UInt16 ? std::numeric_limits<uint16_t>::max()
                                                 : std::numeric_limits<int32_t>::max();
  for (size_t i = 0; i < tokens.size(); ++i)
    if (tokens[i] < 0 || tokens[i] > most)
      fail("{}: token {} is {}, not in 0 .. {}", op, before + int64_t(i), tokens[i], most);
}

void append(const Replacement& file, IntArrayRef tokens, TokenType type) {
  const int64_t width = bytes_of(type);
  uint8_t piece[1 << 14];
  for (size_t at = 0; at < tokens.size();) {
    const size_t n = std::min(tokens.size() - at, sizeof piece / size_t(width));
    uint8_t* p = piece;
    for (size_t i = at; i < at + n; ++i)
      for (int64_t byte = 0; byte < width; ++byte) *p++ = uint8_t(tokens[i] >> 8 * byte);
    file.write(piece, n * size_t(width));
    at += n;
  }
}

}  // namespace

void write_tokens(const std::string& path, IntArrayRef tokens, TokenType type) try {
  check_held("write_tokens", tokens, type, 0);
  Replacement file(path, "write_tokens");
  append(file, tokens, type);
  file.commit();
} catch (...) {
  gradus::detail::rethrow_as_error("write_tokens");
}

TokenWriter::TokenWriter(const std::string& path, TokenType type) try
    : file_(std::make_unique<Replacement>(path, "TokenWriter")), type_(type) {
} catch (...) {
  gradus::detail::rethrow_as_error("TokenWriter");
}
TokenWriter::TokenWriter(TokenWriter&&) noexcept = default;
TokenWriter& TokenWriter::operator=(TokenWriter&&) noexcept = default;
TokenWriter::~TokenWriter() = default;

void TokenWriter::write(IntArrayRef tokens) {
  if (!file_) fail("TokenWriter: the file is closed");
  check_held("TokenWriter", tokens, type_, size_);
  try {
    append(*file_, tokens, type_);
  } catch (...) {
    file_.reset();
    throw;
  }
  size_ += int64_t(tokens.size());
}

void TokenWriter::close() {
  if (!file_) fail("TokenWriter: the file is closed");
  const gradus::detail::Owned<Replacement> file = std::move(file_);
  file->commit();
}

// The file itself is closed once it is mapped.
class TokenFile::Mapping {
 public:
  Mapping(const std::string& path, TokenType type) : path_(path), type_(type) {
    const File file("TokenFile", path, O_RDONLY | O_NONBLOCK);  // a pipe is not waited for
    const std::optional<uint64_t> size = file.size();
    if (!size) fail("TokenFile: {} is no regular file", path);
    if (*size % uint64_t(bytes_of(type)) != 0)
      fail("TokenFile: {} has {} bytes, no multiple of {}", path, *size, bytes_of(type));
    bytes_ = size_t(*size);
    if (bytes_ == 0) return;  // the system maps no empty file
    void* const data = mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, file.fd(), 0);
    if (data == MAP_FAILED) fail("TokenFile: cannot map {}: {}", path, std::strerror(errno));
    data_ = static_cast<const uint8_t*>(data);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (data_) munmap(const_cast<uint8_t*>(data_), bytes_);
  }

  int64_t size() const { return int64_t(bytes_) / bytes_of(type_); }
  void check_range(int64_t begin, int64_t count) const {
    if (begin < 0 || count < 0 || begin > size() || count > size() - begin)
      fail_index("TokenFile: there are no {} tokens at {} in the {} of {}", count, begin, size(),
                 path_);
  }
  void read_to(int64_t* to, int64_t begin, int64_t count) const {
    check_range(begin, count);
    const uint8_t* p = data_ + begin * bytes_of(type_);
    if (type_ == TokenType::UInt16) {
      for (int64_t i = 0; i < count; ++i, p += 2) to[i] = p[0] | p[1] << 8;
      return;
    }
    for (int64_t i = 0; i < count; ++i, p += 4) {
      to[i] = int32_t(p[0] | p[1] << 8 | p[2] << 16 | uint32_t(p[3]) << 24);
      if (to[i] < 0) fail("TokenFile: token {} of {} is {}", begin + i, path_, to[i]);
    }
  }

 private:
  std::string path_;
  TokenType type_;
  const uint8_t* data_ = nullptr;
  size_t bytes_ = 0;
};

TokenFile::TokenFile(const std::string& path, TokenType type) try
    : mapping_(std::make_shared<const Mapping>(path, type)) {
} catch (...) {
  gradus::detail::rethrow_as_error("TokenFile");
}

int64_t TokenFile::size() const { return mapping_->size(); }

Tensor TokenFile::read(int64_t begin, int64_t count) const {
  mapping_->check_range(begin, count);  // before memory is taken
  const Tensor tokens = raw::empty({count}, kLong);
  read_to(tokens.data_ptr<int64_t>(), begin, count);
  return tokens;
}

void TokenFile::read_to(int64_t* to, int64_t begin, int64_t count) const {
  mapping_->read_to(to, begin, count);
}

}  // namespace gradus::data::text
