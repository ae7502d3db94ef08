// Files through the system's calls, for .cpp files. Whatever fails throws Error with what was done,
// the file's name and the system's reason: `load: cannot open x: No such file or directory`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

class File {
 public:
  // `op` stands first in the errors; `flags` are those of open().
  File(const char* op, std::string name, int flags);
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  int fd() const { return fd_; }
  // The bytes of a regular file; a pipe or a device has no size.
  std::optional<uint64_t> size() const;
  // Gives fewer than `bytes` at the file's end only.
  size_t read(void* data, size_t bytes) const;
  // The same from the byte `at` on.
  size_t read_at(uint64_t at, void* data, size_t bytes) const;
  // Whatever is left up to the end.
  std::string read_all() const;
  void write(const void* data, size_t bytes) const;
  // Behind the end of what was opened with O_APPEND: all of it or, as on a full disk, nothing.
  // Where a part cannot be taken back, the error says so.
  void append(std::string_view text) const;

 private:
  const char* op_;
  std::string name_;
  int fd_;
};

// The paths of what is in a folder, in no order.
std::vector<std::string> paths_in(const char* op, const std::string& folder);

// A file's new content, written under another name beside it until it is whole: whoever looks at
// the file, at any time and after any crash, sees the old content or the new one.
//
// The other name is `FILE.0.tmp`, or the next number while another writer has that one. A lock on
// it tells that its writer lives. So what a killed writer left is known, also by a process with the
// same id as in a container, and the next writer removes it.
//
// What is no regular file, such as a pipe, gets the bytes as they come, and stays what it is.
class Replacement {
 public:
  // Behind symbolic links, what they point to is replaced. Throws when the file may not be written.
  // `op` stands first in the errors, and must outlive this.
  explicit Replacement(const std::string& filename, const char* op);
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;
  // Removes what was written, unless it was committed.
  ~Replacement();

  void write(const void* data, size_t bytes) const;
  // Makes it the file's content, on the disk when this returns. The file keeps its mode, and its
  // owner and group as far as the system lets them be given away.
  void commit();

 private:
  Replacement() = default;
  bool take_name();
  void keep_owner_and_mode() const;

  const char* op_ = "";
  std::string filename_, target_, temporary_;
  int fd_ = -1;
};

// Removes what a writer of `filename` left that is dead, under any of its other names. What a
// living one writes stays, and so does what was not made by one.
void remove_abandoned(const std::string& filename);

// Writes a file's content by content(write), through a Replacement.
using WriteBytes = std::function<void(const void* data, size_t bytes)>;
void replace_file(const char* op, const std::string& filename,
                  const std::function<void(const WriteBytes& write)>& content);

}  // namespace gradus
