// Tables: their columns and rows, how they are shown, and what is made of them.
#include "data/table.h"

#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

#include "autograd/ops/random/random.h"
#include "data/tensor_dataset.h"
#include "tests/support.h"

using namespace gradus;
using data::Table;
using Texts = std::vector<std::string>;

namespace {

Table sample() {
  Table table({{"x", vec({1.5, std::nan(""), -2})}, {"n", tensor({3, 4, 5}).to(kLong)}});
  table.set("t", {"b", "", "a\n"}, {false, true, false});
  return table;
}

}  // namespace

TEST_CASE("a table has columns of numbers and of text") {
  Table table = sample();
  CHECK(table.rows() == 3);
  CHECK(table.columns() == Texts{"x", "n", "t"});
  CHECK(table.contains("t"));
  CHECK(table.is_text("t"));
  CHECK_FALSE(table.is_text("x"));
  CHECK(values(table.isna("x")) == Values{0, 1, 0});
  CHECK(values(table.isna("n")) == Values{0, 0, 0});
  CHECK(values(table.isna("t")) == Values{0, 1, 0});
  table.set("n", tensor({7.f, 8.f, 9.f}));
  CHECK(values(table.tensor("n")) == Values{7, 8, 9});
  CHECK(table.columns().size() == 3);
  const Table copy = table;
  table.set("t", {"1", "2", "3"});
  CHECK(copy.text("t")[0] == "b");

  CHECK(message([&] { table.tensor("y"); }) == "tensor: there is no column \"y\"");
  CHECK(message([&] { table.tensor("t"); }) ==
        "tensor: column \"t\" is text, codes() makes numbers of it");
  CHECK(message([&] { table.text("x"); }) == "text: column \"x\" is float64");
  CHECK(message([&] { table.set("y", vec({1})); }) ==
        "table: column \"y\" has 1 rows, the table 3");
  CHECK(message([&] {
          table.set("y", ones({3, 1}));
        }) == "table: column \"y\" has sizes [3, 1], not one dimension");
  CHECK(message([&] {
          table.set("y", {"a", "b", "c"}, {true});
        }) == "table: column \"y\" has 3 texts, and whether they are missing 1 times");
  CHECK(message([&] {
          Table({{"a", vec({1})}, {"a", vec({1})}});
        }) == "table: column \"a\" comes twice");
  CHECK_FALSE(table.contains("y"));
}

TEST_CASE("columns become one tensor") {
  const Table table = sample();
  const Tensor x = table.to_tensor({"n", "x"});
  CHECK((x.dtype() == kFloat));
  CHECK(x.sizes() == IntArrayRef({3, 2}));
  CHECK(values(x.select(1, 0)) == Values{3, 4, 5});
  CHECK(values(x.select(0, 2)) == Values{5, -2});
  CHECK((table.to_tensor({"n"}, kInt).dtype() == kInt));
  CHECK(table.drop({"t"}).to_tensor().sizes() == IntArrayRef({3, 2}));
  CHECK(message([&] { table.to_tensor(); }) ==
        "to_tensor: column \"t\" is text, codes() makes numbers of it");
}

TEST_CASE("columns and rows are chosen") {
  const Table table = sample();
  CHECK(table.select({"t", "x"}).columns() == Texts{"t", "x"});
  CHECK(table.select({}).rows() == 3);
  CHECK(message([&] { table.select({"t", "t"}); }) == "select: column \"t\" comes twice");
  CHECK(message([&] { table.drop({"y"}); }) == "drop: there is no column \"y\"");
  const Table taken = table.take(tensor({2, 0, 2, 1}).to(kLong));
  CHECK(taken.text("t") == Texts{"a\n", "b", "a\n", ""});
  CHECK(values(taken.isna("t")) == Values{0, 0, 0, 1});
  CHECK(values(taken.tensor("n")) == Values{5, 3, 5, 4});
  CHECK(message([&] { table.take(tensor({3}).to(kLong)); }) == "take: there is no row 3 of 3");
  CHECK(message([&] { table.take(tensor({-1}).to(kLong)); }) == "take: there is no row -1 of 3");
  CHECK(values(table.head(2).tensor("n")) == Values{3, 4});
  CHECK(values(table.tail(1).tensor("n")) == Values{5});
  CHECK(table.head(9).rows() == 3);
  CHECK(table.tail(-1).rows() == 0);
  CHECK(values(table.dropna().tensor("n")) == Values{3, 5});
}

