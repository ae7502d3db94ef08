#include <algorithm>
#include <cmath>
#include <numeric>

#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/base/vector.h"
#include "tensor/reduce/sort.h"
#include "tensor/shape.h"

namespace gradus::raw {

namespace {

// Walks `order`, a list of things to compare, and joins equal neighbours in it.
template <class Equal>
Vector<int64_t> join(const Vector<int64_t>& order, Equal equal, int64_t* inverse,
                     Vector<int64_t>& counts) {
  Vector<int64_t> first;
  for (size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || !equal(order[i - 1], order[i])) {
      first.push_back(order[i]);
      counts.push_back(0);
    }
    ++counts.back();
    inverse[order[i]] = int64_t(first.size()) - 1;
  }
  return first;
}

// Of whole numbers that lie close together: each has a place in a table, where it is counted. False
// where the table would be larger than the tensor.
template <class T>
bool unique_by_table(const T* p, int64_t n, int64_t* inverse, Tensor& values,
                     Vector<int64_t>& counts) {
  if (n == 0) return false;
  const auto [low, high] = std::minmax_element(p, p + n);
  const uint64_t least = uint64_t(*low), range = uint64_t(*high) - least;
  if (range > uint64_t(n)) return false;
  Vector<int64_t> table(size_t(range) + 1, 0);
  const auto place = [=](T v) { return size_t(uint64_t(v) - least); };
  for (int64_t i = 0; i < n; ++i) ++table[place(p[i])];
  for (const int64_t count : table)
    if (count > 0) counts.push_back(count);
  values = empty(int64_t(counts.size()), scalar_type_of<T>);
  int64_t found = 0;
  for (size_t k = 0; k < table.size(); ++k)
    if (table[k] > 0) {
      values.data_ptr<T>()[found] = static_cast<T>(least + k);
      table[k] = found++;
    }
  for (int64_t i = 0; i < n; ++i) inverse[i] = table[place(p[i])];
  return true;
}

}  // namespace

Unique unique(const Tensor& x, bool neighbours) {
  const Tensor dense = contiguous(x);
  Unique y;
  y.inverse = empty(x.sizes(), kLong);
  Vector<int64_t> counts;
  const bool counted = !neighbours && visit_all(x.dtype(), "unique", [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_integral_v<T>)
      return unique_by_table(dense.data_ptr<T>(), x.numel(), y.inverse.data_ptr<int64_t>(),
                             y.values, counts);
    return false;
  });
  if (counted) {
    y.counts = from_list(counts);
    return y;
  }
  Vector<int64_t> order(size_t(x.numel()));
  if (neighbours) {
    std::iota(order.begin(), order.end(), 0);
  } else {
    const Tensor places =
        sort(window(dense, {x.numel()}, {1}, dense.storage_offset()), 0, false).indices;
    std::copy_n(places.data_ptr<int64_t>(), order.size(), order.begin());
  }
  visit_all(x.dtype(), "unique", [&](auto zero) {
    using T = decltype(zero);
    const T* p = dense.data_ptr<T>();
    const auto first = join(
        order, [&](int64_t a, int64_t b) { return p[a] == p[b]; }, y.inverse.data_ptr<int64_t>(),
        counts);
    y.values = empty(int64_t(first.size()), x.dtype());
    for (size_t i = 0; i < first.size(); ++i) y.values.data_ptr<T>()[i] = p[first[i]];
  });
  y.counts = from_list(counts);
  return y;
}

Unique unique_dim(const Tensor& x, int64_t dim, bool neighbours) {
  const char* op = neighbours ? "unique_consecutive" : "unique";
  dim = wrap_dim(dim, x.dim(), op);
  if (x.dim() == 0) fail("{}: a dim needs a tensor with dims, got a 0-dim tensor", op);
  const size_t d = size_t(dim);
  const int64_t n = x.sizes()[d];
  // Slices side by side: [n, everything else].
  Dims sizes = x.sizes(), strides = x.strides();
  std::swap(sizes[0], sizes[d]);
  std::swap(strides[0], strides[d]);
  const Tensor rows = contiguous(window(x, sizes, strides, x.storage_offset()));
  if (x.numel() == 0 && n > 0)
    fail("{}: slices along dim {} of {} hold no elements", op, dim, x.sizes());
  const int64_t width = n == 0 ? 0 : x.numel() / n;
  Unique y;
  y.inverse = empty(n, kLong);
  Vector<int64_t> order(size_t(n), 0), counts;
  std::iota(order.begin(), order.end(), 0);
  visit_all(x.dtype(), op, [&](auto zero) {
    using T = decltype(zero);
    const T* p = rows.data_ptr<T>();
    const auto row = [&](int64_t i) { return p + i * width; };
    const auto less = [&](int64_t a, int64_t b) {
      return std::lexicographical_compare(row(a), row(a) + width, row(b), row(b) + width);
    };
    if (!neighbours) std::stable_sort(order.begin(), order.end(), less);
    const auto first = join(
        order, [&](int64_t a, int64_t b) { return std::equal(row(a), row(a) + width, row(b)); },
        y.inverse.data_ptr<int64_t>(), counts);
    sizes[0] = int64_t(first.size());
    const Tensor kept = empty(sizes, x.dtype());
    for (size_t i = 0; i < first.size(); ++i)
      std::copy(row(first[i]), row(first[i]) + width, kept.data_ptr<T>() + int64_t(i) * width);
    strides = kept.strides();
    std::swap(sizes[0], sizes[d]);
    std::swap(strides[0], strides[d]);
    y.values = contiguous(window(kept, sizes, strides, 0));
  });
  y.counts = from_list(counts);
  return y;
}

