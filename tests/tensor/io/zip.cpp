// Zip archives: what is written is read again, and of damaged ones nothing comes but Error.
#include "tensor/io/zip.h"

#include <doctest/doctest.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "tensor/base/error.h"
#include "tests/temporary_directory.h"
#include "tests/tensor/io/damage.h"

using namespace gradus;
using namespace std::string_literals;
using test::message;

namespace {

struct Archive {
  std::string bytes;
  ZipWriter writer;
  explicit Archive(uint64_t most_in_32_bits = 0xfffffffe)
      : writer(
            "save",
            [this](const void* data, size_t n) { bytes.append(static_cast<const char*>(data), n); },
            most_in_32_bits) {}
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;
};

std::string small_archive() {
  Archive a;
  a.writer.store("one", {"hello ", "world"});
  a.writer.store("two/empty", {});
  a.writer.deflate("three", {std::string(1000, 'x'), "y"});
  a.writer.finish();
  return a.bytes;
}

ZipReader reader_of(const std::string& bytes) { return {"load", bytes.data(), bytes.size()}; }
void read_all(const ZipReader& zip) {
  for (const ZipEntry& e : zip.entries()) zip.read(e);
}
std::string why(const std::string& bytes) {
  return message([&] { read_all(reader_of(bytes)); });
}
// The bytes with a number in the place of what stands there.
template <class T>
std::string with(std::string bytes, size_t at, T v) {
  std::memcpy(bytes.data() + at, &v, sizeof v);
  return bytes;
}
// A record's place, the first after `from`.
size_t place(const std::string& bytes, const char* signature, size_t from = 0) {
  const size_t at = bytes.find("PK"s + signature, from);
  REQUIRE(at != bytes.npos);
  return at;
}
constexpr const char* local = "\3\4";
constexpr const char* entry = "\1\2";
constexpr const char* end = "\5\6";

}  // namespace

TEST_CASE("an archive that was written is read from memory, a file, a stream and a function") {
  const TemporaryDirectory folder;
  const std::string bytes = small_archive(), path = folder / "small.zip";
  std::ofstream(path, std::ios::binary) << bytes;
  std::stringstream stream;
  stream << "before" << bytes;
  stream.seekg(6);
  const ZipReader readers[] = {reader_of(bytes), ZipReader("load", path), ZipReader("load", stream),
                               ZipReader(
                                   "load",
                                   [&](uint64_t at, void* to, size_t n) {
                                     std::memcpy(to, bytes.data() + at, n);
                                     return n;
                                   },
                                   bytes.size())};
  for (const ZipReader& zip : readers) {
    REQUIRE(zip.entries().size() == 3);
    CHECK(zip.entries()[0].name == "one");
    CHECK(zip.entries()[1].name == "two/empty");
    CHECK(zip.read(zip.entries()[0]) == "hello world");
    CHECK(zip.read(zip.entries()[1]).empty());
    CHECK(zip.read(*zip.find("three")) == std::string(1000, 'x') + 'y');
    CHECK(zip.find("three")->packed_size < 30);
    CHECK_FALSE(zip.find("four"));
    CHECK(zip.size() == bytes.size());
    const uint64_t at = zip.data_at(zip.entries()[0]);
    CHECK(bytes.substr(at, 11) == "hello world");
  }
}

TEST_CASE("the content comes in pieces, and outlives the reader") {
  const std::string bytes = small_archive();
  auto zip = std::make_unique<ZipReader>("load", bytes.data(), bytes.size());
  ZipContent content = zip->open(*zip->find("three"));
  zip.reset();
  char piece[700];
  CHECK(content.read(piece, 700) == 700);
  CHECK(content.left() == 301);
  CHECK(content.read(piece, 700) == 301);
  CHECK(piece[299] == 'x');
  CHECK(piece[300] == 'y');
  CHECK(content.read(piece, 700) == 0);
  CHECK(message([&] { content.read_exactly(piece, 2); }) ==
        "load: three: its content ends 2 bytes too early");
}

TEST_CASE("stored content begins where it was asked to") {
  for (const size_t alignment : {1, 2, 64, 4096, 32768}) {
    CAPTURE(alignment);
    Archive a;
    for (const char* name : {"a", "bb", "a longer name", "b"})
      a.writer.store(name, {name}, alignment);
    a.writer.finish();
    const ZipReader zip = reader_of(a.bytes);
    for (const ZipEntry& e : zip.entries()) {
      CHECK(zip.data_at(e) % alignment == 0);
      CHECK(zip.read(e) == e.name);
    }
  }
  Archive a;
  CHECK(message([&] { a.writer.store("a", {}, 0); }) ==
        "save: an alignment from 1 to 32768, got 0");
  CHECK(message([&] { a.writer.deflate("a", {}, 10); }) == "save: a level from 1 to 9, got 10");
}

