#include "autograd/ops/norm_layers.h"

#include "autograd/ops/pointwise.h"
#include "autograd/record.h"
#include "tensor/fail.h"

namespace gradus {
using namespace autograd;

namespace {

struct Statistics {
  Tensor mean, rstd;  // of x's dims, 1 in those reduced over
};

Statistics statistics(const Tensor& x, IntArrayRef dims, double eps) {
  return {x.mean(dims, /*keepdim=*/true), (x.var(dims, Scalar(0), true) + eps).rsqrt()};
}

// x * scale + shift, broadcast. Either may be undefined.
Tensor scaled(const Tensor& x, const Tensor& scale, const Tensor& shift) {
  if (scale.defined() && shift.defined()) return addcmul(shift, x, scale);
  if (scale.defined()) return x * scale;
  return shift.defined() ? x + shift : x;
}

// Normalisation by statistics over `dims`, which come from x itself unless `fixed`. weight and bias
// broadcast to x, or are undefined. One node; its backward is in taped operations, and when it is
// recorded it makes the statistics anew from x, so that their own dependence on x is on the tape.
Tensor normalized(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias,
                  IntArrayRef dims, double eps, bool fixed, const Statistics& by) {
  Tensor y;
  {
    const NoGradGuard untaped;
    // The order of PyTorch: one factor and one summand for each element where that is possible.
    const bool per_group = !weight.defined() || weight.numel() <= by.mean.numel();
    if (per_group) {
      const Tensor scale = weight.defined() ? by.rstd * weight : by.rstd;
      const Tensor shift = -by.mean * scale;
      y = addcmul(bias.defined() ? bias + shift : shift, x, scale);
    } else {
      y = scaled(addcmul(-by.mean * by.rstd, x, by.rstd), weight, bias);
    }
  }
  const std::vector<int64_t> over = dims.vec();
  return record_joint(
      op, std::move(y), {x, weight, bias},
      [sx = save(x), sw = save(weight), mean = save(by.mean), rstd = save(by.rstd),
       has_bias = bias.defined(), over, eps, fixed](const Tensor& dy, const Needs& needs) {
        const Tensor& w = *sw;
        const Statistics s = GradMode::is_enabled() && !fixed ? statistics(*sx, over, eps)
                                                              : Statistics{*mean, *rstd};
        std::vector<Tensor> grads(3);
        const Tensor dxhat = w.defined() ? dy * w : dy;
        if (needs[2]) grads[2] = dy;
        if (fixed && !needs[1]) {
          if (needs[0]) grads[0] = dxhat * s.rstd;
          return grads;
        }
        const Tensor xhat = (*sx - s.mean) * s.rstd;
        if (needs[1]) grads[1] = dy * xhat;
        if (!needs[0]) return grads;
        if (fixed) {
          grads[0] = dxhat * s.rstd;
        } else {
          const Tensor level = dxhat.mean(over, true), tilt = (dxhat * xhat).mean(over, true);
          grads[0] = (dxhat - level - xhat * tilt) * s.rstd;
        }
        return grads;
      });
}

Tensor or_none(const std::optional<Tensor>& t) { return t ? *t : Tensor(); }

void check_channels(const char* op, const char* what, const Tensor& t, int64_t channels) {
  if (t.defined() && t.numel() != channels)
    fail("{}: {} has {} elements for {} channels", op, what, t.numel(), channels);
}

// A vector over dim 1 of x.
Tensor over_channels(const Tensor& v, const Tensor& x) {
  if (!v.defined()) return v;
  std::vector<int64_t> shape(size_t(x.dim()), 1);
  shape[1] = v.numel();
  return v.reshape(shape);
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

  const std::vector<int64_t> dims = all_but(input.dim(), 1);
  Statistics by;
  {
    const NoGradGuard untaped;
    if (!training) {
      by = {over_channels(rm, input), (over_channels(rv, input) + eps).rsqrt()};
    } else {
      const int64_t count = channels == 0 ? 0 : input.numel() / channels;
      const Tensor var = input.var(dims, Scalar(0), true);
      by = {input.mean(dims, true), (var + eps).rsqrt()};
      if (rm.defined()) rm.lerp_(by.mean.reshape({channels}), momentum);
      if (rv.defined())
        rv.lerp_(var.reshape({channels}) * (double(count) / double(count - 1)), momentum);
    }
  }
  return normalized("batch_norm", input, over_channels(w, input), over_channels(b, input), dims,
                    eps, !training, by);
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
  std::vector<int64_t> dims;
  for (size_t d = sizes.size() - n; d < sizes.size(); ++d) dims.push_back(int64_t(d));
  Statistics by;
  {
    const NoGradGuard untaped;
    by = statistics(input, dims, eps);
  }
  return normalized("layer_norm", input, w, b, dims, eps, false, by);
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
  const Tensor groups = input.reshape(
      {input.size(0) * num_groups,
       input.size(0) == 0 ? channels / num_groups : input.numel() / input.size(0) / num_groups});
  Statistics by;
  {
    const NoGradGuard untaped;
    by = statistics(groups, {1}, eps);
  }
  const Tensor y =
      normalized("group_norm", groups, {}, {}, {1}, eps, false, by).reshape(input.sizes());
  return scaled(y, over_channels(w, input), over_channels(b, input));
}

}  // namespace gradus
