// Losses, functions and layers that Python has and libtorch has not, and libtorch's names of old.
#include <sstream>

#include "tensor/random/generator_impl.h"
#include "tests/nn/tools.h"

using namespace gradus;
namespace F = gradus::nn::functional;
using gradus::test::check_row;
using gradus::test::filled;
using gradus::test::wave;

namespace {
template <class Function>
void check_loss(const char* name, Function f, const std::vector<Tensor>& inputs) {
  for (const Tensor& x : inputs) x.requires_grad_();
  const Tensor loss = f(inputs);
  (loss * wave(loss.sizes(), 0.5)).sum().backward();
  std::vector<Tensor> all{loss};
  for (const Tensor& x : inputs) all.push_back(x.grad());
  check_row(name, all);
}
using In = const std::vector<Tensor>&;
}  // namespace

TEST_CASE("the cross entropy of a linear layer is PyTorch's") {
  const Tensor classes = tensor({1, 0, 3});
  check_loss("linear_cross_entropy",
             [&](In x) {
               return F::linear_cross_entropy(x[0], x[1], classes,
                                              F::CrossEntropyFuncOptions()
                                                  .weight(wave({4}, 1).abs())
                                                  .label_smoothing(0.1)
                                                  .ignore_index(3),
                                              x[2]);
             },
             {wave({3, 2}), wave({4, 2}, 1), wave({4})});
  check_loss("linear_cross_entropy_single",
             [](In x) { return F::linear_cross_entropy(x[0], x[1], tensor(2), kNone); },
             {wave({2}), wave({4, 2}, 1)});
  check_loss(
      "linear_cross_entropy_dims",
      [](In x) {
        return F::linear_cross_entropy(x[0], x[1], tensor({{1, 0}, {3, 2}, {0, 0}}), kNone, x[2]);
      },
      {wave({3, 2}), wave({4, 2, 2}, 1), wave({4, 2})});
  manual_seed(11);
  nn::LinearCrossEntropyLoss loss(
      nn::LinearCrossEntropyLossOptions(3, 2).out_features({2}).bias(true).reduction(kSum));
  const Tensor target = tensor({{1, 0}, {0, 0}});
  check_row("LinearCrossEntropyLoss",
            {loss(wave({2, 3}).to(kFloat), target), loss->linear->weight, loss->linear->bias},
            2e-6);
  CHECK((std::ostringstream() << *loss).str() ==
        "torch::nn::LinearCrossEntropyLoss(in_features=3, num_classes=2, out_features=[2], "
        "bias=true)(\n  (linear): torch::nn::Linear(in_features=3, out_features=4, bias=true)\n)");
  nn::LinearCrossEntropyLoss copy = nn::deepcopy(loss);
  CHECK(copy->linear->weight.equal(loss->linear->weight));

  const Tensor x = wave({3, 2});
  CHECK_THROWS_WITH_AS(F::linear_cross_entropy(wave({1, 1, 2}), wave({4, 2}), classes),
                       "linear_cross_entropy: the input must have 1 or 2 dims, got [1, 1, 2]",
                       Error);
  CHECK_THROWS_WITH_AS(F::linear_cross_entropy(x, wave({4, 3}), classes),
                       "linear_cross_entropy: the input has 2 features, linear_weight 3", Error);
  CHECK_THROWS_WITH_AS(F::linear_cross_entropy(x, wave({4, 2}), classes, {}, wave({3})),
                       "linear_cross_entropy: linear_bias has shape [3], expected [4]", Error);
  CHECK_THROWS_WITH_AS(F::linear_cross_entropy(wave({2}), wave({4, 3, 2}), classes),
                       "linear_cross_entropy: logits of [4, 3] per example need an input of 2 "
                       "dims, got [2]",
                       Error);
  CHECK_THROWS_WITH_AS(
      nn::LinearCrossEntropyLoss(nn::LinearCrossEntropyLossOptions(3, 2).weight(ones({3}))),
      "LinearCrossEntropyLoss: weight has shape [3] for 2 classes", Error);
  CHECK_THROWS_AS(
      nn::LinearCrossEntropyLoss(nn::LinearCrossEntropyLossOptions(3, 2).label_smoothing(2)),
      Error);
}

