#include "autograd/ops/linalg/linalg.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "autograd/autograd.h"
#include "autograd/gradcheck.h"
#include "autograd/ops/linalg/distance.h"
#include "tensor/base/parallel.h"
#include "tensor/raw.h"
#include "tests/support.h"

using namespace gradus;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

template <class T>
Tensor small(std::initializer_list<int64_t> sizes, int64_t seed, T scale) {
  const Tensor x = raw::empty(sizes, scalar_type_of<T>);
  for (int64_t k = 0; k < x.numel(); ++k)
    x.data_ptr<T>()[k] = T((7 * k + 3 * seed) % 11 - 5) * scale;
  return x;
}
Tensor f(std::initializer_list<int64_t> sizes, int64_t seed) {
  return small<double>(sizes, seed, 0.25);
}
Tensor i(std::initializer_list<int64_t> sizes, int64_t seed) {
  return small<int64_t>(sizes, seed, 1);
}

// See tests/reference/linalg.py.
const ArrayCase cases[] = {
#include "tests/reference/linalg.inc"
};

template <class F>
void check_gradient(F f, const std::vector<Tensor>& inputs) {
  for (const Tensor& x : inputs) x.requires_grad_();
  CHECK(autograd::gradcheck(f, inputs));
}

}  // namespace

TEST_CASE("products give what PyTorch's give") {
  for (const ArrayCase& c : cases) {
    INFO(std::string(c.text));
    const Values v = c.result();
    for (size_t k = 0; k < v.size(); ++k)
      CHECK(std::fabs(v[k] - c.values[k]) <= 1e-12 * (1 + std::fabs(c.values[k])));
  }
}

TEST_CASE("methods and writes in place agree with the functions") {
  const Tensor c = f({2, 4}, 5), a = f({2, 3}, 1), b = f({3, 4}, 2);
  CHECK(a.matmul(b).equal(matmul(a, b)));
  CHECK(a.mm(b).equal(mm(a, b)));
  CHECK(c.addmm(a, b, 2, 3).equal(addmm(c, a, b, 2, 3)));
  CHECK(c.clone().addmm_(a, b, 2, 3).equal(addmm(c, a, b, 2, 3)));
  CHECK(c.t().clone().t().addmm_(a, b).equal(addmm(c, a, b)));
  CHECK_THROWS_AS(ones({1}).expand({2, 4}).addmm_(a, b), Error);
  const Tensor square = f({3, 3}, 2), old = square.clone();
  CHECK(square.addmm_(square, square.t()).equal(addmm(old, old, old.t())));
  CHECK(f({2}, 5).addmv_(a, f({3}, 2), 2).equal(addmv(f({2}, 5), a, f({3}, 2), 2)));
  CHECK(f({2, 3}, 5).addr_(f({2}, 1), f({3}, 2), 0, 2).equal(outer(f({2}, 1), f({3}, 2)) * 2));
  const Tensor s = f({2, 2, 3}, 1), t = f({2, 3, 2}, 2);
  CHECK(f({2, 2, 2}, 5).baddbmm_(s, t).equal(baddbmm(f({2, 2, 2}, 5), s, t)));
  CHECK(f({2, 2}, 5).addbmm_(s, t, 2, -1).equal(addbmm(f({2, 2}, 5), s, t, 2, -1)));
}

TEST_CASE("products of float and integer tensors of every size of element") {
  for (ScalarType t : {kFloat, kInt, kByte}) {
    const Tensor a = i({4, 5}, 1).abs().to(t), b = i({5, 3}, 2).abs().to(t);
    const Tensor y = matmul(a, b);
    CHECK((y.dtype() == t));
    CHECK(y.to(kLong).equal(matmul(i({4, 5}, 1).abs(), i({5, 3}, 2).abs())));
  }
}

