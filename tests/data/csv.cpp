// CSV files read whole, in chunks and as batches; what pandas does otherwise, and how types are
// found.
#include "data/csv.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <zlib.h>

#include <clocale>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <thread>

#include "data/data_loader.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using data::CSVOptions;
using data::CSVReader;
using data::Table;
using data::datasets::CSVDataset;
using Texts = std::vector<std::string>;

namespace {

Table read(const std::string& bytes, const CSVOptions& options = {}) {
  std::istringstream in(bytes);
  return data::read_csv(in, options);
}
std::string file(const TemporaryDirectory& dir, const std::string& bytes) {
  std::ofstream(dir / "x.csv", std::ios::binary) << bytes;
  return dir / "x.csv";
}
std::string numbered(int64_t rows) {
  std::string bytes = "n,half,name\n";
  for (int64_t i = 0; i < rows; ++i)
    bytes += std::to_string(i) + ',' + std::to_string(i / 2) + (i % 2 ? ".5" : ".0") + ",\"row\n" +
             std::to_string(i) + "\"\n";
  return bytes;
}

}  // namespace

TEST_CASE("a number is the nearest that the column's type has") {
  // In the middle of two floats, a little below and above it: a double between would round twice.
  const Table table = read(
      "a\n1.000000178813934326171875\n1.00000017881393432617\n1.0000001788139343262\n"
      "16777217\n1e-46\n3.4028236e38\n-1e-45\n1.17549429e-38\n0.0000000000000000000000001\n",
      CSVOptions().dtype(kFloat));
  const float want[] = {0x1.000004p+0f,
                        0x1.000002p+0f,
                        0x1.000004p+0f,
                        16777216.f,
                        0.f,
                        std::numeric_limits<float>::infinity(),
                        -1e-45f,
                        1.17549429e-38f,
                        1e-25f};
  for (int i = 0; i < 9; ++i) {
    CAPTURE(i);
    CHECK(table.tensor("a").data_ptr<float>()[i] == want[i]);
  }
  const Table doubles = read(
      "a\n9007199254740993.0\n9007199254740993\n123456789.123456789e-5\n9999999999999999999.\n"
      "99999999999999999999999e-23\n0.00000000000000000000000000001e29\n");
  const double wanted[] = {9007199254740992., 9007199254740992., 1234.56789123456789, 1e19, 1., 1.};
  for (int i = 0; i < 6; ++i) CHECK(doubles.tensor("a").data_ptr<double>()[i] == wanted[i]);
}

TEST_CASE("numbers do not depend on the locale") {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  std::setlocale(LC_ALL, "de_DE.UTF-8");
  CHECK(values(read("a\n1.5\n123456789012345678901.5\n").tensor("a")) ==
        Values{1.5, 123456789012345678901.5});
  std::setlocale(LC_ALL, before.c_str());
}

TEST_CASE("a type holds all values of its column") {
  CHECK((read("a\n1\n9223372036854775808\n").tensor("a").dtype() == kDouble));
  CHECK(values(read("a\nTrue\n\"\"\nFalse\n").tensor("a")).at(0) == 1);
  CHECK((read("a\nTrue\nNA\n").tensor("a").dtype() == kDouble));
  CHECK(read("a\nTrue\nNA\n2\n").text("a") == Texts{"True", "", "2"});
  CHECK(read("a\nNA\nFalse\nNA\nx\n").text("a") == Texts{"", "False", "", "x"});
  CHECK(read("a\n1\nTrue\n").text("a") == Texts{"1", "True"});
  CHECK(read("a\n1.50\n-0\nnone\n").text("a") == Texts{"1.50", "-0", "none"});
  CHECK((read("a\n1.5\n\"\"\n", CSVOptions().float_dtype(kFloat)).tensor("a").dtype() == kFloat));
  CHECK(values(read("a\n1\n0\nTrue\n", CSVOptions().dtype(kBool)).tensor("a")) == Values{1, 0, 1});
  CHECK(values(read("a,b\n255,-5\n", CSVOptions().dtype({{"a", kByte}, {1, kInt}})).tensor("b")) ==
        Values{-5});
  // A late text in a file of several pieces.
  std::string bytes = "a,b\n";
  for (int i = 0; i < 100000; ++i) bytes += "007,1\n";
  const Table table = read(bytes + "x,2\n");
  CHECK(table.text("a").size() == 100001);
  CHECK(table.text("a")[99999] == "007");
  CHECK(table.tensor("b").size(0) == 100001);
}