TEST_CASE("functions of old names do what those of today do") {
  check_row("upsample_nearest",
            {F::upsample_nearest(wave({1, 2, 2, 3}), F::InterpolateFuncOptions().scale_factor(
                                                         std::vector<double>{2, 2}))});
  check_row("upsample_bilinear",
            {F::upsample_bilinear(wave({1, 2, 2, 3}),
                                  F::InterpolateFuncOptions().size(std::vector<int64_t>{3, 5}))});
  check_row("upsample", {F::upsample(wave({1, 2, 3}), F::InterpolateFuncOptions()
                                                          .size(std::vector<int64_t>{5})
                                                          .mode(kLinear)
                                                          .align_corners(false))});
  const Tensor x = tensor({-1.0, 2.0});
  CHECK(F::relu_(x).is_same(x));
  CHECK(x.equal(tensor({0.0, 2.0})));
  CHECK(F::_smooth_l1_loss(tensor({0.0, 0.0}), tensor({0.5, 3.0})).equal(tensor({0.125, 2.5})));
  using Sizes = std::vector<int64_t>;
  CHECK(F::_unpool_output_size(ones({1, 1, 3}), {2}, {2}, {0}, std::nullopt) == Sizes{6});
  CHECK(F::_unpool_output_size(ones({1, 1, 3}), {2}, {2}, {0}, Sizes{1, 1, 7}) == Sizes{7});
  CHECK_THROWS_AS(F::_unpool_output_size(ones({1, 1, 3}), {2}, {2}, {0}, Sizes{8}), Error);
  CHECK_THROWS_AS(F::_unpool_output_size(ones({1, 1, 3}), {2}, {2, 2}, {0}, Sizes{8}), Error);
  CHECK(F::_interp_output_size(1, {ones({1, 1, 3}), Sizes{7}, std::nullopt, std::nullopt}) ==
        Sizes{7});
  CHECK(F::_interp_output_size(1, {ones({1, 1, 3}), std::nullopt, std::vector<double>{1.5},
                                   std::nullopt}) == Sizes{4});
  CHECK_THROWS_AS(
      F::_interp_output_size(2, {ones({1, 1, 3}), Sizes{7, 7}, std::nullopt, std::nullopt}), Error);
  nn::NLLLoss2d loss;
  CHECK(loss(ones({1, 2, 3, 3}), zeros({1, 3, 3}, kLong)).item<float>() == -1);
  const bool named = std::is_base_of_v<nn::ReflectionPadImpl<2, nn::ReflectionPad2dImpl>,
                                       nn::ReflectionPad2dImpl> &&
                     std::is_base_of_v<nn::ReplicationPadImpl<1, nn::ReplicationPad1dImpl>,
                                       nn::ReplicationPad1dImpl> &&
                     std::is_base_of_v<nn::ZeroPadImpl<2, nn::ZeroPad2dImpl>, nn::ZeroPad2dImpl>;
  CHECK(named);
}

TEST_CASE("SyncBatchNorm in one process is BatchNorm, for any number of dims") {
  nn::SyncBatchNorm norm = filled(nn::SyncBatchNorm(3));
  nn::BatchNorm1d flat = filled(nn::BatchNorm1d(3));
  nn::BatchNorm2d pictures = filled(nn::BatchNorm2d(3));
  CHECK(norm(wave({4, 3})).equal(flat(wave({4, 3}))));
  CHECK(norm->running_mean.equal(flat->running_mean));
  norm->reset_running_stats();
  CHECK(norm(wave({2, 3, 2, 2})).equal(pictures(wave({2, 3, 2, 2}))));
  CHECK(norm->num_batches_tracked.item<int64_t>() == 1);
  norm->eval(), pictures->eval();
  CHECK(norm(wave({2, 3, 2, 2}, 1)).equal(pictures(wave({2, 3, 2, 2}, 1))));
  CHECK_THROWS_WITH_AS(norm(wave({3})),
                       "SyncBatchNorm: the input needs 2 dims or more, got shape [3]", Error);
  CHECK((std::ostringstream() << *norm).str() ==
        "torch::nn::SyncBatchNorm(3, eps=1e-05, momentum=0.1, affine=true, "
        "track_running_stats=true)");
  CHECK(nn::gradcheck(norm, {wave({2, 3, 2})}));
}
