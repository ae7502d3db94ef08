#include "data/cifar.h"

#include <fstream>
#include <vector>

#include "tensor/fail.h"
#include "tensor/raw.h"

namespace gradus::data::datasets {

namespace {

// A label and three planes of pixels.
constexpr int64_t pixels = 3 * 32 * 32, record = 1 + pixels;

void append(const std::string& path, std::vector<uint8_t>& all) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("CIFAR10: cannot open {}", path);
  std::vector<uint8_t> one(record);
  while (file.read(reinterpret_cast<char*>(one.data()), record)) {
    if (one[0] > 9)
      fail("CIFAR10: {}: label {} is {}, not in 0 .. 9", path, all.size() / record, one[0]);
    all.insert(all.end(), one.begin(), one.end());
  }
  if (file.gcount() != 0)
    fail("CIFAR10: {} ends within a picture, after {} of {} bytes", path, file.gcount(), record);
}

}  // namespace

CIFAR10::CIFAR10(const std::string& root, Mode mode) : Pictures(mode) {
  std::vector<uint8_t> all;
  if (mode == kTest)
    append(root + "/test_batch.bin", all);
  else
    for (int i = 1; i <= 5; ++i) append(root + "/data_batch_" + std::to_string(i) + ".bin", all);
  const int64_t n = int64_t(all.size()) / record;
  images_ = raw::empty({n, 3, 32, 32}, kFloat);
  targets_ = raw::empty({n}, kLong);
  for (int64_t i = 0; i < n; ++i) {
    const uint8_t* from = all.data() + i * record;
    targets_.data_ptr<int64_t>()[i] = from[0];
    float* to = images_.data_ptr<float>() + i * pixels;
    for (int64_t j = 0; j < pixels; ++j) to[j] = float(from[1 + j]) / 255;
  }
}

}  // namespace gradus::data::datasets