TEST_CASE("a table is shown") {
  std::ostringstream out;
  out << sample();
  CHECK(out.str() ==
        "   x  n    t\n"
        " 1.5  3    b\n"
        " NaN  4  NaN\n"
        "-2.0  5  a\\n\n");
  Table table({{"small", vec({1e-9, 2})}, {"b", tensor({1, 0}).to(kBool)}});
  table.set("é\x1b", {"ü", std::string(60, 'x')});
  CHECK(table.to_string() == "       small      b" + std::string(53, ' ') +
                                 "é?\n1.000000e-09   True" + std::string(54, ' ') +
                                 "ü\n2.000000e+00  False  " + std::string(50, 'x') + "...\n");
  const Table many({{"n", arange(100)}});
  CHECK(many.to_string() ==
        "  n\n  0\n  1\n  2\n  3\n  4\n...\n 95\n 96\n 97\n 98\n 99\n"
        "[100 rows x 1 columns]\n");
  Table wide;
  for (int i = 0; i < 30; ++i) wide.set(std::to_string(i), tensor({i}).to(kLong));
  CHECK(wide.to_string() ==
        "0  1  2  3  4  5  6  7  8  9  ...  20  21  22  23  24  25  26  27  28  29\n"
        "0  1  2  3  4  5  6  7  8  9  ...  20  21  22  23  24  25  26  27  28  29\n"
        "[1 rows x 30 columns]\n");
  CHECK(Table().to_string() == "[0 rows x 0 columns]\n");
}

TEST_CASE("what has no numbers is not described, and categories come once") {
  Table table;
  table.set("t", {"a", "b"});
  CHECK(message([&] { table.describe(); }) == "describe: no column has numbers");
  CHECK(message([&] { table.codes("t", {"a", "a"}); }) == "codes: category \"a\" comes twice");
  CHECK(values(table.one_hot("t", {"b", "c"}, kLong)) == Values{0, 0, 1, 0});
}

TEST_CASE("standard scores have mean 0 and variance 1, and go back") {
  const Tensor x = tensor({1.f, 5.f, 2.f, 3.f, 5.f, 4.f, 5.f, 5.f, 9.f}).reshape({3, 3});
  const data::StandardScaler scaler(x);
  CHECK(values(scaler.mean) == Values{3, 5, 5});
  CHECK(values(scaler.std)[1] == 1);  // they are all the same
  const Tensor z = scaler.transform(x);
  CHECK((z.dtype() == kFloat));
  CHECK(z.mean(0).abs().max().item<float>() < 1e-6f);
  CHECK(z.select(1, 0).pow(2).mean().item<float>() == doctest::Approx(1));
  CHECK(scaler.inverse_transform(z).allclose(x));
  const data::StandardScaler with_nan(vec({1, std::nan(""), 3, 3}).reshape({2, 2}));
  CHECK(values(with_nan.mean) == Values{2, 3});
  CHECK(message([&] {
          scaler.transform(ones({2, 2}));
        }) == "transform: float32 [2, 2] is not floating [rows, 3]");
  CHECK(message([&] { data::StandardScaler(ones({3})); }) ==
        "StandardScaler: float32 [3] is not floating [rows, columns]");
}

TEST_CASE("rows are drawn for training and for testing") {
  const Tensor x = arange(10).reshape({5, 2}), y = arange(5);
  auto generator = gradus::detail::createCPUGenerator(3);
  const auto [train, test] = data::train_test_split({x, y}, 0.3, generator);
  CHECK(train[0].sizes() == IntArrayRef({3, 2}));
  CHECK(test[1].sizes() == IntArrayRef({2}));
  CHECK(train[0].select(1, 0).equal(train[1] * 2));
  Values all = values(train[1]);
  for (const double v : values(test[1])) all.push_back(v);
  std::sort(all.begin(), all.end());
  CHECK(all == Values{0, 1, 2, 3, 4});
  generator.manual_seed(3);
  CHECK(data::train_test_split({x, y}, 0.3, generator).first[1].equal(train[1]));
  CHECK(data::TensorDataset(train).size() == 3);
  generator.manual_seed(3);
  const Table table({{"y", y}});
  CHECK(data::train_test_split(table, 0.3, generator).second.tensor("y").equal(test[1]));
  manual_seed(1);
  const Tensor drawn = data::train_test_split({y}).second[0];
  manual_seed(1);
  CHECK(data::train_test_split({y}).second[0].equal(drawn));
  CHECK(message([&] { data::train_test_split({y}, 1); }) ==
        "train_test_split: test_size is 1, not between 0 and 1");
  CHECK(message([&] { data::train_test_split({ones({1})}); }) ==
        "train_test_split: of 1 rows 1 are for testing, which leaves a part without rows");
  CHECK(message([&] {
          data::train_test_split({y, ones({4})});
        }) == "train_test_split: first sizes differ, [5] and [4]");
}

TEST_CASE("a tensor of a table that gets other data leaves the table its own") {
  Tensor mine = tensor({1.f, std::nanf(""), 3.f});
  Table table({{"x", mine}});
  mine.set_data(zeros({1}));
  table.tensor("x").set_data(zeros({1}));
  CHECK(table.tensor("x").size(0) == 3);
  CHECK(values(table.isna("x")) == Values{0, 1, 0});
  CHECK(values(table.to_tensor().slice(0, 2)) == Values{3});
  // The elements are shared.
  table.tensor("x")[0] = 7;
  CHECK(table.tensor("x")[0].item<float>() == 7);
}