TEST_CASE("text may have any bytes, and rows may be missing") {
  const std::string odd("\xff\xfe\0\x80", 4);
  CHECK(read("a,b\n" + odd + ",\xC3\n").text("a") == Texts{odd});
  const Table none = read("a,b\n");
  CHECK(none.rows() == 0);
  CHECK((none.tensor("b").dtype() == kDouble));
  CHECK(read("", CSVOptions().names({"a", "b"})).columns() == Texts{"a", "b"});
  CHECK(read("\n\n  \na\n").columns() == Texts{"a"});
  CHECK(read("a,b\n1,2\n", CSVOptions().nrows(0)).rows() == 0);
  CHECK(read("a;b\n'x;y';2\n", CSVOptions().delimiter(';').quotechar('\'')).text("a") ==
        Texts{"x;y"});
}

TEST_CASE("a field longer than a piece of the file is read") {
  const std::string text(3 << 20, 'x');
  const Table table = read("a,b\n\"" + text + "\n\"\"" + text + "\",1\n" + text + ",2");
  CHECK(table.text("a")[0] == text + "\n\"" + text);
  CHECK(table.text("a")[1] == text);
  CHECK(values(table.tensor("b")) == Values{1, 2});
}

TEST_CASE("a file comes in chunks, from a file, packed, from a stream and from a pipe") {
  const TemporaryDirectory dir;
  constexpr int64_t rows = 50001;
  const std::string bytes = numbered(rows), path = file(dir, bytes);
  gzFile packed = gzopen((dir / "x.csv.gz").c_str(), "wb");
  gzwrite(packed, bytes.data(), unsigned(bytes.size()));
  gzclose(packed);
  REQUIRE(mkfifo((dir / "pipe").c_str(), 0600) == 0);
  std::thread writer([&] { std::ofstream(dir / "pipe", std::ios::binary) << bytes; });
  std::istringstream in(bytes);
  const CSVOptions options = CSVOptions().chunksize(20000);
  CSVReader readers[] = {CSVReader(path, options), CSVReader(dir / "x.csv.gz", options),
                         CSVReader(in, options), CSVReader(dir / "pipe", options)};
  for (CSVReader& reader : readers) {
    CHECK(reader.columns() == Texts{"n", "half", "name"});
    int64_t seen = 0;
    bool right = true;
    while (const auto chunk = reader.next()) {
      CHECK(chunk->rows() == (seen == 40000 ? 10001 : 20000));
      for (int64_t i = 0; i < chunk->rows(); ++i, ++seen) {
        right = right && chunk->tensor("n").data_ptr<int64_t>()[i] == seen;
        right = right && chunk->tensor("half").data_ptr<double>()[i] == double(seen) / 2;
        right = right && chunk->text("name")[size_t(i)] == "row\n" + std::to_string(seen);
      }
    }
    CHECK(right);
    CHECK(seen == rows);
    CHECK(reader.rows_read() == rows);
    CHECK(!reader.next());
  }
  writer.join();
  readers[1].reset();
  CHECK(readers[1].rows_read() == 0);
  CHECK(values(readers[1].next(2)->tensor("n")) == Values{0, 1});
  CHECK(message([&] { readers[2].reset(); }) == "CSVReader: a stream cannot be read again");
  CHECK(message([&] { readers[3].reset(); }) ==
        "CSVReader: " + (dir / "pipe") + " is no regular file and cannot be read again");
  CHECK(values(data::read_csv(dir / "x.csv.gz", CSVOptions().nrows(3)).tensor("n")) ==
        Values{0, 1, 2});
}

