// Batch norm over the batches of all ranks together.
#pragma once

#include "distributed/group/process_group.h"
#include "nn/layers/normalisation.h"

namespace gradus::distributed {

/// The sum over all ranks of their x, in each of them, with gradients of any order: that of x is
/// the sum of all ranks' gradients of the result. All ranks call it, and its backward pass, in the
/// same order; ranks whose purposes differ are told so. Floating-point x. Throws Error for others.
Tensor differentiable_all_reduce(const Tensor& x, const intrusive_ptr<ProcessGroup>& group,
                                 const std::string& purpose = {});

/// functional::batch_norm() in training over the rows of all ranks, whose numbers may differ: input
/// [N, C, ...], statistics and parameters [C] or undefined. The running variance gets the unbiased
/// one of all rows. Gradients of any order. Throws Error where all ranks together have fewer than
/// two values per channel, and for an input of less than 2 dims. All ranks call it in the same
/// order, and their backward passes come to it in the same order; ranks whose purposes differ are
/// told so.
Tensor sync_batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                       const Tensor& weight, const Tensor& bias, double momentum, double eps,
                       const intrusive_ptr<ProcessGroup>& group, const std::string& purpose = {});

/// From now on, the BatchNorm1d to BatchNorm3d and SyncBatchNorm of a module and below it normalise
/// in training over all ranks of the group. The layers stay what and where they are, so that
/// members that hold them need no change. A clone does the same; nothing of it is saved. Their sums
/// go through the group beside() the given one, so that they do not mix with other exchanges. All
/// ranks call it. Throws Error, with both sides named, where ranks have other layers; and later
/// where the layers of ranks come in another order, or another number of times.
void convert_sync_batchnorm(nn::Module& module, const intrusive_ptr<ProcessGroup>& group);
/// The same, of a module by its holder or pointer, which it gives back.
template <class M>
requires requires(M& m) { *m; }
M convert_sync_batchnorm(M module, const intrusive_ptr<ProcessGroup>& group) {
  convert_sync_batchnorm(static_cast<nn::Module&>(*module), group);
  return module;
}
/// The same of these layers, by their names.
void convert_sync_batchnorm(const std::vector<std::pair<std::string, nn::Module*>>& layers,
                            const intrusive_ptr<ProcessGroup>& group);
/// Whether this layer does so.
bool is_sync_batchnorm(const nn::Module& layer);

}  // namespace gradus::distributed
