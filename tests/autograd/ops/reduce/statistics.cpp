// Statistics, histograms and sets: refusals, edges and types. Values and gradients are rows of the
// catalog.
#include <doctest/doctest.h>

#include <cmath>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;

TEST_CASE("covariance refuses weights that do not fit") {
  const Tensor x = tensor({{1.0, 2.0, 4.0}, {3.0, 1.0, 0.0}});
  CHECK(message([&] {
          cov(ones({2, 2, 2}));
        }) == "cov: expected at most 2 dims, got shape [2, 2, 2]");
  CHECK(message([&] { cov(tensor({true, false})); }) == "cov: bool tensors have no covariance");
  CHECK(message([&] {
          cov(x, 1, tensor({1.0, 2.0, 3.0}));
        }) == "cov: fweights must be integers, got float32");
  CHECK(message([&] {
          cov(x, 1, tensor({1, 2}));
        }) == "cov: fweights has 2 elements for 3 observations");
  CHECK(message([&] { cov(x, 1, tensor({1, -2, 1})); }) == "cov: fweights must not be negative");
  CHECK(message([&] { cov(x, 1, tensor({0, 0, 0})); }) == "cov: the weights add up to 0");
  CHECK(message([&] {
          cov(x, 1, {}, tensor({1, 2, 3}));
        }) == "cov: aweights must be floating point, got int64");
  CHECK(x.cov(3).isinf().any().item<bool>());  // with a warning
  CHECK(cov(tensor(2.0)).dim() == 0);
  CHECK(corrcoef(tensor({1.0, 2.0})).item<float>() == 1);
}

TEST_CASE("integrals and slopes refuse samples that do not fit") {
  const Tensor y = ones({2, 3});
  CHECK(message([&] { trapezoid(y, ones({2})); }) ==
        "trapezoid: 2 places for 3 samples along dim 1");
  CHECK(message([&] {
          trapezoid(tensor({true, false}));
        }) == "trapezoid: bool tensors have no integral, got samples of bool and places of bool");
  CHECK(trapezoid(ones({2, 0})).equal(zeros({2})));
  CHECK(trapezoid(ones({2, 1})).equal(zeros({2})));
  CHECK(cumulative_trapezoid(ones({2, 1})).sizes() == IntArrayRef({2, 0}));
  CHECK(message([&] { gradient(y, Scalar(1), IntArrayRef(0), 2); }) ==
        "gradient: needs at least 3 samples along dim 0, got 2");
  CHECK(message([&] { gradient(y, Scalar(1), IntArrayRef(0), 3); }) ==
        "gradient: edge_order must be 1 or 2, got 3");
  CHECK(message([&] {
          gradient(y, Scalar(1), IntArrayRef({1, -1}));
        }) == "gradient: dim 1 is given twice");
  CHECK(message([&] { gradient(ones({3}, kByte)); }) == "gradient: not implemented for uint8");
  const Tensor places[] = {ones({2})};
  CHECK(message([&] { gradient(y, TensorList(places), IntArrayRef(1)); }) ==
        "gradient: 2 places for 3 samples along dim 1");
  const Scalar three[] = {1, 2, 3};
  CHECK(message([&] { gradient(y, ArrayRef<Scalar>(three)); }) ==
        "gradient: 3 spacings for 2 dims");
}

TEST_CASE("histograms: edges, weights and ranges") {
  const Tensor x = tensor({0.0, 1.0, 1.0, 2.0, std::nan(""), 5.0});
  const Tensor edges = tensor({0.0, 1.0, 2.0});
  CHECK(std::get<0>(histogram(x, edges)).equal(tensor({1.0, 3.0})));
  CHECK(message([&] { histogram(x, 0); }) == "histogram: there must be 1 bin or more, got 0");
  CHECK(message([&] {
          histogram(x, 3, ArrayRef<double>({2, 1}));
        }) == "histogram: the range must not descend, got 2 and 1");
  CHECK(message([&] { histogram(x, 3); }) ==
        "histogram: the range must be finite, got nan and nan");
  CHECK(message([&] { histogram(x, edges, ones({3})); }) ==
        "histogram: the weights of shape [3] do not fit, expected [6]");
  CHECK(message([&] {
          histogram(tensor({1, 2}), 3);
        }) == "histogram: expected floating point, got int64");
  CHECK(message([&] { histogram(x, edges.to(kDouble)); }) ==
        "histogram: elements and edges differ in type, float32 and float64");
  CHECK_THROWS_AS(histogram(x, int64_t(1) << 62), Error);
  const auto [empty_counts, empty_edges] = histogram(empty({0}), 2);
  CHECK(empty_counts.equal(zeros({2})));
  CHECK(empty_edges.equal(tensor({0.0, 0.5, 1.0})));
  const auto [equal_counts, equal_edges] = histogram(ones({3}), 1);
  CHECK(equal_counts.item<float>() == 3);
  CHECK(equal_edges.equal(tensor({0.5, 1.5})));
  CHECK(message([&] {
          histogramdd(ones({4, 3}), {2, 2});
        }) == "histogramdd: 2 numbers of bins for points of 3 coordinates");
  const int64_t many = int64_t(1) << 40;
  CHECK(message([&] {
          histogramdd(ones({4, 2}), {many, many});
        }) == "histogramdd: sizes [1099511627776, 1099511627776] hold more than 2^58 elements");
}

TEST_CASE("sets: nans equal nothing, types promote, bool is refused") {
  const Tensor x = tensor({1.0, std::nan(""), 3.5});
  CHECK(isin(x, x).equal(tensor({true, false, true})));
  CHECK(isin(tensor({1, 2, 3}), x).equal(tensor({true, false, false})));
  CHECK(isin(tensor({1, 2, 3}), empty({0}), false, true).equal(tensor({true, true, true})));
  CHECK(isin(3, tensor({1, 2, 3})).item<bool>());
  CHECK(message([&] { isin(tensor({true}), x); }) ==
        "isin: not implemented for bool, got bool and float32");
  CHECK(nonzero_static(tensor(1.0), 2).sizes() == IntArrayRef({2, 0}));
  CHECK_THROWS_AS(nonzero_static(x, -1), Error);
  CHECK(std::get<0>(_unique(tensor({3, 1, 3}))).equal(tensor({1, 3})));
}
