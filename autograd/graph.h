// What Python has in torch.autograd.graph: hooks on what is saved and on several gradients at once.
#pragma once

#include "autograd/saved_variable.h"

namespace gradus::autograd {

namespace graph {

/// While the guard lives, what this thread's operations save for the backward pass goes through
/// pack(tensor), whose result (of any type that can be copied) is kept in its place; unpack(result)
/// must give a tensor of the same elements, shape and type, and is called once for each node that
/// needs it in each backward pass. pack gets the tensor without history and must not write to it.
/// Guards stand inside of each other; the innermost packs. To keep nothing in memory but a file's
/// name, half of the bits, or a seed.
class saved_tensors_hooks {
 public:
  template <class Pack, class Unpack>
  saved_tensors_hooks(Pack pack, Unpack unpack) {
    detail::push_packer([pack, unpack](const Tensor& t) mutable -> std::function<Tensor()> {
      return [unpack, kept = pack(t)]() mutable -> Tensor { return unpack(kept); };
    });
  }
  saved_tensors_hooks(const saved_tensors_hooks&) = delete;
  saved_tensors_hooks& operator=(const saved_tensors_hooks&) = delete;
  ~saved_tensors_hooks() { detail::pop_packer(); }
};

/// While the guard lives, a copy of what is saved is kept. Here all memory is the CPU's, so that
/// this only sets the copies apart from later writes: those do not throw in the backward pass.
class save_on_cpu : public saved_tensors_hooks {
 public:
  explicit save_on_cpu(bool pin_memory = false);
};

/// While the guard lives, this thread makes no saved_tensors_hooks: to make one throws Error with
/// the message. Throws Error where there are such hooks already.
class disable_saved_tensors_hooks {
 public:
  explicit disable_saved_tensors_hooks(std::string message);
  disable_saved_tensors_hooks(const disable_saved_tensors_hooks&) = delete;
  disable_saved_tensors_hooks& operator=(const disable_saved_tensors_hooks&) = delete;
  ~disable_saved_tensors_hooks();

 private:
  std::optional<std::string> before_;
};

/// What register_multi_grad_hook() gave: removes its hooks.
class MultiGradHandle {
 public:
  MultiGradHandle(std::vector<std::pair<Tensor, unsigned>> hooks);
  /// Removes them; a second call does nothing.
  void remove();

 private:
  std::vector<std::pair<Tensor, unsigned>> hooks_;
};

/// Calls hook(grads) once in each backward pass that comes to any of the tensors, when the last of
/// their gradients that the pass finds is complete; a gradient it does not find is undefined.
/// Throws Error when a tensor does not require grad.
MultiGradHandle register_multi_grad_hook(const variable_list& tensors,
                                         std::function<void(const variable_list& grads)> hook);
/// Calls hook(grad) once in each backward pass, with the first gradient that is complete.
MultiGradHandle register_multi_grad_hook_any(const variable_list& tensors,
                                             std::function<void(const Tensor& grad)> hook);

/// Counts a write that went past the tape, so that a backward pass which needs the old elements
/// throws.
void increment_version(const Tensor& t);

/// The edge along which a gradient of `t` flows. Throws Error when it requires none.
Edge get_gradient_edge(const Tensor& t);

}  // namespace graph

/// The number of the backward pass that runs on this thread, -1 outside of one.
int get_current_graph_task_id();
/// Whether that pass keeps the graph. Throws Error outside of one.
bool get_current_graph_task_keep_graph();
/// Calls f when the backward pass that runs on this thread is done. Throws Error outside of one.
void queue_callback(std::function<void()> f);

}  // namespace gradus::autograd
