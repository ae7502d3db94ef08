#include "tensor/reduce/sort.h"

#include <algorithm>
#include <bit>

#include "tensor/base/fail.h"
#include "tensor/base/parallel.h"
#include "tensor/base/vector.h"
#include "tensor/reduce/reduce.h"
#include "tensor/shape.h"

namespace gradus::raw {

namespace {

template <class T>
bool is_nan(T v) {
  return v != v;
}

template <size_t bytes>
using Unsigned =
    std::conditional_t<bytes == 1, uint8_t, std::conditional_t<bytes == 4, uint32_t, uint64_t>>;

// A number that rises with v; equal for equal elements, and largest for nans.
template <class T>
auto key_of(T v) {
  using U = Unsigned<sizeof(T)>;
  constexpr U top = U(U(1) << (8 * sizeof(T) - 1));
  if constexpr (std::is_floating_point_v<T>) {
    const U b = std::bit_cast<U>(v + T(0));  // + 0: of -0 as of 0
    const U key = (b & top) != 0 ? U(~b) : U(b | top);
    return is_nan(v) ? U(~U(0)) : key;
  } else {
    return std::is_signed_v<T> ? U(U(v) ^ top) : U(v);
  }
}

// An element's key above its place in the line: a whole number, so that one comparison orders two
// elements, equal ones by place.
template <class T>
struct Pack {
  static constexpr bool narrow = sizeof(T) <= 4;
  using Packed = std::conditional_t<narrow, uint64_t, unsigned __int128>;
  static constexpr int place_bits = narrow ? 32 : 64;
  static constexpr int64_t longest = narrow ? int64_t(UINT32_MAX) : INT64_MAX;
  bool falling = false;

  Packed operator()(T v, int64_t place) const {
    const auto key = key_of(v);
    using U = std::remove_const_t<decltype(key)>;
    return Packed(falling ? U(~key) : key) << place_bits | Packed(place);
  }
  static int64_t place(Packed p) { return narrow ? int64_t(uint32_t(p)) : int64_t(uint64_t(p)); }
};

// Sorts by the `bytes` bytes above the place, the lowest first, each in a pass that keeps the order
// of equals. A byte that all elements share is passed over.
template <class Packed>
void radix_sort(Vector<Packed>& a, Vector<Packed>& other, int place_bits, int bytes) {
  uint32_t count[8][256] = {};
  for (const Packed p : a)
    for (int b = 0; b < bytes; ++b) ++count[b][uint8_t(p >> (place_bits + 8 * b))];
  other.resize(a.size());
  for (int b = 0; b < bytes; ++b) {
    const int shift = place_bits + 8 * b;
    if (count[b][uint8_t(a[0] >> shift)] == a.size()) continue;
    uint32_t at = 0;
    for (uint32_t& c : count[b]) at += std::exchange(c, at);
    for (const Packed p : a) other[count[b][uint8_t(p >> shift)]++] = p;
    a.swap(other);
  }
}

// One line at a time, with room for its packed elements.
template <class T>
struct LineSorter {
  using Packed = typename Pack<T>::Packed;
  const T* x = nullptr;
  int64_t n = 0;
  Vector<Packed> items, other;

  void pack(Pack<T> pack) {
    items.resize(size_t(n));
    for (int64_t j = 0; j < n; ++j) items[size_t(j)] = pack(x[j], j);
  }
  void sort() {
    constexpr size_t radix_from = sizeof(T) <= 4 ? 256 : 1024;  // where it becomes the quicker
    if (items.size() >= radix_from && items.size() < UINT32_MAX)
      radix_sort(items, other, Pack<T>::place_bits, int(sizeof(T)));
    else
      std::sort(items.begin(), items.end());
  }
  int64_t place(size_t i) const { return Pack<T>::place(items[i]); }

  // The place of the k-th smallest.
  int64_t nth(size_t k) {
    pack({});
    std::nth_element(items.begin(), items.begin() + std::ptrdiff_t(k), items.end());
    return place(k);
  }

