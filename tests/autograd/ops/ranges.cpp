// Numbers at the ends of their types, where a naive formula leaves them: squares and powers that
// overflow or vanish, differences of near numbers far from 0, counts beyond a float's whole
// numbers.
#include <doctest/doctest.h>
#include <torch/torch.h>

#include <cmath>

#include "tests/support.h"

using namespace gradus;
namespace F = gradus::nn::functional;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan_ = std::numeric_limits<double>::quiet_NaN();

Tensor number(std::initializer_list<double> v, ScalarType type) { return vec(v).to(type); }

// Every element to a relative `tolerance`.
void check_near(const Tensor& t, const Values& want, double tolerance = 1e-5) {
  const Values got = values(t);
  REQUIRE(got.size() == want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i);
    if (std::isnan(want[i]))
      CHECK(std::isnan(got[i]));
    else if (std::isinf(want[i]) || want[i] == 0)
      CHECK(got[i] == want[i]);
    else if (!(std::abs(got[i] / want[i] - 1) <= tolerance))
      FAIL_CHECK("got " << got[i] << ", expected " << want[i]);
  }
}

// The gradient of the sum of f(x), by the pass that records and by the one that does not.
template <class F>
void check_gradient(F f, const Tensor& x, const Values& want, double tolerance = 1e-5) {
  for (const bool create_graph : {false, true}) {
    CAPTURE(create_graph);
    const Tensor leaf = x.clone().requires_grad_();
    check_near(autograd::grad({f(leaf).sum()}, {leaf}, {}, {}, create_graph)[0], want, tolerance);
  }
}

struct Scale {
  ScalarType type;
  double size;
};
const Scale scales[] = {{kFloat, 1},       {kFloat, 1e30},   {kFloat, 1e-30},
                        {kFloat, 1e36},    {kFloat, 1e-36},  {kDouble, 1e200},
                        {kDouble, 1e-200}, {kDouble, 1e300}, {kDouble, 1e-300}};

}  // namespace

TEST_CASE("norms of numbers whose powers are out of range") {
  for (const Scale& scale : scales) {
    const ScalarType type = scale.type;
    const double size = scale.size;
    CAPTURE(size);
    const Tensor x = number({3 * size, -4 * size, 0, 12 * size}, type);
    check_near(x.norm(), {13 * size});
    check_near(x.view({2, 2}).norm(2, 1), {5 * size, 12 * size});
    check_near(x.view({2, 2}).norm(2, 0, true), {3 * size, std::sqrt(160.) * size});
    check_gradient([](const Tensor& t) { return t.norm(); }, x, {3. / 13, -4. / 13, 0, 12. / 13});
    for (const double p : {3., 0.5, -2., 50., 1000.}) {
      CAPTURE(p);
      const Tensor some = number({3 * size, -4 * size, 12 * size}, type);
      const double shares = std::pow(3. / 12, p) + std::pow(4. / 12, p) + 1;
      const double want = 12 * std::pow(shares, 1 / p);
      check_near(some.norm(p), {want * size}, 1e-4);
      check_gradient(
          [p](const Tensor& t) { return t.norm(p); }, some,
          {std::pow(3 / want, p - 1), -std::pow(4 / want, p - 1), std::pow(12 / want, p - 1)},
          1e-3);
    }
    check_near(F::normalize(x.view({1, 4}), F::NormalizeFuncOptions().eps(0)),
               {3. / 13, -4. / 13, 0, 12. / 13});
    check_near(F::pairwise_distance(x.view({1, 4}), zeros({1, 4}, type),
                                    F::PairwiseDistanceFuncOptions().eps(0)),
               {13 * size});
  }
  check_near(vec({0, 0}).norm(), {0});
  check_near(vec({1e200, inf}).norm(), {inf});
  check_near(vec({1e200, nan_}).norm(3), {nan_});
  check_near(vec({0, 1e200}).norm(-2), {0});
}