namespace {

// The largest of n elements, -1 if there is none; throws if one is negative.
template <class T>
int64_t largest_place(const T* p, int64_t n) {
  // Three at a time, since a maximum waits for the one before.
  int64_t most = -1, second = -1, third = -1, sign = 0, at = 0;
  const auto look = [&](int64_t& top, T v) {
    top = std::max(top, int64_t(v));
    sign |= int64_t(v);
  };
  for (; at + 3 <= n; at += 3) {
    look(most, p[at]);
    look(second, p[at + 1]);
    look(third, p[at + 2]);
  }
  for (; at < n; ++at) look(most, p[at]);
  if (sign < 0)
    fail("bincount: elements must not be negative, got {}",
         int64_t(*std::find_if(p, p + n, [](T v) { return v < T(0); })));
  return std::max({most, second, third});
}

template <class T>
Tensor count_places(const T* p, int64_t n, const Tensor& weights, int64_t minlength) {
  const int64_t most = largest_place(p, n);
  const int64_t length = std::max(minlength, std::min(most, int64_t(1) << 60) + 1);
  if (!weights.defined()) {
    const Tensor y = zeros(length, kLong);
    int64_t* count = y.data_ptr<int64_t>();
    for (int64_t i = 0; i < n; ++i) ++count[p[i]];
    return y;
  }
  // As PyTorch has it: float weights give floats, all others doubles.
  const ScalarType type = weights.dtype() == kFloat ? kFloat : kDouble;
  const Tensor w = contiguous(to_dtype(weights, type)), y = zeros(length, type);
  visit_floating(type, "bincount", [&](auto zero) {
    using W = decltype(zero);
    for (int64_t i = 0; i < n; ++i) y.data_ptr<W>()[p[i]] += w.data_ptr<W>()[i];
  });
  return y;
}

}  // namespace

Tensor bincount(const Tensor& x, const Tensor& weights, int64_t minlength) {
  if (x.dim() != 1 || !is_integral(x.dtype(), false))
    fail("bincount: expected a 1-dim integer tensor, got {} of {}", x.sizes(), x.dtype());
  if (minlength < 0) fail("bincount: minlength must not be negative, got {}", minlength);
  if (weights.defined() && weights.sizes() != x.sizes())
    fail("bincount: weights differ in shape from the input, {} and {}", weights.sizes(), x.sizes());
  const Tensor places = contiguous(x);
  const auto count = [&]<class T>(T) {
    return count_places(places.data_ptr<T>(), x.numel(), weights, minlength);
  };
  switch (x.dtype()) {
    case kByte:
      return count(uint8_t());
    case kInt:
      return count(int32_t());
    default:
      return count(int64_t());
  }
}

Tensor histc(const Tensor& x, int64_t bins, double low, double high) {
  if (!x.is_floating_point()) fail_not_implemented("histc: not implemented for {}", x.dtype());
  if (bins <= 0) fail("histc: expected 1 or more bins, got {}", bins);
  const Tensor dense = contiguous(x), counts = zeros(bins, kLong);
  visit_floating(x.dtype(), "histc", [&](auto zero) {
    using T = decltype(zero);
    const T* p = dense.data_ptr<T>();
    const int64_t n = x.numel();
    T a = T(low), b = T(high);
    if (a == b && n > 0) {
      bool unknown = false;
      a = b = p[0];
      for (int64_t i = 0; i < n; ++i) {
        unknown |= p[i] != p[i];
        a = std::min(a, p[i]), b = std::max(b, p[i]);
      }
      if (unknown) fail("histc: an element is nan, bounds that are not given cannot be found");
    }
    if (a == b) a -= 1, b += 1;
    if (!(a <= b) || !std::isfinite(a) || !std::isfinite(b))
      fail("histc: expected finite rising bounds, got {} and {}", a, b);
    int64_t* count = counts.data_ptr<int64_t>();
    const auto fill = [&](auto place) {
      for (int64_t i = 0; i < n; ++i)
        if (p[i] >= a && p[i] <= b) ++count[clamped_int64(place(p[i]), 0, bins - 1)];
    };
    if (std::isfinite((b - a) * T(bins)))
      fill([&](T v) { return (v - a) * T(bins) / (b - a); });
    else  // by halves, whose difference is in range
      fill([&](T v) { return (v / 2 - a / 2) / (b / 2 - a / 2) * T(bins); });
  });
  return to_dtype(counts, x.dtype());
}

}  // namespace gradus::raw
