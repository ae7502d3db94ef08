#include "tensor/io/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "tensor/base/fail.h"

namespace gradus {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_to(const char* op, const char* what, const std::string& name) {
  if (name.find('\0') != name.npos)
    fail("{}: a NUL is in the name of the file that begins with {}", op, name.c_str());
  fail("{}: cannot {} {}: {}", op, what, name, std::strerror(errno));
}

int open_file(const std::string& name, int flags, mode_t mode = 0666) {
  if (name.find('\0') != name.npos) {  // to the system it would end there
    errno = EINVAL;
    return -1;
  }
  int fd;
  do fd = open(name.c_str(), flags | O_CLOEXEC, mode);
  while (fd < 0 && errno == EINTR);
  return fd;
}

// How many bytes were written; fewer than all where errno says why.
size_t write_some(int fd, const void* data, size_t bytes) {
  size_t done = 0;
  while (done < bytes) {
    const ssize_t n = ::write(fd, static_cast<const char*>(data) + done, bytes - done);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) errno = ENOSPC;
    if (n <= 0) break;
    done += size_t(n);
  }
  return done;
}

void write_all(int fd, const char* op, const std::string& name, const void* data, size_t bytes) {
  if (write_some(fd, data, bytes) < bytes) fail_to(op, "write", name);
}

}  // namespace

File::File(const char* op, std::string name, int flags)
    : op_(op), name_(std::move(name)), fd_(open_file(name_, flags)) {
  if (fd_ < 0) fail_to(op_, "open", name_);
}
File::~File() { close(fd_); }

std::optional<uint64_t> File::size() const {
  struct stat status;
  if (fstat(fd_, &status) != 0) fail_to(op_, "read", name_);
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  return uint64_t(status.st_size);
}

namespace {

// step(to, bytes) until it gives none, or there are enough.
template <class Step>
size_t read_with(const char* op, const std::string& name, void* data, size_t bytes, Step step) {
  size_t done = 0;
  while (done < bytes) {
    const ssize_t n = step(static_cast<char*>(data) + done, bytes - done, done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_to(op, "read", name);
    if (n == 0) break;
    done += size_t(n);
  }
  return done;
}

}  // namespace

size_t File::read(void* data, size_t bytes) const {
  return read_with(op_, name_, data, bytes,
                   [&](char* to, size_t n, size_t) { return ::read(fd_, to, n); });
}

size_t File::read_at(uint64_t at, void* data, size_t bytes) const {
  return read_with(op_, name_, data, bytes, [&](char* to, size_t n, size_t done) {
    return pread(fd_, to, n, off_t(at + done));
  });
}

std::string File::read_all() const {
  constexpr size_t piece = size_t(1) << 16;
  std::string out;
  for (size_t had = 0, got = piece; got == piece; had += got) {
    out.resize(had + piece);
    got = read(out.data() + had, piece);
    out.resize(had + got);
  }
  return out;
}

void File::write(const void* data, size_t bytes) const { write_all(fd_, op_, name_, data, bytes); }

void File::append(std::string_view text) const {
  const std::optional<uint64_t> before = size();
  const size_t done = write_some(fd_, text.data(), text.size());
  if (done == text.size()) return;
  const int error = errno;
  // Unless another has written behind it, which is not ours to take back.
  const bool whole =
      done == 0 || !before || (size() == *before + done && ftruncate(fd_, off_t(*before)) == 0);
  fail("{}: cannot write {}: {}{}", op_, name_, std::strerror(error),
       whole ? "" : ", and its last line is torn");
}

std::vector<std::string> paths_in(const char* op, const std::string& folder) {
  std::vector<std::string> out;
  std::error_code error;
  // In a loop over a range it would throw what is no Error.
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error))
    out.push_back(at->path().string());
  if (error) fail("{}: cannot read the folder {}: {}", op, folder, error.message());
  return out;
}

// --- Replacement --------------------------------------------------------------------------------

namespace {

// So many may write one file at the same time; others wait.
constexpr int most_names = 16;

// What `name` leads to over symbolic links, whether that exists or not.
std::string behind_links(const char* op, const std::string& name) {
  fs::path path = name;
  for (int links = 0;; ++links) {
    std::error_code error;
    const fs::path to = fs::read_symlink(path, error);
    if (error) return path.string();
    if (links == 40) {
      errno = ELOOP;
      fail_to(op, "open", name);
    }
    path = path.parent_path() / to;
  }
}

bool stands_at(int fd, const std::string& name) {
  struct stat open_one, named;
  return fstat(fd, &open_one) == 0 && lstat(name.c_str(), &named) == 0 &&
         open_one.st_dev == named.st_dev && open_one.st_ino == named.st_ino;
}

enum class Left { nothing, removed, in_use, foreign };

// Removes a writer's file, if the writer is dead. A file is of a writer if it is regular, our own
// and has no other name; a lock that we get means that no writer has it.
Left remove_left(const std::string& name) {
  const int fd = open_file(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return errno == ENOENT ? Left::nothing : Left::foreign;
  struct stat status;
  Left left = Left::foreign;
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
      status.st_nlink <= 1) {
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) left = Left::in_use;  // else the file system has no locks
    } else {
      // With the lock nobody but us renames or removes what stands at the name.
      if (stands_at(fd, name)) unlink(name.c_str());
      left = Left::removed;
    }
  }
  close(fd);
  return left;
}

