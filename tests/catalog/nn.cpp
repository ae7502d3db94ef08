#include "autograd/ops/activation.h"
#include "autograd/ops/distance.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/norm_layers.h"
#include "autograd/ops/pointwise.h"
#include "tests/catalog.h"

namespace catalog {

using namespace gradus;

Rows nn_rows() {
  Rows rows;
  const auto row = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::function<Tensor(const List&)> f, unsigned except = Row::nothing) {
    rows.push_back({name, python, std::move(inputs),
                    [f = std::move(f)](const List& x) -> List { return {f(x)}; }, except});
  };
  const Input m = real({5, 4});
  row("leaky_relu", "F.leaky_relu(a, 0.2)", {m},
      [](const List& x) { return leaky_relu(x[0], 0.2); });
  row("prelu", "F.prelu(a, b)", {m, real({4}, 0, 1)},
      [](const List& x) { return prelu(x[0], x[1]); });
  row("prelu.one", "F.prelu(a, b)", {m, real({1}, 0, 1)},
      [](const List& x) { return prelu(x[0], x[1]); });
  row("elu", "F.elu(a, 1.3)", {m}, [](const List& x) { return elu(x[0], 1.3); });
  row("selu", "F.selu(a)", {m}, [](const List& x) { return selu(x[0]); });
  row("celu", "F.celu(a, 1.3)", {m}, [](const List& x) { return celu(x[0], 1.3); });
  rows.back().tolerance = 1e-8;  // PyTorch rounds a constant of the slope to float
  row("gelu", "F.gelu(a)", {m}, [](const List& x) { return gelu(x[0]); });
  row("gelu.tanh", "F.gelu(a, approximate='tanh')", {m},
      [](const List& x) { return gelu(x[0], "tanh"); });
  row("silu", "F.silu(a)", {m}, [](const List& x) { return silu(x[0]); });
  row("mish", "F.mish(a)", {m}, [](const List& x) { return mish(x[0]); });
  row("softplus", "F.softplus(a, 1.5, 2)", {m},
      [](const List& x) { return softplus(x[0], 1.5, 2); });
  row("log_sigmoid", "F.logsigmoid(a)", {m}, [](const List& x) { return log_sigmoid(x[0]); });
  row("softsign", "F.softsign(a)", {m}, [](const List& x) { return softsign(x[0]); });
  row("tanhshrink", "F.tanhshrink(a)", {m}, [](const List& x) { return tanhshrink(x[0]); });
  row("hardshrink", "F.hardshrink(a, 0.4)", {m},
      [](const List& x) { return hardshrink(x[0], 0.4); });
  row("softshrink", "F.softshrink(a, 0.4)", {m},
      [](const List& x) { return softshrink(x[0], 0.4); });
  row("hardtanh", "F.hardtanh(a, -0.7, 1.1)", {m},
      [](const List& x) { return hardtanh(x[0], -0.7, 1.1); });
  row("hardsigmoid", "F.hardsigmoid(a)", {real({5, 4}, -5, 5)},
      [](const List& x) { return hardsigmoid(x[0]); });
  rows.back().tolerance = 1e-8;  // PyTorch rounds a constant of the slope to float
  row("hardswish", "F.hardswish(a)", {real({5, 4}, -5, 5)},
      [](const List& x) { return hardswish(x[0]); });
  row("threshold", "F.threshold(a, 0.3, -1)", {m},
      [](const List& x) { return threshold(x[0], 0.3, -1); });
  row("glu", "F.glu(a)", {m}, [](const List& x) { return glu(x[0]); });

