// Names and numbers that belong together, as what a step measured.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <string_view>
#include <vector>

namespace gradus {
class Tensor;
}

namespace gradus::monitor {

/// A name and its number: `{"loss", 0.31}`.
struct NamedValue {
  template <class T>
  requires std::integral<T> || std::floating_point<T> NamedValue(std::string_view name, T value)
      : name(name), value(double(value)) {}
  /// The number that a tensor of one element holds. Throws Error for other tensors.
  NamedValue(std::string_view name, const Tensor& value);

  std::string_view name;
  double value;
};

/// A list of named numbers, `{{"loss", 0.31}, {"acc", 0.98}}` or a vector of NamedValue. It is a
/// view, for arguments of functions: the names and numbers are the caller's.
class NamedValues {
 public:
  NamedValues() = default;
  NamedValues(std::initializer_list<NamedValue> values)
      : data_(std::data(values)), size_(values.size()) {}
  NamedValues(const std::vector<NamedValue>& values) : data_(values.data()), size_(values.size()) {}

  /// The first.
  const NamedValue* begin() const { return data_; }
  /// Behind the last.
  const NamedValue* end() const { return data_ + size_; }
  /// How many there are.
  size_t size() const { return size_; }

 private:
  const NamedValue* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace gradus::monitor
