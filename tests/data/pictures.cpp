// Files of pictures: IDX plain and gzipped, MNIST, CIFAR-10, and what is wrong with them.
#include <doctest/doctest.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "autograd/ops/image/resample.h"
#include "autograd/ops/random/random.h"
#include "data/cifar.h"
#include "data/data_loader.h"
#include "data/idx.h"
#include "data/mnist.h"
#include "data/tensor_dataset.h"
#include "data/transforms.h"
#include "tensor/base/memory.h"
#include "tests/support.h"

using namespace gradus;
using data::read_idx;
using data::datasets::CIFAR10;
using data::datasets::MNIST;

namespace {

struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("gradus_pictures_" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
  std::string plain(const std::string& name, const std::string& bytes) const {
    std::ofstream(path / name, std::ios::binary) << bytes;
    return *this / name;
  }
  std::string gzipped(const std::string& name, const std::string& bytes) const {
    gzFile f = gzopen((*this / name).c_str(), "wb");
    gzwrite(f, bytes.data(), unsigned(bytes.size()));
    gzclose(f);
    return *this / name;
  }
};

struct Pairs : data::datasets::Dataset<Pairs> {
  Pairs(Tensor x, Tensor t) : images(std::move(x)), targets(std::move(t)) {}
  data::Example<> get(size_t i) override {
    return {images.select(0, int64_t(i)), targets.select(0, int64_t(i))};
  }
  std::optional<size_t> size() const override { return size_t(images.size(0)); }
  Tensor images, targets;
};

std::string number(int64_t v) {
  std::string s;
  for (int shift = 24; shift >= 0; shift -= 8) s += char(v >> shift);
  return s;
}
std::string idx(int type, std::vector<int64_t> sizes, const std::string& data) {
  std::string s{0, 0, char(type), char(sizes.size())};
  for (const int64_t n : sizes) s += number(n);
  return s + data;
}
std::string ramp(int64_t n) {
  std::string s;
  for (int64_t i = 0; i < n; ++i) s += char(i);
  return s;
}

}  // namespace

TEST_CASE("IDX files are read, plain and gzipped") {
  const Folder folder;
  const std::string bytes = idx(8, {2, 3}, ramp(6));
  for (const std::string& path : {folder.plain("a", bytes), folder.gzipped("b.gz", bytes)}) {
    const Tensor t = read_idx(path);
    CHECK((t.dtype() == kByte));
    CHECK(t.sizes() == IntArrayRef({2, 3}));
    CHECK(t.data_ptr<uint8_t>()[5] == 5);
  }
  CHECK(read_idx(folder.plain("c", idx(9, {2}, "\xff\x01"))).data_ptr<int32_t>()[0] == -1);
  CHECK(read_idx(folder.plain("d", idx(0xB, {1}, "\xff\xfe"))).data_ptr<int32_t>()[0] == -2);
  CHECK(read_idx(folder.plain("e", idx(0xC, {1}, number(1 << 20)))).data_ptr<int32_t>()[0] ==
        1 << 20);
  CHECK(read_idx(folder.plain("f", idx(0xD, {1}, number(0x3fc00000)))).data_ptr<float>()[0] ==
        1.5f);
  CHECK(read_idx(folder.plain("g", idx(0xE, {1}, number(0x3ff80000) + number(0))))
            .data_ptr<double>()[0] == 1.5);
  CHECK(read_idx(folder.plain("h", idx(8, {0, 28}, ""))).numel() == 0);
}

