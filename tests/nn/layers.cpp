// What layers do beyond their function: modes, statistics, in-place, gradients, errors.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/gradcheck.h"
#include "autograd/ops/nn/normalisation.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "nn/nn.h"

using namespace gradus;
namespace F = gradus::nn::functional;

namespace {

void check_values(const Tensor& got, const std::vector<double>& want) {
  const Tensor g = got.detach().to(kDouble).reshape({-1}).contiguous();
  REQUIRE(g.numel() == int64_t(want.size()));
  for (size_t i = 0; i < want.size(); ++i) {
    CAPTURE(i);
    CHECK(g.data_ptr<double>()[i] == doctest::Approx(want[i]).epsilon(1e-5));
  }
}

Tensor leaf(IntArrayRef sizes) { return randn(sizes, TensorOptions(kDouble).requires_grad(true)); }

}  // namespace

TEST_CASE("BatchNorm1d follows the batches") {
  nn::BatchNorm1d norm(2);
  const Tensor x = tensor({{1.0, 10.0}, {3.0, 20.0}, {5.0, 60.0}});
  check_values(norm(x), {-1.224743, -0.925820, 0, -0.462910, 1.224743, 1.388730});
  check_values(norm->running_mean, {0.3, 3.0});
  check_values(norm->running_var, {1.3, 70.9});
  CHECK(norm->num_batches_tracked.item<int64_t>() == 1);
  norm(x + 1);
  check_values(norm->running_mean, {0.67, 5.8});
  norm->eval();
  check_values(norm(tensor({{0.67, 5.8}})), {0, 0});
  CHECK(norm->num_batches_tracked.item<int64_t>() == 2);
  norm->reset_running_stats();
  check_values(norm->running_var, {1, 1});
  CHECK(norm->num_batches_tracked.item<int64_t>() == 0);

  SUBCASE("without momentum they are the average of all") {
    nn::BatchNorm1d average(nn::BatchNorm1dOptions(2).momentum(std::nullopt));
    average(x);
    check_values(average->running_mean, {3, 30});
    average(x + 3);
    average(x + 6);
    check_values(average->running_mean, {6, 33});
    check_values(average->running_var, {4, 700});
  }
  SUBCASE("without tracking, the batch counts in eval mode too") {
    nn::BatchNorm1d plain(
        nn::BatchNorm1dOptions(2).track_running_stats(false).affine(false).eps(0));
    CHECK(plain->named_buffers().is_empty());
    CHECK(plain->parameters().empty());
    plain->eval();
    check_values(plain(x).sum({0}), {0, 0});
    check_values(plain(x).square().mean({0}), {1, 1});
  }
  SUBCASE("three dims") {
    nn::BatchNorm1d deep(3);
    CHECK(deep(randn({2, 3, 4})).sizes() == IntArrayRef({2, 3, 4}));
  }
  SUBCASE("errors") {
    norm->train();
    CHECK_THROWS_WITH_AS(norm(ones({2})), "BatchNorm1d: the input needs 2 or 3 dims, got shape [2]",
                         Error);
    CHECK_THROWS_WITH_AS(
        norm(ones({1, 2})),
        "batch_norm: training needs more than 1 value per channel, got shape [1, 2]", Error);
    CHECK_THROWS_WITH_AS(norm(ones({4, 3})), "batch_norm: weight has 2 elements for 3 channels",
                         Error);
    CHECK_THROWS_WITH_AS(nn::BatchNorm2d(2)(ones({2, 2})),
                         "BatchNorm2d: the input needs 4 dims, got shape [2, 2]", Error);
    CHECK_THROWS_AS(batch_norm(ones({4, 3}), {}, {}, {}, {}, false, 0.1, 1e-5), Error);
  }
}

TEST_CASE("normalisation is differentiable twice") {
  manual_seed(3);
  const Tensor x = leaf({4, 3}), w = leaf({3}), b = leaf({3});
  const Tensor mean = zeros({3}, kDouble), var = full({3}, 2.0, kDouble);
  const auto train = [](const Tensor& x, const Tensor& w, const Tensor& b) {
    return batch_norm(x, w, b, {}, {}, true, 0, 1e-5);
  };
  const auto eval = [&](const Tensor& x, const Tensor& w, const Tensor& b) {
    return batch_norm(x, w, b, mean, var, false, 0, 1e-5);
  };
  const auto layer = [](const Tensor& x, const Tensor& w, const Tensor& b) {
    return layer_norm(x, {3}, w, b);
  };
  CHECK(autograd::gradcheck(train, {x, w, b}));
  CHECK(autograd::gradgradcheck(train, {x, w, b}));
  CHECK(autograd::gradcheck(eval, {x, w, b}));
  CHECK(autograd::gradgradcheck(eval, {x, w, b}));
  CHECK(autograd::gradcheck(layer, {x, w, b}));
  CHECK(autograd::gradgradcheck(layer, {x, w, b}));
  const auto group = [](const Tensor& x) { return group_norm(x, 2); };
  CHECK(autograd::gradcheck(group, {leaf({2, 4})}));
  CHECK(autograd::gradgradcheck(group, {leaf({2, 4})}));
}