TEST_CASE("types of chunks are those of the first one, however many of its rows are asked for") {
  const TemporaryDirectory dir;
  const std::string path = file(dir, "a,b,c\n1,2,\n1.5,3,\nx,4,5\n2,oh,6\n");
  CSVReader reader(path, CSVOptions().chunksize(3));
  const auto first = reader.next(1);
  CHECK(first->text("a") == Texts{"1"});
  CHECK((first->tensor("b").dtype() == kLong));
  CHECK((first->tensor("c").dtype() == kDouble));
  CHECK(reader.next(2)->text("a") == Texts{"1.5", "x"});
  const std::string why = "CSVReader: " + path +
                          ": line 5, column \"b\": \"oh\" is no int64; the type was guessed from "
                          "the first chunk, dtype() names another";
  CHECK(message([&] { reader.next(); }) == why);
  CHECK(message([&] { reader.next(); }) ==
        "CSVReader: " + path + ": rows after an error, without reset()");
  reader.reset();
  CHECK(values(reader.next(3)->tensor("b")) == Values{2, 3, 4});

  CSVReader missing(file(dir, "a\n1\n2\nNA\n"), CSVOptions().chunksize(2));
  missing.next();
  CHECK(message([&] { missing.next(); }) ==
        "CSVReader: " + path +
            ": line 4, column \"a\": a value is missing, which int64 cannot say; "
            "the type was guessed from the first chunk, dtype() names another");
}

TEST_CASE("a loader makes batches of a file") {
  const TemporaryDirectory dir;
  std::string bytes = "x,name,y,label\n";
  for (int i = 0; i < 10; ++i)
    bytes += std::to_string(i) + ",n," + std::to_string(-i) + ".5," + std::to_string(i % 3) + '\n';
  const std::string path = file(dir, bytes);
  for (const size_t workers : {0, 2}) {
    auto loader = data::make_data_loader(CSVDataset(path, {"y", "x"}, {"label"}),
                                         data::DataLoaderOptions(4).workers(workers));
    for (int epoch = 0; epoch < 2; ++epoch) {
      std::vector<double> rows(10, 0);
      int64_t seen = 0;
      for (auto& [inputs, labels] : *loader) {
        CHECK(inputs.sizes() == IntArrayRef({labels.size(0), 2}));
        CHECK((inputs.dtype() == kFloat));
        CHECK((labels.dtype() == kLong));
        for (int64_t i = 0; i < labels.size(0); ++i, ++seen) {
          const float* const row = inputs.data_ptr<float>() + 2 * i;
          CHECK(std::fabs(row[0]) == row[1] + 0.5f);
          CHECK(labels.data_ptr<int64_t>()[i] == int64_t(row[1]) % 3);
          ++rows[size_t(row[1])];
        }
      }
      CHECK(seen == 10);
      CHECK(rows == std::vector<double>(10, 1));
    }
  }
  CSVDataset both(path, {"x"}, {"label", "x"}, {}, kDouble);
  CHECK(values(both.get_batch(2)->target) == Values{0, 0, 1, 1});
  CSVDataset made(path, [](const Table& rows) {
    return data::Example<>(rows.tensor("x"), rows.codes("name", {"n"}).codes);
  });
  CHECK(values(made.get_batch(100)->data).size() == 10);
  CHECK(!made.get_batch(1));
  CHECK(message([&] { CSVDataset(path, {"z"}, {}); }) ==
        "CSVReader: " + path + " has no column \"z\"");
  CSVDataset text(path, {"name"}, {});
  CHECK(message([&] { text.get_batch(1); }) ==
        "to_tensor: column \"name\" is text, codes() makes numbers of it");
}

TEST_CASE("a dataset goes on where it was saved") {
  const TemporaryDirectory dir;
  const std::string path = file(dir, "x\n0\n1\n2\n3\n4\n");
  CSVDataset dataset(path, {"x"}, {});
  dataset.get_batch(3);
  serialize::OutputArchive out;
  out << dataset;
  out.save_to(dir / "state");
  serialize::InputArchive in;
  in.load_from(dir / "state");
  CSVDataset other(path, {"x"}, {});
  in >> other;
  other.reset();
  CHECK(values(other.get_batch(5)->data) == Values{3, 4});
  other.reset();
  CHECK(values(other.get_batch(1)->data) == Values{0});
  CSVDataset shorter(file(dir, "x\n0\n"), {"x"}, {});
  in >> shorter;
  CHECK(message([&] { shorter.reset(); }) == "load: the dataset's index is 3, its file has 1 rows");
  shorter.reset();
  CHECK(values(shorter.get_batch(5)->data) == Values{0});
}