TEST_CASE("sizes and places beyond 32 bits have 64, and so has a count beyond 16") {
  Archive a(100);
  a.writer.store("small", {"1"});
  a.writer.store("large", {std::string(200, 'a')});
  a.writer.deflate("deflated", {std::string(300, 'b')});
  a.writer.finish();
  CHECK(a.bytes.find("PK\6\6") != a.bytes.npos);
  ZipReader zip = reader_of(a.bytes);
  CHECK(zip.read(*zip.find("small")) == "1");
  CHECK(zip.read(*zip.find("large")) == std::string(200, 'a'));
  CHECK(zip.read(*zip.find("deflated")) == std::string(300, 'b'));
  CHECK(zip.data_at(*zip.find("large")) % 64 == 0);

  Archive many;
  for (int i = 0; i < 65535; ++i) many.writer.store(std::to_string(i), {}, 1);
  many.writer.finish();
  CHECK(many.bytes.find("PK\6\6") != many.bytes.npos);
  CHECK(reader_of(many.bytes).entries().size() == 65535);
  CHECK(reader_of(many.bytes).find("65534"));
}

TEST_CASE("an empty archive, and one with a comment") {
  Archive a;
  a.writer.finish();
  CHECK(reader_of(a.bytes).entries().empty());
  const std::string bytes = small_archive();
  CHECK(reader_of(with(bytes, bytes.size() - 2, uint16_t(8)) + "PK\5\6 etc").entries().size() == 3);
}

TEST_CASE("names are words that are given once") {
  Archive a;
  a.writer.store("../../etc/passwd", {"1"});
  a.writer.store("/", {"2"});
  a.writer.store("", {"3"});
  a.writer.store("\xc3\xa9", {"4"});
  CHECK(message([&] { a.writer.store("/", {}); }) == "save: the name / was written twice");
  CHECK(message([&] { a.writer.deflate("\xff", {}); }) ==
        "save: the name of an entry is not UTF-8");
  CHECK(message([&] { a.writer.store("a\0b"s, {}); }) == "save: the name of an entry has a NUL");
  CHECK(message([&] { a.writer.store(std::string(65536, 'a'), {}); }) ==
        "save: a name of 65536 bytes, more than 65535");
  a.writer.finish();
  const ZipReader zip = reader_of(a.bytes);
  CHECK(zip.read(*zip.find("../../etc/passwd")) == "1");
  CHECK(zip.read(*zip.find("")) == "3");
  CHECK(zip.read(*zip.find("\xc3\xa9")) == "4");

  Archive two;
  two.writer.store("a", {});
  two.writer.store("b", {});
  two.writer.finish();
  const size_t second = place(two.bytes, entry, place(two.bytes, entry) + 4) + 46;
  CHECK(why(with(two.bytes, second, 'a')) == "load: a is there twice");
  CHECK(why(with(two.bytes, second, '\0')) == "load: the name of an entry has a NUL");
  CHECK(why(with(two.bytes, second, '\xff')) == "load: the name of an entry is not UTF-8");
}

TEST_CASE("every cut and every changed bit of an archive is found, or harms nothing") {
  const std::string bytes = small_archive();
  test::damage(bytes, [](const std::string& damaged) { read_all(reader_of(damaged)); });
  Archive wide(20);
  wide.writer.store("a", {std::string(30, 'a')}, 1);
  wide.writer.deflate("b", {std::string(30, 'b')});
  wide.writer.finish();
  test::damage(wide.bytes, [](const std::string& damaged) { read_all(reader_of(damaged)); });
}

TEST_CASE("a changed bit of the content does not fit its checksum") {
  const std::string bytes = small_archive();
  const size_t at = reader_of(bytes).data_at(reader_of(bytes).entries()[0]);
  const std::string changed = with(bytes, at, 'H');
  CHECK(why(changed) ==
        "load: one: the data are damaged: their checksum is 8bd69e52 and should be 0d4a1185");
  const ZipReader zip = reader_of(changed);
  CHECK(zip.read(zip.entries()[0], 100, /*check_crc=*/false) == "Hello world");
  CHECK(message([&] { zip.read(zip.entries()[2], 1000); }) ==
        "load: three has 1001 bytes, more than 1000");
}