TEST_CASE("variances and deviations of numbers whose squares are out of range") {
  for (const Scale& scale : scales) {
    const ScalarType type = scale.type;
    const double size = scale.size;
    CAPTURE(size);
    const Tensor x = number({1 * size, 2 * size, 4 * size}, type);
    const double s = std::sqrt(7. / 3);
    check_near(x.std(), {s * size});
    check_near(x.std(false), {std::sqrt(14. / 9) * size});
    check_near(std::get<1>(std_mean(x)), {7. / 3 * size});
    check_near(std::get<0>(std_mean(x.view({1, 3}), 1, true, true)), {s * size});
    check_gradient([](const Tensor& t) { return t.std(); }, x,
                   {-4. / 6 / s, -1. / 6 / s, 5. / 6 / s});
    check_gradient([](const Tensor& t) { return t.std(1); }, x.view({1, 3}),
                   {-4. / 6 / s, -1. / 6 / s, 5. / 6 / s});
  }
  const double e = 1e154;  // ten squares of which are out of range, a ninth of them is not
  check_near(vec({e, -e, e, -e, e, -e, e, -e, e, -e}).var(), {1e308 / 9 * 10});
  check_near(vec({1e160, 3e160}).var(), {inf});
  check_near(vec({1e-170, 3e-170}).var(), {0});
  check_near(vec({2, 2, 2}).std(), {0});
}

TEST_CASE("normalisations of large and of tiny numbers") {
  for (const Scale& scale : scales) {
    const ScalarType type = scale.type;
    const double size = scale.size;
    CAPTURE(size);
    const double s = std::sqrt(3.5), r = std::sqrt(50. / 4);
    const Tensor x = number({1 * size, 2 * size, 3 * size, 6 * size}, type);
    const Values want = {-2 / s, -1 / s, 0, 3 / s};
    const auto same = [&](const Tensor& y) {
      const Values got = values(y);
      for (size_t i = 0; i < 4; ++i) CHECK(got[i] == doctest::Approx(want[i]).epsilon(1e-4));
    };
    same(layer_norm(x, {4}, {}, {}, 0));
    same(layer_norm(x.view({1, 4}), {4}, ones({4}, type), zeros({4}, type), 0));
    same(group_norm(x.view({1, 2, 2}), 1, {}, {}, 0));
    same(instance_norm(x.view({1, 1, 4}), {}, {}, {}, {}, true, 0, 0));
    same(batch_norm(x.view({4, 1}), {}, {}, {}, {}, true, 0, 0));
    same(batch_norm(x.view({1, 1, 4}), {}, {}, {}, {}, true, 0, 0));
    // Beside channels of ordinary numbers.
    const Tensor mixed = stack({x, number({1, 2, 3, 6}, type), x, x}, 1);
    for (int64_t c = 0; c < 4; ++c)
      same(batch_norm(mixed, {}, {}, {}, {}, true, 0, 0).select(1, c));
    check_near(rms_norm(x, {4}, {}, 0), {1 / r, 2 / r, 3 / r, 6 / r}, 1e-4);
    const auto first = [](const Tensor& t) { return layer_norm(t, {4}, {}, {}, 0)[0]; };
    check_gradient(first, x,
                   {(0.75 - 4 / 3.5 / 4) / s / size, (-0.25 - 2 / 3.5 / 4) / s / size,
                    -0.25 / s / size, (-0.25 + 6 / 3.5 / 4) / s / size},
                   1e-3);
  }
  // Where eps outweighs the variance there is nothing to mend.
  check_near(layer_norm(number({1e-30, -1e-30}, kFloat), {2}),
             {1e-30 / std::sqrt(1e-5), -1e-30 / std::sqrt(1e-5)});
  CHECK(layer_norm(number({1e30, inf}, kFloat), {2}).isnan().all().item<bool>());
}

