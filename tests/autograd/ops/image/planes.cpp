// Operations on planes that take another way where there is more to do: convolutions of floats with
// many channels against doubles, pools of wide rows against plain loops.
#include <cmath>
#include <limits>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/ops/image/conv.h"
#include "autograd/ops/image/pool.h"
#include "autograd/ops/view/join.h"
#include "tensor/base/parallel.h"
#include "tests/support.h"

using namespace gradus;

namespace {

struct Case {
  int64_t images, in, out, height, width, padding, groups = 1, kernel = 3, stride = 1, depth = 0,
                                                   dilation = 1;
};

// Values from -1 to 1, and 0 on average.
Tensor numbers(std::vector<int64_t> sizes, uint32_t seed) {
  Tensor t = gradus::empty(sizes);
  for (int64_t i = 0; i < t.numel(); ++i) {
    seed = seed * 1664525u + 1013904223u;
    t.data_ptr<float>()[i] = float(int32_t(seed)) / 2147483648.0f;
  }
  return t;
}

// The result and the gradients by input, weight and bias.
std::vector<Tensor> results(const Case& c, ScalarType type) {
  const auto leaf = [&](std::vector<int64_t> sizes, uint32_t seed) {
    return numbers(std::move(sizes), seed).to(type).requires_grad_();
  };
  std::vector<int64_t> size{c.images, c.in, c.height, c.width},
      taps{c.out, c.in / c.groups, c.kernel, c.kernel};
  if (c.depth > 0) {
    size.insert(size.begin() + 2, c.depth);
    taps.push_back(c.kernel);
  }
  const Tensor x = leaf(size, 1), w = leaf(taps, 2), b = leaf({c.out}, 3);
  const Tensor y = convolution(x, w, b, c.stride, c.padding, c.dilation, false, 0, c.groups);
  y.backward(numbers(y.sizes().vec(), 4).to(type));
  return {y.detach(), x.grad(), w.grad(), b.grad()};
}

// The root of the mean of the squares.
double size_of(const Values& v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return std::sqrt(sum / double(v.size()));
}

const Case cases[] = {
    {2, 16, 16, 9, 11, 1},
    {1, 17, 33, 13, 8, 0},
    {3, 20, 18, 14, 14, 1},
    {1, 64, 48, 31, 5, 2},
    {16, 16, 31, 4, 4, 1},
    {40, 32, 64, 7, 6, 1},
    {2, 40, 16, 3, 50, 1},
    {1, 16, 16, 70, 66, 0},
    {5, 24, 40, 12, 12, 1, 4},
    {2, 16, 16, 12, 12, 3},
    {2, 19, 21, 16, 17, 1},
    {2, 130, 70, 8, 8, 1},
    {2, 32, 32, 37, 70, 1, 32, 3, 2},
    {1, 16, 16, 5, 35, 1, 16, 3, 2},
    {1, 16, 32, 6, 3, 0, 16, 3, 2, 4},
    {1, 2, 2, 7, 1, 1, 2, 3, 2},
    {1, 3, 16, 40, 75, 2, 1, 5, 2},
    {1, 8, 12, 33, 50, 1, 1, 3, 3},
    {1, 4, 8, 9, 20, 18},
    {1, 4, 8, 9, 41, 40, 4, 3, 2},
    {2, 16, 32, 9, 11, 1, 1, 3, 1, 5},
    {1, 32, 16, 8, 8, 0, 1, 3, 1, 4},
    {1, 17, 48, 8, 12, 1, 1, 3, 1, 3},
    {1, 16, 20, 8, 12, 2, 1, 3, 1, 2},
    {2, 48, 51, 12, 13, 1, 3},
    {2, 16, 20, 17, 19, 2, 1, 3, 1, 0, 2},
    {1, 18, 16, 25, 26, 1, 1, 3, 1, 0, 3},
    {1, 16, 16, 24, 40, 0, 1, 3, 1, 0, 2},
    {1, 16, 16, 16, 16, 5, 1, 3, 1, 0, 4},
    // Few channels: rows of any length, long ones alone, several layers, with and without gaps.
    {2, 6, 20, 9, 7, 1},
    {1, 5, 9, 3, 3, 0},
    {2, 8, 16, 12, 12, 0, 1, 5},
    {2, 32, 32, 14, 14, 1, 4},
    {2, 12, 40, 9, 9, 0, 1, 1},
    {1, 4, 24, 6, 900, 1},
    {2, 5, 7, 1, 1500, 1},
    {1, 4, 6, 1, 1025, 1, 1, 3, 2},
    {3, 8, 10, 15, 13, 1, 1, 3, 2},
    {2, 4, 32, 20, 21, 0, 1, 8, 4},
    {1, 4, 6, 20, 21, 0, 1, 2, 3},
    {2, 8, 16, 8, 9, 1, 1, 3, 2, 7},
    {1, 4, 5, 6, 7, 1, 1, 3, 1, 5},
    {1, 6, 6, 16, 30, 1, 1, 3, 2, 6},
    // A single position.
    {5, 7, 33, 3, 3, 0},
    {3, 20, 6, 4, 4, 0, 1, 4, 2},
    {9, 5, 8, 1, 1, 0, 1, 1, 3},
    {2, 5, 7, 2, 2, 0, 1, 2, 1, 2},
};

}  // namespace

