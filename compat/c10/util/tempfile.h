// c10::TempFile and c10::TempDir.
#pragma once

#include <c10/macros/Macros.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tensor/base/error.h"

namespace gradus {

namespace detail {
// Made by the system, in TMPDIR or the first of its sisters that is set.
inline std::string temporary_pattern(std::string_view prefix) {
  for (const char* variable : {"TMPDIR", "TMP", "TEMP", "TEMPDIR"})
    if (const char* folder = std::getenv(variable))
      return std::string(folder) + "/" + std::string(prefix) + "XXXXXX";
  return "/tmp/" + std::string(prefix) + "XXXXXX";
}
}  // namespace detail

/// A file that is removed with this object.
struct TempFile {
  explicit TempFile(std::string name_ = {}, int fd_ = -1) : fd(fd_), name(std::move(name_)) {}
  TempFile(TempFile&& o) noexcept
      : fd(std::exchange(o.fd, -1)), name(std::exchange(o.name, std::string())) {}
  TempFile& operator=(TempFile&& o) noexcept {
    std::swap(fd, o.fd);
    name.swap(o.name);
    return *this;
  }
  ~TempFile() {
    if (name.empty()) return;
    if (fd >= 0) close(fd);
    unlink(name.c_str());
  }

  int fd;
  std::string name;
};
/// A folder that is removed with this object, and all in it.
struct TempDir {
  explicit TempDir(std::string name_ = {}) : name(std::move(name_)) {}
  TempDir(TempDir&& o) noexcept : name(std::exchange(o.name, std::string())) {}
  TempDir& operator=(TempDir&& o) noexcept {
    name.swap(o.name);
    return *this;
  }
  ~TempDir() {
    std::error_code ignored;
    if (!name.empty()) std::filesystem::remove_all(name, ignored);
  }

  std::string name;
};

/// A new file whose name begins so, or nothing where the system gives none.
inline std::optional<TempFile> try_make_tempfile(std::string_view prefix = "torch-file-") {
  std::string name = detail::temporary_pattern(prefix);
  const int fd = mkstemp(name.data());
  if (fd < 0) return std::nullopt;
  return TempFile(std::move(name), fd);
}
/// The same; throws Error where the system gives none.
inline TempFile make_tempfile(std::string_view prefix = "torch-file-") {
  if (auto file = try_make_tempfile(prefix)) return std::move(*file);
  throw Error("make_tempfile: cannot make " + detail::temporary_pattern(prefix));
}
/// A new folder whose name begins so, or nothing where the system gives none.
inline std::optional<TempDir> try_make_tempdir(std::string_view prefix = "torch-dir-") {
  std::string name = detail::temporary_pattern(prefix);
  if (!mkdtemp(name.data())) return std::nullopt;
  return TempDir(std::move(name));
}
/// The same; throws Error where the system gives none.
inline TempDir make_tempdir(std::string_view prefix = "torch-dir-") {
  if (auto dir = try_make_tempdir(prefix)) return std::move(*dir);
  throw Error("make_tempdir: cannot make " + detail::temporary_pattern(prefix));
}

}  // namespace gradus