TEST_CASE("distances of points far from 0 and of points far from one another") {
  manual_seed(1);
  const Tensor a = randn({40, 5}), b = randn({30, 5});
  const Tensor far = tensor({3e3f, -2e3f, 1e3f, 5e3f, 0.f});
  // The same points moved: by products of matrices as by differences.
  const Tensor x = (a + far).contiguous(), y = (b + far).contiguous();
  const Tensor want = cdist(x.to(kDouble), y.to(kDouble), 2, 2);
  CHECK(cdist(x, y).to(kDouble).allclose(want, 1e-4, 1e-5));
  CHECK(cdist(x, x).diagonal().eq(0).all().item<bool>());
  // Two heaps of points.
  const Tensor heaps = cat({a * 1e-3 + far, a * 1e-3 - far}, 0);
  CHECK(cdist(heaps, heaps)
            .to(kDouble)
            .allclose(cdist(heaps.to(kDouble), heaps.to(kDouble), 2, 2), 1e-3, 1e-6));
  const Tensor leaf = x.clone().requires_grad_(), wide = x.to(kDouble).requires_grad_();
  cdist(leaf, y).sum().backward();
  cdist(wide, y.to(kDouble), 2, 2).sum().backward();
  CHECK(leaf.grad().to(kDouble).allclose(wide.grad(), 1e-3, 1e-3));

  for (const double size : {1e200, 1e-200})
    for (const double p : {1.5, 2., 3., 500.}) {
      CAPTURE(p);
      const Tensor u = vec({3 * size, 0, 0, 4 * size}).view({2, 2}), v = zeros({1, 2}, kDouble);
      check_near(cdist(u, v, p), {3 * size, 4 * size});
      check_gradient([&](const Tensor& t) { return cdist(t, v, p); }, u, {1, 0, 0, 1});
    }
  check_near(cdist(tensor({{3.f, 1.f, 0.5f}}), zeros({1, 3}), 1000), {3}, 1e-4);
  check_gradient(
      [](const Tensor& t) {
        return cdist(t, zeros({1, 3}), 1000);
      },
      tensor({{3.f, 1.f, 0.5f}}), {1, 0, 0}, 1e-3);
}

TEST_CASE("products of which only the whole leaves the range") {
  const auto product = [](const Tensor& t) { return t.prod(); };
  check_gradient(product, number({1e-30, 1e-20}, kFloat), {1e-20, 1e-30});
  check_gradient(product, number({1e30, 1e20}, kFloat), {1e20, 1e30});
  check_gradient(product, number({1e30, 1e30, 1e-30}, kFloat), {1, 1, inf});
  check_gradient(product, vec({1e200, 1e200}), {1e200, 1e200});
  check_gradient(product, vec({inf, 2}), {2, inf});
  const auto rows = [](const Tensor& t) { return t.view({2, 2}).prod(1); };
  check_gradient(rows, number({1e-30, 1e-20, 2, 3}, kFloat), {1e-20, 1e-30, 3, 2});
  const auto running = [](const Tensor& t) { return t.cumprod(0); };
  check_gradient(running, number({1e-30, 1e-20, 1e30, 1e25}, kFloat),
                 {1 + 1e-20 + 1e10 + 1e35, 1e-30 + 1 + 1e25, 1e-50 * (1 + 1e25), 1e-20}, 1e-4);
  check_gradient(running, number({0, 1e30, 1e30}, kFloat), {inf, 0, 0});
  check_gradient(running, vec({0, 1e200, 1e200}), {inf, 0, 0});
  const auto scattered = [](const Tensor& t) {
    return zeros({2}, t.dtype())
        .scatter_reduce(0, tensor({0, 0, 1, 1}, kLong), t, "prod", /*include_self=*/false);
  };
  check_gradient(scattered, number({1e-30, 1e-20, 1e30, 1e20}, kFloat), {1e-20, 1e-30, 1e20, 1e30});
}

