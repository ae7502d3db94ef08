#include "autograd/ops/nn/native.h"

#include "autograd/modes.h"
#include "autograd/ops/image/conv.h"
#include "autograd/ops/image/vision.h"
#include "autograd/ops/nn/activation.h"
#include "autograd/ops/nn/normalisation.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/random/fill.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {

namespace {

using Triple = std::tuple<Tensor, Tensor, Tensor>;
using Pair = std::tuple<Tensor, Tensor>;

// y, and the mean and the reciprocal deviation of x over some dims.
Triple with_moments(Tensor y, const Tensor& x, IntArrayRef dims, bool keepdim, double eps) {
  const NoGradGuard untaped;
  const Tensor values = x.detach();
  return {std::move(y), values.mean(dims, keepdim),
          values.var(dims, false, keepdim).add_(eps).rsqrt_()};
}

}  // namespace

Triple native_batch_norm(const Tensor& input, const std::optional<Tensor>& weight,
                         const std::optional<Tensor>& bias,
                         const std::optional<Tensor>& running_mean,
                         const std::optional<Tensor>& running_var, bool training, double momentum,
                         double eps) {
  Tensor y = batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps);
  if (!training) return {std::move(y), raw::empty(0, input.dtype()), raw::empty(0, input.dtype())};
  Dims dims;
  for (int64_t d = 0; d < input.dim(); ++d)
    if (d != 1) dims.push_back(d);
  return with_moments(std::move(y), input, dims, false, eps);
}

Triple native_layer_norm(const Tensor& input, IntArrayRef normalized_shape,
                         const std::optional<Tensor>& weight, const std::optional<Tensor>& bias,
                         double eps) {
  Tensor y = layer_norm(input, normalized_shape, weight, bias, eps);
  Dims dims;
  for (int64_t d = input.dim() - int64_t(normalized_shape.size()); d < input.dim(); ++d)
    dims.push_back(d);
  return with_moments(std::move(y), input, dims, true, eps);
}

Triple native_group_norm(const Tensor& input, const std::optional<Tensor>& weight,
                         const std::optional<Tensor>& bias, int64_t N, int64_t C, int64_t HxW,
                         int64_t group, double eps) {
  if (checked_numel({N, C, HxW}, "native_group_norm") != input.numel() || input.dim() < 2 ||
      input.size(0) != N || input.size(1) != C)
    fail("native_group_norm: shape {} is not {} samples of {} channels of {}", input.sizes(), N, C,
         HxW);
  Tensor y = group_norm(input, group, weight, bias, eps);
  const int64_t each = group > 0 ? C / group * HxW : 0;
  return with_moments(std::move(y), input.detach().reshape({N, group, each}), {2}, false, eps);
}

Pair native_dropout(const Tensor& input, double p, std::optional<bool> train) {
  if (!(p >= 0 && p <= 1)) fail("native_dropout: p must be in [0, 1], got {}", p);
  Tensor mask = raw::full(input.sizes(), true, kBool);
  if (train && !*train) return {input.clone(), std::move(mask)};
  if (input.numel() == 0) return {input, std::move(mask)};
  mask.bernoulli_(1 - p);
  return {input * mask * (p == 1 ? 0 : 1 / (1 - p)), std::move(mask)};
}

Tensor native_channel_shuffle(const Tensor& self, int64_t groups) {
  return channel_shuffle(self, groups);
}

Pair log_sigmoid_forward(const Tensor& self) {
  return {log_sigmoid(self), self.detach().abs().neg_().exp_()};
}

Pair nll_loss_forward(const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight,
                      int64_t reduction, int64_t ignore_index) {
  Tensor loss = nll_loss(self, target, weight, reduction, ignore_index);
  const NoGradGuard untaped;
  if (reduction == Reduction::None) return {std::move(loss), raw::zeros({}, self.dtype())};
  const Tensor counted = target.ne(ignore_index);
  if (!weight || !weight->defined()) return {std::move(loss), counted.sum().to(self.dtype())};
  const Tensor classes = target.masked_fill(counted.logical_not(), 0).reshape(-1).to(kLong);
  return {std::move(loss),
          weight->detach().index_select(0, classes).mul_(counted.reshape(-1)).sum()};
}

