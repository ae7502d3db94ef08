#include "tensor/sort.h"

#include <algorithm>
#include <numeric>

#include "tensor/fail.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"
#include "tensor/scan.h"
#include "tensor/shape.h"

namespace gradus::raw {

namespace {

template <class T>
bool is_nan(T v) {
  return v != v;
}

// An element of a line with its place.
template <class T>
struct Item {
  T value;
  int64_t place;
};

// Rising, nans last. Equal elements stay in order of place, so that any sort is stable.
struct Rising {
  template <class T>
  bool operator()(const Item<T>& a, const Item<T>& b) const {
    if (a.value < b.value) return true;
    if (b.value < a.value) return false;
    if (is_nan(a.value) != is_nan(b.value)) return is_nan(b.value);
    return a.place < b.place;
  }
};
// Falling, nans first.
struct Falling {
  template <class T>
  bool operator()(const Item<T>& a, const Item<T>& b) const {
    if (a.value > b.value) return true;
    if (b.value > a.value) return false;
    if (is_nan(a.value) != is_nan(b.value)) return is_nan(a.value);
    return a.place < b.place;
  }
};

// Gives select(line, n) every line of x along dim; its first k items are the result's line. `sizes`
// are x's with k for the dim.
template <class Select>
Sorted for_each_line(const char* op, const Tensor& x, int64_t dim, int64_t k, Select select) {
  Dims sizes = x.sizes();
  if (!sizes.empty()) sizes[size_t(dim)] = k;
  const Sorted y{empty(sizes, x.dtype()), empty(sizes, kLong)};
  if (y.values.numel() == 0) return y;
  const Tensor dense = contiguous(x);
  const Lines s(x.sizes(), dim);
  visit_all(x.dtype(), op, [&](auto zero) {
    using T = decltype(zero);
    const T* from = dense.data_ptr<T>();
    T* values = y.values.data_ptr<T>();
    int64_t* indices = y.indices.data_ptr<int64_t>();
    parallel_for(0, s.outer * s.inner, std::max<int64_t>(1, 4096 / s.n),
                 [&](int64_t begin, int64_t end) {
                   std::vector<Item<T>> line(size_t(s.n), Item<T>{});
                   for (int64_t l = begin; l < end; ++l) {
                     const int64_t o = l / s.inner, i = l % s.inner;
                     const T* p = from + o * s.n * s.inner + i;
                     for (int64_t j = 0; j < s.n; ++j) line[size_t(j)] = {p[j * s.inner], j};
                     select(line);
                     for (int64_t j = 0; j < k; ++j) {
                       const int64_t at = (o * k + j) * s.inner + i;
                       values[at] = line[size_t(j)].value;
                       indices[at] = line[size_t(j)].place;
                     }
                   }
                 });
  });
  return y;
}

// The same for one result per line, which select returns.
template <class Select>
Sorted pick(const char* op, const Tensor& x, int64_t dim, bool keepdim, Select select) {
  dim = wrap_dim(dim, x.dim(), op);
  if (x.dim() > 0 && x.sizes()[size_t(dim)] == 0)
    fail_index("{}: dim {} has size 0 and nothing stands for no element", op, dim);
  Sorted y = for_each_line(op, x, dim, 1, [&](auto& line) { line[0] = select(line); });
  if (keepdim || x.dim() == 0) return y;
  const Dims sizes = reduced_sizes(x.sizes(), DimSet(1) << dim, false);
  const Dims strides = contiguous_strides(sizes);
  return {window(y.values, sizes, strides, 0), window(y.indices, sizes, strides, 0)};
}

template <class T>
Item<T> nth(std::vector<Item<T>>& line, size_t k) {
  std::nth_element(line.begin(), line.begin() + std::ptrdiff_t(k), line.end(), Rising());
  return line[k];
}

void check_not_bool(const Tensor& x, const char* op) {
  if (x.dtype() == kBool) fail("{}: not implemented for {}", op, x.dtype());
}

}  // namespace

Sorted sort(const Tensor& x, int64_t dim, bool descending) {
  dim = wrap_dim(dim, x.dim(), "sort");
  const int64_t n = x.dim() == 0 ? 1 : x.sizes()[size_t(dim)];
  return for_each_line("sort", x, dim, n, [&](auto& line) {
    if (descending)
      std::sort(line.begin(), line.end(), Falling());
    else
      std::sort(line.begin(), line.end(), Rising());
  });
}

Sorted topk(const Tensor& x, int64_t k, int64_t dim, bool largest, bool sorted) {
  check_not_bool(x, "topk");
  dim = wrap_dim(dim, x.dim(), "topk");
  const int64_t n = x.dim() == 0 ? 1 : x.sizes()[size_t(dim)];
  if (k < 0 || k > n) fail("topk: k is out of range, got {} for a dim of size {}", k, n);
  return for_each_line("topk", x, dim, k, [&](auto& line) {
    const auto run = [&](auto before) {
      const auto end = line.begin() + k;
      if (k < n) std::nth_element(line.begin(), end, line.end(), before);
      if (sorted)
        std::sort(line.begin(), end, before);
      else
        std::sort(line.begin(), end, [](auto& a, auto& b) { return a.place < b.place; });
    };
    if (largest)
      run(Falling());
    else
      run(Rising());
  });
}

Sorted kthvalue(const Tensor& x, int64_t k, int64_t dim, bool keepdim) {
  check_not_bool(x, "kthvalue");
  const int64_t n = x.dim() == 0 ? 1 : x.sizes()[size_t(wrap_dim(dim, x.dim(), "kthvalue"))];
  if (n > 0 && (k < 1 || k > n))
    fail("kthvalue: k is out of range, got {} for a dim of size {}", k, n);
  return pick("kthvalue", x, dim, keepdim, [&](auto& line) { return nth(line, size_t(k - 1)); });
}

Sorted median(const Tensor& x, int64_t dim, bool keepdim, bool ignore_nan) {
  const char* op = ignore_nan ? "nanmedian" : "median";
  check_not_bool(x, op);
  return pick(op, x, dim, keepdim, [&](auto& line) {
    size_t numbers = 0;
    for (const auto& item : line) {
      if (!is_nan(item.value))
        ++numbers;
      else if (!ignore_nan)
        return item;
    }
    return nth(line, numbers == 0 ? 0 : (numbers - 1) / 2);
  });
}

Sorted mode(const Tensor& x, int64_t dim, bool keepdim) {
  return pick("mode", x, dim, keepdim, [](auto& line) {
    std::sort(line.begin(), line.end(), Rising());
    size_t best = 0, most = 0;
    for (size_t i = 0, run = 0; i < line.size(); ++i) {
      run = i > 0 && line[i].value == line[i - 1].value ? run + 1 : 1;
      if (run > most) most = run, best = i;
    }
    return line[best];
  });
}

namespace {

// Walks `order`, a list of things to compare, and joins equal neighbours in it.
template <class Equal>
std::vector<int64_t> join(const std::vector<int64_t>& order, Equal equal, int64_t* inverse,
                          std::vector<int64_t>& counts) {
  std::vector<int64_t> first;
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

Tensor of_longs(const std::vector<int64_t>& v) {
  const Tensor t = empty(int64_t(v.size()), kLong);
  std::copy(v.begin(), v.end(), t.data_ptr<int64_t>());
  return t;
}

}  // namespace

Unique unique(const Tensor& x, bool neighbours) {
  const Tensor dense = contiguous(x);
  Unique y;
  y.inverse = empty(x.sizes(), kLong);
  std::vector<int64_t> order(size_t(x.numel())), counts;
  std::iota(order.begin(), order.end(), 0);
  visit_all(x.dtype(), "unique", [&](auto zero) {
    using T = decltype(zero);
    const T* p = dense.data_ptr<T>();
    if (!neighbours)
      std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
        return Rising()(Item<T>{p[a], a}, Item<T>{p[b], b});
      });
    const auto first = join(
        order, [&](int64_t a, int64_t b) { return p[a] == p[b]; }, y.inverse.data_ptr<int64_t>(),
        counts);
    y.values = empty(int64_t(first.size()), x.dtype());
    for (size_t i = 0; i < first.size(); ++i) y.values.data_ptr<T>()[i] = p[first[i]];
  });
  y.counts = of_longs(counts);
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
  std::vector<int64_t> order(size_t(n), 0), counts;
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
  y.counts = of_longs(counts);
  return y;
}

