// What checkpoint() recorded and let go of, for the engine.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "autograd/autograd.h"
#include "tensor/base/ref.h"

namespace gradus::autograd {

// The nodes of one call of checkpoint(), which have let go of what they saved, and how to record
// them again. They stay in their graph, with their edges and their order, so that gradients are
// summed as ever; only what they compute is done by their twins, the nodes of a second recording.
class Recording {
 public:
  explicit Recording(const variable_list& inputs);

  // Called once, when `outputs` were recorded.
  static void close(const std::shared_ptr<Recording>& self, const variable_list& outputs,
                    std::function<variable_list()> again);
  // The twin of a node that lies at that place. Records again when there is none yet.
  Node& twin(const Node& node, size_t place);

 private:
  // A tensor, and which of its values was read.
  struct Version {
    Tensor tensor;
    uint32_t number;
    bool current() const { return tensor.impl()->storage->version() == number; }
  };
  // Nodes of the graph of `outputs` that are younger than `start`, in an order that only the
  // graph's shape determines.
  static std::vector<Ref<Node>> nodes_since(uint64_t start, const variable_list& outputs,
                                            std::vector<Version>* leaves = nullptr);
  void record_again();

  std::mutex mutex_;
  std::vector<Version> inputs_, leaves_;
  Tensor generator_state_;
  uint64_t start_;
  size_t count_ = 0;
  std::function<variable_list()> again_;
  std::vector<Ref<Node>> twins_;
};

// A number below those of all nodes that this thread makes from now on, and above those of all
// nodes that there are.
uint64_t begin_recording();

// The node that computes what `node` should: itself, or when it was checkpointed its twin.
Node& working(Node& node);

}  // namespace gradus::autograd
