// Untaped reductions of every layout and length against plain loops, for several numbers of
// threads.
#include "tensor/reduce/reduce.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <string>

#include "tensor/base/parallel.h"
#include "tensor/nn/softmax.h"
#include "tensor/reduce/along_dim.h"
#include "tensor/reduce/scan.h"
#include "tensor/reduce/sort.h"
#include "tensor/shape.h"

using namespace gradus;

namespace {

Tensor normal(IntArrayRef sizes, ScalarType type = kFloat, unsigned seed = 7) {
  std::mt19937 rng(seed);
  const Tensor t = raw::empty(sizes, kDouble);
  std::normal_distribution<double> draw(0.3, 1.5);
  for (int64_t i = 0; i < t.numel(); ++i) t.data_ptr<double>()[i] = draw(rng);
  return raw::to_dtype(t, type);
}

Tensor permuted(const Tensor& x, const std::vector<size_t>& order) {
  Dims sizes(order.size()), strides(order.size());
  for (size_t d = 0; d < order.size(); ++d) {
    sizes[d] = x.sizes()[order[d]];
    strides[d] = x.strides()[order[d]];
  }
  return raw::window(x, sizes, strides, x.storage_offset());
}
// Every second element along the last dim.
Tensor thinned(const Tensor& x) {
  Dims sizes = x.sizes(), strides = x.strides();
  sizes.back() /= 2;
  strides.back() *= 2;
  return raw::window(x, sizes, strides, x.storage_offset());
}

using Group = std::vector<double>;

// The elements behind each result, in the order of the results.
std::vector<Group> groups(const Tensor& x, DimSet dims) {
  const Tensor v = raw::contiguous(raw::to_dtype(x, kDouble));
  const Dims kept = reduced_sizes(x.sizes(), dims, true), steps = contiguous_strides(kept);
  std::vector<Group> out(size_t(checked_numel(kept, "test")));
  Dims index(size_t(x.dim()));
  for (int64_t i = 0; i < v.numel(); ++i) {
    int64_t at = 0;
    for (size_t d = 0; d < index.size(); ++d)
      if (!contains(dims, d)) at += index[d] * steps[d];
    out[size_t(at)].push_back(v.data_ptr<double>()[i]);
    for (size_t d = index.size(); d-- > 0;) {
      if (++index[d] < x.sizes()[d]) break;
      index[d] = 0;
    }
  }
  return out;
}

using Fold = std::function<double(const Group&)>;

// The elements behind each result over dims, and the comparisons with them.
struct Check {
  const Tensor& x;
  DimSet dims;
  std::vector<Group> all = groups(x, dims);

  // The error of y, relative to `scale`.
  void operator()(const char* op, const Tensor& y, const Fold& f, const Fold& scale) const {
    CAPTURE(std::string(op));
    REQUIRE(y.sizes() == IntArrayRef(reduced_sizes(x.sizes(), dims, false)));
    const Tensor got = raw::contiguous(raw::to_dtype(y, kDouble));
    double worst = 0;
    for (size_t i = 0; i < all.size(); ++i)
      worst = std::max(worst, std::abs(got.data_ptr<double>()[i] - f(all[i])) / scale(all[i]));
    CHECK(worst < (x.dtype() == kFloat ? 2e-6 : 1e-13));
  }
};

double sum(const Group& g) {
  long double s = 0;
  for (double v : g) s += v;
  return double(s);
}
double magnitude(const Group& g) {
  double s = 1;
  for (double v : g) s += std::abs(v);
  return s;
}
double squares(const Group& g) {
  long double s = 0;
  for (double v : g) s += (long double)(v)*v;
  return double(s);
}
double length(const Group& g) { return std::sqrt(squares(g)); }
double mean(const Group& g) { return sum(g) / double(g.size()); }
double deviation(const Group& g) {
  const double m = mean(g);
  Group d = g;
  for (double& v : d) v -= m;
  return squares(d);
}
double top(const Group& g) { return *std::max_element(g.begin(), g.end()); }
double log_sum_exp(const Group& g) {
  const double t = top(g);
  Group e = g;
  for (double& v : e) v = std::exp(v - t);
  return std::log(sum(e)) + t;
}
double place_of_top(const Group& g) {
  return double(std::max_element(g.begin(), g.end()) - g.begin());
}
double one(const Group&) { return 1; }

struct Arrangement {
  std::string name;
  Tensor x;
};
std::vector<Arrangement> layouts(ScalarType type) {
  const Tensor a = normal({5, 6, 7}, type), big = normal({2, 9000, 2}, type);
  return {{"dense", a},
          {"permuted", permuted(a, {2, 0, 1})},
          {"reversed", permuted(a, {2, 1, 0})},
          {"thinned", thinned(normal({4, 5, 18}, type))},
          {"thinned and permuted", permuted(thinned(normal({4, 5, 18}, type)), {1, 2, 0})},
          {"expanded", raw::expand(normal({5, 1, 7}, type), {5, 40, 7})},
          {"long", big},
          {"long rows", permuted(big, {0, 2, 1})},
          {"long, outermost", permuted(big, {1, 2, 0})},
          {"wide", normal({2, 8, 1500}, type)},
          {"images", normal({6, 3, 8, 9}, type)},
          {"images, channels last", permuted(normal({6, 8, 9, 30}, type), {0, 3, 1, 2})},
          {"very long", normal({40000}, type)},
          {"ones", normal({1, 1, 1}, type)}};
}

std::vector<char> bytes(const Tensor& x) {
  const Tensor v = raw::contiguous(x);
  return {v.impl()->data, v.impl()->data + v.nbytes()};
}

}  // namespace

