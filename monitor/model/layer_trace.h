// Layers that were called past their hooks, `fc->forward(x)`, found on the tape.
#pragma once

#include <unordered_map>
#include <vector>

#include "autograd/node.h"
#include "nn/module.h"

namespace gradus::monitor::detail {

// The nodes behind some results, each with those that take its output in.
class Tape {
 public:
  explicit Tape(const std::vector<Tensor>& results);

  struct Call {
    std::vector<int64_t> input_size, output_size;  // the first empty where no gradient flows
    ScalarType dtype = ScalarType::Undefined;
  };
  // The calls of a layer, the first first: Linear, convolutions, batch, layer and group
  // normalisation, Embedding, recurrent layers and their cells are known by the nodes that take
  // their last parameter in. None for other layers, and without parameters that get gradients.
  std::vector<Call> calls(nn::Module& layer) const;

 private:
  using Node = autograd::Node;
  std::vector<Node*> users(const Node* of) const;
  // The only user of a node, if it has this name.
  const Node* user(const Node* of, std::string_view name) const;

  std::vector<Tensor> results_;  // which hold the nodes
  std::unordered_map<const Node*, std::vector<Node*>> users_;
};

}  // namespace gradus::monitor::detail
