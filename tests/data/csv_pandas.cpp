// Files that pandas reads, describes and writes, with its values: see tests/reference/csv_cases.py.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <fstream>
#include <sstream>

#include "data/csv.h"
#include "tests/support.h"
#include "tests/table.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using data::CSVOptions;
using data::Table;
using test::Cell;

namespace {

std::string plain(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'q':
        out += '"';
        break;
      case '0':
        out += '\0';
        break;
      default:
        out += text[i];
    }
  }
  return out;
}

data::CSVType type(const std::string& name) {
  if (name == "str") return data::kText;
  for (const ScalarType t : {kBool, kByte, kInt, kLong, kFloat, kDouble})
    if (dtype_name(t) == name) return t;
  FAIL(name);
  return kLong;
}

CSVOptions options_of(const Cell& cells) {
  CSVOptions o;
  for (const Cell& option : cells.items) {
    const std::string key = option[0].text, value = plain(option[1].text);
    std::vector<std::string> all;
    for (size_t i = 1; i < option.size(); ++i) all.push_back(plain(option[i].text));
    const bool flag = value == "true";
    // clang-format off
    if (key == "sep") o.sep(value[0]);
    else if (key == "decimal") o.decimal(value[0]);
    else if (key == "thousands") o.thousands(value[0]);
    else if (key == "escapechar") o.escapechar(value[0]);
    else if (key == "comment") o.comment(value[0]);
    else if (key == "quotechar") o.quotechar(value == "none" ? std::nullopt : std::optional(value[0]));
    else if (key == "doublequote") o.doublequote(flag);
    else if (key == "delim_whitespace") o.delim_whitespace(flag);
    else if (key == "skipinitialspace") o.skipinitialspace(flag);
    else if (key == "keep_default_na") o.keep_default_na(flag);
    else if (key == "skip_blank_lines") o.skip_blank_lines(flag);
    else if (key == "header") o.header(value == "none" ? std::nullopt : std::optional<int64_t>(std::stoll(value)));
    else if (key == "nrows") o.nrows(std::stoll(value));
    else if (key == "skiprows") o.skiprows(std::stoll(value));
    else if (key == "names") o.names(all);
    else if (key == "na_values") o.na_values(all);
    else if (key == "true_values") o.true_values(all);
    else if (key == "false_values") o.false_values(all);
    // clang-format on
    else if (key == "skiplines") {
      for (const std::string& line : all) o.skiprows().numbers.push_back(std::stoll(line));
    } else if (key == "usecols") {
      for (const std::string& column : all)
        if (std::isdigit(column[0]))
          o.usecols().emplace_back(std::stoll(column));
        else
          o.usecols().emplace_back(column);
    } else if (key == "dtype" && value.find('=') == value.npos) {
      o.dtype().all = type(value);
    } else if (key == "dtype") {
      for (const std::string& column : all) {
        const size_t at = column.find('=');
        o.dtype().columns.emplace_back(column.substr(0, at), type(column.substr(at + 1)));
      }
    } else {
      FAIL("an option without a meaning: " << key);
    }
  }
  return o;
}

template <class T>
bool same_bits(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::bit_cast<uint64_t>(double(T(a))) == std::bit_cast<uint64_t>(double(T(b)));
}

void check_column(const Table& table, const Cell& column) {
  const std::string name = plain(column[0].text), kind = column[1].text;
  CAPTURE(name);
  REQUIRE(table.contains(name));
  REQUIRE(size_t(table.rows()) == column[2].size());
  if (kind == "text") {
    REQUIRE(table.is_text(name));
    const Tensor missing = table.isna(name);
    for (size_t i = 0; i < column[2].size(); ++i) {
      const std::string& want = column[2][i].text;
      CHECK(missing.data_ptr<bool>()[i] == (want == "\\N"));
      CHECK(table.text(name)[i] == (want == "\\N" ? "" : plain(want)));
    }
    return;
  }
  REQUIRE_FALSE(table.is_text(name));
  const Tensor& x = table.tensor(name);
  CHECK(dtype_name(x.dtype()) == kind);
  if (kind.starts_with("int")) {
    for (size_t i = 0; i < column[2].size(); ++i)
      CHECK(x.to(kLong).data_ptr<int64_t>()[i] == std::stoll(column[2][i].text));
    return;
  }
  const Values have = values(x);
  for (size_t i = 0; i < have.size(); ++i) {
    CAPTURE(have[i]);
    const double want = column[2][i].number();
    CHECK((kind == "float32" ? same_bits<float>(have[i], want) : same_bits<double>(have[i], want)));
  }
}

}  // namespace

