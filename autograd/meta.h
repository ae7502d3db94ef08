// What autograd keeps on tensors and nodes, for autograd's own .cpp files.
#pragma once

#include "autograd/node.h"

namespace gradus::autograd {

// Hooks on one output, in the order they were added. `retain` is the tensor that keeps the
// gradient.
struct OutputHooks {
  uint32_t nr;
  std::vector<std::pair<unsigned, TensorHook>> hooks;
  std::weak_ptr<Tensor> retain;
};

// Collects the gradient of a leaf. Runs after all others, once for each backward pass.
class AccumulateGrad final : public Node {
 public:
  explicit AccumulateGrad(Tensor leaf);
  std::string name() const override { return "AccumulateGrad"; }
  std::span<Edge> edges() override { return {}; }
  void apply(std::span<Tensor> dy, std::span<Tensor> dx) override;
  bool is_sink() const override { return true; }
  const Tensor& variable() const { return leaf_; }
  // Node::unref's share: true when the last reference is gone.
  bool release_sink() const;

 private:
  Tensor leaf_;
  std::atomic_flag busy_ = ATOMIC_FLAG_INIT;  // backward passes of several threads meet here
};

// What autograd keeps on a tensor, in its impl's slot.
struct Meta final : ImplSlot, memory::Pooled {
  Tensor grad;
  Ref<Node> grad_fn;
  uint32_t output_nr = 0;
  unsigned next_hook = 0;
  bool requires_grad = false;  // of a leaf; a result is known by its grad_fn
  std::string name;
  std::vector<std::pair<unsigned, TensorHook>> leaf_hooks;
  std::shared_ptr<Tensor> retained;  // non-leaf: where retain_grad puts the gradient
  std::atomic<AccumulateGrad*> accumulator{nullptr};  // not owned; null when it died
  std::atomic_flag lock = ATOMIC_FLAG_INIT;
};

inline Meta* meta(const Tensor& t) { return static_cast<Meta*>(t.impl()->slot.get()); }
Meta& ensure_meta(const Tensor& t);

// Names the node that runs on this thread, for messages from inside it.
class RunningNode {
 public:
  explicit RunningNode(const Node& node);
  RunningNode(const RunningNode&) = delete;
  RunningNode& operator=(const RunningNode&) = delete;
  ~RunningNode();

 private:
  const Node* before_;
};
// The operation, and in anomaly mode where it was recorded.
std::string describe(const Node& node);

}  // namespace gradus::autograd
