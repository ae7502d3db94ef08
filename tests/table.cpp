#include "tests/table.h"

#include <cstdlib>
#include <stdexcept>

namespace gradus::test {

double Cell::number() const {
  char* end;
  // strtod, unlike a stream, reads nan, inf and hexadecimal digits.
  const double v = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') throw std::runtime_error("no number: '" + text + "'");
  return v;
}

std::vector<double> Cell::numbers() const {
  std::vector<double> all;
  for (const Cell& c : items) all.push_back(c.number());
  return all;
}

std::vector<int64_t> Cell::integers() const {
  std::vector<int64_t> all;
  for (const Cell& c : items) all.push_back(std::stoll(c.text));
  return all;
}

std::ifstream open_reference(const std::string& name) {
  const std::string path = std::string(GRADUS_REFERENCE) + "/" + name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  return file;
}

std::vector<Cell> read_table(const std::string& name) {
  std::ifstream file = open_reference(name);
  Cell root;
  std::vector<Cell*> open{&root};
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.compare(0, 2, "//") == 0) continue;
    for (size_t i = 0; i < line.size();) {
      const char c = line[i];
      if (c == ' ' || c == ',') {
        ++i;
      } else if (c == '{') {
        open.push_back(&open.back()->items.emplace_back());
        ++i;
      } else if (c == '}' && open.size() > 1) {
        open.pop_back();
        ++i;
      } else if (c == '}') {
        throw std::runtime_error(name + ":" + std::to_string(number) + ": nothing to close");
      } else {
        const size_t from = c == '"' ? i + 1 : i;
        const size_t end =
            std::min(line.find_first_of(c == '"' ? "\"" : " ,{}", from), line.size());
        open.back()->items.push_back({line.substr(from, end - from), {}});
        i = end + (c == '"');
      }
    }
  }
  if (open.size() > 1) throw std::runtime_error(name + ": a list is not closed");
  return std::move(root.items);
}

}  // namespace gradus::test
