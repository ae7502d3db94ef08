#include "monitor/progress/progress_output.h"

#include <stdio_ext.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <compare>
#include <cstdlib>
#include <iostream>
#include <map>

#include "monitor/broken_pipe.h"
#include "monitor/utf8.h"
#include "tensor/base/fail.h"

namespace gradus::monitor {
namespace {

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The variable's text; empty where it is not set.
std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool locale_has_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = environment(name);
    if (value.empty()) continue;
    for (const char* spelling : {"UTF-8", "utf-8", "UTF8", "utf8"})
      if (value.find(spelling) != value.npos) return true;
    return false;
  }
  return false;
}

int positive_number(std::string_view text) {
  int out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && out > 0 ? out : 0;
}

winsize terminal_size(int fd) {
  winsize size = {};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size : winsize{};
}

int terminal_columns(int fd) {
  if (const int columns = terminal_size(fd).ws_col; columns > 0) return columns;
  const int columns = positive_number(environment("COLUMNS"));
  return columns > 0 ? columns : 80;
}

int terminal_rows(int fd) {
  const int rows = terminal_size(fd).ws_row;
  return rows > 0 ? rows : positive_number(environment("LINES"));
}

bool is_terminal(int fd) {
  const std::string_view term = environment("TERM");
  return fd >= 0 && ::isatty(fd) && !term.empty() && term != "dumb";
}

ProgressDevice device_of(int fd, std::function<void(std::string_view)> write) {
  ProgressDevice device;
  // A training does not end with the reader of its bar.
  device.write = [write = std::move(write)](std::string_view text) {
    const detail::BrokenPipeGuard guard;
    write(text);
  };
  if (is_terminal(fd)) {
    device.width = [fd] { return terminal_columns(fd); };
    device.height = [fd] { return terminal_rows(fd); };
  }
  device.utf8 = locale_has_utf8();
  return device;
}

// What a broken pipe did not take would be written once more at the program's end, unguarded.
void drop_unwritten(std::FILE* file) { __fpurge(file); }
void drop_unwritten(std::streambuf* buffer) {
  struct Open : std::streambuf {
    using std::streambuf::pbase, std::streambuf::pptr, std::streambuf::pbump;
  };
  (buffer->*&Open::pbump)(int((buffer->*&Open::pbase)() - (buffer->*&Open::pptr)()));
}

std::function<void(std::string_view)> writer_of(std::FILE* file) {
  return [file](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), file);
    if (std::fflush(file) != 0 && errno == EPIPE) drop_unwritten(file);
  };
}

// What an output writes to: a file or stream by its address, or a descriptor; and for what has a
// descriptor also the system's name for what that leads to, which may change.
struct Target {
  const void* object = nullptr;
  int fd = -1;
  dev_t device = 0;
  ino_t inode = 0;
  auto operator<=>(const Target&) const = default;
  bool is_file_of(const Target& other) const {
    return inode != 0 && device == other.device && inode == other.inode;
  }
};

Target target_of(const void* object, int fd) {
  // These have several objects each.
  Target out = {fd == STDOUT_FILENO || fd == STDERR_FILENO ? nullptr : object, fd};
  struct stat status;
  if (fd >= 0 && ::fstat(fd, &status) == 0) {
    out.device = status.st_dev;
    out.inode = status.st_ino;
  }
  return out;
}

// The output of the target that lives, or a new one; the standard one for the terminal that stderr
// is. Bars of two outputs would not know of each other's lines.
std::shared_ptr<ProgressOutput> output_of(const void* object, int fd,
                                          std::function<void(std::string_view)> write) {
  const Target target = target_of(object, fd);
  if (is_terminal(fd) && target.is_file_of(target_of(nullptr, STDERR_FILENO)) &&
      ProgressOutput::standard()->is_terminal())
    return ProgressOutput::standard();
  // Never destroyed: a bar may be a static variable.
  static auto& mutex = *new std::mutex;
  static auto& living = *new std::map<Target, std::weak_ptr<ProgressOutput>>;
  const std::lock_guard lock(mutex);
  std::erase_if(living, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<ProgressOutput>& known = living[target];
  std::shared_ptr<ProgressOutput> out = known.lock();
  if (!out) known = out = std::make_shared<ProgressOutput>(device_of(fd, std::move(write)));
  return out;
}

}  // namespace

ProgressOutput::ProgressOutput(ProgressDevice device) : device_(std::move(device)) {
  if (!device_.write) fail("progress output: the device has no function that writes");
  if (!device_.clock) device_.clock = steady_seconds;
}

std::shared_ptr<ProgressOutput> ProgressOutput::to(std::FILE* file) {
  if (!file) fail("progress output: the file is a null pointer");
  const int fd = ::fileno(file);
  if (fd == STDERR_FILENO) return standard();
  return output_of(file, fd, writer_of(file));
}

std::shared_ptr<ProgressOutput> ProgressOutput::to(int fd) {
  if (fd == STDERR_FILENO) return standard();
  return output_of(nullptr, fd, [fd](std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(fd, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return;
      text.remove_prefix(size_t(written));
    }
  });
}

std::shared_ptr<ProgressOutput> ProgressOutput::to(std::ostream& stream) {
  if (&stream == &std::cerr || &stream == &std::clog) return standard();
  return output_of(&stream, &stream == &std::cout ? STDOUT_FILENO : -1,
                   [&stream](std::string_view text) {
                     errno = 0;
                     stream.write(text.data(), std::streamsize(text.size()));
                     stream.flush();
                     if (!stream && errno == EPIPE) drop_unwritten(stream.rdbuf());
                   });
}

const std::shared_ptr<ProgressOutput>& ProgressOutput::standard() {
  // Never destroyed: a bar may be a static variable.
  static const auto& output = *new std::shared_ptr<ProgressOutput>(
      std::make_shared<ProgressOutput>(device_of(STDERR_FILENO, writer_of(stderr))));
  return output;
}

int ProgressOutput::columns() const { return std::max(1, device_.width()); }

void ProgressOutput::write(std::string_view text) {
  std::string line(text);
  if (line.empty() || line.back() != '\n') line += '\n';
  const std::lock_guard lock(mutex_);
  if (is_terminal())
    draw(line);
  else
    device_.write(line);
}

std::vector<std::string> ProgressOutput::shown() const {
  const int most = columns() - 1;  // behind the last column the cursor would be in the next line
  const int rows = device_.height ? device_.height() : 0;
  size_t count = lines_.size();
  if (rows > 0 && count > size_t(rows)) count = size_t(rows) - 1;
  std::vector<std::string> out;
  for (size_t i = 0; i < count; ++i) out.emplace_back(cropped(lines_[i]->text, most));
  if (const size_t more = lines_.size() - count; more > 0)
    out.emplace_back(cropped('(' + std::to_string(more) + " more)", most));
  return out;
}

void ProgressOutput::draw(std::string_view above) {
  std::string out;
  if (drawn_ > 1) out += "\x1b[" + std::to_string(drawn_ - 1) + 'A';
  if (drawn_ > 0 || above.empty()) out += '\r';
  if (drawn_ > 0 && !above.empty()) out += "\x1b[J";
  out += above;
  const std::vector<std::string> lines = shown();
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += '\n';
    out += lines[i];
    out += "\x1b[K";
  }
  if (above.empty() && lines.size() < drawn_) out += "\x1b[J";
  drawn_ = lines.size();
  device_.write(out);
}

}  // namespace gradus::monitor
