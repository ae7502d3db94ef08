#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "monitor/broken_pipe.h"
#include "monitor/log/logger.h"
#include "tensor/base/fail.h"
#include "tensor/io/file.h"

namespace gradus::monitor::detail {

LineFile::LineFile(const char* op, std::string path, bool append)
    : op_(op), path_(std::move(path)) {
  open(O_CREAT | (append ? 0 : O_TRUNC));
}
LineFile::~LineFile() = default;

void LineFile::open(int flags) const {
  // Who may read a pipe keeps it open, and would wait for ever when its reader has ended.
  struct stat info = {};
  const bool pipe = ::stat(path_.c_str(), &info) == 0 && S_ISFIFO(info.st_mode);
  file_ = std::make_unique<const File>(op_, path_, flags | O_APPEND | (pipe ? O_WRONLY : O_RDWR));
}

const File& LineFile::file() const {
  if (!file_) open(0);
  return *file_;
}

bool LineFile::is_regular() const { return file().size().has_value(); }

std::string LineFile::read() const {
  std::string out(size_t(file().size().value_or(0)), '\0');
  out.resize(file().read_at(0, out.data(), out.size()));
  return out;
}

std::string LineFile::first_line() const {
  std::string out;
  for (size_t had = 0, piece = 4096;; piece *= 2) {
    if (!is_regular()) return {};
    out.resize(had + piece);
    out.resize(had + file().read_at(had, out.data() + had, piece));
    if (const size_t end = out.find('\n', had); end != out.npos) return out.substr(0, end + 1);
    if (out.size() < had + piece) return out;
    had = out.size();
  }
}

std::string LineFile::torn_line() const {
  std::string out;
  for (size_t left = size_t(file().size().value_or(0)), piece = 4096; left > 0; piece *= 2) {
    std::string block(std::min(left, piece), '\0');
    left -= block.size();
    block.resize(file().read_at(left, block.data(), block.size()));
    const size_t end = block.rfind('\n');
    out.insert(0, block, end == block.npos ? 0 : end + 1);
    if (end != block.npos) break;
  }
  return out;
}

void LineFile::drop_torn_line() {
  const size_t torn = torn_line().size();
  if (torn > 0 && ::ftruncate(file().fd(), off_t(*file().size() - torn)) != 0)
    fail("{}: cannot drop the torn last line of {}: {}", op_, path_, std::strerror(errno));
}

void LineFile::add(const std::string& lines) {
  const BrokenPipeGuard guard;
  try {
    file().append(torn_ ? '\n' + lines : lines);
    torn_ = false;
  } catch (const Error&) {
    torn_ = is_regular() && !torn_line().empty();
    throw;
  }
}

void LineFile::flush() {
  // What is no file on a disk says EINVAL.
  if (::fdatasync(file().fd()) != 0 && errno != EINVAL)
    fail("{}: cannot flush {}: {}", op_, path_, std::strerror(errno));
}

void LineFile::replace(const std::string& content) {
  Replacement next(path_, op_);
  next.write(content.data(), content.size());
  next.commit();
  file_.reset();  // it has no name any more: what is added to it would be lost
  open(0);
}

}  // namespace gradus::monitor::detail
