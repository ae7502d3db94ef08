#include "monitor/log/logger.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "monitor/log/csv_log.h"
#include "tests/file_content.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using monitor::CSVLogger, monitor::CSVLoggerOptions, monitor::JSONLinesLogger,
    monitor::JSONLinesLoggerOptions;

namespace {

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
  const auto read = monitor::read_csv_log(path);
  CHECK(read[0].name == "step");
  CHECK(read[2].name == "a \"b\", c");
  CHECK(read[0].values[1] == -10);
  CHECK_FALSE(read[1].values[1].has_value());
  CHECK(read[1].values[3] == double(1.0f / 3));
  CHECK(std::isnan(*read[2].values[1]));
}

TEST_CASE("a csv logger whose columns are declared refuses other names, and goes on") {
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

TEST_CASE("a name that comes for the first time makes a column behind the others") {
  const TemporaryDirectory folder;
  const std::string path = folder / "log.csv";
  CSVLogger log(path);
  log.log(0, {{"loss", 0.5}});
  log.log(1, {{"loss", 0.25}});
  log.log(1, {{"valid, \"top\" 5", 0.125}, {"loss", 0.25}, {"lr", 3}});
  log.log(2, {{"lr", 2}});
  CHECK(content(path) ==
        "step,loss,\"valid, \"\"top\"\" 5\",lr\n0,0.5,,\n1,0.25,,\n1,0.25,0.125,3\n2,,,2\n");
  const std::string before = content(path);
  CHECK_THROWS_WITH_AS(log.log(3, {{"new", 1}, {"new", 2}}),
                       "csv logger: the name new stands there twice", Error);
  CHECK_THROWS_WITH_AS(log.log(3, {{"new", 1}, {"step", 2}}),
                       "csv logger: a value may not have the name step, which is the step's own",
                       Error);
  CHECK(content(path) == before);
  log.log(3, {{"loss", 1}});
  CHECK(content(path) == before + "3,1,,\n");
  log.resume(1);
  CHECK(content(path) == "step,loss,\"valid, \"\"top\"\" 5\",lr\n0,0.5,,\n");

  // Of a file that others have written to: blank lines, quotes over lines, and its own lines' ends.
  put(path,
      "\xEF\xBB\xBFstep,a\r\n0,1\r\n \r\n1,\"x\r\ny\"\r\n2,5\"\r\n \"\"7,8\r\n3,\"p\"\"q\"\r\n");
  CSVLogger other(path, appending);
  other.log(2, {{"b", 5}});
  CHECK(content(path) ==
        "\xEF\xBB\xBFstep,a,b\r\n0,1,\r\n \r\n1,\"x\r\ny\",\r\n2,5\",\r\n "
        "\"\"7,8,\r\n3,\"p\"\"q\",\r\n2,,5\r\n");
}

TEST_CASE("a csv logger that appends goes on with the file's ends of lines and columns") {
  const TemporaryDirectory folder;
  const std::string path = folder / "log.csv";
  put(path, "step,loss\r\n0,1\r\n1,");
  {
    CSVLogger log(path, CSVLoggerOptions(appending).columns({"loss"}));
    log.log(1, {{"loss", 0.5}});
  }
  CHECK(content(path) == "step,loss\r\n0,1\r\n1,0.5\r\n");
  {  // one more is declared than there was
    CSVLogger log(path, CSVLoggerOptions(appending).columns({"acc", "loss"}));
    CHECK(content(path) == "step,loss,acc\r\n0,1,\r\n1,0.5,\r\n");
    log.resume(1);
    log.log(1, {{"acc", 2}, {"loss", 3}});
  }
  CHECK(content(path) == "step,loss,acc\r\n0,1,\r\n1,3,2\r\n");
}

TEST_CASE("a file that is no log is not shortened when it is opened to append") {
  const TemporaryDirectory folder;
  const std::string path = folder / "file";
  const auto refused = [&](const std::string& text) {
    put(path, text);
    const std::string csv = message([&] { CSVLogger log(path, appending); });
    CHECK(content(path) == text);
    const std::string json = message([&] { JSONLinesLogger log(path, json_appending); });
    CHECK(content(path) == text);
    return csv + "; " + json;
  };
  const std::string no_line =
      "json lines logger: the last line of " + path + " begins with no step";
  CHECK(refused("{\"weights\": [1, 2, 3]}") ==
        "csv logger: the first column of " + path + " is {\"weights\": [1, not step; " + no_line);
  CHECK(refused("time,loss\n0,1\n1,2") ==
        "csv logger: the first column of " + path + " is time, not step; " + no_line);
  CHECK(refused("step,a,a\n0,1,2\n1") ==
        "csv logger: two columns of " + path + " have the name a; " + no_line);
  CHECK(refused("step,\"a\n0,1") ==
        "csv logger: the header of " + path +
            ": read_csv: the stream: a quote that line 1 opens has no end; " + no_line);
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

TEST_CASE("a csv log is read, and what is none is an error that names the line") {
  const TemporaryDirectory folder;
  const std::string path = folder / "log.csv";
  const auto read = [&](const std::string& text) {
    put(path, text);
    return message([&] { monitor::read_csv_log(path); });
  };
  const std::string where = "read_csv: " + path;
  CHECK(read("a,b\n1\n") == where + ": line 2 has 1 field, not 2");
  CHECK(read("a,b\n1\n2,3") == where + ": line 2 has 1 field, not 2");
  CHECK(read("a,b\n1,\"2\n") == where + ": a quote that line 2 opens has no end");
  CHECK(read("") == where + " is empty");
  put(path, "a,b,c,d\r\n1,inf,nan,x\r\n\r\n\"2\",,,\r\n3,4,-7,NaN\r\n5");  // the last line is torn
  const auto log = monitor::read_csv_log(path);
  CHECK(log[0].values == std::vector<std::optional<double>>{1, 2, 3});
  CHECK(log[1].values[0] == INFINITY);
  CHECK_FALSE(log[1].values[1].has_value());
  CHECK(std::isnan(*log[2].values[0]));
  CHECK_FALSE(log[2].values[1].has_value());
  CHECK(log[2].values[2] == -7);
  CHECK(log[2].text == "");
  CHECK(log[3].text == "x");
  CHECK_THROWS_AS(monitor::read_csv_log(folder / "none.csv"), Error);
}
