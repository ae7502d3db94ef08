// Safetensors files, as Python writes them and as nobody should.
#include "tensor/io/safetensors_file.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "autograd/autograd.h"
#include "tensor/io/serialize.h"
#include "tests/tensor/io/arrays.h"
#include "tests/tensor/io/damage.h"

using namespace gradus;
using namespace gradus::indexing;
using namespace std::string_literals;
using test::BytesFile;
using test::message;
using Backend = safe_open::Backend;

namespace {

constexpr Backend backends[] = {Backend::mmap, Backend::pread};

std::string bytes_of(const std::string& header, const std::string& data = "") {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
}
std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  int begin, int end) {
  return '"' + name + R"(":{"dtype":")" + dtype + R"(","shape":[)" + shape +
         R"(],"data_offsets":[)" + std::to_string(begin) + ',' + std::to_string(end) + "]}";
}
template <class F>
std::string why(const BytesFile& file, F f) {
  const std::string text = message(f), begin = "safe_open: " + file.path() + ": ";
  return text.starts_with(begin) ? text.substr(begin.size()) : text;
}
std::string why(const std::string& bytes) {
  const BytesFile file(bytes);
  return why(file, [&] { load_file(file.path()); });
}
const std::string floats = "\0\0\x80?\0\0\0@\0\0@@\0\0\x80@"s;  // 1 to 4

}  // namespace

TEST_CASE("what safetensors wrote is read: every type that a tensor can have, and texts") {
  for (const Backend backend : backends)
    for (const test::Cell& row : test::array_rows("safetensors")) {
      CAPTURE(row[0].text);
      const BytesFile file(test::from_hex(row[1].text));
      const safe_open opened(file.path(), backend);
      std::map<std::string, std::string> said;
      for (const test::Cell& c : row[3].items) said[c[0].text] = c[1].text;
      CHECK(opened.metadata() == said);
      const std::vector<std::string> keys = opened.keys();
      REQUIRE(keys.size() == row[2].size());
      for (size_t i = 0; i < keys.size(); ++i) {
        const test::Cell& want = row[2][i];
        CAPTURE(keys[i]);
        CHECK(keys[i] == want[0].text);
        CHECK(opened.contains(keys[i]));
        const SafeSlice slice = opened.get_slice(keys[i]);
        CHECK(slice.get_dtype() == want[1].text);
        CHECK(slice.get_shape() == want[2].integers());
        if (want[1].text == "C64") {
          CHECK(why(file, [&] { opened.get_tensor(keys[i], kDouble); }) ==
                "complex: elements of C64, which no tensor holds");
          continue;
        }
        const Tensor t = opened.get_tensor(keys[i], kDouble);
        CHECK(t.sizes() == IntArrayRef(want[2].integers()));
        CHECK(test::has_values(t, want[3].numbers()));
        if (is_held(slice.dtype())) CHECK((opened.get_tensor(keys[i]).dtype() == slice.dtype()));
      }
    }
}

TEST_CASE("a type that no tensor has is named, and the other tensors are there") {
  const BytesFile file(
      bytes_of('{' + entry("a", "BF16", "2", 0, 4) + ',' + entry("b", "F4", "9", 4, 8) + ',' +
                   entry("c", "F32", "1", 8, 12) + ',' + entry("d", "U64", "1", 12, 20) + '}',
               "\x80\x3f\0\x40"s + "abcd" + "\0\0\x80?"s + std::string(8, '\xff')));
  for (const Backend backend : backends) {
    const safe_open opened(file.path(), backend);
    CHECK(opened.keys() == std::vector<std::string>{"a", "b", "c", "d"});
    CHECK(opened.get_tensor("c").equal(ones({1})));
    CHECK(why(file, [&] { opened.get_tensor("a"); }) ==
          "a: elements of BF16, which no tensor holds; get_tensor(name, kFloat) converts them");
    CHECK(test::has_values(opened.get_tensor("a", kFloat), {1, 2}));
    CHECK((opened.get_tensor("a", kLong).dtype() == kLong));
    CHECK(test::has_values(opened.get_slice("a", kFloat)[1], {2}));
    CHECK(why(file, [&] { opened.get_tensor("b"); }) == "b: elements of F4, which no tensor holds");
    CHECK(opened.get_slice("b").get_dtype() == "F4");
    CHECK((opened.get_slice("b").dtype() == ScalarType::Undefined));
    CHECK(why(file, [&] { opened.get_tensor("c", kHalf); }) ==
          "c: no tensor has elements of float16");
    CHECK(why(file, [&] { opened.get_tensor("d", kLong); }) ==
          "d: element 0 is 18446744073709551615, more than an int64 holds");
    CHECK(why(file, [&] { opened.get_tensor("e"); }) == "there is no tensor e");
    CHECK(why(file, [&] { opened.get_slice("e"); }) == "there is no tensor e");
    CHECK_FALSE(opened.contains("e"));
  }
  // Archives hold tensors alone.
  serialize::InputArchive archive;
  CHECK(message([&] { archive.load_from(file.path()); }) ==
        file.path() + ": load: a: there is no element type BF16 here");
}

