// The file of a CSVLogger as somebody left it: it is read, and appended to with and without a new
// column, after which it says what it said before.
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "monitor/log/csv_log.h"
#include "monitor/log/logger.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace gradus;
using monitor::CSVLogColumn;

// One that can be replaced, which a file in memory cannot.
struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "gradus_fuzz_XXXXXX").string();
    fuzz::require(mkdtemp(name.data()) != nullptr, "no folder");
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

void put(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}
std::string content(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}
bool same(const std::vector<std::optional<double>>& a, const std::vector<std::optional<double>>& b,
          size_t rows) {
  for (size_t i = 0; i < rows; ++i)
    if (a[i].has_value() != b[i].has_value() ||
        (a[i] && *a[i] != *b[i] && !(std::isnan(*a[i]) && std::isnan(*b[i]))))
      return false;
  return true;
}
std::vector<CSVLogColumn> read(const std::string& path) {
  try {
    return monitor::read_csv_log(path);
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

void fuzz::run(std::string_view input) {
  static const Folder folder;
  const std::string path = (folder.path / "log.csv").string();
  Bytes bytes(input);
  const unsigned kind = bytes.take<uint8_t>();
  put(path, bytes.rest());

  if (kind % 4 == 3) {  // lines of JSON
    try {
      monitor::JSONLinesLogger log(path, monitor::JSONLinesLoggerOptions().append(true));
      const std::string before = content(path);
      require(bytes.rest().starts_with(before), "whole lines stay");
      log.resume(int64_t(kind));
      log.log(7, {{"loss", 0.5}});
      require(content(path).ends_with("{\"step\": 7, \"loss\": 0.5}\n"), "a line is added");
    } catch (const Error&) {
      const std::string after = content(path);
      require(after == bytes.rest() ||
                  after + std::string(bytes.rest().substr(after.size())) == bytes.rest(),
              "what is refused stays");
      throw;
    }
    return;
  }

  std::optional<monitor::CSVLogger> log;
  try {
    log.emplace(path, monitor::CSVLoggerOptions().append(true));
  } catch (const Error&) {
    require(content(path) == bytes.rest(), "what is refused stays");
    throw;
  }
  const std::string before = content(path);
  require(bytes.rest().starts_with(before), "whole lines stay");
  const std::vector<CSVLogColumn> columns = read(path);
  if (kind % 4 == 2) {
    log->resume(int64_t(kind));
    require(content(path).size() <= before.size(), "lines are dropped");
    return;
  }
  for (const CSVLogColumn& c : columns)
    if (c.name == "new") return;
  log->log(-5, {{"new", 0.25}});
  if (columns.empty()) return;
  const std::vector<CSVLogColumn> after = read(path);
  require(after.size() == columns.size() + 1, "one more column");
  const size_t rows = columns[0].values.size();
  for (size_t i = 0; i < columns.size(); ++i) {
    require(after[i].name == columns[i].name, "the names stay");
    require(after[i].values.size() == rows + 1, "one more row");
    require(after[i].text == columns[i].text, "text stays text");
    require(!columns[i].text.empty() || same(after[i].values, columns[i].values, rows),
            "the values stay");
  }
  require(after.back().values[rows] == 0.25, "the value is there");
}

std::vector<std::string> fuzz::seeds() {
  std::vector<std::string> all;
  for (const char kind : {char(0), char(2), char(3)})
    for (const char* text :
         {"step,loss\n0,0.5\n1,nan\n2,", "step,\"a, \"\"b\"\"\"\r\n0,1\r\n\r\n1,\"x\r\ny\"\r\n",
          "\xEF\xBB\xBFstep,a\n0,1\n", "st", "{\"step\": 1, \"a\": 2}\n{\"step\": 2}\n{\"st",
          "step,a\n  \n1,5\"\n2,x\"y\"\n3,\"p\"\"q\"r\n"})
      all.push_back(std::string(1, kind) + text);
  return all;
}
