#include "tensor/io/mapped_file.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>

#include "tensor/base/fail.h"

namespace gradus {

namespace {

// Without it, room in memory would be promised for each page of the file, should it be written to.
#ifdef MAP_NORESERVE
constexpr int no_promise = MAP_NORESERVE;
#else
constexpr int no_promise = 0;
#endif

}  // namespace

MappedFile::MappedFile(const std::string& where, const File& file, uint64_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | no_promise, file.fd(), 0);
  if (p == MAP_FAILED) fail("{}: cannot map {} bytes: {}", where, bytes, std::strerror(errno));
  data_ = static_cast<char*>(p);
}

MappedFile::~MappedFile() {
  if (data_) munmap(data_, bytes_);
}

}  // namespace gradus