TEST_CASE("a mapped tensor is the file's own pages, and a write to it stays here") {
  const BytesFile file;
  save_file({{"x", arange(6, kFloat)}, {"y", ones({2})}}, file.path());
  Tensor x, y, again;
  {
    const safe_open opened(file.path());
    x = opened.get_tensor("x");
    y = opened.get_tensor("y");
    again = opened.get_tensor("x");
    CHECK(x.data_ptr() == again.data_ptr());
    const Tensor converted = opened.get_tensor("x", kDouble);
    CHECK((converted.dtype() == kDouble));
    CHECK(opened.get_tensor("x", kFloat).data_ptr() == x.data_ptr());
  }
  const std::string bytes = test::content_of(file.path());
  x.add_(1);
  CHECK(again.equal(arange(1, 7, kFloat)));
  CHECK(y.equal(ones({2})));
  CHECK(test::content_of(file.path()) == bytes);
  // Replaced by another file of its name, the old one is still mapped.
  save_file({{"x", x}}, file.path());
  CHECK(x.equal(arange(1, 7, kFloat)));
  CHECK(load_file(file.path())[0].second.equal(x));
  // The other backend reads copies.
  const safe_open copying(file.path(), Backend::pread);
  const Tensor one = copying.get_tensor("x"), two = copying.get_tensor("x");
  one.zero_();
  CHECK(two.equal(x));
}

TEST_CASE("a write to a mapped tensor is seen by a backward pass that needs its old elements") {
  const BytesFile file;
  save_file({{"x", ones({2})}}, file.path());
  const safe_open opened(file.path());
  Tensor w = ones({2}).requires_grad_();
  const Tensor y = w * opened.get_tensor("x");
  opened.get_tensor("x").add_(1);
  CHECK(message([&] { y.sum().backward(); }) != "nothing was thrown");
}

TEST_CASE("a place that is not aligned for its type is copied") {
  const BytesFile file(
      bytes_of('{' + entry("a", "BOOL", "1", 0, 1) + ',' + entry("b", "F32", "4", 1, 17) + "} ",
               "\1" + floats));
  for (const Backend backend : backends) {
    const NamedTensors all = load_file(file.path(), backend);
    CHECK(all[0].second.equal(ones({1}, kBool)));
    CHECK(all[1].second.equal(arange(1, 5, kFloat)));
  }
}

TEST_CASE("with copies, a file that is cut after it was opened throws") {
  const BytesFile file;
  save_file({{"x", arange(6, kFloat)}}, file.path());
  const safe_open opened(file.path(), Backend::pread);
  std::filesystem::resize_file(file.path(), std::filesystem::file_size(file.path()) - 1);
  CHECK(why(file, [&] { opened.get_tensor("x"); }) == "x: the file was cut after it was opened");
  CHECK(why(file, [&] { safe_open(file.path()); }) ==
        "24 bytes of data in the header and 23 in the file");
}

