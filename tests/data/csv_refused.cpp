// What is wrong with CSV files and with the options for them is said, with the line.
#include <doctest/doctest.h>
#include <zlib.h>

#include <fstream>
#include <limits>
#include <sstream>

#include "data/csv.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using data::CSVOptions;

namespace {

std::string why(const std::string& bytes, const CSVOptions& options = {}) {
  std::istringstream in(bytes);
  return message([&] { data::read_csv(in, options); });
}

}  // namespace

TEST_CASE("what is wrong with a file is said with its name and line") {
  const TemporaryDirectory dir;
  const std::string path = dir / "x.csv";
  CHECK(message([&] { data::read_csv(path); }) ==
        "read_csv: cannot open " + path + ": No such file or directory");
  std::ofstream(path) << "a,b\n1,2\n3\n";
  CHECK(message([&] { data::read_csv(path); }) ==
        "read_csv: " + path + ": line 3 has 1 field, not 2");
  CHECK(message([&] { data::CSVReader(path).next(); }) ==
        "CSVReader: " + path + ": line 3 has 1 field, not 2");
  CHECK(why("a,b\n\"x\ny\",2\n\n3,4,5\n") == "read_csv: the stream: line 5 has 3 fields, not 2");
  CHECK(why("a,b\n1,\"two\nthree\n4\n") ==
        "read_csv: the stream: a quote that line 2 opens has no end");
  CHECK(why("") == "read_csv: the stream is empty");
  CHECK(why("a\n1\n", CSVOptions().header(2)) ==
        "read_csv: the stream has no line 2 with the names of columns");
  CHECK(why("", CSVOptions().header(std::nullopt)) ==
        "read_csv: the stream is empty, and no names are given");
  CHECK(why("\xFF\xFE"
            "a\n") == "read_csv: the stream is UTF-16, not UTF-8");
  CHECK(why("a\nx\\", CSVOptions().escapechar('\\')) ==
        "read_csv: the stream: line 2 ends with an escape");
  CHECK(why("a,b\n1,2\n\n", CSVOptions().skip_blank_lines(false)) ==
        "read_csv: the stream: line 3 has 1 field, not 2");
}

TEST_CASE("what does not fit a named type is said with its line and column") {
  const auto as = [](ScalarType t) { return CSVOptions().dtype({{"b", t}}); };
  CHECK(why("a,b\n1,2\n3,x\n", as(kLong)) ==
        "read_csv: the stream: line 3, column \"b\": \"x\" is no int64");
  CHECK(why("a,b\n1,2\n3,\n", as(kInt)) ==
        "read_csv: the stream: line 3, column \"b\": a value is missing, which int32 cannot say");
  CHECK(why("a,b\n1,256\n", as(kByte)) ==
        "read_csv: the stream: line 2, column \"b\": \"256\" is no uint8");
  CHECK(why("a,b\n1,1.0\n", as(kLong)) ==
        "read_csv: the stream: line 2, column \"b\": \"1.0\" is no int64");
  CHECK(why("a,b\n1,9223372036854775808\n", as(kLong)) ==
        "read_csv: the stream: line 2, column \"b\": \"9223372036854775808\" is no int64");
  CHECK(why("a,b\n1,2\n", as(kBool)) ==
        "read_csv: the stream: line 2, column \"b\": \"2\" is no bool");
  CHECK(why("a,b\n1,0x1p3\n", as(kDouble)) ==
        "read_csv: the stream: line 2, column \"b\": \"0x1p3\" is no float64");
  CHECK(why("a,b\n1,nan\n", as(kFloat).keep_default_na(false)) ==
        "read_csv: the stream: line 2, column \"b\": \"nan\" is no float32");
  CHECK(why("a,b\n1,\"\x1b[2J" + std::string(50, 'x') + "\"\n", as(kFloat)) ==
        "read_csv: the stream: line 2, column \"b\": \"?[2J" + std::string(36, 'x') +
            "...\" is no float32");
}

TEST_CASE("columns that are not there are said") {
  CHECK(why("a,b\n", CSVOptions().usecols({"c"})) == "read_csv: the stream has no column \"c\"");
  CHECK(why("a,b\n", CSVOptions().usecols({2})) ==
        "read_csv: the stream has no column 2, its columns are 0 .. 1");
  CHECK(why("a,b\n", CSVOptions().usecols({-1})) ==
        "read_csv: the stream has no column -1, its columns are 0 .. 1");
  CHECK(why("a,b\n", CSVOptions().dtype({{-1, kLong}})) ==
        "read_csv: the stream has no column -1, its columns are 0 .. 1");
  CHECK(why("a,\n", CSVOptions().usecols({std::numeric_limits<int64_t>::min()})) ==
        "read_csv: the stream has no column -9223372036854775808, its columns are 0 .. 1");
  CHECK(why("a,b\n", CSVOptions().dtype({{"c", kLong}})) ==
        "read_csv: the stream has no column \"c\"");
  CHECK(why("1,2\n", CSVOptions().names({"a"})) ==
        "read_csv: the stream: there are 1 names for 2 columns");
}

