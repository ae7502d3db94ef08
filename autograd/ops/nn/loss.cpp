#include "autograd/ops/nn/loss.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "autograd/elementwise.h"
#include "autograd/factories.h"
#include "autograd/ops/linalg/distance.h"
#include "autograd/ops/nn/activation.h"
#include "autograd/ops/nn/loss_reduction.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/reduce/reduce_back.h"
#include "autograd/record.h"
#include "autograd/traced.h"
#include "tensor/base/fail.h"
#include "tensor/pointwise/elementwise.h"
#include "tensor/shape.h"

namespace gradus {
using namespace autograd;
using autograd::detail::reduced;

namespace autograd::detail {

Tensor reduced(const Tensor& loss, int64_t reduction) {
  switch (reduction) {
    case Reduction::None:
      return loss;
    case Reduction::Mean:
      return loss.mean();
    case Reduction::Sum:
      return loss.sum();
  }
  fail("reduction: {} is none of Reduction::None, Mean and Sum", reduction);
}

Tensor reduced(const char* op, const Tensor& loss, int64_t reduction) {
  return called(op, reduced(loss, reduction));
}

Tensor times_log(const Tensor& p, const Tensor& log) {
  const double most = log.dtype() == kFloat ? std::numeric_limits<float>::max()
                                            : std::numeric_limits<double>::max();
  if (!log.is_floating_point() || raw::all_within(log, 0, most)) return p * log;
  return p * where(p.eq(0), Scalar(0), log);
}

}  // namespace autograd::detail

Tensor l1_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  return reduced((self - target).abs(), reduction);
}
Tensor mse_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  return reduced("mse_loss", elementwise<formulas::squared_difference>("mse_loss", self, target),
                 reduction);
}
Tensor smooth_l1_loss(const Tensor& self, const Tensor& target, int64_t reduction, double beta) {
  if (!(beta >= 0)) fail("smooth_l1_loss: beta is {}, it must not be negative", beta);
  if (beta == 0) return l1_loss(self, target, reduction);
  return reduced("smooth_l1_loss",
                 elementwise<formulas::smooth_l1>("smooth_l1_loss", self, target, Scalar(beta)),
                 reduction);
}
Tensor huber_loss(const Tensor& self, const Tensor& target, int64_t reduction, double delta) {
  if (!(delta > 0)) fail("huber_loss: delta is {}, it must be positive", delta);
  return reduced("huber_loss",
                 elementwise<formulas::huber>("huber_loss", self, target, Scalar(delta)),
                 reduction);
}

namespace {

void check_unit_interval(const char* op, const char* what, const Tensor& t) {
  if (const auto element = raw::first_outside(op, t, 0, 1))
    fail("{}: {} has the element {}, outside [0, 1]", op, what, *element);
}

// dy (x - t) / (x (1 - x)), the denominator at least 1e-12. Its own derivatives are those that
// PyTorch gives, which bounds the square of the denominator in another way.
Tensor cross_entropy_back(const Tensor& dy, const Tensor& x, const Tensor& t) {
  constexpr double least = 1e-12;
  const ScalarType type = x.dtype();
  const auto& row = raw::kernels_of(formulas::index_of<formulas::cross_entropy>);
  const char* op = "binary_cross_entropy_backward";
  const auto sdy = save(dy), sx = save(x), st = save(t);
  return record(op,
                raw::elementwise(op, row.slope[0][type == kDouble], type,
                                 {raw::Arg(dy, type), raw::Arg(x, type), raw::Arg(t, type)}),
                wrt(dy, [sx, st](const Tensor& g) { return cross_entropy_back(g, sx, st); }),
                wrt(x,
                    [sdy, sx, st](const Tensor& g) {
                      const Tensor d = (*sx + least) * (1 - *sx + least);
                      return g * *sdy * ((*sx - *st) * *sx + *st * (1 - *sx)) / d / d;
                    }),
                wrt(t, [sdy, sx](const Tensor& g) {
                  return -g * *sdy / ((1 - *sx) * *sx).clamp_min(least);
                }));
}

Tensor cross_entropy(const Tensor& self, const Tensor& target) {
  const char* op = "binary_cross_entropy";
  if (!GradMode::is_enabled() || !needs_grad(self))
    return elementwise<formulas::cross_entropy>(op, self, target);
  const ScalarType type = compute_type(op, formulas::types::floating, {self, target});
  const Tensor x = converted(self, type), t = converted(target, type);
  const auto sx = save(x), st = save(t);
  return record(op, elementwise<formulas::cross_entropy>(op, x.detach(), t.detach()),
                wrt(x, [sx, st](const Tensor& dy) { return cross_entropy_back(dy, sx, st); }),
                wrt(t, [sx](const Tensor& dy) { return dy * ((-*sx).log1p() - sx->log()); }));
}

// The loss keeps its type, whatever the weight's is.
Tensor weighted(const Tensor& loss, const std::optional<Tensor>& weight) {
  return weight && weight->defined() ? converted(loss * *weight, loss.dtype()) : loss;
}

}  // namespace