TEST_CASE("gradients of products") {
  using In = const std::vector<Tensor>&;
  const auto mul = [](In x) { return matmul(x[0], x[1]); };
  check_gradient(mul, {f({3}, 1), f({3}, 2)});
  check_gradient(mul, {f({2, 3}, 1), f({3}, 2)});
  check_gradient(mul, {f({3}, 1), f({3, 2}, 2)});
  check_gradient(mul, {f({2, 3}, 1), f({3, 2}, 2)});
  check_gradient(mul, {f({2, 2, 3}, 1), f({3}, 2)});
  check_gradient(mul, {f({3}, 1), f({2, 3, 2}, 2)});
  check_gradient(mul, {f({2, 2, 3}, 1), f({3, 2}, 2)});
  check_gradient(mul, {f({2, 3}, 1), f({2, 3, 2}, 2)});
  check_gradient(mul, {f({2, 1, 2, 3}, 1), f({3, 3, 1}, 2)});
  check_gradient([](In x) { return addmm(x[0], x[1], x[2], 2, 3); },
                 {f({4}, 5), f({2, 3}, 1), f({3, 4}, 2)});
  check_gradient([](In x) { return addmm(x[0], x[1], x[2]); },
                 {f({2, 1}, 5), f({2, 3}, 1), f({3, 4}, 2)});
  check_gradient([](In x) { return addmv(x[0], x[1], x[2], 2, 3); },
                 {f({2}, 5), f({2, 3}, 1), f({3}, 2)});
  check_gradient([](In x) { return addr(x[0], x[1], x[2], 2, 3); },
                 {f({2, 3}, 5), f({2}, 1), f({3}, 2)});
  check_gradient([](In x) { return baddbmm(x[0], x[1], x[2], 2, 3); },
                 {f({2, 1}, 5), f({3, 2, 3}, 1), f({3, 3, 2}, 2)});
  check_gradient([](In x) { return addbmm(x[0], x[1], x[2], 2, 3); },
                 {f({2, 2}, 5), f({3, 2, 3}, 1), f({3, 3, 2}, 2)});
  const auto lin = [](In x) { return linear(x[0], x[1], x[2]); };
  check_gradient(lin, {f({3}, 1), f({2, 3}, 2), f({2}, 3)});
  check_gradient(lin, {f({4, 3}, 1), f({2, 3}, 2), f({2}, 3)});
  check_gradient(lin, {f({2, 2, 3}, 1), f({2, 3}, 2), f({2}, 3)});
  check_gradient([](In x) { return linear(x[0], x[1]); }, {f({2, 2, 3}, 1), f({2, 3}, 2)});
  check_gradient([](In x) { return kron(x[0], x[1]); }, {f({2, 2}, 1), f({3}, 2)});
  check_gradient([](In x) { return matrix_power(x[0], 5); }, {f({3, 3}, 1)});
  check_gradient([](In x) { return matrix_power(x[0] + 3 * gradus::eye(3, kDouble), -2); },
                 {f({3, 3}, 1)});
  check_gradient([](In x) { return trace(x[0]); }, {f({2, 3}, 1)});
  check_gradient([](In x) { return linalg_cross(x[0], x[1]); },
                 {f({2, 3}, 1), f({3}, 2).unsqueeze(0)});
  check_gradient(
      [](In x) {
        return einsum("bij,...kj,iil->lbk...", {x[0], x[1], x[2]});
      },
      {f({2, 2, 3}, 1), f({2, 1, 3}, 2), f({2, 2, 2}, 3)});
  check_gradient(
      [](In x) {
        return einsum("ij,jk,kl->il", {x[0], x[1], x[2]}, std::vector<int64_t>{1, 2, 0, 1});
      },
      {f({2, 3}, 1), f({3, 2}, 2), f({2, 3}, 3)});
  check_gradient(
      [](In x) {
        return tensordot(x[0], x[1], {0, 1}, {1, 0});
      },
      {f({2, 3, 2}, 1), f({3, 1}, 2)});
}

TEST_CASE("second gradients of products") {
  const Tensor a = f({2, 3}, 1).requires_grad_(), b = f({3, 2}, 2).requires_grad_();
  const Tensor y = matmul(a, b).square().sum();
  const Tensor da = autograd::grad({y}, {a}, {}, true, true)[0];
  // y = sum (a b)^2, da = 2 a b b^T; the sum of da differs by b as 2 (a^T 1 b + 1^T a b ...).
  const Tensor db = autograd::grad({da.sum()}, {b})[0];
  const Tensor ones_a = raw::full({2, 3}, 1, kDouble);
  const Tensor expected = (matmul(a.t(), matmul(ones_a, b)) + matmul(ones_a.t(), matmul(a, b))) * 2;
  CHECK(db.allclose(expected.detach()));
}

TEST_CASE("beta = 0 leaves what was there unread") {
  const Tensor nan = raw::full({2, 2}, std::nan(""), kFloat), a = raw::full({2, 2}, 1, kFloat);
  CHECK(addmm(nan, a, a, 0).isfinite().all().item<bool>());
  CHECK(nan.clone().addmm_(a, a, 0).isfinite().all().item<bool>());
  CHECK(addbmm(nan, a.unsqueeze(0), a.unsqueeze(0), 0).isfinite().all().item<bool>());
}