TEST_CASE("running sums and products leave the range where their own terms do") {
  // By rows, of which a kernel may take several places at once, and by columns.
  const auto running = [](const Values& line, bool product) {
    const int64_t n = int64_t(line.size());
    const Tensor x = empty({n}, kDouble);
    std::copy(line.begin(), line.end(), x.data_ptr<double>());
    Values want;
    double acc = product ? 1 : 0;
    for (const double v : line) want.push_back(acc = product ? acc * v : acc + v);
    const auto scanned = [product](const Tensor& t, int64_t d) {
      return product ? t.cumprod(d) : t.cumsum(d);
    };
    check_near(scanned(x, 0), want, 1e-14);
    check_near(scanned(x.unsqueeze(1).expand({n, 3}), 0).select(1, 1), want, 1e-14);
  };
  for (size_t front = 0; front < 10; ++front) {
    CAPTURE(front);
    const auto after = [front](std::initializer_list<double> v, double filling) {
      Values line(front, filling);
      line.insert(line.end(), v);
      return line;
    };
    const double e = 1e308;
    running(after({-e, e, e, -e, -e, e, e, -e, e, 3}, 0), false);
    running(after({e, e, -e, -e, -e, 1, 2, 3, 4, 5}, 1), false);
    running(after({e, 1, 0.9 * e, -0.9 * e, 1, 2, 3, 4}, 2), false);
    running(after({inf, 1, -inf, 2, 3, 4, 5, 6}, 2), false);
    running(after({1e-200, 1e200, 1e200, 1e-200, 1e-200, 1e200, 3, 1e-200, 2}, 1), true);
    running(after({1e200, 1e-200, 1e-200, 1e200, 1e200, 1e-200, 3, 1e-200, 2}, 1), true);
    running(after({1e-300, 1e-20, 1e20, 1e300, 2, 3, 4, 5, 6}, 1), true);
    running(after({1e200, 1e200, 1e-200, 0, 1e200, 1e200, 2, 3}, 1), true);
    running(after({0, 1e200, 1e200, 2, 3, inf, 4, 5}, 2), true);
    running(after({3, nan_, 1e200, 1e200, 0, 2, 3, 4}, 2), true);
  }
}

TEST_CASE("a running product with zeros costs no more than one without") {
  const int64_t n = 20000;
  Tensor x = ones({n}, kDouble);
  x[n / 2] = 0;
  x.requires_grad_();
  x.cumprod(0).sum().backward();
  const Values dx = values(x.grad());
  CHECK(dx[0] == double(n / 2));
  CHECK(dx[size_t(n / 2)] == double(n - n / 2));
  CHECK(dx[size_t(n / 2) + 1] == 0);
}

TEST_CASE("slices and windows whose norms are out of range") {
  for (const Scale& scale : scales) {
    const ScalarType type = scale.type;
    const double size = scale.size;
    CAPTURE(size);
    const Tensor x = number({3 * size, -4 * size, 0.1, 0.2}, type).view({2, 2});
    const double k = 5 * size > 1 ? 1 / (5 * size) : 1;
    const auto f = [](const Tensor& t) { return t.renorm(2, 0, 1); };
    check_near(f(x), {3 * size * k, -4 * size * k, 0.1, 0.2});
    // Of the first alone, so that the terms do not cancel.
    const auto first = [&](const Tensor& t) { return f(t)[0][0]; };
    const double along = k == 1 ? 0 : 1;
    check_gradient(first, x, {(1 - along * 9 / 25) * k, along * 12 / 25 * k, 0, 0});
  }
  check_near(number({3e38, 4e37, 1, inf}, kFloat).view({2, 2}).renorm(2, 0, inf),
             {3e38, 4e37, 1, inf});
  for (const double size : {1e18, 1e25, 3e37})
    for (const double beta : {0.5, 0.75}) {
      CAPTURE(size);
      CAPTURE(beta);
      const Tensor x = number({4 * size, 2 * size, -4 * size, size}, kFloat).view({1, 4, 1, 1});
      const auto f = [beta](const Tensor& t) {
        return F::local_response_norm(t, F::LocalResponseNormFuncOptions(3).beta(beta));
      };
      const auto over = [=](double squares) {
        return size * std::pow(squares * size * size * 1e-4 / 3, -beta);
      };
      check_near(f(x), {4 * over(20), 2 * over(36), -4 * over(21), over(17)});
      check_near(cross_map_lrn2d(x, 3, 1e-4, beta, 1).select(1, 0), {4 * over(20)});
      check_gradient([&](const Tensor& t) { return f(t).select(1, 3) * size; }, x,
                     {0, 0, 8 * beta / 17 * over(17), (1 - 2 * beta / 17) * over(17)});
    }
}

