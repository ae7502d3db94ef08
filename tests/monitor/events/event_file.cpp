#include "monitor/events/event_file.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "monitor/events/event_reader.h"
#include "monitor/events/summary_writer.h"
#include "nn/layers/linear.h"
#include "tests/monitor/events/event_bytes.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using monitor::SummaryWriter;
using monitor::SummaryWriterOptions;
namespace fs = std::filesystem;

namespace {

// What lets files of this process grow no further.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(uint64_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, SIG_IGN);  // write() shall fail instead
    const rlimit wanted{rlim_t(bytes), before_.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &wanted) == 0);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    lift();
    std::signal(SIGXFSZ, SIG_DFL);
  }
  void lift() const { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

// Whether files may not be cut, and the system refuses it.
bool uncuttable = false;

}  // namespace

// In place of the system's.
extern "C" int ftruncate(int fd, off_t length) noexcept {
  if (!uncuttable) return int(::syscall(SYS_ftruncate, fd, length));
  errno = EPERM;
  return -1;
}

TEST_CASE("summary writer: a full disk is told, and what waits is written when there is room") {
  const TemporaryDirectory folder;
  SummaryWriter w(folder / "run", at_one_time());
  w.add_scalar("x", 1, 1);
  // The limit of the size of files stands for the disk's.
  const fs::path file = only_file(folder / "run");
  const FileSizeLimit limit(fs::file_size(file) + 5);
  CHECK(message([&] {
          w.flush();
        }).starts_with("summary writer: cannot write " + file.string() + ": "));
  CHECK(events(file).empty());
  for (int i = 2; i < 10; ++i) w.add_scalar("x", i, i);
  CHECK(message([&] { w.add_scalar("x", 10, 10); }).starts_with("summary writer: cannot write "));
  limit.lift();
  w.flush();
  CHECK(monitor::read_scalars(file.string()).at("x").steps ==
        std::vector<int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("summary writer: a file that cannot be cut back stays, and the run goes on in another") {
  const TemporaryDirectory folder;
  SummaryWriter w(folder / "run", at_one_time());
  w.add_scalar("x", 1, 1);
  const fs::path first = only_file(folder / "run");
  const FileSizeLimit limit(fs::file_size(first) + 5);
  uncuttable = true;
  CHECK_THROWS_AS(w.flush(), Error);
  uncuttable = false;
  CHECK(fs::file_size(first) > 0);
  limit.lift();
  w.add_scalar("x", 2, 2);
  w.flush();
  CHECK(monitor::read_scalars(first.string()).empty());
  CHECK(std::distance(fs::directory_iterator(folder / "run"), {}) == 2);
  CHECK(monitor::read_scalars(folder / "run").at("x").values == Values{1, 2});
}

TEST_CASE("summary writer: a run that cannot begin leaves no file") {
  const TemporaryDirectory folder;
  const FileSizeLimit limit(20);
  CHECK_THROWS_AS(SummaryWriter(folder / "run", at_one_time()), Error);
  CHECK(fs::is_empty(folder / "run"));
}

TEST_CASE("summary writer: what fails in one file is added to none") {
  const TemporaryDirectory folder;
  const std::string run = folder / "run";
  SummaryWriter w(run, at_one_time().max_queue(1));
  w.add_scalars("m", {{"a", 0}}, 0);
  for (int i = 0; i < 5; ++i) w.add_scalars("m", {{"b", i}}, i);
  const fs::path b = only_file(run + "/m_b");
  {
    const FileSizeLimit limit(fs::file_size(b) + 5);
    CHECK_THROWS_AS(w.add_scalars("m", {{"a", 1}, {"c", 1}, {"b", 5}}, 5), Error);
    CHECK_THROWS_AS(w.add_hparams({{"lr", 0.1}}, {{"loss", 0.5}}, {}, "try"), Error);
    CHECK_THROWS_AS(w.add_graph(*nn::Linear(2, 2)), Error);
  }
  CHECK(events(only_file(run)).empty());
  CHECK_FALSE(fs::exists(run + "/m_c"));
  CHECK_FALSE(fs::exists(run + "/try"));
  CHECK(monitor::read_scalars(run + "/m_a").at("m").values == Values{0});
  w.add_scalars("m", {{"a", 1}, {"c", 1}, {"b", 5}, {"a", 2}}, 5);
  CHECK(monitor::read_scalars(run + "/m_a").at("m").values == Values{0, 1, 2});
  CHECK(monitor::read_scalars(run + "/m_b").at("m").values == Values{0, 1, 2, 3, 4, 5});
  CHECK(monitor::read_scalars(run + "/m_c").at("m").values == Values{1});
}

TEST_CASE("summary writer: what waits is taken back from memory, too") {
  const TemporaryDirectory folder;
  const std::string run = folder / "run";
  SummaryWriter w(run, at_one_time());
  w.add_scalars("m", {{"a", 0}}, 0);
  std::ofstream(run + "/m_b") << "x";  // stands in a folder's place
  CHECK_THROWS_AS(w.add_scalars("m", {{"a", 1}, {"b", 5}}, 5), Error);
  w.flush();
  CHECK(monitor::read_scalars(run + "/m_a").at("m").values == Values{0});
}

TEST_CASE("summary writer: flush() writes to the files that can be written") {
  const TemporaryDirectory folder;
  const std::string run = folder / "run";
  SummaryWriter w(run, at_one_time());
  for (int i = 0; i < 5; ++i) w.add_scalars("m", {{"a", i}}, i);
  w.flush();
  const fs::path a = only_file(run + "/m_a");
  w.add_scalars("m", {{"a", 5}, {"z", 5}}, 5);
  {
    const FileSizeLimit limit(fs::file_size(a) + 5);
    CHECK_THROWS_AS(w.flush(), Error);
    CHECK_THROWS_AS(w.close(), Error);
  }
  CHECK(events(a).size() == 5);
  CHECK(events(only_file(run + "/m_z")).size() == 1);
  w.close();
  CHECK(events(a).size() == 6);
}
