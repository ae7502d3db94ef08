#include "monitor/log/logger.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <fstream>
#include <limits>
#include <sstream>

#include "monitor/log/csv_log.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using monitor::CSVLogger, monitor::CSVLoggerOptions, monitor::JSONLinesLogger,
    monitor::JSONLinesLoggerOptions;

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}
void put(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

const auto appending = CSVLoggerOptions().append(true);
const auto json_appending = JSONLinesLoggerOptions().append(true);

}  // namespace

TEST_CASE("a csv logger has the columns of its first row, and numbers that read back the same") {
  const TemporaryDirectory folder;
  const std::string path = folder / "log.csv";
  put(path, "old");
  CSVLogger log(path);
  CHECK(content(path) == "");
  log.log(0, {{"loss", 0.1}, {"a \"b\", c", 3}});
  CHECK(content(path) == "step,loss,\"a \"\"b\"\", c\"\n0,0.1,3\n");
  log.log(-10, {{"a \"b\", c", NAN}});
  log.log(20, {{"loss", -std::numeric_limits<double>::infinity()}, {"a \"b\", c", 5e-324}});
  log.log(30, {{"loss", 1.0f / 3}});
  log.flush();
  CHECK(
      content(path) ==
      "step,loss,\"a \"\"b\"\", c\"\n0,0.1,3\n-10,,nan\n20,-inf,5e-324\n30,0.3333333432674408,\n");
  const monitor::CSVLog read = monitor::read_csv_log(path);
  CHECK(read.names == std::vector<std::string>{"step", "loss", "a \"b\", c"});
  CHECK(read.columns[0][1] == -10);
  CHECK_FALSE(read.columns[1][1].has_value());
  CHECK(read.columns[1][3] == double(1.0f / 3));
  CHECK(std::isnan(*read.columns[2][1]));
}

TEST_CASE("a csv logger refuses a name that is no column, unless it was declared, and goes on") {
  const TemporaryDirectory folder;
  const std::string path = folder / "log.csv";
  CSVLogger log(path, CSVLoggerOptions().columns({"loss", "test loss"}));
  CHECK_THROWS_WITH_AS(
      log.log(1, {{"acc", 1}}),
      ("csv logger: " + path + " has no column acc; the options' columns may declare it").c_str(),
      Error);
  CHECK(content(path) == "");
  log.log(1, {{"loss", 1}});
  CHECK_THROWS_AS(log.log(2, {{"loss", 1}, {"acc", 1}}), Error);
  CHECK_THROWS_WITH_AS(log.log(2, {{"loss", 1}, {"loss", 2}}),
                       "csv logger: the name loss stands there twice", Error);
  log.log(2, {{"test loss", 0.5}});
  CHECK(content(path) == "step,loss,test loss\n1,1,\n2,,0.5\n");

  CSVLogger first(folder / "first.csv");
  CHECK_THROWS_WITH_AS(first.log(0, {{"step", 1}}),
                       "csv logger: a value may not have the name step, which is the step's own",
                       Error);
  CHECK_THROWS_WITH_AS(first.log(0, {{"", 1}}), "csv logger: a name is empty", Error);
  CHECK_THROWS_WITH_AS(first.log(0, {{"a\nb", 1}}),
                       "csv logger: the name a b has a control character", Error);
  CHECK_THROWS_WITH_AS(first.log(0, {{"a", 1}, {"a", 1}}),
                       "csv logger: the name a stands there twice", Error);
  first.log(0, {{"b", 1}});  // what was refused left no columns
  CHECK(content(folder / "first.csv") == "step,b\n0,1\n");

  put(path, "precious");
  CHECK_THROWS_WITH_AS(CSVLogger(path, CSVLoggerOptions().columns({"a", "a"})),
                       "csv logger: two columns have the name a", Error);
  CHECK(content(path) == "precious");
}

TEST_CASE("a csv logger that appends drops a torn line, and goes on at any step") {
  const TemporaryDirectory folder;
  const std::string path = folder / "log.csv";
  put(path, "step,loss\n0,1\n10,2\n20,3\n5,4\n30,");
  {
    CSVLogger log(path, appending);
    CHECK(content(path) == "step,loss\n0,1\n10,2\n20,3\n5,4\n");
    log.resume(10);
    CHECK(content(path) == "step,loss\n0,1\n5,4\n");
    log.log(10, {{"loss", 7}});
  }
  CHECK(content(path) == "step,loss\n0,1\n5,4\n10,7\n");
  CSVLogger(path, CSVLoggerOptions().append(true).columns({"loss"})).resume(0);
  CHECK(content(path) == "step,loss\n");
  CSVLogger fresh(folder / "fresh.csv", appending);  // there is none yet
  fresh.resume(3);
  fresh.log(3, {{"loss", 1}});
  CHECK(content(folder / "fresh.csv") == "step,loss\n3,1\n");
  put(path, "st");  // killed at its first row
  CSVLogger(path, appending).log(1, {{"a", 2}});
  CHECK(content(path) == "step,a\n1,2\n");
  put(path, "step,loss\n" + std::string(10000, 'x'));
  { CSVLogger torn(path, appending); }
  CHECK(content(path) == "step,loss\n");
}

