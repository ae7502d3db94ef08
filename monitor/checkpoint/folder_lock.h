// One process at a time saves into a folder; for .cpp files.
#pragma once

#include <memory>
#include <string>

namespace gradus::monitor::detail {

// The right of this process to write into a folder: a lock on `FOLDER/.lock`, which the system
// takes back when the process ends, however it does. All objects of a process share it. A child
// made by fork() has it not, and its life does not prolong it.
//
// Where the file system has no locks there is none, which a warning says once.
class FolderLock {
 public:
  explicit FolderLock(std::string folder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

  // Takes the lock, unless this process has it. Throws Error when another process has it, which it
  // names, and when the folder cannot be written.
  void take();
  // Whether this process was the last to take it, through any object.
  bool was_ours() const;
  // The other process that has it, `process 4711`; empty for none, and where that cannot be told.
  std::string other() const;

  struct Held;

 private:
  int take_or_share();

  std::string folder_, file_;
  std::shared_ptr<Held> held_;
};

}  // namespace gradus::monitor::detail
