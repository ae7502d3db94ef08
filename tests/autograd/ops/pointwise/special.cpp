// Special functions: types, refusals and other forms. Values and gradients are rows of the catalog.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;

TEST_CASE("special functions have three spellings, and write to given tensors") {
  const Tensor x = tensor({0.5, 1.5, 3.0});
  CHECK(special::expit(x).equal(x.sigmoid()));
  CHECK(special_expit(x).equal(x.sigmoid()));
  CHECK(special::gammaln(x).equal(x.lgamma()));
  CHECK(special::logsumexp(x, 0).equal(x.logsumexp(0)));
  CHECK(special::zeta(2, x).equal(special::zeta(full_like(x, 2), x)));
  CHECK(special::xlog1py(x, 1).equal(special::xlog1py(x, ones_like(x))));
  Tensor out = empty({0});
  CHECK(&special_bessel_j0_out(out, x) == &out);
  CHECK(out.equal(special_bessel_j0(x)));
  CHECK(special::gammainc_out(out, x, x).equal(igamma(x, x)));
  CHECK(
      special::chebyshev_polynomial_t_out(out, x, 2).equal(special::chebyshev_polynomial_t(x, 2)));
  Tensor integers = empty({3}, kLong);
  CHECK(message([&] { special_ndtr_out(integers, x); }) ==
        "special_ndtr_out: a result of float32 cannot be written to a tensor of int64");
}

TEST_CASE("special functions make floats of integers, incomplete gamma functions refuse them") {
  const Tensor n = tensor({1, 2, 3});
  CHECK(special::erfcx(n).equal(special::erfcx(n.to(kFloat))));
  CHECK((special::airy_ai(n).scalar_type() == kFloat));
  CHECK((special::hermite_polynomial_h(n, n).scalar_type() == kFloat));
  CHECK((special::zeta(n, n).scalar_type() == kFloat));
  CHECK(message([&] { igamma(n, n); }) == "igamma: not implemented for int64");
  CHECK_THROWS_AS(igammac(n, n), NotImplementedError);
  CHECK((igamma(n, n.to(kDouble)).scalar_type() == kDouble));
}

TEST_CASE("what has no derivative throws when a gradient is asked for, not before") {
  const Tensor a = tensor({1.5, 2.5}).requires_grad_(), x = tensor({1.0, 2.0}).requires_grad_();
  const Tensor y = igamma(a, x);
  CHECK(message([&] { y.sum().backward(); }) ==
        "igamma: there is no derivative by the first operand");
  CHECK_NOTHROW(igamma(a.detach(), x).sum().backward());
  CHECK(x.grad().defined());
  CHECK(message([&] { special::zeta(a, x).sum().backward(); }) ==
        "special_zeta: there is no derivative by the first operand");
  CHECK(!special::legendre_polynomial_p(x, 3).requires_grad());
}

TEST_CASE("incomplete gamma functions in place") {
  const Tensor a = tensor({0.5, 2.0}), x = tensor({1.0, 3.0});
  CHECK(a.clone().igamma_(x).equal(a.igamma(x)));
  CHECK(a.clone().igammac_(x).equal(a.igammac(x)));
  CHECK(allclose(a.igamma(x) + a.igammac(x), ones({2})));
  CHECK_THROWS_AS(a.to(kFloat).igamma_(x.to(kDouble).expand({3, 2})), Error);
}

TEST_CASE("polynomials of any degree end, and have none below 0") {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::nan("");
  const Tensor x = tensor({-2.0, -0.5, 0.0, 0.5, 1.0, 2.0}, kDouble);
  using WithNumber = Tensor (*)(const Tensor&, const Scalar&);
  for (const WithNumber f : std::initializer_list<WithNumber>{
           special::chebyshev_polynomial_t, special::chebyshev_polynomial_u,
           special::chebyshev_polynomial_v, special::chebyshev_polynomial_w,
           special::hermite_polynomial_h, special::hermite_polynomial_he,
           special::laguerre_polynomial_l, special::legendre_polynomial_p}) {
    for (const double n : {-1.0, -1e300, inf, nan}) CHECK(f(x, n).equal(zeros({6}, kDouble)));
    CHECK(f(x, 0.9).equal(ones({6}, kDouble)));
    CHECK(f(x, 1e300).numel() == 6);
    CHECK(f(full({1}, nan, kDouble), 5).isnan().item<bool>());
  }
}

TEST_CASE("logit held in [0, 1]") {
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor x = vec({-0.5, 0.25, 1.5, 0.75}).requires_grad_();
  const Tensor y = logit(x, 0.0);
  CHECK(y[0].item<double>() == -infinity);
  CHECK(y[2].item<double>() == infinity);
  y.sum().backward();
  CHECK(x.grad().allclose(vec({0, 16 / 3.0, 0, 16 / 3.0})));
  CHECK(logit(vec({0, 1}), 0.0).equal(vec({-infinity, infinity})));
  CHECK(logit(vec({std::nan("")}), 0.0).isnan().all().item<bool>());
}
