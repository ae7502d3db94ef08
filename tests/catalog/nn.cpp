// Activations, normalisation, losses, distances: the operations behind the layers.
#include "autograd/factories.h"
#include "autograd/ops/linalg/distance.h"
#include "autograd/ops/nn/activation.h"
#include "autograd/ops/nn/dropout.h"
#include "autograd/ops/nn/embedding.h"
#include "autograd/ops/nn/loss.h"
#include "autograd/ops/nn/normalisation.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "nn/functional.h"
#include "tests/catalog.h"

namespace catalog {
namespace {

using namespace gradus;
namespace F = gradus::nn::functional;
using F1 = Tensor (*)(const Tensor&);
using F2 = Tensor (*)(const Tensor&, const Tensor&);
using F3 = Tensor (*)(const Tensor&, const Tensor&, const Tensor&);

void activations(Rows& rows) {
  const auto add = [&](const char* name, const char* python, F1 f, double lo = -4, double hi = 4) {
    rows.push_back(
        {name, python, {real({3, 4}, lo, hi)}, [f](const List& x) -> List { return {f(x[0])}; }});
    rows.back().large = {real({300, 301}, lo, hi)};
  };
  // PyTorch's vector code rounds some of these's parameters to float32.
  const auto rounded = [&] { rows.back().tolerance = 2e-8; };
  add(
      "relu6", "F.relu6(a)", [](const Tensor& x) { return relu6(x); }, -3, 9);
  add("leaky_relu", "F.leaky_relu(a, 0.25)", [](const Tensor& x) { return leaky_relu(x, 0.25); });
  add("elu", "F.elu(a, 0.7)", [](const Tensor& x) { return elu(x, 0.7); });
  add("elu.scaled", "torch._C._nn.elu(a, 1.5, 0.75, 1.25)",
      [](const Tensor& x) { return elu(x, 1.5, 0.75, 1.25); });
  add("selu", "F.selu(a)", [](const Tensor& x) { return selu(x); });
  add("celu", "F.celu(a, 0.5)", [](const Tensor& x) { return celu(x, 0.5); });
  add("gelu", "F.gelu(a)", [](const Tensor& x) { return gelu(x); });
  add("gelu.tanh", "F.gelu(a, approximate='tanh')",
      [](const Tensor& x) { return gelu(x, "tanh"); });
  add("silu", "F.silu(a)", [](const Tensor& x) { return silu(x); });
  add("mish", "F.mish(a)", [](const Tensor& x) { return mish(x); });
  add("softplus", "F.softplus(a, 1.5, 4)", [](const Tensor& x) { return softplus(x, 1.5, 4); });
  add("log_sigmoid", "F.logsigmoid(a)", [](const Tensor& x) { return log_sigmoid(x); });
  add("softsign", "F.softsign(a)", [](const Tensor& x) { return softsign(x); });
  add("tanhshrink", "F.tanhshrink(a)", [](const Tensor& x) { return tanhshrink(x); });
  add("hardshrink", "F.hardshrink(a, 0.6)", [](const Tensor& x) { return hardshrink(x, 0.6); });
  add("softshrink", "F.softshrink(a, 0.6)", [](const Tensor& x) { return softshrink(x, 0.6); });
  add("hardtanh", "F.hardtanh(a, -1.5, 0.5)",
      [](const Tensor& x) { return hardtanh(x, -1.5, 0.5); });
  add("hardtanh.crossed", "torch._C._nn.hardtanh(a, 1.0, -0.5)",
      [](const Tensor& x) { return hardtanh(x, 1, -0.5); });
  rows.back().except = Row::no_gradient;
  add("hardsigmoid", "F.hardsigmoid(a)", [](const Tensor& x) { return hardsigmoid(x); });
  rounded();
  add("hardswish", "F.hardswish(a)", [](const Tensor& x) { return hardswish(x); });
  add("threshold", "F.threshold(a, 0.3, -0.7)",
      [](const Tensor& x) { return threshold(x, 0.3, -0.7); });
  add("rrelu.eval", "F.rrelu(a, 0.125, 0.375)",
      [](const Tensor& x) { return rrelu(x, 0.125, 0.375); });
  add("glu", "F.glu(a, 1)", [](const Tensor& x) { return glu(x, 1); });
  rows.back().large = {real({300, 302})};
  add("functional.softmin", "F.softmin(a, 1)", [](const Tensor& x) { return F::softmin(x, 1); });
  add("normalize", "F.normalize(a)", [](const Tensor& x) { return F::normalize(x); });
  add("dropout.eval", "F.dropout(a, 0.4, False)",
      [](const Tensor& x) { return dropout(x, 0.4, false); });
  add("dropout.all", "F.dropout(a, 1.0)", [](const Tensor& x) { return dropout(x, 1, true); });
}

void layers(Rows& rows) {
  const auto add = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::vector<Input> large, std::function<Tensor(const List&)> f) {
    rows.push_back(
        {name, python, std::move(inputs), [f](const List& x) -> List { return {f(x)}; }});
    rows.back().large = std::move(large);
  };
  add("prelu", "F.prelu(a, b)", {real({3, 4}), real({1})}, {real({300, 301}), real({1})},
      [](const List& x) { return prelu(x[0], x[1]); });
  add("prelu.channels", "F.prelu(a, b)", {real({2, 3, 4}), real({3})},
      {real({30, 10, 301}), real({10})}, [](const List& x) { return prelu(x[0], x[1]); });
  add("embedding", "F.embedding(b, a)", {real({6, 3}), ints({2, 4}, 0, 6)},
      {real({1000, 64}), ints({512}, 0, 1000)},
      [](const List& x) { return embedding(x[0], x[1]); });
  add("embedding.padding", "F.embedding(b, a, padding_idx=2, scale_grad_by_freq=True)",
      {real({4, 3}), ints({9}, 0, 4)}, {},
      [](const List& x) { return embedding(x[0], x[1], 2, true); });
  rows.back().except |=
      Row::no_difference;  // padding gets no gradient, though the values depend on it

