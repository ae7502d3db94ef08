#include "monitor/progress/progress_output.h"

#include <stdio_ext.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <iostream>

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

int terminal_columns(int fd) {
  winsize size = {};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const int columns = std::atoi(std::string(environment("COLUMNS")).c_str());
  return columns > 0 ? columns : 80;
}

ProgressDevice device_of(int fd, std::function<void(std::string_view)> write) {
  ProgressDevice device;
  // A training does not end with the reader of its bar.
  device.write = [write = std::move(write)](std::string_view text) {
    const detail::BrokenPipeGuard guard;
    write(text);
  };
  const std::string_view term = environment("TERM");
  if (fd >= 0 && ::isatty(fd) && !term.empty() && term != "dumb")
    device.width = [fd] { return terminal_columns(fd); };
  device.utf8 = locale_has_utf8();
  return device;
}

std::function<void(std::string_view)> writer_of(std::FILE* file) {
  return [file](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), file);
    // What a broken pipe did not take would be written once more at the program's end, unguarded.
    if (std::fflush(file) != 0 && errno == EPIPE) __fpurge(file);
  };
}

}  // namespace

ProgressOutput::ProgressOutput(ProgressDevice device) : device_(std::move(device)) {
  if (!device_.write) fail("progress output: the device has no function that writes");
  if (!device_.clock) device_.clock = steady_seconds;
}

std::shared_ptr<ProgressOutput> ProgressOutput::to(std::FILE* file) {
  return std::make_shared<ProgressOutput>(device_of(::fileno(file), writer_of(file)));
}

std::shared_ptr<ProgressOutput> ProgressOutput::to(int fd) {
  return std::make_shared<ProgressOutput>(device_of(fd, [fd](std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(fd, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return;
      text.remove_prefix(size_t(written));
    }
  }));
}

std::shared_ptr<ProgressOutput> ProgressOutput::to(std::ostream& stream) {
  const int fd = &stream == &std::cout                            ? STDOUT_FILENO
                 : &stream == &std::cerr || &stream == &std::clog ? STDERR_FILENO
                                                                  : -1;
  return std::make_shared<ProgressOutput>(device_of(fd, [&stream](std::string_view text) {
    stream.write(text.data(), std::streamsize(text.size()));
    stream.flush();
  }));
}

const std::shared_ptr<ProgressOutput>& ProgressOutput::standard() {
  // Never destroyed: a bar may be a static variable.
  static const auto& output = *new std::shared_ptr<ProgressOutput>(to(stderr));
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

void ProgressOutput::draw(std::string_view above) {
  std::string out;
  if (drawn_ > 1) out += "\x1b[" + std::to_string(drawn_ - 1) + 'A';
  if (drawn_ > 0 || above.empty()) out += '\r';
  if (drawn_ > 0 && !above.empty()) out += "\x1b[J";
  out += above;
  const int most = columns() - 1;  // behind the last column the cursor would be in the next line
  for (size_t i = 0; i < lines_.size(); ++i) {
    if (i > 0) out += '\n';
    out += cropped(lines_[i]->text, most);
    out += "\x1b[K";
  }
  if (above.empty() && lines_.size() < drawn_) out += "\x1b[J";
  drawn_ = lines_.size();
  device_.write(out);
}

}  // namespace gradus::monitor