TEST_CASE("what is wrong with an IDX file is said") {
  const Folder folder;
  const auto why = [](const std::string& path) {
    const std::string text = message([&] { read_idx(path); });
    return text.substr(0, text.find(path)) + text.substr(text.find(path) + path.size());
  };
  CHECK(message([&] { read_idx(folder / "none"); }) ==
        "read_idx: cannot open " + (folder / "none") + ": No such file or directory");
  CHECK(why(folder.plain("a", "")) == "read_idx:  is no IDX file");
  CHECK(why(folder.plain("b", "abcdefgh")) == "read_idx:  is no IDX file");
  CHECK(why(folder.plain("c", idx(7, {1}, "a"))) == "read_idx: : unknown element type 7");
  CHECK(why(folder.plain("d", idx(8, {1, 2}, "").substr(0, 9))) ==
        "read_idx:  ends within its sizes");
  CHECK(why(folder.plain("e", idx(8, {2, 3}, ramp(5)))) ==
        "read_idx: : sizes [2, 3] need 6 bytes, there are 5");
  CHECK(why(folder.plain("f", idx(8, {2, 3}, ramp(7)))) ==
        "read_idx: : there are more than the 6 bytes of sizes [2, 3]");
  // Sizes that no memory could hold.
  CHECK(why(folder.plain("g", idx(8, {int64_t(1) << 31, 8192}, ramp(100)))) ==
        "read_idx: : sizes [2147483648, 8192] need 17592186044416 bytes, there are 100");
  CHECK_THROWS_AS(
      read_idx(folder.plain("h", idx(8, {0xffffffff, 0xffffffff, 0xffffffff}, ramp(9)))), Error);
  // No elements, and strides that no number holds.
  CHECK(why(folder.plain("h2", idx(8, {0, 0xffffffff, 0xffffffff, 0xffffffff}, ""))) ==
        "read_idx: : sizes [0, 4294967295, 4294967295, 4294967295] are too large");
  CHECK(why(folder.plain("h3", idx(8, std::vector<int64_t>(65, 1), "a"))) ==
        "read_idx:  has 65 sizes, more than 64");
  CHECK(why(folder.path.string()) == "read_idx: cannot read : Is a directory");
  if (std::filesystem::exists("/proc/self/mem"))  // whose first page nobody may read
    CHECK(why("/proc/self/mem") == "read_idx: cannot read : Input/output error");
  CHECK(why(folder.plain("h4", "\x89PNG\r\n\x1a\n and so on")) ==
        "read_idx:  is no IDX file but a PNG picture");
  CHECK(why(folder.plain("h5", "<!DOCTYPE html><title>404")) ==
        "read_idx:  is no IDX file but a web page");
  std::string packed;
  {
    std::ifstream file(folder.gzipped("i.gz", idx(8, {100, 100}, ramp(10000))), std::ios::binary);
    packed.assign(std::istreambuf_iterator<char>(file), {});
  }
  CHECK_THROWS_AS(read_idx(folder.plain("j.gz", packed.substr(0, packed.size() / 2))), Error);
  packed[packed.size() / 2] = char(~packed[packed.size() / 2]);
  CHECK_THROWS_AS(read_idx(folder.plain("k.gz", packed)), Error);
}

TEST_CASE("what a packed file unpacks to is bounded") {
  const Folder folder;
  const int64_t n = 1 << 23;  // 8 KB packed
  const std::string bomb = folder.gzipped("bomb.gz", idx(8, {n}, std::string(size_t(n), '\0')));
  CHECK(message([&] { read_idx(bomb, 1 << 20); }) ==
        "read_idx: " + bomb +
            ": sizes [8388608] take 8388608 bytes, more than the limit of 1048576");
  CHECK(read_idx(bomb, uint64_t(n)).numel() == n);
  // Of the elements as they are in memory, not in the file.
  const std::string narrow = folder.plain("narrow", idx(9, {100}, ramp(100)));
  CHECK(read_idx(narrow, 400).numel() == 100);
  CHECK_THROWS_AS(read_idx(narrow, 399), Error);
  // A file that cannot hold what it says takes no memory.
  const std::string liar = folder.gzipped("liar.gz", idx(8, {1 << 30}, ramp(100)));
  const int64_t before = memory_stats().active;
  reset_peak_memory_stats();
  CHECK(message([&] { read_idx(liar); }).find("need 1073741824 bytes, there are at most") !=
        std::string::npos);
  CHECK(memory_stats().peak == before);
  // The peak is the array.
  reset_peak_memory_stats();
  read_idx(bomb);
  CHECK(memory_stats().peak - before <= n + 4096);

  folder.plain("t10k-labels-idx1-ubyte", idx(8, {n}, std::string(size_t(n), '\0')));
  folder.plain("t10k-images-idx3-ubyte", idx(8, {0, 28, 28}, ""));
  CHECK(message([&] {
          MNIST(folder.path.string(), MNIST::kTest, 1 << 20);
        }).find("more than the limit of 1048576") != std::string::npos);
}

TEST_CASE("MNIST") {
  const Folder folder;
  const std::string root = folder.path.string();
  folder.plain("train-images-idx3-ubyte", idx(8, {2, 28, 28}, ramp(2 * 784)));
  folder.gzipped("train-labels-idx1-ubyte.gz", idx(8, {2}, "\x07\x03"));
  MNIST train(root);
  CHECK(train.is_train());
  CHECK(*train.size() == 2);
  CHECK(train.images().sizes() == IntArrayRef({2, 1, 28, 28}));
  CHECK(train.images().data_ptr<float>()[255] == 1);
  CHECK(train.get(1).data.sizes() == IntArrayRef({1, 28, 28}));
  CHECK(train.get(1).target.item<int64_t>() == 3);
  CHECK(message([&] { MNIST(root, MNIST::kTest); }) == "MNIST: there is neither " + root +
                                                           "/t10k-images-idx3-ubyte nor " + root +
                                                           "/t10k-images-idx3-ubyte.gz");
  folder.gzipped("train-labels-idx1-ubyte.gz", idx(8, {2}, "\x07\x0a"));
  CHECK(message([&] { MNIST{root}; }) ==
        "MNIST: " + root + "/train-labels-idx1-ubyte.gz: label 1 is 10, not in 0 .. 9");
  folder.gzipped("train-labels-idx1-ubyte.gz", idx(8, {3}, "\x07\x01\x01"));
  CHECK(message([&] { MNIST{root}; }) ==
        "MNIST: " + root + "/train-labels-idx1-ubyte.gz holds uint8 [3] for 2 images");
}