TEST_CASE("a CSV file is read as pandas reads it") {
  const TemporaryDirectory dir;
  const std::vector<Cell> cases = test::read_table("csv_cases.txt");
  for (const Cell& row : cases[0].items) {
    CAPTURE(row[0].text);
    const std::string bytes = plain(row[2].text), path = dir / "x.csv";
    std::ofstream(path, std::ios::binary) << bytes;
    const CSVOptions options = options_of(row[1]);
    std::istringstream in(bytes);
    for (const Table& table : {data::read_csv(path, options), data::read_csv(in, options)}) {
      CHECK(table.columns().size() == row[3].size());
      for (size_t i = 0; i < row[3].size(); ++i) {
        CHECK(table.columns().at(i) == plain(row[3][i][0].text));
        check_column(table, row[3][i]);
      }
    }
  }
}

TEST_CASE("a table is described as pandas describes it") {
  const std::vector<Cell> cases = test::read_table("csv_cases.txt");
  for (const Cell& row : cases[1].items) {
    CAPTURE(row[0].text);
    std::istringstream in(plain(row[1].text));
    const Table said = data::read_csv(in).describe();
    CHECK(said.text("") ==
          std::vector<std::string>{"count", "mean", "std", "min", "25%", "50%", "75%", "max"});
    CHECK(said.columns().size() == 1 + row[2].size());
    for (const Cell& column : row[2].items) {
      const Values have = values(said.tensor(column[0].text)), want = column[2].numbers();
      for (size_t i = 0; i < 8; ++i)
        CHECK((std::isnan(want[i]) ? std::isnan(have[i])
                                   : have[i] == doctest::Approx(want[i]).epsilon(1e-14)));
    }
  }
}

TEST_CASE("categories and their codes are those of pandas") {
  const Cell row = test::read_table("csv_cases.txt")[2][0];
  std::istringstream in(plain(row[0].text));
  const Table table = data::read_csv(in, CSVOptions().skip_blank_lines(false));
  const data::Codes known = table.codes("t");
  std::vector<std::string> categories;
  for (const Cell& cell : row[1].items) categories.push_back(cell.text);
  CHECK(known.categories == categories);
  CHECK((known.codes.dtype() == kLong));
  CHECK(values(known.codes) == row[2].numbers());
  CHECK(values(table.codes("t", {"z z", "b"}).codes) == row[3].numbers());
  const Tensor dummies = table.one_hot("t");
  CHECK(dummies.sizes() == IntArrayRef({7, int64_t(categories.size())}));
  CHECK(values(dummies) == row[4].numbers());
}

TEST_CASE("a table is written as pandas writes it") {
  const TemporaryDirectory dir;
  const float inf = std::numeric_limits<float>::infinity();
  Table table({{"i", tensor({1, -2, 3}).to(kLong)},
               {"f", vec({0.1, std::nan(""), 1e300})},
               {"g", tensor({0.1f, 2.f, 3e-10f})},
               {"b", tensor({1, 0, 1}).to(kBool)}});
  table.set("t", {"plain", "with \"quotes\", and", "two\nlines"});
  table.set("a,b", {"", "", " x "}, {false, true, false});
  table.set("h", vec({-0.0, inf, 1e20}));
  const std::vector<Cell> cases = test::read_table("csv_cases.txt");
  for (const Cell& row : cases[3].items) {
    CAPTURE(row[0].text);
    data::CSVWriteOptions o;
    for (const Cell& option : row[1].items) {
      const std::string key = option[0].text, value = plain(option[1].text);
      if (key == "sep") o.sep(value[0]);
      if (key == "decimal") o.decimal(value[0]);
      if (key == "na_rep") o.na_rep(value);
      if (key == "header") o.header(value == "true");
      if (key == "lineterminator") o.lineterminator(value);
    }
    data::write_csv(table, dir / "x.csv", o);
    std::ostringstream bytes;
    bytes << std::ifstream(dir / "x.csv", std::ios::binary).rdbuf();
    CHECK(bytes.str() == plain(row[2].text));
  }
}

TEST_CASE("floats are written as pandas writes them, and read back as the same bits") {
  const TemporaryDirectory dir;
  const std::vector<Cell> cases = test::read_table("csv_cases.txt");
  for (const Cell& row : cases[4].items) {
    CAPTURE(row[0].text);
    const ScalarType dtype = row[0].text == "float32" ? kFloat : kDouble;
    const std::vector<double> numbers = row[1].numbers();
    const Tensor x = tensor(ArrayRef<double>(numbers), dtype);
    data::write_csv({{"x", x}}, dir / "x.csv");
    std::ostringstream bytes;
    bytes << std::ifstream(dir / "x.csv", std::ios::binary).rdbuf();
    CHECK(bytes.str() == plain(row[2].text));
    const Tensor back = data::read_csv(dir / "x.csv", data::CSVOptions().dtype(dtype)).tensor("x");
    REQUIRE((back.dtype() == dtype));
    CHECK((((back == x) & (back.signbit() == x.signbit())) | (x != x)).all().item<bool>());
    CHECK((back != back).equal(x != x));
  }
}
