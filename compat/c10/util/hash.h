// Hashes of several values at once.
#pragma once

#include <c10/macros/Macros.h>

#include <cstddef>
#include <functional>
#include <tuple>
#include <vector>

namespace gradus {

/// One hash of two.
inline size_t hash_combine(size_t seed, size_t value) {
  return seed ^ (value + 0x9e3779b9 + (seed << 6) + (seed >> 2));
}

template <class T>
struct hash;

namespace detail {
template <class T>
size_t hash_of(const T& v) {
  if constexpr (requires { std::hash<T>()(v); })
    return std::hash<T>()(v);
  else if constexpr (requires { v.hash(); })
    return v.hash();
  else
    return gradus::hash<T>()(v);
}
}  // namespace detail

/// std::hash, which also takes tuples and vectors.
template <class T>
struct hash {
  size_t operator()(const T& v) const { return detail::hash_of(v); }
};
template <class... T>
struct hash<std::tuple<T...>> {
  size_t operator()(const std::tuple<T...>& v) const {
    size_t seed = 0;
    std::apply([&](const T&... each) { ((seed = hash_combine(seed, hash<T>()(each))), ...); }, v);
    return seed;
  }
};
template <class T>
struct hash<std::vector<T>> {
  size_t operator()(const std::vector<T>& v) const {
    size_t seed = 0;
    for (const T& each : v) seed = hash_combine(seed, hash<T>()(each));
    return seed;
  }
};
/// One hash of the values.
template <class... T>
size_t get_hash(const T&... values) {
  return hash<std::tuple<T...>>()(std::tuple<T...>(values...));
}

}  // namespace gradus
