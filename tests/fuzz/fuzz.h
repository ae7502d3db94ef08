// Fuzz targets for libFuzzer. A target is one source file that says what its bytes mean and which
// inputs it starts from; `./dev fuzz` builds and runs them. Only Error may come out of the library:
// whatever else does, or what the sanitizers report, is a fault.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/base/error.h"

namespace fuzz {

// Each target defines these two. An Error that `run` throws ends the run well.
void run(std::string_view bytes);
std::vector<std::string> seeds();

// Ends the program as a crash does.
void require(bool condition, const char* what);

// The bytes of an input, taken from the front; zeros when they are used up.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  std::string_view rest() const { return bytes_; }
  std::string_view take(size_t n) {
    const std::string_view front = bytes_.substr(0, n);
    bytes_.remove_prefix(front.size());
    return front;
  }
  template <class T>
  T take() {
    T value{};
    const std::string_view from = take(sizeof value);
    std::memcpy(&value, from.data(), from.size());
    return value;
  }
  // 0 .. n - 1, of at most 256.
  size_t below(size_t n) { return take<uint8_t>() % n; }

 private:
  std::string_view bytes_;
};

// A file in memory, under a name that open() takes.
class File {
 public:
  explicit File(const std::string& bytes = {});
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();
  void replace(std::string_view bytes) const;
  const std::string& path() const { return path_; }

 private:
  int fd_;
  std::string path_;
};

}  // namespace fuzz