void wait_for_writer(const std::string& name) {
  const int fd = open_file(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return;
  while (flock(fd, LOCK_EX) != 0 && errno == EINTR) {
  }
  close(fd);
}

}  // namespace

// Made of an empty one, so that the destructor cleans up behind an exception.
Replacement::Replacement(const std::string& filename, const char* op) : Replacement() {
  op_ = op;
  filename_ = filename;
  std::error_code none;
  const fs::file_status status = fs::status(filename, none);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    fd_ = open_file(filename, O_WRONLY);
    if (fd_ < 0) fail_to(op_, "open", filename_);
    return;
  }
  target_ = behind_links(op, filename);
  if (faccessat(AT_FDCWD, target_.c_str(), W_OK, AT_EACCESS) != 0 && errno != ENOENT)
    fail_to(op_, "open", filename_);
  while (!take_name()) {
  }
}

// False when all names are in use, after one of their writers has ended.
bool Replacement::take_name() {
  struct stat status;
  // Until it has the file's own mode, nobody else may read it.
  const mode_t mode = stat(target_.c_str(), &status) == 0 ? 0600 : 0666;
  std::string in_use;
  for (int i = 0; i < most_names; ++i) {
    std::string name = fmt::format("{}.{}.tmp", target_, i);
    const Left left = remove_left(name);
    while (fd_ < 0) {
      const int fd = open_file(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
      if (fd < 0 && errno == EEXIST) {
        if (left != Left::foreign) in_use = name;
        break;
      }
      if (fd < 0) fail_to(op_, "open", filename_);
      // A file system without locks has no other writers that we could tell.
      const bool locked = flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
      if (locked && stands_at(fd, name)) {
        fd_ = fd;
        temporary_ = std::move(name);
      } else {  // another writer saw it before it had its lock, and has removed it
        close(fd);
      }
    }
  }
  if (fd_ >= 0) return true;
  if (in_use.empty()) {
    errno = EEXIST;
    fail_to(op_, "open", fmt::format("{}.0.tmp", target_));
  }
  wait_for_writer(in_use);
  return false;
}

Replacement::~Replacement() {
  if (!temporary_.empty()) unlink(temporary_.c_str());
  if (fd_ >= 0) close(fd_);
}

void Replacement::write(const void* data, size_t bytes) const {
  write_all(fd_, op_, filename_, data, bytes);
}

// Where the group cannot be kept, it gets no more than everybody had.
void Replacement::keep_owner_and_mode() const {
  struct stat old, now;
  if (stat(target_.c_str(), &old) != 0 || fstat(fd_, &now) != 0) return;
  mode_t mode = old.st_mode & 0777;
  if (old.st_uid != now.st_uid || old.st_gid != now.st_gid)
    if (fchown(fd_, old.st_uid, old.st_gid) != 0 && fchown(fd_, uid_t(-1), old.st_gid) != 0)
      mode = (mode & 0707) | (mode & (mode << 3) & 0070);
  // A file system that has no such modes keeps what it has.
  if (fchmod(fd_, mode) != 0) return;
}

void Replacement::commit() {
  if (temporary_.empty()) return;  // the bytes were written to what they are for
  keep_owner_and_mode();
  // The new name is on the disk when its folder is. A folder that may not be read cannot be asked.
  const fs::path folder = fs::path(target_).parent_path();
  const int fd = open_file(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY);
  bool done = fsync(fd_) == 0 && std::rename(temporary_.c_str(), target_.c_str()) == 0;
  if (done) temporary_.clear();
  if (done && fd >= 0) done = fsync(fd) == 0 || errno != EIO;
  const int error = errno;
  if (fd >= 0) close(fd);
  errno = error;
  if (!done) fail_to(op_, "write", filename_);
}

void remove_abandoned(const std::string& filename) {
  for (int i = 0; i < most_names; ++i) remove_left(fmt::format("{}.{}.tmp", filename, i));
}

// --- replace_file -------------------------------------------------------------------------------

void replace_file(const char* op, const std::string& filename,
                  const std::function<void(const WriteBytes& write)>& content) {
  Replacement file(filename, op);
  content([&](const void* data, size_t bytes) { file.write(data, bytes); });
  file.commit();
}

}  // namespace gradus