  // Leaves the first k > 0 items of the order, unordered. Elements that cannot be among them by the
  // k-th of those seen so far are passed over.
  template <bool falling>
  void first(size_t k) {
    const Pack<T> pack{falling};
    const auto before = [](T v, T bound) {  // equal ones come too late
      if constexpr (falling) return !(v <= bound) && !is_nan(bound);
      return v < bound || (is_nan(bound) && !is_nan(v));
    };
    constexpr size_t few = 16;  // so many are kept in order
    items.resize(k <= few ? k : 2 * k + few);
    int64_t j = 0;
    for (; j < int64_t(k); ++j) items[size_t(j)] = pack(x[j], j);
    if (k <= few) {
      std::sort(items.begin(), items.end());
      for (T bound = x[place(k - 1)];; bound = x[place(k - 1)]) {
        while (j < n && !before(x[j], bound)) ++j;
        if (j == n) return;
        Packed in = pack(x[j], j);
        for (Packed& p : items) {
          const Packed low = std::min(p, in), high = std::max(p, in);
          p = low;
          in = high;
        }
        ++j;
      }
    }
    const auto end = [&](size_t i) { return items.begin() + std::ptrdiff_t(i); };
    for (size_t count = k; j < n; count = k) {
      const T bound = x[Pack<T>::place(*std::max_element(items.begin(), end(k)))];
      for (; j < n && count < items.size(); ++j)
        if (before(x[j], bound)) items[count++] = pack(x[j], j);
      std::nth_element(items.begin(), end(k - 1), end(count));
    }
    items.resize(k);
  }
};

// x with dim last, side by side; and back.
Tensor with_dim_at(const Tensor& x, size_t from, size_t to) {
  Dims sizes, strides;
  const auto moved = [&](IntArrayRef in) {
    std::vector<int64_t> out = in.vec();
    const int64_t v = out[from];
    out.erase(out.begin() + std::ptrdiff_t(from));
    out.insert(out.begin() + std::ptrdiff_t(to), v);
    return Dims(IntArrayRef(out));
  };
  return contiguous(window(x, moved(x.sizes()), moved(x.strides()), x.storage_offset()));
}

// Gives select(line, places) every line of x along dim, whose first k places it finds. `sizes` of
// the result are x's with k for the dim.
template <class Select>
Sorted for_each_line(const char* op, const Tensor& x, int64_t dim, int64_t k, Select select) {
  const size_t last = size_t(std::max<int64_t>(x.dim(), 1)) - 1, d = size_t(dim);
  const Tensor rows = d == last ? contiguous(x) : with_dim_at(x, d, last);
  Dims sizes = rows.sizes();
  const int64_t n = sizes.empty() ? 1 : sizes[last];
  if (!sizes.empty()) sizes[last] = k;
  Sorted y{empty(sizes, x.dtype()), empty(sizes, kLong)};
  visit_all(x.dtype(), op, [&](auto zero) {
    using T = decltype(zero);
    if (n > Pack<T>::longest) fail("{}: a line of {} elements of {} is too long", op, n, x.dtype());
    const int64_t lines = y.values.numel() == 0 ? 0 : y.values.numel() / k;
    parallel_for(0, lines, std::max<int64_t>(1, 4096 / std::max<int64_t>(n, 1)),
                 [&](int64_t begin, int64_t end) {
                   LineSorter<T> line;
                   line.n = n;
                   for (int64_t l = begin; l < end; ++l) {
                     line.x = rows.data_ptr<T>() + l * n;
                     T* values = y.values.data_ptr<T>() + l * k;
                     int64_t* places = y.indices.data_ptr<int64_t>() + l * k;
                     select(line, places);
                     for (int64_t j = 0; j < k; ++j) values[j] = line.x[places[j]];
                   }
                 });
  });
  if (d == last) return y;
  return {with_dim_at(y.values, last, d), with_dim_at(y.indices, last, d)};
}

// The same for one result per line, whose place select returns.
template <class Select>
Sorted pick(const char* op, const Tensor& x, int64_t dim, bool keepdim, Select select) {
  dim = wrap_dim(dim, x.dim(), op);
  if (x.dim() > 0 && x.sizes()[size_t(dim)] == 0)
    fail_index("{}: dim {} has size 0 and nothing stands for no element", op, dim);
  Sorted y =
      for_each_line(op, x, dim, 1, [&](auto& line, int64_t* places) { *places = select(line); });
  if (keepdim || x.dim() == 0) return y;
  const Dims sizes = reduced_sizes(x.sizes(), DimSet(1) << dim, false);
  const Dims strides = contiguous_strides(sizes);
  return {window(y.values, sizes, strides, 0), window(y.indices, sizes, strides, 0)};
}

void check_not_bool(const Tensor& x, const char* op) {
  if (x.dtype() == kBool) fail_not_implemented("{}: not implemented for {}", op, x.dtype());
}

}  // namespace

Sorted sort(const Tensor& x, int64_t dim, bool descending) {
  dim = wrap_dim(dim, x.dim(), "sort");
  const int64_t n = x.dim() == 0 ? 1 : x.sizes()[size_t(dim)];
  return for_each_line("sort", x, dim, n, [&](auto& line, int64_t* places) {
    line.pack({descending});
    line.sort();
    for (int64_t j = 0; j < n; ++j) places[j] = line.place(size_t(j));
  });
}

Sorted topk(const Tensor& x, int64_t k, int64_t dim, bool largest, bool sorted) {
  if (x.dtype() == kBool) fail("topk: bool has no order to choose by");
  dim = wrap_dim(dim, x.dim(), "topk");
  const int64_t n = x.dim() == 0 ? 1 : x.sizes()[size_t(dim)];
  if (k < 0 || k > n) fail("topk: k is out of range, got {} for a dim of size {}", k, n);
  if (x.dim() == 0) k = 1;  // there is no dim to leave out
  return for_each_line("topk", x, dim, k, [&](auto& line, int64_t* places) {
    if (largest)
      line.template first<true>(size_t(k));
    else
      line.template first<false>(size_t(k));
    if (sorted) line.sort();
    for (int64_t j = 0; j < k; ++j) places[j] = line.place(size_t(j));
    if (!sorted) std::sort(places, places + k);
  });
}

Sorted kthvalue(const Tensor& x, int64_t k, int64_t dim, bool keepdim) {
  check_not_bool(x, "kthvalue");
  const int64_t n = x.dim() == 0 ? 1 : x.sizes()[size_t(wrap_dim(dim, x.dim(), "kthvalue"))];
  if (n > 0 && (k < 1 || k > n))
    fail("kthvalue: k is out of range, got {} for a dim of size {}", k, n);
  return pick("kthvalue", x, dim, keepdim, [&](auto& line) { return line.nth(size_t(k - 1)); });
}

Sorted median(const Tensor& x, int64_t dim, bool keepdim, bool ignore_nan) {
  const char* op = ignore_nan ? "nanmedian" : "median";
  check_not_bool(x, op);
  return pick(op, x, dim, keepdim, [&](auto& line) {
    int64_t numbers = 0;
    for (int64_t j = 0; j < line.n; ++j) {
      if (!is_nan(line.x[j]))
        ++numbers;
      else if (!ignore_nan)
        return j;
    }
    return line.nth(size_t(numbers == 0 ? 0 : (numbers - 1) / 2));
  });
}

Sorted mode(const Tensor& x, int64_t dim, bool keepdim) {
  return pick("mode", x, dim, keepdim, [](auto& line) {
    line.pack({});
    line.sort();
    int64_t best = 0, most = 0;
    for (int64_t i = 0, run = 0; i < line.n; ++i) {
      const auto value = [&](int64_t j) { return line.x[line.place(size_t(j))]; };
      run = i > 0 && value(i) == value(i - 1) ? run + 1 : 1;
      if (run > most) most = run, best = i;
    }
    return line.place(size_t(best));
  });
}

}  // namespace gradus::raw
