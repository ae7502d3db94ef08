#include "tensor/io/serialize.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <sstream>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/ops/pointwise/copy.h"

using namespace gradus;
using serialize::InputArchive;
using serialize::OutputArchive;

namespace {

std::string bytes_of(const OutputArchive& archive) {
  std::ostringstream out;
  archive.save_to(out);
  return out.str();
}
InputArchive archive_of(const std::string& bytes) {
  InputArchive archive;
  archive.load_from(bytes.data(), bytes.size());
  return archive;
}
// A file with this header and this much data.
std::string file(const std::string& header, size_t data) {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + std::string(data, '\0');
}

}  // namespace

TEST_CASE("tensors of every type and shape come back") {
  const ScalarType types[] = {kBool, kByte, kInt, kLong, kFloat, kDouble};
  const std::vector<std::vector<int64_t>> shapes = {{}, {0}, {5}, {2, 3}, {2, 0, 3}, {1, 2, 3, 4}};
  OutputArchive out;
  for (const ScalarType t : types)
    for (size_t i = 0; i < shapes.size(); ++i) {
      int64_t n = 1;
      for (const int64_t s : shapes[i]) n *= s;
      out.write(std::string(dtype_name(t)) + std::to_string(i), arange(n).view(shapes[i]).to(t));
    }
  InputArchive in = archive_of(bytes_of(out));
  CHECK(in.keys().size() == 36);
  for (const auto& entry : out.entries()) {
    const auto& key = entry.first;
    const auto& value = entry.second;
    CAPTURE(key);
    Tensor t;
    in.read(key, t);
    CHECK(bool(t.dtype() == value.toTensor().dtype()));
    CHECK(t.sizes() == value.toTensor().sizes());
    CHECK(t.equal(value.toTensor()));
    CHECK(reinterpret_cast<uintptr_t>(t.data_ptr()) % 64 == 0);
  }
}

TEST_CASE("views are saved as what they show") {
  const Tensor x = arange(12).view({3, 4});
  std::stringstream s;
  save(std::vector<Tensor>{x.t(), x.slice(1, 1, 4, 2), x[2].expand({2, 4})}, s);
  std::vector<Tensor> y = {x};
  load(y, s);
  REQUIRE(y.size() == 4);
  CHECK(y[1].equal(x.t()));
  CHECK(y[2].equal(x.slice(1, 1, 4, 2)));
  CHECK(y[3].equal(x[2].expand({2, 4})));
}

TEST_CASE("a tuple holds values of any kinds, other tuples too") {
  const IValue v(std::tuple(ones({2}), 3, std::tuple(0.5, true, "a")));
  CHECK(v.tagKind() == "Tuple");
  CHECK(v.isTuple());
  CHECK(!v.isList());
  const auto tuple = v.toTuple();
  REQUIRE(tuple->size() == 3);
  CHECK(tuple->elements()[0].toTensor().equal(ones({2})));
  CHECK(tuple->elements()[1].toInt() == 3);
  const IValue inner = v.toTupleRef().elements()[2];
  CHECK(inner.toTuple()->elements()[1].toBool());
  CHECK(inner.toTuple()->elements()[2].toStringRef() == "a");
  CHECK(IValue(std::tuple(ones({1}))).toTuple()->size() == 1);
  CHECK(IValue(ivalue::Tuple::create({})).toTuple()->size() == 0);
  CHECK(IValue(std::tuple(0.9, 0.999)).isDoubleList());
  CHECK_THROWS_WITH(IValue(1).toTuple(), "ivalue: kinds differ, Tuple wanted and Int held");
  CHECK_THROWS_WITH(v.toTensor(), "ivalue: kinds differ, Tensor wanted and Tuple held");
}

