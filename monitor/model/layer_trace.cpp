#include "monitor/model/layer_trace.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>

#include "nn/modules.h"

namespace gradus::monitor::detail {
namespace {

using autograd::Node;

// Whether a node's name is one of these, without what PyTorch's names end with.
template <class... Names>
bool is_named(const Node& node, Names... names) {
  const std::string name = node.name();
  const std::string_view stem = std::string_view(name).substr(0, name.rfind("Backward"));
  return (... || (stem == names));
}

bool is_recurrent(nn::Module& m) {
  return m.as<nn::RNNImpl>() || m.as<nn::LSTMImpl>() || m.as<nn::GRUImpl>();
}

// Whether a node that takes a parameter of the layer in is the layer's.
bool is_of(nn::Module& m, Node& node) {
  if (m.as<nn::LinearImpl>())
    // Not what only turns or reshapes the weight.
    return node.edges().size() > 1 && is_named(node, "Addmm", "Mm", "View", "UnsafeView");
  if (is_recurrent(m)) return is_named(node, "Lstm", "Gru", "Rnn", "RnnTanh", "RnnRelu");
  return is_named(node, "Convolution", "NativeBatchNorm", "NativeLayerNorm", "NativeGroupNorm",
                  "Embedding", "LstmCell", "GruCell", "RnnTanhCell", "RnnReluCell");
}

std::vector<int64_t> sizes_of(const autograd::OutputInfo& info) {
  return {info.sizes.begin(), info.sizes.end()};
}

}  // namespace

Tape::Tape(const std::vector<Tensor>& results) : results_(results) {
  std::vector<Node*> todo;
  std::unordered_set<const Node*> seen;
  const auto add = [&](Node* node) {
    if (node && seen.insert(node).second) todo.push_back(node);
  };
  for (const Tensor& t : results)
    if (t.requires_grad() && !t.is_leaf()) add(t.grad_fn().get());
  while (!todo.empty()) {
    Node* node = todo.back();
    todo.pop_back();
    for (const autograd::Edge& edge : node->edges()) {
      if (!edge.function) continue;
      users_[edge.function.get()].push_back(node);
      add(edge.function.get());
    }
  }
}

std::vector<Node*> Tape::users(const Node* of) const {
  const auto found = users_.find(of);
  if (found == users_.end()) return {};
  std::vector<Node*> out = found->second;
  std::sort(out.begin(), out.end(),
            [](const Node* a, const Node* b) { return a->sequence() < b->sequence(); });
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}
const Node* Tape::user(const Node* of, std::string_view name) const {
  const std::vector<Node*> all = users(of);
  return all.size() == 1 && is_named(*all[0], name) ? all[0] : nullptr;
}

std::vector<Tape::Call> Tape::calls(nn::Module& layer) const {
  Tensor last;
  for (const Tensor& p : layer.parameters(false))
    if (p.defined() && p.requires_grad()) last = p;
  if (!last.defined()) return {};
  std::vector<Call> out;
  for (Node* node : users(autograd::gradient_edge(last).function.get())) {
    if (!is_of(layer, *node)) continue;
    const Node* end = node;
    if (is_recurrent(layer)) {
      // The steps of all sequences stand below each other, both ways side by side.
      if (const Node* both = user(end, "Cat")) end = both;
      if (const Node* apart = user(end, "View")) end = apart;
    }
    Call call{{}, sizes_of(end->output(0)), end->output(0).dtype};
    if (const autograd::Edge& input = node->edges()[0];
        end == node && input.function && !input.function->is_sink())
      call.input_size = sizes_of(input.function->output(input.input_nr));
    out.push_back(std::move(call));
  }
  return out;
}

}  // namespace gradus::monitor::detail
