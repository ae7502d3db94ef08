// A batch cut into shards: arguments apart, results together.
#pragma once

#include <concepts>
#include <deque>
#include <list>
#include <optional>
#include <string_view>
#include <tuple>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

#include "distributed/data_parallel/options.h"
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

// --- Kinds of arguments and results ----

template <class T, template <class...> class Of>
inline constexpr bool is_a = false;
template <class... T, template <class...> class Of>
inline constexpr bool is_a<Of<T...>, Of> = true;
template <class T, class... Others>
inline constexpr bool is_one_of = (std::is_same_v<T, Others> || ...);

// What has no rows: every shard gets it whole, and all shards must give the same.
template <class T>
inline constexpr bool goes_whole = is_whole<T> || std::is_arithmetic_v<T> || std::is_enum_v<T> ||
                                   std::is_convertible_v<const T&, std::string_view> ||
                                   is_one_of<T, std::nullptr_t, std::nullopt_t, std::monostate,
                                             Scalar, Device, TensorOptions, Generator>;
template <class T>
concept a_tuple = requires {
  std::tuple_size<T>::value;
};
template <class T>
concept an_optional = is_a<T, std::optional>;
template <class T>
concept a_list = is_a<T, std::vector> || is_a<T, std::list> || is_a<T, std::deque>;
template <class T>
concept an_item = requires(const T& item) {
  item.key();
  item.value();
};
template <class T>
concept an_entry = an_item<T> || requires(const T& pair) {
  pair.first;
  pair.second;
};
template <an_entry T>
const auto& key_of(const T& entry) {
  if constexpr (an_item<T>)
    return entry.key();
  else
    return entry.first;
}
template <an_entry T>
const auto& value_of(const T& entry) {
  if constexpr (an_item<T>)
    return entry.value();
  else
    return entry.second;
}
// Of keys and values, as std::map, OrderedDict and Dict.
template <class T>
concept a_map = !a_tuple<T> && requires(const T& m) {
  m.size();
  key_of(*m.begin());
  value_of(*m.begin());
  m.find(key_of(*m.begin()));
};
template <a_map T>
using mapped = std::decay_t<decltype(value_of(*std::declval<const T&>().begin()))>;
template <class T, class Key, class Value>
void put(T& map, const Key& key, Value value) {
  if constexpr (requires { map.emplace(key, std::move(value)); })
    map.emplace(key, std::move(value));
  else
    map.insert(key, std::move(value));
}

// Whether the type is made of tensors and what goes whole.
template <class T>
constexpr bool has_shards() {
  if constexpr (std::is_same_v<T, Tensor> || goes_whole<T>)
    return true;
  else if constexpr (a_tuple<T>)
    return []<size_t... i>(std::index_sequence<i...>) {
      return (has_shards<std::decay_t<std::tuple_element_t<i, T>>>() && ...);
    }
  (std::make_index_sequence<std::tuple_size_v<T>>());
  else if constexpr (an_optional<T> || a_list<T>) return has_shards<typename T::value_type>();
  else if constexpr (a_map<T>) return has_shards<mapped<T>>();
  else return false;
}

// Calls f with each tensor of an argument or a result; others have none.
template <class T, class F>
void for_each_tensor(const T& value, F&& f) {
  if constexpr (std::is_same_v<T, Tensor>) {
    f(value);
  } else if constexpr (goes_whole<T>) {
  } else if constexpr (a_tuple<T>) {
    std::apply([&](const auto&... v) { (for_each_tensor(v, f), ...); }, value);
  } else if constexpr (requires {
                         value.has_value();
                         *value;
                       }) {
    if (value.has_value())
      for_each_tensor(*value, f);
    else if constexpr (std::is_same_v<T, std::optional<Tensor>>)
      f(Tensor());  // keeps its number
  } else if constexpr (a_map<T>) {
    for (const auto& entry : value) for_each_tensor(value_of(entry), f);
  } else if constexpr (requires {
                         value.begin() != value.end();
                         typename T::value_type;
                       }) {
    if constexpr (!std::is_same_v<typename T::value_type, T>)
      for (const auto& v : value) for_each_tensor(v, f);
  }
}

template <class T>
std::vector<Tensor> tensors_of(const T& value) {
  std::vector<Tensor> all;
  for_each_tensor(value, [&](const Tensor& t) { all.push_back(t); });
  return all;
}
// Throws where forward() has put other tensors in the places of its arguments, which are copies.
void check_arguments(const std::vector<Tensor>& before, const std::vector<Tensor>& after);