TEST_CASE("plain values come back with their kinds") {
  OutputArchive out;
  const double inf = INFINITY;
  out.write("none", IValue());
  out.write("bool", true);
  out.write("int", int64_t(-9'007'199'254'740'993));
  out.write("whole", 3.0);
  out.write("third", 1.0 / 3);
  out.write("tiny", 5e-324);
  out.write("inf", std::vector<double>{inf, -inf, NAN, 1, 1e300});
  out.write("ints", std::vector<int64_t>{1, -2});
  out.write("empty", std::vector<int64_t>());
  out.write("pair", IValue(std::tuple(0.9, 0.999)));
  out.write("number as text", "12");
  out.write("text", "\"quoted\"\n\t\\ \xc3\xa9 [1] true");
  out.write("tensors", std::vector<Tensor>{ones({1}), zeros({2})});
  out.write("undefined", Tensor());
  InputArchive in = archive_of(bytes_of(out));
  const auto get = [&](const char* key) {
    IValue v;
    in.read(key, v);
    return v;
  };
  CHECK(get("none").isNone());
  CHECK(get("bool").toBool());
  CHECK(get("int").toInt() == -9'007'199'254'740'993);
  CHECK(get("whole").isDouble());
  CHECK(get("whole").toDouble() == 3);
  CHECK(get("third").toDouble() == 1.0 / 3);
  CHECK(get("tiny").toDouble() == 5e-324);
  const auto list = get("inf").toDoubleVector();
  REQUIRE(list.size() == 5);
  CHECK(list[0] == inf);
  CHECK(list[1] == -inf);
  CHECK(std::isnan(list[2]));
  CHECK(list[4] == 1e300);
  CHECK(get("ints").toIntVector() == std::vector<int64_t>{1, -2});
  CHECK(get("empty").toTensorVector().empty());
  CHECK(get("pair").to<std::tuple<double, double>>() == std::tuple(0.9, 0.999));
  CHECK(get("number as text").toStringRef() == "12");
  CHECK(get("text").toStringRef() == "\"quoted\"\n\t\\ \xc3\xa9 [1] true");
  CHECK(get("tensors").toTensorVector().size() == 2);
  Tensor t;
  CHECK(in.try_read("undefined", t));
  CHECK(!t.defined());
  CHECK(IValue(300).to<int16_t>() == 300);
  CHECK_THROWS_WITH(IValue(300).to<int8_t>(), "ivalue: 300 does not fit");
  CHECK_THROWS_WITH(IValue(-1).to<unsigned>(), "ivalue: -1 does not fit");
  CHECK_THROWS_WITH(get("bool").toDouble(), "ivalue: kinds differ, Double wanted and Bool held");
  CHECK_THROWS_WITH(out.write("two", IValue(std::tuple(1, "a"))),
                    "write: two is a Tuple, which no archive holds; write its elements");
  CHECK_THROWS_WITH(in.read("text", t), "load: text is no tensor but a String");
  CHECK_THROWS_WITH(in.read("missing", t), "load: the archive has no tensor missing");
}

TEST_CASE("archives nest") {
  OutputArchive inner, middle, out;
  inner.write("weight", ones({2}));
  middle.write("fc", inner);
  out.write("model", middle);
  out.write("step", int64_t(3));
  InputArchive in = archive_of(bytes_of(out)), model, fc;
  CHECK(in.keys() == std::vector<std::string>{"model", "step"});
  in.read("model", model);
  model.read("fc", fc);
  CHECK(fc.keys() == std::vector<std::string>{"weight"});
  CHECK(!in.try_read("mode", fc));
  Tensor t;
  CHECK_THROWS_WITH(fc.read("bias", t), "load: the archive has no tensor model.fc.bias");
  InputArchive nothing;
  in.read("dropout", nothing);
  CHECK(nothing.keys().empty());
}

TEST_CASE("the file is in the safetensors layout, widest elements first") {
  OutputArchive out;
  out.write("a", tensor({true, false}));
  out.write("b", tensor({1.5f}));
  out.write("lr", 0.1);
  const std::string header =
      R"({"__metadata__":{"lr":"0.1"},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
      R"("a":{"dtype":"BOOL","shape":[2],"data_offsets":[4,6]}})";
  std::string want = file(header + std::string((8 - header.size() % 8) % 8, ' '), 0);
  want += std::string("\0\0\xc0\x3f\x01\0", 6);
  CHECK(bytes_of(out) == want);
}

TEST_CASE("a defined target keeps its identity, and a failure changes nothing") {
  OutputArchive out;
  out.write("a", full({2}, 5.0));
  out.write("b", full({3}, 7.0));
  out.write("i", tensor({1, 2}));
  const std::string bytes = bytes_of(out);

  Tensor a = zeros({2}, kDouble).requires_grad_(), alias = a, b = zeros({4}), f = zeros({2});
  InputArchive in = archive_of(bytes);
  in.read("a", a);
  CHECK(alias.equal(full({2}, 5, kDouble)));
  CHECK(a.requires_grad());
  CHECK_THROWS_WITH(in.read("b", b),
                    "load: b: sizes differ, [3] in the archive and [4] in the target");
  CHECK_THROWS_WITH(in.read("i", f),
                    "load: i: types differ, int64 in the archive and float32 in the target");
  in.roll_back();
  CHECK(alias.equal(zeros({2}, kDouble)));
}

namespace {
// A module-like thing, of which the second part does not fit.
struct Two {
  Tensor a = zeros({2}), b = zeros({4});
};
[[maybe_unused]] InputArchive& operator>>(InputArchive& archive, Two& t) {
  archive.read("a", t.a);
  archive.read("b", t.b);
  return archive;
}
}  // namespace

TEST_CASE("load() undoes what it did before it failed") {
  OutputArchive out;
  out.write("a", full({2}, 5.0));
  out.write("b", full({3}, 7.0));
  std::stringstream s;
  out.save_to(s);
  Two two;
  CHECK_THROWS_AS(load(two, s), Error);
  CHECK(two.a.equal(zeros({2})));
}

namespace {
// Reads the same tensor into all of them.
struct Several {
  std::vector<Tensor> targets;
};
[[maybe_unused]] InputArchive& operator>>(InputArchive& archive, Several& s) {
  for (Tensor& t : s.targets) archive.read("x", t);
  return archive;
}
}  // namespace

TEST_CASE("load() hands over what it read, unless somebody shares the target's elements") {
  OutputArchive out;
  out.write("x", arange(4, kFloat));
  const std::string bytes = bytes_of(out);
  const auto load_into = [&](std::vector<Tensor> targets) {
    Several several{std::move(targets)};
    load(several, bytes.data(), bytes.size());
    for (const Tensor& t : several.targets) CHECK(t.equal(arange(4, t.dtype())));
    return several.targets;
  };

  Tensor own = zeros({4}).requires_grad_(), alias = own;
  const Tensor kept = own * own;
  const void* const before = own.data_ptr();
  const int64_t version = own._version();
  load_into({own});
  CHECK(own.data_ptr() != before);
  CHECK(alias.equal(arange(4, kFloat)));
  CHECK(own._version() == version + 1);
  CHECK_THROWS_AS(kept.sum().backward(), Error);  // of the elements that were overwritten

  const Tensor whole = zeros({2, 4}), base = zeros({4}), view = base.view({2, 2});
  std::vector<float> memory(4);
  load_into({whole[1], base, from_blob(memory.data(), {4}), zeros({4}, kDouble)});
  CHECK(whole[1].equal(arange(4, kFloat)));
  CHECK(view.equal(arange(4, kFloat).view({2, 2})));
  CHECK(memory[3] == 3);

  const std::vector<Tensor> read = load_into({Tensor(), zeros({4}), zeros({4}), Tensor()});
  read[1].fill_(9);
  CHECK(read[0].equal(arange(4, kFloat)));
  CHECK(read[2].equal(arange(4, kFloat)));
}

TEST_CASE("a saved tensor keeps whether it requires grad") {
  std::stringstream s;
  save(ones({2}).requires_grad_(), s);
  save(ones({3}), s);
  Tensor a, b = zeros({2}), alias = b;
  load(a, s);
  CHECK(a.requires_grad());
  load(b, s);  // the next archive of the same stream
  CHECK(!b.requires_grad());
  CHECK(alias.equal(ones({3})));
}

TEST_CASE("files that are no archives are refused with a reason") {
  const std::string f32 = R"("dtype":"F32","shape":[2],"data_offsets":[0,8])";
  const std::pair<std::string, const char*> files[] = {
      {"", "load: 0 bytes are no archive"},
      {"1234567", "load: 7 bytes are no archive"},
      {std::string(8, '\xff'), "load: a header of 18446744073709551615 bytes in a file of 8"},
      {file("{}", 0).substr(0, 9), "load: a header of 2 bytes in a file of 9"},
      {std::string("\0\xe1\xf5\x05\0\0\0\0", 8) + "{}",
       "load: a header of 100000000 bytes in a file of 10"},
      {file("", 0), "load: the header is no JSON at byte 1"},
      {file("[]", 0), "load: the header is no JSON at byte 1"},
      {file("{", 0), "load: the header is no JSON at byte 2"},
      {file("{}x", 0), "load: the header is no JSON at byte 3"},
      {file(std::string("{}\0x", 4), 0), "load: the header is no JSON at byte 3"},
      {file("{\"a\xff\":1}", 0), "load: the header is no JSON at byte 4"},
      {file(R"({"a":1})", 0), "load: the header has a number where none belongs, at a"},
      {file(R"({"a":{"b":{}}})", 0), "load: the header has an object where none belongs, at a"},
      {file(R"({"a":)" + std::string(100000, '['), 0),
       "load: the header has an array where none belongs, at a"},
      {file(R"({"a":{"shape":[[1]]}})", 0),
       "load: the header has an array where none belongs, at a"},
      {file(R"({"a":{"shape":[-1]}})", 0),
       "load: the header has a negative number where none belongs, at a"},
      {file(R"({"a":{"shape":[1.5]}})", 0),
       "load: the header has a fraction where none belongs, at a"},
      {file(R"({"a":{"shape":[NaN]}})", 0), "load: the header is no JSON at byte 16"},
      {file(R"({"a":{"shape":[9223372036854775808]}})", 0), "load: a: shape is too large"},
      {file(R"({"a":{"shape":null}})", 0), "load: the header has null where none belongs, at a"},
      {file(R"({"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}})", 2),
       "load: a: there is no element type F16 here"},
      {file(R"({"a":{"dtype":"F32","shape":[1]}})", 4), "load: a: the header has no data_offsets"},
      {file(R"({"a":{"dtype":"F32","dtype":"F32"}})", 4), "load: the header has dtype twice"},
      {file(R"({"a":{)" + f32 + R"(},"a":{)" + f32 + "}}", 8), "load: the header has a twice"},
      {file(R"({"__metadata__":{"a":"1","a":"1"}})", 0), "load: the header has a twice"},
      {file(R"({"__metadata__":{},"__metadata__":{}})", 0),
       "load: the header has __metadata__ twice"},
      {file(R"({"__metadata__":{"a":1}})", 0),
       "load: the header has a number where none belongs, at __metadata__"},
      {file(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8),
       "load: a: data_offsets [8, 0] are no range"},
      {file(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}})", 8),
       "load: a: data_offsets [0, 8, 9] are no range"},
      {file(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8),
       "load: a: bytes differ, 12 of shape and 8 in the file"},
      {file(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12),
       "load: a: starts at byte 4, where 0 is due"},
      {file(R"({"a":{)" + f32 + R"(},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8),
       "load: b: starts at byte 4, where 8 is due"},
      {file(R"({"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0),
       "load: a: shape [4294967296, 4294967296] is too large"},
      {file(R"({"a":{"dtype":"F64","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}})", 0),
       "load: a: shape [0, 4611686018427387904, 4] is too large"},
      {file(R"({"a":{"dtype":"U8","shape":[1000000000000],"data_offsets":[0,1000000000000]}})", 3),
       "load: the file ends before its data, 3 bytes of 1000000000000"},
      {file(R"({"a":{)" + f32 + "}}", 7), "load: the file ends before its data, 7 bytes of 8"},
      {file(R"({"a":{)" + f32 + "}}", 9), "load: 8 bytes of data in the header and 9 in the file"},
      {file(R"({"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})", 1) + "\x02",
       "load: a: element 1 is 2, no bool"},
  };
  for (const auto& each : files) {
    const auto& bytes = each.first;
    const auto& message = each.second;
    CAPTURE(message);
    OutputArchive before;
    before.write("x", int64_t(1));
    InputArchive archive = archive_of(bytes_of(before));
    CHECK_THROWS_WITH(archive.load_from(bytes.data(), bytes.size()), message);
    CHECK(archive.keys() == std::vector<std::string>{"x"});
  }
}

