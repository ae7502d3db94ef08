#include "nn/utils/prune.h"

#include <limits>

#include "nn/utils/parametrizations.h"
#include "tensor/random/generator_impl.h"
#include "tests/nn/tools.h"

using namespace gradus;
namespace prune = gradus::nn::utils::prune;
using gradus::test::check_row;
using gradus::test::filled;
using gradus::test::step;
using gradus::test::wave;
using gradus::test::operator+;

namespace {
using Names = std::vector<std::string>;
Tensor mask_of(const nn::Module& m, const std::string& name = "weight") {
  return m.named_buffers()[name + "_mask"];
}
}  // namespace

TEST_CASE("what is pruned is what PyTorch prunes, also what is pruned again") {
  nn::Linear fc = filled(nn::Linear(4, 5));
  const Tensor weight = fc->weight;
  prune::l1_unstructured(fc, "weight", 0.3);
  CHECK(fc->named_parameters().keys() == Names{"bias", "weight_orig"});
  CHECK(fc->named_parameters()["weight_orig"].is_same(weight));
  check_row("l1_unstructured", step(fc, wave({2, 4}, 2)) + fc->buffers());
  prune::l1_unstructured(fc, "weight", 5);
  check_row("l1_unstructured_twice", {mask_of(*fc), fc->weight});
  prune::ln_structured(fc, "weight", 1, 2, 0);
  check_row("ln_structured_after", {mask_of(*fc)});
  manual_seed(3);
  prune::random_unstructured(fc, "weight", 0.5);
  check_row("random_unstructured_after", {mask_of(*fc)});

  nn::Conv2d conv = filled(nn::Conv2d(3, 4, 2));
  prune::ln_structured(conv, "weight", 0.5, 1, 1);
  check_row("ln_structured", {mask_of(*conv)});
  prune::ln_structured(conv, "weight", 2, std::numeric_limits<double>::infinity(), -4);
  check_row("ln_structured_twice", {mask_of(*conv)});

  nn::Linear drawn = filled(nn::Linear(4, 5));
  manual_seed(3);
  prune::random_structured(drawn, "weight", 2, 0);
  check_row("random_structured", {mask_of(*drawn)});
  prune::random_structured(drawn, "weight", 1, 1);
  check_row("random_structured_twice", {mask_of(*drawn)});
  drawn = filled(nn::Linear(4, 5));
  manual_seed(3);
  prune::random_unstructured(drawn, "bias", 2);
  check_row("random_unstructured", {mask_of(*drawn, "bias")});

  fc = filled(nn::Linear(4, 5));
  prune::l1_unstructured(fc, "weight", 4, wave({5, 4}, 3));
  check_row("l1_importance", {mask_of(*fc)});

  nn::Linear first = filled(nn::Linear(4, 5)), second = filled(nn::Linear(5, 3));
  prune::l1_unstructured(first, "weight", 3);
  prune::global_unstructured({{first, "weight"}, {second, "weight"}, {second, "bias"}},
                             prune::L1Unstructured, 0.4);
  check_row("global_unstructured", {mask_of(*first), mask_of(*second), mask_of(*second, "bias")});
}

TEST_CASE("masks hold while a network learns, until they are removed") {
  nn::Linear fc = filled(nn::Linear(4, 3));
  nn::Sequential net(fc, nn::Tanh());
  CHECK_FALSE(prune::is_pruned(net));
  const Tensor mask = wave({3, 4}).gt(0);
  prune::custom_from_mask(fc, "weight", mask);
  CHECK(prune::is_pruned(fc));
  CHECK(prune::is_pruned(net));
  CHECK(nn::gradcheck(net, {wave({2, 4})}));
  const Tensor original = fc->named_parameters()["weight_orig"];
  net->forward(wave({2, 4})).sum().backward();
  CHECK(original.grad().masked_select(mask.logical_not()).abs().max().item<double>() == 0);
  {
    const NoGradGuard untaped;
    original.add_(1);
  }
  net->forward(wave({2, 4}));
  CHECK(fc->weight.equal(original * mask));
  prune::identity(fc, "bias");
  CHECK(mask_of(*fc, "bias").equal(ones({3}, kDouble)));
  prune::remove(fc, "weight");
  prune::remove(fc, "bias");
  CHECK_FALSE(prune::is_pruned(net));
  CHECK(fc->named_parameters().keys() == Names{"weight", "bias"});
  CHECK(fc->weight.is_same(original));
  CHECK(fc->weight.is_leaf());
  CHECK(fc->weight.masked_select(mask.logical_not()).abs().max().item<double>() == 0);
  CHECK(fc->buffers().empty());

  prune::random_unstructured(fc, "weight", 0.5);
  nn::Linear copy = nn::deepcopy(fc);
  CHECK(copy->named_buffers().keys() == Names{"weight_mask"});
  CHECK(copy->forward(wave({2, 4})).equal(fc->forward(wave({2, 4}))));
}

TEST_CASE("amounts and names that do not fit are refused, and change nothing") {
  nn::Linear fc(4, 5), other(2, 2);
  const auto names = fc->named_parameters().keys();
  CHECK_THROWS_WITH_AS(prune::l1_unstructured(fc, "weight", 1.5),
                       "l1_unstructured: the amount 1.5 is a part that is not between 0 and 1",
                       ValueError);
  CHECK_THROWS_WITH_AS(prune::random_unstructured(fc, "weight", -1),
                       "random_unstructured: the amount -1 is negative", ValueError);
  CHECK_THROWS_WITH_AS(prune::l1_unstructured(fc, "weight", 21),
                       "l1_unstructured: the amount 21 is more than there are, 20", ValueError);
  CHECK_THROWS_WITH_AS(prune::ln_structured(fc, "bias", 1, 2, 0),
                       "ln_structured: the tensor has 1 dims, structured pruning needs 2 or more",
                       ValueError);
  CHECK_THROWS_WITH_AS(prune::ln_structured(fc, "weight", 1, 2, 2),
                       "ln_structured: dim 2 is out of range for [5, 4]", IndexError);
  CHECK_THROWS_WITH_AS(prune::custom_from_mask(fc, "weight", ones({4, 5})),
                       "custom_from_mask: the mask has shape [4, 5], the tensor [5, 4]", Error);
  CHECK_THROWS_WITH_AS(prune::l1_unstructured(fc, "w", 1),
                       "l1_unstructured: Linear has no parameter or buffer 'w'", Error);
  CHECK_THROWS_WITH_AS(prune::remove(fc, "weight"), "remove: 'weight' of Linear is not pruned",
                       Error);
  CHECK_THROWS_WITH_AS(
      prune::global_unstructured({{fc, "weight"}, {other, "w"}}, prune::L1Unstructured, 1),
      "global_unstructured: Linear does not say where it keeps 'w'; it must override "
      "Module::member()",
      Error);
  CHECK_THROWS_WITH_AS(prune::global_unstructured({}, prune::RandomUnstructured, 1),
                       "global_unstructured: no parameters are given", Error);
  CHECK(fc->named_parameters().keys() == names);
  CHECK(fc->buffers().empty());
  nn::utils::weight_norm(fc);
  CHECK_THROWS_AS(prune::l1_unstructured(fc, "weight", 1), Error);
}