  for (const auto& [name, reduction] : std::initializer_list<std::pair<std::string, int64_t>>{
           {"none", Reduction::None}, {"mean", Reduction::Mean}, {"sum", Reduction::Sum}}) {
    const auto loss = [&](const std::string& op, const std::string& call, std::vector<Input> inputs,
                          std::function<Tensor(const List&)> f, unsigned except = Row::nothing) {
      rows.push_back({op + "." + name, "F." + call + ", reduction='" + name + "')",
                      std::move(inputs),
                      [f = std::move(f)](const List& x) -> List { return {f(x)}; }, except});
    };
    const int64_t r = reduction;
    const Input p = real({5, 4}, 0.1, 0.9), classes = ints({5}, 0, 4);
    loss("mse_loss", "mse_loss(a, b", {m, m},
         [r](const List& x) { return mse_loss(x[0], x[1], r); });
    loss("l1_loss", "l1_loss(a, b", {m, m}, [r](const List& x) { return l1_loss(x[0], x[1], r); });
    loss("smooth_l1_loss", "smooth_l1_loss(a, b, beta=0.7", {m, m},
         [r](const List& x) { return smooth_l1_loss(x[0], x[1], r, 0.7); });
    loss("huber_loss", "huber_loss(a, b, delta=0.7", {m, m},
         [r](const List& x) { return huber_loss(x[0], x[1], r, 0.7); });
    loss("bce", "binary_cross_entropy(a, b", {p, fixed({5, 4}, 0.1, 0.9)},
         [r](const List& x) { return binary_cross_entropy(x[0], x[1], {}, r); });
    loss("bce.weight", "binary_cross_entropy(a, b, c", {p, p, fixed({4}, 0.5, 2)},
         [r](const List& x) { return binary_cross_entropy(x[0], x[1], x[2], r); });
    loss("bce_with_logits", "binary_cross_entropy_with_logits(a, b, weight=c, pos_weight=d",
         {m, fixed({5, 4}, 0, 1), fixed({4}, 0.5, 2), fixed({4}, 0.5, 2)}, [r](const List& x) {
           return binary_cross_entropy_with_logits(x[0], x[1], x[2], x[3], r);
         });
    loss("nll_loss", "nll_loss(a, b, c", {m, classes, fixed({4}, 0.5, 2)},
         [r](const List& x) { return nll_loss(x[0], x[1], x[2], r); });
    loss("nll_loss.ignore", "nll_loss(a, b, ignore_index=1", {m, classes},
         [r](const List& x) { return nll_loss(x[0], x[1], {}, r, 1); });
    loss("nll_loss.dims", "nll_loss(a, b", {real({2, 3, 2, 2}), ints({2, 2, 2}, 0, 3)},
         [r](const List& x) { return nll_loss(x[0], x[1], {}, r); });
    loss("cross_entropy", "cross_entropy(a, b", {m, classes},
         [r](const List& x) { return cross_entropy_loss(x[0], x[1], {}, r); });
    loss("cross_entropy.all", "cross_entropy(a, b, c, ignore_index=2, label_smoothing=0.1",
         {m, classes, fixed({4}, 0.5, 2)},
         [r](const List& x) { return cross_entropy_loss(x[0], x[1], x[2], r, 2, 0.1); });
    loss("cross_entropy.probabilities", "cross_entropy(a, b, c, label_smoothing=0.1",
         {m, real({5, 4}, 0, 1), fixed({4}, 0.5, 2)},
         [r](const List& x) { return cross_entropy_loss(x[0], x[1], x[2], r, -100, 0.1); });
    loss("kl_div", "kl_div(a, b", {m, p}, [r](const List& x) { return kl_div(x[0], x[1], r); });
    loss("hinge_embedding_loss", "hinge_embedding_loss(a, 2 * b - 1", {m, ints({5, 4}, 0, 2)},
         [r](const List& x) { return hinge_embedding_loss(x[0], 2 * x[1] - 1, 1.0, r); });
    loss("soft_margin_loss", "soft_margin_loss(a, 2 * b - 1", {m, ints({5, 4}, 0, 2)},
         [r](const List& x) { return soft_margin_loss(x[0], 2 * x[1] - 1, r); });
    loss("poisson_nll_loss", "poisson_nll_loss(a, b, log_input=True, full=False", {m, p},
         [r](const List& x) { return poisson_nll_loss(x[0], x[1], true, false, 1e-8, r); });
  }

  const Input w = real({4}, 0.5, 2), b = real({4});
  row("batch_norm.train", "F.batch_norm(a, None, None, b, c, True)", {m, w, b},
      [](const List& x) { return batch_norm(x[0], x[1], x[2], {}, {}, true, 0.1, 1e-5); });
  row("batch_norm.dims", "F.batch_norm(a, None, None, b, c, True)", {real({3, 4, 2}), w, b},
      [](const List& x) { return batch_norm(x[0], x[1], x[2], {}, {}, true, 0.1, 1e-5); });
  row("batch_norm.eval", "F.batch_norm(a, d, e, b, c, False)",
      {m, w, b, fixed({4}), fixed({4}, 0.5, 2)},
      [](const List& x) { return batch_norm(x[0], x[1], x[2], x[3], x[4], false, 0.1, 1e-5); });
  row("layer_norm", "F.layer_norm(a, (4,), b, c)", {m, w, b},
      [](const List& x) { return layer_norm(x[0], {4}, x[1], x[2]); });
  row("layer_norm.two_dims", "F.layer_norm(a, (3, 2))", {real({2, 3, 2})}, [](const List& x) {
    return layer_norm(x[0], {3, 2});
  });
  row("group_norm", "F.group_norm(a, 2, b, c)", {real({2, 4, 3}), w, b},
      [](const List& x) { return group_norm(x[0], 2, x[1], x[2]); });
  return rows;
}

}  // namespace catalog
