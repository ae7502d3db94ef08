#include "data/mnist.h"

#include <sys/stat.h>

#include "data/idx.h"
#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/raw.h"

namespace gradus::data::datasets {

namespace {

std::string find(const std::string& root, const char* part, const char* what) {
  const std::string plain = root + "/" + part + "-" + what + "-ubyte";
  for (const std::string& path : {plain, plain + ".gz"}) {
    struct stat info;
    if (stat(path.c_str(), &info) == 0) return path;
  }
  fail("MNIST: there is neither {} nor {}.gz", plain, plain);
}

}  // namespace

MNIST::MNIST(const std::string& root, Mode mode, uint64_t max_bytes) try : Pictures(mode) {
  const char* part = mode == kTrain ? "train" : "t10k";
  const std::string images_path = find(root, part, "images-idx3"),
                    labels_path = find(root, part, "labels-idx1");
  const Tensor images = read_idx(images_path, max_bytes), labels = read_idx(labels_path, max_bytes);
  if (images.dtype() != kByte || images.dim() != 3 || images.size(1) != 28 || images.size(2) != 28)
    fail("MNIST: {} holds {} {}, not uint8 [N, 28, 28]", images_path, images.dtype(),
         images.sizes());
  if (labels.dtype() != kByte || labels.dim() != 1 || labels.size(0) != images.size(0))
    fail("MNIST: {} holds {} {} for {} images", labels_path, labels.dtype(), labels.sizes(),
         images.size(0));
  const uint8_t* label = labels.data_ptr<uint8_t>();
  for (int64_t i = 0; i < labels.numel(); ++i)
    if (label[i] > 9) fail("MNIST: {}: label {} is {}, not in 0 .. 9", labels_path, i, label[i]);

  images_ = raw::empty({images.size(0), 1, 28, 28}, kFloat);
  const uint8_t* from = images.data_ptr<uint8_t>();
  float* to = images_.data_ptr<float>();
  for (int64_t i = 0; i < images.numel(); ++i) to[i] = float(from[i]) / 255;
  targets_ = raw::to_dtype(labels, kLong);
} catch (...) {
  gradus::detail::rethrow_as_error("MNIST");
}

}  // namespace gradus::data::datasets
