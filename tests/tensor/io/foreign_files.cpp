// Files that others wrote: safetensors with any metadata, and files that are something else.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "autograd/factories.h"
#include "tensor/io/npy.h"
#include "tensor/io/pickle.h"
#include "tensor/io/serialize.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using serialize::InputArchive;
using namespace std::string_literals;

namespace {

std::string file(const std::string& header, const std::string& data) {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
}
InputArchive archive_of(const std::string& bytes) {
  InputArchive archive;
  archive.load_from(bytes.data(), bytes.size());
  return archive;
}
std::string why(const std::string& bytes) {
  try {
    archive_of(bytes);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}
const std::string one_and_half = "\0\0\xc0\x3f"s;

}  // namespace

TEST_CASE("any text may stand in a file's metadata") {
  for (const char* text : {"[1,]", "[1, ]", "[1,  ]", "[,]", "[,1]", "[1,,2]", "[ ]", "[1 ,2]", "-",
                           "+5", "[", "]", "0x10"}) {
    CAPTURE(text);
    InputArchive in =
        archive_of(file(R"({"__metadata__":{"m":")"s + text +
                            R"("},"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                        one_and_half));
    IValue v;
    in.read("m", v);
    CHECK(v.toStringRef() == text);
    Tensor t;
    in.read("t", t);
    CHECK(t.equal(full({1}, 1.5)));
  }
  InputArchive in =
      archive_of(file(R"({"__metadata__":{"a":"[1,2,  3]","b":"[]","c":"[1, 2.5]"}})", ""));
  IValue v;
  in.read("a", v);
  CHECK(v.toIntVector() == std::vector<int64_t>{1, 2, 3});
  in.read("b", v);
  CHECK(v.toIntVector().empty());
  in.read("c", v);
  CHECK(v.toDoubleVector() == std::vector<double>{1, 2.5});
}

TEST_CASE("a tensor hides a text of its name") {
  InputArchive in = archive_of(file(R"({"__metadata__":{"t":"trained on digits","u":"1"},)"
                                    R"("t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                                    one_and_half));
  CHECK(in.keys() == std::vector<std::string>{"t", "u"});
  Tensor t;
  in.read("t", t);
  CHECK(t.equal(full({1}, 1.5)));
  IValue v;
  in.read("t", v);
  CHECK(v.isTensor());
}

TEST_CASE("names are found whatever their order, and parts of names are no names") {
  serialize::OutputArchive out;
  for (const char* name : {"b.c", "a", "b", "b.c.d", "b-c", "b0", ""})
    out.write(name, std::string(name));
  std::ostringstream bytes;
  out.save_to(bytes);
  InputArchive in = archive_of(bytes.str()), b, c;
  CHECK(in.keys() == std::vector<std::string>{"b", "a", "b-c", "b0", ""});
  IValue v;
  for (const char* name : {"b.c", "a", "b", "b.c.d", "b-c", "b0", ""}) {
    in.read(name, v);
    CHECK(v.toStringRef() == name);
  }
  CHECK(in.try_read("b", b));
  CHECK(b.keys() == std::vector<std::string>{"c"});
  CHECK(b.try_read("c", c));
  CHECK(c.keys() == std::vector<std::string>{"d"});
  CHECK_FALSE(in.try_read("a", c));
  CHECK_FALSE(in.try_read("b.", v));
  CHECK_FALSE(in.try_read("c", v));
}

TEST_CASE("a file of another kind is told by its name, with what to do") {
  const std::string torch_save = ": torch_load reads it, unless it is TorchScript's";
  const std::string pytorch =
      ": in Python, safetensors.torch.save_file(torch.load(old), new) writes its state dict anew";
  const auto zip = [](const std::string& member) {
    return "PK\3\4"s + std::string(22, '\0') + char(member.size()) + "\0\0\0"s + member + "content";
  };
  const std::pair<std::string, std::string> kinds[] = {
      {zip("net/data.pkl"), "a PyTorch file (torch.save, in Python or libtorch)" + torch_save},
      {zip("archive/constants.pkl"),
       "a PyTorch file (torch.save, in Python or libtorch)" + torch_save},
      {zip("weight.npy"),
       "an archive of NumPy arrays (.npz): load_npz of tensor/io/npy.h reads it"},
      {zip("word/document.xml"), "a zip archive: unpack it first"},
      {"PK\3\4", "a zip archive: unpack it first"},
      {"\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.",
       "a PyTorch file of before 1.6 (torch.save)" + pytorch},
      {"\x80\x04\x95\x20\0\0\0\0\0\0\0}"s, "a Python pickle" + pytorch},
      {"\x93NUMPY\x01\0v\0{'descr': '<f4'}"s,
       "a NumPy array (.npy): load_npy of tensor/io/npy.h reads it"},
      {"\x89HDF\r\n\x1a\n\0\0\0\0"s,
       "an HDF5 file, as Keras writes: in Python, read its arrays with h5py and write them with "
       "safetensors.numpy.save_file"},
      {"\x1f\x8b\x08\0\0\0\0\0\0\x03"s, "a gzip file: unpack it first"},
      {"\x1f\x8b\x08\0\0\0\0\0"s + std::string(600000, 'x'), "a gzip file: unpack it first"},
      {"\x08\x07\x12\x07pytorch\x1a\x05"s,
       "an ONNX model: in Python, read its initializers with onnx.numpy_helper.to_array and write "
       "them with safetensors.numpy.save_file"},
      {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s, "a PNG picture"},
      {"\xff\xd8\xff\xe0\0\x10JFIF"s, "a JPEG picture"},
      {"<!DOCTYPE html>\n<html>", "a web page"},
      {"<HTML><body>404", "a web page"},
      {"version https://git-lfs.github.com/spec/v1\noid",
       "a pointer of Git LFS: fetch the file with `git lfs pull`"},
      {std::string(257, 'n') + "ustar", "a tar archive: unpack it first"},
      {"{\"weights\": [1, 2]}", "JSON text"},
      {"\0\0\x08\x03\0\0\0\x01\0\0\0\x1c"s, "an IDX file, as MNIST's: data::read_idx reads it"},
      {"GGUF\3\0\0\0\0\0\0\0"s, "a GGUF file, as llama.cpp reads"},
  };
  for (const auto& [bytes, kind] : kinds) {
    CHECK(why(bytes) == "load: not a safetensors file but " + kind);
    std::istringstream stream(bytes);
    InputArchive in;
    CHECK_THROWS_WITH(in.load_from(stream), ("load: not a safetensors file but " + kind).c_str());
  }
  // A cut or a changed safetensors file is none of them.
  CHECK(why(file(R"({"__metadata__":{"a":"b"}})", "").substr(0, 20)) ==
        "load: a header of 26 bytes in a file of 20");
}

TEST_CASE("a stream at its end gives its last archive again") {
  std::stringstream s;
  save(ones({2}), s);
  Tensor a, b, c, d;
  load(a, s);
  load(b, s);
  CHECK(a.equal(ones({2})));
  CHECK(b.equal(ones({2})));
  save(zeros({3}), s);
  load(c, s);  // what follows comes first
  load(d, s);
  CHECK(c.equal(zeros({3})));
  CHECK(d.equal(zeros({3})));
  s.peek();  // at the end
  load(d, s);
  CHECK(d.equal(zeros({3})));
  std::stringstream at_end(s.str(), std::ios::in | std::ios::ate);
  load(d, at_end);  // no archive was read from it yet: from the beginning
  CHECK(d.equal(ones({2})));
  std::stringstream nothing;
  CHECK_THROWS_WITH(load(d, nothing), "load: 0 bytes are no archive");
}

TEST_CASE("a file's name with a NUL names no shorter one") {
  const TemporaryDirectory dir;
  const std::string name = std::string(dir / "x") + '\0' + ".npy";
  std::ofstream(dir / "x") << "old";
  const auto refused = [&](const auto& f) {
    return message(f).ends_with(": a NUL is in the name of the file that begins with " +
                                (dir / "x"));
  };
  CHECK(refused([&] { load_npy(name); }));
  CHECK(refused([&] { save_npy(ones({1}), name); }));
  CHECK(refused([&] { save(ones({1}), name); }));
  CHECK(refused([&] { torch_load(name); }));
  std::ostringstream bytes;
  bytes << std::ifstream(dir / "x").rdbuf();
  CHECK(bytes.str() == "old");
}

TEST_CASE("an error names the beginning of a long name") {
  const std::string name(1 << 20, 'n');
  CHECK(why(file("{\"" + name + R"(":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})",
                 "12345678"s)) ==
        "load: " + std::string(100, 'n') + "...: bytes differ, 12 of shape and 8 in the file");
  CHECK(why(file(R"({"a":{"dtype":")" + name + R"(","shape":[1],"data_offsets":[0,8]}})",
                 "12345678"s)) ==
        "load: a: there is no element type " + std::string(100, 'n') + "... here");
  std::istringstream array("\x93NUMPY\2\0"s + "\x20\x10\0\0"s + "{'descr': '" +
                           std::string(4117, 'f') + "'");
  CHECK(message([&] { load_npy(array); }).size() < 250);
}
