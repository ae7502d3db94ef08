#include "monitor/checkpoint/folder_lock.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "tensor/base/fail.h"
#include "tensor/base/warn.h"

namespace gradus::monitor::detail {

// fcntl() with a lock of an open file. Tests put one in its place that knows no locks.
extern int (*set_file_lock)(int fd, int command, struct flock* lock);
int (*set_file_lock)(int, int, struct flock*) = [](int fd, int command, struct flock* lock) {
  int result;
  do result = fcntl(fd, command, lock);
  while (result != 0 && errno == EINTR);
  return result;
};

namespace {

using Id = std::pair<dev_t, ino_t>;

Id id_of(const struct stat& s) { return {s.st_dev, s.st_ino}; }

struct flock whole_file() {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

std::string host() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

// What the file says of who has the lock, or had it last: `4711 HOST`.
std::string line_in(int fd) {
  char text[300];
  const ssize_t got = pread(fd, text, sizeof text, 0);
  return {text, got > 0 ? size_t(got) : 0};
}
std::string own_line() { return fmt::format("{} {}\n", getpid(), host()); }

std::string holder_named_in(int fd) {
  const std::string text = line_in(fd);
  const std::string_view line = text;
  long pid = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), pid);
  // One that was killed left its number, and the next has yet to write its own.
  if (error != std::errc() || pid < 1) return "another process";
  const size_t space = size_t(end - line.data());
  const std::string_view rest = line.substr(std::min(space + 1, line.size()));
  const std::string where(rest.substr(0, rest.find('\n')));
  if (!where.empty() && where != host()) return fmt::format("process {} of {}", pid, where);
  if (kill(pid_t(pid), 0) != 0 && errno == ESRCH) return "another process";
  return fmt::format("process {}", pid);
}

}  // namespace

struct FolderLock::Held {
  explicit Held(int fd) : fd(fd) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    if (fd < 0) return;
    // Closing is not enough: a child that was just made has a copy of the open file for a moment.
    struct flock lock = whole_file();
    lock.l_type = F_UNLCK;
    if (is_ours()) set_file_lock(fd, F_OFD_SETLK, &lock);
    close(fd);
  }
  bool is_ours() const { return fd >= 0 && pid == getpid(); }

  int fd;
  pid_t pid = getpid();
};

namespace {

// The locks of this process. All that changes one of them is done under the mutex, so that none
// stands in its own way.
struct Locks {
  std::mutex mutex;
  std::map<Id, std::weak_ptr<FolderLock::Held>> held;
  std::set<Id> ever;
  bool warned = false;
};

Locks& locks() {
  // Never destroyed: a checkpoint may be a static variable.
  static Locks& all = [&]() -> Locks& {
    static Locks& made = *new Locks;
    // The copy of an open file that a child has would hold the lock when its parent has ended.
    pthread_atfork([] { locks().mutex.lock(); }, [] { locks().mutex.unlock(); },
                   [] {
                     for (const auto& [id, weak] : locks().held)
                       if (const auto held = weak.lock()) close(std::exchange(held->fd, -1));
                     locks().held.clear();
                     locks().ever.clear();
                     locks().mutex.unlock();
                   });
    return made;
  }();
  return all;
}

// A lock's file, which is made where there is none; whoever may write to the folder may lock it.
int open_lock(const std::string& folder, const std::string& file) {
  constexpr int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  int fd = open(file.c_str(), flags);
  if (fd < 0 && errno == ENOENT) {
    fd = open(file.c_str(), flags | O_CREAT | O_EXCL, 0600);
    if (fd < 0 && errno == EEXIST) fd = open(file.c_str(), flags);
    struct stat info = {};
    // A file system that has no such modes keeps what it has.
    if (fd >= 0 && stat(folder.c_str(), &info) == 0 && fchmod(fd, info.st_mode & 0666) != 0)
      errno = 0;
  }
  return fd;
}

}  // namespace

FolderLock::FolderLock(std::string folder)
    : folder_(std::move(folder)), file_((std::filesystem::path(folder_) / ".lock").string()) {}

FolderLock::~FolderLock() {
  const std::lock_guard lock(locks().mutex);
  held_.reset();
}

bool FolderLock::was_ours() const {
  const std::lock_guard lock(locks().mutex);
  const int fd = open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return false;
  struct stat info = {};
  // A number comes again, as in a container, and so does that of a file.
  const bool ours =
      fstat(fd, &info) == 0 && locks().ever.contains(id_of(info)) && line_in(fd) == own_line();
  close(fd);
  return ours;
}

void FolderLock::take() {
  if (const int error = take_or_share(); error != 0)
    warn(
        "checkpoint: {} cannot be locked: {}; no other process may save into the folder, and none "
        "is told apart",
        file_, std::strerror(error));
}

// The reason why a file system has no locks, the first time; else 0.
int FolderLock::take_or_share() {
  Locks& all = locks();
  const std::lock_guard guard(all.mutex);
  for (int reason = 0;;) {
    struct stat named = {}, opened = {};
    const bool there = lstat(file_.c_str(), &named) == 0;
    // The folder may have been removed, and made again.
    if (held_ && held_->is_ours() && fstat(held_->fd, &opened) == 0 && there &&
        id_of(opened) == id_of(named))
      return 0;
    held_.reset();
    std::erase_if(all.held, [](const auto& item) { return item.second.expired(); });
    if (const auto found = all.held.find(id_of(named)); there && found != all.held.end())
      if (auto shared = found->second.lock(); shared && shared->is_ours()) {
        held_ = std::move(shared);
        return 0;
      }
    const int fd = open_lock(folder_, file_);
    if (fd < 0) fail("checkpoint: cannot write {}: {}", file_, std::strerror(errno));
    auto held = std::make_shared<Held>(fd);
    if (fstat(fd, &opened) != 0 || !S_ISREG(opened.st_mode))
      fail("checkpoint: cannot lock {}, which is no file", file_);
    struct flock lock = whole_file();
    if (set_file_lock(fd, F_OFD_SETLK, &lock) != 0) {
      if (errno == EAGAIN || errno == EACCES)
        fail("checkpoint: {} saves into {}, and this is process {}", holder_named_in(fd), folder_,
             getpid());
      reason = std::exchange(all.warned, true) ? 0 : errno;
    }
    if (lstat(file_.c_str(), &named) != 0 || id_of(named) != id_of(opened)) continue;
    const std::string line = own_line();
    if (ftruncate(fd, 0) != 0 || pwrite(fd, line.data(), line.size(), 0) < 0)
      errno = 0;  // a full disk: then the others are not told the number
    all.held[id_of(opened)] = held;
    all.ever.insert(id_of(opened));
    held_ = std::move(held);
    return reason;
  }
}

std::string FolderLock::other() const {
  const std::lock_guard guard(locks().mutex);
  const int fd = open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return {};
  struct stat info = {};
  struct flock lock = whole_file();
  std::string out;
  if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
    const auto mine = locks().held.find(id_of(info));
    const auto held = mine == locks().held.end() ? nullptr : mine->second.lock();
    if (!(held && held->is_ours()) && set_file_lock(fd, F_OFD_GETLK, &lock) == 0 &&
        lock.l_type != F_UNLCK)
      out = holder_named_in(fd);
  }
  close(fd);
  return out;
}

}  // namespace gradus::monitor::detail
