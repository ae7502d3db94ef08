// Losses and layers' operations written to given tensors: see autograd/ops/out.h.
#pragma once

#include "autograd/ops/nn/loss.h"
#include "autograd/ops/out.h"

namespace gradus {

/// binary_cross_entropy(self, target, weight, reduction) into `out`.
Tensor& binary_cross_entropy_out(Tensor& out, const Tensor& self, const Tensor& target,
                                 const std::optional<Tensor>& weight = {},
                                 int64_t reduction = Reduction::Mean);
/// binary_cross_entropy_with_logits(self, target, weight, pos_weight, reduction) into `out`.
Tensor& binary_cross_entropy_with_logits_out(Tensor& out, const Tensor& self, const Tensor& target,
                                             const std::optional<Tensor>& weight = {},
                                             const std::optional<Tensor>& pos_weight = {},
                                             int64_t reduction = Reduction::Mean);
/// celu(self, alpha) into `out`.
Tensor& celu_out(Tensor& out, const Tensor& self, const Scalar& alpha = 1.0);
/// embedding(weight, indices, padding_idx, scale_grad_by_freq, sparse) into `out`.
Tensor& embedding_out(Tensor& out, const Tensor& weight, const Tensor& indices,
                      int64_t padding_idx = -1, bool scale_grad_by_freq = false,
                      bool sparse = false);
/// huber_loss(self, target, reduction, delta) into `out`.
Tensor& huber_loss_out(Tensor& out, const Tensor& self, const Tensor& target,
                       int64_t reduction = Reduction::Mean, double delta = 1.0);
/// log_sigmoid_forward(self) into `output` and `buffer`.
OutputPair log_sigmoid_forward_out(Tensor& output, Tensor& buffer, const Tensor& self);
/// mse_loss(self, target, reduction) into `out`.
Tensor& mse_loss_out(Tensor& out, const Tensor& self, const Tensor& target,
                     int64_t reduction = Reduction::Mean);
/// multi_margin_loss(self, target, p, margin, weight, reduction) into `out`.
Tensor& multi_margin_loss_out(Tensor& out, const Tensor& self, const Tensor& target,
                              const Scalar& p = 1, const Scalar& margin = 1,
                              const std::optional<Tensor>& weight = {},
                              int64_t reduction = Reduction::Mean);
/// multilabel_margin_loss(self, target, reduction) into `out`.
Tensor& multilabel_margin_loss_out(Tensor& out, const Tensor& self, const Tensor& target,
                                   int64_t reduction = Reduction::Mean);
/// multilabel_margin_loss_forward(self, target, reduction) into `output` and `is_target`.
OutputPair multilabel_margin_loss_forward_out(Tensor& output, Tensor& is_target, const Tensor& self,
                                              const Tensor& target, int64_t reduction);
/// native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps) into
/// `out` and `save_mean` and `save_invstd`.
OutputTriple native_batch_norm_out(Tensor& out, Tensor& save_mean, Tensor& save_invstd,
                                   const Tensor& input, const std::optional<Tensor>& weight,
                                   const std::optional<Tensor>& bias,
                                   const std::optional<Tensor>& running_mean,
                                   const std::optional<Tensor>& running_var, bool training,
                                   double momentum, double eps);
/// native_dropout(input, p, train) into `out0` and `out1`.
OutputPair native_dropout_out(Tensor& out0, Tensor& out1, const Tensor& input, double p,
                              std::optional<bool> train);
/// native_group_norm(input, weight, bias, N, C, HxW, group, eps) into `out0` and `out1` and `out2`.
OutputTriple native_group_norm_out(Tensor& out0, Tensor& out1, Tensor& out2, const Tensor& input,
                                   const std::optional<Tensor>& weight,
                                   const std::optional<Tensor>& bias, int64_t N, int64_t C,
                                   int64_t HxW, int64_t group, double eps);
/// native_layer_norm(input, normalized_shape, weight, bias, eps) into `out0` and `out1` and `out2`.
OutputTriple native_layer_norm_out(Tensor& out0, Tensor& out1, Tensor& out2, const Tensor& input,
                                   IntArrayRef normalized_shape,
                                   const std::optional<Tensor>& weight,
                                   const std::optional<Tensor>& bias, double eps);
/// nll_loss(self, target, weight, reduction, ignore_index) into `out`.
Tensor& nll_loss_out(Tensor& out, const Tensor& self, const Tensor& target,
                     const std::optional<Tensor>& weight = {}, int64_t reduction = Reduction::Mean,
                     int64_t ignore_index = -100);
/// nll_loss2d(self, target, weight, reduction, ignore_index) into `out`.
Tensor& nll_loss2d_out(Tensor& out, const Tensor& self, const Tensor& target,
                       const std::optional<Tensor>& weight = {},
                       int64_t reduction = Reduction::Mean, int64_t ignore_index = -100);
/// nll_loss2d_forward(self, target, weight, reduction, ignore_index) into `output` and
/// `total_weight`.
OutputPair nll_loss2d_forward_out(Tensor& output, Tensor& total_weight, const Tensor& self,
                                  const Tensor& target, const std::optional<Tensor>& weight,
                                  int64_t reduction, int64_t ignore_index);
/// nll_loss_forward(self, target, weight, reduction, ignore_index) into `output` and
/// `total_weight`.
OutputPair nll_loss_forward_out(Tensor& output, Tensor& total_weight, const Tensor& self,
                                const Tensor& target, const std::optional<Tensor>& weight,
                                int64_t reduction, int64_t ignore_index);
/// rrelu_with_noise(self, noise, lower, upper, training, generator) into `out`.
Tensor& rrelu_with_noise_out(Tensor& out, const Tensor& self, Tensor& noise,
                             const Scalar& lower = 0.125, const Scalar& upper = 1.0 / 3,
                             bool training = false, std::optional<Generator> generator = {});
/// smooth_l1_loss(self, target, reduction, beta) into `out`.
Tensor& smooth_l1_loss_out(Tensor& out, const Tensor& self, const Tensor& target,
                           int64_t reduction = Reduction::Mean, double beta = 1.0);
/// soft_margin_loss(self, target, reduction) into `out`.
Tensor& soft_margin_loss_out(Tensor& out, const Tensor& self, const Tensor& target,
                             int64_t reduction = Reduction::Mean);

}  // namespace gradus