TEST_CASE("a csv logger that appends refuses files of other columns, and leaves them") {
  const TemporaryDirectory folder;
  const std::string path = folder / "log.csv";
  put(path, "time,loss\n0,1\n");
  CHECK(message([&] { CSVLogger log(path, appending); }) ==
        "csv logger: the first column of " + path + " is time, not step");
  put(path, "step,loss\n0,1\nx,2\n");
  CHECK(message([&] { CSVLogger log(path, CSVLoggerOptions(appending).columns({"acc"})); }) ==
        "csv logger: " + path + " has the columns step,loss, which are not those of the options");
  CSVLogger log(path, appending);
  CHECK(message([&] { log.resume(0); }) ==
        "csv logger: line 3 of " + path + " begins with no step");
  CHECK(content(path) == "step,loss\n0,1\nx,2\n");
  CHECK(message([&] { CSVLogger none(folder / "no/log.csv"); }) ==
        "csv logger: cannot open " + (folder / "no/log.csv") + ": No such file or directory");
}

TEST_CASE("a json lines logger writes an object a line") {
  const TemporaryDirectory folder;
  const std::string path = folder / "log.jsonl";
  JSONLinesLogger log(path);
  log.log(0, {{"loss", 0.1}, {"a\"\\\n\x01é\xff", 3}});
  log.log(-1, {});
  log.log(2, {{"a", NAN}, {"b", INFINITY}, {"c", -INFINITY}, {"d", 1e300}});
  CHECK_THROWS_WITH_AS(log.log(3, {{"step", 1}}),
                       "json lines logger: a value may not have the name step, which is the step's "
                       "own",
                       Error);
  CHECK_THROWS_WITH_AS(log.log(3, {{"a", 1}, {"a", 1}}),
                       "json lines logger: the name a stands there twice", Error);
  log.flush();
  CHECK(content(path) ==
        "{\"step\": 0, \"loss\": 0.1, \"a\\\"\\\\\\u000a\\u0001é\\ufffd\": 3}\n{\"step\": -1}\n"
        "{\"step\": 2, \"a\": NaN, \"b\": Infinity, \"c\": -Infinity, \"d\": 1e+300}\n");
}

TEST_CASE("a json lines logger that appends drops a torn line, and goes on at any step") {
  const TemporaryDirectory folder;
  const std::string path = folder / "log.jsonl";
  put(path, "{\"step\": 0, \"a\": 1}\n{\"step\": 10}\n{\"step\": 20, \"a\": 2}\n{\"step\": 2");
  JSONLinesLogger log(path, json_appending);
  log.resume(20);
  log.log(20, {{"b", 1}});
  CHECK(content(path) == "{\"step\": 0, \"a\": 1}\n{\"step\": 10}\n{\"step\": 20, \"b\": 1}\n");
  put(path, "{\"loss\": 1}\n");
  JSONLinesLogger other(path, json_appending);
  CHECK(message([&] { other.resume(1); }) ==
        "json lines logger: line 1 of " + path + " begins with no step");
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
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {18, 18};  // within the second row
    ::setrlimit(RLIMIT_FSIZE, &limit);
    CSVLogger log(path);
    log.log(0, {{"loss", 1}});
    const std::string text = message([&] { log.log(1, {{"loss", 0.25}}); });
    const bool right = text == "csv logger: cannot write " + path + ": File too large";
    log.log(2, {});  // which fits
    ::_exit(right ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(content(path) == "step,loss\n0,1\n2,\n");
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

TEST_CASE("a csv log is read, and what is none is an error that names the line") {
  const TemporaryDirectory folder;
  const std::string path = folder / "log.csv";
  const auto read = [&](const std::string& text) {
    put(path, text);
    return message([&] { monitor::read_csv_log(path); });
  };
  const std::string where = "csv log: line 2 of " + path;
  CHECK(read("a,b\n1\n") == where + ": 1 fields, the first line has 2");
  CHECK(read("a,b\n1,x\n") == where + ": b is no number: x");
  CHECK(read("a,b\n1,\"2\n") == where + ": a quote is not closed");
  CHECK(read("a,b\n1,2\"\n") == where + ": a quote within a field");
  CHECK(read("a,b\n1,\"2\"3\n") == where + ": text behind a quoted field");
  CHECK(read("") == "csv log: " + path + " has no columns");
  put(path, "a,b\r\n1,inf\r\n\r\n\"2\",\n3,4\n5");  // the last line is torn
  const monitor::CSVLog log = monitor::read_csv_log(path);
  CHECK(log.columns[0].size() == 3);
  CHECK(log.columns[1][0] == INFINITY);
  CHECK_FALSE(log.columns[1][1].has_value());
  CHECK_THROWS_AS(monitor::read_csv_log(folder / "none.csv"), Error);
}
