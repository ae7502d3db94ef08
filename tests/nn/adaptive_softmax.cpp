// The adaptive softmax: what its parts say of each other, and what it refuses.
#include <cmath>

#include "autograd/gradcheck.h"
#include "autograd/ops/random/random.h"
#include "nn/nn.h"
#include "tests/support.h"

using namespace gradus;

namespace {
nn::AdaptiveLogSoftmaxWithLoss layer() {
  return nn::AdaptiveLogSoftmaxWithLoss(16, 20, std::vector<int64_t>{4, 10});
}
}  // namespace

TEST_CASE("the adaptive softmax gives each target its part of all probabilities") {
  manual_seed(1);
  auto m = layer();
  CHECK(m->tail->at<nn::SequentialImpl>(1).at<nn::LinearImpl>(0).options.out_features() == 1);
  const Tensor x = randn({6, 16}), y = tensor({0, 3, 4, 9, 10, 19}, kLong);
  const nn::ASMoutput got = m(x, y);
  const Tensor all = m->log_prob(x);
  CHECK(all.sizes() == IntArrayRef({6, 20}));
  CHECK(all.exp().sum(1).allclose(ones({6})));
  CHECK(got.output.allclose(all.gather(1, y.unsqueeze(1)).squeeze(1)));
  CHECK(m->predict(x * 10).equal(m->log_prob(x * 10).argmax(1)));
  const nn::ASMoutput one = m(x[2], y[2]);
  CHECK(one.output.dim() == 0);
  CHECK(one.output.allclose(got.output[2]));
}

TEST_CASE("its loss is a tensor, and a double as libtorch's") {
  auto m = layer();
  const nn::ASMoutput got = m(randn({2, 16}), tensor({5, 1}, kLong));
  const double loss = got.loss, twice = got.loss * 2;
  CHECK(loss == doctest::Approx(-got.output.mean().item<double>()));
  CHECK(twice == doctest::Approx(2 * loss));
  CHECK((got.loss + 1).item<double>() == doctest::Approx(loss + 1));
  CHECK((got.loss - 1).item<double>() == doctest::Approx(loss - 1));
  CHECK((got.loss / 4).item<double>() == doctest::Approx(loss / 4));
  CHECK(std::isfinite(got.loss));
  got.loss.backward();
  CHECK(m->head->weight.grad().defined());
}

TEST_CASE("clones and redrawn parameters of the adaptive softmax") {
  manual_seed(3);
  nn::AdaptiveLogSoftmaxWithLoss m(
      nn::AdaptiveLogSoftmaxWithLossOptions(8, 20, {4, 10}).div_value(2).head_bias(true));
  const Tensor x = randn({3, 8}), before = m->log_prob(x);
  const auto copy = std::dynamic_pointer_cast<nn::AdaptiveLogSoftmaxWithLossImpl>(m->clone());
  CHECK(copy->cutoffs == std::vector<int64_t>{4, 10, 20});
  CHECK(copy->log_prob(x).equal(before));
  m->reset_parameters();
  for (size_t i = 0; i < m->parameters().size(); ++i)
    CHECK_FALSE(m->parameters()[i].equal(copy->parameters()[i]));
  CHECK(copy->log_prob(x).equal(before));
  m->to(kDouble);
  const Tensor y = tensor({0, 12, 7}, kLong);
  CHECK(autograd::gradcheck([&](const Tensor& in) { return m(in, y).output; },
                            {randn({3, 8}, kDouble).requires_grad_()}));
}

TEST_CASE("what the adaptive softmax refuses") {
  const auto make = [](std::vector<int64_t> cutoffs) {
    return message([&] { nn::AdaptiveLogSoftmaxWithLoss(16, 20, cutoffs); });
  };
  const std::string rise = "AdaptiveLogSoftmaxWithLoss: the cutoffs ";
  CHECK(make({}) == "AdaptiveLogSoftmaxWithLoss: there are no cutoffs");
  CHECK(make({5, 5}) == rise + "[5, 5] must rise between 1 and 19");
  CHECK(make({0, 5}) == rise + "[0, 5] must rise between 1 and 19");
  CHECK(make({5, 20}) == rise + "[5, 20] must rise between 1 and 19");
  CHECK(make({19}) == "nothing was thrown");
  auto m = layer();
  const auto call = [&](const Tensor& x, const Tensor& y) { return message([&] { m(x, y); }); };
  CHECK(call(zeros({2, 16}), zeros({3}, kLong)) ==
        "AdaptiveLogSoftmaxWithLoss: input has shape [2, 16], target [3]");
  CHECK(call(zeros({2, 16}), tensor({-1, 20}, kLong)) ==
        "AdaptiveLogSoftmaxWithLoss: targets are from -1 to 20, they must be from 0 to 19");
  CHECK(call(zeros({2, 16}), zeros({2})) ==
        "AdaptiveLogSoftmaxWithLoss: target is float32, it must be int64 or int32");
}