TEST_CASE("parts of an entry are those of its tensor") {
  const BytesFile file;
  const Tensor x = arange(120, kFloat).reshape({2, 3, 4, 5});
  save_file({{"x", x}, {"i", arange(6, kInt)}, {"none", zeros({0, 3})}, {"dim0", full({}, 7.0)}},
            file.path());
  const std::vector<std::vector<TensorIndex>> cases = {{0},
                                                       {-1},
                                                       {1, 2, 3, 4},
                                                       {Slice()},
                                                       {Slice(1)},
                                                       {Slice(None, 1)},
                                                       {Slice(None, None, 2)},
                                                       {Slice(), Slice(1, 3)},
                                                       {Slice(), Slice(-2), Slice(1, -1)},
                                                       {Ellipsis, 1},
                                                       {Ellipsis, Slice(1, 4, 2)},
                                                       {Ellipsis, Slice(4, 5, 7)},
                                                       {0, Ellipsis, 1},
                                                       {1, "...", Slice(0, 2), Slice()},
                                                       {Slice(), 1, Slice(0, 4, 3)},
                                                       {None, 1, None, Slice(), None},
                                                       {Slice(5, 9)},
                                                       {Slice(1, 0)},
                                                       {Slice(), Slice(1, 1)},
                                                       {Slice(), Slice(), Slice(), Slice(2, 2)},
                                                       {Slice(INDEX_MIN, INDEX_MAX, INDEX_MAX)},
                                                       {Slice(), Slice(), Slice(), Slice()}};
  for (const Backend backend : backends) {
    const safe_open opened(file.path(), backend);
    const SafeSlice slice = opened.get_slice("x");
    for (size_t i = 0; i < cases.size(); ++i) {
      CAPTURE(i);
      CHECK(slice.index(cases[i]).equal(x.index(cases[i])));
    }
    CHECK(slice[1].equal(x[1]));
    CHECK(slice.index({}).equal(x));
    CHECK(opened.get_slice("i", kDouble)
              .index({Slice(1, 6, 2)})
              .equal(tensor({1., 3., 5.}).to(kDouble)));
    CHECK(opened.get_slice("none").index({Slice(), 1}).sizes() == IntArrayRef({0}));
    CHECK(opened.get_slice("dim0").index({}).equal(full({}, 7.0)));
    CHECK(why(file, [&] { slice.index({2}); }) == "x: index 2 is out of range for dim 0 of size 2");
    CHECK(why(file, [&] {
            slice.index({0, -4});
          }) == "x: index -4 is out of range for dim 1 of size 3");
    CHECK(why(file, [&] { slice.index({0, 0, 0, 0, 0}); }) == "x: 5 indices for 4 dims");
    CHECK(why(file, [&] { slice.index({Ellipsis, Ellipsis}); }) == "x: more than one ellipsis");
    CHECK(why(file, [&] { slice.index({true}); }) ==
          "x: an index of a bool, which parts of a file have not; get_tensor(name).index(...) "
          "takes it");
  }
}

TEST_CASE("what is written is read by load() too, and what save() wrote is read here") {
  const BytesFile file;
  save_file({{"0", arange(3, kFloat)}}, file.path());
  Tensor t;
  load(t, file.path());
  CHECK(t.equal(arange(3, kFloat)));
  save(arange(4), file.path());
  CHECK(safe_open(file.path()).get_tensor("0").equal(arange(4)));
}

TEST_CASE("a save lays tensors out aligned, and refuses what cannot be read as it was") {
  const BytesFile file("old");
  const Tensor x = arange(6, kFloat).reshape({2, 3});
  CHECK(message([&] {
          save_file({{"a", x}, {"b", x}}, file.path());
        }) ==
        "save_file: a and b share memory, and would be apart when they are read; save one of them, "
        "or a clone()");
  CHECK(message([&] {
          save_file({{"a", x}, {"c", ones({1})}, {"b", x[1]}}, file.path());
        }).find(" share memory") != std::string::npos);
  CHECK(message([&] {
          save_file({{"a", x}, {"a", ones({1})}}, file.path());
        }) == "save_file: the name a was given twice");
  CHECK(message([&] {
          save_file({{"__metadata__", x}}, file.path());
        }) == "save_file: the name __metadata__ is the format's own");
  CHECK(message([&] { save_file({{"a", Tensor()}}, file.path()); }) == "save_file: a is undefined");
  CHECK(message([&] {
          save_file({{"\xff", x}}, file.path());
        }) == "save_file: a name or string is not UTF-8");
  CHECK(message([&] {
          save_file({{"a", x}}, file.path(), {{"k", "\xff"}});
        }) == "save_file: a name or string is not UTF-8");
  CHECK(test::content_of(file.path()) == "old");
  // Parts of one tensor that have no byte in common; strides of any kind; the widest come first.
  save_file({{"flag", ones({3}, kBool)},
             {"top", x[0]},
             {"rest", x[1]},
             {"t", arange(4).reshape({2, 2}).t()}},
            file.path(), {{"", "\n"}});
  const safe_open opened(file.path());
  CHECK(opened.offset_keys() == std::vector<std::string>{"t", "top", "rest", "flag"});
  CHECK(opened.keys() == std::vector<std::string>{"flag", "rest", "t", "top"});
  CHECK(opened.get_tensor("t").equal(arange(4).reshape({2, 2}).t()));
  CHECK(opened.get_tensor("rest").equal(arange(3, 6, kFloat)));
  CHECK(opened.metadata() == std::map<std::string, std::string>{{"", "\n"}});
}

