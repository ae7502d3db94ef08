// Nodes that stand before parameters, and get a forward pass's gradients instead of them.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "autograd/node.h"

namespace gradus::distributed {

// Who gets the gradients.
class GradientTaker {
 public:
  virtual ~GradientTaker() = default;
  // The whole gradient of parameter `index` by the forward pass of `leaf`, whose passes were to be
  // reduced or not. The engine's thread calls it.
  virtual void take(size_t index, int64_t leaf, bool reduced, Tensor gradient) = 0;
  // An alias that may call take(), or will not do so any more.
  virtual void add(size_t index, int64_t leaf, autograd::Node* alias) = 0;
  virtual void drop(size_t index, int64_t leaf, autograd::Node* alias) noexcept = 0;
  virtual const std::string& name(size_t index) const = 0;
  // The hook on parameter `index` that is the taker's own, which aliases do not call, if any.
  virtual std::optional<unsigned> own_hook(size_t index) const noexcept = 0;
  // How many aliases were made, for those that check that none is.
  static std::atomic<int64_t> made;
};

// While it lives, what is computed from the parameters leads to aliases of them on the tape: each
// parameter has one as its history. An undefined parameter, and one that requires no grad, is left
// out. A view that is made meanwhile, and every later use of such a view, leads there too.
//
// The engine runs nodes by falling numbers. An alias is made before all nodes that use it, and
// would run after the whole backward pass: finish() gives it the number of the last node before its
// first use, so that its gradient comes as soon as it is complete.
class Aliases {
 public:
  Aliases(std::shared_ptr<GradientTaker> taker, const std::vector<Tensor>& parameters, int64_t leaf,
          bool reduced);
  Aliases(const Aliases&) = delete;
  Aliases& operator=(const Aliases&) = delete;
  // The parameters are leaves again.
  ~Aliases();
  // The same, and `outputs` are what the forward pass gave. Without `early`, or without outputs,
  // aliases stay where they are, which is always right.
  void finish(const std::vector<Tensor>& outputs, bool early);

 private:
  class Alias;
  void restore() noexcept;
  void place(const std::vector<Tensor>& outputs);
  const std::shared_ptr<GradientTaker> taker_;
  const std::vector<Tensor>& parameters_;
  std::vector<Ref<Alias>> aliases_;  // null where there is none
};

}  // namespace gradus::distributed