TEST_CASE("what a directory claims is checked before it is believed") {
  Archive a;
  a.writer.store("one", {"hello world"});
  a.writer.store("two/empty", {});
  a.writer.finish();
  const std::string& bytes = a.bytes;
  const size_t first = place(bytes, entry), second = place(bytes, entry, first + 4),
               last = place(bytes, end);
  REQUIRE(first == 139 - 11);
  CHECK(why("") == "load: 0 bytes are no zip archive");
  CHECK(why(std::string(100, 'a')) == "load: no zip archive, or its end is missing");
  CHECK(why("front" + bytes) ==
        "load: a directory of 104 bytes at byte 128, which must end at byte 237");
  CHECK(why(with(bytes, last + 16, uint32_t(0xfffffff0))) ==
        "load: a directory of 104 bytes at byte 4294967280, which must end at byte 232");
  CHECK(why(with(with(bytes, last + 10, uint16_t(9999)), last + 8, uint16_t(9999))) ==
        "load: 9999 entries in a directory of 104 bytes");
  CHECK(why(with(with(bytes, last + 10, uint16_t(1)), last + 8, uint16_t(1))) ==
        "load: the directory goes on for 55 bytes after its 1 entries");
  CHECK(why(with(bytes, last + 4, uint16_t(1))) == "load: an archive of several disks");
  // Two entries of the same bytes.
  CHECK(why(with(bytes, second + 42, uint32_t(0))).ends_with("where something else begins"));
  CHECK(why(with(with(bytes, first + 20, uint32_t(100)), first + 24, uint32_t(100))) ==
        "load: one: 100 bytes from byte 0 on reach beyond byte 75, where something else begins");
  CHECK(why(with(bytes, first + 24, uint32_t(12))) ==
        "load: one: stored in 12 bytes, of which there are 11");
  CHECK(why(with(bytes, first + 42, uint32_t(0xfffffffe))) ==
        "load: one: 11 bytes from byte 4294967294 on reach beyond byte 128, where something else "
        "begins");
  CHECK(why(with(with(bytes, first + 10, uint16_t(12)), place(bytes, local) + 8, uint16_t(12))) ==
        "load: one is packed by method 12, neither stored (0) nor deflated (8)");
  CHECK(why(with(bytes, first + 8, uint16_t(1))) == "load: one is encrypted");
  // A local header that speaks of another entry.
  CHECK(why(with(bytes, place(bytes, local) + 30, 'O')) ==
        "load: one: its header at byte 0 is not what the directory says");
  CHECK(why(with(bytes, place(bytes, local) + 28, uint16_t(0xffff))) ==
        "load: one: 11 bytes from byte 65568 on reach beyond byte 75, where something else begins");
}

TEST_CASE("a bomb is told by what deflate cannot make of so many bytes") {
  const std::string bytes = small_archive();
  size_t third = place(bytes, entry);
  for (int i = 0; i < 2; ++i) third = place(bytes, entry, third + 4);
  CHECK(why(with(bytes, third + 24, uint32_t(0x7fffffff)))
            .starts_with("load: three: 2147483647 bytes cannot be deflated to "));
  CHECK(why(with(bytes, third + 24, uint32_t(1002))) ==
        "load: three: the data are damaged: they end too early");
  CHECK(why(with(bytes, third + 24, uint32_t(1000))) ==
        "load: three: the data are damaged: they go on beyond their size");
}

TEST_CASE("sizes near the end of 64 bits are no sizes") {
  Archive a(20);
  a.writer.store("a", {std::string(30, 'a')}, 1);
  a.writer.finish();
  const size_t field = place(a.bytes, entry) + 46 + 1 + 4, record = place(a.bytes, "\6\6");
  REQUIRE(reader_of(a.bytes).entries()[0].size == 30);
  const uint64_t huge = UINT64_MAX - 7;
  CHECK(why(with(with(a.bytes, field, huge), field + 8, huge)) ==
        "load: a: 18446744073709551608 bytes from byte 0 on reach beyond byte 81, where something "
        "else begins");
  CHECK(why(with(a.bytes, record + 48, huge)).starts_with("load: a directory of"));
  CHECK(why(with(a.bytes, record + 32, huge)).starts_with("load: 18446744073709551608 entries"));
  CHECK(why(with(a.bytes, record + 4, huge)).starts_with("load: the zip64 record has"));
  const size_t locator = place(a.bytes, "\6\7");
  CHECK(why(with(a.bytes, locator + 8, huge)) ==
        "load: the zip64 record at byte 18446744073709551608 is not within the archive");
}

TEST_CASE("a file that is not there, and a write that fails") {
  const TemporaryDirectory folder;
  const std::string path = folder / "none.zip";
  CHECK(message([&] { ZipReader("load_npz", path); }) ==
        "load_npz: cannot open " + path + ": No such file or directory");
  ZipWriter writer("save", [](const void*, size_t) { throw Error("save: no room"); });
  CHECK(message([&] { writer.store("a", {"1"}); }) == "save: no room");
}
