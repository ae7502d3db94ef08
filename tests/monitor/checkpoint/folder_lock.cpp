#include "monitor/checkpoint/folder_lock.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>

#include "gradus.h"
#include "monitor/checkpoint/checkpoint.h"
#include "tests/monitor/checkpoint/run_folder.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using monitor::Checkpoint, monitor::CheckpointOptions;
namespace fs = std::filesystem;

namespace gradus::monitor::detail {
extern int (*set_file_lock)(int fd, int command, struct flock* lock);
}

namespace {

// Another process that has saved into a folder, and lives until it is killed.
struct Saver {
  explicit Saver(const std::string& folder) {
    int ready[2];
    REQUIRE(pipe(ready) == 0);
    pid = fork();
    if (pid == 0) {
      Checkpoint checkpoint(folder);
      checkpoint.save({0, 1});
      const bool told = write(ready[1], "x", 1) == 1;
      while (told) pause();
      _exit(1);
    }
    char byte = 0;
    const bool saved = read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    close(ready[1]);
    REQUIRE(saved);
  }
  ~Saver() {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  pid_t pid;
};

// What a child made by fork() says to be right.
bool in_child(const std::function<bool()>& f) {
  const pid_t pid = fork();
  if (pid == 0) {
    bool right = false;
    try {
      right = f();
    } catch (...) {
    }
    _exit(right ? 0 : 1);
  }
  int status = 1;
  return waitpid(pid, &status, 0) == pid && status == 0;
}

std::string refusal(pid_t holder, const std::string& folder) {
  return "checkpoint: process " + std::to_string(holder) + " saves into " + folder +
         ", and this is process " + std::to_string(getpid());
}

}  // namespace

TEST_CASE("a folder into which another process saves is only read, until that one is killed") {
  const TemporaryDirectory dir;
  const std::string folder = dir / "run";
  Checkpoint checkpoint(folder, CheckpointOptions().keep(1));
  {
    const Saver saver(folder);
    const std::string text = refusal(saver.pid, folder);
    CHECK(message([&] { checkpoint.save({0, 2}); }) == text);
    CHECK(message([&] { checkpoint.save({0, 2}); }) == text);
    CHECK(message([&] { checkpoint.lock(); }) == text);
    CHECK(names_in(folder) == Names{"step_000000000001.pt"});
    Warned warned;
    const WarningUtils::WarningHandlerGuard guard(&warned);
    CHECK(checkpoint.resume().step == 1);
    CHECK(warned.texts == Names{text + ", whose save() will fail"});
  }
  checkpoint.save({0, 2});
  CHECK(names_in(folder) == Names{"step_000000000002.pt"});
}

TEST_CASE("the checkpoints of one process share its lock, which the last one gives back") {
  const TemporaryDirectory dir;
  const std::string folder = dir / "run";
  const auto other_may_save = [&] {
    return in_child([&] {
      Warned unheard;
      const WarningUtils::WarningHandlerGuard guard(&unheard);
      Checkpoint other(folder);
      other.resume();
      other.save({0, 9});
      return true;
    });
  };
  {
    Checkpoint first(folder);
    first.save({0, 1});
    {
      Checkpoint second(folder + "/../run");
      second.save({0, 2});
      first.save({0, 3});
      CHECK_FALSE(other_may_save());
    }
    CHECK_FALSE(other_may_save());
    CHECK(first.resume().step == 3);  // without a warning, which would be an error here
  }
  CHECK(other_may_save());
  Checkpoint reader(folder);
  CHECK(reader.resume().step == 9);
  CHECK(other_may_save());
  reader.lock();
  CHECK_FALSE(other_may_save());
}

TEST_CASE("a child made by fork() is another process, and does not keep its parent's lock") {
  const TemporaryDirectory dir;
  const std::string folder = dir / "run";
  auto checkpoint = std::make_unique<Checkpoint>(folder);
  checkpoint->save({0, 1});
  const pid_t parent = getpid();
  CHECK(in_child([&] {
    const std::string text = refusal(parent, folder);
    return message([&] {
             checkpoint->save({0, 2});
           }) == text &&
           message([&] {
             Checkpoint(folder).save({0, 2});
           }) == text;
  }));
  checkpoint->save({0, 3});  // what the child has closed was its own

  int hold[2];
  REQUIRE(pipe(hold) == 0);
  // As fork() before what it calls in the child, whose copy of the file stays open.
  const auto living = pid_t(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  if (living == 0) {
    close(hold[1]);
    char byte;
    const ssize_t end = read(hold[0], &byte, 1);
    _exit(int(end));
  }
  checkpoint.reset();
  CHECK(in_child([&] {
    Checkpoint other(folder);
    other.resume();
    other.save({0, 4});
    return true;
  }));
  close(hold[0]);
  close(hold[1]);
  waitpid(living, nullptr, 0);
}

TEST_CASE("a folder that was removed and made again is locked again") {
  const TemporaryDirectory dir;
  const std::string folder = dir / "run";
  Checkpoint checkpoint(folder);
  checkpoint.save({0, 1});
  fs::remove_all(folder);
  CHECK(message([&] {
          checkpoint.save({0, 2});
        }) == "checkpoint: cannot write " + folder + "/.lock: No such file or directory");
  fs::create_directories(folder);
  checkpoint.save({0, 3});
  CHECK_FALSE(in_child([&] {
    Checkpoint(folder).save({0, 4});
    return true;
  }));
}

TEST_CASE("a folder that cannot be locked can be read, and what is no lock is left") {
  const TemporaryDirectory dir;
  const std::string folder = dir / "run";
  Checkpoint(folder).save({0, 1});
  const std::string file = folder + "/.lock";
  fs::remove(file);
  fs::create_directories(file);
  CHECK(Checkpoint(folder).resume().step == 1);
  CHECK(message([&] {
          Checkpoint(folder).save({0, 2});
        }) == "checkpoint: cannot write " + file + ": Is a directory");
  fs::remove(file);
  fs::create_symlink(dir / "precious", file);
  CHECK(Checkpoint(folder).resume().step == 1);
  CHECK(message([&] { Checkpoint(folder).save({0, 2}); }).starts_with("checkpoint: cannot write"));
  CHECK_FALSE(fs::exists(dir / "precious"));
  fs::remove(file);
  REQUIRE(mkfifo(file.c_str(), 0600) == 0);
  CHECK(Checkpoint(folder).resume().step == 1);
  CHECK(message([&] {
          Checkpoint(folder).save({0, 2});
        }) == "checkpoint: cannot lock " + file + ", which is no file");
  CHECK(names_in(folder) == Names{"step_000000000001.pt"});
}

TEST_CASE("who may write to the folder may lock it") {
  const TemporaryDirectory dir;
  const std::string folder = dir / "run";
  fs::create_directories(folder);
  fs::permissions(folder, fs::perms(0770));
  Checkpoint(folder).save({0, 1});
  CHECK(fs::status(folder + "/.lock").permissions() == fs::perms(0660));
}

TEST_CASE("where the file system has no locks a warning says so once, and saving goes on") {
  const TemporaryDirectory dir;
  auto& set_file_lock = monitor::detail::set_file_lock;
  const auto former = set_file_lock;
  set_file_lock = [](int, int, struct flock*) {
    errno = ENOLCK;
    return -1;
  };
  Warned warned;
  {
    const WarningUtils::WarningHandlerGuard guard(&warned);
    int64_t step = 0;
    for (const char* name : {"a", "a", "b"}) {
      Checkpoint checkpoint(dir / name);
      checkpoint.resume();
      checkpoint.save({0, ++step});
      checkpoint.save({0, ++step});
    }
  }
  set_file_lock = former;
  CHECK(warned.texts ==
        Names{"checkpoint: " + (dir / "a/.lock") +
              " cannot be locked: No locks available; no other process may save into the folder, "
              "and none is told apart"});
}
