// A layer gives what its function gives with the same options, which here change every result.
#include <doctest/doctest.h>

#include <array>

#include "autograd/factories.h"
#include "autograd/ops/nn/normalisation.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "nn/nn.h"

using namespace gradus;
namespace F = gradus::nn::functional;

namespace {

// Options o of a layer and its function f of the inputs.
template <class Layer, class Options, class Function, class... Inputs>
void check_same(const Options& o, Function f, const Inputs&... inputs) {
  Layer layer(o);
  CHECK(layer(inputs...).equal(f(inputs..., o)));
}

// The same where the weight is a buffer, of which the options hold the first values only.
template <class Layer, class Options, class Function, class Target>
void check_weighted(Options o, Function f, const Tensor& x, const Target& t, const Tensor& weight) {
  Layer layer(o.weight(weight));
  CHECK(layer(x, t).equal(f(x, t, o)));
  layer->weight = weight + 1;
  CHECK(layer(x, t).equal(f(x, t, Options(o).weight(weight + 1))));
  CHECK_FALSE(layer(x, t).equal(f(x, t, o)));
}

}  // namespace

TEST_CASE("options of activations") {
  manual_seed(1);
  const Tensor x = randn({4, 6});
  const auto celu = nn::CELUOptions().alpha(2);
  CHECK(nn::CELU(celu)(x).equal(F::celu(x, celu)));
  check_same<nn::GLU>(nn::GLUOptions(0), F::glu, x);
  const auto gelu = nn::GELUOptions().approximate("tanh");
  CHECK(nn::GELU(gelu)(x).equal(F::gelu(x, gelu)));
  const auto softplus = nn::SoftplusOptions().beta(2).threshold(1);
  CHECK(nn::Softplus(softplus)(x).equal(F::softplus(x, softplus)));
  check_same<nn::Hardshrink>(nn::HardshrinkOptions(0.2), F::hardshrink, x);
  check_same<nn::Softshrink>(nn::SoftshrinkOptions(0.2), F::softshrink, x);
  CHECK(nn::Softmax(0)(x).equal(x.softmax(0)));
  CHECK(nn::Softmin(0)(x).equal((-x).softmax(0)));
  CHECK(nn::LogSoftmax(0)(x).equal(x.log_softmax(0)));
  CHECK(nn::PReLU(nn::PReLUOptions().num_parameters(3).init(0.1))->weight.equal(full({3}, 0.1)));
  const Tensor y = x.clone();
  CHECK(nn::SELU(nn::SELUOptions().inplace(true))(y).is_same(y));
  CHECK_THROWS_WITH(nn::Softmax2d()(x), "Softmax2d: the input needs 3 or 4 dims, got [4, 6]");

  nn::RReLU leaky(nn::RReLUOptions().lower(0.1).upper(0.5));
  const auto options = F::RReLUFuncOptions().lower(0.1).upper(0.5);
  manual_seed(2);
  const Tensor drawn = leaky(x);
  manual_seed(2);
  CHECK(drawn.equal(F::rrelu(x, F::RReLUFuncOptions(options).training(true))));
  leaky->eval();
  CHECK(leaky(x).equal(F::rrelu(x, options)));
}

TEST_CASE("options of losses") {
  manual_seed(1);
  const Tensor x = randn({3, 4}), y = randn({3, 4}), z = randn({3, 4}), positive = rand({3, 4});
  const Tensor one = x.select(1, 0), two = y.select(1, 0), sign = tensor({1.0, -1.0, -1.0});
  check_same<nn::SmoothL1Loss>(
      nn::SmoothL1LossOptions(kSum).beta(0.3),
      [](const auto&... a) { return F::smooth_l1_loss(a...); }, x, y);
  check_same<nn::KLDivLoss>(nn::KLDivLossOptions(kSum).log_target(true), F::kl_div, x, y);
  check_same<nn::HingeEmbeddingLoss>(nn::HingeEmbeddingLossOptions().margin(3),
                                     F::hinge_embedding_loss, one, sign);
  check_same<nn::SoftMarginLoss>(nn::SoftMarginLossOptions(kSum), F::soft_margin_loss, one, sign);
  check_same<nn::MultiLabelMarginLoss>(nn::MultiLabelMarginLossOptions(kSum),
                                       F::multilabel_margin_loss, x,
                                       tensor({{1, 2, -1, 0}, {0, -1, 1, 1}, {3, 2, 1, -1}}));
  check_same<nn::PoissonNLLLoss>(nn::PoissonNLLLossOptions().log_input(false).full(true),
                                 F::poisson_nll_loss, positive, positive * 4);
  check_same<nn::MarginRankingLoss>(nn::MarginRankingLossOptions().margin(2),
                                    F::margin_ranking_loss, one, two, sign);
  check_same<nn::CosineEmbeddingLoss>(nn::CosineEmbeddingLossOptions().margin(-1),
                                      F::cosine_embedding_loss, x, y, sign);
  check_same<nn::TripletMarginLoss>(nn::TripletMarginLossOptions().margin(5).p(1).swap(true),
                                    F::triplet_margin_loss, x, y, z);
  check_same<nn::TripletMarginWithDistanceLoss>(
      nn::TripletMarginWithDistanceLossOptions().margin(5).swap(true),
      F::triplet_margin_with_distance_loss, x, y, z);
  check_same<nn::GaussianNLLLoss>(nn::GaussianNLLLossOptions().full(true), F::gaussian_nll_loss, x,
                                  y, positive + 0.1);
}

