// Activation checkpointing: memory for a second forward pass.
#pragma once

#include <functional>
#include <memory>
#include <optional>
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
// The tensors in what checkpoint's function takes or returns: none in other types.
template <class T>
struct TensorsIn {
  static constexpr bool any = false;
  static void add(const T&, variable_list&) {}
};
template <>
struct TensorsIn<Tensor> {
  static constexpr bool any = true;
  static void add(const Tensor& t, variable_list& all) { all.push_back(t); }
};
template <class T>
struct TensorsIn<std::optional<T>> {
  static constexpr bool any = TensorsIn<T>::any;
  static void add(const std::optional<T>& t, variable_list& all) {
    if (t) TensorsIn<T>::add(*t, all);
  }
};
template <class T>
struct TensorsIn<std::vector<T>> {
  static constexpr bool any = TensorsIn<T>::any;
  static void add(const std::vector<T>& list, variable_list& all) {
    if constexpr (any)
      for (const T& t : list) TensorsIn<T>::add(t, all);
  }
};
template <class... T>
struct TensorsIn<std::tuple<T...>> {
  static constexpr bool any = (TensorsIn<T>::any || ...);
  static void add(const std::tuple<T...>& list, variable_list& all) {
    std::apply([&](const T&... t) { (TensorsIn<T>::add(t, all), ...); }, list);
  }
};
template <class... T>
variable_list tensors_in(const T&... x) {
  variable_list all;
  (TensorsIn<T>::add(x, all), ...);
  return all;
}
}  // namespace detail

}  // namespace autograd

/// fn(inputs...), of which only the inputs are kept for the backward pass: what the operations
/// inside saved is freed, and made again by a second call of fn when the backward pass comes there
/// (T. Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016). Gradients have the bits
/// of a plain call's, and dropout the same masks: the default generator is set back for the second
/// call. Checkpoints may stand inside of each other, and gradients have gradients.
///
/// fn returns a Tensor, or a std::vector, std::optional or std::tuple of such, as nn::LSTM does. It
/// must compute the same each time, draw from no generator except the default one, and write to
/// none of its inputs; what it does beside, like a batch norm's running statistics, happens twice.
/// Throws Error when it writes to an input, and in the backward pass when an input or a leaf that
/// it uses was written to since or when the second call records other operations than the first.
template <class F, class... Inputs>
auto checkpoint(F fn, const Inputs&... inputs) {
  using namespace autograd::detail;
  if (!GradMode::is_enabled()) return fn(inputs...);
  autograd::CheckpointScope scope(tensors_in(inputs...));
  auto outputs = fn(inputs...);
  static_assert(TensorsIn<decltype(outputs)>::any, "checkpoint: the function returns no tensors");
  scope.close(tensors_in(outputs), [fn, inputs...]() mutable { return tensors_in(fn(inputs...)); });
  return outputs;
}

/// The same, by the name of Python's module.
namespace utils::checkpoint {
using gradus::checkpoint;
}

}  // namespace gradus
