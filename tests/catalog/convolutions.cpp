// Convolutions of floats with many channels, which have algorithms of their own, against doubles.
#include "autograd/ops/conv.h"

#include <cmath>

#include "autograd/factories.h"
#include "tensor/kernels/table.h"
#include "tensor/parallel.h"
#include "tests/support.h"

using namespace gradus;

namespace {

struct Case {
  int64_t images, in, out, height, width, padding, groups = 1, kernel = 3;
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
  const Tensor x = leaf({c.images, c.in, c.height, c.width}, 1),
               w = leaf({c.out, c.in / c.groups, c.kernel, c.kernel}, 2), b = leaf({c.out}, 3);
  const Tensor y = conv2d(x, w, b, 1, c.padding, 1, c.groups);
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
    {2, 16, 16, 9, 11, 1},  {1, 17, 33, 13, 8, 0},  {3, 20, 18, 14, 14, 1},
    {1, 64, 48, 31, 5, 2},  {16, 16, 31, 4, 4, 1},  {40, 32, 64, 7, 6, 1},
    {2, 40, 16, 3, 50, 1},  {1, 16, 16, 70, 66, 0}, {5, 24, 40, 12, 12, 1, 4},
    {2, 16, 16, 12, 12, 3}, {2, 19, 21, 16, 17, 1}, {2, 130, 70, 8, 8, 1},
};

}  // namespace

// run_isa.sh asks this one first: it fails where the instruction set cannot run.
TEST_CASE("catalog: there is a kernel table") { CHECK_NOTHROW(kernels::table()); }

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

TEST_CASE("convolution: a plane of ones counts the taps that meet it") {
  const int64_t n = 12;
  const Tensor y = conv2d(ones({1, 32, n, n}), ones({16, 32, 3, 3}), {}, 1, 1);
  const Values v = values(y);
  const auto taps = [&](int64_t i) { return i == 0 || i == n - 1 ? 2.0 : 3.0; };
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j)
      CHECK(v[size_t(i * n + j)] == doctest::Approx(32 * taps(i) * taps(j)).epsilon(1e-6));
}