TEST_CASE("what a file may have is limited") {
  CHECK(why("a,b\n1,xxxxx\n", CSVOptions().max_field_bytes(4)) ==
        "read_csv: the stream: line 2: a field has more than 4 bytes");
  CHECK(why("a,b\n1,\"x\nxx\"\"x\"\n", CSVOptions().max_field_bytes(4)) ==
        "read_csv: the stream: line 2: a field has more than 4 bytes");
  // Without an end, of more than a piece of the file.
  CHECK(why("a,b\n1,2\n3,\"" + std::string(1 << 20, 'x'), CSVOptions().max_field_bytes(1000)) ==
        "read_csv: the stream: line 3: a field has more than 1000 bytes");
  CHECK(why("a,b\n1," + std::string(1 << 20, 'x'), CSVOptions().max_field_bytes(1000)) ==
        "read_csv: the stream: line 2: a field has more than 1000 bytes");
  CHECK(why("a,b,c\n", CSVOptions().max_columns(2)) ==
        "read_csv: the stream: line 1 has more than 2 fields");
  const std::string many(10000000, ',');
  CHECK(why(many + "\n") == "read_csv: the stream: line 1 has more than 65536 fields");
  CHECK(why("a,b\n1,2\n" + many) == "read_csv: the stream: line 3 has more than 65536 fields");
  // What is skipped has as many as it likes.
  std::istringstream skipped(many + "\"x\ny\"\na,b\n1,2\n");
  CHECK(data::read_csv(skipped, CSVOptions().skiprows(1)).columns() ==
        std::vector<std::string>{"a", "b"});
  CHECK(why(std::string(100, 'x'), CSVOptions().max_bytes(99)) ==
        "read_csv: the stream has more bytes than the limit of 99");
}

TEST_CASE("a packed file that holds too much, or is damaged, is refused") {
  const TemporaryDirectory dir;
  const std::string path = dir / "x.csv.gz", zeros = "a\n" + std::string(50 << 20, '\n');
  gzFile packed = gzopen(path.c_str(), "wb");
  gzwrite(packed, zeros.data(), unsigned(zeros.size()));
  gzclose(packed);
  CHECK(message([&] { data::read_csv(path, CSVOptions().max_bytes(1 << 20)); }) ==
        "read_csv: " + path + " has more bytes than the limit of 1048576");
  CHECK(message([&] { data::CSVReader(path, CSVOptions().max_bytes(1 << 20)).next(); }) ==
        "CSVReader: " + path + " has more bytes than the limit of 1048576");
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  std::ofstream(path, std::ios::binary) << bytes.str().substr(0, bytes.str().size() / 2);
  CHECK(message([&] {
          data::read_csv(path);
        }).starts_with("read_csv: " + path + ": the data are damaged: unexpected end of file"));
}

TEST_CASE("options that make no sense are refused") {
  CHECK(why("a", CSVOptions().sep('"')) == "read_csv: sep and quotechar are both '\"'");
  CHECK(why("a", CSVOptions().sep('\n')) == "read_csv: sep is the byte 10, which ends a line");
  CHECK(why("a", CSVOptions().sep('1')) == "read_csv: sep is the digit 1");
  CHECK(why("a", CSVOptions().comment(',')) == "read_csv: sep and comment are both ','");
  CHECK(why("a", CSVOptions().thousands('.')) == "read_csv: decimal and thousands are both '.'");
  CHECK(why("a", CSVOptions().thousands(',')) == "nothing was thrown");
  CHECK(why("a", CSVOptions().header(-2)) == "read_csv: header is -2, not -1 or more");
  CHECK(why("a", CSVOptions().nrows(-1)) == "read_csv: nrows is -1, not 0 or more");
  CHECK(why("a", CSVOptions().skiprows({1, -1})) == "read_csv: skiprows is -1, not 0 or more");
  CHECK(why("a", CSVOptions().chunksize(0)) == "read_csv: chunksize is 0, not 1 or more");
  CHECK(why("a", CSVOptions().float_dtype(kLong)) ==
        "read_csv: float_dtype is int64, not float32 or float64");
  CHECK(why("a", CSVOptions().dtype(kHalf)) == "read_csv: dtype float16 is no type of tensors");
  CHECK(why("a", CSVOptions().max_field_bytes(uint64_t(1) << 32)) ==
        "read_csv: max_field_bytes is 4294967296, not below 4294967296");
  std::istringstream in("a\n1\n");
  CHECK(message([&] { data::CSVReader(in).next(0); }) ==
        "CSVReader: the stream: 0 rows are asked for, not 1 or more");
}
