// The backward pass. Nodes run in the order of falling sequence numbers, which is a valid order
// (see Node), so that no dependencies need counting and nothing recurses.
#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

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

// A list whose memory comes from the tensors' cache, and is there at once for the next pass.
template <class T>
struct CachedMemory {
  using value_type = T;
  CachedMemory() = default;
  template <class U>
  CachedMemory(const CachedMemory<U>&) {}
  T* allocate(size_t n) { return static_cast<T*>(memory::allocate(n * sizeof(T))); }
  void deallocate(T* p, size_t n) { memory::deallocate(p, n * sizeof(T)); }
  friend bool operator==(CachedMemory, CachedMemory) { return true; }
};
template <class T>
using List = std::vector<T, CachedMemory<T>>;

// Gradients that wait for their node.
class Pending {
 public:
  class Item {
   public:
    Ref<Node> node;
    std::span<Tensor> dy() { return all_.empty() ? std::span(&one_, 1) : std::span(all_); }

   private:
    friend class Pending;
    Tensor one_;
    List<Tensor> all_;  // of a node with several outputs
  };

  bool empty() const { return heap_.empty() && next_sink_ == sinks_.size(); }
  void add(const Edge& e, Tensor&& g) {
    if (2 * (items_.size() - free_.size() + 1) > table_.size()) grow();
    const size_t place = find(e.node.get());
    if (table_[place] == none) insert(place, e.node);
    accumulate(items_[table_[place]].dy()[e.nr], std::move(g));
  }
  // The node with the highest number; leaves' sinks come last, in the order they came.
  Item pop() {
    uint32_t at;
    if (!heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end());
      at = heap_.back().item;
      heap_.pop_back();
    } else {
      at = sinks_[next_sink_++];
    }
    erase(find(items_[at].node.get()));
    free_.push_back(at);
    return std::exchange(items_[at], {});
  }

 private:
  static constexpr uint32_t none = ~uint32_t(0);
  static constexpr size_t few = 16;
  struct Key {
    uint64_t sequence, order;  // nodes of several threads may share a number: the first comes first
    uint32_t item;
    bool operator<(const Key& o) const {
      return sequence != o.sequence ? sequence < o.sequence : order > o.order;
    }
  };

  void insert(size_t place, const Ref<Node>& node) {
    uint32_t at = uint32_t(items_.size());
    if (free_.empty()) {
      if (at == 0) items_.reserve(few);
      items_.emplace_back();
    } else {
      at = free_.back();
      free_.pop_back();
    }
    Item& item = items_[at];
    item.node = node;
    if (node->num_outputs() > 1) item.all_.resize(node->num_outputs());
    if (node->is_sink()) {
      sinks_.push_back(at);
    } else {
      heap_.push_back({node->sequence(), order_++, at});
      std::push_heap(heap_.begin(), heap_.end());
    }
    table_[place] = at;
  }

  // Items are found by their node in a hash table with linear probing, at most half full.
  size_t next(size_t place) const { return (place + 1) & (table_.size() - 1); }
  size_t home(const Node* n) const {
    return size_t((uint64_t(reinterpret_cast<uintptr_t>(n)) * 0x9e3779b97f4a7c15u) >> 32) &
           (table_.size() - 1);
  }
  // Where the node is, or where it is to be put.
  size_t find(const Node* n) const {
    size_t place = home(n);
    while (table_[place] != none && items_[table_[place]].node.get() != n) place = next(place);
    return place;
  }
  void erase(size_t place) {
    // Those behind it move up, unless that would be before their home.
    const size_t mask = table_.size() - 1;
    for (size_t i = next(place); table_[i] != none; i = next(i)) {
      const size_t from_home = (i - home(items_[table_[i]].node.get())) & mask;
      if (from_home < ((i - place) & mask)) continue;
      table_[place] = table_[i];
      place = i;
    }
    table_[place] = none;
  }
  void grow() {
    const List<uint32_t> old =
        std::exchange(table_, List<uint32_t>(std::max(2 * few, 2 * table_.size()), none));
    for (const uint32_t at : old)
      if (at != none) table_[find(items_[at].node.get())] = at;
  }

  uint64_t order_ = 0;
  size_t next_sink_ = 0;
  List<Key> heap_;
  List<Item> items_;
  List<uint32_t> table_, sinks_, free_;
};

// Which nodes lead to one of the wanted ones.
class Needed {
 public:
  Needed(const List<Edge>& roots, const List<Edge>& wanted) {
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

// The nodes that come next, in a large graph cold.
void fetch(const Node* node) {
  for (int line = 0; line < 4; ++line)
    __builtin_prefetch(reinterpret_cast<const char*>(node) + 64 * line);
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
  explicit Turn(std::atomic_flag& busy) : busy_(busy), alone_(gradus::detail::one_thread()) {
    while (!alone_ && busy_.test_and_set(std::memory_order_acquire)) busy_.wait(true);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (alone_) return;
    busy_.clear(std::memory_order_release);
    busy_.notify_one();
  }

 private:
  std::atomic_flag& busy_;
  const bool alone_;
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
  List<Edge> root_edges, wanted;
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

  List<Tensor> dx;
  while (!pending.empty()) {
    Pending::Item item = pending.pop();
    Node& node = *item.node;
    const std::span<Tensor> dy = item.dy();
    run_hooks(node, dy);
    if (needed) {
      if (const auto it = captures.find(&node); it != captures.end())
        for (size_t i : it->second) captured[i] = dy[wanted[i].nr];
      if (!needed->leads(&node)) continue;
    }
    const auto edges = node.edges();
    for (const Edge& e : edges)
      if (e.valid()) fetch(e.node.get());
    dx.clear();
    dx.resize(edges.size());
    apply(node, dy, dx);
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
      std::optional<Turn> turn;
      if (Node& node = *wanted[i].node; node.is_sink())
        turn.emplace(static_cast<AccumulateGrad&>(node).busy());
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
