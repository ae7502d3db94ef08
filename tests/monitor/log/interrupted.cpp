// Logs whose writes were cut short, by a full disk or a kill.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "monitor/log/csv_log.h"
#include "monitor/log/logger.h"
#include "tests/file_content.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using monitor::CSVLogger, monitor::CSVLoggerOptions, monitor::JSONLinesLogger;

// What f() returns in a process of its own, in which a write past the limit of files is an error.
template <class F>
static bool in_child(F f) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::_exit(f() ? 0 : 1);
  }
  int status = 1;
  ::waitpid(child, &status, 0);
  return status == 0;
}

TEST_CASE("a column that cannot be added leaves the log, which goes on") {
  const TemporaryDirectory folder;
  const std::string path = folder / "log.csv";
  CHECK(in_child([&] {
    CSVLogger log(path);
    log.log(0, {{"loss", 1}});
    const rlimit limit = {18, 18};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string text = message([&] { log.log(1, {{"loss", 1}, {"accuracy", 1}}); });
    log.log(2, {{"loss", 1}});
    return text == "csv logger: cannot write " + path + ": File too large";
  }));
  CHECK(content(path) == "step,loss\n0,1\n2,1\n");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);

  if (::access("/dev/null", W_OK) != 0) return;
  CSVLogger nowhere("/dev/null");
  nowhere.log(0, {{"a", 1}});
  CHECK(message([&] {
          nowhere.log(1, {{"b", 1}});
        }) == "csv logger: /dev/null has no column b; the options' columns may declare it");
  nowhere.log(1, {{"a", 1}});
}

TEST_CASE("a full disk is an error, after which the program may go on") {
  if (::access("/dev/full", W_OK) != 0) return;
  CSVLogger log("/dev/full");
  CHECK_THROWS_WITH_AS(log.log(0, {{"a", 1}}),
                       "csv logger: cannot write /dev/full: No space left on device", Error);
  CHECK_THROWS_AS(log.log(1, {{"b", 1}}), Error);  // the columns are not a's
  JSONLinesLogger lines("/dev/full");
  CHECK_THROWS_WITH_AS(lines.log(0, {}),
                       "json lines logger: cannot write /dev/full: No space left on device", Error);
}

TEST_CASE("a row of which a part was written is taken back") {
  const TemporaryDirectory folder;
  const std::string path = folder / "log.csv";
  CHECK(in_child([&] {
    const rlimit limit = {18, 18};  // within the second row
    ::setrlimit(RLIMIT_FSIZE, &limit);
    CSVLogger log(path);
    log.log(0, {{"loss", 1}});
    const std::string text = message([&] { log.log(1, {{"loss", 0.25}}); });
    const bool right = text == "csv logger: cannot write " + path + ": File too large";
    log.log(2, {});  // which fits
    return right;
  }));
  CHECK(content(path) == "step,loss\n0,1\n2,\n");
}

TEST_CASE("wherever the disk is full, a log holds whole rows, and goes on when there is room") {
  const TemporaryDirectory folder;
  const std::string path = folder / "log.csv";
  const auto write = [&](CSVLogger& log, int64_t step) {
    int failures = 0;
    for (const char* name : {"loss", "acc", "loss"}) {
      try {
        log.log(step, {{name, double(step) + 0.5}});
      } catch (const Error&) {
        ++failures;
      }
    }
    return failures;
  };
  CHECK(in_child([&] {
    rlimit all = {};
    ::getrlimit(RLIMIT_FSIZE, &all);
    bool right = true;
    int failures = 1;
    for (rlim_t limit = 0; failures > 0 && limit < 200; ++limit) {
      std::filesystem::remove(path);
      CSVLogger log(path);
      const rlimit small = {limit, all.rlim_max};
      ::setrlimit(RLIMIT_FSIZE, &small);
      failures = write(log, 1);
      ::setrlimit(RLIMIT_FSIZE, &all);
      const std::string full = content(path);
      right = right && (full.empty() || full.back() == '\n') && write(log, 2) == 0;
      const auto columns = monitor::read_csv_log(path);
      const size_t rows = columns[0].values.size();
      right = right && columns.size() == 3 && rows == size_t(6 - failures) &&
              columns[0].values[rows - 1] == 2 && columns[0].values[rows - 3] == 2 &&
              std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1;
    }
    return right && failures == 0;
  }));
}

TEST_CASE("where a part of a line cannot be taken back, the next one is a line all the same") {
  CHECK(in_child([&] {
    const int fd = ::memfd_create("log", MFD_ALLOW_SEALING);
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    CSVLogger log(path, CSVLoggerOptions().columns({"a"}));
    log.log(0, {{"a", 1}});
    if (::fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) != 0) return true;  // a system without them
    rlimit limit = {};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit small = {14, limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const std::string text = message([&] { log.log(1, {{"a", 0.125}}); });
    ::setrlimit(RLIMIT_FSIZE, &limit);
    log.log(2, {{"a", 3}});
    log.log(3, {{"a", 4}});
    return text ==
               "csv logger: cannot write " + path + ": File too large, and its last line is torn" &&
           content(path) == "step,a\n0,1\n1,0\n2,3\n3,4\n";
  }));
}

TEST_CASE("a log that is killed holds whole lines") {
  const TemporaryDirectory folder;
  const std::string path = folder / "log.jsonl";
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    JSONLinesLogger log(path);
    for (int64_t i = 0;; ++i) log.log(i, {{"loss", 0.1}, {"accuracy", 0.123456789}});
  }
  while (content(path).size() < 1000) ::usleep(1000);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const std::string all = content(path);
  CHECK(all.back() == '\n');
  std::istringstream lines(all);
  int64_t step = 0;
  for (std::string line; std::getline(lines, line); ++step)
    CHECK(line ==
          "{\"step\": " + std::to_string(step) + ", \"loss\": 0.1, \"accuracy\": 0.123456789}");
}
