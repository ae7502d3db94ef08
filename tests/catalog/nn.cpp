// Activations, embeddings, distances: the operations behind the layers.
#include "autograd/factories.h"
#include "autograd/ops/linalg/distance.h"
#include "autograd/ops/nn/activation.h"
#include "autograd/ops/nn/dropout.h"
#include "autograd/ops/nn/embedding.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "nn/functional.h"
#include "tests/catalog.h"

namespace catalog {
namespace {

using namespace gradus;
namespace F = gradus::nn::functional;
using F1 = Tensor (*)(const Tensor&);

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

  const std::vector<Input> pair = {real({300, 301}), real({300, 301})};
  add("cosine_similarity", "F.cosine_similarity(a, b)", {real({4, 3}), real({4, 3})}, pair,
      [](const List& x) { return cosine_similarity(x[0], x[1]); });
  add("cosine_similarity.broadcast", "F.cosine_similarity(a, b, -1)",
      {real({4, 1, 3}), real({2, 3})}, {},
      [](const List& x) { return cosine_similarity(x[0], x[1], -1); });
  add("pairwise_distance.euclidean", "F.pairwise_distance(a, b)", {real({4, 3}), real({4, 3})}, {},
      [](const List& x) { return pairwise_distance(x[0], x[1]); });
  add("pairwise_distance", "F.pairwise_distance(a, b, 3.0)", {real({4, 3}), real({4, 3})}, pair,
      [](const List& x) { return pairwise_distance(x[0], x[1], 3); });
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

}  // namespace

Rows nn_rows() {
  Rows rows;
  activations(rows);
  layers(rows);
  embedding_bags(rows);
  return rows;
}

}  // namespace catalog