TEST_CASE("errors of products name both shapes") {
  CHECK(message([] {
          matmul(f({64, 32}, 1), f({48, 16}, 2));
        }) == "matmul: inner sizes differ, [64, 32] and [48, 16]");
  CHECK(message([] { matmul(f({}, 1), f({3}, 2)); }) ==
        "matmul: expected 1 dim or more, got [] and [3]");
  CHECK(message([] {
          matmul(f({2, 3}, 1), i({3, 2}, 2));
        }) == "matmul: element types differ, float64 and int64");
  CHECK(message([] {
          matmul(f({2, 2, 3}, 1), f({3, 3, 2}, 2));
        }) == "matmul: shapes do not broadcast, [2] and [3]");
  CHECK(message([] {
          mm(f({2}, 1), f({2, 2}, 2));
        }) == "mm: expected 2 and 2 dims, got [2] and [2, 2]");
  CHECK(message([] {
          bmm(f({2, 2, 2}, 1), f({3, 2, 2}, 2));
        }) == "bmm: batch sizes differ, [2, 2, 2] and [3, 2, 2]");
  CHECK(message([] {
          matmul(i({2, 2}, 1) > 0, i({2, 2}, 1) > 0);
        }) == "matmul: not implemented for bool");
  CHECK(message([] {
          addmm(i({2, 2}, 1), i({2, 2}, 1), i({2, 2}, 1), 0.5);
        }) == "addmm: expected integers for beta and alpha of int64 tensors, got 0.5");
  CHECK(message([] {
          f({2}, 1).addmm_(f({2, 2}, 1), f({2, 2}, 1));
        }) == "addmm_: the result [2, 2] does not fit into [2]");
  CHECK(message([] {
          linear(f({2, 3}, 1), f({4, 2}, 1));
        }) == "linear: input [2, 3] does not fit weight [4, 2]");
  CHECK(message([] {
          linear(f({2, 3}, 1), f({4, 3}, 1), f({3}, 1));
        }) == "linear: bias [3] does not fit weight [4, 3]");
  CHECK(message([] {
          tensordot(f({2, 3}, 1), f({2, 3}, 1), {1}, {0});
        }) == "tensordot: sizes of dims 1 of [2, 3] and 0 of [2, 3] differ");
  CHECK(message([] {
          matrix_power(f({2, 3}, 1), 2);
        }) == "matrix_power: expected square matrices, got [2, 3]");
  CHECK(message([] { matrix_power(gradus::zeros({2, 2}), -1); }).starts_with("linalg_inv: "));
  CHECK(message([] {
          chain_matmul({f({2, 3}, 1), f({2, 3}, 1)});
        }) == "chain_matmul: inner sizes differ, [2, 3] and [2, 3]");
}

TEST_CASE("errors of distances") {
  const Tensor x = f({2, 3}, 1);
  const auto of = [&](const Tensor& b, double p = 2, int64_t mode = 0) {
    return message([&] { cdist(x, b, p, mode); });
  };
  CHECK(of(f({3}, 1)) == "cdist: expected 2 dims or more, got [2, 3] and [3]");
  CHECK(of(f({4, 2}, 1)) == "cdist: last sizes differ, [2, 3] and [4, 2]");
  CHECK(of(x.to(kFloat)) == "cdist: expected one floating point type, got float64 and float32");
  CHECK(of(x, -1) == "cdist: expected p of 0 or more, got -1");
  CHECK(of(x, 2, 3) == "cdist: compute_mode must be 0, 1 or 2, got 3");
  CHECK(message([] {
          cdist(f({2, 2, 3}, 1), f({3, 2, 3}, 1));
        }) == "cdist: shapes do not broadcast, [2] and [3]");
}

TEST_CASE("distances without rows or columns") {
  for (const double p : {0., 1., 2., 3.}) {
    const Tensor x = f({30, 0}, 1).requires_grad_();
    const Tensor y = cdist(x, f({4, 0}, 1), p);
    CHECK(y.equal(raw::zeros({30, 4}, kDouble)));
    y.sum().backward();
    CHECK(x.grad().sizes() == x.sizes());
    CHECK(cdist(f({2, 0, 3}, 1), f({40, 3}, 1), p).sizes() == IntArrayRef{2, 0, 40});
    CHECK(cdist(f({40, 3}, 1), f({0, 3}, 1), p).sizes() == IntArrayRef{40, 0});
  }
}