// A shard's part of an argument.
template <class T>
T part_of(const T& value, Cut& cut) {
  if constexpr (std::is_same_v<T, Tensor>) {
    return cut.part(value);
  } else if constexpr (goes_whole<T>) {
    return value;
  } else if constexpr (a_tuple<T>) {
    // Braces: the parts are taken in their order.
    return std::apply([&](const auto&... v) { return T{part_of(v, cut)...}; }, value);
  } else if constexpr (an_optional<T>) {
    if (value) return T(part_of(*value, cut));
    if constexpr (std::is_same_v<T, std::optional<Tensor>>) cut.part(Tensor());
    return T();
  } else if constexpr (a_list<T>) {
    if constexpr (goes_whole<typename T::value_type>) {
      return value;
    } else {
      T parts;
      for (const auto& v : value) parts.push_back(part_of(v, cut));
      return parts;
    }
  } else {
    static_assert(a_map<T>);
    T parts;
    for (const auto& entry : value) put(parts, key_of(entry), part_of(value_of(entry), cut));
    return parts;
  }
}

// --- Results of shards, put together ----

[[noreturn]] void throw_no_shards(const char* what, const std::type_info& type);
[[noreturn]] void throw_other_count();
[[noreturn]] void throw_other_value(const std::type_info& type);

class Joint {
 public:
  // The rows of each shard, and the dims along which tensors are put together: the first ones
  // have their own, -1 for a mean.
  Joint(const std::vector<int64_t>& rows, int64_t dim, const std::vector<int64_t>& dims)
      : rows_(rows), dim_(dim), dims_(dims) {}
  // The next tensor of the result. Numbers, as a loss that is a mean, become their mean, weighted
  // with the rows.
  Tensor next(const std::vector<Tensor>& parts);

 private:
  Tensor mean(const std::vector<Tensor>& parts) const;
  const std::vector<int64_t>& rows_;
  const int64_t dim_;
  const std::vector<int64_t>& dims_;
  size_t next_ = 0;
};

template <class T>
T together(const std::vector<T>& parts, Joint& joint);

template <class T, class F>
auto of_each(const std::vector<T>& parts, F f) {
  std::vector<std::decay_t<decltype(f(parts[0]))>> v;
  for (const T& p : parts) v.push_back(f(p));
  return v;
}

template <class T>
void check_sizes(const std::vector<T>& parts) {
  for (const T& p : parts)
    if (p.size() != parts[0].size()) throw_other_count();
}

template <class T>
T together(const std::vector<T>& parts, Joint& joint) {
  if constexpr (std::is_same_v<T, Tensor>) {
    return joint.next(parts);
  } else if constexpr (goes_whole<T>) {
    if constexpr (std::equality_comparable<T>)
      for (const auto& p : parts)
        if (!(p == parts[0])) throw_other_value(typeid(T));
    return parts[0];
  } else if constexpr (a_tuple<T>) {
    return [&]<size_t... i>(std::index_sequence<i...>) {
      return T{together(of_each(parts, [](const T& p) { return std::get<i>(p); }), joint)...};
    }
    (std::make_index_sequence<std::tuple_size_v<T>>());
  } else if constexpr (an_optional<T>) {
    for (const T& p : parts)
      if (p.has_value() != parts[0].has_value()) throw_other_count();
    if (!parts[0]) return T();
    return T(together(of_each(parts, [](const T& p) { return *p; }), joint));
  } else if constexpr (a_list<T>) {
    check_sizes(parts);
    T all;
    for (size_t k = 0; k < parts[0].size(); ++k)
      all.push_back(together(
          of_each(parts, [&](const T& p) { return *std::next(p.begin(), ptrdiff_t(k)); }), joint));
    return all;
  } else {
    static_assert(a_map<T>);
    check_sizes(parts);
    T all;
    for (const auto& entry : parts[0]) {
      std::vector<mapped<T>> column;
      for (const T& p : parts) {
        if constexpr (requires {
                        value_of(*p.find(key_of(entry)));
                        p.find(key_of(entry)) != p.end();
                      }) {
          const auto at = p.find(key_of(entry));
          if (at == p.end()) throw_other_count();
          column.push_back(value_of(*at));
        } else {  // OrderedDict
          const auto* at = p.find(key_of(entry));
          if (!at) throw_other_count();
          column.push_back(*at);
        }
      }
      put(all, key_of(entry), together(column, joint));
    }
    return all;
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
