// Losses over classes.
#include <algorithm>
#include <limits>

#include "autograd/factories.h"
#include "autograd/ops/nn/loss_reduction.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/record.h"
#include "tensor/base/fail.h"
#include "tensor/base/parallel.h"
#include "tensor/base/vector.h"
#include "tensor/reduce/scan.h"
#include "tensor/shape.h"

namespace gradus {
using namespace autograd;
using autograd::detail::reduced;

namespace {

// nll_loss is linear in its input: what stays fixed. The input is [n, classes, inner].
struct NllTerms {
  Dims shape, target_shape;
  Saved target;  // int64, contiguous
  Saved weight;  // of the input's type, contiguous; or undefined
  int64_t n, classes, inner, reduction, ignore_index;
  double total = 0;  // the sum of the weights that count

  // f(place in the input, place in the target, weight) for all that count.
  template <class T, class F>
  void each(F f) const {
    const int64_t* y = target->data_ptr<int64_t>();
    const T* w = weight.defined() ? (*weight).data_ptr<T>() : nullptr;
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < inner; ++j) {
        const int64_t at = i * inner + j, c = y[at];
        if (c != ignore_index) f((i * classes + c) * inner + j, at, w ? w[c] : T(1));
      }
  }
  // The sum of f(place in the input, weight), in four parts that wait for each other less.
  template <class T, class F>
  double sum(F f) const {
    double parts[4] = {};
    each<T>([&](int64_t from, int64_t at, T w) { parts[at % 4] += f(from, w); });
    return (parts[0] + parts[1]) + (parts[2] + parts[3]);
  }
};

Tensor nll_backward(const Tensor& dy, const NllTerms& terms);

Tensor nll_forward(const Tensor& x, const NllTerms& terms) {
  const Tensor dense = raw::contiguous(x);
  Tensor y = terms.reduction == Reduction::None ? raw::zeros(terms.target_shape, x.dtype())
                                                : raw::empty({}, x.dtype());
  visit_floating(x.dtype(), "nll_loss", [&](auto zero) {
    using T = decltype(zero);
    const T* in = dense.data_ptr<T>();
    T* out = y.data_ptr<T>();
    if (terms.reduction == Reduction::None) {
      terms.each<T>([&](int64_t from, int64_t to, T w) { out[to] = -w * in[from]; });
    } else {
      const double sum = 0 - terms.sum<T>([&](int64_t from, T w) { return double(w * in[from]); });
      *out = T(terms.reduction == Reduction::Mean ? sum / terms.total : sum);
    }
  });
  return linked(1, record(terms.shape.size() > 2 ? "nll_loss2d" : "nll_loss", std::move(y),
                          wrt(x, [terms](const Tensor& dy) { return nll_backward(dy, terms); })));
}

Tensor nll_backward(const Tensor& dy, const NllTerms& terms) {
  const Tensor dense = raw::contiguous(dy);
  Tensor dx = raw::zeros(terms.shape, dy.dtype());
  visit_floating(dy.dtype(), "nll_loss", [&](auto zero) {
    using T = decltype(zero);
    const T* in = dense.data_ptr<T>();
    T* out = dx.data_ptr<T>();
    if (terms.reduction == Reduction::None) {
      terms.each<T>([&](int64_t to, int64_t from, T w) { out[to] = -w * in[from]; });
    } else {
      const double share = terms.reduction == Reduction::Mean ? 1 / terms.total : 1;
      terms.each<T>(
          [&](int64_t to, int64_t, T w) { out[to] = T(-double(w) * double(*in) * share); });
    }
  });
  return record("nll_loss_backward", std::move(dx),
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
  t.classes = x.dim() == 1 ? shape[0] : shape[1];
  t.n = x.dim() == 1 ? 1 : shape[0];
  t.inner = x.dim() > 2 ? product(shape.slice(2)) : 1;
  t.reduction = reduction;
  t.ignore_index = ignore_index;
  if (weight && weight->defined()) {
    if (weight->dim() != 1 || weight->size(0) != t.classes)
      fail("nll_loss: weight has shape {}, it must be [{}]", weight->sizes(), t.classes);
    if (weight->dtype() != x.dtype())
      fail("nll_loss: input is {}, weight {}", x.dtype(), weight->dtype());
    t.weight = save(raw::contiguous(weight->detach()));
  }
  const int64_t *y = t.target->data_ptr<int64_t>(), count = target.numel();
  int64_t counted = 0;
  bool wrong = false;
  for (int64_t i = 0; i < count; ++i) {
    const bool counts = y[i] != ignore_index;
    counted += counts;
    wrong |= counts & (uint64_t(y[i]) >= uint64_t(t.classes));
  }
  for (int64_t i = 0; wrong && i < count; ++i)
    if (y[i] != ignore_index && (y[i] < 0 || y[i] >= t.classes))
      fail_index("nll_loss: target {} is out of range for {} classes", y[i], t.classes);
  t.total = double(counted);
  if (t.weight.defined())
    visit_floating(x.dtype(), "nll_loss", [&](auto zero) {
      t.total = t.sum<decltype(zero)>([](int64_t, auto w) { return double(w); });
    });
  return t;
}

// -log(softmax x) at the targets, for rows of classes: no tensor of logarithms is made, the
// backward pass takes softmax x from two numbers per row.
Tensor cross_entropy_of_rows(const Tensor& x, const NllTerms& terms) {
  const raw::LogTerms logs = raw::log_terms(x);
  const Tensor dense = raw::contiguous(x);
  Tensor y =
      raw::empty(terms.reduction == Reduction::None ? terms.target_shape : Dims(), x.dtype());
  visit_floating(x.dtype(), "cross_entropy_loss", [&](auto zero) {
    using T = decltype(zero);
    const T *in = dense.data_ptr<T>(), *max = logs.max.data_ptr<T>();
    const T* log_sum = logs.log_sum.data_ptr<T>();
    T* out = y.data_ptr<T>();
    const bool each = terms.reduction == Reduction::None;
    if (each) std::fill(out, out + terms.n, T(0));
    double sum = 0;
    terms.each<T>([&](int64_t from, int64_t row, T w) {
      const T loss = w * (log_sum[row] - (in[from] - max[row]));
      if (each)
        out[row] = loss;
      else
        sum += double(loss);
    });
    if (!each) *out = T(terms.reduction == Reduction::Mean ? sum / terms.total : sum);
  });
  const auto vjp = [sx = save(x), max = save(logs.max), log_sum = save(logs.log_sum),
                    terms](const Tensor& dy) {
    if (GradMode::is_enabled()) {
      const Tensor dlog = nll_backward(dy, terms);
      return dlog - sx->softmax(1) * dlog.sum(1, true);
    }
    const Tensor g = raw::contiguous(dy), scale = raw::zeros(terms.n, dy.dtype());
    Tensor dx;
    visit_floating(dy.dtype(), "cross_entropy_loss", [&](auto zero) {
      using T = decltype(zero);
      const bool each = terms.reduction == Reduction::None;
      const double share = terms.reduction == Reduction::Mean ? 1 / terms.total : 1;
      T* k = scale.data_ptr<T>();
      terms.each<T>([&](int64_t, int64_t row, T w) {
        k[row] = T(double(w) * double(g.data_ptr<T>()[each ? row : 0]) * share);
      });
      dx = raw::exp_terms(sx, {max, log_sum}, scale);
      T* out = dx.data_ptr<T>();
      terms.each<T>([&](int64_t at, int64_t row, T) { out[at] -= k[row]; });
    });
    return dx;
  };
  return record("cross_entropy_loss", std::move(y), wrt(x, vjp));
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
    flat = flat / terms.total;
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

namespace {

using Places = Vector<int64_t>;

// Rows of classes and of the classes that are right: a row's entries before its first negative one.
struct Labels {
  int64_t rows, classes;
  Saved x, target;

  // f(row, x, right, wrong): the places of right classes and those of the others.
  template <class T, class F>
  void each_row(F f) const {
    const T* from = x->data_ptr<T>();
    const int64_t* to = target->data_ptr<int64_t>();
    const int64_t grain = std::max<int64_t>(1, 8192 / std::max<int64_t>(classes, 1));
    parallel_for(0, rows, grain, [&](int64_t begin, int64_t end) {
      Places right, wrong;
      Vector<char> is_right;
      for (int64_t i = begin; i < end; ++i) {
        right.clear(), wrong.clear();
        is_right.assign(size_t(classes), 0);
        for (int64_t k = 0; k < classes && to[i * classes + k] >= 0; ++k) {
          right.push_back(to[i * classes + k]);
          is_right[size_t(right.back())] = 1;
        }
        for (int64_t c = 0; c < classes; ++c)
          if (!is_right[size_t(c)]) wrong.push_back(c);
        f(i, from + i * classes, right, wrong);
      }
    });
  }
};

}  // namespace

Tensor multilabel_margin_loss(const Tensor& self, const Tensor& target, int64_t reduction) {
  if (self.dim() == 0 || self.dim() > 2 || self.sizes() != target.sizes())
    fail("multilabel_margin_loss: input has shape {}, target {}", self.sizes(), target.sizes());
  const int64_t classes = self.size(-1), rows = self.dim() == 2 ? self.size(0) : 1;
  const Tensor y = raw::contiguous(raw::to_dtype(target.detach(), kLong));
  const int64_t* at = y.data_ptr<int64_t>();
  for (int64_t i = 0; i < rows * classes; ++i)
    if (at[i] < -1 || at[i] >= classes)
      fail_index("multilabel_margin_loss: target {} is out of range for {} classes", at[i],
                 classes);
  const Labels labels{rows, classes, save(raw::contiguous(self.detach())), save(y)};
  const Tensor loss = raw::empty({rows}, self.dtype());
  visit_floating(self.dtype(), "multilabel_margin_loss", [&](auto zero) {
    using T = decltype(zero);
    T* to = loss.data_ptr<T>();
    labels.each_row<T>([&](int64_t i, const T* x, const Places& right, const Places& wrong) {
      double sum = 0;
      for (const int64_t r : right)
        for (const int64_t w : wrong) {
          const T z = T(1) - x[r] + x[w];
          sum += z > T(0) || z != z ? double(z) : 0;
        }
      to[i] = T(sum / double(classes));
    });
  });
  const auto vjp = [labels, shape = self.impl()->sizes](const Tensor& dy) {
    const Tensor slopes = raw::zeros({labels.rows, labels.classes}, dy.dtype());
    visit_floating(dy.dtype(), "multilabel_margin_loss", [&](auto zero) {
      using T = decltype(zero);
      const T each = T(1) / T(labels.classes);
      labels.each_row<T>([&](int64_t i, const T* x, const Places& right, const Places& wrong) {
        T* dx = slopes.data_ptr<T>() + i * labels.classes;
        for (const int64_t r : right) {
          int64_t count = 0;
          for (const int64_t w : wrong) {
            const bool counts = T(1) - x[r] + x[w] > T(0);
            count += counts;
            dx[w] += counts ? each : T(0);
          }
          dx[r] -= T(count) * each;
        }
      });
    });
    return (slopes * dy.unsqueeze(1)).reshape(shape);
  };
  const Tensor each = linked(1, record("multilabel_margin_loss", loss, wrt(self, vjp)));
  return reduced("multilabel_margin_loss", self.dim() == 2 ? each : each.squeeze(0), reduction);
}

}  // namespace gradus
