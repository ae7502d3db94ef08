// Files of tokens, and windows on them.
#include "data/text/tokens.h"

#include <sys/stat.h>

#include <fstream>

#include "autograd/ops/random/random.h"
#include "autograd/ops/view/join.h"
#include "data/data_loader.h"
#include "data/text/token_windows.h"
#include "tests/named_pipe.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using namespace gradus::data::text;
using data::datasets::TokenWindows;

namespace {

std::vector<int64_t> count_to(int64_t n) {
  std::vector<int64_t> v;
  for (int64_t i = 0; i < n; ++i) v.push_back(i);
  return v;
}
std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("tokens are written and read") {
  const TemporaryDirectory folder;
  const std::string path = folder / "tokens";
  write_tokens(path, {1, 258, 65535});
  CHECK(content(path) == std::string("\1\0\2\1\xff\xff", 6));
  const TokenFile narrow(path);
  CHECK(narrow.size() == 3);
  CHECK(values(narrow.read(0, 3)) == Values{1, 258, 65535});
  CHECK((narrow.read(1, 1).dtype() == kLong));
  CHECK(values(narrow.read(2, 1)) == Values{65535});
  CHECK(narrow.read(3, 0).numel() == 0);

  write_tokens(path, {1, 0x01020304, 2147483647}, TokenType::Int32);
  CHECK(content(path) == std::string("\1\0\0\0\4\3\2\1\xff\xff\xff\x7f", 12));
  CHECK(values(TokenFile(path, TokenType::Int32).read(0, 3)) == Values{1, 0x01020304, 2147483647});
  // The old file is still the one that is mapped.
  CHECK(values(narrow.read(0, 3)) == Values{1, 258, 65535});

  write_tokens(path, count_to(40'000));
  CHECK(TokenFile(path).size() == 40'000);
  CHECK(values(TokenFile(path).read(39'999, 1)) == Values{39'999});
  write_tokens(path, {});
  CHECK(TokenFile(path).size() == 0);
  CHECK(TokenFile(path).read(0, 0).numel() == 0);
}

TEST_CASE("what tokens and their files cannot be") {
  const TemporaryDirectory folder;
  const std::string path = folder / "tokens";
  write_tokens(path, {1, 2, 3});
  CHECK(message([&] {
          write_tokens(path, {1, 65536});
        }) == "write_tokens: token 1 is 65536, not in 0 .. 65535");
  CHECK_THROWS_AS(write_tokens(path, {-1}), Error);
  CHECK_THROWS_AS(write_tokens(path, {int64_t(1) << 31}, TokenType::Int32), Error);
  CHECK(TokenFile(path).size() == 3);  // as it was

  CHECK(message([&] { TokenFile(path, TokenType::Int32); }) ==
        "TokenFile: " + path + " has 6 bytes, no multiple of 4");
  CHECK(message([&] { TokenFile(folder / "none"); }) ==
        "TokenFile: cannot open " + (folder / "none") + ": No such file or directory");
  CHECK(message([&] { TokenFile{folder.path.string()}; }) ==
        "TokenFile: " + folder.path.string() + " is no regular file");
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(message([&] { TokenFile(folder / "pipe"); }) ==
        "TokenFile: " + (folder / "pipe") + " is no regular file");

  const TokenFile file(path);
  CHECK_THROWS_AS(file.read(0, 4), IndexError);
  CHECK_THROWS_AS(file.read(-1, 1), IndexError);
  CHECK_THROWS_AS(file.read(1, -1), IndexError);
  CHECK(message([&] { file.read(2, INT64_MAX); }).find("TokenFile: there are no") !=
        std::string::npos);
  CHECK(message([&] { file.read(4, 0); }) ==
        "TokenFile: there are no 0 tokens at 4 in the 3 of " + path);
  std::ofstream(path, std::ios::binary) << std::string("\1\0\0\0\xfd\xff\xff\xff", 8);
  CHECK(message([&] { TokenFile(path, TokenType::Int32).read(0, 2); }) ==
        "TokenFile: token 1 of " + path + " is -3");
}

TEST_CASE("tokens are written piece by piece") {
  const TemporaryDirectory folder;
  const std::string path = folder / "tokens";
  write_tokens(path, {9});
  {
    TokenWriter unfinished(path);
    unfinished.write({1, 2});
  }
  CHECK(values(TokenFile(path).read(0, 1)) == Values{9});
  for (const TokenType type : {TokenType::UInt16, TokenType::Int32}) {
    TokenWriter writer(path, type);
    writer.write({});
    writer.write({1, 65535});
    CHECK(message([&] {
            writer.write({3, -1});
          }) == "TokenWriter: token 3 is -1, not in 0 .. " +
                    std::to_string(type == TokenType::UInt16 ? 65535 : INT32_MAX));
    TokenWriter moved = std::move(writer);
    moved.write(count_to(100));
    CHECK(moved.size() == 102);
    moved.close();
    const TokenFile file(path, type);
    REQUIRE(file.size() == 102);
    CHECK(values(file.read(0, 3)) == Values{1, 65535, 0});
    CHECK(file.read(2, 100).equal(arange(100, kLong)));
    CHECK(message([&] { moved.write({1}); }) == "TokenWriter: the file is closed");
    CHECK(message([&] { moved.close(); }) == "TokenWriter: the file is closed");
  }
  CHECK(message([&] { TokenWriter(folder / "nowhere/x"); }) ==
        "TokenWriter: cannot open " + (folder / "nowhere/x") + ": No such file or directory");
}

TEST_CASE("windows and the tokens behind theirs") {
  const TemporaryDirectory folder;
  write_tokens(folder / "tokens", count_to(11));
  const Tensor tensor = arange(11, kLong);
  for (TokenWindows windows :
       {TokenWindows(TokenFile(folder / "tokens"), 4), TokenWindows(tensor, 4),
        TokenWindows(tensor.to(kInt), 4), TokenWindows(tensor.to(kByte), 4),
        TokenWindows(arange(22, kLong).slice(0, 0, 22, 2).div(2, "floor").to(kLong), 4)}) {
    CHECK(*windows.size() == 2);
    const data::Example<> one = windows.get(1);
    CHECK(values(one.data) == Values{4, 5, 6, 7});
    CHECK(values(one.target) == Values{5, 6, 7, 8});
    CHECK((one.data.dtype() == kLong));
    const data::Example<> batch = windows.get_batch(std::vector<size_t>{1, 0, 1});
    CHECK(batch.data.sizes() == IntArrayRef({3, 4}));
    CHECK(values(batch.data[1]) == Values{0, 1, 2, 3});
    CHECK(values(batch.target[2]) == Values{5, 6, 7, 8});
    CHECK_THROWS_AS(windows.get(2), IndexError);
  }
  TokenWindows overlapping(tensor, 4, 1);
  CHECK(*overlapping.size() == 7);
  CHECK(values(overlapping.get(6).target) == Values{7, 8, 9, 10});
  CHECK(*TokenWindows(tensor, 5).size() == 2);  // the last target is the last token
  CHECK(*TokenWindows(tensor, 10).size() == 1);
  CHECK(*TokenWindows(tensor, 2, 5).size() == 2);
}

TEST_CASE("a loader makes batches of windows, with workers as without") {
  const TemporaryDirectory folder;
  write_tokens(folder / "tokens", count_to(101));
  const TokenWindows windows(TokenFile(folder / "tokens"), 10);
  manual_seed(1);
  auto loader = data::make_data_loader(windows, 3, /*shuffle=*/true);
  std::vector<Tensor> seen;
  for (auto& [inputs, targets] : *loader) {
    CHECK(inputs.add(1).equal(targets));
    seen.push_back(inputs);
  }
  CHECK(seen.size() == 4);
  CHECK(values(std::get<0>(cat(seen).flatten().sort())) == values(arange(100, kLong)));
  auto parallel = data::make_data_loader<data::samplers::SequentialSampler>(
      windows, data::DataLoaderOptions(3).workers(2));
  int64_t next = 0;
  for (auto& batch : *parallel) {
    CHECK(batch.data.flatten()[0].item<int64_t>() == next);
    next += 30;
  }
}

TEST_CASE("what windows cannot be made of") {
  const Tensor tokens = arange(10, kLong);
  CHECK(message([&] { TokenWindows(tokens, 10); }) ==
        "token windows: 10 tokens are too few for windows of 10 and the next token");
  CHECK(message([&] { TokenWindows(tokens, 0); }) == "token windows: length 0 is not positive");
  CHECK(message([&] { TokenWindows(tokens, 2, 0); }) == "token windows: stride 0 is not positive");
  CHECK(*TokenWindows(tokens, 2, INT64_MAX).size() == 1);
  CHECK(*TokenWindows(tokens, 1).size() == 9);
  CHECK(message([&] {
          TokenWindows(tokens.view({2, 5}), 2);
        }) == "token windows: tokens are int64 [2, 5], not uint8, int32 or int64 [N]");
  CHECK_THROWS_AS(TokenWindows(tokens.to(kFloat), 2), Error);
  CHECK(message([] { TokenWindows(Tensor(), 2); }) == "token windows: the tensor is undefined");
  CHECK(message([&] { TokenWindows(tokens - 100, 2).get(1); }) == "token windows: token 2 is -98");
  CHECK(message([&] { TokenWindows(3 - tokens, 3).get(1); }) == "token windows: token 4 is -1");
}

TEST_CASE("tokens go to a pipe, which stays one") {
  const TemporaryDirectory folder;
  const NamedPipe pipe(folder / "pipe");
  write_tokens(pipe.path, {65, 66});
  TokenWriter writer(pipe.path);
  writer.write({67});
  writer.close();
  CHECK(pipe.stands());
  CHECK(pipe.content() == std::string("A\0B\0C\0", 6));
}
