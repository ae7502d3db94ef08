// Nodes of the program's own that are held by Ref, as the tape holds all; node.h has the same for
// those held by std::shared_ptr.
#pragma once

#include "autograd/node.h"

namespace gradus::autograd {

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
