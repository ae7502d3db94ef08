// The backward pass. Nodes run in the order of falling sequence numbers, which is a valid order
// (see Node), so that no dependencies need counting and nothing recurses.
#include <algorithm>
#include <unordered_map>

#include "autograd/autograd.h"
#include "autograd/meta.h"
#include "autograd/record.h"
#include "tensor/fail.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus::autograd {
namespace {

// The only handle on its elements, so that they may be reused.
bool sole_owner(const Tensor& t) {
  const TensorImpl& i = *t.impl();
  return i.ref_count() == 1 && i.storage->ref_count() == 1 && !i.view_base;
}

void accumulate(Tensor& into, Tensor&& more) {
  if (!into.defined()) {
    into = std::move(more);
  } else if (!GradMode::is_enabled() && sole_owner(into) && into.dtype() == more.dtype() &&
             into.sizes() == more.sizes() && !may_overlap_itself(into.sizes(), into.strides())) {
    into.add_(more);
  } else {
    into = into + more;
  }
}

// A gradient as its edge's output wants it: summed where it was broadcast, of its type.
Tensor fit(Tensor g, const OutputInfo& want, const Node& from, size_t index) {
  if (!(g.sizes() == want.sizes.ref())) {
    if (!expandable(want.sizes, g.sizes()))
      fail("{}: the gradient of input {} has shape {}, expected {}", describe(from), index,
           g.sizes(), want.sizes.ref());
    g = g.sum_to_size(want.sizes);
  }
  return g.dtype() == want.dtype ? g : g.to(want.dtype);
}

// Gradients that wait for their node, by node.
class Pending {
 public:
  struct Item {
    Ref<Node> node;
    std::vector<Tensor> dy;
  };
  bool empty() const { return heap_.empty(); }
  void add(const Edge& e, Tensor&& g) {
    auto [it, fresh] = slots_.try_emplace(e.node.get(), 0u);
    if (fresh) {
      if (free_.empty()) {
        it->second = uint32_t(items_.size());
        items_.emplace_back();
      } else {
        it->second = free_.back();
        free_.pop_back();
      }
      Item& item = items_[it->second];
      item.node = e.node;
      item.dy.resize(e.node->num_outputs());
      heap_.push_back({e.node->sequence(), order_++, e.node.get()});
      std::push_heap(heap_.begin(), heap_.end());
    }
    accumulate(items_[it->second].dy[e.nr], std::move(g));
  }
  Item pop() {
    std::pop_heap(heap_.begin(), heap_.end());
    const auto it = slots_.find(heap_.back().node);
    heap_.pop_back();
    Item out = std::move(items_[it->second]);
    items_[it->second] = {};
    free_.push_back(it->second);
    slots_.erase(it);
    return out;
  }

 private:
  struct Key {
    uint64_t sequence, order;  // leaves' sinks (sequence 0) run last, in the order they came
    Node* node;
    bool operator<(const Key& o) const {
      return sequence != o.sequence ? sequence < o.sequence : order > o.order;
    }
  };
  uint64_t order_ = 0;
  std::vector<Key> heap_;
  std::vector<Item> items_;
  std::vector<uint32_t> free_;
  std::unordered_map<Node*, uint32_t> slots_;
};

// Which nodes lead to one of the wanted ones.
class Needed {
 public:
  Needed(const std::vector<Edge>& roots, const std::vector<Edge>& wanted) {
    for (const Edge& e : wanted)
      if (e.valid()) known_[e.node.get()] = true;
    std::vector<Node*> stack;
    for (const Edge& r : roots)
      if (r.valid()) stack.push_back(r.node.get());
    // Children first: a node stays on the stack until all of its inputs are known.
    std::unordered_map<Node*, bool> open;
    while (!stack.empty()) {
      Node* n = stack.back();
      if (const auto it = seen_.find(n); it != seen_.end() && it->second) {
        stack.pop_back();
        continue;
      }
      const bool second = seen_.contains(n);
      if (!second) {
        seen_[n] = false;
        for (const Edge& e : n->edges())
          if (e.valid() && !seen_.contains(e.node.get())) stack.push_back(e.node.get());
        continue;
      }
      seen_[n] = true;
      stack.pop_back();
      bool leads = false;
      for (const Edge& e : n->edges()) leads = leads || (e.valid() && runs(e.node.get()));
      below_[n] = leads;
    }
  }
  // The node, or something below it, is wanted.
  bool runs(Node* n) const { return known_.contains(n) || leads(n); }
  // Something below the node is wanted, so that it must be applied.
  bool leads(Node* n) const {
    const auto it = below_.find(n);
    return it != below_.end() && it->second;
  }

