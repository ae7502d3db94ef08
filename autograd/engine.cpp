// The backward pass. Nodes run in the order of falling sequence numbers, which is a valid order
// (see Node), so that no dependencies need counting and nothing recurses.
#include <algorithm>
#include <exception>
#include <optional>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "autograd/autograd.h"
#include "autograd/function_hook.h"
#include "autograd/meta.h"
#include "autograd/needed.h"
#include "autograd/record.h"
#include "autograd/recording.h"
#include "tensor/base/fail.h"
#include "tensor/base/warn.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus::autograd {
namespace {

// A gradient as its edge's output wants it: summed where it was broadcast, of its type.
Tensor fit(Tensor g, const OutputInfo& want, const Node& from, size_t index) {
  if (want.dtype == ScalarType::Undefined) return g;  // a program's own node that says nothing
  if (!(g.sizes() == want.sizes.ref())) {
    if (!expandable(want.sizes, g.sizes()))
      fail("{}: the gradient of input {} has shape {}, expected {}", describe(from), index,
           g.sizes(), want.sizes.ref());
    g = g.sum_to_size(want.sizes);
  }
  return g.dtype() == want.dtype ? g : g.to(want.dtype);
}

// The right to run a node, which one thread has at a time: backward passes of several threads may
// meet at a node, and the first that does not keep the graph lets go of what the node saved.
class Turn {
 public:
  explicit Turn(Node& node) {
    if (!gradus::detail::one_thread()) take(node);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (busy_) give_back();
  }

 private:
  enum : uint8_t { free, held, awaited };
  [[gnu::noinline]] void take(Node& node) {
    std::atomic<uint8_t>& busy = node.busy();
    uint8_t state = free;
    if (!busy.compare_exchange_strong(state, held, std::memory_order_acquire)) {
      if (RunningNode::is_running(node)) return;  // a backward pass inside of this node's own
      while (busy.exchange(awaited, std::memory_order_acquire) != free) busy.wait(awaited);
    }
    busy_ = &busy;
  }
  [[gnu::noinline]] void give_back() {
    if (busy_->exchange(free, std::memory_order_release) == awaited) busy_->notify_one();
  }
  std::atomic<uint8_t>* busy_ = nullptr;
};

// Lets hooks of a whole node change all its gradients.
[[gnu::noinline]] void run_pre_hooks(Node& node,
                                     const std::vector<std::unique_ptr<FunctionPreHook>>& hooks,
                                     std::span<Tensor> dy) {
  for (size_t i = 0; i < hooks.size(); ++i) {
    variable_list changed = (*hooks[i])({dy.begin(), dy.end()});
    if (changed.size() != dy.size())
      fail("{}: a pre-hook returned {} gradients, expected {}", node.op(), changed.size(),
           dy.size());
    std::move(changed.begin(), changed.end(), dy.begin());
  }
}
void run_post_hooks(Node& node, const variable_list& dy, std::span<Tensor> dx) {
  const auto& hooks = node.rare()->post_hooks;
  for (size_t i = 0; i < hooks.size(); ++i) {
    variable_list changed = (*hooks[i])({dx.begin(), dx.end()}, dy);
    if (changed.size() != dx.size())
      fail("{}: a post-hook returned {} gradients, expected {}", node.op(), changed.size(),
           dx.size());
    std::move(changed.begin(), changed.end(), dx.begin());
  }
}

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
  }
  if (!node.rare()) return;
  run_pre_hooks(node, node.rare()->tensor_pre_hooks, dy);
  for (const OutputHooks& h : std::vector(node.rare()->hooks)) {
    if (!dy[h.nr].defined()) continue;
    call(h.hooks, dy[h.nr]);
    if (const auto keep = h.retain.lock()) {
      const Turn turn(node);
      *keep = keep->defined() ? *keep + dy[h.nr] : dy[h.nr].clone();
    }
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

void check_nan(const Node& node, std::span<const Tensor> dx) {
  for (size_t i = 0; i < dx.size(); ++i)
    if (dx[i].defined() && is_floating(dx[i].dtype()) && has_nan(dx[i]))
      fail("{}: the backward pass made a nan in the gradient of input {}", describe(node), i);
}

// The gradients that have no history get the one that linked() promises.
[[gnu::noinline]] void link_gradients(Node& node, std::span<Tensor> dx) {
  std::vector<Edge> read;
  const std::span<Edge> edges = node.edges();
  for (size_t i = 0; i < edges.size(); ++i)
    if (node.linked() >> i & 1 && edges[i].is_valid()) read.push_back(edges[i]);
  if (read.empty()) return;
  for (Tensor& g : dx)
    if (g.defined() && !g.requires_grad()) g = link(g, read);
}

[[gnu::noinline]] void apply_watched(Node& node, Node& worker, std::span<Tensor> dy,
                                     std::span<Tensor> dx) {
  try {
    worker.propagate(dy, dx);
    if (detail::anomaly_check_nan) check_nan(node, dx);
  } catch (...) {
    warn_of_origin(node);
    throw;
  }
}

// `worker` computes what `node` should.
[[gnu::always_inline]] inline void apply(Node& node, Node& worker, std::span<Tensor> dy,
                                         std::span<Tensor> dx, bool keep_graph) {
  if (detail::anomaly) [[unlikely]]
    apply_watched(node, worker, dy, dx);
  else
    worker.propagate(dy, dx);
  if (!keep_graph) worker.release();
  if (GradMode::is_enabled() && node.linked()) link_gradients(node, dx);
}
[[gnu::noinline]] void apply_rare(Node& node, std::span<Tensor> dy, std::span<Tensor> dx,
                                  bool keep_graph) {
  Node::Rare& rare = *node.rare();
  run_pre_hooks(node, rare.pre_hooks, dy);
  variable_list came;
  if (!rare.post_hooks.empty()) came.assign(dy.begin(), dy.end());
  Node& worker = working(node);
  apply(node, worker, dy, dx, keep_graph);
  if (!keep_graph && &worker != &node) rare.recording.reset();
  run_post_hooks(node, came, dx);
}
void apply(Node& node, std::span<Tensor> dy, std::span<Tensor> dx, bool keep_graph) {
  const Turn turn(node);
  const RunningNode frame(node);
  if (node.rare()) [[unlikely]]
    apply_rare(node, dy, dx, keep_graph);
  else
    apply(node, node, dy, dx, keep_graph);
}

}  // namespace

