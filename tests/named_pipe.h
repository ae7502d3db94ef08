// A named pipe that tests write files to.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

// Takes what fits the system's room for it, at least 4 KiB, without another reader.
struct NamedPipe {
  std::string path;
  int fd = -1;
  explicit NamedPipe(std::string name) : path(std::move(name)) {
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    fd = open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(fd >= 0);
  }
  ~NamedPipe() { close(fd); }
  NamedPipe(const NamedPipe&) = delete;
  NamedPipe& operator=(const NamedPipe&) = delete;

  // Whether a pipe stands at the name still.
  bool stands() const {
    struct stat status;
    return lstat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
  }
  // What was written to it.
  std::string content() const {
    char bytes[4096];
    const ssize_t n = read(fd, bytes, sizeof bytes);
    return {bytes, size_t(n > 0 ? n : 0)};
  }
};