namespace {
void check_2d(const char* op, const Tensor& self, const Tensor& target) {
  if (self.dim() != 4 || target.dim() != 3)
    fail("{}: expected shapes [N, C, H, W] and [N, H, W], got {} and {}", op, self.sizes(),
         target.sizes());
}
}  // namespace
Tensor nll_loss2d(const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight,
                  int64_t reduction, int64_t ignore_index) {
  check_2d("nll_loss2d", self, target);
  return nll_loss(self, target, weight, reduction, ignore_index);
}
Pair nll_loss2d_forward(const Tensor& self, const Tensor& target,
                        const std::optional<Tensor>& weight, int64_t reduction,
                        int64_t ignore_index) {
  check_2d("nll_loss2d_forward", self, target);
  return nll_loss_forward(self, target, weight, reduction, ignore_index);
}

Pair multilabel_margin_loss_forward(const Tensor& self, const Tensor& target, int64_t reduction) {
  Tensor loss = multilabel_margin_loss(self, target, reduction);
  const NoGradGuard untaped;
  // Targets end before the first that is negative; the places after it write 0 beside the last one.
  const Tensor given = target.lt(0).cumsum(-1).eq(0);
  const Tensor wide = raw::zeros(target.sizes(), self.dtype());
  const Tensor is_target = wide.scatter_add(-1, target.clamp_min(0), given.to(self.dtype()));
  return {std::move(loss), is_target.clamp_max(1)};
}

Tensor grid_sampler_2d(const Tensor& input, const Tensor& grid, int64_t interpolation_mode,
                       int64_t padding_mode, bool align_corners) {
  if (input.dim() != 4) fail("grid_sampler_2d: expected 4 dims, got shape {}", input.sizes());
  return grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners);
}
Tensor grid_sampler_3d(const Tensor& input, const Tensor& grid, int64_t interpolation_mode,
                       int64_t padding_mode, bool align_corners) {
  if (input.dim() != 5) fail("grid_sampler_3d: expected 5 dims, got shape {}", input.sizes());
  return grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners);
}

Tensor conv_depthwise3d(const Tensor& self, const Tensor& weight, IntArrayRef kernel_size,
                        const std::optional<Tensor>& bias, IntArrayRef stride, IntArrayRef padding,
                        IntArrayRef dilation) {
  if (self.dim() != 5 || weight.dim() != 5)
    fail("conv_depthwise3d: expected 5 dims, got shapes {} and {}", self.sizes(), weight.sizes());
  if (!(entries("conv_depthwise3d", "kernel_size", kernel_size, 3, 1).ref() ==
        weight.sizes().slice(2)))
    fail("conv_depthwise3d: kernel_size {} is not that of a weight of shape {}", kernel_size,
         weight.sizes());
  return conv3d(self, weight, bias, stride, padding, dilation, self.size(1));
}

namespace {
Tensor slopes_of(const Tensor& self, Tensor& noise, const Scalar& lower, const Scalar& upper,
                 const std::optional<Generator>& generator) {
  const char* op = "rrelu_with_noise";
  if (!(noise.sizes() == self.sizes()) || noise.dtype() != self.dtype())
    fail("{}: noise of shape {} and {} for an input of shape {} and {}", op, noise.sizes(),
         noise.dtype(), self.sizes(), self.dtype());
  if (!(lower.toDouble() <= upper.toDouble()))
    fail("{}: lower {} is above upper {}", op, lower.toDouble(), upper.toDouble());
  const NoGradGuard untaped;
  Tensor slopes = raw::rrelu_slopes(self, lower.toDouble(), upper.toDouble(),
                                    gradus::detail::generator_or_default(generator));
  noise.copy_(slopes);
  return slopes;
}
}  // namespace
Tensor rrelu_with_noise(const Tensor& self, Tensor& noise, const Scalar& lower, const Scalar& upper,
                        bool training, std::optional<Generator> generator) {
  if (!training) return rrelu(self, lower, upper, false);
  return self * slopes_of(self, noise, lower, upper, generator);
}
Tensor& rrelu_with_noise_(Tensor& self, Tensor& noise, const Scalar& lower, const Scalar& upper,
                          bool training, std::optional<Generator> generator) {
  if (!training) return rrelu_(self, lower, upper, false);
  return self.mul_(slopes_of(self, noise, lower, upper, generator));
}

}  // namespace gradus
