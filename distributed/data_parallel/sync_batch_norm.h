// Batch norm over the batches of all ranks together.
#pragma once

#include "distributed/group/process_group.h"
#include "nn/layers/normalisation.h"

namespace gradus::distributed {

/// The sum over all ranks of their x, in each of them, with gradients of any order: that of x is
/// the sum of all ranks' gradients of the result. All ranks call it, and its backward pass, in the
/// same order. Floating-point x. Throws Error for others.
Tensor differentiable_all_reduce(const Tensor& x, const intrusive_ptr<ProcessGroup>& group);

/// functional::batch_norm() in training over the rows of all ranks, whose numbers may differ: input
/// [N, C, ...], statistics and parameters [C] or undefined. The running variance gets the unbiased
/// one of all rows. Gradients of any order. Throws Error where all ranks together have fewer than
/// two values per channel, and for an input of less than 2 dims.
Tensor sync_batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                       const Tensor& weight, const Tensor& bias, double momentum, double eps,
                       const intrusive_ptr<ProcessGroup>& group);

/// From now on, the BatchNorm1d to BatchNorm3d and SyncBatchNorm of a module and below it normalise
/// in training over all ranks of the group. The layers stay what and where they are, so that
/// members that hold them need no change. A clone does the same; nothing of it is saved.
void convert_sync_batchnorm(nn::Module& module, const intrusive_ptr<ProcessGroup>& group);
/// The same, of a module by its holder or pointer, which it gives back.
template <class M>
requires requires(M& m) { *m; }
M convert_sync_batchnorm(M module, const intrusive_ptr<ProcessGroup>& group) {
  convert_sync_batchnorm(static_cast<nn::Module&>(*module), group);
  return module;
}
/// Whether this layer does so.
bool is_sync_batchnorm(const nn::Module& layer);

}  // namespace gradus::distributed
