// Saves that are killed, or that find no room, no right or another save: the file is always the old
// one or the new one, and nothing is left beside it.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <thread>

#include "autograd/factories.h"
#include "tensor/io/serialize.h"
#include "tests/temporary_directory.h"

using namespace gradus;
namespace fs = std::filesystem;

namespace {

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
size_t files_in(const fs::path& folder) {
  return size_t(std::distance(fs::directory_iterator(folder), {}));
}
unsigned mode_of(const std::string& path) {
  struct stat status;
  REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}
std::string why(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

// Runs f in a process of its own.
pid_t start(const std::function<void()>& f) {
  const pid_t child = fork();
  if (child != 0) return child;
  int status = 1;
  try {
    f();
    status = 0;
  } catch (...) {
  }
  _exit(status);
}
bool ended_well(pid_t child) {
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("a save that is killed leaves the old file or the new one, and the next save cleans up") {
  const TemporaryDirectory dir;
  const std::string path = dir / "model";
  const Tensor a = ones({20000}), b = full({30000}, 2.0);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i) save(i % 2 ? a : b, path);
  const std::chrono::duration<double, std::micro> one =
      (std::chrono::steady_clock::now() - begin) / 4;
  std::minstd_rand random(1);
  std::uniform_real_distribution<double> moment(0, 3 * one.count());
  for (int round = 0; round < 24; ++round) {
    const pid_t child = start([&] {
      for (int i = 0;; ++i) save(i % 2 ? a : b, path);
    });
    REQUIRE(child > 0);
    std::this_thread::sleep_for(std::chrono::duration<double, std::micro>(moment(random)));
    kill(child, SIGKILL);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));  // and not ended by an exception
    Tensor t;
    load(t, path);
    const bool whole = t.equal(a) || t.equal(b);
    CHECK(whole);
    CHECK(files_in(dir.path) <= 2);  // what one killed save left, not one of each
    if (round % 4 != 0) continue;
    save(a, path);
    CHECK(files_in(dir.path) == 1);
  }
}

TEST_CASE("what a killed save left is told from what a living one writes") {
  const TemporaryDirectory dir;
  const std::string path = dir / "m", left = path + ".0.tmp";
  // Of a writer that is dead, whatever its number was.
  std::ofstream(left) << "half a mod";
  std::ofstream(path + ".3.tmp") << "half";
  save(ones({3}), path);
  CHECK(files_in(dir.path) == 1);

  // Of one that lives, as its lock says.
  std::ofstream(left) << "half a mod";
  const int living = open(left.c_str(), O_RDONLY);
  REQUIRE(flock(living, LOCK_EX | LOCK_NB) == 0);
  save(zeros({3}), path);
  CHECK(content(left) == "half a mod");
  CHECK(files_in(dir.path) == 2);
  close(living);
  save(zeros({3}), path);
  CHECK(files_in(dir.path) == 1);

  // What nobody saved is neither written to nor removed.
  std::ofstream(dir / "other") << "mine";
  fs::create_symlink(dir / "other", left);
  fs::create_directory(path + ".1.tmp");
  fs::create_hard_link(dir / "other", path + ".2.tmp");
  REQUIRE(mkfifo((path + ".3.tmp").c_str(), 0600) == 0);
  save(ones({3}), path);
  CHECK(files_in(dir.path) == 6);
  CHECK(content(dir / "other") == "mine");
  Tensor t;
  load(t, path);
  CHECK(t.equal(ones({3})));
  for (int i = 4; i < 16; ++i) fs::create_directory(path + "." + std::to_string(i) + ".tmp");
  CHECK(why([&] { save(t, path); }) == "save: cannot open " + left + ": File exists");
}

TEST_CASE("many may save one file at once") {
  const TemporaryDirectory dir;
  const std::string path = dir / "m";
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int i = 0; i < 24; ++i)
    threads.emplace_back([&, i] {
      try {
        for (int j = 0; j < 3; ++j) save(full({1000}, double(i)), path);
      } catch (...) {
        ++failed;
      }
    });
  for (std::thread& t : threads) t.join();
  CHECK(failed == 0);
  CHECK(files_in(dir.path) == 1);
  Tensor t;
  load(t, path);
  CHECK(t.equal(full({1000}, t[0].item<double>())));
}

TEST_CASE("a save that finds no room leaves the old file and nothing else") {
  const TemporaryDirectory dir;
  const std::string path = dir / "m";
  save(ones({3}), path);
  const std::string before = content(path);
  const Tensor large = ones({5000});
  CHECK(ended_well(start([&] {
    signal(SIGXFSZ, SIG_IGN);
    for (rlim_t most = 0; most < 20000; most += 777) {
      const rlimit limit{most, RLIM_INFINITY};
      if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(2);
      if (why([&] { save(large, path); }) != "save: cannot write " + path + ": File too large")
        _exit(3);
      if (content(path) != before || files_in(dir.path) != 1) _exit(4);
    }
  })));
  save(large, path);
  Tensor t;
  load(t, path);
  CHECK(t.equal(large));
}

