// Tensors saved for the backward pass, and hooks that keep something else in their place.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "autograd/node.h"

namespace gradus::autograd {

/// What is kept in the place of one saved tensor, in libtorch's form.
class SavedVariableHooks {
 public:
  virtual ~SavedVariableHooks() = default;
  /// Called once, with the tensor (without history), to keep what is needed of it.
  virtual void call_pack_hook(const Tensor& tensor) = 0;
  /// A tensor of the same elements, called for each backward pass that needs it.
  virtual Tensor call_unpack_hook() = 0;
};

/// The text with which a second pass through a freed graph begins.
inline constexpr const char* ERR_BACKWARD_TWICE =
    "backward through the graph a second time, but what it saved is freed";

/// A tensor that a node of your own saves for its backward pass.
class SavedVariable {
 public:
  SavedVariable() = default;
  /// Saves `t`; is_output says that it is an output of the node itself, which is then kept without
  /// its history, as that would keep the node.
  SavedVariable(const Tensor& t, bool is_output, bool is_inplace_on_view = false);
  SavedVariable(const std::optional<Tensor>& t, bool is_output, bool is_inplace_on_view = false)
      : SavedVariable(t.value_or(Tensor()), is_output, is_inplace_on_view) {}
  /// The tensor with its history, undefined where that was saved. `saved_for` is the node, needed
  /// for one of its outputs. Throws Error when the tensor was written to since, or after
  /// reset_data().
  Tensor unpack(const Ref<Node>& saved_for = {}) const;
  Tensor unpack(const std::shared_ptr<Node>& saved_for) const { return unpack(share(saved_for)); }
  /// Keeps what the hooks pack instead. Throws Error for an undefined tensor, one that was written
  /// to since, and where there are hooks already.
  void register_hooks(std::unique_ptr<SavedVariableHooks>&& hooks);
  /// Lets go of the tensor.
  void reset_data();
  /// Whether a defined tensor was saved.
  bool was_default_constructed() const { return !defined_; }

 private:
  Tensor tensor_;
  uint32_t version_ = 0, output_nr_ = 0;
  bool is_output_ = false, defined_ = false, released_ = false;
};
/// Several of them.
using saved_variable_list = std::vector<SavedVariable>;

namespace detail {
// Packs a tensor: what comes back gives it again.
using Packer = std::function<std::function<Tensor()>(const Tensor&)>;
void push_packer(Packer packer);
void pop_packer();
}  // namespace detail

}  // namespace gradus::autograd
