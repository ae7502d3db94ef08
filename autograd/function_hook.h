// Hooks of nodes, in libtorch's form.
#pragma once

#include <functional>

#include "autograd/node.h"

namespace gradus::autograd {

/// Called before a node is applied; see Node::add_pre_hook().
class FunctionPreHook {
 public:
  virtual ~FunctionPreHook() = default;
  /// The gradients that go into the node, undefined where none came; those returned, as many, take
  /// their place.
  virtual variable_list operator()(const variable_list& grads) = 0;
};

/// Called after a node was applied; see Node::add_post_hook().
class FunctionPostHook {
 public:
  virtual ~FunctionPostHook() = default;
  /// The gradients that came out of the node and those that went into it; those returned, as many
  /// as came out, take the place of the former.
  virtual variable_list operator()(const variable_list& outputs, const variable_list& inputs) = 0;
};

/// Called after a leaf's grad was added to; see Tensor::register_post_accumulate_grad_hook().
class PostAccumulateGradHook {
 public:
  virtual ~PostAccumulateGradHook() = default;
  /// The leaf.
  virtual void operator()(const Variable& tensor) = 0;
};

/// Adds a pre-hook made of a function, as Node::add_pre_hook() does.
void register_prehook(Node& node, std::function<variable_list(const variable_list& grads)> hook);
/// Adds a post-hook made of a function, as Node::add_post_hook() does. An empty list returned
/// leaves the gradients as they are.
uintptr_t register_hook(
    Node& node,
    std::function<variable_list(const variable_list& outputs, const variable_list& inputs)> hook);

namespace impl {
/// Adds a hook, as Tensor::register_post_accumulate_grad_hook() does.
void set_post_acc_grad_hooks(const Tensor& t, std::unique_ptr<PostAccumulateGradHook> hook);
/// The node that adds gradients to a leaf's grad; null for other tensors.
Ref<Node> grad_accumulator(const Tensor& t);
/// The edge along which a gradient of `t` flows; leads nowhere where it requires none.
Edge gradient_edge(const Tensor& t);
/// Makes `t` the output of an operation that the edge's node stands for.
void set_gradient_edge(const Tensor& t, Edge edge);
}  // namespace impl

/// The elements of `data` without its history, as a leaf that requires grad or not.
Tensor make_variable(const Tensor& data, bool requires_grad = false);
/// The same with a history.
Tensor make_variable(const Tensor& data, Edge gradient_edge);
/// Whether tensors of the type have gradients.
inline bool isDifferentiableType(ScalarType type) { return is_floating(type); }

}  // namespace gradus::autograd