 private:
  std::unordered_map<Node*, bool> known_, seen_, below_;
};

void run_hooks(Node& node, std::span<Tensor> dy) {
  const auto call = [&](const auto& hooks, Tensor& g) {
    for (const auto& [handle, hook] : hooks)
      if (Tensor changed = hook(g); changed.defined()) {
        if (!(changed.sizes() == g.sizes()))
          fail("{}: a hook returned a gradient of shape {}, expected {}", node.op(),
               changed.sizes(), g.sizes());
        g = std::move(changed);
      }
  };
  if (node.is_sink()) {
    // A copy: a hook may add or remove hooks.
    if (const Meta* m = meta(static_cast<AccumulateGrad&>(node).leaf());
        m && !m->leaf_hooks.empty())
      call(std::vector(m->leaf_hooks), dy[0]);
    return;
  }
  if (!node.rare()) return;
  for (const OutputHooks& h : std::vector(node.rare()->hooks)) {
    if (!dy[h.nr].defined()) continue;
    call(h.hooks, dy[h.nr]);
    if (const auto keep = h.retain.lock())
      *keep = keep->defined() ? *keep + dy[h.nr] : dy[h.nr].clone();
  }
}

bool has_nan(const Tensor& t) {
  return visit_floating(t.dtype(), "anomaly", [&](auto zero) {
    using T = decltype(zero);
    const Tensor dense = raw::contiguous(t);
    const T* p = dense.data_ptr<T>();
    return std::any_of(p, p + dense.numel(), [](T v) { return v != v; });
  });
}

void apply(Node& node, std::span<Tensor> dy, std::span<Tensor> dx) {
  const RunningNode frame(node);
  node.apply(dy, dx);
  if (detail::anomaly && detail::anomaly_check_nan)
    for (size_t i = 0; i < dx.size(); ++i)
      if (dx[i].defined() && is_floating(dx[i].dtype()) && has_nan(dx[i]))
        fail("{}: the backward pass made a nan in the gradient of input {}", describe(node), i);
}

// Waits for the flag, and lets the next thread have it at the end of the scope.
class Turn {
 public:
  explicit Turn(std::atomic_flag& busy) : busy_(busy) {
    while (busy_.test_and_set(std::memory_order_acquire)) busy_.wait(true);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    busy_.clear(std::memory_order_release);
    busy_.notify_one();
  }

 private:
  std::atomic_flag& busy_;
};

}  // namespace

void AccumulateGrad::apply(std::span<Tensor> dy, std::span<Tensor>) {
  const Turn turn(busy_);
  const Tensor leaf{Ref<TensorImpl>(&leaf_)};
  Tensor& grad = leaf.mutable_grad();
  Tensor& fresh = dy[0];
  if (!fresh.defined()) return;
  if (grad.defined()) {
    if (GradMode::is_enabled())
      grad = grad + fresh;
    else
      grad.add_(fresh);
    return;
  }
  const bool same_layout = fresh.strides() == leaf.strides() || fresh.is_contiguous();
  if (GradMode::is_enabled())
    grad = fresh.clone();
  else if (same_layout && sole_owner(fresh))
    grad = fresh.requires_grad() ? fresh.detach() : std::move(fresh);
  else {
    grad = raw::empty_like(leaf, fresh.dtype());
    raw::copy(grad, fresh);
  }
}

