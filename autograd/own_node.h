// Nodes of the program's own that are held by Ref, as the tape holds all; node.h has the same for
// those held by std::shared_ptr.
#pragma once

#include "autograd/node.h"

namespace gradus::autograd {

class RunningNode;

/// Several tensors, some of which may not be there.
using optional_variable_list = std::vector<std::optional<Variable>>;

/// While the guard lives, get_current_node() gives this node: for programs that run nodes by hand.
class NodeGuard {
 public:
  explicit NodeGuard(Ref<Node> node);
  NodeGuard(const NodeGuard&) = delete;
  NodeGuard& operator=(const NodeGuard&) = delete;
  ~NodeGuard();

 private:
  Ref<Node> node_;
  gradus::detail::Owned<RunningNode> frame_;
};

/// A new node of the program's own.
template <class T, class... Args>
Ref<T> make_node(Args&&... args) {
  return Ref<T>(new T(std::forward<Args>(args)...));
}

/// Makes `t` one more output of the operation that a node of your own stands for; undefined tensors
/// only take a number. Throws Error for an element type without gradients.
void set_history(const Tensor& t, const Ref<Node>& node);
/// The same for several.
void set_history(const variable_list& list, const Ref<Node>& node);
/// The same as set_history() for one.
void create_gradient_edge(const Tensor& t, const Ref<Node>& node);

}  // namespace gradus::autograd