TEST_CASE("the weight of a loss is its buffer, not what it was made from") {
  manual_seed(1);
  const Tensor x = randn({3, 4}), labels = tensor({2, 0, 3}), weight = rand({4}) + 0.1;
  const Tensor part = rand({3, 4}), bits = part.gt(0.5).to(kFloat);
  check_weighted<nn::BCELoss>(nn::BCELossOptions(kSum), F::binary_cross_entropy, part, bits,
                              weight);
  check_weighted<nn::BCEWithLogitsLoss>(nn::BCEWithLogitsLossOptions(kSum),
                                        F::binary_cross_entropy_with_logits, x, bits, weight);
  check_weighted<nn::NLLLoss>(nn::NLLLossOptions(kSum), F::nll_loss, x, labels, weight);
  check_weighted<nn::CrossEntropyLoss>(nn::CrossEntropyLossOptions(kSum).label_smoothing(0.2),
                                       F::cross_entropy, x, labels, weight);
  check_weighted<nn::MultiMarginLoss>(nn::MultiMarginLossOptions(kSum).p(2), F::multi_margin_loss,
                                      x, labels, weight);
  check_weighted<nn::MultiLabelSoftMarginLoss>(nn::MultiLabelSoftMarginLossOptions(kSum),
                                               F::multilabel_soft_margin_loss, x, bits, weight);

  nn::BCEWithLogitsLoss logits(nn::BCEWithLogitsLossOptions().weight(weight).pos_weight(weight));
  logits->pos_weight = weight + 1;
  CHECK(logits(x, bits).equal(F::binary_cross_entropy_with_logits(
      x, bits, nn::BCEWithLogitsLossOptions().weight(weight).pos_weight(weight + 1))));
  const auto copy = std::dynamic_pointer_cast<nn::BCEWithLogitsLossImpl>(logits->clone());
  CHECK(copy->named_buffers().keys() == logits->named_buffers().keys());
}

TEST_CASE("options of normalisations") {
  manual_seed(1);
  const Tensor x = randn({2, 4, 5});
  CHECK(nn::GroupNorm(nn::GroupNormOptions(2, 4).eps(0.5))(x).equal(
      F::group_norm(x, F::GroupNormFuncOptions(2).weight(ones({4})).bias(zeros({4})).eps(0.5))));
  CHECK(
      nn::RMSNorm(nn::RMSNormOptions({5}).eps(0.5))(x).equal(F::rms_norm(x, {5}, ones({5}), 0.5)));
  nn::InstanceNorm1d instance(
      nn::InstanceNorm1dOptions(4).eps(0.5).momentum(0.3).track_running_stats(true));
  CHECK(instance(x).equal(F::instance_norm(x, F::InstanceNormFuncOptions().eps(0.5))));
  CHECK(instance->running_mean.allclose(0.3 * x.mean({0, 2})));
  instance->reset_running_stats();
  CHECK(instance->running_mean.equal(zeros({4})));
  const Tensor planes = randn({2, 4, 3, 3});
  CHECK(nn::CrossMapLRN2d(nn::CrossMapLRN2dOptions(3).alpha(0.5).beta(0.6).k(2))(planes).equal(
      cross_map_lrn2d(planes, 3, 0.5, 0.6, 2)));
  CHECK_THROWS_WITH(nn::BatchNorm1d(4)(planes),
                    "BatchNorm1d: the input needs 2 or 3 dims, got shape [2, 4, 3, 3]");
}

TEST_CASE("options of the other layers") {
  manual_seed(1);
  const Tensor x = randn({3, 4}), y = randn({3, 4});
  check_same<nn::CosineSimilarity>(nn::CosineSimilarityOptions().dim(0), F::cosine_similarity, x,
                                   y);
  check_same<nn::PairwiseDistance>(nn::PairwiseDistanceOptions().p(1).keepdim(true),
                                   F::pairwise_distance, x, y);
  CHECK(nn::Unflatten(0, std::vector<int64_t>{3, 1})(x).sizes() == IntArrayRef({3, 1, 4}));
  const Tensor channels = arange(6, kFloat).view({1, 6, 1, 1});
  CHECK(nn::ChannelShuffle(3)(channels).flatten().equal(tensor({0.0, 2.0, 4.0, 1.0, 3.0, 5.0})));
}

