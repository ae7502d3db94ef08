#include "tensor/kernels/reduce/fold.h"
#include "tensor/kernels/reduce/reduce.h"

namespace gradus::kernels::GRADUS_ISA {

namespace reduce {

namespace {

template <class T>
bool any_of(const T* x, int64_t n) {
  constexpr int64_t block = 256;  // no early exit inside: it vectorises
  for (int64_t i = 0; i < n; i += block) {
    int found = 0;
    for (int64_t j = i, end = n - i < block ? n : i + block; j < end; ++j) found |= x[j] != T(0);
    if (found) return true;
  }
  return false;
}

template <class T>
bool all_of(const T* x, int64_t n) {
  constexpr int64_t block = 256;
  for (int64_t i = 0; i < n; i += block) {
    int missed = 0;
    for (int64_t j = i, end = n - i < block ? n : i + block; j < end; ++j) missed |= x[j] == T(0);
    if (missed) return false;
  }
  return true;
}

template <class T, class Merge>
void merge_row(const T* __restrict x, int64_t n, uint8_t* __restrict y, Merge merge) {
  for (int64_t i = 0; i < n; ++i) y[i] = uint8_t(merge(y[i], x[i] != T(0)));
}

// merge(y, x != 0) over rows, columns side by side.
template <class T, class Row, class Merge>
void run(const void* x, void* y, const ReduceShape& s, uint8_t first, Row row, Merge merge) {
  auto* to = static_cast<uint8_t*>(y);
  if (!by_columns(s, sizeof(T), 4)) {
    for_each_row<T>(x, s, [&](const T* p, int64_t i) { to[i] = row(p, s.n); });
    return;
  }
  for (int64_t o = 0; o < s.outer; ++o, to += s.inner) {
    for (int64_t i = 0; i < s.inner; ++i) to[i] = first;
    for (int64_t k = 0; k < s.n; ++k)
      merge_row(reinterpret_cast<const T*>(at(x, o * s.outer_step + k * s.n_step)), s.inner, to,
                merge);
  }
}

template <class T>
void any(const void* x, void* y, const ReduceShape& s) {
  run<T>(x, y, s, 0, any_of<T>, [](int a, int b) { return a | b; });
}
template <class T>
void all(const void* x, void* y, const ReduceShape& s) {
  run<T>(x, y, s, 1, all_of<T>, [](int a, int b) { return a & b; });
}

}  // namespace

}  // namespace reduce

constinit const LogicTable logic_table = {
    .any = GRADUS_ALL_TYPES(reduce::any),
    .all = GRADUS_ALL_TYPES(reduce::all),
};

}  // namespace gradus::kernels::GRADUS_ISA