  const std::vector<Input> wide = {real({256, 128}), real({128}), real({128})};
  add("batch_norm", "F.batch_norm(a, None, None, b, c, True)", {real({6, 4}), real({4}), real({4})},
      wide, [](const List& x) { return batch_norm(x[0], x[1], x[2], {}, {}, true, 0, 1e-5); });
  add("batch_norm.plain", "F.batch_norm(a, None, None, None, None, True, eps=0.01)",
      {real({3, 4, 5})}, {real({64, 32, 50})},
      [](const List& x) { return batch_norm(x[0], {}, {}, {}, {}, true, 0, 0.01); });
  add("batch_norm.images", "F.batch_norm(a, None, None, b, c, True)",
      {real({3, 5, 4, 3}), real({5}), real({5})}, {real({16, 20, 9, 10}), real({20}), real({20})},
      [](const List& x) { return batch_norm(x[0], x[1], x[2], {}, {}, true, 0, 1e-5); });
  add("batch_norm.eval", "F.batch_norm(a, d, e, b, c, False)",
      {real({6, 4}), real({4}), real({4}), fixed({4}), fixed({4}, 0.5, 2)},
      {real({256, 128}), real({128}), real({128}), fixed({128}), fixed({128}, 0.5, 2)},
      [](const List& x) { return batch_norm(x[0], x[1], x[2], x[3], x[4], false, 0, 1e-5); });
  add("layer_norm", "F.layer_norm(a, (4,), b, c)", {real({6, 4}), real({4}), real({4})}, wide,
      [](const List& x) { return layer_norm(x[0], {x[0].size(-1)}, x[1], x[2]); });
  add("layer_norm.two", "F.layer_norm(a, (4, 5), b, c)",
      {real({6, 4, 5}), real({4, 5}), real({4, 5})},
      {real({200, 10, 13}), real({10, 13}), real({10, 13})},
      [](const List& x) { return layer_norm(x[0], x[1].sizes(), x[1], x[2]); });
  add("layer_norm.plain", "F.layer_norm(a, (4, 5))", {real({3, 4, 5})}, {real({64, 32, 50})},
      [](const List& x) {
        return layer_norm(x[0], {x[0].size(1), x[0].size(2)});
      });
  add("group_norm", "F.group_norm(a, 2, b, c)", {real({3, 4, 5}), real({4}), real({4})},
      {real({32, 64, 50}), real({64}), real({64})},
      [](const List& x) { return group_norm(x[0], 2, x[1], x[2]); });