TEST_CASE("options of embeddings") {
  manual_seed(1);
  const Tensor table = randn({5, 2}) * 3, indices = tensor({1, 3, 3});
  const auto o = nn::EmbeddingOptions(5, 2).max_norm(1).norm_type(1).scale_grad_by_freq(true);
  nn::Embedding embedding(nn::EmbeddingOptions(o)._weight(table.clone()));
  const Tensor weight = table.clone().requires_grad_();
  const Tensor a = embedding(indices);
  const Tensor b = F::embedding(
      indices, weight, F::EmbeddingFuncOptions().max_norm(1).norm_type(1).scale_grad_by_freq(true));
  CHECK(a.equal(b));
  a.sum().backward();
  b.sum().backward();
  CHECK(embedding->weight.grad().equal(weight.grad()));

  const auto kept = nn::Embedding::from_pretrained(table, nn::EmbeddingFromPretrainedOptions()
                                                              .freeze(false)
                                                              .padding_idx(2)
                                                              .max_norm(4)
                                                              .norm_type(3)
                                                              .scale_grad_by_freq(true));
  CHECK(kept->weight.requires_grad());
  CHECK(kept->options.padding_idx() == 2);
  CHECK(kept->options.max_norm() == 4);
  CHECK(kept->options.norm_type() == 3);
  CHECK(kept->options.scale_grad_by_freq());

  for (const int64_t out : {5, -6})
    CHECK_THROWS_AS(nn::Embedding(nn::EmbeddingOptions(5, 2)._weight(table).padding_idx(out)),
                    IndexError);
  CHECK_THROWS_WITH(nn::Embedding(nn::EmbeddingOptions(4, 2)._weight(table)),
                    "Embedding: the weight has shape [5, 2], the options say [4, 2]");
  CHECK_THROWS_WITH(nn::Embedding::from_pretrained(zeros({1, 2, 3})),
                    "Embedding: the weight must have 2 dims, got [1, 2, 3]");
}

TEST_CASE("the size that a transposed convolution is asked for") {
  // 5 places at stride 2, of 3 taps 2 apart, less 1 at both ends: 11, or 12 that a convolution
  // would make 5 of too.
  nn::ConvTranspose1d up(nn::ConvTranspose1dOptions(2, 3, 3).stride(2).padding(1).dilation(2));
  const Tensor x = randn({1, 2, 5});
  const auto size = [&](const Tensor& input, std::vector<int64_t> wanted) {
    return up->forward(input, IntArrayRef(wanted)).sizes().vec();
  };
  CHECK(size(x, {11}) == std::vector<int64_t>{1, 3, 11});
  CHECK(size(x, {12}) == std::vector<int64_t>{1, 3, 12});
  CHECK(size(x, {1, 3, 12}) == std::vector<int64_t>{1, 3, 12});
  CHECK(size(x[0], {12}) == std::vector<int64_t>{3, 12});
  CHECK(size(x[0], {3, 12}) == std::vector<int64_t>{3, 12});
  CHECK_THROWS_WITH(size(x, {10}),
                    "ConvTranspose1d: output_size [10] is not between 11 and 12 in dim 0");
  CHECK_THROWS_WITH(size(x, {13}),
                    "ConvTranspose1d: output_size [13] is not between 11 and 12 in dim 0");
  CHECK_THROWS_WITH(size(x, {3, 12}),
                    "ConvTranspose1d: output_size [3, 12] does not fit the input [1, 2, 5]");
  CHECK_THROWS_WITH(size(x.unsqueeze(0), {12}),
                    "ConvTranspose1d: output_size [12] does not fit the input [1, 1, 2, 5]");
}

TEST_CASE("channels and groups that make no convolution") {
  const auto make = [](int64_t in, int64_t out, int64_t groups) {
    nn::Conv1d(nn::Conv1dOptions(in, out, 3).groups(groups));
  };
  for (const auto& [in, out, groups] : {std::array{0, 4, 1}, {4, 0, 1}, {4, 4, 0}})
    CHECK_THROWS_WITH(make(in, out, groups),
                      doctest::Contains("in_channels, out_channels and groups must be positive"));
  CHECK_THROWS_WITH(make(4, 3, 2), "Conv1d: 3 out_channels do not make 2 groups");
  const Tensor x = randn({1, 1, 9});
  CHECK(nn::Conv1d(nn::Conv1dOptions(1, 1, 3).dilation(2).padding(kSame).padding_mode(kReflect))(x)
            .sizes() == x.sizes());
}
