#include "monitor/events/event_reader.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "monitor/events/crc32c.h"
#include "monitor/events/summary_writer.h"
#include "monitor/events/wire.h"
#include "tensor/io/utf8.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using monitor::read_scalars;
using monitor::detail::Message;
namespace fs = std::filesystem;

namespace {

std::string record(const std::string& data) {
  std::string out;
  monitor::detail::append_little_endian(out, data.size(), 8);
  monitor::detail::append_little_endian(out, monitor::detail::masked_crc32c(out), 4);
  out += data;
  monitor::detail::append_little_endian(out, monitor::detail::masked_crc32c(data), 4);
  return out;
}

// An event with a scalar.
std::string scalar(const std::string& tag, float value, int64_t step) {
  const Message v = Message().text(1, tag).always_real32(2, value);
  return record(Message().real(1, 5.5).number(2, step).message(5, Message().message(1, v)).bytes());
}

struct Written : TemporaryDirectory {
  std::string file = path / "events.out.tfevents.1";
  std::string write(const std::string& bytes) const {
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }
  std::string told(const std::string& bytes) const {
    write(bytes);
    std::string text = message([&] { read_scalars(file); });
    const std::string start = "read_scalars: " + file + ": ";
    return text.starts_with(start) ? text.substr(start.size()) : text;
  }
};

}  // namespace

TEST_CASE("crc32c: the values of RFC 3720") {
  using monitor::detail::crc32c;
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43);
  CHECK(crc32c("123456789") == 0xe3069283);
}

TEST_CASE("wire: what is UTF-8 is told from what is not") {
  for (const char* good : {"", "abc", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                           "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80"})
    CHECK(find_no_utf8(good) == std::string::npos);
  for (const char* bad :
       {"a\x80", "a\xc0\x80", "a\xc1\xbf", "a\xe0\x9f\xbf", "a\xed\xa0\x80", "a\xf0\x8f\xbf\xbf",
        "a\xf4\x90\x80\x80", "a\xf5\x80\x80\x80", "a\xe2\x82", "a\xc3(", "a\xff"})
    CHECK(find_no_utf8(bad) == 1);
}

TEST_CASE("read_scalars: what a writer wrote comes back, of either style") {
  const TemporaryDirectory folder;
  monitor::SummaryWriter w(folder / "run");
  for (int i = 0; i < 30; ++i) {
    w.add_scalar("loss", 1.0 / (i + 1), i, 100.0 + i);
    w.add_scalar("new", i / 4.0, i, {}, true);
    w.add_scalar("double", 0.1, -i, {}, true, true);
    w.add_text("note", "text");
    w.add_histogram("h", arange(5));
  }
  w.flush();
  const auto curves = read_scalars(folder / "run");
  REQUIRE(curves.size() == 3);
  const monitor::ScalarSeries& loss = curves.at("loss");
  REQUIRE(loss.steps.size() == 30);
  for (int i = 0; i < 30; ++i) {
    CHECK(loss.steps[i] == i);
    CHECK(loss.values[i] == double(float(1.0 / (i + 1))));
    CHECK(loss.wall_times[i] == 100.0 + i);
    CHECK(curves.at("new").values[i] == i / 4.0);
    CHECK(curves.at("double").values[i] == 0.1);
    CHECK(curves.at("double").steps[i] == -i);
  }
}