void AccumulateGrad::propagate(std::span<Tensor> dy, std::span<Tensor>) {
  if (!dy[0].defined()) return;
  accumulate(dy[0]);
  tell_accumulated();
}
void AccumulateGrad::tell_accumulated() {
  const Meta* m = meta(leaf_);
  if (!m || m->accumulated_hooks.empty()) return;
  const Tensor leaf{Ref<TensorImpl>(&leaf_)};
  // A copy: a hook may add or remove hooks.
  for (const auto& [handle, hook] : std::vector(m->accumulated_hooks)) hook(leaf);
}
void AccumulateGrad::accumulate(Tensor& fresh) {
  const Tensor leaf{Ref<TensorImpl>(&leaf_)};
  Tensor& grad = leaf.mutable_grad();
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

namespace {

// An edge that leads up the order of numbers was set late, to a node of the program's own. It may
// close a circle, in which a pass would never end.
[[gnu::cold, gnu::noinline]] void check_no_circle(const Node& node, Node& next, const char* op) {
  std::unordered_set<Node*> seen{&next};
  std::vector<Node*> open{&next};
  while (!open.empty()) {
    Node* const n = open.back();
    open.pop_back();
    if (n == &node)
      fail("{}: the edges of the nodes make a circle, from {} to {} and back", op, node.name(),
           next.name());
    for (const Edge& e : n->edges())
      if (e.is_valid() && seen.insert(e.function.get()).second) open.push_back(e.function.get());
  }
}

std::vector<Tensor> run_here(TensorList roots, TensorList grads, bool keep_graph, bool create_graph,
                             TensorList inputs, bool accumulate_inputs, bool allow_unused,
                             const char* op) {
  if (!grads.empty() && grads.size() != roots.size())
    fail("{}: expected one gradient for each of {} tensors, got {}", op, roots.size(),
         grads.size());
  const AutoGradMode mode(create_graph);

  Pending pending;
  List<Edge> root_edges, wanted;
  for (size_t i = 0; i < roots.size(); ++i) {
    const Tensor& root = roots[i];
    if (!needs_grad(root)) fail("{}: tensor {} does not require grad and has no grad_fn", op, i);
    root_edges.push_back(gradient_edge(root));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!needs_grad(inputs[i])) fail("{}: input {} does not require grad", op, i);
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
    for (size_t i = 0; i < wanted.size(); ++i) captures[wanted[i].function.get()].push_back(i);
  }

  RunningPass pass(keep_graph, create_graph, root_edges, needed ? &*needed : nullptr,
                   needed && !accumulate_inputs);
  List<Tensor> dx;
  while (!pending.empty()) {
    Pending::Item item = pending.pop();
    Node& node = *item.node;
    const std::span<Tensor> dy = item.dy();
    run_hooks(node, dy);
    if (needed) {
      if (const auto it = captures.find(&node); it != captures.end())
        for (size_t i : it->second) captured[i] = dy[wanted[i].input_nr];
      if (!needed->leads(&node)) continue;
    }
    const auto edges = node.edges();
    for (const Edge& e : edges)
      if (e.is_valid()) fetch(e.function.get());
    dx.clear();
    dx.resize(edges.size());
    apply(node, dy, dx, keep_graph);
    for (size_t i = 0; i < edges.size(); ++i) {
      if (!dx[i].defined() || !edges[i].is_valid()) continue;
      if (needed && !needed->runs(edges[i].function.get())) continue;
      Node& next = *edges[i].function;
      if (next.sequence() >= node.sequence()) [[unlikely]]
        check_no_circle(node, next, op);
      const OutputInfo& want = next.output(edges[i].input_nr);
      pending.add(edges[i], fit(std::move(dx[i]), want, node, i));
    }
  }

  pass.end();

  for (size_t i = 0; i < captured.size(); ++i) {
    if (!captured[i].defined() && !allow_unused)
      fail(
          "{}: input {} was not used to compute the outputs; pass allow_unused=true if that is "
          "meant",
          op, i);
    if (accumulate_inputs && captured[i].defined()) {
      std::optional<Turn> turn;
      if (Node& node = *wanted[i].function; node.is_sink()) turn.emplace(node);
      Tensor& grad = inputs[i].mutable_grad();
      grad = grad.defined() ? grad + captured[i] : captured[i].clone();
      if (turn) static_cast<AccumulateGrad&>(*wanted[i].function).tell_accumulated();
    }
  }
  return captured;
}

[[gnu::cold]] void warn_of_cycle() {
  static std::atomic<bool> given{false};
  warn_once(
      given,
      "backward: with create_graph a leaf's grad holds the graph and the graph the leaf, so that "
      "neither is freed until grad is reset; autograd::grad() makes no such cycle");
}

// How many backward passes this thread is in, each inside of a node of the one before.
[[gnu::tls_model("initial-exec")]] constinit thread_local int depth = 0;
struct Deeper {
  Deeper() { ++depth; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;
  ~Deeper() { --depth; }
};
// More than these need another thread's stack.
constexpr int most_on_a_stack = 100;

// Calls f on a thread of its own, which stands for the calling one, and waits for it.
template <class F>
void on_new_stack(F f) {
  std::exception_ptr error;
  const bool grad_mode = GradMode::is_enabled(), inference = InferenceMode::is_enabled();
  const RunningNode* const running = RunningNode::innermost();
  Pass* const pass = Pass::current();
  WarningHandler* const handler = WarningUtils::get_warning_handler();
  std::thread thread;
  try {
    thread = std::thread([&] {
      GradMode::set_enabled(grad_mode);
      gradus::detail::inference_mode = inference;
      RunningNode::continue_from(running);
      Pass::set_current(pass);
      WarningUtils::set_warning_handler(handler);
      try {
        f();
      } catch (...) {
        error = std::current_exception();
      }
    });
  } catch (const std::system_error&) {
    return f();  // the system has no threads left
  }
  thread.join();
  if (error) std::rethrow_exception(error);
}

}  // namespace

std::vector<Tensor> run_backward(TensorList roots, TensorList grads, bool keep_graph,
                                 bool create_graph, TensorList inputs, bool accumulate_inputs,
                                 bool allow_unused, const char* op) {
  if (create_graph && accumulate_inputs) warn_of_cycle();
  const Deeper deeper;
  const auto run = [&] {
    return run_here(roots, grads, keep_graph, create_graph, inputs, accumulate_inputs, allow_unused,
                    op);
  };
  if (depth <= most_on_a_stack) return run();
  std::vector<Tensor> captured;
  on_new_stack([&] {
    const Deeper first;
    captured = run();
  });
  return captured;
}

}  // namespace gradus::autograd