TEST_CASE("a file keeps its mode, owner and group") {
  const TemporaryDirectory dir;
  const std::string path = dir / "m";
  const mode_t mask = umask(022);
  save(ones({3}), path);
  umask(mask);
  CHECK(mode_of(path) == 0644);
  for (const mode_t mode : {0600u, 0640u, 0666u, 0755u}) {
    REQUIRE(chmod(path.c_str(), mode) == 0);
    save(ones({3}), path);
    CHECK(mode_of(path) == mode);
  }
  if (geteuid() == 0 && chown(path.c_str(), 1234, 2345) == 0) {
    save(ones({3}), path);
    struct stat status;
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK(status.st_uid == 1234);
    CHECK(status.st_gid == 2345);
  }
}

TEST_CASE("a file that may not be written is not replaced") {
  const TemporaryDirectory dir;
  const std::string path = dir / "m";
  save(ones({3}), path);
  const std::string before = content(path);
  REQUIRE(chmod(path.c_str(), 0444) == 0);
  REQUIRE(chmod(dir.path.c_str(), 0777) == 0);
  CHECK(ended_well(start([&] {
    if (geteuid() == 0 && setuid(65534) != 0) return;  // root may write anything
    if (why([&] { save(zeros({3}), path); }) != "save: cannot open " + path + ": Permission denied")
      _exit(3);
  })));
  CHECK(content(path) == before);
  CHECK(files_in(dir.path) == 1);
}

TEST_CASE("a save goes behind symbolic links, also to what is not there yet") {
  const TemporaryDirectory dir;
  fs::create_directory(dir.path / "store");
  fs::create_symlink("store/model", dir.path / "link");
  fs::create_symlink("link", dir.path / "second");
  for (int i = 0; i < 2; ++i) {
    save(full({3}, i), dir / "second");
    CHECK(fs::is_symlink(dir.path / "link"));
    CHECK(fs::is_symlink(dir.path / "second"));
    Tensor t;
    load(t, dir / "store/model");
    CHECK(t.equal(full({3}, i)));
    CHECK(files_in(dir.path / "store") == 1);
    CHECK(files_in(dir.path) == 3);
  }
  fs::create_symlink("round", dir.path / "round");
  CHECK(why([&] { save(ones({1}), dir / "round"); }) ==
        "save: cannot open " + (dir / "round") + ": Too many levels of symbolic links");
  CHECK(why([&] { save(ones({1}), dir / "store"); }) ==
        "save: cannot open " + (dir / "store") + ": Is a directory");
}

namespace {
struct Twice {
  Tensor a = zeros({2}), b = zeros({2});
};
serialize::InputArchive& operator>>(serialize::InputArchive& archive, Twice& t) {
  archive.read("x", t.a);
  archive.read("y", t.a);
  archive.read("x", t.b);
  return archive;
}
}  // namespace

TEST_CASE("what load() handed over is still there for who reads it again") {
  const TemporaryDirectory dir;
  serialize::OutputArchive archive;
  archive.write("x", full({2}, 1.));
  archive.write("y", full({2}, 2.));
  archive.save_to(dir / "both");
  Twice t;
  load(t, dir / "both");
  CHECK(t.a.equal(full({2}, 2.)));
  CHECK(t.b.equal(full({2}, 1.)));
}

TEST_CASE("a file is replaced as a whole or not at all") {
  const TemporaryDirectory dir;
  const std::string path = dir / "x.safetensors";
  save(ones({3}), path);
  const std::string before = content(path);
  serialize::OutputArchive bad;
  bad.write("a", ones({100}));
  bad.write("a", ones({100}));
  CHECK_THROWS_AS(bad.save_to(path), Error);
  CHECK(content(path) == before);

  fs::create_symlink(path, dir.path / "link");
  save(zeros({2}), dir / "link");
  CHECK(fs::is_symlink(dir.path / "link"));
  Tensor t;
  load(t, path);
  CHECK(t.equal(zeros({2})));
  CHECK(std::distance(fs::directory_iterator(dir.path), {}) == 2);  // no temporary file is left

  CHECK_THROWS_WITH(save(t, dir / "no/x"), doctest::Contains("save: cannot open"));
  CHECK_THROWS_WITH(load(t, dir / "absent"), doctest::Contains("load: cannot open"));
  std::ofstream(path) << "short";
  CHECK_THROWS_WITH(load(t, path), (path + ": load: 5 bytes are no archive").c_str());
  CHECK_THROWS_AS(load(t, dir.path.string()), Error);
}

TEST_CASE("saving to a full device fails") {
  if (!fs::exists("/dev/full")) return;
  CHECK_THROWS_WITH(save(ones({3}), "/dev/full"),
                    doctest::Contains("save: cannot write /dev/full"));
}
