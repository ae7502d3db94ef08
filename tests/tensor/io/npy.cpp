// NumPy's files, as NumPy writes them and as nobody should.
#include "tensor/io/npy.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <sstream>
#include <thread>

#include "autograd/autograd.h"
#include "tensor/io/zip.h"
#include "tests/tensor/io/arrays.h"
#include "tests/tensor/io/damage.h"

using namespace gradus;
using namespace std::string_literals;
using test::BytesFile;
using test::message;

namespace {

// A file of version 1 with such a header.
std::string npy(const std::string& header, const std::string& data = "") {
  const auto length = uint16_t(header.size());
  return "\x93NUMPY\1\0"s + std::string(reinterpret_cast<const char*>(&length), 2) + header + data;
}
std::string header(const std::string& shape, const std::string& descr = "<f4") {
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
}
std::string why(const std::string& bytes) {
  const BytesFile file(bytes);
  const std::string text = message([&] { load_npy(file.path()); });
  const std::string begin = "load_npy: " + file.path() + ": ";
  return text.starts_with(begin) ? text.substr(begin.size()) : text;
}
std::string why_npz(const std::string& bytes) {
  const BytesFile file(bytes);
  const std::string text = message([&] { load_npz(file.path()); });
  const std::string begin = "load_npz: " + file.path() + ": ";
  return text.starts_with(begin) ? text.substr(begin.size()) : text;
}

}  // namespace

TEST_CASE("what NumPy wrote is read: types, byte orders, orders of dims, versions") {
  const std::string held = "'|b1' '|u1' '<i4' '<i8' '<f4' '<f8'";
  for (const test::Cell& row : test::array_rows("npy")) {
    CAPTURE(row[0].text);
    const BytesFile file(test::from_hex(row[1].text));
    const Tensor t = load_npy(file.path());
    CHECK(dtype_name(t.dtype()) == row[2].text);
    CHECK(t.sizes() == IntArrayRef(row[3].integers()));
    if (t.numel() > 0) CHECK(t.strides() == IntArrayRef(row[4].integers()));
    CHECK(test::has_values(t, row[5].numbers()));
    // Written again, it has the same bytes where the type is one that tensors have.
    const std::string bytes = test::from_hex(row[1].text);
    const bool kept = bytes[6] == 1 && t.numel() > 0 &&
                      held.find(bytes.substr(bytes.find("': '") + 3, 5)) != held.npos;
    std::ostringstream again;
    save_npy(t, again);
    if (kept) CHECK(again.str() == bytes);
  }
}

TEST_CASE("what no tensor holds is refused by its name") {
  for (const test::Cell& row : test::array_rows("refused")) {
    CAPTURE(row[0].text);
    CHECK(why(test::from_hex(row[1].text)) == row[2].text);
  }
  CHECK(why(npy(header("(1,)", "|b1"), "\2")) == "element 0 is 2, no bool");
  CHECK(why(npy(header("(1,)", "|V2"), "ab")) ==
        "elements of type '|V2' (bytes without a type), which no tensor holds");
  CHECK(why(npy(header("(1,)", ""), "ab")) ==
        "elements of type '' (an unknown type), which no tensor holds");
  CHECK(why(npy(header("(1,)", "<f4x"), "ab")) ==
        "elements of type '<f4x' (numbers of another size), which no tensor holds");
}

TEST_CASE("archives that NumPy wrote are read, whole and array by array") {
  for (const test::Cell& row : test::array_rows("npz")) {
    CAPTURE(row[0].text);
    const BytesFile file(test::from_hex(row[1].text));
    const NamedTensors all = load_npz(file.path());
    NpzFile lazy(file.path());
    REQUIRE(all.size() == row[2].size());
    for (size_t i = 0; i < all.size(); ++i) {
      const test::Cell& want = row[2][i];
      CHECK(all[i].first == want[0].text);
      CHECK(lazy.keys()[i] == want[0].text);
      CHECK(lazy.contains(want[0].text));
      const Tensor t = lazy[want[0].text];
      CHECK(t.equal(all[i].second));
      CHECK(dtype_name(t.dtype()) == want[1].text);
      CHECK(t.sizes() == IntArrayRef(want[2].integers()));
      CHECK(test::has_values(t, want[3].numbers()));
    }
    CHECK_FALSE(lazy.contains("z"));
    CHECK(message([&] { lazy["z"]; }) == "load_npz: " + file.path() + ": there is no array z");
  }
}

