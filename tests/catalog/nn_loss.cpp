// Losses.
#include "autograd/ops/nn/loss.h"

#include "autograd/factories.h"
#include "autograd/ops/nn/activation.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/reduce/reduce.h"
#include "nn/functional.h"
#include "tests/catalog.h"

namespace catalog {
namespace {

using namespace gradus;
namespace F = gradus::nn::functional;

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
  add("mse_loss.broadcast", "F.mse_loss(a, b", {real({3, 4}), real({4})}, {},
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
  add("cross_entropy_loss.weighted", "F.cross_entropy(a, b, c, ignore_index=2",
      {real({6, 3}), ints({6}, 0, 3), fixed({3}, 0.1, 2)}, {},
      [](const List& x, int64_t r) { return cross_entropy_loss(x[0], x[1], x[2], r, 2); });
  add("cross_entropy_loss.example", "F.cross_entropy(a, b", {real({4}), ints({}, 0, 4)}, {},
      [](const List& x, int64_t r) { return cross_entropy_loss(x[0], x[1], {}, r); });
  add("cross_entropy_loss.plain_probabilities", "F.cross_entropy(a, b",
      {real({5, 3}), real({5, 3}, 0, 1)}, {},
      [](const List& x, int64_t r) { return cross_entropy_loss(x[0], x[1], {}, r); });
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
  add("functional.triplet_margin_with_distance_loss",
      "F.triplet_margin_with_distance_loss(a, b, c, margin=1.2, swap=True, "
      "distance_function=lambda u, v: (u - v).abs().sum(-1)",
      three, {}, [](const List& x, int64_t r) {
        F::TripletMarginWithDistanceLossFuncOptions options;
        options.margin(1.2).swap(true).distance_function(
            {[](const Tensor& a, const Tensor& b) { return (a - b).abs().sum(-1); }});
        if (r == Reduction::None) options.reduction(kNone);
        return F::triplet_margin_with_distance_loss(x[0], x[1], x[2], options);
      });
  add("poisson_nll_loss", "F.poisson_nll_loss(a, b", {real({3, 4}), real({3, 4}, 0, 4)}, {},
      [](const List& x, int64_t r) { return poisson_nll_loss(x[0], x[1], true, false, 1e-8, r); });
  add("poisson_nll_loss.full", "F.poisson_nll_loss(a, b, log_input=False, full=True, eps=1e-3",
      {real({3, 4}, 0.1, 3), fixed({3, 4}, 0, 4)}, {},
      [](const List& x, int64_t r) { return poisson_nll_loss(x[0], x[1], false, true, 1e-3, r); });
  add("gaussian_nll_loss", "F.gaussian_nll_loss(a, b, c, full=True",
      {real({3, 4}), real({3, 4}), real({3, 4}, 0.1, 2)}, {},
      [](const List& x, int64_t r) { return gaussian_nll_loss(x[0], x[1], x[2], true, 1e-6, r); });
  add("gaussian_nll_loss.shared", "F.gaussian_nll_loss(a, b, c",
      {real({3, 4}), real({3, 4}), real({3}, 0.1, 2)}, {},
      [](const List& x, int64_t r) { return gaussian_nll_loss(x[0], x[1], x[2], false, 1e-6, r); });
  add("multi_margin_loss", "F.multi_margin_loss(a, b, p=2, margin=0.8, weight=c",
      {real({5, 3}), ints({5}, 0, 3), fixed({3}, 0.1, 2)}, {},
      [](const List& x, int64_t r) { return multi_margin_loss(x[0], x[1], 2, 0.8, x[2], r); });
  for (const auto& [name, x, y] :
       {std::tuple("multi_margin_loss.example", real({3}), ints({}, 0, 3)),
        std::tuple("multi_margin_loss.example_in_line", real({3}), ints({1}, 0, 3)),
        std::tuple("multi_margin_loss.number", real({}), ints({}, 0, 1))})
    add(name, "F.multi_margin_loss(a, b", {x, y}, {},
        [](const List& in, int64_t r) { return multi_margin_loss(in[0], in[1], 1, 1, {}, r); });
  add("functional.multilabel_soft_margin_loss", "F.multilabel_soft_margin_loss(a, b, c",
      {real({3, 4}), fixed({3, 4}, 0, 1), fixed({4}, 0.1, 2)}, {}, [](const List& x, int64_t r) {
        F::MultilabelSoftMarginLossFuncOptions options;
        if (r == Reduction::None) options.reduction(kNone);
        return F::multilabel_soft_margin_loss(x[0], x[1], options.weight(x[2]));
      });
  add("multilabel_margin_loss", "F.multilabel_margin_loss(a, b - 1",
      {real({3, 4}), ints({3, 4}, 0, 5)}, {},
      [](const List& x, int64_t r) { return multilabel_margin_loss(x[0], x[1] - 1, r); });
}

// Time by time the classes 0 to 3 for three examples, and labels.
void ctc_losses(Rows& rows) {
  const auto add = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::function<Tensor(const List&)> f) {
    rows.push_back(
        {name, python, std::move(inputs), [f](const List& x) -> List { return {f(x)}; }});
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

Rows nn_loss_rows() {
  Rows rows;
  losses(rows);
  ctc_losses(rows);
  return rows;
}

}  // namespace catalog
