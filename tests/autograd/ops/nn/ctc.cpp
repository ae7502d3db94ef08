// The connectionist temporal classification loss: against the sum over all paths, at the edges of
// its lengths, and what it refuses.
#include <cmath>
#include <limits>

#include "autograd/autograd.h"
#include "autograd/gradcheck.h"
#include "autograd/ops/nn/activation.h"
#include "autograd/ops/nn/loss.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "tests/support.h"

using namespace gradus;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

// What a path reads as: repetitions merged, blanks left out.
std::vector<int64_t> read(const std::vector<int64_t>& path, int64_t blank) {
  std::vector<int64_t> out;
  for (size_t t = 0; t < path.size(); ++t)
    if (path[t] != blank && (t == 0 || path[t] != path[t - 1])) out.push_back(path[t]);
  return out;
}
// -log of the sum over all paths of one example [T, C].
double over_all_paths(const Tensor& logs, const std::vector<int64_t>& target, int64_t blank) {
  const int64_t times = logs.size(0), classes = logs.size(1);
  const Values p = values(logs);
  int64_t count = 1;
  for (int64_t t = 0; t < times; ++t) count *= classes;
  double sum = 0;
  for (int64_t n = 0; n < count; ++n) {
    std::vector<int64_t> path;
    double log = 0;
    for (int64_t t = 0, rest = n; t < times; ++t, rest /= classes) {
      path.push_back(rest % classes);
      log += p[size_t(t * classes + path.back())];
    }
    if (read(path, blank) == target) sum += std::exp(log);
  }
  return -std::log(sum);
}

Tensor logits(IntArrayRef sizes) { return randn(sizes, kDouble).log_softmax(-1); }
Tensor longs(std::vector<int64_t> v) { return tensor(v, kLong); }

}  // namespace

TEST_CASE("ctc_loss is the sum over all paths") {
  manual_seed(1);
  const Tensor x = logits({5, 3});
  for (const int64_t blank : {0, 2})
    for (const std::vector<int64_t>& target :
         {std::vector<int64_t>{1}, {1, 1}, {1, 1, 1}, {2 - blank, 1, 2 - blank}, {}}) {
      const Tensor labels = empty({int64_t(target.size())}, kLong);
      std::copy(target.begin(), target.end(), labels.data_ptr<int64_t>());
      const Tensor loss =
          ctc_loss(x, labels, {5}, {int64_t(target.size())}, blank, Reduction::None);
      CHECK(loss.dim() == 0);
      CHECK(loss.item<double>() == doctest::Approx(over_all_paths(x, target, blank)));
    }
}

TEST_CASE("ctc_loss at the edges of its lengths") {
  const Tensor x = logits({4, 2, 3}).requires_grad_(), y = longs({1, 1, 1, 2}).view({2, 2});
  const auto each = [&](IntArrayRef inputs, IntArrayRef labels, bool zero = false) {
    return ctc_loss(x, y, inputs, labels, 0, Reduction::None, zero);
  };
  CHECK(values(each({0, 0}, {0, 1})) == Values{0, inf});
  CHECK(values(each({2, 2}, {2, 2}))[0] == inf);  // 1, blank, 1 takes three
  CHECK(std::isfinite(values(each({3, 2}, {2, 2}))[0]));
  CHECK(values(each({2, 2}, {2, 2}, true))[0] == 0);
  const Tensor dx = autograd::grad({each({2, 2}, {2, 2}).sum()}, {x})[0];
  CHECK(std::isnan(values(dx.select(1, 0))[0]));
  CHECK(values(dx.select(1, 0).slice(0, 2)) == Values(6));
  const Tensor zeroed = autograd::grad({each({2, 2}, {2, 2}, true).sum()}, {x})[0];
  CHECK(values(zeroed.select(1, 0)) == Values(12));
  CHECK(zeroed.select(1, 1).equal(dx.select(1, 1)));
}

TEST_CASE("a class without any probability keeps the gradient finite") {
  const Tensor x = vec({std::log(0.5), std::log(0.5), -inf, std::log(0.5), std::log(0.5), -inf})
                       .view({2, 3})
                       .requires_grad_();
  const Tensor loss = ctc_loss(x, longs({1}), {2}, {1});
  CHECK(loss.item<double>() == doctest::Approx(-std::log(0.75)));
  const Values dx = values(autograd::grad({loss}, {x})[0]);
  CHECK(dx[2] == 0);
  CHECK(dx[0] == doctest::Approx(0.5 - 1. / 3));
  CHECK(dx[1] == doctest::Approx(0.5 - 2. / 3));
}

