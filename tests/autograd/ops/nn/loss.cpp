// Losses: the type of what they give, and what they refuse.
#include "autograd/ops/nn/loss.h"

#include <cmath>
#include <limits>

#include "autograd/ops/reduce/reduce.h"
#include "tests/support.h"

using namespace gradus;

TEST_CASE("the absolute differences of integers are integers") {
  const Tensor x = tensor({1, 2}, kLong), y = tensor({3, 5}, kLong);
  const Tensor each = l1_loss(x, y, Reduction::None), sum = l1_loss(x, y, Reduction::Sum);
  CHECK((each.dtype() == kLong));
  CHECK(values(each) == Values{2, 3});
  CHECK((sum.dtype() == kLong));
  CHECK(values(sum) == Values{5});
  CHECK_THROWS_AS(l1_loss(x, y, Reduction::Mean), Error);
  CHECK((l1_loss(x, tensor({3.f, 5.f}), Reduction::None).dtype() == kFloat));
  CHECK(values(smooth_l1_loss(x, y, Reduction::None, 0)) == Values{2, 3});
}

TEST_CASE("a loss keeps its type beside weights of another") {
  const Tensor x = tensor({0.5f}).requires_grad_(), y = tensor({1.f}), wide = vec({2});
  for (const auto reduction : {Reduction::None, Reduction::Mean, Reduction::Sum}) {
    CHECK((binary_cross_entropy(x, y, wide, reduction).dtype() == kFloat));
    CHECK((binary_cross_entropy_with_logits(x, y, wide, {}, reduction).dtype() == kFloat));
    CHECK((binary_cross_entropy_with_logits(x, y, {}, wide, reduction).dtype() == kFloat));
    CHECK(
        (binary_cross_entropy_with_logits(x, y.to(kDouble), {}, {}, reduction).dtype() == kDouble));
  }
  binary_cross_entropy(x, y, wide, Reduction::Sum).backward();
  CHECK((x.grad().dtype() == kFloat));
  CHECK(values(x.grad()) == Values{-4});
}

TEST_CASE("labels are checked to the last") {
  const Tensor x = zeros({1, 4});
  const auto loss = [&](const std::vector<int64_t>& labels) {
    return message([&] { multilabel_margin_loss(x, tensor(labels, kLong).view({1, 4})); });
  };
  CHECK(loss({3, 0, -1, -1}) == "nothing was thrown");
  CHECK(loss({3, 4, -1, -1}) == "multilabel_margin_loss: target 4 is out of range for 4 classes");
  CHECK(loss({0, -1, 7, -1}) == "multilabel_margin_loss: target 7 is out of range for 4 classes");
  CHECK(loss({0, -2, 1, 1}) == "multilabel_margin_loss: target -2 is out of range for 4 classes");
}

TEST_CASE("classes of probability 0 cost nothing, however unlikely they were") {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor log = leaf({-inf, std::log(0.25), std::log(0.75)}), p = vec({0, 0.25, 0.75});
  const Tensor loss = kl_div(log, p, Reduction::Sum);
  CHECK(std::abs(loss.item<double>()) < 1e-15);
  loss.backward();
  CHECK(values(log.grad()) == Values{0, -0.25, -0.75});
  CHECK(std::abs(kl_div(log.detach(), log.detach(), Reduction::Sum, true).item<double>()) < 1e-15);
  CHECK(kl_div(log.detach(), vec({0.5, 0.25, 0.25}), Reduction::Sum).item<double>() == inf);

  const Tensor x = leaf({-inf, 0, 0});
  const Tensor cross = cross_entropy_loss(x, vec({0, 0.5, 0.5}));
  CHECK(cross.item<double>() == doctest::Approx(std::log(2.)));
  cross.backward();
  CHECK(values(x.grad()) == Values{0, 0, 0});
}

TEST_CASE("losses of numbers far out") {
  const Tensor x = tensor({-200.f, 200.f, 1e30f}).requires_grad_(), ones3 = ones({3});
  const Tensor margin = soft_margin_loss(x, ones3, Reduction::None);
  CHECK(values(margin) == Values{200, 0, 0});
  margin.sum().backward();
  CHECK(values(x.grad()) == Values{-1, 0, 0});
  for (const float size : {1e20f, 1e-25f, 1e30f}) {
    const Tensor a = tensor({{size, size}}).requires_grad_(), b = tensor({{size, 0.f}});
    const Tensor cosine = cosine_embedding_loss(a, b, ones({1}));
    if (size > 1) CHECK(cosine.item<float>() == doctest::Approx(1 - std::sqrt(0.5)));
    cosine.backward();
    CHECK(a.grad().isfinite().all().item<bool>());
  }
}