Tensor binary_cross_entropy(const Tensor& self, const Tensor& target,
                            const std::optional<Tensor>& weight, int64_t reduction) {
  if (self.sizes() != target.sizes()) {
    // As in libtorch, sizes of 1 don't count: [N, 1] goes with [N].
    const Tensor x = self.squeeze(), y = target.squeeze();
    if (!expandable(y.sizes(), x.sizes()))
      fail("binary_cross_entropy: input has shape {}, target {}", self.sizes(), target.sizes());
    return binary_cross_entropy(self, y.expand_as(x).reshape(self.sizes()), weight, reduction);
  }
  check_unit_interval("binary_cross_entropy", "input", self);
  check_unit_interval("binary_cross_entropy", "target", target);
  return reduced("binary_cross_entropy", weighted(cross_entropy(self, target), weight), reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& self, const Tensor& target,
                                        const std::optional<Tensor>& weight,
                                        const std::optional<Tensor>& pos_weight,
                                        int64_t reduction) {
  Tensor loss;
  if (pos_weight && pos_weight->defined()) {
    const Tensor log_weight = (*pos_weight - 1) * target + 1;
    loss =
        (1 - target) * self - log_weight * elementwise<formulas::log_sigmoid>("log_sigmoid", self);
  } else {
    loss = elementwise<formulas::cross_entropy_of_logit>("binary_cross_entropy_with_logits", self,
                                                         target);
  }
  // PyTorch computes in the target's memory.
  if (target.is_floating_point()) loss = converted(loss, target.dtype());
  return reduced("binary_cross_entropy_with_logits", weighted(loss, weight), reduction);
}

Tensor kl_div(const Tensor& self, const Tensor& target, int64_t reduction, bool log_target) {
  using autograd::detail::times_log;
  return reduced(log_target ? times_log(target.exp(), target - self)
                            : target.xlogy(target) - times_log(target, self),
                 reduction);
}

Tensor hinge_embedding_loss(const Tensor& self, const Tensor& target, double margin,
                            int64_t reduction) {
  const Tensor other = where(target.ne(1), (margin - self).clamp_min(0), Scalar(0));
  return reduced(other + where(target.ne(-1), self, Scalar(0)), reduction);
}

Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           double margin, int64_t reduction) {
  return reduced((-target * (input1 - input2) + margin).clamp_min(0), reduction);
}

Tensor soft_margin_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  // log(1 + e^(-target self)), whose exponential may overflow.
  return reduced("soft_margin_loss", -log_sigmoid(target * self), reduction);
}

Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             double margin, int64_t reduction) {
  const int64_t dim = target.dim();
  if (dim > 1 || input1.dim() != dim + 1 || input2.dim() != dim + 1)
    fail(
        "cosine_embedding_loss: inputs have shapes {} and {}, target {}; they must be [N, D] and "
        "[N], or [D] and []",
        input1.sizes(), input2.sizes(), target.sizes());
  constexpr double epsilon = 1e-12;
  const Tensor product = (input1 * input2).sum(dim);
  const Tensor squares =
      ((input1 * input1).sum(dim) + epsilon) * ((input2 * input2).sum(dim) + epsilon);
  Tensor cosine = product / squares.sqrt();
  if (!raw::all_within(squares, 1e-30,
                       1e30)) {  // by lengths, which are in range where squares are not
    const auto unit = [&](const Tensor& x) {
      const Tensor least = raw::scalar_tensor(std::sqrt(epsilon), x.dtype());
      return x / hypot(x.norm(2, dim, /*keepdim=*/true), least);
    };
    cosine = (unit(input1) * unit(input2)).sum(dim);
  }
  const Tensor positive = where(target.eq(1), 1 - cosine, Scalar(0));
  const Tensor negative = where(target.eq(-1), (cosine - margin).clamp_min(0), Scalar(0));
  return reduced(positive + negative, reduction);
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           double margin, double p, double eps, bool swap, int64_t reduction) {
  if (anchor.dim() != positive.dim() || anchor.dim() != negative.dim())
    fail("triplet_margin_loss: anchor, positive and negative have shapes {}, {} and {}",
         anchor.sizes(), positive.sizes(), negative.sizes());
  Tensor far = pairwise_distance(anchor, negative, p, eps);
  if (swap) far = minimum(far, pairwise_distance(positive, negative, p, eps));
  const Tensor near = pairwise_distance(anchor, positive, p, eps);
  return reduced((margin + near - far).clamp_min(0), reduction);
}

Tensor poisson_nll_loss(const Tensor& self, const Tensor& target, bool log_input, bool full,
                        double eps, int64_t reduction) {
  Tensor loss = log_input ? self.exp() - target * self : self - target * (self + eps).log();
  if (full) {
    const Tensor stirling =
        target * target.log() - target + 0.5 * (2 * std::numbers::pi * target).log();
    loss = loss + where(target.le(1), Scalar(0), stirling);
  }
  return reduced(loss, reduction);
}

Tensor gaussian_nll_loss(const Tensor& self, const Tensor& target, const Tensor& var, bool full,
                         double eps, int64_t reduction) {
  Tensor v = var;
  if (var.dim() > 0 && var.sizes() != self.sizes()) {
    const IntArrayRef shape = self.sizes(), front = shape.slice(0, shape.size() - 1);
    if (var.sizes() == front)
      v = var.unsqueeze(-1);
    else if (var.dim() != self.dim() || var.size(-1) != 1 ||
             var.sizes().slice(0, front.size()) != front)
      fail("gaussian_nll_loss: input has shape {}, var {}", self.sizes(), var.sizes());
  }
  if (v.lt(0).any().item<bool>()) fail("gaussian_nll_loss: var has a negative element");
  // The bound counts for the value only: the gradient passes as if it were not there.
  const Tensor low = (eps - v.detach()).clamp_min(0);
  v = v + low;
  Tensor loss = 0.5 * (v.log() + (self - target).square() / v);
  if (full) loss = loss + 0.5 * std::log(2 * std::numbers::pi);
  return reduced(loss, reduction);
}

}  // namespace gradus
