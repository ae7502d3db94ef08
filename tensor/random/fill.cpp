#include "tensor/random/fill.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/base/vector.h"
#include "tensor/random/draw.h"
#include "tensor/shape.h"

namespace gradus::raw {

namespace {

// The dims of x, the one of the largest stride first: the order in which a fill walks.
Dims memory_order(const Tensor& x) {
  Dims order(size_t(x.dim()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return x.strides()[size_t(a)] > x.strides()[size_t(b)];
  });
  return order;
}

Tensor permuted(const Tensor& x, const Dims& order) {
  Dims sizes(order.size()), strides(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    sizes[i] = x.sizes()[size_t(order[i])];
    strides[i] = x.strides()[size_t(order[i])];
  }
  return window(x, sizes, strides, x.storage_offset());
}

// Gives the elements, in memory order, the values that successive next(T* out, n) produce.
template <class T, class Next>
void fill_in_order(const Tensor& x, Next next) {
  const Tensor dense = x.is_contiguous() ? x : permuted(x, memory_order(x));
  if (dense.is_contiguous()) return next(dense.data_ptr<T>(), dense.numel());
  // Not dense: in the order of a contiguous tensor, copied out.
  const Tensor values = empty(dense.sizes(), dense.dtype());
  next(values.data_ptr<T>(), values.numel());
  copy(dense, values);
}

// The same with a value at a time.
template <class T, class Value>
void fill_each(const Tensor& x, Value value) {
  fill_in_order<T>(x, [&](T* out, int64_t n) {
    for (int64_t i = 0; i < n; ++i) out[i] = value();
  });
}

// Values made in double, stored as T. What an integer type cannot hold ends as the processor's
// conversion leaves it.
template <class T>
T stored(double v) {
  if constexpr (std::is_floating_point_v<T>)
    return T(v);
  else
    return T(int64_or_least(v));
}

void check_between(const char* op, bool ok, const char* range, double v) {
  if (!ok) fail("{}: expected {}, got {}", op, range, v);
}

// `to` moved down, and `from` up, to a value that T holds, where rounding would leave the range.
template <class T>
int64_t rounded(int64_t v) {
  const T r = T(v);
  return r < T(0x1p63) ? int64_t(r) : std::numeric_limits<int64_t>::min();
}
template <class T>
int64_t spacing(int64_t v) {
  const int log2 = int(std::bit_width(uint64_t(v < 0 ? -v : v))) - 1;
  return int64_t(1) << std::max(0, log2 - std::numeric_limits<T>::digits + 1);
}
template <class T>
int64_t first_of_range(int64_t from) {
  const int64_t r = rounded<T>(int64_t(uint64_t(from) + 1));
  return r < from ? r + spacing<T>(from + 1) : from;
}
template <class T>
int64_t end_of_range(int64_t to) {
  const int64_t r = rounded<T>(to - 1);
  return r >= to ? r - spacing<T>(to - 1) : to;
}

void check_range(int64_t from, int64_t last, ScalarType t) {
  visit_all(t, "random_", [&]<class T>(T) {
    if constexpr (!std::is_floating_point_v<T>) {
      constexpr auto low = int64_t(std::numeric_limits<T>::lowest());
      constexpr auto high = int64_t(std::numeric_limits<T>::max());
      if (from < low || last > high)
        fail("random_: {} holds [{}, {}], got [{}, {}]", t, low, high, from, last);
    }
  });
}

template <class T, class Order>
void check_probabilities(const T* p, int64_t n, const char* op, Order ok) {
  for (int64_t i = 0; i < n; ++i)
    if (!ok(p[i])) fail("{}: not a probability, {}", op, p[i]);
}

}  // namespace

void uniform(const Tensor& x, double from, double to, GeneratorImpl& g) {
  visit_floating(x.dtype(), "uniform_", [&]<class T>(T) {
    constexpr double high = std::numeric_limits<T>::max();
    if (!(std::fabs(from) <= high && std::fabs(to) <= high))
      fail("uniform_: a bound is out of the range of {}, [{}, {})", x.dtype(), from, to);
    if (from > to) fail("uniform_: from exceeds to, {} and {}", from, to);
    if (to - from > high) fail("uniform_: the range overflows {}, [{}, {})", x.dtype(), from, to);
    std::lock_guard lock(g.mutex_);
    fill_in_order<T>(x, [&](T* out, int64_t n) { draw::uniform(g, out, n, from, to); });
  });
}

void normal(const Tensor& x, double mean, double std, GeneratorImpl& g) {
  check_between("normal_", std >= 0, "std >= 0", std);
  visit_floating(x.dtype(), "normal_", [&]<class T>(T) {
    std::lock_guard lock(g.mutex_);
    if (x.numel() >= 16 && x.is_contiguous())
      draw::normal_many(g, x.data_ptr<T>(), x.numel(), mean, std);
    else
      fill_each<T>(x, [&] { return T(draw::normal(g, mean, std)); });
  });
}

Tensor normal(const Tensor& mean, double std, GeneratorImpl& g) {
  const Tensor y = empty(mean.sizes(), mean.dtype()), m = contiguous(mean);
  normal(y, 0, std, g);
  visit_floating(y.dtype(), "normal", [&]<class T>(T) {
    for (int64_t i = 0; i < y.numel(); ++i) y.data_ptr<T>()[i] += m.data_ptr<T>()[i];
  });
  return y;
}

Tensor normal(const Tensor& mean, const Tensor& std, ScalarType t, GeneratorImpl& g) {
  visit_floating(std.dtype(), "normal", [&]<class T>(T) {
    const Tensor s = contiguous(std);
    for (int64_t i = 0; i < s.numel(); ++i)
      if (!(s.data_ptr<T>()[i] >= 0)) fail("normal: expected std >= 0, got {}", s.data_ptr<T>()[i]);
  });
  const Dims shape = broadcast_shapes(mean.sizes(), std.sizes(), "normal");
  const Tensor y = empty(shape, t);
  normal(y, 0, 1, g);
  const auto dense = [&](const Tensor& x) { return contiguous(expand(to_dtype(x, t), shape)); };
  const Tensor m = dense(mean), s = dense(std);
  visit_floating(t, "normal", [&]<class T>(T) {
    T* out = y.data_ptr<T>();
    for (int64_t i = 0; i < y.numel(); ++i)
      out[i] = out[i] * s.data_ptr<T>()[i] + m.data_ptr<T>()[i];
  });
  return y;
}

Tensor rrelu_slopes(const Tensor& x, double lower, double upper, GeneratorImpl& g) {
  const Tensor y = empty(x.sizes(), x.dtype()), dense = contiguous(x);
  visit_floating(x.dtype(), "rrelu", [&]<class T>(T) {
    const T* in = dense.data_ptr<T>();
    T* out = y.data_ptr<T>();
    std::lock_guard lock(g.mutex_);
    const double width = upper - lower;
    for (int64_t i = 0; i < x.numel(); ++i)
      out[i] = in[i] <= 0 ? T(draw::uniform(g) * width + lower) : T(1);
  });
  return y;
}

void random(const Tensor& x, GeneratorImpl& g) {
  visit_all(x.dtype(), "random_", [&]<class T>(T) {
    std::lock_guard lock(g.mutex_);
    fill_each<T>(x, [&] { return draw::integer<T>(g); });
  });
}

void random(const Tensor& x, int64_t from, std::optional<int64_t> to, GeneratorImpl& g) {
  if (to && from >= *to) fail("random_: from must be less than to, {} and {}", from, *to);
  visit_all(x.dtype(), "random_", [&]<class T>(T) {
    uint64_t range;
    if (to) {
      int64_t end = *to;
      if constexpr (std::is_floating_point_v<T>) {
        from = first_of_range<T>(from);
        end = end_of_range<T>(end);
        if (from >= end) fail("random_: {} holds no integer of [{}, {})", x.dtype(), from, *to);
      }
      check_range(from, end - 1, x.dtype());
      range = uint64_t(end) - uint64_t(from);
    } else if (from != std::numeric_limits<int64_t>::lowest()) {
      int64_t last = 1;
      if constexpr (std::is_floating_point_v<T>) {
        last = int64_t(1) << std::numeric_limits<T>::digits;
        if (from < last) from = first_of_range<T>(from);
        if (from >= last) fail("random_: from must be less than {}, got {}", last, from);
      } else {
        last = int64_t(std::numeric_limits<T>::max());
      }
      check_range(from, last, x.dtype());
      range = uint64_t(last) - uint64_t(from) + 1;
    } else {
      if (sizeof(T) < 8 && !std::is_floating_point_v<T>)
        fail("random_: {} does not hold all 64-bit integers", x.dtype());
      range = 0;
    }
    std::lock_guard lock(g.mutex_);
    fill_each<T>(x, [&] {
      return range == 0 ? T(int64_t(g.random64())) : draw::integer<T>(g, range, from);
    });
  });
}

void bernoulli(const Tensor& x, double p, GeneratorImpl& g) {
  check_between("bernoulli_", p >= 0 && p <= 1, "p in [0, 1]", p);
  visit_all(x.dtype(), "bernoulli_", [&]<class T>(T) {
    std::lock_guard lock(g.mutex_);
    fill_in_order<T>(x, [&](T* out, int64_t n) {
      double u[draw::chunk_words / 2];
      uint8_t below[std::size(u)];
      for (int64_t m; n > 0; out += m, n -= m) {
        m = std::min<int64_t>(n, std::size(u));
        draw::uniform(g, u, m, 0, 1);
        kernels::table().random->below(u, p, below, m);
        for (int64_t i = 0; i < m; ++i) out[i] = T(below[i]);
      }
    });
  });
}

void bernoulli(const Tensor& x, const Tensor& p, GeneratorImpl& g) {
  const Tensor wide = expand(p, x.sizes(), "bernoulli_");
  visit_floating(p.dtype(), "bernoulli_ by a tensor", [&]<class P>(P) {
    const Tensor ordered = contiguous(x.is_contiguous() ? wide : permuted(wide, memory_order(x)));
    const P* prob = ordered.data_ptr<P>();
    check_probabilities(prob, ordered.numel(), "bernoulli_", [](P v) { return v >= 0 && v <= 1; });
    visit_all(x.dtype(), "bernoulli_", [&]<class T>(T) {
      std::lock_guard lock(g.mutex_);
      fill_in_order<T>(x, [&](T* out, int64_t n) {
        P u[draw::chunk_words / 2];
        for (int64_t m; n > 0; out += m, prob += m, n -= m) {
          m = std::min<int64_t>(n, std::size(u));
          draw::uniform(g, u, m, 0, 1);
          for (int64_t i = 0; i < m; ++i) out[i] = T(u[i] < prob[i]);
        }
      });
    });
  });
}

void exponential(const Tensor& x, double lambda, GeneratorImpl& g) {
  check_between("exponential_", lambda > 0, "lambd > 0", lambda);
  visit_floating(x.dtype(), "exponential_", [&]<class T>(T) {
    std::lock_guard lock(g.mutex_);
    fill_each<T>(x, [&] { return T(draw::exponential(g, lambda)); });
  });
}

void geometric(const Tensor& x, double p, GeneratorImpl& g) {
  check_between("geometric_", p > 0 && p < 1, "p in (0, 1)", p);
  if (x.dtype() == kBool) fail("geometric_: does not take bool");
  visit_all(x.dtype(), "geometric_", [&]<class T>(T) {
    std::lock_guard lock(g.mutex_);
    fill_each<T>(x, [&] { return stored<T>(draw::geometric(g, p)); });
  });
}

void log_normal(const Tensor& x, double mean, double std, GeneratorImpl& g) {
  check_between("log_normal_", std > 0, "std > 0", std);
  visit_floating(x.dtype(), "log_normal_", [&]<class T>(T) {
    std::lock_guard lock(g.mutex_);
    fill_each<T>(x, [&] { return T(std::exp(draw::normal(g, mean, std))); });
  });
}

void cauchy(const Tensor& x, double median, double sigma, GeneratorImpl& g) {
  check_between("cauchy_", sigma > 0, "sigma > 0", sigma);
  visit_floating(x.dtype(), "cauchy_", [&]<class T>(T) {
    std::lock_guard lock(g.mutex_);
    fill_each<T>(x, [&] { return T(draw::cauchy(g, median, sigma)); });
  });
}

Tensor poisson(const Tensor& rate, GeneratorImpl& g) {
  return visit_floating(rate.dtype(), "poisson", [&]<class T>(T) {
    const Tensor dense = contiguous(rate);
    const T* r = dense.data_ptr<T>();
    for (int64_t i = 0; i < dense.numel(); ++i)
      if (!(r[i] >= 0)) fail("poisson: expected a rate >= 0, got {}", r[i]);
    Tensor y = empty(rate.sizes(), rate.dtype());
    std::lock_guard lock(g.mutex_);
    fill_each<T>(y, [&] { return T(draw::poisson(g, double(*r++))); });
    return y;
  });
}

Tensor randperm(int64_t n, ScalarType dtype, GeneratorImpl& g) {
  if (n < 0) fail("randperm: expected n >= 0, got {}", n);
  if (dtype == kBool) fail("randperm: does not take bool");
  return visit_all(dtype, "randperm", [&]<class T>(T) {
    constexpr int64_t last = std::is_floating_point_v<T>
                                 ? int64_t(1) << std::numeric_limits<T>::digits
                                 : int64_t(std::numeric_limits<T>::max());
    if (n - 1 > last) fail("randperm: {} counts to {}, got n = {}", dtype, last, n);
    Tensor y = empty({n}, dtype);
    std::lock_guard lock(g.mutex_);
    draw::permutation(g, y.data_ptr<T>(), n);
    return y;
  });
}

namespace {

// n times the first index whose share of the total, summed up to it, reaches a uniform value.
template <class T>
void sample_with_replacement(GeneratorImpl& g, const T* p, int64_t size, int64_t* out, int64_t n) {
  const Tensor sums = empty({size}, scalar_type_of<T>);
  T* cumulative = sums.data_ptr<T>();
  const auto add_up = [&](T unit) {
    T total = 0;
    for (int64_t i = 0; i < size; ++i) cumulative[i] = total += p[i] * unit;
    return total;
  };
  T total = add_up(1);
  if (std::isinf(total)) total = add_up(T(0x1p-30));  // there are at most 2^24
  for (int64_t i = 0; i < size; ++i) cumulative[i] /= total;
  cumulative[size - 1] = 1;
  for (int64_t i = 0; i < n; ++i)
    out[i] = std::lower_bound(cumulative, cumulative + size, draw::uniform(g)) - cumulative;
}

// The n largest of p / Exp(1), largest first. Equal ones (zeros only) end in the order in which
// PyTorch's topk leaves them.
template <class T>
void sample_without_replacement(const T* p, const T* e, int64_t size, int64_t* out, int64_t n) {
  Vector<std::pair<double, int64_t>> score(size_t(size), {0., 0});
  for (int64_t i = 0; i < size; ++i) score[size_t(i)] = {double(p[i] / e[i]), i};
  // Weights at the ends of the range may leave it: those are compared by their logarithms, that of
  // the least weight above that of 0, which is -inf.
  const auto lost = [&](int64_t i) {
    const double s = score[size_t(i)].first;
    return std::isinf(s) || (p[i] > 0 && s < std::numeric_limits<T>::min());
  };
  bool any_lost = false;
  for (int64_t i = 0; i < size; ++i) any_lost |= lost(i);
  for (int64_t i = 0; any_lost && i < size; ++i)
    score[size_t(i)].first = std::log(double(p[i])) - std::log(double(e[i]));
  const auto larger = [](const auto& a, const auto& b) { return a.first > b.first; };
  const auto begin = score.begin(), end = score.end();
  if (n == 1) {
    std::iter_swap(begin, std::min_element(begin, end, larger));
  } else if (n * 64 <= size) {
    std::partial_sort(begin, begin + n, end, larger);
  } else {
    std::nth_element(begin, begin + n - 1, end, larger);
    std::sort(begin, begin + n - 1, larger);
  }
  for (int64_t i = 0; i < n; ++i) out[i] = score[size_t(i)].second;
}

}  // namespace

Tensor multinomial(const Tensor& p, int64_t n, bool replacement, GeneratorImpl& g) {
  if (p.dim() != 1 && p.dim() != 2)
    fail("multinomial: expected probabilities of 1 or 2 dims, got {}", p.sizes());
  const int64_t size = p.size(-1), rows = p.dim() == 2 ? p.size(0) : 1;
  if (n <= 0) fail("multinomial: expected a positive number of samples, got {}", n);
  if (!replacement && n > size)
    fail("multinomial: cannot take {} samples of {} without replacement", n, size);
  if (size > int64_t(1) << 24) fail("multinomial: expected at most 2^24 categories, got {}", size);
  return visit_floating(p.dtype(), "multinomial", [&]<class T>(T) {
    const Tensor dense = contiguous(p);
    const T* w = dense.data_ptr<T>();
    Tensor y = empty(p.dim() == 2 ? Dims{rows, n} : Dims{n}, kLong);
    if (y.numel() == 0) return y;
    if (size == 0) fail("multinomial: no categories to sample from");
    for (int64_t i = 0; i < dense.numel(); ++i)
      if (!(w[i] >= 0 && w[i] <= std::numeric_limits<T>::max()))
        fail("multinomial: a probability is negative or not finite, {}", w[i]);
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t some = size - std::count(w + r * size, w + (r + 1) * size, T(0));
      if (some == 0) fail("multinomial: the probabilities of row {} are all zero", r);
      if (!replacement && n > some)
        fail(
            "multinomial: cannot take {} samples without replacement of the {} of row {} that are "
            "not zero",
            n, some, r);
    }
    int64_t* out = y.data_ptr<int64_t>();
    // One sample is drawn in the same way with and without replacement, as in PyTorch.
    if (replacement && n > 1) {
      std::lock_guard lock(g.mutex_);
      for (int64_t r = 0; r < rows; ++r)
        sample_with_replacement(g, w + r * size, size, out + r * n, n);
    } else {
      const Tensor q = empty(dense.sizes(), dense.dtype());
      exponential(q, 1, g);
      const T* e = q.data_ptr<T>();
      for (int64_t r = 0; r < rows; ++r)
        sample_without_replacement(w + r * size, e + r * size, size, out + r * n, n);
    }
    return y;
  });
}

}  // namespace gradus::raw
