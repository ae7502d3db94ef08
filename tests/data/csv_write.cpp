// Tables that are written and read back, and rows that are appended.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "autograd/ops/random/random.h"
#include "data/csv.h"
#include "tests/named_pipe.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using data::CSVOptions;
using data::CSVWriteOptions;
using data::CSVWriter;
using data::Table;
using Texts = std::vector<std::string>;

namespace {

std::string content(const std::string& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

}  // namespace

TEST_CASE("what is written reads back as the same") {
  const TemporaryDirectory dir;
  const std::string path = dir / "x.csv";
  manual_seed(1);
  const Tensor bits = randint(std::numeric_limits<int64_t>::min(),
                              std::numeric_limits<int64_t>::max(), {2000}, kLong);
  Tensor doubles = empty({2000}, kDouble), floats = empty({2000});
  for (int64_t i = 0; i < 2000; ++i) {
    std::memcpy(doubles.data_ptr<double>() + i, bits.data_ptr<int64_t>() + i, 8);
    std::memcpy(floats.data_ptr<float>() + i, bits.data_ptr<int64_t>() + i, 4);
  }
  Table table({{"bits", bits}, {"double", doubles}, {"float", floats}, {"whole", floats.round()}});
  Texts texts;
  const char* const parts[] = {",", "\"", "\n", "\r", "x", " ", "é", ";"};
  for (int64_t i = 0; i < 2000; ++i) {
    texts.push_back("t");
    for (uint64_t b = uint64_t(bits.data_ptr<int64_t>()[i]); b % 16 > 0; b >>= 4)
      texts.back() += parts[b % 8];
  }
  table.set("text\n1", texts);
  for (const char* const end : {"\n", "\r\n"})
    for (const bool all : {false, true}) {
      data::write_csv(table, path, CSVWriteOptions().lineterminator(end).quote_all(all));
      const Table back = data::read_csv(
          path, CSVOptions().dtype({{"float", kFloat}, {"whole", kFloat}, {"double", kDouble}}));
      CHECK(back.columns() == table.columns());
      for (const char* const column : {"bits", "double", "float", "whole"}) {
        const Tensor &a = table.tensor(column), &b = back.tensor(column);
        REQUIRE(a.dtype() == b.dtype());
        CHECK(a.equal(a) == b.equal(b));
        CHECK(((a == b) | (a != a)).all().item<bool>());
      }
      CHECK(back.text("text\n1") == texts);
    }
  // A column of whole numbers stays floating.
  data::write_csv({{"x", tensor({1.f, -0.f, 1e20f})}}, path);
  CHECK(content(path) == "x\n1.0\n-0.0\n1e+20\n");
}

TEST_CASE("a line of nothing is seen") {
  const TemporaryDirectory dir;
  const std::string path = dir / "x.csv";
  Table table;
  table.set("", {"", "x", "  "}, {true, false, false});
  data::write_csv(table, path);
  CHECK(content(path) == "\"\"\n\"\"\nx\n\"  \"\n");
  const Table back = data::read_csv(path);
  CHECK(back.columns() == Texts{"Unnamed: 0"});
  CHECK(back.text("Unnamed: 0") == Texts{"", "x", "  "});
  CHECK(values(back.isna("Unnamed: 0")) == Values{1, 0, 0});
  data::write_csv(Table(), path);
  CHECK(content(path) == "");
}

TEST_CASE("a table that cannot be written leaves the old file") {
  const TemporaryDirectory dir;
  const std::string path = dir / "x.csv";
  std::ofstream(path) << "old";
  const Table table({{"x", tensor({1.f})}});
  CHECK(message([&] { data::write_csv(table, path, CSVWriteOptions().sep('"')); }) ==
        "write_csv: quotechar and another are both '\"'");
  CHECK(message([&] { data::write_csv(table, path, CSVWriteOptions().sep('\n')); }) ==
        "write_csv: the byte 10 is no separator, quote or point");
  CHECK(message([&] { data::write_csv(table, path, CSVWriteOptions().lineterminator("x")); }) ==
        "write_csv: lineterminator is neither \\n nor \\r\\n");
  CHECK(content(path) == "old");
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path), {}) == 1);
  CHECK_THROWS_AS(data::write_csv(table, dir / "none/x.csv"), Error);
}

TEST_CASE("rows are appended, each seen at once") {
  const TemporaryDirectory dir;
  const std::string path = dir / "log.csv";
  std::ofstream(path) << "old\n";
  CSVWriter log(path);
  CHECK(content(path) == "");
  log.write({{"epoch", 1}, {"loss", 0.25}, {"note", "a,b"}, {"best", true}});
  CHECK(content(path) == "epoch,loss,note,best\n1,0.25,\"a,b\",True\n");
  log.write({{"loss", std::nan("")}, {"epoch", uint8_t(2)}});
  log.write({{"epoch", 3}, {"loss", std::monostate{}}, {"best", data::CSVValue(false)}});
  CHECK(content(path) == "epoch,loss,note,best\n1,0.25,\"a,b\",True\n2,nan,,\n3,,,False\n");
  CHECK(log.columns() == Texts{"epoch", "loss", "note", "best"});
  const std::string before = content(path);
  CHECK(message([&] {
          log.write({{"epoch", 4}, {"lost", 1}});
        }) == "CSVWriter: there is no column \"lost\", the first row had none");
  CHECK(message([&] {
          log.write({{"epoch", 4}, {"epoch", 1}});
        }) == "CSVWriter: column \"epoch\" comes twice");
  CHECK(message([&] { log.write({}); }) == "CSVWriter: a row without columns");
  CHECK(content(path) == before);
}

TEST_CASE("a file that is there goes on") {
  const TemporaryDirectory dir;
  const std::string path = dir / "log.csv";
  {
    CSVWriter log(path, /*append=*/true);
    log.write({{"epoch", 1}, {"loss", 0.5}});
  }
  std::ofstream(path, std::ios::app) << "2,0.";
  CSVWriter log(path, /*append=*/true);
  CHECK(log.columns() == Texts{"epoch", "loss"});
  log.write({{"loss", 0.25}, {"epoch", 3}});
  CHECK(content(path) == "epoch,loss\n1,0.5\n2,0.\n3,0.25\n");
  CHECK_THROWS_AS(log.write({{"acc", 1}}), Error);
  CHECK(message([&] { CSVWriter(dir.path.string()); }) ==
        "CSVWriter: cannot open " + dir.path.string() + ": Is a directory");
  CHECK_THROWS_AS(CSVWriter(path, true, CSVWriteOptions().sep('"')), ValueError);
}

TEST_CASE("a table goes to a pipe, which stays one") {
  const TemporaryDirectory dir;
  const NamedPipe pipe(dir / "pipe");
  data::write_csv({{"x", ones({2}, kLong)}}, pipe.path);
  CHECK(pipe.stands());
  CHECK(pipe.content() == "x\n1\n1\n");
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path), {}) == 1);
  CHECK(message([&] {
          data::write_csv({{"x", ones({2})}}, dir / "no/x.csv");
        }) == "write_csv: cannot open " + (dir / "no/x.csv") + ": No such file or directory");
}
