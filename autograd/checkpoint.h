// Activation checkpointing: memory for a second forward pass.
#pragma once

#include <functional>
#include <memory>
#include <tuple>
#include <vector>

#include "autograd/function.h"

namespace gradus {

namespace autograd {

class Recording;

/// What checkpoint() is made of: between its beginning and close(), what this thread records can be
/// recorded again.
class CheckpointScope {
 public:
  /// Begins, with the tensors that may not change.
  explicit CheckpointScope(const variable_list& inputs);
  CheckpointScope(const CheckpointScope&) = delete;
  CheckpointScope& operator=(const CheckpointScope&) = delete;
  ~CheckpointScope();
  /// Lets go of what was saved on the way to the outputs; again() makes such outputs anew.
  void close(const variable_list& outputs, std::function<variable_list()> again);

 private:
  std::shared_ptr<Recording> recording_;
};

namespace detail {
// Whatever checkpoint's function may return, as a list.
inline variable_list outputs_of(const Tensor& t) { return {t}; }
inline variable_list outputs_of(const variable_list& list) { return list; }
template <class... T>
variable_list outputs_of(const std::tuple<T...>& outputs) {
  return std::apply([](const T&... t) { return variable_list{t...}; }, outputs);
}
}  // namespace detail

}  // namespace autograd

/// fn(inputs...), of which only the inputs are kept for the backward pass: what the operations
/// inside saved is freed, and made again by a second call of fn when the backward pass comes there
/// (T. Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016). Gradients have the bits
/// of a plain call's, and dropout the same masks: the default generator is set back for the second
/// call. Checkpoints may stand inside of each other, and gradients have gradients.
///
/// fn returns a Tensor, a std::vector of them or a std::tuple of them. It must compute the same
/// each time, draw from no generator except the default one, and write to none of its inputs; what
/// it does beside, like a batch norm's running statistics, happens twice. Throws Error when it
/// writes to an input, and in the backward pass when an input or a leaf that it uses was written to
/// since or when the second call records other operations than the first.
template <class F, class... Inputs>
auto checkpoint(F fn, const Inputs&... inputs) {
  if (!GradMode::is_enabled()) return fn(inputs...);
  std::vector<bool> is_tensor;
  autograd::variable_list tensors;
  (autograd::detail::collect(inputs, tensors, is_tensor), ...);
  autograd::CheckpointScope scope(tensors);
  auto outputs = fn(inputs...);
  scope.close(autograd::detail::outputs_of(outputs),
              [fn, inputs...]() mutable { return autograd::detail::outputs_of(fn(inputs...)); });
  return outputs;
}

/// The same, by the name of Python's module.
namespace utils::checkpoint {
using gradus::checkpoint;
}

}  // namespace gradus