  const std::vector<Input> pair = {real({300, 301}), real({300, 301})};
  add("cosine_similarity", "F.cosine_similarity(a, b)", {real({4, 3}), real({4, 3})}, pair,
      [](const List& x) { return cosine_similarity(x[0], x[1]); });
  add("pairwise_distance", "F.pairwise_distance(a, b, 3.0)", {real({4, 3}), real({4, 3})}, pair,
      [](const List& x) { return pairwise_distance(x[0], x[1], 3); });
}

// Each loss as a mean, and one by one.
void losses(Rows& rows) {
  const auto add = [&](const std::string& name, const std::string& python,
                       std::vector<Input> inputs, std::vector<Input> large,
                       std::function<Tensor(const List&, int64_t)> f) {
    for (const auto& [suffix, text, r] :
         {std::tuple("", "mean", Reduction::Mean), std::tuple(".none", "none", Reduction::None)}) {
      rows.push_back({name + suffix, python + ", reduction='" + text + "')", inputs,
                      [f, r = int64_t(r)](const List& x) -> List { return {f(x, r)}; }});
      rows.back().large = large;
    }
  };
  const std::vector<Input> two = {real({3, 4}), real({3, 4})},
                           pair = {real({300, 301}), real({300, 301})},
                           three = {real({5, 3}), real({5, 3}), real({5, 3})};
  add("mse_loss", "F.mse_loss(a, b", two, pair,
      [](const List& x, int64_t r) { return mse_loss(x[0], x[1], r); });
  add("l1_loss", "F.l1_loss(a, b", two, pair,
      [](const List& x, int64_t r) { return l1_loss(x[0], x[1], r); });
  add("smooth_l1_loss", "F.smooth_l1_loss(a, b, beta=0.7", two, pair,
      [](const List& x, int64_t r) { return smooth_l1_loss(x[0], x[1], r, 0.7); });
  add("huber_loss", "F.huber_loss(a, b, delta=0.7", two, pair,
      [](const List& x, int64_t r) { return huber_loss(x[0], x[1], r, 0.7); });
  add("binary_cross_entropy", "F.binary_cross_entropy(a, b, c",
      {real({3, 4}, 0.1, 0.9), fixed({3, 4}, 0, 1), fixed({3, 4}, 0.1, 2)},
      {real({300, 301}, 0.1, 0.9), fixed({300, 301}, 0, 1), fixed({300, 301}, 0.1, 2)},
      [](const List& x, int64_t r) { return binary_cross_entropy(x[0], x[1], x[2], r); });
  add("binary_cross_entropy_with_logits", "F.binary_cross_entropy_with_logits(a, b", two, pair,
      [](const List& x, int64_t r) {
        return binary_cross_entropy_with_logits(x[0], x[1], {}, {}, r);
      });
  add("binary_cross_entropy_with_logits.weighted",
      "F.binary_cross_entropy_with_logits(a, b, c, pos_weight=d",
      {real({3, 4}), real({3, 4}, 0, 1), fixed({3, 4}, 0.1, 2), fixed({4}, 0.1, 2)}, {},
      [](const List& x, int64_t r) {
        return binary_cross_entropy_with_logits(x[0], x[1], x[2], x[3], r);
      });
  add("nll_loss", "F.nll_loss(a, b, c", {real({5, 3}), ints({5}, 0, 3), fixed({3}, 0.1, 2)},
      {real({512, 100}), ints({512}, 0, 100), fixed({100}, 0.1, 2)},
      [](const List& x, int64_t r) { return nll_loss(x[0], x[1], x[2], r); });
  add("nll_loss.ignore", "F.nll_loss(a, b, ignore_index=1", {real({2, 3, 4}), ints({2, 4}, 0, 3)},
      {}, [](const List& x, int64_t r) { return nll_loss(x[0], x[1], {}, r, 1); });
  add("cross_entropy_loss", "F.cross_entropy(a, b", {real({5, 3}), ints({5}, 0, 3)},
      {real({512, 100}), ints({512}, 0, 100)},
      [](const List& x, int64_t r) { return cross_entropy_loss(x[0], x[1], {}, r); });
  add("cross_entropy_loss.smooth", "F.cross_entropy(a, b, c, label_smoothing=0.2, ignore_index=1",
      {real({2, 3, 4}), ints({2, 4}, 0, 3), fixed({3}, 0.1, 2)}, {},
      [](const List& x, int64_t r) { return cross_entropy_loss(x[0], x[1], x[2], r, 1, 0.2); });
  add("cross_entropy_loss.probabilities", "F.cross_entropy(a, b, c, label_smoothing=0.2",
      {real({5, 3}), real({5, 3}, 0, 1), fixed({3}, 0.1, 2)}, {},
      [](const List& x, int64_t r) { return cross_entropy_loss(x[0], x[1], x[2], r, -100, 0.2); });
  add("kl_div", "F.kl_div(a, b", {real({3, 4}), real({3, 4}, 0.1, 1)},
      {real({300, 301}), real({300, 301}, 0.1, 1)},
      [](const List& x, int64_t r) { return kl_div(x[0], x[1], r); });
  add("kl_div.log", "F.kl_div(a, b, log_target=True", two, {},
      [](const List& x, int64_t r) { return kl_div(x[0], x[1], r, true); });
  add("hinge_embedding_loss", "F.hinge_embedding_loss(a, b * 2 - 1, margin=1.3",
      {real({3, 4}), ints({3, 4}, 0, 2)}, {},
      [](const List& x, int64_t r) { return hinge_embedding_loss(x[0], x[1] * 2 - 1, 1.3, r); });
  add("margin_ranking_loss", "F.margin_ranking_loss(a, b, c * 2 - 1, margin=0.4",
      {real({6}), real({6}), ints({6}, 0, 2)}, {}, [](const List& x, int64_t r) {
        return margin_ranking_loss(x[0], x[1], x[2] * 2 - 1, 0.4, r);
      });
  add("soft_margin_loss", "F.soft_margin_loss(a, b", {real({3, 4}), fixed({3, 4})},
      {real({300, 301}), fixed({300, 301})},
      [](const List& x, int64_t r) { return soft_margin_loss(x[0], x[1], r); });
  add("cosine_embedding_loss", "F.cosine_embedding_loss(a, b, c * 2 - 1, margin=0.1",
      {real({6, 3}), real({6, 3}), ints({6}, 0, 2)}, {}, [](const List& x, int64_t r) {
        return cosine_embedding_loss(x[0], x[1], x[2] * 2 - 1, 0.1, r);
      });
  add("triplet_margin_loss", "F.triplet_margin_loss(a, b, c, margin=1.2", three, {},
      [](const List& x, int64_t r) {
        return triplet_margin_loss(x[0], x[1], x[2], 1.2, 2, 1e-6, false, r);
      });
  add("triplet_margin_loss.swap", "F.triplet_margin_loss(a, b, c, margin=2., p=1., swap=True",
      three, {}, [](const List& x, int64_t r) {
        return triplet_margin_loss(x[0], x[1], x[2], 2, 1, 1e-6, true, r);
      });
  add("poisson_nll_loss", "F.poisson_nll_loss(a, b", {real({3, 4}), real({3, 4}, 0, 4)}, {},
      [](const List& x, int64_t r) { return poisson_nll_loss(x[0], x[1], true, false, 1e-8, r); });
  add("gaussian_nll_loss", "F.gaussian_nll_loss(a, b, c, full=True",
      {real({3, 4}), real({3, 4}), real({3, 4}, 0.1, 2)}, {},
      [](const List& x, int64_t r) { return gaussian_nll_loss(x[0], x[1], x[2], true, 1e-6, r); });
  add("multi_margin_loss", "F.multi_margin_loss(a, b, p=2, margin=0.8, weight=c",
      {real({5, 3}), ints({5}, 0, 3), fixed({3}, 0.1, 2)}, {},
      [](const List& x, int64_t r) { return multi_margin_loss(x[0], x[1], 2, 0.8, x[2], r); });
  for (const auto& [name, x, y] :
       {std::tuple("multi_margin_loss.example", real({3}), ints({}, 0, 3)),
        std::tuple("multi_margin_loss.example_in_line", real({3}), ints({1}, 0, 3)),
        std::tuple("multi_margin_loss.number", real({}), ints({}, 0, 1))})
    add(name, "F.multi_margin_loss(a, b", {x, y}, {},
        [](const List& in, int64_t r) { return multi_margin_loss(in[0], in[1], 1, 1, {}, r); });
  add("multilabel_margin_loss", "F.multilabel_margin_loss(a, b - 1",
      {real({3, 4}), ints({3, 4}, 0, 5)}, {},
      [](const List& x, int64_t r) { return multilabel_margin_loss(x[0], x[1] - 1, r); });
}

void embedding_bags(Rows& rows) {
  const auto add = [&](const char* name, const std::string& python, std::vector<Input> inputs,
                       std::function<Tensor(const List&)> f) {
    rows.push_back(
        {name, python, std::move(inputs), [f](const List& x) -> List { return {f(x)}; }});
  };
  const std::vector<Input> bags = {real({6, 3}), ints({7}, 0, 6)},
                           large = {real({1000, 64}), ints({512}, 0, 1000)};
  const auto offsets = [](std::vector<int64_t> at) { return tensor(at, kLong); };
  const auto bag = [](const auto&... x) { return std::get<0>(embedding_bag(x...)); };
  add("embedding_bag", "torch.embedding_bag(a, b, torch.tensor([0, 3, 3, 5]))[0]", bags,
      [=](const List& x) {
        return bag(x[0], x[1], offsets({0, 3, 3, 5}));
      });
  rows.back().large = large;
  add("embedding_bag.mean",
      "torch.embedding_bag(a, b, torch.tensor([0, 3, 3, 5, 7]), False, 1, "
      "False, None, True)[0]",
      bags, [=](const List& x) {
        return bag(x[0], x[1], offsets({0, 3, 3, 5, x[1].numel()}), false, 1, false, std::nullopt,
                   true);
      });
  rows.back().large = large;
  add("embedding_bag.max", "torch.embedding_bag(a, b, torch.tensor([0, 3, 3, 5]), False, 2)[0]",
      bags, [=](const List& x) {
        return bag(x[0], x[1], offsets({0, 3, 3, 5}), false, 2);
      });
  rows.back().large = large;
  add("embedding_bag.weighted",
      "F.embedding_bag(b, a, torch.tensor([0, 4]), mode='sum', per_sample_weights=c)",
      {real({6, 3}), ints({7}, 0, 6), real({7})}, [=](const List& x) {
        return bag(x[0], x[1], offsets({0, 4}), false, 0, false, x[2]);
      });
  rows.back().large = {real({1000, 64}), ints({512}, 0, 1000), real({512})};
  // Padding gets no gradient, though it counts in no bag either.
  for (const auto& [mode, name] : {std::pair("mean", "functional.embedding_bag.padding"),
                                   std::pair("max", "functional.embedding_bag.padding_max")})
    add(name, "F.embedding_bag(b, a, padding_idx=-2, mode='" + std::string(mode) + "')",
        {real({4, 3}), ints({5, 3}, 0, 4)}, [mean = mode[1] == 'e'](const List& x) {
          auto options = F::EmbeddingBagFuncOptions().padding_idx(-2);
          return F::embedding_bag(x[1], x[0], mean ? options : options.mode(kMax));
        });
}

// Time by time the classes 0 to 3 for three examples, and labels.
void ctc_losses(Rows& rows) {
  const auto add = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::function<Tensor(const List&)> f) {
    rows.push_back(
        {name, python, std::move(inputs), [f](const List& x) -> List { return {f(x)}; }});
    rows.back().except |= Row::no_second;  // as in PyTorch
  };
  const std::vector<Input> padded = {real({6, 3, 4}), ints({3, 3}, 1, 4)};
  add("ctc_loss",
      "F.ctc_loss(a.log_softmax(2), b, torch.tensor([6, 5, 4]), torch.tensor([3, 2, 0]))", padded,
      [](const List& x) {
        return ctc_loss(x[0].log_softmax(2), x[1], {6, 5, 4}, {3, 2, 0});
      });
  rows.back().large = {real({6, 3, 400}), ints({3, 3}, 1, 400)};
  // The gradient is meant for log_softmax to read: it differs from the slope by softmax.
  add("ctc_loss.logarithms",
      "F.ctc_loss(a, b, torch.tensor([6, 5, 2]), torch.tensor([3, 2, 3]), reduction='none', "
      "zero_infinity=True)",
      {real({6, 3, 4}, -4, 0), ints({3, 3}, 1, 4)}, [](const List& x) {
        return ctc_loss(x[0], x[1], {6, 5, 2}, {3, 2, 3}, 0, Reduction::None, true);
      });
  rows.back().except |= Row::no_difference;
  add("ctc_loss.joined",
      "F.ctc_loss(a.log_softmax(2), b, torch.tensor([7, 6]), torch.tensor([2, 3]), blank=2, "
      "reduction='sum')",
      {real({7, 2, 5}), ints({5}, 0, 2)}, [](const List& x) {
        const Tensor inputs = tensor({7, 6}), labels = tensor({2, 3}, kInt);
        return ctc_loss(x[0].log_softmax(2), x[1], inputs, labels, 2, Reduction::Sum);
      });
  add("ctc_loss.example", "F.ctc_loss(a.log_softmax(1), b, torch.tensor(5), torch.tensor(2))",
      {real({5, 3}), ints({2}, 1, 3)}, [](const List& x) {
        const auto number = [](int64_t n) { return scalar_tensor(n, kLong); };
        return ctc_loss(x[0].log_softmax(1), x[1], number(5), number(2));
      });
}

}  // namespace

Rows nn_rows() {
  Rows rows;
  activations(rows);
  layers(rows);
  losses(rows);
  embedding_bags(rows);
  ctc_losses(rows);
  return rows;
}

}  // namespace catalog