TEST_CASE("errors of einsum") {
  const auto error = [](const char* equation, std::vector<Tensor> x) {
    return message([&] { einsum(equation, x); });
  };
  const Tensor a = f({2, 3}, 1), b = f({3, 2}, 2);
  CHECK(error("ij,jk", {a}) == "einsum: 'ij,jk' is for 2 operands, got 1");
  CHECK(error("ijk", {a}) ==
        "einsum: operand 0 of 'ijk' has 3 subscripts, but its sizes are [2, 3]");
  CHECK(error("i", {a}) == "einsum: operand 0 of 'i' has 1 subscripts, but its sizes are [2, 3]");
  CHECK(error("ijk...", {a}) ==
        "einsum: operand 0 of 'ijk...' has 3 subscripts, but its sizes are [2, 3]");
  CHECK(error("i1", {a}) == "einsum: '1' is no subscript, in 'i1'");
  CHECK(error("ij-", {a}) == "einsum: '-' is no subscript, in 'ij-'");
  CHECK(error("ij..", {a}) == "einsum: '.' is no subscript, in 'ij..'");
  CHECK(error("...ij...", {a}) == "einsum: two ellipses in '...ij...' of '...ij...'");
  CHECK(error("ij->ik", {a}) == "einsum: 'k' of the result is in no operand of 'ij->ik'");
  CHECK(error("ij->ii", {a}) == "einsum: 'i' is twice in the result of 'ij->ii'");
  CHECK(error("ii", {a}) == "einsum: 'i' is 2 and 3 in one operand");
  CHECK(error("ij,ij", {a, b}) == "einsum: 'i' is 2 and 3");
  CHECK(error("ij,ij->ij->", {a, a}) == "einsum: '-' is no subscript, in 'ij,ij->ij->'");
  CHECK(message([&] { einsum("i", {}); }) == "einsum: expected 1 operand or more, got 0");
}

TEST_CASE("products have the same bits for any number of threads") {
  const int before = get_num_threads();
  const Tensor x = f({300, 200}, 1).to(kFloat) / 3, w = f({150, 200}, 2).to(kFloat) / 7,
               b = f({150}, 3).to(kFloat);
  Tensor first, batched;
  for (int threads : {1, 2, 3}) {
    set_num_threads(threads);
    const Tensor y = linear(x, w, b),
                 z = matmul(x.reshape({100, 3, 200}), w.t().expand({100, 200, 150}));
    if (threads == 1) first = y, batched = z;
    CHECK(y.equal(first));
    CHECK(z.equal(batched));
  }
  set_num_threads(before);
}

TEST_CASE("gradients of distances do not depend on how small the numbers are") {
  const auto gradient = [](double p, double scale, bool create_graph) {
    const Tensor x = tensor({{1.f, 2.f}, {0.f, 3.f}}).mul(scale).requires_grad_();
    const Tensor y = tensor({{0.f, 0.f}, {5.f, 1.f}}).mul(scale);
    return autograd::grad({cdist(x, y, p, 2).sum()}, {x}, {}, {}, create_graph)[0].detach();
  };
  for (const double p : {1.0, 1.5, 2.0, 3.0, 6.0, inf})
    for (const bool create_graph : {false, true})
      for (const double scale : {1e-20, 1e-12, 1e20})
        CHECK(gradient(p, scale, create_graph).allclose(gradient(p, 1, false), 1e-5, 1e-6));
}

TEST_CASE("nans and infinities among distances stay where they are") {
  const double nan = std::nan("");
  for (const double p : {1.0, 1.5, 2.0, 3.0})
    for (const bool create_graph : {false, true}) {
      const Tensor x = tensor({{1.0, nan}, {0.0, 3.0}}).requires_grad_();
      const Tensor y = tensor({{0.0, 0.0}, {4.0, 1.0}});
      const Tensor dx =
          autograd::grad({cdist(x, y, p, 2).sum()}, {x}, {}, {}, create_graph)[0].detach();
      CHECK(dx[0].isnan().any().item<bool>());
      CHECK(dx[1].isfinite().all().item<bool>());
    }
  for (const double p : {1.5, 2.0, 3.0}) {
    const Tensor x = tensor({{1.0, inf}, {0.0, 3.0}, {2.0, 2.0}}).requires_grad_();
    const Tensor dx = autograd::grad({pdist(x, p).sum()}, {x})[0];
    CHECK(dx[0][0].item<double>() == 0);
    CHECK(dx.slice(0, 1).select(1, 0).isfinite().all().item<bool>());
  }
}
