// The datasets of pictures: MNIST's pair of files, CIFAR-10's records, the digits' lines.
#include <filesystem>

#include "autograd/autograd.h"
#include "data/cifar.h"
#include "data/digits.h"
#include "data/mnist.h"
#include "tests/fuzz/fuzz.h"
#include "tests/temporary_directory.h"

namespace {

using namespace gradus;
namespace datasets = data::datasets;

enum Kind : uint8_t { mnist, cifar, digits, kinds };
constexpr size_t cifar_record = 1 + 3 * 32 * 32;

// A folder in which every dataset finds its files, which are in memory.
struct Folder {
  TemporaryDirectory folder;
  fuzz::File first, second;
  Folder() {
    for (const char* name : {"t10k-images-idx3-ubyte", "test_batch.bin", "digits.csv"})
      link(first, name);
    link(second, "t10k-labels-idx1-ubyte");
  }
  void link(const fuzz::File& file, const char* name) const {
    std::filesystem::create_symlink(file.path(), folder / name);
  }
};

template <class Dataset>
void look_at(Dataset dataset) {
  const size_t n = dataset.size().value();
  fuzz::require(dataset.images().size(0) == int64_t(n), "a picture for each target");
  for (size_t i = 0; i < n; i += 1 + n / 4) {
    const auto example = dataset.get(i);
    fuzz::require(example.target.template item<int64_t>() <= 9, "a target of 0 to 9");
    example.data.sum();
  }
}

std::string idx(std::vector<uint8_t> sizes, const std::string& data) {
  std::string s{0, 0, 8, char(sizes.size())};
  for (const uint8_t n : sizes) s += std::string(3, '\0') + char(n);
  return s + data;
}

}  // namespace

void fuzz::run(std::string_view input) {
  static const Folder folder;
  Bytes bytes(input);
  const auto root = folder.folder.path.string();
  switch (bytes.below(kinds)) {
    case mnist: {  // the second file's length stands first
      const size_t length = bytes.below(64);
      folder.second.replace(bytes.take(length));
      folder.first.replace(bytes.rest());
      return look_at(datasets::MNIST(root, datasets::MNIST::Mode::kTest));
    }
    case cifar: {  // a record is long: its label and what fills it
      std::string file;
      while (!bytes.empty() && file.size() < 8 * cifar_record) {
        const size_t length = bytes.below(16) ? cifar_record : bytes.below(256);
        const std::string label(bytes.take(1));
        file += label + std::string(length - std::min<size_t>(length, 1), bytes.take<char>());
      }
      folder.first.replace(file);
      return look_at(datasets::CIFAR10(root, datasets::CIFAR10::Mode::kTest));
    }
    default:
      folder.first.replace(bytes.rest());
      const auto path = root + "/digits.csv";
      look_at(datasets::Digits(path, datasets::Digits::Mode::kTrain));
      look_at(datasets::Digits(path, datasets::Digits::Mode::kTest));
  }
}

std::vector<std::string> fuzz::seeds() {
  const std::string labels = idx({2}, "\3\7"), images = idx({2, 28, 28}, std::string(2 * 784, '@'));
  std::string line;
  for (int i = 0; i < 64; ++i) line += std::to_string(i % 17) + ',';
  std::string lines;
  for (int i = 0; i < 6; ++i) lines += line + std::to_string(i) + (i % 2 ? "\r\n" : "\n");
  return {char(mnist) + std::string(1, char(labels.size())) + labels + images,
          char(cifar) + std::string("\1\3a\1\7b"), char(digits) + lines};
}
