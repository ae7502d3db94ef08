// Layers' operations by the names under which libtorch has their several results.
#pragma once

#include <tuple>

#include "autograd/ops/nn/loss.h"
#include "tensor/random/generator.h"
#include "tensor/tensor.h"

namespace gradus {

/// batch_norm(), and with `training` the mean and 1 / sqrt(variance + eps) of each channel (else
/// two empty tensors), without gradients.
std::tuple<Tensor, Tensor, Tensor> native_batch_norm(const Tensor& input,
                                                     const std::optional<Tensor>& weight,
                                                     const std::optional<Tensor>& bias,
                                                     const std::optional<Tensor>& running_mean,
                                                     const std::optional<Tensor>& running_var,
                                                     bool training, double momentum, double eps);
/// layer_norm(), and the mean and 1 / sqrt(variance + eps) of each normalised slice, its dims of
/// size 1, without gradients.
std::tuple<Tensor, Tensor, Tensor> native_layer_norm(const Tensor& input,
                                                     IntArrayRef normalized_shape,
                                                     const std::optional<Tensor>& weight,
                                                     const std::optional<Tensor>& bias, double eps);
/// group_norm() of N samples of C channels and HxW elements each, and the means and 1 /
/// sqrt(variances + eps), [N, group], without gradients. Throws Error where the input has another
/// number of elements.
std::tuple<Tensor, Tensor, Tensor> native_group_norm(const Tensor& input,
                                                     const std::optional<Tensor>& weight,
                                                     const std::optional<Tensor>& bias, int64_t N,
                                                     int64_t C, int64_t HxW, int64_t group,
                                                     double eps);
/// The input with elements set to 0 with probability p and the others divided by 1 - p, and a bool
/// tensor of those that stay; a copy and all true where `train` is false. Throws Error unless 0 <=
/// p <= 1.
std::tuple<Tensor, Tensor> native_dropout(const Tensor& input, double p, std::optional<bool> train);
/// The same as channel_shuffle().
Tensor native_channel_shuffle(const Tensor& self, int64_t groups);

/// log_sigmoid(), and e^-|x| without a gradient.
std::tuple<Tensor, Tensor> log_sigmoid_forward(const Tensor& self);
/// nll_loss(), and the sum of the weights of the targets that count (0 without reduction).
std::tuple<Tensor, Tensor> nll_loss_forward(const Tensor& self, const Tensor& target,
                                            const std::optional<Tensor>& weight, int64_t reduction,
                                            int64_t ignore_index);
/// nll_loss() of [N, C, H, W] with targets [N, H, W]. Throws Error for other dims.
Tensor nll_loss2d(const Tensor& self, const Tensor& target,
                  const std::optional<Tensor>& weight = {}, int64_t reduction = Reduction::Mean,
                  int64_t ignore_index = -100);
/// nll_loss2d() as nll_loss_forward().
std::tuple<Tensor, Tensor> nll_loss2d_forward(const Tensor& self, const Tensor& target,
                                              const std::optional<Tensor>& weight,
                                              int64_t reduction, int64_t ignore_index);
/// multilabel_margin_loss(), and 1 at the classes that are among the targets, else 0.
std::tuple<Tensor, Tensor> multilabel_margin_loss_forward(const Tensor& self, const Tensor& target,
                                                          int64_t reduction);

/// grid_sampler() of [N, C, H, W] with a grid [N, h, w, 2]. Throws Error for other dims.
Tensor grid_sampler_2d(const Tensor& input, const Tensor& grid, int64_t interpolation_mode,
                       int64_t padding_mode, bool align_corners);
/// grid_sampler() of [N, C, D, H, W] with a grid [N, d, h, w, 3]. Throws Error for other dims.
Tensor grid_sampler_3d(const Tensor& input, const Tensor& grid, int64_t interpolation_mode,
                       int64_t padding_mode, bool align_corners);
/// conv3d() with a group for each channel of the input. Throws Error where kernel_size is not that
/// of the weight.
Tensor conv_depthwise3d(const Tensor& self, const Tensor& weight, IntArrayRef kernel_size,
                        const std::optional<Tensor>& bias, IntArrayRef stride, IntArrayRef padding,
                        IntArrayRef dilation);

/// rrelu(), whose slopes in training are written to `noise`, of self's shape and type: 1 where self
/// is positive.
Tensor rrelu_with_noise(const Tensor& self, Tensor& noise, const Scalar& lower = 0.125,
                        const Scalar& upper = 1.0 / 3, bool training = false,
                        std::optional<Generator> generator = {});
/// rrelu_with_noise() written to self.
Tensor& rrelu_with_noise_(Tensor& self, Tensor& noise, const Scalar& lower = 0.125,
                          const Scalar& upper = 1.0 / 3, bool training = false,
                          std::optional<Generator> generator = {});

}  // namespace gradus