TEST_CASE("convolution: floats agree with doubles") {
  for (const Case& c : cases) {
    CAPTURE(c.in);
    CAPTURE(c.out);
    CAPTURE(c.height);
    CAPTURE(c.width);
    const auto got = results(c, kFloat), want = results(c, kDouble);
    for (size_t k = 0; k < want.size(); ++k) {
      CAPTURE(k);
      const Values a = values(got[k]), b = values(want[k]);
      REQUIRE(a.size() == b.size());
      const double size = size_of(b);
      double worst = 0;
      for (size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
      CHECK(worst < 1e-5 * size);
    }
  }
}

TEST_CASE("convolution: any number of threads gives the same bits") {
  const int before = get_num_threads();
  for (const Case& c : cases) {
    set_num_threads(1);
    const auto one = results(c, kFloat);
    set_num_threads(2);
    const auto two = results(c, kFloat);
    for (size_t k = 0; k < one.size(); ++k) CHECK(values(one[k]) == values(two[k]));
  }
  set_num_threads(before);
}

TEST_CASE("convolution: transposed, of a single position") {
  const Tensor x = numbers({3, 5, 1, 1}, 1), w = numbers({5, 4, 2, 3}, 2), b = numbers({4}, 3);
  const Tensor y = conv_transpose2d(x, w, b, 2);
  const Values want =
      values(x.view({3, 5}).matmul(w.view({5, 24})).view({3, 4, 6}) + b.view({4, 1}));
  CHECK(y.sizes() == IntArrayRef({3, 4, 2, 3}));
  const Values got = values(y);
  for (size_t i = 0; i < want.size(); ++i) CHECK(got[i] == doctest::Approx(want[i]).epsilon(1e-5));
}

TEST_CASE("convolution: a plane of ones counts the taps that meet it") {
  const int64_t n = 12;
  const Tensor y = conv2d(ones({1, 32, n, n}), ones({16, 32, 3, 3}), {}, 1, 1);
  const Values v = values(y);
  const auto taps = [&](int64_t i) { return i == 0 || i == n - 1 ? 2.0 : 3.0; };
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j)
      CHECK(v[size_t(i * n + j)] == doctest::Approx(32 * taps(i) * taps(j)).epsilon(1e-6));
}

