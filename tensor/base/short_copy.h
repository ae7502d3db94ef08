// Short lines of elements copied, picked and added without a call, for loops over many of them.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace gradus::raw {

// step(to, from, V) for each vector V of 16 bytes, and for each T that is left.
template <class T, class F>
inline void walk_line(T* to, const T* from, int64_t n, F step) {
  typedef T V __attribute__((vector_size(16)));
  constexpr int64_t lanes = 16 / int64_t(sizeof(T));
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) step(to + i, from + i, V{});
  for (; i < n; ++i) step(to + i, from + i, T{});
}

template <class T>
inline void copy_line(T* to, const T* from, int64_t n) {
  const int64_t bytes = n * int64_t(sizeof(T));
  if (bytes > 128) {
    std::memcpy(to, from, size_t(bytes));
    return;
  }
  constexpr int64_t whole = 16 / int64_t(sizeof(T));
  const auto some = [&]<int64_t count>(std::integral_constant<int64_t, count>, int64_t i) {
    T x[count];
    std::memcpy(x, from + i, sizeof x);
    std::memcpy(to + i, x, sizeof x);
  };
  int64_t i = 0;
  if (n < whole) {
    for (; i < n; ++i) some(std::integral_constant<int64_t, 1>(), i);
    return;
  }
  // The last vector may cover some of the one before.
  for (; i < n - whole; i += whole) some(std::integral_constant<int64_t, whole>(), i);
  some(std::integral_constant<int64_t, whole>(), n - whole);
}

// Four elements from the places that p names, by one store.
template <class T>
inline void take_four(T* to, const T* from, const int64_t* p) {
  typedef T Four __attribute__((vector_size(4 * sizeof(T))));
  const Four v = {from[p[0]], from[p[1]], from[p[2]], from[p[3]]};
  std::memcpy(to, &v, sizeof v);
}

// Whether all of p are from 0 to size - 1.
inline bool all_below(const int64_t* p, int64_t n, int64_t size) {
  typedef uint64_t Pair __attribute__((vector_size(16)));
  Pair signs = {};  // negative when a number is, or passes the size
  const auto two = [&](const int64_t* x) {
    Pair v;
    std::memcpy(&v, x, sizeof v);
    signs |= v | (uint64_t(size - 1) - v);
  };
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) two(p + i), two(p + i + 2), two(p + i + 4), two(p + i + 6);
  for (; i + 2 <= n; i += 2) two(p + i);
  return int64_t(signs[0] | signs[1]) >= 0 && (i == n || uint64_t(p[i]) < uint64_t(size));
}

// to += from; T is no bool.
template <class T>
inline void add_line(T* to, const T* from, int64_t n) {
  walk_line(to, from, n, [](T* y, const T* x, auto v) {
    decltype(v) sum;
    std::memcpy(&v, x, sizeof v);
    std::memcpy(&sum, y, sizeof v);
    sum = decltype(v)(sum + v);
    std::memcpy(y, &sum, sizeof v);
  });
}

}  // namespace gradus::raw
