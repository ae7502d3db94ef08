#include "data/digits.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/reduce/reduce.h"

using namespace gradus;
using data::datasets::Digits;

namespace {
std::string digits() {
  const char* root = std::getenv("GRADUS_ROOT");
  return std::string(root ? root : ".") + "/examples/data/digits.csv";
}
std::string row(const std::string& first, int digit) {
  std::string s = first;
  for (int i = 1; i < 64; ++i) s += ",16";
  return s + ',' + std::to_string(digit) + '\n';
}
struct Csv {
  std::string path = (std::filesystem::temp_directory_path() /
                      ("gradus_digits_" + std::to_string(::getpid()) + ".csv"))
                         .string();
  explicit Csv(const std::string& text) { std::ofstream(path) << text; }
  ~Csv() { std::remove(path.c_str()); }
};
}  // namespace

TEST_CASE("the digits of the examples are split into four fifths and one") {
  Digits train(digits()), test(digits(), Digits::kTest);
  CHECK(*train.size() == 1438);
  CHECK(*test.size() == 359);
  CHECK(train.is_train());
  CHECK(!test.is_train());
  CHECK(train.images().sizes() == std::vector<int64_t>{1438, 1, 8, 8});
  CHECK(train.images().min().item<float>() == 0);
  CHECK(train.images().max().item<float>() == 1);
  CHECK(train.images().sum().item<double>() + test.images().sum().item<double>() ==
        doctest::Approx(561718.0 / 16));
  for (const Digits* d : {&train, &test})
    for (int digit = 0; digit < 10; ++digit)
      CHECK((d->targets() == digit).sum().item<int64_t>() >= *d->size() / 14);
}

TEST_CASE("lines end as they like") {
  const Csv file(row("0", 1) + row("8", 2).insert(row("8", 2).size() - 1, "\r"));
  Digits d(file.path);
  CHECK(*d.size() == 2);
  const size_t second = size_t(d.targets()[1].item<int64_t>() == 2);
  CHECK(d.get(second).data[0][0][0].item<float>() == 0.5f);
  CHECK(d.get(second).target.item<int64_t>() == 2);
}

TEST_CASE("malformed lines are named") {
  const std::string good = row("0", 1);
  const std::pair<std::string, std::string> files[] = {
      {row("17", 1), ":2: number 1 is 17, not in 0 .. 16"},
      {row("-1", 1), ":2: number 1 is -1, not in 0 .. 16"},
      {row("0", 10), ":2: number 65 is 10, not in 0 .. 9"},
      {row("", 1), ":2: '' is no number"},
      {row("1x", 1), ":2: '1x' is no number"},
      {row("99999999999", 1), ":2: '99999999999' is no number"},
      {row("0,0", 1), ":2: 66 numbers, not 65"},
      {"1,2,3\n", ":2: 3 numbers, not 65"},
      {"\n", ":2: 1 numbers, not 65"},
  };
  for (const auto& [text, message] : files) {
    const Csv file(good + text);
    CHECK_THROWS_WITH(Digits(file.path), ("digits: " + file.path + message).c_str());
  }
  const Csv empty("");
  CHECK_THROWS_WITH(Digits(empty.path), ("digits: " + empty.path + " has no digits").c_str());
  const Csv endless(std::string(1 << 20, '1'));
  CHECK_THROWS_WITH(Digits(endless.path),
                    ("digits: " + endless.path + ":1: the line has more than 16384 bytes").c_str());
  CHECK_THROWS_WITH(Digits("/tmp"), "digits: cannot read /tmp: Is a directory");
  if (std::filesystem::exists("/proc/self/mem"))  // whose first page nobody may read
    CHECK_THROWS_WITH(Digits("/proc/self/mem"),
                      "digits: cannot read /proc/self/mem: Input/output error");
  CHECK_THROWS_WITH(Digits("/nowhere"), "digits: cannot open /nowhere: No such file or directory");
}