TEST_CASE("reductions over any dims of any layout") {
  const int before = get_num_threads();
  set_num_threads(1);
  for (ScalarType type : {kFloat, kDouble})
    for (const Arrangement& l : layouts(type)) {
      CAPTURE(l.name);
      const Tensor& x = l.x;
      for (DimSet dims = 0; dims < DimSet(1) << x.dim(); ++dims) {
        CAPTURE(dims);
        const Check check{x, dims};
        check("sum", raw::sum(x, dims, false), sum, magnitude);
        check("norm", raw::norm(x, 2, dims, false), length, magnitude);
        check("amax", raw::amax(x, dims, false), top, one);
        check("logsumexp", raw::logsumexp(x, dims, false), log_sum_exp, one);
        const raw::Moments m = raw::moments(x, dims, false);
        check("mean", m.mean, mean, one);
        check("m2", m.m2, deviation, magnitude);
        check("any", raw::any(x, dims, false), one, one);
      }
      for (int64_t d = 0; d < x.dim(); ++d) {
        CAPTURE(d);
        const Check check{x, DimSet(1) << d};
        const raw::Extreme y = raw::max(x, d, false);
        check("max", y.values, top, one);
        check("argmax", y.indices, place_of_top, one);
      }
    }
  set_num_threads(before);
}

TEST_CASE("results have the same bits for any number of threads") {
  const int before = get_num_threads();
  const Tensor dense = normal({37, 5000, 3}), wide = normal({70, 4000}), line = normal({300000});
  std::vector<std::vector<char>> first;
  for (int threads : {1, 2, 3}) {
    set_num_threads(threads);
    std::vector<std::vector<char>> now;
    for (const Tensor& x :
         {dense, permuted(dense, {2, 0, 1}), wide, permuted(wide, {1, 0}), line}) {
      for (DimSet dims = 1; dims < DimSet(1) << x.dim(); ++dims) {
        now.push_back(bytes(raw::sum(x, dims, false)));
        now.push_back(bytes(raw::norm(x, 2, dims, false)));
        now.push_back(bytes(raw::logsumexp(x, dims, false)));
        now.push_back(bytes(raw::moments(x, dims, false).m2));
      }
      for (int64_t d = 0; d < x.dim(); ++d) {
        now.push_back(bytes(raw::max(x, d, false).indices));
        now.push_back(bytes(raw::softmax(x, d)));
        now.push_back(bytes(raw::scan("cumsum", x, d, &kernels::ScanTable::cumsum)));
        now.push_back(bytes(raw::sort(x, d, false).indices));
      }
    }
    if (threads == 1) first = now;
    CHECK(now == first);
  }
  set_num_threads(before);
}

TEST_CASE("a variance of equal numbers is zero, and of far ones exact") {
  const Tensor x = raw::full({10000}, 0.1, kDouble);
  CHECK(raw::moments(x, 1, false).m2.item<double>() == 0);
  const Tensor y = raw::full({10001}, 1e8, kDouble);
  y.data_ptr<double>()[5000] += 1;
  CHECK(raw::moments(y, 1, false).m2.item<double>() == doctest::Approx(1 - 1 / 10001.));
}