TEST_CASE("ctc_loss of a long sequence") {
  manual_seed(2);
  const Tensor x = (randn({1000, 1, 5}, kDouble) * 10).log_softmax(2);
  Tensor y = empty({1, 200}, kLong);
  for (int64_t i = 0; i < 200; ++i) y.data_ptr<int64_t>()[i] = 1 + i * i % 4;
  const Tensor wide = x.clone().requires_grad_(), narrow = x.to(kFloat).requires_grad_();
  const Tensor a = ctc_loss(wide, y, {1000}, {200}, 0, Reduction::Sum),
               b = ctc_loss(narrow, y, {1000}, {200}, 0, Reduction::Sum);
  CHECK(std::isfinite(a.item<double>()));
  CHECK(b.item<double>() == doctest::Approx(a.item<double>()).epsilon(1e-5));
  const Tensor da = autograd::grad({a}, {wide})[0], db = autograd::grad({b}, {narrow})[0];
  CHECK((da - db).abs().max().item<double>() < 1e-3);
  CHECK(da.sum(2).abs().max().item<double>() < 1e-9);  // probabilities less probabilities
}

TEST_CASE("ctc_loss has gradients of any order, also of what is impossible or empty") {
  manual_seed(3);
  const Tensor x = randn({6, 4, 4}, TensorOptions(kDouble).requires_grad(true));
  const Tensor targets = longs({1, 1, 2, 3, 1, 2, 2, 1, 3, 0, 0, 0}).view({4, 3});
  for (const int64_t reduction : {Reduction::None, Reduction::Mean}) {
    const auto f = [&](const autograd::variable_list& v) {
      return autograd::variable_list{
          ctc_loss(v[0].log_softmax(-1), targets, {6, 4, 5, 3}, {3, 2, 3, 0}, 0, reduction, true)};
    };
    CHECK(autograd::gradcheck(f, {x}));
    CHECK(autograd::gradgradcheck(f, {x}));
  }
  // Two equal labels need three steps: the second example is impossible, the third empty.
  const Tensor p = randn({3, 3, 4}, kDouble).log_softmax(-1).requires_grad_();
  for (const bool zero_infinity : {false, true}) {
    const Tensor loss = ctc_loss(p, longs({1, 2, 1, 1, 3, 3}).view({3, 2}), {3, 2, 0}, {2, 2, 0}, 0,
                                 Reduction::Sum, zero_infinity);
    const Tensor fused = autograd::grad({loss}, {p}, {}, true)[0],
                 taped = autograd::grad({loss}, {p}, {}, true, true)[0];
    CHECK(allclose(fused, taped, 1e-10, 1e-12, /*equal_nan=*/true));
    CHECK(taped.isnan().any().item<bool>() == !zero_infinity);
  }
}

TEST_CASE("what ctc_loss refuses") {
  const Tensor x = logits({4, 2, 3}), y = longs({1, 2, 2, 1}).view({2, 2});
  const auto call = [&](const Tensor& logs, const Tensor& targets, IntArrayRef inputs,
                        IntArrayRef labels, int64_t blank = 0) {
    return message([&] { ctc_loss(logs, targets, inputs, labels, blank); });
  };
  CHECK(call(x[0][0], y, {4, 4}, {2, 2}) == "ctc_loss: log_probs need 2 or 3 dims, got shape [3]");
  CHECK(call(x, y, {4, 5}, {2, 2}) == "ctc_loss: an input_length of 5 is not between 0 and 4");
  CHECK(call(x, y, {4, 4}, {2, 3}) == "ctc_loss: a target_length of 3 is not between 0 and 2");
  CHECK(call(x, y, {-1, 4}, {2, 2}) == "ctc_loss: an input_length of -1 is not between 0 and 4");
  CHECK(call(x, y, {4}, {2, 2}) == "ctc_loss: 1 input_lengths for a batch of 2");
  CHECK(call(x, y, {4, 4}, {2}) == "ctc_loss: 1 target_lengths for a batch of 2");
  CHECK(call(x, y, {4, 4}, {2, 2}, 3) == "ctc_loss: the blank 3 is out of range for 3 classes");
  CHECK(call(x, y + 1, {4, 4}, {2, 2}) == "ctc_loss: target 3 is out of range for 3 classes");
  CHECK(call(x, y.view({4}), {4, 4}, {2, 1}) ==
        "ctc_loss: 4 labels in a row, the target_lengths [2, 1] sum to 3");
  CHECK(call(x, y.view({4}), {4, 4}, {2, 3}) ==
        "ctc_loss: 4 labels in a row, the target_lengths [2, 3] sum to 5");
  CHECK(call(x, y.view({1, 4}), {4, 4}, {2, 2}) ==
        "ctc_loss: targets of shape [1, 4] for a batch of 2");
  CHECK(call(x, y.to(kDouble), {4, 4}, {2, 2}) ==
        "ctc_loss: targets are float64, they must be int64 or int32");
  CHECK(call(x.to(kLong), y, {4, 4}, {2, 2}) ==
        "ctc_loss: log_probs are int64, they must be floating point");
  CHECK(call(zeros({4, 0, 3}), y, {}, {}) == "ctc_loss: log_probs of shape [4, 0, 3] are empty");
  CHECK(message([&] {
          ctc_loss(x, y, ones({2}), longs({2, 2}));
        }) == "ctc_loss: input_lengths are float32, they must be int64 or int32");
}
