#include "data/cifar.h"

#include <fcntl.h>

#include <deque>
#include <vector>

#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/io/file.h"
#include "tensor/raw.h"

namespace gradus::data::datasets {

namespace {

// A label and three planes of pixels.
constexpr size_t record = 1 + 3 * 32 * 32;

uint64_t count_of(const std::string& path, const File& file) {
  const std::optional<uint64_t> size = file.size();
  if (!size) fail("CIFAR10: {} is no regular file", path);
  if (*size == 0) fail("CIFAR10: {} is empty", path);
  if (*size % record != 0)
    fail("CIFAR10: {} ends within a picture, after {} of {} bytes", path, *size % record, record);
  return *size / record;
}

}  // namespace

CIFAR10::CIFAR10(const std::string& root, Mode mode) try : Pictures(mode) {
  std::vector<std::string> paths;
  if (mode == kTest)
    paths = {root + "/test_batch.bin"};
  else
    for (int i = 1; i <= 5; ++i)
      paths.push_back(root + "/data_batch_" + std::to_string(i) + ".bin");
  std::deque<File> files;
  std::vector<uint64_t> counts;
  uint64_t all = 0;
  for (const std::string& path : paths) {
    counts.push_back(count_of(path, files.emplace_back("CIFAR10", path, O_RDONLY)));
    all += counts.back();
  }
  images_ = raw::empty({int64_t(all), 3, 32, 32}, kFloat);
  targets_ = raw::empty({int64_t(all)}, kLong);
  float* to = images_.data_ptr<float>();
  int64_t* target = targets_.data_ptr<int64_t>();
  for (size_t f = 0; f < files.size(); ++f)
    for (uint64_t i = 0; i < counts[f]; ++i) {
      uint8_t from[record];
      if (const size_t got = files[f].read(from, record); got < record)
        fail("CIFAR10: {} ends within a picture, after {} of {} bytes", paths[f], got, record);
      if (from[0] > 9) fail("CIFAR10: {}: label {} is {}, not in 0 .. 9", paths[f], i, from[0]);
      *target++ = from[0];
      for (size_t j = 1; j < record; ++j) *to++ = float(from[j]) / 255;
    }
} catch (...) {
  gradus::detail::rethrow_as_error("CIFAR10");
}

}  // namespace gradus::data::datasets
