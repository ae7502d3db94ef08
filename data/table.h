// Tables: named columns of numbers and of text, as files of values hold them.
#pragma once

#include <array>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tensor/random/generator.h"
#include "tensor/tensor.h"

namespace gradus::data {

/// A column of text as numbers: `categories[codes[i]]` is the text of row i, and a missing one has
/// the code -1.
struct Codes {
  Tensor codes;  ///< int64 [rows]
  /// Distinct, and sorted by their bytes unless they were given.
  std::vector<std::string> categories;
};

/// Named columns with the same number of rows: a tensor of one dimension for numbers, strings for
/// text. Copies share tensors, as copies of tensors do, and share text.
///
///   data::Table table = data::read_csv("iris.csv");
///   std::cout << table.head() << table.describe();
///   const Tensor x = table.to_tensor({"sepal", "petal"}), y = table.codes("species").codes;
///
/// Functions that take a column's name throw Error when there is none of that name.
class Table {
 public:
  /// No columns and no rows.
  Table() = default;
  /// Columns of numbers. Throws Error as set() does.
  Table(std::initializer_list<std::pair<std::string, Tensor>> columns);

  /// How many rows each column has.
  int64_t rows() const { return rows_; }
  /// The names of the columns in order.
  std::vector<std::string> columns() const;
  /// Whether there is a column of this name.
  bool contains(const std::string& column) const { return places_.count(column) > 0; }
  /// Whether a column has text and not numbers.
  bool is_text(const std::string& column) const;
  /// A column of numbers, [rows], whose elements the table shares. Missing ones are nan. Throws
  /// Error for a column of text.
  Tensor tensor(const std::string& column) const;
  /// A column of text; a missing one is empty, see isna(). Throws Error for a column of numbers.
  const std::vector<std::string>& text(const std::string& column) const;
  /// Which values of a column are missing, or nan: bool [rows].
  Tensor isna(const std::string& column) const;
  /// Replaces a column, or adds one at the end. Throws Error unless the tensor has one dimension
  /// and, where there are columns, as many elements as they have rows.
  void set(const std::string& column, const Tensor& values);
  /// The same with text. `missing` says which are missing, none if it is empty.
  void set(const std::string& column, std::vector<std::string> values,
           std::vector<bool> missing = {});

  /// Columns beside each other, [rows, columns], converted to `dtype`, by default the default
  /// floating type. Without names all columns. Throws Error for a column of text.
  Tensor to_tensor(const std::vector<std::string>& columns = {},
                   std::optional<ScalarType> dtype = std::nullopt) const;
  /// These columns in this order.
  Table select(const std::vector<std::string>& columns) const;
  /// All columns except these.
  Table drop(const std::vector<std::string>& columns) const;
  /// The rows of these numbers, int64 [count]. Throws IndexError for one that is not there.
  Table take(const Tensor& rows) const;
  /// The first rows.
  Table head(int64_t n = 5) const;
  /// The last rows.
  Table tail(int64_t n = 5) const;
  /// The rows in which nothing is missing.
  Table dropna() const;

  /// The categories of a column of text, sorted, and each row's number among them, as pandas'
  /// categorical columns have.
  Codes codes(const std::string& column) const;
  /// The same with categories that are known already, as those of the training data; a text that is
  /// none of them has the code -1. Throws Error where one comes twice.
  Codes codes(const std::string& column, std::vector<std::string> categories) const;
  /// A column of text as [rows, categories]: 1 at its category, else 0; a row of zeros where it is
  /// missing, or none of `categories`. Without categories they are those of codes().
  Tensor one_hot(const std::string& column, std::vector<std::string> categories = {},
                 std::optional<ScalarType> dtype = std::nullopt) const;

  /// Of each column of numbers, except bool, as pandas' describe(): the count of those that are not
  /// missing, mean, standard deviation (of a sample), least, quartiles (linear between the two
  /// nearest) and largest, float64. The first column, whose name is empty, says which row is which.
  /// Throws Error when no column has numbers.
  Table describe() const;
  /// A text of lines with the names on top. Of more than 60 rows the first and last 5 are shown, of
  /// more than 20 columns the first and last 10.
  std::string to_string() const;

 private:
  struct Text {
    std::vector<std::string> values;
    std::vector<bool> missing;  // or empty
  };
  struct Column {
    std::string name;
    Tensor tensor;                     // undefined for text
    std::shared_ptr<const Text> text;  // null for numbers
  };
  const Column& find(const char* op, const std::string& column) const;
  void set(Column column, int64_t rows);
  Table part(int64_t begin, int64_t end) const;
  std::vector<std::string> shown(const Column& column, const std::vector<int64_t>& rows) const;

  std::vector<Column> columns_;
  std::unordered_map<std::string, size_t> places_;
  int64_t rows_ = 0;
};

/// Prints table.to_string().
std::ostream& operator<<(std::ostream& out, const Table& table);

/// Brings columns to mean 0 and variance 1, those of other data by the same numbers:
///
///   const data::StandardScaler scaler(train);
///   const Tensor x = scaler.transform(train), x_test = scaler.transform(test);
struct StandardScaler {
  /// Means and deviations that are known, [columns] both.
  StandardScaler(Tensor mean, Tensor std) : mean(std::move(mean)), std(std::move(std)) {}
  /// Of the columns of [rows, columns], without what is nan. Deviations are those of the population
  /// (divided by the count), as scikit-learn's, and 1 where all values are the same. Throws Error
  /// unless `x` is floating and has two dimensions.
  explicit StandardScaler(const Tensor& x);
  /// (x - mean) / std, without history. Throws Error unless x is [rows, columns].
  Tensor transform(const Tensor& x) const;
  /// x std + mean, without history. Throws Error unless x is [rows, columns].
  Tensor inverse_transform(const Tensor& x) const;

  Tensor mean;  ///< [columns]
  Tensor std;   ///< [columns]
};

namespace detail {
// Rows for training and for testing, int64 both.
std::pair<Tensor, Tensor> split_rows(int64_t rows, double test_size,
                                     const std::optional<Generator>& generator);
// The same rows of each. Throws unless the first sizes agree.
std::pair<std::vector<Tensor>, std::vector<Tensor>> split_tensors(
    const std::vector<Tensor>& tensors, double test_size,
    const std::optional<Generator>& generator);
}  // namespace detail

/// Rows for training and rows for testing, {train, test}, drawn at random from the default
/// generator or this one. Of n rows, n test_size, rounded up, are for testing. Throws ValueError
/// unless test_size is in (0, 1), and where a part would have no rows.
std::pair<Table, Table> train_test_split(const Table& table, double test_size = 0.25,
                                         std::optional<Generator> generator = std::nullopt);
/// The same with tensors whose first sizes agree, without history:
///
///   auto [train, test] = data::train_test_split({x, y}, 0.2);
///   auto loader = data::make_data_loader(data::TensorDataset(train), 32, /*shuffle=*/true);
template <size_t N>
std::pair<std::array<Tensor, N>, std::array<Tensor, N>> train_test_split(
    const Tensor (&tensors)[N], double test_size = 0.25,
    std::optional<Generator> generator = std::nullopt) {
  auto parts = detail::split_tensors({tensors, tensors + N}, test_size, generator);
  std::pair<std::array<Tensor, N>, std::array<Tensor, N>> out;
  for (size_t i = 0; i < N; ++i) {
    out.first[i] = std::move(parts.first[i]);
    out.second[i] = std::move(parts.second[i]);
  }
  return out;
}

}  // namespace gradus::data