TEST_CASE("an archive keeps names and order, and strides of either order") {
  const BytesFile file;
  for (const bool compressed : {false, true}) {
    const NamedTensors all = {{"b", arange(6, kFloat).reshape({2, 3}).t()},
                              {"../a", ones({2}, kBool)},
                              {"", arange(100000)},
                              {"\xc3\xa9", zeros({3, 0})}};
    save_npz(all, file.path(), compressed);
    const NamedTensors found = load_npz(file.path());
    REQUIRE(found.size() == 4);
    for (size_t i = 0; i < 4; ++i) {
      CHECK(found[i].first == all[i].first);
      CHECK(found[i].second.equal(all[i].second));
      if (i != 3) CHECK(found[i].second.strides() == all[i].second.strides());
    }
  }
  // Stored elements can be mapped: they are aligned.
  save_npz({{"x", ones({5})}}, file.path());
  const std::string bytes = test::content_of(file.path());
  CHECK(bytes.find("\0\0\x80?\0\0\x80?"s) % 64 == 0);
}

TEST_CASE("a save that is refused leaves the file as it was") {
  const BytesFile file("old");
  CHECK(message([&] { save_npy(Tensor(), file.path()); }) == "save_npy: an undefined tensor");
  CHECK(message([&] {
          save_npz({{"a", ones({1})}, {"a", ones({1})}}, file.path());
        }) == "save_npz: the name a.npy was written twice");
  CHECK(message([&] {
          save_npz({{"a", ones({1})}, {"b", Tensor()}}, file.path());
        }) == "save_npz: b: an undefined tensor");
  CHECK(message([&] {
          save_npz({{"a\0b"s, ones({1})}}, file.path());
        }) == "save_npz: the name of an entry has a NUL");
  CHECK(test::content_of(file.path()) == "old");
  const std::string none = file.path() + "/none";
  CHECK(message([&] { save_npy(ones({1}), none); }) ==
        "save_npy: cannot open " + none + ": Not a directory");
  CHECK(message([&] { load_npy(none); }) == "load_npy: cannot open " + none + ": Not a directory");
}

TEST_CASE("headers that are not NumPy's") {
  CHECK(why("") == "no NumPy array");
  CHECK(why("\x93NUMPY") == "the file ends within its first bytes");
  CHECK(why("PK\3\4") == "no NumPy array but a zip archive");
  CHECK(why("\x93NUMPY\4\0v\0"s) == "version 4.0 of the layout, not one of 1.0, 2.0 and 3.0");
  CHECK(why("\x93NUMPY\1\0\xff\xff{}"s) == "a header of 65535 bytes, of which there are 2");
  CHECK(why("\x93NUMPY\2\0\xff\xff\xff\xff{}"s) ==
        "a header of 4294967295 bytes, of which there are 2");
  CHECK(why("\x93NUMPY\2\0\1\0\1\0"s + std::string(65537, ' ')) ==
        "a header of 65537 bytes, more than an array of numbers needs");
  for (const char* text :
       {"", "{", "{}x", "[]", "{'descr'}", "{'descr': <f4}", "{'shape': (3)}", "{'shape': (-1,)}",
        "{'shape': (1 2)}", "{'shape': 3}", "{'shape': (,)}", "{'fortran_order': 1}",
        "{'descr': '<f\\x34'}", "{'descr': '<f4'; }", "{'descr' '<f4'}"}) {
    CAPTURE(text);
    CHECK(why(npy(text)).starts_with("the header is not NumPy's at byte "));
  }
  CHECK(why(npy("{'shape': (1,), 'shape': (1,)}")) == "the header has shape twice");
  CHECK(why(npy("{'size': (1,)}")) == "the header has an unknown key");
  CHECK(why(npy("{}")) == "the header has no descr, fortran_order or shape");
  CHECK(why(npy("{'shape': (1,), 'descr': '<f4'}")) ==
        "the header has no descr, fortran_order or shape");
  // What older versions wrote.
  const BytesFile file(
      npy("{\"shape\":(1L,),\"fortran_order\":False,\"descr\":\"<f4\"}", "\0\0\x80?"s));
  CHECK(load_npy(file.path()).equal(ones({1})));
}

TEST_CASE("shapes are compared with the bytes that are there, before memory is taken") {
  CHECK(why(npy(header("(3,)"), "abcdefgh")) == "shape [3] needs 12 bytes, and there are 8");
  CHECK(why(npy(header("(1,)"), "abcdefgh")) == "shape [1] needs 4 bytes, and there are 8");
  CHECK(why(npy(header("(1000000000000,)"))) ==
        "shape [1000000000000] needs 4000000000000 bytes, and there are 0");
  for (const char* shape : {"(9223372036854775807,)", "(4294967296, 4294967296)",
                            "(0, 9223372036854775807, 9223372036854775807)"})
    CHECK(why(npy(header(shape))).ends_with(" is too large"));
  CHECK(why(npy(header("(18446744073709551616,)"))) == "its shape is too large");
  std::string dims = "(";
  for (int i = 0; i < 65; ++i) dims += "1,";
  CHECK(why(npy(header(dims + ")"), "abcd")) == "its shape is too large");
  // The last that there is room for.
  const BytesFile file(npy(header(dims.substr(0, 129) + ")"), "\0\0\x80?"s));
  CHECK(load_npy(file.path()).dim() == 64);
}

