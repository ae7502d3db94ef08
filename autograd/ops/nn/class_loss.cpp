// Losses over classes.
#include "tensor/nn/class_loss.h"

#include "autograd/factories.h"
#include "autograd/ops/nn/loss_reduction.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/record.h"
#include "tensor/base/fail.h"
#include "tensor/shape.h"

namespace gradus {
using namespace autograd;
using autograd::detail::reduced;

namespace {

// nll_loss is linear in its input: what stays fixed.
struct NllTerms {
  Dims shape, target_shape;
  raw::Picked picked;    // its target and weight are undefined: the two below hold them
  Saved target, weight;  // the weight may be undefined

  raw::Picked operator*() const {
    raw::Picked p = picked;
    p.target = target;
    if (weight.defined()) p.weight = weight;
    return p;
  }
};

Tensor nll_backward(const Tensor& dy, const NllTerms& terms);

Tensor nll_forward(const Tensor& x, const NllTerms& terms) {
  return linked(1, record(terms.shape.size() > 2 ? "nll_loss2d" : "nll_loss",
                          raw::nll(x, *terms, terms.target_shape),
                          wrt(x, [terms](const Tensor& dy) { return nll_backward(dy, terms); })));
}

Tensor nll_backward(const Tensor& dy, const NllTerms& terms) {
  return record("nll_loss_backward", raw::nll_backward(dy, *terms, terms.shape),
                wrt(dy, [terms](const Tensor& ddx) { return nll_forward(ddx, terms); }));
}

NllTerms nll_terms(const Tensor& x, const Tensor& target, const std::optional<Tensor>& weight,
                   int64_t reduction, int64_t ignore_index) {
  const IntArrayRef shape = x.sizes();
  if (x.dim() == 0) fail("nll_loss: the input has no dims");
  std::vector<int64_t> wanted = shape.vec();
  wanted.erase(wanted.begin() + (x.dim() == 1 ? 0 : 1));
  if (target.sizes() != IntArrayRef(wanted))
    fail_value("nll_loss: an input of shape {} needs a target of shape {}, got {}", shape,
               IntArrayRef(wanted), target.sizes());
  if (!is_integral(target.dtype(), /*include_bool=*/false))
    fail("nll_loss: target is {}, it must be int64", target.dtype());
  if (reduction < Reduction::None || reduction > Reduction::Sum) reduced({}, reduction);

  NllTerms t;
  t.shape = x.impl()->sizes;
  t.target_shape = target.impl()->sizes;
  t.target = save(raw::contiguous(raw::to_dtype(target.detach(), kLong)));
  raw::Picked& p = t.picked;
  p.classes = x.dim() == 1 ? shape[0] : shape[1];
  p.n = x.dim() == 1 ? 1 : shape[0];
  p.inner = x.dim() > 2 ? product(shape.slice(2)) : 1;
  p.each = reduction == Reduction::None;
  p.mean = reduction == Reduction::Mean;
  p.ignore_index = ignore_index;
  if (weight && weight->defined()) {
    if (weight->dim() != 1 || weight->size(0) != p.classes)
      fail("nll_loss: weight has shape {}, it must be [{}]", weight->sizes(), p.classes);
    if (weight->dtype() != x.dtype())
      fail("nll_loss: input is {}, weight {}", x.dtype(), weight->dtype());
    t.weight = save(raw::contiguous(weight->detach()));
  }
  p.total = raw::total_weight("nll_loss", *t, x.dtype());
  return t;
}

// -log(softmax x) at the targets, for rows of classes: no tensor of logarithms is made, the
// backward pass takes softmax x from two numbers per row.
Tensor cross_entropy_of_rows(const Tensor& x, const NllTerms& terms) {
  const raw::LogTerms logs = raw::log_terms(x);
  const auto vjp = [sx = save(x), max = save(logs.max), log_sum = save(logs.log_sum),
                    terms](const Tensor& dy) {
    if (GradMode::is_enabled()) {
      const Tensor dlog = nll_backward(dy, terms);
      return dlog - sx->softmax(1) * dlog.sum(1, true);
    }
    return raw::cross_entropy_backward(dy, sx, {max, log_sum}, *terms);
  };
  return record("cross_entropy_loss", raw::cross_entropy(x, logs, *terms, terms.target_shape),
                wrt(x, vjp));
}

int64_t class_dim(const Tensor& x) { return x.dim() == 1 ? 0 : 1; }

// A vector over the classes, for tensors of x's shape.
Tensor over_classes(const Tensor& v, const Tensor& x) {
  std::vector<int64_t> shape(size_t(x.dim()), 1);
  shape[size_t(class_dim(x))] = v.numel();
  return v.reshape(shape);
}

Tensor cross_entropy_of_probabilities(const Tensor& x, const Tensor& target,
                                      const std::optional<Tensor>& weight, int64_t reduction,
                                      double label_smoothing) {
  const int64_t dim = class_dim(x), classes = x.size(dim);
  Tensor p = target;
  if (label_smoothing > 0) p = target * (1 - label_smoothing) + label_smoothing / double(classes);
  Tensor terms = autograd::detail::times_log(p, x.log_softmax(dim));
  if (weight && weight->defined()) terms = terms * over_classes(*weight, x);
  if (reduction == Reduction::None) return -terms.sum(dim);
  const Tensor sum = -terms.sum();
  if (reduction == Reduction::Sum) return sum;
  if (reduction != Reduction::Mean) return reduced({}, reduction);
  return sum / (double(x.numel()) / double(classes));
}

Tensor cross_entropy_smoothed(const Tensor& x, const Tensor& target,
                              const std::optional<Tensor>& weight, int64_t reduction,
                              int64_t ignore_index, double label_smoothing) {
  const int64_t dim = class_dim(x), classes = x.size(dim);
  const bool has_weight = weight && weight->defined();
  const Tensor logs = x.log_softmax(dim);
  const Tensor sharp = nll_loss(logs, target, weight, reduction, ignore_index);
  const Tensor ignored = target.eq(ignore_index);
  Tensor flat = -(has_weight ? logs * over_classes(*weight, x) : logs).sum(dim);
  flat = where(ignored, Scalar(0), flat);
  if (reduction != Reduction::None) flat = flat.sum();
  if (reduction == Reduction::Mean) {
    const auto terms = nll_terms(x, target, weight, reduction, ignore_index);
    flat = flat / terms.picked.total;
  }
  return sharp * (1 - label_smoothing) + flat * (label_smoothing / double(classes));
}

}  // namespace

Tensor nll_loss(const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight,
                int64_t reduction, int64_t ignore_index) {
  return nll_forward(self, nll_terms(self, target, weight, reduction, ignore_index));
}

Tensor cross_entropy_loss(const Tensor& self, const Tensor& target,
                          const std::optional<Tensor>& weight, int64_t reduction,
                          int64_t ignore_index, double label_smoothing) {
  if (!(label_smoothing >= 0 && label_smoothing <= 1))
    fail("cross_entropy_loss: label_smoothing is {}, outside [0, 1]", label_smoothing);
  if (self.dim() == 0) fail("cross_entropy_loss: the input has no dims");
  if (self.sizes() == target.sizes()) {
    if (!target.is_floating_point())
      fail(
          "cross_entropy_loss: input and target have the shape {}, so the target holds "
          "probabilities, but it is {}",
          self.sizes(), target.dtype());
    if (ignore_index >= 0)
      fail("cross_entropy_loss: ignore_index is {}, but the target holds probabilities",
           ignore_index);
    return cross_entropy_of_probabilities(self, target, weight, reduction, label_smoothing);
  }
  if (label_smoothing > 0)
    return cross_entropy_smoothed(self, target, weight, reduction, ignore_index, label_smoothing);
  if (self.dim() == 2 && self.numel() > 0 && self.is_floating_point())
    return cross_entropy_of_rows(self, nll_terms(self, target, weight, reduction, ignore_index));
  return nll_loss(self.log_softmax(class_dim(self)), target, weight, reduction, ignore_index);
}

Tensor multi_margin_loss(const Tensor& self, const Tensor& target, const Scalar& p,
                         const Scalar& margin, const std::optional<Tensor>& weight,
                         int64_t reduction) {
  if (p.toDouble() != 1 && p.toDouble() != 2)
    fail("multi_margin_loss: p is {}, it must be 1 or 2", p.toDouble());
  if (self.dim() > 2 || target.dim() > 1 || target.numel() != (self.dim() == 2 ? self.size(0) : 1))
    fail("multi_margin_loss: input has shape {}, target {}", self.sizes(), target.sizes());
  const int64_t classes = self.dim() == 0 ? 1 : self.size(-1);
  if (classes == 0) fail("multi_margin_loss: an input of shape {} has no classes", self.sizes());
  if (weight && weight->defined() && weight->numel() != classes)
    fail("multi_margin_loss: {} weights for {} classes", weight->numel(), classes);
  const Tensor x = self.reshape({-1, classes}), y = target.reshape({-1, 1});
  Tensor z = (margin - x.gather(1, y) + x).relu();
  if (p.toDouble() == 2) z = z.square();
  if (weight && weight->defined()) z = z * weight->index_select(0, y.flatten()).unsqueeze(1);
  const Tensor loss = z.scatter(1, y, Scalar(0)).sum(1) / double(classes);
  return reduced("multi_margin_loss", loss.reshape(target.sizes()), reduction);
}

Tensor multilabel_margin_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  if (self.dim() == 0 || self.dim() > 2 || self.sizes() != target.sizes())
    fail("multilabel_margin_loss: input has shape {}, target {}", self.sizes(), target.sizes());
  const int64_t classes = self.size(-1), rows = self.dim() == 2 ? self.size(0) : 1;
  const Tensor x = raw::contiguous(self.detach()).view({rows, classes});
  const Tensor y = raw::contiguous(raw::to_dtype(target.detach(), kLong));
  const auto vjp = [sx = save(x), sy = save(y), shape = self.impl()->sizes](const Tensor& dy) {
    return (raw::multilabel_margin_slopes(sx, sy) * dy.unsqueeze(1)).reshape(shape);
  };
  const Tensor loss = raw::multilabel_margin(x, y);
  const Tensor each = linked(1, record("multilabel_margin_loss", loss, wrt(self, vjp)));
  return reduced("multilabel_margin_loss", self.dim() == 2 ? each : each.squeeze(0), reduction);
}

}  // namespace gradus
