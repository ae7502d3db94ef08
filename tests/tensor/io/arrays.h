// The rows of tests/reference/arrays.txt, and files made of bytes.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "autograd/factories.h"
#include "tests/table.h"
#include "tests/temporary_directory.h"

namespace gradus::test {

inline std::string from_hex(const std::string& digits) {
  std::string bytes;
  for (size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += char(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

// The rows that begin with `kind`, without that word.
inline std::vector<Cell> array_rows(const std::string& kind) {
  std::vector<Cell> rows;
  for (Cell& c : read_table("arrays.txt"))
    if (c[0].text == kind) {
      c.items.erase(c.items.begin());
      rows.push_back(std::move(c));
    }
  return rows;
}

// Makes it the file's content, in its place: a file system may wait for the disk when one is cut to
// nothing and written anew.
inline void overwrite(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::app);  // makes the file
  std::fstream(path, std::ios::binary | std::ios::in | std::ios::out) << bytes;
  std::filesystem::resize_file(path, bytes.size());
}

// A file in a folder of its own.
class BytesFile {
 public:
  explicit BytesFile(const std::string& bytes = {}, const char* name = "file")
      : path_(folder_ / name) {
    write(bytes);
  }
  void write(const std::string& bytes) const { overwrite(path_, bytes); }
  const std::string& path() const { return path_; }

 private:
  TemporaryDirectory folder_;
  std::string path_;
};

inline std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Whether x has these elements, row by row, with the signs of zeros; nan equals nan.
bool has_values(const Tensor& x, const std::vector<double>& values);

}  // namespace gradus::test