TEST_CASE("no cut and no changed byte of a file does harm") {
  OutputArchive out;
  out.write("weight", arange(6, kFloat).view({2, 3}));
  out.write("mask", tensor({true, false}));
  out.write("betas", std::vector<double>{0.9, 0.999});
  out.write("name", "net");
  const std::string good = bytes_of(out);
  for (size_t n = 0; n < good.size(); ++n) CHECK_THROWS_AS(archive_of(good.substr(0, n)), Error);
  for (size_t i = 0; i < good.size(); ++i)
    for (const int flip : {1, 4, 16, 128}) {
      std::string bad = good;
      bad[i] = char(bad[i] ^ flip);
      try {
        InputArchive in = archive_of(bad);
        for (const auto& key : in.keys()) {
          IValue v;
          in.try_read(key, v);
        }
      } catch (const Error&) {
      }
    }
}

TEST_CASE("a stream of unknown length is read without trust in its header") {
  struct Pipe : std::streambuf {  // cannot seek
    explicit Pipe(std::string s) : text(std::move(s)) {
      setg(text.data(), text.data(), text.data() + text.size());
    }
    std::string text;
  };
  OutputArchive out;
  out.write("x", arange(1000));
  Pipe good(bytes_of(out));
  std::istream stream(&good);
  InputArchive in;
  in.load_from(stream);
  Tensor x;
  in.read("x", x);
  CHECK(x.equal(arange(1000)));

  Pipe bad(
      file(R"({"a":{"dtype":"U8","shape":[100000000000],"data_offsets":[0,100000000000]}})", 5));
  std::istream liar(&bad);
  CHECK_THROWS_WITH(in.load_from(liar), "load: the file ends early");
}

TEST_CASE("keys are written once, and devices are the CPU") {
  OutputArchive out;
  out.write("a", int64_t(1));
  out.write("a", int64_t(2));
  CHECK_THROWS_WITH(bytes_of(out), "save: the key a was written twice");
  CHECK_THROWS_WITH(out.write("__metadata__", int64_t(1)),
                    "write: the key __metadata__ is the format's own");
  OutputArchive deep;
  deep.write("t", ones(std::vector<int64_t>(65, 1)));
  CHECK_THROWS_WITH(bytes_of(deep), "save: t has 65 dims, more than the 64 that are read again");
  OutputArchive bad;
  bad.write("\xff", int64_t(1));
  CHECK_THROWS_WITH(bytes_of(bad), "save: a name or string is not UTF-8");
  InputArchive in;
  const std::string empty = bytes_of(OutputArchive());
  CHECK_NOTHROW(in.load_from(empty.data(), empty.size(), Device("cpu")));
  CHECK_THROWS_WITH(in.load_from(empty.data(), empty.size(), Device("cuda")),
                    "load: there is no device cuda here");
}