TEST_CASE("sorting long lines with equal elements and nans") {
  const Tensor x = raw::to_dtype(raw::to_dtype(normal({2, 3000, 3}), kInt), kFloat);
  x.data_ptr<float>()[100] = std::nanf("");
  for (int64_t d = 0; d < 3; ++d)
    for (bool descending : {false, true}) {
      const raw::Sorted y = raw::sort(x, d, descending);
      const raw::AlongDim s(x.sizes(), d);
      const float *v = y.values.data_ptr<float>(), *from = x.data_ptr<float>();
      const int64_t* p = y.indices.data_ptr<int64_t>();
      int bad = 0;
      for (int64_t o = 0; o < s.outer; ++o)
        for (int64_t i = 0; i < s.inner; ++i)
          for (int64_t k = 0; k < s.n; ++k) {
            const int64_t at = (o * s.n + k) * s.inner + i;
            const float source = from[(o * s.n + p[at]) * s.inner + i];
            bad += std::memcmp(&source, &v[at], sizeof source) != 0;
            if (k == 0) continue;
            const int64_t last = at - s.inner;
            const bool ordered = descending
                                     ? v[last] > v[at] || (std::isnan(v[last]) && v[at] == v[at])
                                     : v[last] < v[at] || (std::isnan(v[at]) && v[last] == v[last]);
            bad += !ordered && !(v[last] == v[at] && p[last] < p[at]);
          }
      CHECK(bad == 0);
    }
}

TEST_CASE("errors name the operation and what is wrong") {
  const Tensor x = normal({2, 3}), none = raw::empty({0, 3}, kFloat);
  CHECK_THROWS_WITH(dim_set(2, 2, "sum"),
                    "sum: dim out of range, expected one in [-2, 1] and got 2");
  CHECK_THROWS_WITH(dim_set({0, -2}, 2, "sum"), "sum: dim 0 appears twice in [0, -2]");
  CHECK_THROWS_WITH(raw::amax(none, 1, false),
                    "amax: dim 0 has size 0 and nothing stands for no element");
  CHECK_THROWS_WITH(raw::max(none, 0, false),
                    "max: dim 0 has size 0 and nothing stands for no element");
  CHECK_THROWS_WITH(raw::mean(raw::to_dtype(x, kLong), 3, false),
                    "mean: expected a floating point tensor, got int64");
  CHECK_THROWS_WITH(raw::topk(x, 4, 1, true, true),
                    "topk: k is out of range, got 4 for a dim of size 3");
  CHECK_THROWS_WITH(raw::kthvalue(x, 0, 1, false),
                    "kthvalue: k is out of range, got 0 for a dim of size 3");
  CHECK_THROWS_WITH(raw::softmax(raw::to_dtype(x, kLong), 0), "softmax: not implemented for int64");
  const Tensor negative = raw::full({2}, -1, kLong);
  CHECK_THROWS_WITH(raw::bincount(negative, {}, 0),
                    "bincount: elements must not be negative, got -1");
  CHECK_THROWS_WITH(raw::median(none, 0, false, false),
                    "median: dim 0 has size 0 and nothing stands for no element");
}

TEST_CASE_TEMPLATE("softmax: columns a power of two apart give what rows give", T, float, double) {
  const ScalarType type = scalar_type_of<T>;
  for (const auto& sizes : std::vector<std::array<int64_t, 2>>{
           {40, 512}, {17, 1024}, {150, 576}, {1100, 520}, {600, 264}}) {
    const int64_t n = sizes[0], columns = sizes[1];
    CAPTURE(n);
    const Tensor x = normal({n, columns}, type), rows = raw::contiguous(permuted(x, {1, 0}));
    // Of another seed: where dy is x, y (dy - sum dy y) cancels.
    const Tensor dy = normal({n, columns}, type, 8),
                 dy_rows = raw::contiguous(permuted(dy, {1, 0}));
    const auto same = [&](const Tensor& a, const Tensor& of_rows) {
      const Tensor b = raw::contiguous(permuted(of_rows, {1, 0}));
      double worst = 0, size = 0;
      for (int64_t i = 0; i < a.numel(); ++i) {
        worst = std::max(worst, std::abs(double(a.data_ptr<T>()[i] - b.data_ptr<T>()[i])));
        size = std::max(size, std::abs(double(b.data_ptr<T>()[i])));
      }
      return worst <= 16 * double(std::numeric_limits<T>::epsilon()) * size;
    };
    const Tensor y = raw::softmax(x, 0), y_rows = raw::softmax(rows, 1);
    CHECK(same(y, y_rows));
    CHECK(same(raw::softmax_backward(dy, y, 0), raw::softmax_backward(dy_rows, y_rows, 1)));
    const Tensor z = raw::log_softmax(x, 0), z_rows = raw::log_softmax(rows, 1);
    CHECK(same(z, z_rows));
    const Tensor dx = raw::log_softmax_backward(dy, z, 0);
    CHECK(same(dx, raw::log_softmax_backward(dy_rows, z_rows, 1)));
  }
}