TEST_CASE("losses are differentiable twice") {
  manual_seed(4);
  const Tensor target = tensor({0, 2, 1, 2});
  const Tensor weight = tensor({0.5, 1.5, 2.0}, kDouble);
  const auto nll = [&](const Tensor& x) {
    return F::nll_loss(x, target, F::NLLLossFuncOptions().weight(weight));
  };
  const auto entropy = [&](const Tensor& x) {
    return F::cross_entropy(x, target,
                            F::CrossEntropyFuncOptions().weight(weight).label_smoothing(0.1));
  };
  const auto none = [&](const Tensor& x) {
    return F::cross_entropy(x, target, F::CrossEntropyFuncOptions(kNone));
  };
  const auto huber = [&](const Tensor& x, const Tensor& y) { return F::huber_loss(x, y); };
  const auto bce = [&](const Tensor& x, const Tensor& y) {
    return F::binary_cross_entropy_with_logits(x, y);
  };
  for (const auto& f : {autograd::detail::ListFunction([&](const auto& x) {
         return autograd::variable_list{nll(x[0]), entropy(x[0]), none(x[0])};
       })}) {
    CHECK(autograd::gradcheck(f, {leaf({4, 3})}));
    CHECK(autograd::gradgradcheck(f, {leaf({4, 3})}));
  }
  CHECK(autograd::gradcheck(huber, {leaf({4, 3}), leaf({4, 3})}));
  CHECK(autograd::gradgradcheck(huber, {leaf({4, 3}), leaf({4, 3})}));
  CHECK(autograd::gradcheck(bce, {leaf({4, 3}), leaf({4, 3})}));
  CHECK(autograd::gradgradcheck(bce, {leaf({4, 3}), leaf({4, 3})}));
}

TEST_CASE("Dropout") {
  manual_seed(2);
  nn::Dropout drop(0.25);
  const Tensor x = ones({1000}, TensorOptions().requires_grad(true));
  const Tensor y = drop(x);
  const double kept = y.ne(0).sum().item<double>();
  CHECK(kept > 690);
  CHECK(kept < 810);
  CHECK(y.sum().item<double>() == doctest::Approx(kept / 0.75).epsilon(1e-5));
  y.sum().backward();
  CHECK(x.grad().equal(y.detach()));
  drop->eval();
  CHECK(drop(x).is_same(x));
  CHECK(nn::Dropout(1.0)(x).sum().item<float>() == 0);
  CHECK(nn::Dropout(0.0)(x).is_same(x));
  CHECK_THROWS_WITH_AS(nn::Dropout(1.5), "dropout: p is 1.5, outside [0, 1]", Error);
  CHECK_THROWS_WITH_AS(F::dropout(x, -0.1), "dropout: p is -0.1, outside [0, 1]", Error);
  const Tensor z = ones({4});
  CHECK(F::dropout(z, 0.5, true, /*inplace=*/true).is_same(z));
}

TEST_CASE("activations in place") {
  const Tensor x = tensor({-1.0, 2.0});
  CHECK(nn::ReLU(nn::ReLUOptions(true))(x).is_same(x));
  check_values(x, {0, 2});
  const auto check = [](auto&& module, const std::vector<double>& want) {
    const Tensor w = tensor({-1.0, 2.0}, TensorOptions(kDouble).requires_grad(true));
    const Tensor v = w * 1;
    CHECK(module(v).is_same(v));
    check_values(v, want);
    v.sum().backward();
    const Tensor in_place = w.grad();
    const Tensor u = tensor({-1.0, 2.0}, TensorOptions(kDouble).requires_grad(true));
    module->options.inplace(false);
    const Tensor y = module(u);
    check_values(y, want);
    y.sum().backward();
    CHECK(in_place.equal(u.grad()));
  };
  check(nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.5).inplace(true)), {-0.5, 2});
  check(nn::ELU(nn::ELUOptions().inplace(true)), {std::exp(-1.0) - 1, 2});
  check(nn::ReLU6(nn::ReLU6Options().inplace(true)), {0, 2});
  check(nn::Hardtanh(nn::HardtanhOptions().max_val(1.5).min_val(-3).inplace(true)), {-1, 1.5});
  check(nn::Threshold(nn::ThresholdOptions(0.5, 7).inplace(true)), {7, 2});
}