Tensor bincount(const Tensor& x, const Tensor& weights, int64_t minlength) {
  if (x.dim() != 1 || !is_integral(x.dtype(), false))
    fail("bincount: expected a 1-dim integer tensor, got {} of {}", x.sizes(), x.dtype());
  if (minlength < 0) fail("bincount: minlength must not be negative, got {}", minlength);
  if (weights.defined() && weights.sizes() != x.sizes())
    fail("bincount: weights differ in shape from the input, {} and {}", weights.sizes(), x.sizes());
  const Tensor places = contiguous(to_dtype(x, kLong));
  const int64_t* p = places.data_ptr<int64_t>();
  const int64_t n = x.numel();
  int64_t length = minlength;
  for (int64_t i = 0; i < n; ++i) {
    if (p[i] < 0) fail("bincount: elements must not be negative, got {}", p[i]);
    length = std::max(length, std::min(p[i], int64_t(1) << 60) + 1);
  }
  if (!weights.defined()) {
    const Tensor y = zeros(length, kLong);
    for (int64_t i = 0; i < n; ++i) ++y.data_ptr<int64_t>()[p[i]];
    return y;
  }
  // As PyTorch has it: float weights give floats, all others doubles.
  const ScalarType type = weights.dtype() == kFloat ? kFloat : kDouble;
  const Tensor w = contiguous(to_dtype(weights, type)), y = zeros(length, type);
  visit_floating(type, "bincount", [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < n; ++i) y.data_ptr<T>()[p[i]] += w.data_ptr<T>()[i];
  });
  return y;
}

Tensor histc(const Tensor& x, int64_t bins, double low, double high) {
  if (!x.is_floating_point()) fail("histc: not implemented for {}", x.dtype());
  if (bins <= 0) fail("histc: expected 1 or more bins, got {}", bins);
  const Tensor dense = contiguous(x), y = zeros(bins, x.dtype());
  visit_floating(x.dtype(), "histc", [&](auto zero) {
    using T = decltype(zero);
    const T* p = dense.data_ptr<T>();
    const int64_t n = x.numel();
    T a = T(low), b = T(high);
    if (a == b && n > 0)
      std::tie(a, b) = std::pair(*std::min_element(p, p + n), *std::max_element(p, p + n));
    if (a == b) a -= 1, b += 1;
    if (!(a <= b) || is_nan(a - a) || is_nan(b - b))
      fail("histc: expected finite rising bounds, got {} and {}", a, b);
    for (int64_t i = 0; i < n; ++i)
      if (p[i] >= a && p[i] <= b)
        ++y.data_ptr<T>()[std::min(bins - 1, int64_t((p[i] - a) * T(bins) / (b - a)))];
  });
  return y;
}

}  // namespace gradus::raw
