#include "tests/diff/operations.h"

namespace diff {

void losses(Operations& all) {
  const Family ops{all};
  ops.add<Self, Same, Reduction>("l1_loss",
                                 [](auto x, auto y, auto r) { return torch::l1_loss(x, y, r); });
  ops.add<Self, Same, Reduction>("mse_loss",
                                 [](auto x, auto y, auto r) { return torch::mse_loss(x, y, r); });
  ops.add<Self, Same, Reduction, Positive>("smooth_l1_loss", [](auto x, auto y, auto r, auto b) {
    return torch::smooth_l1_loss(x, y, r, b);
  });
  ops.add<Self, Same, Reduction, Positive>(
      "huber_loss", [](auto x, auto y, auto r, auto b) { return torch::huber_loss(x, y, r, b); });
  ops.add<Self, Same, Reduction>("binary_cross_entropy", [](auto x, auto y, auto r) {
    return torch::binary_cross_entropy(x.sigmoid(), y.sigmoid(), {}, r);
  });
  ops.add<Self, Same, Reduction>("binary_cross_entropy_with_logits", [](auto x, auto y, auto r) {
    return torch::binary_cross_entropy_with_logits(x, y.sigmoid(), {}, {}, r);
  });
  ops.add<Self, Classes, Reduction, Between<-1, 3>>("nll_loss", [](auto x, auto y, auto r, auto i) {
    return torch::nll_loss_nd(x, y, {}, r, i);
  });
  ops.add<Self, Classes, Reduction, Between<-1, 3>, Positive>(
      "cross_entropy_loss", [](auto x, auto y, auto r, auto i, auto smoothing) {
        return torch::cross_entropy_loss(x, y, {}, r, i, smoothing / 2);
      });
  ops.add<Self, Same, Reduction, Flag>("kl_div", [](auto x, auto y, auto r, auto log) {
    return torch::kl_div(x, log ? y : y.sigmoid(), r, log);
  });
  ops.add<Self, Same, Fraction, Reduction>(
      "hinge_embedding_loss", [](auto x, auto y, auto margin, auto r) {
        return torch::hinge_embedding_loss(x, y.sign(), margin, r);
      });
  ops.add<Self, Same, Same, Fraction, Reduction>(
      "margin_ranking_loss", [](auto x, auto y, auto z, auto margin, auto r) {
        return torch::margin_ranking_loss(x, y, z.sign(), margin, r);
      });
  ops.add<Self, Same, Reduction>("soft_margin_loss", [](auto x, auto y, auto r) {
    return torch::soft_margin_loss(x, y.sign(), r);
  });
  ops.add<Self, Same, Same, Positive, Positive, Flag, Reduction>(
      "triplet_margin_loss", [](auto x, auto y, auto z, auto margin, auto p, auto swap, auto r) {
        return torch::triplet_margin_loss(x, y, z, margin, p, 1e-6, swap, r);
      });
  ops.add<Self, Same, Flag, Flag, Reduction>(
      "poisson_nll_loss", [](auto x, auto y, auto log, auto full, auto r) {
        return torch::poisson_nll_loss(x, y.abs(), log, full, 1e-8, r);
      });
  ops.add<Self, Classes, Between<1, 2>, Number, Reduction>(
      "multi_margin_loss", [](auto x, auto y, auto p, auto margin, auto r) {
        return torch::multi_margin_loss(x, y, p, margin, {}, r);
      });
  ops.add<Self, Number, Fraction>("layer_norm", [](auto x, auto, auto eps) {
    return torch::layer_norm(x, x.sizes().slice(x.dim() > 0 ? size_t(x.dim() - 1) : 0), {}, {},
                             eps * eps);
  });
  ops.add<Self, Kernel, Positive>(
      "group_norm", [](auto x, auto n, auto eps) { return torch::group_norm(x, n, {}, {}, eps); });
}

}  // namespace diff
