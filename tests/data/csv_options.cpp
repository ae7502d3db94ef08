// Options that take names or numbers, and texts or numbers.
#include <doctest/doctest.h>

#include <limits>
#include <sstream>

#include "data/csv.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using data::CSVOptions;
using data::Table;
using Texts = std::vector<std::string>;

namespace {

Table read(const std::string& content, const CSVOptions& options) {
  std::istringstream in(content);
  return data::read_csv(in, options);
}

}  // namespace

TEST_CASE("a column is named by a text or by a number, also by 0") {
  const std::string file = "a,b\n1,2\n";
  CHECK(read(file, CSVOptions().usecols({0})).columns() == Texts{"a"});
  CHECK(read(file, CSVOptions().usecols({0, 1})).columns() == Texts{"a", "b"});
  CHECK(read(file, CSVOptions().usecols({uint8_t(1)})).columns() == Texts{"b"});
  CHECK(read(file, CSVOptions().usecols({"b"})).columns() == Texts{"b"});
  CHECK(read(file, CSVOptions().usecols({"a", "b"})).columns() == Texts{"a", "b"});
  CHECK(read(file, CSVOptions().usecols({1, "a"})).columns() == Texts{"a", "b"});
  CHECK((read(file, CSVOptions().dtype({{0, kFloat}})).tensor("a").dtype() == kFloat));
  // A column may have no name, which is no number either.
  CHECK(read("a,\n1,2\n", CSVOptions().header(std::nullopt).usecols({0})).text("0") ==
        Texts{"a", "1"});
  const char* const none = nullptr;
  CHECK(message([&] { data::CSVColumn column(none); }) ==
        "csv: a null pointer where a text is due");
  CHECK(message([] { data::CSVColumn column(std::numeric_limits<uint64_t>::max()); }) ==
        "csv: the number 18446744073709551615 is beyond int64");
}

TEST_CASE("texts of options may be given as numbers, also as 0") {
  const auto missing = [](const CSVOptions& options) {
    return values(read("a\n0\n1\n-999\n0.50\n-\n", CSVOptions(options).dtype(kDouble)).isna("a"));
  };
  CHECK(missing(CSVOptions().na_values({"-", 0})) == Values{1, 0, 0, 0, 1});
  CHECK(missing(CSVOptions().na_values({'-'})) == Values{0, 0, 0, 0, 1});
  CHECK(missing(CSVOptions().na_values({'-', -999, 0.5})) == Values{0, 0, 1, 1, 1});
  const Texts given = {"-", "1"};
  CHECK(missing(CSVOptions().na_values(given)) == Values{0, 1, 0, 0, 1});
  CHECK(values(read("a\n0\n1\n", CSVOptions().na_values({0})).isna("a")) == Values{1, 0});
  CHECK(values(read("a\n0\n1\n", CSVOptions().false_values({0}).true_values({1})).tensor("a")) ==
        Values{0, 1});
  CHECK(read("1,2\n", CSVOptions().names({0, 7})).columns() == Texts{"0", "7"});
  CHECK(read("1\n", CSVOptions().names({0})).columns() == Texts{"0"});
  CHECK(read("1\n", CSVOptions().names({})).columns() == Texts{"1"});
  const char* const none = nullptr;
  CHECK(message([&] { CSVOptions().na_values({none}); }) ==
        "csv: a null pointer where a text is due");
}

TEST_CASE("lines are left out by their number, or as many as are said") {
  const std::string file = "a\nb\nc\n";
  CHECK(read(file, CSVOptions().skiprows(0)).columns() == Texts{"a"});
  CHECK(read(file, CSVOptions().skiprows({0})).columns() == Texts{"b"});
  CHECK(read(file, CSVOptions().skiprows(1)).columns() == Texts{"b"});
  CHECK(read(file, CSVOptions().skiprows({1})).text("a") == Texts{"c"});
  CHECK(read(file, CSVOptions().skiprows({})).columns() == Texts{"a"});
}

TEST_CASE("a value of a row that is written is a number, a text or nothing, also 0") {
  const TemporaryDirectory dir;
  using Field = data::CSVWriter::Field;
  data::CSVWriter log(dir / "x.csv");
  log.write({{"i", 0}, {"text", "0"}, {"d", 0.0}, {"b", false}, {"none", data::CSVValue()}});
  CHECK(values(data::read_csv(dir / "x.csv").isna("none")) == Values{1});
  CHECK(values(data::read_csv(dir / "x.csv").tensor("i")) == Values{0});
  const char* const none = nullptr;
  CHECK(message([&] { Field("x", none); }) == "csv: a null pointer where a text is due");
  CHECK(message([] { Field("x", std::numeric_limits<uint64_t>::max()); }) ==
        "csv: the number 18446744073709551615 is beyond int64");
}
