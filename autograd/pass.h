// What the backward pass that runs on a thread lets others know of itself.
#pragma once

#include <functional>
#include <vector>

#include "autograd/node.h"

namespace gradus::autograd {

class Pass {
 public:
  Pass(bool keep_graph, bool create_graph, bool returns_gradients);
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

  // The innermost of this thread, or null.
  static Pass* current();
  static void set_current(Pass* pass);

  int id() const { return id_; }
  bool keeps_graph() const { return keep_graph_; }
  bool creates_graph() const { return create_graph_; }
  // Whether it returns the gradients of given tensors, and leaves those that tensors have.
  bool returns_gradients() const { return returns_gradients_; }
  // The one within which it runs, or null.
  const Pass* outer() const { return outer_; }
  // Whether the node is on the way to a gradient that the pass is to find.
  virtual bool wants(Node* node) = 0;
  void at_end(std::function<void()> f) { callbacks_.push_back(std::move(f)); }
  // Calls them, and those that they add.
  void end();

 protected:
  ~Pass();

 private:
  int id_;
  bool keep_graph_, create_graph_, returns_gradients_;
  Pass* outer_;
  std::vector<std::function<void()>> callbacks_;
};

// Lets go of what was unpacked for nodes that do not run any more.
void drop_unpacked();

}  // namespace gradus::autograd