TEST_CASE("CIFAR-10") {
  const Folder folder;
  const std::string root = folder.path.string();
  folder.plain("test_batch.bin", "\x04" + ramp(3072) + "\x09" + ramp(3072));
  CIFAR10 test(root, CIFAR10::kTest);
  CHECK(!test.is_train());
  CHECK(test.images().sizes() == IntArrayRef({2, 3, 32, 32}));
  CHECK(test.get(1).target.item<int64_t>() == 9);
  CHECK(test.images().data_ptr<float>()[255] == 1);
  CHECK(message([&] { CIFAR10{root}; }) ==
        "CIFAR10: cannot open " + root + "/data_batch_1.bin: No such file or directory");
  folder.plain("test_batch.bin", "\x04" + ramp(3000));
  CHECK(message([&] { CIFAR10(root, CIFAR10::kTest); }) ==
        "CIFAR10: " + root + "/test_batch.bin ends within a picture, after 3001 of 3073 bytes");
  folder.plain("test_batch.bin", "\x0b" + ramp(3072));
  CHECK(message([&] { CIFAR10(root, CIFAR10::kTest); }) ==
        "CIFAR10: " + root + "/test_batch.bin: label 0 is 11, not in 0 .. 9");
  folder.plain("test_batch.bin", "");
  CHECK(message([&] { CIFAR10(root, CIFAR10::kTest); }) ==
        "CIFAR10: " + root + "/test_batch.bin is empty");
  std::filesystem::remove(folder / "test_batch.bin");
  std::filesystem::create_directory(folder / "test_batch.bin");
  CHECK(message([&] { CIFAR10(root, CIFAR10::kTest); }) ==
        "CIFAR10: " + root + "/test_batch.bin is no regular file");
  // The peak is the dataset: the files are read into it.
  for (int i = 1; i <= 5; ++i)
    folder.plain("data_batch_" + std::to_string(i) + ".bin", std::string(100 * 3073, '\0'));
  const int64_t before = memory_stats().active;
  reset_peak_memory_stats();
  CIFAR10 train(root);
  CHECK(*train.size() == 500);
  CHECK(memory_stats().peak - before <= 500 * (4 * 3072 + 8) + 4096);
}

TEST_CASE("random crops and flips are the same for any number of workers") {
  namespace transforms = data::transforms;
  const Tensor images = arange(20 * 12, kFloat).reshape({20, 1, 3, 4}), targets = arange(20, kLong);
  const auto epochs = [&](size_t workers) {
    manual_seed(7);
    auto loader = data::make_data_loader<data::samplers::SequentialSampler>(
        Pairs(images, targets)
            .map(transforms::RandomCrop<>(3, 4, 1))
            .map(transforms::RandomHorizontalFlip<>())
            .map(transforms::Stack<>()),
        data::DataLoaderOptions(3).workers(workers));
    std::vector<Tensor> all;
    for (int epoch = 0; epoch < 2; ++epoch)
      for (auto& batch : *loader) all.push_back(batch.data);
    return all;
  };
  const std::vector<Tensor> alone = epochs(0);
  REQUIRE(alone.size() == 14);
  CHECK(alone[0].sizes() == IntArrayRef({3, 1, 3, 4}));
  CHECK(!alone[0].equal(alone[7]));  // another epoch draws anew
  for (const size_t workers : {1, 3}) {
    const std::vector<Tensor> other = epochs(workers);
    REQUIRE(other.size() == alone.size());
    for (size_t i = 0; i < alone.size(); ++i) CHECK(other[i].equal(alone[i]));
  }
}

TEST_CASE("crops and flips") {
  namespace transforms = data::transforms;
  const Tensor image = arange(6, kFloat).reshape({1, 2, 3});
  transforms::RandomHorizontalFlip<> always(1), never(0);
  CHECK(always(image).equal(image.flip({2})));
  CHECK(never(image).equal(image));
  transforms::RandomCrop<> whole(2, 3, 0), one(1), padded(4, 5, 1);
  CHECK(whole(image).equal(image));
  CHECK(one(image).numel() == 1);
  CHECK(padded(image).equal(constant_pad_nd(image, {1, 1, 1, 1})));
  CHECK(message([&] { transforms::RandomCrop<>(5)(image); }) ==
        "random_crop: 5 x 5 is more than [1, 2, 3] with padding 0");
}