TEST_CASE("headers that lie are found when the file is opened") {
  const std::string x = entry("x", "F32", "4", 0, 16);
  CHECK(why(bytes_of('{' + x + '}', floats)) == "nothing was thrown");
  CHECK(why("") == "0 bytes are no safetensors file");
  CHECK(why("PK\3\4 and more") == "not a safetensors file but a zip archive: unpack it first");
  CHECK(why("\xff\xff\xff\xff\xff\xff\xff\xff{}"s) ==
        "a header of 18446744073709551615 bytes in a file of 10");
  CHECK(why("\3\0\0\0\0\0\0\0{}"s) == "a header of 3 bytes in a file of 10");
  CHECK(why(bytes_of("{x}")) == "the header is no JSON at byte 2");
  CHECK(why(bytes_of("[]")) == "the header is no JSON at byte 1");
  CHECK(why(bytes_of('{' + x + '}', floats + "a")) ==
        "16 bytes of data in the header and 17 in the file");
  CHECK(why(bytes_of('{' + x + ',' + x + '}', floats)) == "the header has x twice");
  CHECK(why(bytes_of('{' + entry("x", "F32", "5", 0, 16) + '}', floats)) ==
        "x: bytes differ, 20 of shape and 16 in the file");
  CHECK(why(bytes_of('{' + entry("x", "F32", "4294967296,4294967296", 0, 16) + '}', floats)) ==
        "x: shape [4294967296, 4294967296] is too large");
  CHECK(why(bytes_of('{' + entry("x", "F32", "2", 0, 8) + ',' + entry("y", "F32", "3", 4, 16) + '}',
                     floats)) == "y: starts at byte 4, where 8 is due");
  CHECK(why(bytes_of('{' + entry("x", "F32", "1", 4, 8) + '}', floats.substr(8))) ==
        "x: starts at byte 4, where 0 is due");
  CHECK(why(bytes_of('{' + entry("\xff", "F32", "4", 0, 16) + '}', floats))
            .starts_with("the header is no JSON at byte "));
  CHECK(why(bytes_of('{' + entry("x", "", "4", 0, 16) + '}', floats)) ==
        "x: there is no element type  here");
  CHECK(why(bytes_of('{' + entry("x", "BOOL", "16", 0, 16) + '}', floats)) ==
        "x: element 2 is 128, no bool");
  const TemporaryDirectory folder;
  CHECK(message([&] { safe_open(folder.path); }).ends_with("not a regular file"));
  const std::string none = folder / "none";
  CHECK(message([&] { safe_open{none}; }) ==
        "safe_open: cannot open " + none + ": No such file or directory");
}

TEST_CASE("every cut and every changed bit of a file is found, or harms nothing") {
  const BytesFile file;
  save_file({{"x", arange(2, kFloat)}, {"b", ones({2}, kBool)}}, file.path(), {{"k", "v"}});
  const std::string bytes = test::content_of(file.path());
  for (const Backend backend : backends)
    test::damage(bytes, [&](const std::string& damaged) {
      file.write(damaged);
      const safe_open opened(file.path(), backend);
      for (const std::string& name : opened.keys()) {
        opened.get_tensor(name, kDouble).sum();
        opened.get_slice(name, kDouble).index({Ellipsis});
      }
    });
}
