// A batch cut into shards: arguments apart, results together.
#pragma once

#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "tensor/random/generator_impl.h"
#include "tensor/tensor.h"

namespace gradus::distributed::detail {

// Which rows of the local batch a shard has.
struct Rows {
  int64_t begin = 0, end = 0;
};

// Where the arguments are cut. The first tensor that is says how many rows there are; all others
// must have as many.
class Cut {
 public:
  explicit Cut(const std::vector<int64_t>& dims) : dims_(dims) {}
  // Looks at the next argument.
  void see(const Tensor& t);
  // The rows, once all arguments were seen. Throws Error when no tensor is to be cut.
  int64_t rows() const;
  // From the first argument on again, for a shard.
  void start(Rows rows) {
    next_ = 0;
    part_ = rows;
  }
  // The shard's part of the next argument.
  Tensor part(const Tensor& t);

 private:
  // The dim of the next tensor, or -1.
  int64_t next_dim(const Tensor& t);
  const std::vector<int64_t>& dims_;
  size_t next_ = 0, first_ = 0;
  std::optional<int64_t> rows_;
  Rows part_;
};

// Calls f with each tensor of an argument or a result; others have none.
template <class T, class F>
void for_each_tensor(const T& value, F&& f) {
  if constexpr (std::is_same_v<T, Tensor>) {
    f(value);
  } else if constexpr (requires { std::tuple_size<T>::value; }) {
    std::apply([&](const auto&... v) { (for_each_tensor(v, f), ...); }, value);
  } else if constexpr (requires {
                         value.has_value();
                         *value;
                       }) {
    if (value.has_value())
      for_each_tensor(*value, f);
    else if constexpr (std::is_same_v<T, std::optional<Tensor>>)
      f(Tensor());  // keeps its number
  } else if constexpr (requires {
                         value.begin() != value.end();
                         typename T::value_type;
                       }) {
    if constexpr (!std::is_arithmetic_v<typename T::value_type> &&
                  !std::is_same_v<typename T::value_type, T>)
      for (const auto& v : value) for_each_tensor(v, f);
  }
}

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

// A shard's part of an argument.
template <class T>
T part_of(const T& value, Cut& cut) {
  if constexpr (std::is_same_v<T, Tensor>) {
    return cut.part(value);
  } else if constexpr (requires { std::tuple_size<T>::value; }) {
    // Braces: the parts are taken in their order.
    return std::apply([&](const auto&... v) { return T{part_of(v, cut)...}; }, value);
  } else if constexpr (is_optional<T>) {
    if (value) return T(part_of(*value, cut));
    if constexpr (std::is_same_v<T, std::optional<Tensor>>) cut.part(Tensor());
    return T();
  } else if constexpr (is_vector<T>) {
    if constexpr (std::is_arithmetic_v<typename T::value_type>) {
      return value;
    } else {
      T parts;
      for (const auto& v : value) parts.push_back(part_of(v, cut));
      return parts;
    }
  } else {
    return value;
  }
}

// Results along `dim`, one behind the other; numbers, as a loss that is a mean, by their mean
// weighted with the rows.
Tensor together(const std::vector<Tensor>& parts, const std::vector<int64_t>& rows, int64_t dim);
[[noreturn]] void throw_not_joinable(const std::type_info& type);
[[noreturn]] void throw_other_count();

template <class T>
T together(const std::vector<T>& parts, const std::vector<int64_t>& rows, int64_t dim);

template <class T, size_t... i>
T tuple_together(const std::vector<T>& parts, const std::vector<int64_t>& rows, int64_t dim,
                 std::index_sequence<i...>) {
  const auto column = [&]<size_t k>(std::integral_constant<size_t, k>) {
    std::vector<std::decay_t<std::tuple_element_t<k, T>>> v;
    for (const T& p : parts) v.push_back(std::get<k>(p));
    return v;
  };
  return T{together(column(std::integral_constant<size_t, i>()), rows, dim)...};
}

template <class T>
T together(const std::vector<T>& parts, const std::vector<int64_t>& rows, int64_t dim) {
  if constexpr (requires { std::tuple_size<T>::value; }) {
    return tuple_together(parts, rows, dim, std::make_index_sequence<std::tuple_size_v<T>>());
  } else if constexpr (is_optional<T>) {
    std::vector<typename T::value_type> values;
    for (const T& p : parts)
      if (p) values.push_back(*p);
    if (values.empty()) return T();
    if (values.size() != parts.size()) throw_other_count();
    return T(together(values, rows, dim));
  } else if constexpr (is_vector<T>) {
    T all;
    for (size_t k = 0; k < parts[0].size(); ++k) {
      std::vector<typename T::value_type> column;
      for (const T& p : parts) {
        if (p.size() != parts[0].size()) throw_other_count();
        column.push_back(p[k]);
      }
      all.push_back(together(column, rows, dim));
    }
    return all;
  } else {
    throw_not_joinable(typeid(T));
  }
}

// Row counts of n shards of so many rows, as tensor_split cuts them: the first ones have one more.
std::vector<Rows> split_rows(int64_t rows, int64_t n);

// While it lives, the default generator draws from a stream that the step's key and the shard's
// number determine; afterwards it goes on where it was.
class ShardRandom {
 public:
  ShardRandom(uint64_t key, int64_t shard);
  ShardRandom(const ShardRandom&) = delete;
  ShardRandom& operator=(const ShardRandom&) = delete;
  ~ShardRandom();

 private:
  std::shared_ptr<GeneratorImpl> before_;
};
// A number of the default generator's, which then is elsewhere.
uint64_t draw_key();

}  // namespace gradus::distributed::detail
