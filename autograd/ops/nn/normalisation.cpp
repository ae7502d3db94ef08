#include "autograd/ops/nn/normalisation.h"

#include <cmath>
#include <limits>

#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/record.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/nn/normalisation.h"
#include "tensor/reduce/reduce.h"
#include "tensor/shape.h"

namespace gradus {
using namespace autograd;

namespace {

struct Statistics {
  Tensor mean, rstd;  // of x's dims, 1 in those reduced over; no mean where it is taken for 0
};

// x * scale + shift, broadcast. Either may be undefined.
Tensor scaled(const Tensor& x, const Tensor& scale, const Tensor& shift) {
  if (scale.defined() && shift.defined()) return addcmul(shift, x, scale);
  if (scale.defined()) return x * scale;
  return shift.defined() ? x + shift : x;
}

Tensor or_none(const std::optional<Tensor>& t) { return t ? *t : Tensor(); }

// What a normalisation is over, and what weight and bias belong to.
struct Scope {
  std::vector<int64_t> over;  // the dims that share statistics
  bool by_channel = false;    // weight and bias are vectors over dim 1, else they broadcast
  bool fixed = false;         // the statistics do not come from x
  double eps = 0;
  bool centred = true;    // else the mean is taken for 0
  int64_t groups = 0;     // if not 0: of channels, instead of `over`; weight and bias by channel
  InputSet read = 0b011;  // of x, weight and bias by PyTorch's one operation for the gradients
};

Statistics statistics(const Tensor& x, const Scope& scope) {
  const auto& dims = scope.over;
  const Tensor mean = scope.centred ? x.mean(dims, /*keepdim=*/true) : Tensor();
  const Tensor square = scope.centred ? x.var(dims, Scalar(0), true) : x.square().mean(dims, true);
  const Tensor sum = square + scope.eps;
  const double most = x.dtype() == kFloat ? 0x1p100 : 0x1p900;
  if (raw::all_within(sum, 1 / most, most)) return {mean, sum.rsqrt()};
  // Squares that leave the range, by their roots. These have no slope at 0.
  int64_t n = 1;
  for (const int64_t d : dims) n *= x.size(d);
  const Tensor root =
      scope.centred ? x.std(dims, Scalar(0), true) : x.norm(2, dims, true) / std::sqrt(double(n));
  return {mean, hypot(root, raw::scalar_tensor(std::sqrt(scope.eps), x.dtype())).reciprocal()};
}

// A vector over dim 1 of x.
Tensor over_channels(const Tensor& v, const Tensor& x) {
  if (!v.defined()) return v;
  std::vector<int64_t> shape(size_t(x.dim()), 1);
  shape[1] = v.numel();
  return v.reshape(shape);
}

// Whether kernels made for it will do.
bool can_fuse(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const auto fits = [&](const Tensor& t) { return !t.defined() || t.dtype() == x.dtype(); };
  return x.is_floating_point() && x.numel() > 0 && fits(weight) && fits(bias);
}
raw::NormalisationShape shape_of(const Tensor& x, const Scope& scope) {
  raw::NormalisationShape s;
  s.fixed = scope.fixed;
  s.centred = scope.centred;
  if (scope.groups > 0) {
    s.groups = scope.groups;
    s.rows = x.size(0) * s.groups;
    s.n = x.numel() / s.rows;
    s.inner = x.numel() / x.size(0) / x.size(1);
  } else if (scope.by_channel) {
    s.outer = x.size(0);
    s.channels = x.size(1);
    s.inner = x.numel() / s.outer / s.channels;
  } else {
    Checked n("normalize", 1);
    for (const int64_t d : scope.over) n *= x.size(d);
    s.n = n;
    s.rows = x.numel() / s.n;
  }
  return s;
}
// The gradients in fused kernels.
std::vector<Tensor> fused_gradients(const Tensor& dy, const Tensor& x, const Tensor& weight,
                                    const Statistics& by, const Scope& scope, const Needs& needs) {
  auto g = raw::normalize_backward(dy, x, weight, by.mean, by.rstd, shape_of(x, scope), needs[0],
                                   needs[1], needs[2]);
  if (scope.over.size() > 1 && !scope.by_channel) {
    const IntArrayRef row = x.sizes().slice(x.sizes().size() - scope.over.size());
    for (Tensor* t : {&g.weight, &g.bias})
      if (t->defined()) *t = t->reshape(row);
  }
  return {std::move(g.x), std::move(g.weight), std::move(g.bias)};
}

// The gradients in taped operations. When they are recorded the statistics are made anew from x, so
// that their own dependence on x is on the tape.
std::vector<Tensor> composed_gradients(const Tensor& dy, const Tensor& x, const Tensor& weight,
                                       const Statistics& known, const Scope& scope,
                                       const Needs& needs) {
  const auto& over = scope.over;
  const Tensor w = scope.by_channel ? over_channels(weight, x) : weight;
  const auto gathered = [&](const Tensor& g) { return scope.by_channel ? g.sum(over) : g; };
  const Statistics s = GradMode::is_enabled() && !scope.fixed ? statistics(x, scope) : known;
  std::vector<Tensor> grads(3);
  const Tensor dxhat = w.defined() ? dy * w : dy;
  if (needs[2]) grads[2] = gathered(dy);
  if (scope.fixed && !needs[1]) {
    if (needs[0]) grads[0] = dxhat * s.rstd;
    return grads;
  }
  const Tensor xhat = (s.mean.defined() ? x - s.mean : x) * s.rstd;
  if (needs[1]) grads[1] = gathered(dy * xhat);
  if (!needs[0]) return grads;
  if (scope.fixed) {
    grads[0] = dxhat * s.rstd;
  } else {
    const Tensor tilt = (dxhat * xhat).mean(over, true);
    const Tensor moved = scope.centred ? dxhat - dxhat.mean(over, true) : dxhat;
    grads[0] = (moved - xhat * tilt) * s.rstd;
  }
  return grads;
}

// The same, also of groups.
std::vector<Tensor> recorded_gradients(const Tensor& dy, const Tensor& x, const Tensor& weight,
                                       const Statistics& known, const Scope& scope,
                                       const Needs& needs) {
  if (scope.groups == 0) return composed_gradients(dy, x, weight, known, scope, needs);
  const int64_t images = x.size(0), channels = x.size(1);
  const std::vector<int64_t> planes{images, channels, x.numel() / images / channels},
      rows{images * scope.groups, x.numel() / images / scope.groups};
  const Tensor w =
      weight.defined() ? weight.reshape({1, channels, 1}).expand(planes).reshape(rows) : weight;
  auto g = composed_gradients(dy.reshape(rows), x.reshape(rows), w, known,
                              {{1}, false, false, scope.eps}, needs);
  if (needs[0]) g[0] = g[0].reshape(x.sizes());
  for (const size_t i : {1, 2})
    if (needs[i]) g[i] = g[i].reshape(planes).sum({0, 2});
  return g;
}

// weight and bias as the scope has them, or undefined.
Tensor composed(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias,
                const Scope& scope, const Statistics& by) {
  Tensor y;
  {
    const NoGradGuard untaped;
    const Tensor w = scope.by_channel ? over_channels(weight, x) : weight;
    const Tensor b = scope.by_channel ? over_channels(bias, x) : bias;
    // The order of PyTorch: one factor and one summand for each element where that is possible.
    const bool per_group = !w.defined() || w.numel() <= by.mean.numel();
    if (per_group) {
      const Tensor scale = w.defined() ? by.rstd * w : by.rstd;
      const Tensor shift = -by.mean * scale;
      y = addcmul(b.defined() ? b + shift : shift, x, scale);
    } else {
      y = scaled(addcmul(-by.mean * by.rstd, x, by.rstd), w, b);
    }
  }
  y = record_joint(op, std::move(y), {x, weight, bias},
                   [sx = save(x), sw = save(weight), mean = save(by.mean), rstd = save(by.rstd),
                    scope](const Tensor& dy, const Needs& needs) {
                     const bool fused = scope.fixed && !GradMode::is_enabled() &&
                                        can_fuse(*sx, *sw, {}) && mean->dtype() == sx->dtype();
                     return (fused ? fused_gradients : composed_gradients)(
                         dy, *sx, *sw, {*mean, *rstd}, scope, needs);
                   });
  return linked(scope.read, std::move(y));
}

Tensor fused(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias,
             const Scope& scope, Tensor* mean = nullptr, Tensor* variance = nullptr) {
  const raw::NormalisationShape shape = shape_of(x, scope);
  std::vector<int64_t> sizes = x.sizes().vec();
  for (const int64_t d : scope.over) sizes[size_t(d)] = 1;
  if (scope.groups > 0) sizes = {shape.rows, 1};
  raw::Normalized n = raw::normalize(x, weight, bias, shape, sizes, scope.eps);
  if (mean) *mean = n.mean, *variance = n.variance;
  Tensor y = record_joint(op, std::move(n.y), {x, weight, bias},
                          [sx = save(x), sw = save(weight), m = save(n.mean), rstd = save(n.rstd),
                           scope](const Tensor& dy, const Needs& needs) {
                            const auto gradients =
                                GradMode::is_enabled() ? recorded_gradients : fused_gradients;
                            return gradients(dy, *sx, *sw, {*m, *rstd}, scope, needs);
                          });
  return linked(scope.read, std::move(y));
}

Tensor own_statistics(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias,
                      const Scope& scope) {
  if (can_fuse(x, weight, bias)) return fused(op, x, weight, bias, scope);
  Statistics by;
  {
    const NoGradGuard untaped;
    by = statistics(x, scope);
  }
  return composed(op, x, weight, bias, scope, by);
}

void check_channels(const char* op, const char* what, const Tensor& t, int64_t channels) {
  if (t.defined() && t.numel() != channels)
    fail("{}: {} has {} elements for {} channels", op, what, t.numel(), channels);
}

std::vector<int64_t> all_but(int64_t dim, int64_t kept) {
  std::vector<int64_t> out;
  for (int64_t d = 0; d < dim; ++d)
    if (d != kept) out.push_back(d);
  return out;
}

}  // namespace

Tensor batch_norm(const Tensor& input, const std::optional<Tensor>& weight,
                  const std::optional<Tensor>& bias, const std::optional<Tensor>& running_mean,
                  const std::optional<Tensor>& running_var, bool training, double momentum,
                  double eps, bool) {
  if (input.dim() < 2) fail("batch_norm: the input needs 2 dims or more, got {}", input.sizes());
  const int64_t channels = input.size(1);
  const Tensor w = or_none(weight), b = or_none(bias);
  const Tensor rm = or_none(running_mean), rv = or_none(running_var);
  check_channels("batch_norm", "weight", w, channels);
  check_channels("batch_norm", "bias", b, channels);
  check_channels("batch_norm", "running_mean", rm, channels);
  check_channels("batch_norm", "running_var", rv, channels);
  if (!training && !(rm.defined() && rv.defined()))
    fail("batch_norm: running_mean and running_var must be given when not training");

  const Scope scope{all_but(input.dim(), 1), true, !training, eps};
  Statistics by;
  if (!training) {
    {
      const NoGradGuard untaped;
      by = {over_channels(rm, input), (over_channels(rv, input) + eps).rsqrt()};
    }
    return composed("batch_norm", input.contiguous(), w, b, scope, by);
  }
  Tensor y, mean, var;
  if (can_fuse(input, w, b)) {
    y = fused("batch_norm", input, w, b, scope, &mean, &var);
  } else {
    const NoGradGuard untaped;
    var = input.var(scope.over, Scalar(0), true);
    mean = input.mean(scope.over, true);
    by = {mean, (var + eps).rsqrt()};
  }
  if (rm.defined() || rv.defined()) {
    const NoGradGuard untaped;
    const int64_t count = channels == 0 ? 0 : input.numel() / channels;
    if (rm.defined()) rm.lerp_(mean.reshape({channels}), momentum);
    if (rv.defined())
      rv.lerp_(var.reshape({channels}) * (double(count) / double(count - 1)), momentum);
  }
  return y.defined() ? y : composed("batch_norm", input, w, b, scope, by);
}

Tensor layer_norm(const Tensor& input, IntArrayRef normalized_shape,
                  const std::optional<Tensor>& weight, const std::optional<Tensor>& bias,
                  double eps, bool) {
  const size_t n = normalized_shape.size();
  if (n == 0) fail("layer_norm: normalized_shape is empty");
  const auto check = [&](const char* what, const Tensor& t) {
    if (t.defined() && t.sizes() != normalized_shape)
      fail("layer_norm: {} has shape {}, normalized_shape is {}", what, t.sizes(),
           normalized_shape);
  };
  const Tensor w = or_none(weight), b = or_none(bias);
  check("weight", w);
  check("bias", b);
  const IntArrayRef sizes = input.sizes();
  if (sizes.size() < n || sizes.slice(sizes.size() - n) != normalized_shape)
    fail("layer_norm: the input's shape {} does not end in normalized_shape {}", sizes,
         normalized_shape);
  Scope scope{{}, false, false, eps};
  scope.read = 0b111;
  for (size_t d = sizes.size() - n; d < sizes.size(); ++d) scope.over.push_back(int64_t(d));
  return own_statistics("layer_norm", input, w, b, scope);
}

Tensor group_norm(const Tensor& input, int64_t num_groups, const std::optional<Tensor>& weight,
                  const std::optional<Tensor>& bias, double eps, bool) {
  if (input.dim() < 2) fail("group_norm: the input needs 2 dims or more, got {}", input.sizes());
  const int64_t channels = input.size(1);
  if (num_groups <= 0 || channels % num_groups != 0)
    fail("group_norm: {} channels do not make {} groups", channels, num_groups);
  const Tensor w = or_none(weight), b = or_none(bias);
  check_channels("group_norm", "weight", w, channels);
  check_channels("group_norm", "bias", b, channels);
  if (can_fuse(input, w, b))
    return fused("group_norm", input, w, b, {{}, false, false, eps, true, num_groups});
  const Tensor groups = input.reshape(
      {Checked("group_norm", input.size(0)) * num_groups,
       input.size(0) == 0 ? channels / num_groups : input.numel() / input.size(0) / num_groups});
  const Scope scope{{1}, false, false, eps};
  const Tensor y = own_statistics("group_norm", groups, {}, {}, scope).reshape(input.sizes());
  return called("group_norm", scaled(y, over_channels(w, input), over_channels(b, input)));
}

Tensor rms_norm(const Tensor& input, IntArrayRef normalized_shape,
                const std::optional<Tensor>& weight, std::optional<double> eps) {
  const size_t n = normalized_shape.size();
  const IntArrayRef sizes = input.sizes();
  if (n == 0) fail("rms_norm: normalized_shape is empty");
  if (sizes.size() < n || sizes.slice(sizes.size() - n) != normalized_shape)
    fail("rms_norm: the input's shape {} does not end in normalized_shape {}", sizes,
         normalized_shape);
  const bool scaled = weight && weight->defined();
  if (scaled && weight->sizes() != normalized_shape)
    fail("rms_norm: weight has shape {}, normalized_shape is {}", weight->sizes(),
         normalized_shape);
  std::vector<int64_t> dims;
  for (size_t d = sizes.size() - n; d < sizes.size(); ++d) dims.push_back(int64_t(d));
  const double least = input.dtype() == kDouble ? std::numeric_limits<double>::epsilon()
                                                : std::numeric_limits<float>::epsilon();
  const Scope scope{dims, false, false, eps.value_or(least), /*centred=*/false};
  const Tensor w = or_none(weight);
  if (can_fuse(input, w, {})) return fused("rms_norm", input, w, {}, scope);
  const Tensor y = input * statistics(input, scope).rstd;
  return scaled ? y * w : y;
}

Tensor instance_norm(const Tensor& input, const std::optional<Tensor>& weight,
                     const std::optional<Tensor>& bias, const std::optional<Tensor>& running_mean,
                     const std::optional<Tensor>& running_var, bool use_input_stats,
                     double momentum, double eps, bool) {
  if (input.dim() < 2) fail("instance_norm: the input needs 2 dims or more, got {}", input.sizes());
  const int64_t images = input.size(0), channels = input.size(1);
  const bool tracked = running_mean && running_mean->defined();
  if (!use_input_stats && !(tracked && running_var && running_var->defined()))
    fail("instance_norm: running_mean and running_var must be given without use_input_stats");
  // The batch becomes channels, each with statistics of its own.
  const auto repeated = [&](const std::optional<Tensor>& t) -> std::optional<Tensor> {
    if (!t || !t->defined()) return std::nullopt;
    if (t->numel() != channels)
      fail("instance_norm: {} elements for {} channels", t->numel(), channels);
    return t->repeat({images});
  };
  std::vector<int64_t> sizes = input.sizes().vec();
  sizes[0] = 1, sizes[1] = product({images, channels});
  std::optional<Tensor> mean, var;
  {
    const NoGradGuard untaped;
    mean = repeated(running_mean), var = repeated(running_var);
  }
  const Tensor y = batch_norm(input.reshape(sizes), repeated(weight), repeated(bias), mean, var,
                              use_input_stats, momentum, eps);
  if (use_input_stats && images > 0) {
    const NoGradGuard untaped;
    if (mean) running_mean->copy_(mean->view({images, channels}).mean({0}));
    if (var) running_var->copy_(var->view({images, channels}).mean({0}));
  }
  return y.reshape(input.sizes());
}

}  // namespace gradus