TEST_CASE("Embedding") {
  nn::Embedding table(nn::EmbeddingOptions(5, 2).padding_idx(-2));
  CHECK(*table->options.padding_idx() == 3);
  check_values(table->weight[3], {0, 0});
  const Tensor y = table(tensor({{1, 3}, {1, 0}}));
  CHECK(y.sizes() == IntArrayRef({2, 2, 2}));
  y.sum().backward();
  check_values(table->weight.grad().sum(1), {2, 4, 0, 0, 0});
  auto fixed = nn::Embedding::from_pretrained(arange(6, kFloat).reshape({3, 2}));
  check_values(fixed(tensor({2, 0})), {4, 5, 0, 1});
  CHECK_FALSE(fixed->weight.requires_grad());
  CHECK_THROWS_WITH_AS(table(ones({2})),
                       "embedding: indices are float32, they must be int64 or int32", Error);
  CHECK_THROWS_AS(nn::Embedding(nn::EmbeddingOptions(5, 2).padding_idx(5)), IndexError);
}

TEST_CASE("layers that reshape") {
  CHECK(nn::Flatten()(ones({2, 3, 4})).sizes() == IntArrayRef({2, 12}));
  CHECK(nn::Flatten(nn::FlattenOptions().start_dim(0).end_dim(1))(ones({2, 3, 4})).sizes() ==
        IntArrayRef({6, 4}));
  CHECK(nn::Unflatten(1, std::vector<int64_t>{3, 4})(ones({2, 12})).sizes() ==
        IntArrayRef({2, 3, 4}));
  const Tensor x = ones({2});
  CHECK(nn::Identity()(x).is_same(x));
}

TEST_CASE("losses as layers") {
  const Tensor x = tensor({{0.2, 0.4}, {0.6, 0.9}}), y = tensor({{0.0, 1.0}, {1.0, 0.0}});
  CHECK(nn::MSELoss()(x, y).item<double>() == doctest::Approx(0.3425));
  CHECK(nn::MSELoss(kSum)(x, y).item<double>() == doctest::Approx(1.37));
  CHECK(nn::L1Loss(nn::L1LossOptions(kNone))(x, y).sizes() == IntArrayRef({2, 2}));
  CHECK(nn::BCELoss()(x, y).item<double>() == doctest::Approx(0.9882112));
  CHECK(nn::CrossEntropyLoss()(x, tensor({1, 0})).item<double>() == doctest::Approx(0.7262488));
  CHECK_THROWS_WITH_AS(nn::BCELoss()(x + 1, y),
                       doctest::Contains("binary_cross_entropy: input has the element 1.2"), Error);
  CHECK_THROWS_WITH_AS(nn::BCELoss()(x, y[0]),
                       "binary_cross_entropy: input has shape [2, 2], target [2]", Error);
  CHECK_THROWS_WITH_AS(nn::CrossEntropyLoss()(x, tensor({1, 2})),
                       "nll_loss: target 2 is out of range for 2 classes", IndexError);
  CHECK_THROWS_WITH_AS(nn::NLLLoss()(x, tensor({1, 0, 1})),
                       "nll_loss: an input of shape [2, 2] needs a target of shape [2], got [3]",
                       Error);
  CHECK_THROWS_WITH_AS(nn::NLLLoss()(x, tensor({1.0, 0.0})),
                       "nll_loss: target is float32, it must be int64", Error);
  CHECK_THROWS_WITH_AS(nn::CrossEntropyLoss()(x, ones({2, 2}, kLong)),
                       "cross_entropy_loss: input and target have the shape [2, 2], so the target "
                       "holds probabilities, but it is int64",
                       Error);
  CHECK_THROWS_WITH_AS(nn::HuberLoss(nn::HuberLossOptions().delta(0))(x, y),
                       "huber_loss: delta is 0, it must be positive", Error);
  CHECK_THROWS_WITH_AS(mse_loss(x, y, 7), "reduction: 7 is none of Reduction::None, Mean and Sum",
                       Error);
  CHECK(std::isnan(F::nll_loss(x, tensor({-100, -100})).item<double>()));
}