TEST_CASE("softplus without a threshold to save it") {
  const auto options = F::SoftplusFuncOptions().threshold(1e6);
  const auto f = [&](const Tensor& t) { return F::softplus(t, options); };
  const Tensor x = number({18, 85, 90, 99, 1e5, -80}, kFloat);
  check_near(f(x), {18.0000000152, 85, 90, 99, 1e5, std::exp(-80.)}, 1e-3);
  check_gradient(f, number({18, 90, 1e5}, kFloat), {1, 1, 1});
}

TEST_CASE("quantiles beside infinities and of many elements") {
  const Tensor x = number({0, inf}, kFloat), q = number({0, .4, .6, 1}, kFloat);
  check_near(quantile(x, q), {0, inf, inf, inf});
  check_near(quantile(vec({-inf, 1}), vec({0, .25, .75, 1})), {-inf, -inf, -inf, 1});
  check_near(quantile(vec({-inf, -inf, inf, inf}), vec({0.2, 0.5, 0.8})), {-inf, nan_, inf});
  check_near(quantile(x, q, 0, false, "midpoint"), {0, inf, inf, inf});
  check_gradient([](const Tensor& t) { return quantile(t, 0.25); }, vec({3, inf}), {0.75, 0.25});
  const int64_t n = (int64_t(1) << 24) + 4;
  const Tensor many = arange(n, kFloat);
  check_near(quantile(many, number({0, .5, 1}, kFloat)), {0, double(n - 1) / 2, double(n - 1)},
             1e-7);
}

TEST_CASE("histograms: nans, ranges that overflow, counts beyond a float's whole numbers") {
  for (const double place : {0., 1., 2.}) {
    Tensor x = vec({1, 2, 3});
    x[int64_t(place)] = nan_;
    CHECK(message([&] { histc(x); }) ==
          "histc: an element is nan, bounds that are not given cannot be found");
    CHECK(values(histc(x, 3, 0, 3)).size() == 3);
  }
  const Tensor two = histc(number({2.7771e38, -1.7855e38}, kFloat));
  CHECK(two.sum().item<float>() == 2);
  CHECK(two[0].item<float>() == 1);
  CHECK(two[99].item<float>() == 1);
  CHECK(values(histc(vec({1e307, 0, -1e307}), 3)) == Values{1, 1, 1});
  CHECK(values(histc(vec({1e308, 0, -1e308}), 3)) == Values{1, 1, 1});
  CHECK(values(histc(zeros({(1 << 24) + 2}), 2, -1, 1)) == Values{0, (1 << 24) + 2});
}

TEST_CASE("the mean of more values in one place than a float counts") {
  const int64_t n = (int64_t(1) << 24) + (1 << 22);
  const Tensor y =
      zeros({1}).scatter_reduce(0, zeros({1}, kLong).expand({n}), ones({1}).expand({n}), "mean",
                                /*include_self=*/false);
  // The sum itself stops at 2^24.
  CHECK(y.item<float>() == doctest::Approx(double(1 << 24) / double(n)));
}

TEST_CASE("bounds that cross") {
  CHECK(message([] { nn::Hardtanh(nn::HardtanhOptions().min_val(2).max_val(2)); }) ==
        "Hardtanh: max_val 2 is not above min_val 2");
  CHECK(values(hardtanh(vec({0, 5}), 3, 2)) == Values{2, 2});
  CHECK(values(hardtanh(vec({0, nan_}), 3, 2))[0] == 2);
}

TEST_CASE("an instance of one place is normalised to zero") {
  const Tensor x = tensor({{{3.f}, {5.f}}}).requires_grad_();
  nn::InstanceNorm1d norm(nn::InstanceNorm1dOptions(2).affine(true));
  const Tensor y = norm(x);
  CHECK(values(y) == Values{0, 0});
  y.sum().backward();
  CHECK(values(x.grad()) == Values{0, 0});
  CHECK(values(F::instance_norm(x.detach())) == Values{0, 0});
}
