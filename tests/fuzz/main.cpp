#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tensor/base/memory.h"
#include "tests/fuzz/fuzz.h"

namespace fuzz {

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

File::File(const std::string& bytes)
    : fd_(memfd_create("fuzz", MFD_CLOEXEC)),
      path_("/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd_)) {
  require(fd_ >= 0, "memfd_create");
  replace(bytes);
}
File::~File() { close(fd_); }
void File::replace(std::string_view bytes) const {
  require(ftruncate(fd_, 0) == 0, "ftruncate");
  require(pwrite(fd_, bytes.data(), bytes.size(), 0) == ssize_t(bytes.size()), "pwrite");
}

}  // namespace fuzz

// `PROGRAM --seeds FOLDER` writes the first inputs and ends.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  if (*argc == 3 && std::string_view((*argv)[1]) == "--seeds") {
    const std::filesystem::path folder = (*argv)[2];
    std::filesystem::create_directories(folder);
    const std::vector<std::string> seeds = fuzz::seeds();
    for (size_t i = 0; i < seeds.size(); ++i)
      std::ofstream(folder / ("seed" + std::to_string(i)), std::ios::binary) << seeds[i];
    std::exit(0);
  }
  gradus::set_memory_limit(int64_t(64) << 20);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    fuzz::run({reinterpret_cast<const char*>(data), size});
  } catch (const gradus::Error&) {
  }
  return 0;
}
