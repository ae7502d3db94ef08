// What the functions behind the layers make of their options, against PyTorch's results and
// gradients, in double and in float. The formulas are rows of tests/catalog/.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <set>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "nn/functional.h"
#include "tests/table.h"

using namespace gradus;
namespace F = gradus::nn::functional;

namespace {

enum Kind { real, integer };
struct Array {
  Kind kind;
  std::vector<int64_t> sizes;
  std::vector<double> values;
  Tensor tensor(ScalarType t) const {
    std::vector<double> v = values;
    return from_blob(v.data(), sizes, kDouble).clone().to(kind == real ? t : kLong);
  }
};
struct Reference {
  std::string name;
  std::vector<Array> inputs;
  std::vector<bool> wants_grad;
  Array result;
  std::vector<Array> grads;
};
const std::vector<Reference>& references() {
  static const std::vector<Reference> all = [] {
    const auto array = [](const test::Cell& c) {
      return Array{c[0].text == "real" ? real : integer, c[1].integers(), c[2].numbers()};
    };
    std::vector<Reference> list;
    for (const test::Cell& row : test::read_table("nn_values.txt")) {
      Reference& r = list.emplace_back();
      r.name = row[0].text;
      for (const test::Cell& c : row[1].items) r.inputs.push_back(array(c));
      for (const test::Cell& c : row[2].items) r.wants_grad.push_back(c.flag());
      r.result = array(row[3]);
      for (const test::Cell& c : row[4].items) r.grads.push_back(array(c));
    }
    return list;
  }();
  return all;
}

using In = const std::vector<Tensor>&;
using Function = std::function<Tensor(In)>;
std::map<std::string, Function> cases;

void check_close(const Tensor& got, const Array& want, double tolerance) {
  REQUIRE(got.defined());
  REQUIRE(got.sizes() == IntArrayRef(want.sizes));
  const Tensor g = got.detach().to(kDouble).contiguous();
  double scale = 1;
  for (double w : want.values) scale = std::max(scale, std::abs(w));
  for (size_t i = 0; i < want.values.size(); ++i) {
    const double a = g.data_ptr<double>()[i], b = want.values[i];
    CAPTURE(i);
    CAPTURE(a);
    CAPTURE(b);
    CAPTURE(a - b);
    CHECK((std::isnan(b) ? std::isnan(a) : std::abs(a - b) <= tolerance * scale));
  }
}

// PyTorch's vector code rounds a parameter of these to float32.
const std::set<std::string> rounded = {"leaky_relu", "rrelu_eval", "celu"};

void check(const Reference& r, ScalarType t, double tolerance) {
  CAPTURE(r.name);
  CAPTURE(t);
  REQUIRE(cases.count(r.name) == 1);
  std::vector<Tensor> in, leaves;
  for (size_t i = 0; i < r.inputs.size(); ++i) {
    in.push_back(r.inputs[i].tensor(t));
    if (r.wants_grad[i]) leaves.push_back(in.back().requires_grad_());
  }
  const Tensor y = cases[r.name](in);
  CHECK((y.dtype() == t));
  check_close(y, r.result, tolerance);
  if (leaves.empty()) return;
  Tensor weight = empty(y.sizes(), kDouble);
  for (int64_t i = 0; i < y.numel(); ++i) weight.data_ptr<double>()[i] = std::cos(double(i));
  weight = weight.to(t);
  for (const bool again : {false, true}) {  // with create_graph the gradients are the same
    const auto grads = autograd::grad({y}, leaves, {weight}, true, again);
    REQUIRE(grads.size() == r.grads.size());
    for (size_t i = 0; i < grads.size(); ++i) {
      CAPTURE(i);
      CHECK((grads[i].dtype() == t));
      check_close(grads[i], r.grads[i], tolerance);
    }
  }
}

void add_activations() {
  const auto add = [](const char* name, Tensor (*f)(const Tensor&)) {
    cases[name] = [f](In x) { return f(x[0]); };
  };
  add("leaky_relu", [](const Tensor& x) { return F::leaky_relu(x, 0.2); });
  add("elu", [](const Tensor& x) { return F::elu(x, 0.7); });
  add("celu", [](const Tensor& x) { return F::celu(x, F::CELUFuncOptions().alpha(0.6)); });
  add("gelu_tanh", [](const Tensor& x) { return F::gelu(x, "tanh"); });
  add("softplus_beta", [](const Tensor& x) { return F::softplus(x, 2, 3); });
  add("hardshrink", [](const Tensor& x) { return F::hardshrink(x, 0.6); });
  add("softshrink", [](const Tensor& x) { return F::softshrink(x, 0.6); });
  add("hardtanh", [](const Tensor& x) { return F::hardtanh(x, -1.5, 0.5); });
  add("threshold", [](const Tensor& x) { return F::threshold(x, 0.3, -0.7); });
  add("rrelu_eval", [](const Tensor& x) { return F::rrelu(x); });
  add("softmax_0", [](const Tensor& x) { return F::softmax(x, F::SoftmaxFuncOptions(0)); });
  add("softmin", [](const Tensor& x) { return F::softmin(x, -1); });
  add("log_softmax", [](const Tensor& x) { return F::log_softmax(x, 1); });
  add("glu_0", [](const Tensor& x) { return F::glu(x, F::GLUFuncOptions(0)); });
}

void add_layers() {
  using Embedding = F::EmbeddingFuncOptions;
  cases["embedding_padding"] = [](In x) {
    return F::embedding(x[0], x[1], Embedding().padding_idx(2));
  };
  cases["embedding_freq"] = [](In x) {
    return F::embedding(x[0], x[1], Embedding().scale_grad_by_freq(true));
  };
  cases["embedding_max_norm"] = [](In x) {
    return F::embedding(x[0], x[1], Embedding().max_norm(1.5).norm_type(1));
  };

  cases["batch_norm"] = [](In x) {
    F::BatchNormFuncOptions options;
    options.weight(x[1]).bias(x[2]).training(true).eps(1e-2);
    return F::batch_norm(x[0], {}, {}, options);
  };
  cases["batch_norm_eval"] = [](In x) { return F::batch_norm(x[0], x[1], x[2], x[3], x[4]); };
  cases["layer_norm"] = [](In x) {
    return F::layer_norm(x[0], F::LayerNormFuncOptions({3, 4}).weight(x[1]).bias(x[2]).eps(1e-3));
  };
  cases["group_norm"] = [](In x) {
    return F::group_norm(x[0], F::GroupNormFuncOptions(2).weight(x[1]).bias(x[2]));
  };
  cases["normalize_p1_dim0"] = [](In x) { return F::normalize(x[0], 1, 0); };

  using Distance = F::PairwiseDistanceFuncOptions;
  cases["cosine_similarity_dim0"] = [](In x) {
    return F::cosine_similarity(x[0], x[1], F::CosineSimilarityFuncOptions().dim(0).eps(5));
  };
  cases["pairwise_distance_p1"] = [](In x) {
    return F::pairwise_distance(x[0], x[1], Distance().p(1).keepdim(true));
  };
  cases["pairwise_distance_p3"] = [](In x) {
    return F::pairwise_distance(x[0], x[1], Distance().p(3).eps(0.1));
  };
}

void add_losses() {
  // As a sum: the rows are means, and losses one by one.
  const auto two = [](const char* name, auto f, auto options) {
    cases[name] = [f, o = options.reduction(kSum)](In x) { return f(x[0], x[1], o); };
  };
  const auto three = [](const char* name, auto f, auto options) {
    cases[name] = [f, o = options.reduction(kSum)](In x) { return f(x[0], x[1], x[2], o); };
  };
  const auto with_weight = [](const char* name, auto f, auto options) {
    cases[name] = [f, o = options.reduction(kSum)](In x) mutable {
      return f(x[0], x[1], o.weight(x[2]));
    };
  };
  cases["l1_loss_none"] = [](In x) { return F::l1_loss(x[0], x[1], kNone); };
  cases["l1_loss_mean"] = [](In x) { return F::l1_loss(x[0], x[1], kMean); };
  cases["l1_loss_sum"] = [](In x) { return F::l1_loss(x[0], x[1], kSum); };
  two("mse_loss", F::mse_loss, F::MSELossFuncOptions());
  cases["smooth_l1_loss"] = [](In x) { return F::smooth_l1_loss(x[0], x[1], kSum, 0.7); };
  two("huber_loss", F::huber_loss, F::HuberLossFuncOptions().delta(0.7));
  with_weight("bce", F::binary_cross_entropy, F::BinaryCrossEntropyFuncOptions());
  cases["bce_logits_weighted"] = [](In x) {
    F::BinaryCrossEntropyWithLogitsFuncOptions options;
    options.reduction(kSum).weight(x[2]).pos_weight(x[3]);
    return F::binary_cross_entropy_with_logits(x[0], x[1], options);
  };
  with_weight("nll_weighted", F::nll_loss, F::NLLLossFuncOptions().ignore_index(1));
  with_weight("nll_3d", F::nll_loss, F::NLLLossFuncOptions());
  using CE = F::CrossEntropyFuncOptions;
  with_weight("cross_entropy_weighted", F::cross_entropy, CE().ignore_index(2));
  two("cross_entropy_smooth", F::cross_entropy, CE().label_smoothing(0.2).ignore_index(1));
  with_weight("cross_entropy_smooth_weighted", F::cross_entropy,
              CE().label_smoothing(0.2).ignore_index(1));
  with_weight("cross_entropy_3d_smooth", F::cross_entropy, CE().label_smoothing(0.1));
  with_weight("cross_entropy_prob_weighted", F::cross_entropy, CE().label_smoothing(0.2));
  two("hinge_embedding", F::hinge_embedding_loss, F::HingeEmbeddingLossFuncOptions().margin(1.3));
  three("margin_ranking", F::margin_ranking_loss, F::MarginRankingLossFuncOptions().margin(0.4));
  two("soft_margin", F::soft_margin_loss, F::SoftMarginLossFuncOptions());
  three("cosine_embedding", F::cosine_embedding_loss,
        F::CosineEmbeddingLossFuncOptions().margin(0.1));
  three("triplet_margin", F::triplet_margin_loss, F::TripletMarginLossFuncOptions().margin(1.2));
  three("triplet_margin_swap", F::triplet_margin_loss,
        F::TripletMarginLossFuncOptions().margin(2).p(1).swap(true));
  const auto l1 = [](const Tensor& a, const Tensor& b) { return (a - b).abs().sum(-1); };
  three(
      "triplet_distance", F::triplet_margin_with_distance_loss,
      F::TripletMarginWithDistanceLossFuncOptions().margin(1.2).swap(true).distance_function({l1}));
  two("poisson_nll", F::poisson_nll_loss, F::PoissonNLLLossFuncOptions());
  two("poisson_nll_full", F::poisson_nll_loss,
      F::PoissonNLLLossFuncOptions().log_input(false).full(true).eps(1e-3));
  three("gaussian_nll", F::gaussian_nll_loss, F::GaussianNLLLossFuncOptions().full(true).eps(0.3));
  two("kl_div", F::kl_div, F::KLDivFuncOptions());
  two("kl_div_log", F::kl_div, F::KLDivFuncOptions().log_target(true));
  with_weight("multi_margin", F::multi_margin_loss,
              F::MultiMarginLossFuncOptions().p(2).margin(0.8));
  two("multilabel_margin", F::multilabel_margin_loss, F::MultilabelMarginLossFuncOptions());
  with_weight("multilabel_soft_margin", F::multilabel_soft_margin_loss,
              F::MultilabelSoftMarginLossFuncOptions());
  cases["kl_div_batchmean"] = [](In x) { return F::kl_div(x[0], x[1], kBatchMean); };
  // smooth_l1_loss is overloaded; its beta may stand in the options too.
  CHECK(F::smooth_l1_loss(full({1}, 2.0), zeros({1}), F::SmoothL1LossFuncOptions().beta(0.5))
            .item<double>() == 1.75);
}

}  // namespace

TEST_CASE("results and gradients are PyTorch's") {
  add_activations();
  add_layers();
  add_losses();
  size_t count = 0;
  for (const Reference& r : references()) {
    check(r, kDouble, rounded.count(r.name) ? 1e-8 : 1e-11);
    check(r, kFloat, 3e-6);
    ++count;
  }
  CHECK(count == cases.size());
}

TEST_CASE("a loss of nothing is no negative zero") {
  namespace F = nn::functional;
  const Tensor x = zeros({2, 3});
  CHECK(!std::signbit(F::nll_loss(x, tensor({0, 1}, kLong)).item<float>()));
  const auto sum = F::NLLLossFuncOptions().reduction(kSum);
  CHECK(!std::signbit(F::nll_loss(x, tensor({-100, -100}, kLong), sum).item<float>()));
}