namespace {

struct Windows {
  int64_t height, width, kernel, stride, padding, dilation;
};
// The largest element of a window and its place: the first of equals, the last nan.
template <class T>
int64_t place_of_largest(const T* x, const Windows& w, int64_t row, int64_t column) {
  int64_t at = -1;
  for (int64_t i = 0; i < w.kernel; ++i)
    for (int64_t j = 0; j < w.kernel; ++j) {
      const int64_t y = row * w.stride - w.padding + i * w.dilation,
                    z = column * w.stride - w.padding + j * w.dilation;
      if (y < 0 || y >= w.height || z < 0 || z >= w.width) continue;
      const int64_t k = y * w.width + z;
      if (at < 0 || x[k] > x[at] || std::isnan(x[k])) at = k;
    }
  return at;
}

template <class T>
void check_max_pool(const Windows& w, ScalarType type) {
  CAPTURE(w.width);
  CAPTURE(w.kernel);
  CAPTURE(w.stride);
  const int64_t planes = 3;
  Tensor x = (numbers({planes, w.height, w.width}, 9) * 4).round().to(type);
  T* from = x.data_ptr<T>();
  for (int64_t i = 7; i < x.numel(); i += 41) from[i] = std::numeric_limits<T>::quiet_NaN();
  for (int64_t i = 3; i < x.numel(); i += 19) from[i] = -std::numeric_limits<T>::infinity();
  const auto [y, index] = max_pool2d_with_indices(x, w.kernel, w.stride, w.padding, w.dilation);
  const Tensor alone = max_pool2d(x, w.kernel, w.stride, w.padding, w.dilation);
  const int64_t rows = y.size(1), columns = y.size(2);
  int64_t wrong = 0;
  for (int64_t p = 0; p < planes; ++p)
    for (int64_t i = 0; i < rows * columns; ++i) {
      const T* plane = from + p * w.height * w.width;
      const int64_t want = place_of_largest(plane, w, i / columns, i % columns),
                    k = p * rows * columns + i;
      const auto same = [&](T a) {
        return a == plane[want] || (a != a && plane[want] != plane[want]);
      };
      wrong += index.data_ptr<int64_t>()[k] != want || !same(y.data_ptr<T>()[k]) ||
               !same(alone.data_ptr<T>()[k]);
    }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("max pool: the places are those of plain loops") {
  for (const Windows& w :
       {Windows{6, 70, 2, 2, 0, 1}, Windows{7, 37, 3, 2, 1, 1}, Windows{5, 33, 3, 1, 1, 1},
        Windows{9, 64, 3, 3, 1, 1}, Windows{9, 41, 3, 2, 1, 2}, Windows{5, 16, 2, 1, 1, 3},
        Windows{4, 13, 4, 2, 2, 1}, Windows{2, 9, 2, 2, 0, 1}, Windows{40, 41, 20, 20, 0, 1},
        Windows{19, 50, 13, 3, 2, 1}, Windows{33, 33, 33, 33, 0, 1}, Windows{50, 70, 16, 16, 3, 1},
        Windows{14, 14, 14, 1, 0, 1}, Windows{60, 17, 17, 17, 0, 1}}) {
    check_max_pool<float>(w, kFloat);
    check_max_pool<double>(w, kDouble);
  }
}

TEST_CASE("averages of wide windows are those of their parts") {
  for (const auto& sizes : {std::pair<int64_t, int64_t>{100, 7}, {64, 4}, {41, 1}, {23, 5}}) {
    const int64_t in = sizes.first, out = sizes.second;
    CAPTURE(in);
    const Tensor x = numbers({3, 2, in}, 5).requires_grad_(), dy = numbers({3, 2, out}, 6);
    const auto check = [&](const Tensor& y, const std::function<Tensor(int64_t)>& part) {
      std::vector<Tensor> parts;
      for (int64_t i = 0; i < out; ++i) parts.push_back(part(i).mean(2));
      const Tensor want = stack(parts, 2);
      CHECK(y.allclose(want, 1e-5, 1e-6));
      const Tensor dx = autograd::grad({y}, {x}, {dy})[0];
      CHECK(dx.allclose(autograd::grad({want}, {x}, {dy})[0], 1e-5, 1e-6));
    };
    check(adaptive_avg_pool1d(x, out), [&](int64_t i) {
      const int64_t first = i * in / out;
      return x.slice(2, first, ((i + 1) * in + out - 1) / out);
    });
    const int64_t kernel = in / out;
    check(avg_pool1d(x, kernel).narrow(2, 0, out),
          [&](int64_t i) { return x.narrow(2, i * kernel, kernel); });
  }
}