TEST_CASE("the weights of losses are buffers") {
  const Tensor w = tensor({1.0, 3.0}, kDouble), x = tensor({{0.2, 0.4}}, kDouble);
  nn::NLLLoss nll(nn::NLLLossOptions().weight(w));
  CHECK(nll->weight.data_ptr() == w.data_ptr());
  CHECK(nn::CrossEntropyLoss(nn::CrossEntropyLossOptions().weight(w))->buffers().size() == 1);
  CHECK(nn::BCELoss(nn::BCELossOptions().weight(w))->buffers().size() == 1);
  CHECK(nn::MultiMarginLoss(nn::MultiMarginLossOptions().weight(w))->buffers().size() == 1);
  CHECK(nn::MultiLabelSoftMarginLoss(nn::MultiLabelSoftMarginLossOptions().weight(w))
            ->buffers()
            .size() == 1);
  nn::BCEWithLogitsLoss logits(nn::BCEWithLogitsLossOptions().weight(w).pos_weight(w * 2));
  CHECK(logits->named_buffers().keys() == std::vector<std::string>{"weight", "pos_weight"});
  CHECK(logits(x, x).item<double>() ==
        doctest::Approx(
            F::binary_cross_entropy_with_logits(
                x, x, F::BinaryCrossEntropyWithLogitsFuncOptions().weight(w).pos_weight(w * 2))
                .item<double>()));
  CHECK(nn::NLLLoss()->buffers().empty());

  // A copy has a weight of its own, and the giver's tensor keeps its type.
  const auto copy = std::dynamic_pointer_cast<nn::NLLLossImpl>(nll->clone());
  copy->weight.fill_(1);
  CHECK(w.equal(tensor({1.0, 3.0}, kDouble)));
  CHECK(copy->forward(x, tensor({1})).item<double>() == doctest::Approx(-0.4));
  nll->weight.mul_(2);
  CHECK(
      F::nll_loss(x, tensor({1}), F::NLLLossFuncOptions(kSum).weight(nll->weight)).item<double>() ==
      doctest::Approx(-2.4));
  nll->to(kFloat);
  CHECK((nll->weight.dtype() == kFloat));
  CHECK((w.dtype() == kDouble));
  CHECK((nll(x.to(kFloat), tensor({1})).dtype() == kFloat));
}

TEST_CASE("a loss refuses to go back over a target that was written to") {
  const Tensor x = leaf({2, 3}), target = tensor({0, 1});
  const Tensor loss = F::nll_loss(x, target);
  target.fill_(2);
  CHECK_THROWS_AS(loss.backward(), Error);
}

TEST_CASE("gradient clipping") {
  const Tensor a = zeros({2}), b = zeros({1}), none = zeros({3});
  const auto set = [&] {
    a.mutable_grad() = tensor({3.0, 0.0});
    b.mutable_grad() = tensor({4.0});
  };
  set();
  CHECK(nn::utils::clip_grad_norm_({a, b, none}, 10) == 5);
  check_values(a.grad(), {3, 0});
  CHECK(nn::utils::clip_grad_norm_({a, b, none}, 1) == 5);
  check_values(a.grad(), {0.6, 0});
  check_values(b.grad(), {0.8});
  set();
  CHECK(nn::utils::clip_grad_norm_(std::vector<Tensor>{a, b}, 1,
                                   std::numeric_limits<double>::infinity()) == 4);
  check_values(a.grad(), {0.75, 0});
  set();
  CHECK(nn::utils::clip_grad_norm_({a, b}, 1, 1) == 7);
  CHECK(nn::utils::clip_grad_norm_(none, 1) == 0);
  set();
  nn::utils::clip_grad_value_({a, b}, 3.5);
  check_values(b.grad(), {3.5});
  b.mutable_grad() = tensor({std::numeric_limits<double>::infinity()});
  CHECK_THROWS_WITH_AS(nn::utils::clip_grad_norm_(b, 1, 2, true),
                       "clip_grad_norm_: the total norm of order 2 is inf", Error);
  // A negative bound would turn the gradients round.
  set();
  CHECK_THROWS_WITH_AS(nn::utils::clip_grad_norm_({a, b}, -1),
                       "clip_grad_norm_: max_norm is -1, less than 0", Error);
  CHECK_THROWS_WITH_AS(nn::utils::clip_grad_value_({a, b}, -0.5),
                       "clip_grad_value_: clip_value is -0.5, less than 0", Error);
  check_values(a.grad(), {3, 0});
  CHECK(nn::utils::clip_grad_norm_({a, b}, 0) == 5);
  check_values(b.grad(), {0});
}

TEST_CASE("parameters as a vector and back") {
  nn::Linear fc(2, 3);
  const auto params = fc->parameters();
  const Tensor v = nn::utils::parameters_to_vector(params);
  CHECK(v.numel() == 9);
  CHECK(v.requires_grad());
  nn::utils::vector_to_parameters(arange(9, kFloat), params);
  check_values(fc->weight, {0, 1, 2, 3, 4, 5});
  check_values(fc->bias, {6, 7, 8});
  CHECK(fc->bias.requires_grad());
  CHECK_THROWS_WITH_AS(
      nn::utils::vector_to_parameters(zeros({4}), params),
      "vector_to_parameters: the vector has shape [4], the parameters have 9 elements", Error);
}
