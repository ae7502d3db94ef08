// What autograd keeps on tensors and nodes, for autograd's own .cpp files.
#pragma once

#include <mutex>

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
  void propagate(std::span<Tensor> dy, std::span<Tensor> dx) override;
  bool is_sink() const override { return true; }
  // Tells the hooks that the leaf's gradient was added to.
  void tell_accumulated();
  TensorImpl& leaf() const { return leaf_; }
  bool fits(const TensorImpl& t) const {
    return first_output.sizes == t.sizes && first_output.dtype == t.dtype;
  }

 private:
  void accumulate(Tensor& fresh);
  TensorImpl& leaf_;
};

// What autograd keeps on leaves and on what retains its gradient, in the impl's slot.
struct Meta final : ImplSlot, memory::Pooled {
  Tensor grad;
  unsigned next_hook = 0;
  std::string name;
  std::vector<std::pair<unsigned, TensorHook>> leaf_hooks;
  std::vector<std::pair<unsigned, std::function<void(const Tensor&)>>> accumulated_hooks;
  std::shared_ptr<Tensor> retained;  // non-leaf: where retain_grad puts the gradient
  std::atomic<AccumulateGrad*> sink{nullptr};
  // All there were, one for each shape and type that the leaf has had: graphs may still have them.
  std::vector<std::unique_ptr<AccumulateGrad>> sinks;
};

// Held while a history is made that several threads may ask for: a leaf's sink, that of a view
// whose base was written to.
std::mutex& history_mutex();

inline Meta* meta(const TensorImpl& t) { return static_cast<Meta*>(t.slot.get()); }
inline Meta* meta(const Tensor& t) { return meta(*t.impl()); }
Meta& ensure_meta(const Tensor& t);

// Names the nodes that run on this thread, one inside of the other: for messages from inside them.
class RunningNode {
 public:
  explicit RunningNode(Node& node);
  RunningNode(const RunningNode&) = delete;
  RunningNode& operator=(const RunningNode&) = delete;
  ~RunningNode();
  Node& node() const { return node_; }

  static const RunningNode* innermost();
  static bool is_running(const Node& node);
  // Whether that frame still runs that node; it may be gone.
  static bool is_on_stack(const RunningNode* frame, const Node& node);
  // For a thread that goes on where another waits for it.
  static void continue_from(const RunningNode* innermost);

 private:
  Node& node_;
  const RunningNode* before_;
};
// For a scope of this thread: Functions note into `text` a gradient that has neither its input's
// shape nor that of an output. The engine sums what is larger, and the mistake would not be seen.
class ShapeReport {
 public:
  explicit ShapeReport(std::string& text) : before_(current) { current = &text; }
  ShapeReport(const ShapeReport&) = delete;
  ShapeReport& operator=(const ShapeReport&) = delete;
  ~ShapeReport() { current = before_; }
  [[gnu::visibility("default"),
    gnu::tls_model("initial-exec")]] static inline constinit thread_local std::string* current =
      nullptr;

 private:
  std::string* before_;
};

// The operation, and in anomaly mode where it was recorded.
std::string describe(const Node& node);
// In anomaly mode: warns that the node failed, with the calls that recorded it, and those that
// recorded the nodes that made it in their own backward passes.
void warn_of_origin(const Node& node);

}  // namespace gradus::autograd
