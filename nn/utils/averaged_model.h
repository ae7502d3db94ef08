// Averages of a model's weights over training, and the batch norms' statistics for them. They stand
// here because they are of modules; their names are Python's, in torch.optim.swa_utils, where
// optim/swa_utils.h has the learning rate that belongs to them.
#pragma once

#include <functional>

#include "autograd/modes.h"
#include "nn/module.h"
#include "nn/module_holder.h"
#include "tensor/base/arg.h"

namespace gradus::optim::swa_utils {

/// The new average of a tensor from the old one, the current tensor, and how many are averaged.
using AvgFn =
    std::function<Tensor(const Tensor& averaged, const Tensor& current, int64_t num_averaged)>;
/// The same in place, for lists of tensors of one dtype.
using MultiAvgFn = std::function<void(const std::vector<Tensor>& averaged,
                                      const std::vector<Tensor>& current, int64_t num_averaged)>;

/// The exponential moving average: decay · averaged + (1 - decay) · current. Throws ValueError for
/// a decay outside of [0, 1], as get_ema_multi_avg_fn() does.
AvgFn get_ema_avg_fn(double decay = 0.999);
/// The same for lists.
MultiAvgFn get_ema_multi_avg_fn(double decay = 0.999);
/// The plain average: averaged + (current - averaged) / (num_averaged + 1).
AvgFn get_swa_avg_fn();
/// The same for lists.
MultiAvgFn get_swa_multi_avg_fn();

/// The options of AveragedModel: `AveragedModelOptions().multi_avg_fn(get_ema_multi_avg_fn(0.99))`.
struct AveragedModelOptions {
  /// How a tensor is averaged. At most one of avg_fn and multi_avg_fn is given; without them the
  /// average is plain.
  GRADUS_ARG(AvgFn, avg_fn);
  /// How lists of tensors are averaged.
  GRADUS_ARG(MultiAvgFn, multi_avg_fn);
  /// Whether buffers are averaged too, and not copied.
  GRADUS_ARG(bool, use_buffers) = false;
};

/// What of AveragedModel does not depend on the model's class.
class AveragedModelBase : public nn::Module {
 public:
  /// Takes the model's parameters into the average; the first time they are copied. Buffers are
  /// copied, or averaged with use_buffers. Throws Error when the model's tensors are not as many as
  /// these, or have other sizes, and then changes nothing.
  void update_parameters(const nn::Module& model);
  template <class Contained>
  void update_parameters(const nn::ModuleHolder<Contained>& model) {
    update_parameters(static_cast<const nn::Module&>(*model));
  }

  /// How many models are averaged; a buffer, and so saved.
  Tensor n_averaged;

 protected:
  AveragedModelBase(std::shared_ptr<nn::Module> copy, AveragedModelOptions options);

 private:
  AveragedModelOptions options_;
  std::shared_ptr<nn::Module> copy_;
};

/// A copy of a model whose weights are the average of the model's, for better generalisation
/// (Izmailov, Podoprikhin, Garipov, Vetrov and Wilson, "Averaging weights leads to wider optima and
/// better generalization", 2018; with an exponential average, Polyak and Juditsky, 1992):
///
///   optim::swa_utils::AveragedModel average(
///       net, optim::swa_utils::AveragedModelOptions().multi_avg_fn(
///                optim::swa_utils::get_ema_multi_avg_fn(0.99)));
///   optimizer.step();
///   average.update_parameters(net);
///   average.forward(x);
template <class Model>
class AveragedModel : public AveragedModelBase {
 public:
  /// Copies the model, which derives from nn::Cloneable; throws Error for another one, and
  /// ValueError for both an avg_fn and a multi_avg_fn.
  explicit AveragedModel(const Model& model, AveragedModelOptions options = {}) requires
      std::is_base_of_v<nn::Module, Model> : AveragedModel(model.clone(), std::move(options), 0) {}
  explicit AveragedModel(const nn::ModuleHolder<Model>& model, AveragedModelOptions options = {})
      : AveragedModel(*model, std::move(options)) {}
  explicit AveragedModel(const std::shared_ptr<Model>& model, AveragedModelOptions options = {})
      : AveragedModel(*model, std::move(options)) {}

  /// The copy's forward().
  template <class... Args>
  decltype(auto) forward(Args&&... args) {
    return module->forward(std::forward<Args>(args)...);
  }
  /// The same.
  template <class... Args>
  decltype(auto) operator()(Args&&... args) {
    return forward(std::forward<Args>(args)...);
  }

  /// The copy.
  std::shared_ptr<Model> module;

 private:
  AveragedModel(std::shared_ptr<nn::Module> copy, AveragedModelOptions options, int)
      : AveragedModelBase(copy, std::move(options)),
        module(std::dynamic_pointer_cast<Model>(std::move(copy))) {}
};
template <class Model>
AveragedModel(const nn::ModuleHolder<Model>&) -> AveragedModel<Model>;
template <class Model>
AveragedModel(const nn::ModuleHolder<Model>&, AveragedModelOptions) -> AveragedModel<Model>;

namespace detail {
// While it lives, the batch norms of the tree average the statistics of all batches that they see.
class FreshStatistics {
 public:
  explicit FreshStatistics(nn::Module& model);
  ~FreshStatistics();
  FreshStatistics(const FreshStatistics&) = delete;
  FreshStatistics& operator=(const FreshStatistics&) = delete;
  bool empty() const { return restore_.empty(); }

 private:
  nn::Module& model_;
  bool was_training_;
  std::vector<std::function<void()>> restore_;
};

// The input of a batch: itself, its `data`, or its first element.
template <class Batch>
Tensor input_of(const Batch& batch) {
  if constexpr (std::is_convertible_v<const Batch&, Tensor>)
    return batch;
  else if constexpr (requires { Tensor(batch.data); })
    return batch.data;
  else if constexpr (requires { std::get<0>(batch); })
    return std::get<0>(batch);
  else
    return input_of(*std::begin(batch));
}
}  // namespace detail

/// Computes the running statistics of the model's batch norms anew, from all batches of the loader:
/// the ones of an AveragedModel, which has seen no data, are none. A batch is a tensor, an Example,
/// or a tuple or list whose first element is the input. Calls model->forward(input) in training
/// mode, unrecorded, and goes back to the mode it was in. Does nothing for a model without batch
/// norm.
template <class Loader, class Model>
void update_bn(Loader&& loader, Model& model) {
  nn::Module& module = [&]() -> nn::Module& {
    if constexpr (std::is_base_of_v<nn::Module, Model>)
      return model;
    else
      return *model;
  }();
  const detail::FreshStatistics fresh(module);
  if (fresh.empty()) return;
  const NoGradGuard no_grad;
  for (auto&& batch : loader) {
    if constexpr (std::is_base_of_v<nn::Module, Model>)
      model.forward(detail::input_of(batch));
    else
      model->forward(detail::input_of(batch));
  }
}

}  // namespace gradus::optim::swa_utils