std::vector<Tensor> run_backward(TensorList roots, TensorList grads, bool keep_graph,
                                 bool create_graph, TensorList inputs, bool accumulate_inputs,
                                 bool allow_unused, const char* op) {
  if (!grads.empty() && grads.size() != roots.size())
    fail("{}: expected one gradient for each of {} tensors, got {}", op, roots.size(),
         grads.size());
  const AutoGradMode mode(create_graph);

  Pending pending;
  std::vector<Edge> root_edges, wanted;
  for (size_t i = 0; i < roots.size(); ++i) {
    const Tensor& root = roots[i];
    if (!root.requires_grad())
      fail("{}: tensor {} does not require grad and has no grad_fn", op, i);
    root_edges.push_back(gradient_edge(root));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].requires_grad()) fail("{}: input {} does not require grad", op, i);
    wanted.push_back(gradient_edge(inputs[i]));
  }
  for (size_t i = 0; i < roots.size(); ++i) {
    const Tensor& root = roots[i];
    Tensor g = grads.empty() ? Tensor() : grads[i];
    if (!g.defined()) {
      if (root.numel() != 1)
        fail("{}: a gradient is needed for a tensor that is not a scalar, shape {}", op,
             root.sizes());
      g = raw::full(root.sizes(), 1, root.dtype());
    } else if (!(g.sizes() == root.sizes())) {
      fail("{}: the gradient has shape {}, the tensor {}", op, g.sizes(), root.sizes());
    } else if (g.dtype() != root.dtype()) {
      g = g.to(root.dtype());
    }
    pending.add(root_edges[i], std::move(g));
  }

  std::optional<Needed> needed;
  std::unordered_map<Node*, std::vector<size_t>> captures;
  std::vector<Tensor> captured(inputs.size());
  if (!inputs.empty()) {
    needed.emplace(root_edges, wanted);
    for (size_t i = 0; i < wanted.size(); ++i) captures[wanted[i].node.get()].push_back(i);
  }

  std::vector<Tensor> dx;
  while (!pending.empty()) {
    Pending::Item item = pending.pop();
    Node& node = *item.node;
    run_hooks(node, item.dy);
    if (needed) {
      if (const auto it = captures.find(&node); it != captures.end())
        for (size_t i : it->second) captured[i] = item.dy[wanted[i].nr];
      if (!needed->leads(&node)) continue;
    }
    const auto edges = node.edges();
    dx.assign(edges.size(), Tensor());
    apply(node, item.dy, dx);
    if (!keep_graph) node.release();
    for (size_t i = 0; i < edges.size(); ++i) {
      if (!dx[i].defined() || !edges[i].valid()) continue;
      if (needed && !needed->runs(edges[i].node.get())) continue;
      const OutputInfo& want = edges[i].node->output(edges[i].nr);
      pending.add(edges[i], fit(std::move(dx[i]), want, node, i));
    }
  }

  for (size_t i = 0; i < captured.size(); ++i) {
    if (!captured[i].defined() && !allow_unused)
      fail(
          "{}: input {} was not used to compute the outputs; pass allow_unused=true if that is "
          "meant",
          op, i);
    if (accumulate_inputs && captured[i].defined()) {
      Tensor& grad = inputs[i].mutable_grad();
      grad = grad.defined() ? grad + captured[i] : captured[i].clone();
    }
  }
  return captured;
}

void backward(TensorList tensors, TensorList grad_tensors, std::optional<bool> retain_graph,
              bool create_graph, TensorList inputs) {
  run_backward(tensors, grad_tensors, retain_graph.value_or(create_graph), create_graph, inputs,
               true, true, "backward");
}

variable_list grad(TensorList outputs, TensorList inputs, TensorList grad_outputs,
                   std::optional<bool> retain_graph, bool create_graph, bool allow_unused) {
  if (inputs.empty()) fail("grad: the list of inputs is empty");
  return run_backward(outputs, grad_outputs, retain_graph.value_or(create_graph), create_graph,
                      inputs, false, allow_unused, "grad");
}

}  // namespace gradus::autograd
