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

// Collects the gradient of a leaf. Runs after all others, once for each backward pass. It belongs
// to the leaf and has no count of its own: who refers to it refers to the leaf.
class AccumulateGrad final : public Node {
 public:
  explicit AccumulateGrad(TensorImpl& leaf);
  std::string name() const override { return "AccumulateGrad"; }
  std::span<Edge> edges() override { return {}; }
  void apply(std::span<Tensor> dy, std::span<Tensor> dx) override;
  bool is_sink() const override { return true; }
  TensorImpl& leaf() const { return leaf_; }
  // Set while a thread adds to the leaf's gradient.
  std::atomic_flag& busy() { return busy_; }
  bool fits(const TensorImpl& t) const {
    return first_output.sizes == t.sizes && first_output.dtype == t.dtype;
  }

 private:
  TensorImpl& leaf_;
  std::atomic_flag busy_ = ATOMIC_FLAG_INIT;  // backward passes of several threads meet here
};

// What autograd keeps on leaves and on what retains its gradient, in the impl's slot.
struct Meta final : ImplSlot, memory::Pooled {
  Tensor grad;
  unsigned next_hook = 0;
  std::string name;
  std::vector<std::pair<unsigned, TensorHook>> leaf_hooks;
  std::shared_ptr<Tensor> retained;  // non-leaf: where retain_grad puts the gradient
  std::atomic<AccumulateGrad*> sink{nullptr};
  // All there were, one for each shape and type that the leaf has had: graphs may still have them.
  std::vector<std::unique_ptr<AccumulateGrad>> sinks;
};

inline Meta* meta(const TensorImpl& t) { return static_cast<Meta*>(t.slot.get()); }
inline Meta* meta(const Tensor& t) { return meta(*t.impl()); }
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
