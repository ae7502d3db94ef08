// Operations of the user's own: Function in libtorch's form, and custom() made of lambdas.
#pragma once

#include <array>
#include <string>
#include <typeinfo>
#include <unordered_map>

#include "autograd/autograd.h"
#include "tensor/io/ivalue.h"

namespace gradus::autograd {

class FunctionNode;

/// What a Function's forward leaves for its backward.
class AutogradContext {
 public:
  AutogradContext() = default;
  AutogradContext(const AutogradContext&) = delete;
  AutogradContext& operator=(const AutogradContext&) = delete;

  /// Tensors (inputs or outputs of forward) for backward; undefined ones keep their place.
  void save_for_backward(variable_list to_save);
  /// The tensors of save_for_backward(). Throws Error when one of them was written to since, or
  /// when the graph was freed.
  variable_list get_saved_variables() const;
  /// Names the inputs that forward writes in place.
  void mark_dirty(const variable_list& inputs);
  /// Names the outputs that no gradient flows through.
  void mark_non_differentiable(const variable_list& outputs);
  /// Whether backward sees zeros (the default) or undefined tensors for outputs without a gradient.
  void set_materialize_grads(bool value) { materialize_ = value; }
  /// Whether the i-th tensor among forward's arguments needs a gradient. Throws IndexError out of
  /// range.
  bool needs_input_grad(size_t i) const;
  /// The inputs of mark_dirty().
  const variable_list& dirty() const { return dirty_; }

  /// Anything else for backward, by names of your own.
  std::unordered_map<std::string, IValue> saved_data;

 private:
  friend class FunctionNode;
  variable_list to_save_, dirty_, non_differentiable_;
  bool materialize_ = true;
  FunctionNode* node_ = nullptr;  // owns this
};

/// The backward of a Function: gradients of the outputs in, of the arguments out.
using FunctionBackward = std::function<variable_list(AutogradContext*, variable_list)>;

namespace detail {

std::string function_name(const std::type_info& type);
// Runs forward unrecorded, and puts the result on the tape if an input needs a gradient.
variable_list run_function(std::string name, const variable_list& inputs,
                           std::vector<bool> is_tensor,
                           const std::function<variable_list(AutogradContext*)>& forward,
                           FunctionBackward backward);

void collect(const Tensor& t, variable_list& out, std::vector<bool>& is_tensor);
void collect(const std::optional<Tensor>& t, variable_list& out, std::vector<bool>& is_tensor);
void collect(const std::vector<Tensor>& list, variable_list& out, std::vector<bool>& is_tensor);
template <class T>
void collect(const T&, variable_list&, std::vector<bool>& is_tensor) {
  is_tensor.push_back(false);
}

}  // namespace detail

/// An operation of your own in libtorch's form: derive as `struct F : Function<F>` with
///   static Tensor forward(AutogradContext* ctx, ...);            or variable_list
///   static variable_list backward(AutogradContext* ctx, variable_list grad_outputs);
/// where backward returns one gradient for each argument of forward, undefined for those that are
/// not tensors. Call it as F::apply(...).
template <class T>
struct Function {
  /// Runs forward unrecorded with these arguments and puts the result on the tape. Throws Error in
  /// the backward pass when backward gives another number of gradients than arguments.
  template <class X = T, class... Args>
  static auto apply(Args&&... args) {
    variable_list inputs;
    std::vector<bool> is_tensor;
    (detail::collect(args, inputs, is_tensor), ...);
    using Result = decltype(X::forward(std::declval<AutogradContext*>(), args...));
    const auto forward = [&](AutogradContext* ctx) -> variable_list {
      if constexpr (std::is_same_v<Result, Tensor>)
        return {X::forward(ctx, std::forward<Args>(args)...)};
      else
        return X::forward(ctx, std::forward<Args>(args)...);
    };
    variable_list out = detail::run_function(detail::function_name(typeid(T)), inputs,
                                             std::move(is_tensor), forward, &X::backward);
    if constexpr (std::is_same_v<Result, Tensor>)
      return std::move(out[0]);
    else
      return out;
  }
};

/// An operation in one call: y = forward(inputs), unrecorded, and backward(dy, inputs, y) with a
/// gradient for each input (undefined for none). When backward is written in differentiable
/// operations, gradients of any order follow.
Tensor custom(
    const std::string& name, const variable_list& inputs,
    const std::function<Tensor(const variable_list& inputs)>& forward,
    std::function<variable_list(const Tensor& dy, const variable_list& inputs, const Tensor& y)>
        backward);

}  // namespace gradus::autograd