TEST_CASE("a pipe, whose length nobody knows, is read too") {
  const BytesFile file;
  const std::string pipe = file.path() + ".pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  const auto send = [&](const std::string& bytes) {
    return std::thread([&pipe, bytes] { std::ofstream(pipe, std::ios::binary) << bytes; });
  };
  std::thread writer = send(npy(header("(2, 1)", ">i2"), "\1\2\3\4"));
  CHECK(test::has_values(load_npy(pipe), {258, 772}));
  writer.join();
  writer = send(npy(header("(1000000000000,)"), "abcd"));
  CHECK(message([&] { load_npy(pipe); }).ends_with("within its data"));
  writer.join();
  save_npz({{"x", ones({3})}}, file.path());
  writer = send(test::content_of(file.path()));
  CHECK(load_npz(pipe)[0].second.equal(ones({3})));
  writer.join();
  std::thread reader([&] { file.write(test::content_of(pipe)); });
  save_npy(ones({3}), pipe);
  reader.join();
  CHECK(load_npy(file.path()).equal(ones({3})));
}

TEST_CASE("every cut and every changed bit of an array is found, or harms nothing") {
  for (const Tensor& t : {arange(3, kInt), arange(4).reshape({2, 2}).t(), ones({2}, kBool)}) {
    std::ostringstream whole;
    save_npy(t, whole);
    test::damage(whole.str(), [](const std::string& bytes) {
      std::istringstream stream(bytes);
      load_npy(stream);
    });
  }
}

TEST_CASE("every cut and every changed bit of an archive of arrays is found, or harms nothing") {
  for (const bool compressed : {false, true}) {
    std::ostringstream whole;
    save_npz({{"x", ones({2, 3})}, {"y", arange(2)}}, whole, compressed);
    test::damage(whole.str(), [](const std::string& bytes) {
      std::istringstream stream(bytes);
      load_npz(stream);
    });
  }
}

TEST_CASE("arrays follow each other in a stream, and an archive ends it") {
  std::stringstream stream;
  stream << "abc";
  save_npy(ones({2}), stream);
  save_npy(arange(3), stream);
  save_npz({{"x", zeros({1})}}, stream);
  stream.seekg(3);
  CHECK(load_npy(stream).equal(ones({2})));
  CHECK(load_npy(stream).equal(arange(3)));
  CHECK(load_npz(stream)[0].second.equal(zeros({1})));
  stream.seekg(0);
  CHECK(message([&] { load_npy(stream); }) == "load_npy: no NumPy array");
  stream.setstate(std::ios::badbit);
  CHECK(message([&] { load_npy(stream); }) == "load_npy: the stream is not readable");
  CHECK(message([&] { load_npz(stream); }) == "load_npz: the stream is not readable");
  CHECK(message([&] { save_npy(ones({2}), stream); }) == "save_npy: cannot write to the stream");
}

TEST_CASE("an archive's sizes must be those of its arrays, and its bytes of the checksum") {
  const auto archive = [](const std::string& content, const char* name = "x.npy") {
    std::string bytes;
    ZipWriter zip("save", [&](const void* data, size_t n) {
      bytes.append(static_cast<const char*>(data), n);
    });
    zip.deflate(name, {content});
    zip.finish();
    return bytes;
  };
  const std::string four = "\0\0\x80?"s;
  CHECK(why_npz(archive(npy(header("(1,)"), four))) == "nothing was thrown");
  CHECK(why_npz(archive("text", "readme.txt")) == "nothing was thrown");
  CHECK(why_npz(archive(npy(header("(2,)"), four))) ==
        "x: shape [2] needs 8 bytes, and there are 4");
  CHECK(why_npz(archive(npy(header("(1,)"), four + four))) ==
        "x: shape [1] needs 4 bytes, and there are 8");
  CHECK(why_npz(archive("text")) == "x: no NumPy array");
  CHECK(why_npz(archive("")) == "x: no NumPy array");
  const BytesFile file;
  save_npz({{"x", ones({1})}}, file.path());
  std::string bytes = test::content_of(file.path());
  bytes[bytes.find(four)] ^= 1;
  CHECK(why_npz(bytes).starts_with("x.npy: the data are damaged: their checksum is "));
  CHECK(why_npz("text") == "4 bytes are no zip archive");
}
