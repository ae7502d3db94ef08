#include "autograd/ops/nn/out.h"

#include "autograd/ops/nn/native.h"
#include "autograd/ops/nn/nn.h"

namespace gradus {

using detail::write_out;
using detail::write_pair;
using detail::write_triple;

Tensor& binary_cross_entropy_out(Tensor& out, const Tensor& self, const Tensor& target,
                                 const std::optional<Tensor>& weight, int64_t reduction) {
  return write_out("binary_cross_entropy", out,
                   binary_cross_entropy(self, target, weight, reduction));
}
Tensor& binary_cross_entropy_with_logits_out(Tensor& out, const Tensor& self, const Tensor& target,
                                             const std::optional<Tensor>& weight,
                                             const std::optional<Tensor>& pos_weight,
                                             int64_t reduction) {
  return write_out("binary_cross_entropy_with_logits", out,
                   binary_cross_entropy_with_logits(self, target, weight, pos_weight, reduction));
}
Tensor& celu_out(Tensor& out, const Tensor& self, const Scalar& alpha) {
  return write_out("celu", out, celu(self, alpha));
}
Tensor& embedding_out(Tensor& out, const Tensor& weight, const Tensor& indices, int64_t padding_idx,
                      bool scale_grad_by_freq, bool sparse) {
  return write_out("embedding", out,
                   embedding(weight, indices, padding_idx, scale_grad_by_freq, sparse));
}
Tensor& huber_loss_out(Tensor& out, const Tensor& self, const Tensor& target, int64_t reduction,
                       double delta) {
  return write_out("huber_loss", out, huber_loss(self, target, reduction, delta));
}
OutputPair log_sigmoid_forward_out(Tensor& output, Tensor& buffer, const Tensor& self) {
  return write_pair("log_sigmoid_forward", output, buffer, log_sigmoid_forward(self));
}
Tensor& mse_loss_out(Tensor& out, const Tensor& self, const Tensor& target, int64_t reduction) {
  return write_out("mse_loss", out, mse_loss(self, target, reduction));
}
Tensor& multi_margin_loss_out(Tensor& out, const Tensor& self, const Tensor& target,
                              const Scalar& p, const Scalar& margin,
                              const std::optional<Tensor>& weight, int64_t reduction) {
  return write_out("multi_margin_loss", out,
                   multi_margin_loss(self, target, p, margin, weight, reduction));
}
Tensor& multilabel_margin_loss_out(Tensor& out, const Tensor& self, const Tensor& target,
                                   int64_t reduction) {
  return write_out("multilabel_margin_loss", out, multilabel_margin_loss(self, target, reduction));
}
OutputPair multilabel_margin_loss_forward_out(Tensor& output, Tensor& is_target, const Tensor& self,
                                              const Tensor& target, int64_t reduction) {
  return write_pair("multilabel_margin_loss_forward", output, is_target,
                    multilabel_margin_loss_forward(self, target, reduction));
}
OutputTriple native_batch_norm_out(Tensor& out, Tensor& save_mean, Tensor& save_invstd,
                                   const Tensor& input, const std::optional<Tensor>& weight,
                                   const std::optional<Tensor>& bias,
                                   const std::optional<Tensor>& running_mean,
                                   const std::optional<Tensor>& running_var, bool training,
                                   double momentum, double eps) {
  return write_triple(
      "native_batch_norm", out, save_mean, save_invstd,
      native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps));
}
OutputPair native_dropout_out(Tensor& out0, Tensor& out1, const Tensor& input, double p,
                              std::optional<bool> train) {
  return write_pair("native_dropout", out0, out1, native_dropout(input, p, train));
}
OutputTriple native_group_norm_out(Tensor& out0, Tensor& out1, Tensor& out2, const Tensor& input,
                                   const std::optional<Tensor>& weight,
                                   const std::optional<Tensor>& bias, int64_t N, int64_t C,
                                   int64_t HxW, int64_t group, double eps) {
  return write_triple("native_group_norm", out0, out1, out2,
                      native_group_norm(input, weight, bias, N, C, HxW, group, eps));
}
OutputTriple native_layer_norm_out(Tensor& out0, Tensor& out1, Tensor& out2, const Tensor& input,
                                   IntArrayRef normalized_shape,
                                   const std::optional<Tensor>& weight,
                                   const std::optional<Tensor>& bias, double eps) {
  return write_triple("native_layer_norm", out0, out1, out2,
                      native_layer_norm(input, normalized_shape, weight, bias, eps));
}
Tensor& nll_loss_out(Tensor& out, const Tensor& self, const Tensor& target,
                     const std::optional<Tensor>& weight, int64_t reduction, int64_t ignore_index) {
  return write_out("nll_loss", out, nll_loss(self, target, weight, reduction, ignore_index));
}
Tensor& nll_loss2d_out(Tensor& out, const Tensor& self, const Tensor& target,
                       const std::optional<Tensor>& weight, int64_t reduction,
                       int64_t ignore_index) {
  return write_out("nll_loss2d", out, nll_loss2d(self, target, weight, reduction, ignore_index));
}
OutputPair nll_loss2d_forward_out(Tensor& output, Tensor& total_weight, const Tensor& self,
                                  const Tensor& target, const std::optional<Tensor>& weight,
                                  int64_t reduction, int64_t ignore_index) {
  return write_pair("nll_loss2d_forward", output, total_weight,
                    nll_loss2d_forward(self, target, weight, reduction, ignore_index));
}
OutputPair nll_loss_forward_out(Tensor& output, Tensor& total_weight, const Tensor& self,
                                const Tensor& target, const std::optional<Tensor>& weight,
                                int64_t reduction, int64_t ignore_index) {
  return write_pair("nll_loss_forward", output, total_weight,
                    nll_loss_forward(self, target, weight, reduction, ignore_index));
}
Tensor& rrelu_with_noise_out(Tensor& out, const Tensor& self, Tensor& noise, const Scalar& lower,
                             const Scalar& upper, bool training,
                             std::optional<Generator> generator) {
  return write_out("rrelu_with_noise", out,
                   rrelu_with_noise(self, noise, lower, upper, training, generator));
}
Tensor& smooth_l1_loss_out(Tensor& out, const Tensor& self, const Tensor& target, int64_t reduction,
                           double beta) {
  return write_out("smooth_l1_loss", out, smooth_l1_loss(self, target, reduction, beta));
}
Tensor& soft_margin_loss_out(Tensor& out, const Tensor& self, const Tensor& target,
                             int64_t reduction) {
  return write_out("soft_margin_loss", out, soft_margin_loss(self, target, reduction));
}

}  // namespace gradus