TEST_CASE("read_scalars: a run that goes on from a step drops what came after it") {
  const TemporaryDirectory folder;
  for (int part = 0; part < 2; ++part) {
    auto options = monitor::SummaryWriterOptions().clock([part] { return 1e9 + part; });
    if (part == 1) options.purge_step(3);
    monitor::SummaryWriter w(folder / "run", options);
    for (int i = part * 3; i < part * 3 + 5; ++i) w.add_scalar("x", i + 0.5 * part, i);
  }
  const auto x = read_scalars(folder / "run").at("x");
  CHECK(x.steps == std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(x.values == Values{0, 1, 2, 3.5, 4.5, 5.5, 6.5, 7.5});
}

TEST_CASE("read_scalars: files come in the order of the numbers in their names") {
  const Written w;
  const std::vector<const char*> names = {
      "events.out.tfevents.0000000009.host.77.9",    "events.out.tfevents.0000000010.host.9.9",
      "events.out.tfevents.0000000010.host.77.9",    "events.out.tfevents.0000000010.host.77.10",
      "events.out.tfevents.0000000010.host.77.10.x", "events.out.tfevents.0000000100.host.1.1"};
  Values expected;
  for (size_t i = 0; i < names.size(); ++i) {
    expected.push_back(double(i));
    std::ofstream(w.path / names[i], std::ios::binary) << scalar("x", float(i), 1);
  }
  CHECK(read_scalars(w.path.string()).at("x").values == expected);
}

TEST_CASE("read_scalars: a cut record at the end is left out, wherever it is cut") {
  const Written w;
  const std::string one = scalar("x", 1, 1), two = scalar("x", 2, 2);
  for (size_t cut = 0; cut < two.size(); ++cut)
    CHECK(read_scalars(w.write(one + two.substr(0, cut))).at("x").values == Values{1});
  CHECK(read_scalars(w.write(one + two)).at("x").values == Values{1, 2});
  CHECK(read_scalars(w.write("")).empty());
}

TEST_CASE("read_scalars: a damaged file is told, byte by byte") {
  const Written w;
  const std::string one = scalar("x", 1, 1), two = scalar("x", 2, 2);
  for (size_t at = 0; at < two.size(); ++at) {
    std::string bytes = one + two;
    bytes[one.size() + at] = char(bytes[one.size() + at] ^ 0x40);
    const std::string where = ", in the record at byte " + std::to_string(one.size());
    CHECK(w.told(bytes) == (at < 12 ? "the checksum of a length is wrong" + where
                                    : "the checksum of an event is wrong" + where));
  }
  for (const std::string& bad :
       {std::string("\x0a"), std::string("\x0a\x05"), std::string("\x0b"), std::string("\xff", 1),
        std::string(11, '\xff'), std::string("\x09\x01"), std::string("\x2a\x02\x0a\x09"),
        std::string("\x2a\x04\x0a\x02\x0a\x07"), std::string("\x3a\x01\x08")})
    CHECK(w.told(record(bad)) == "an event is no message, in the record at byte 0");
}

TEST_CASE("read_scalars: what is no event file is told") {
  const Written w;
  CHECK(message([&] { read_scalars(w / "none"); }) ==
        "read_scalars: cannot open " + w / "none" + ": No such file or directory");
  CHECK(message([&] { read_scalars(w.path.string()); }) ==
        "read_scalars: the folder " + w.path.string() + " has no event files");
  CHECK(w.told("name,value and so on") ==
        "the checksum of a length is wrong, in the record at byte 0");
  // Too short for a record: a length that no first event has.
  const std::string what = "it does not begin as an event file, in the record at byte 0";
  for (const char* bytes : {"hi", "loss,step", "hello world"}) CHECK(w.told(bytes) == what);
  const std::string one = scalar("x", 1, 1);
  for (size_t bytes = 0; bytes < one.size(); ++bytes)
    CHECK(read_scalars(w.write(one.substr(0, bytes))).empty());
  std::string head;
  monitor::detail::append_little_endian(head, uint64_t(1) << 40, 8);
  monitor::detail::append_little_endian(head, monitor::detail::masked_crc32c(head), 4);
  CHECK(w.told(head + "x") == "an event is longer than any, in the record at byte 0");
}

TEST_CASE("read_scalars: a folder with an event file's name is none") {
  const TemporaryDirectory folder;
  monitor::SummaryWriter w(folder / "run");
  w.add_scalars("events.out.tfevents", {{"a", 1}}, 1);
  w.add_scalar("x", 2, 2);
  w.close();
  REQUIRE(fs::is_directory(folder / "run/events.out.tfevents_a"));
  CHECK(read_scalars(folder / "run").size() == 1);
  fs::create_directories(folder / "none/a.tfevents");
  CHECK(message([&] { read_scalars(folder / "none"); }) ==
        "read_scalars: the folder " + folder / "none" + " has no event files");
}
