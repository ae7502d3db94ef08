// fit(): the loop over epochs and batches, for those who need no other.
#pragma once

#include <functional>
#include <type_traits>

#include "monitor/fit/batches.h"
#include "monitor/fit/fit_options.h"
#include "nn/module.h"
#include "nn/module_holder.h"
#include "optim/optimizer.h"

namespace gradus::monitor {
namespace detail {

// A training without the types of its model, loss and loaders.
struct FitParts {
  nn::Module& model;
  Tensor (*forward)(nn::Module& model, const Tensor& data);  // also of copies of the model
  std::function<Tensor(const Tensor& output, const Tensor& target)> loss;
  optim::Optimizer& optimizer;
  Batches& train;
  Batches* valid;
};
FitHistory run_fit(const FitParts& parts, const FitOptions& options);

template <class Model>
auto& module_of(Model& model) {
  if constexpr (std::is_base_of_v<nn::Module, Model>)
    return model;
  else
    return *model;
}

template <class Model, class Loss>
FitParts fit_parts(Model& model, Loss& loss, optim::Optimizer& optimizer, Batches& train,
                   Batches* valid) {
  const auto forward = [](nn::Module& module, const Tensor& data) {
    return Tensor(gradus::detail::call(dynamic_cast<Model&>(module), data));
  };
  const auto loss_of = [&loss](const Tensor& output, const Tensor& target) {
    if constexpr (requires { Tensor(loss(output, target)); })
      return Tensor(loss(output, target));
    else if constexpr (requires { Tensor(loss->forward(output, target)); })
      return Tensor(loss->forward(output, target));
    else
      return Tensor(loss.forward(output, target));
  };
  return {model, forward, loss_of, optimizer, train, valid};
}

}  // namespace detail

/// Trains a model:
///
///   auto history = monitor::fit(net, nn::CrossEntropyLoss(), optimizer, *train, *valid,
///                               monitor::FitOptions().epochs(10).checkpoint("runs/first"));
///
/// It is the loop that one would write by hand, of the parts that one would use:
///
///   for each epoch:
///     net->train()
///     for each batch (of a group of accumulate() batches):
///       loss(net(data), target).backward()
///     clip the gradients; optimizer.step(); the average; the schedule; on_step()
///     net->eval(), and the validation's loss and metrics, without history, of the averaged weights
///     early stopping; the schedule; on_epoch(); the log; a checkpoint
///
/// The model, or its holder, has a forward() from a tensor to a tensor; `loss` is a
/// function(output, target), or a module or holder of that forward(), which gives the mean over the
/// batch as one number. The loaders are data loaders or other ranges whose batches are an Example
/// (after transforms::Stack) or two tensors; mix() makes one of several. The loss of an epoch is
/// the mean over its examples.
///
/// With checkpoint() it goes on from the newest one, also within an epoch, to the bits that a run
/// without a stop would have given: the model, its average, the optimiser, the schedule, early
/// stopping, the loaders' places, metrics, history and the default generator are in it. The
/// program must build the same parts before. A range without state_dict() must give the same
/// batches for the same state of the default generator. A checkpoint or log that cannot be written,
/// as on a full disk, is a warning. A signal during the validation ends the training after it. A
/// loader with workers whose epoch was cut short is then at that place still, as after a break.
///
/// Optimisers that need a closure, as LBFGS, are not for fit(). Throws Error for options out of
/// range, for a loss that is not one number, not finite (see stop_on_nan()), for an epoch without a
/// batch, and what the parts throw; the last checkpoint is then as it was.
template <class Model, class Loss, class Train, class Valid>
requires(!std::is_same_v<std::remove_cvref_t<Valid>, FitOptions>) FitHistory
    fit(Model&& model, Loss&& loss, optim::Optimizer& optimizer, Train&& train, Valid&& valid,
        const FitOptions& options) {
  detail::RangeBatches<std::remove_reference_t<Train>> train_batches(train);
  detail::RangeBatches<std::remove_reference_t<Valid>> valid_batches(valid);
  return detail::run_fit(
      detail::fit_parts(detail::module_of(model), loss, optimizer, train_batches, &valid_batches),
      options);
}
/// The same without validation.
template <class Model, class Loss, class Train>
FitHistory fit(Model&& model, Loss&& loss, optim::Optimizer& optimizer, Train&& train,
               const FitOptions& options) {
  detail::RangeBatches<std::remove_reference_t<Train>> batches(train);
  return detail::run_fit(
      detail::fit_parts(detail::module_of(model), loss, optimizer, batches, nullptr), options);
}

}  // namespace gradus::monitor
