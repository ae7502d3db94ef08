// Nodes of the program's own, and what libtorch's programs ask of any node.
#include <cxxabi.h>

#include <algorithm>
#include <typeinfo>

#include "autograd/function_hook.h"
#include "autograd/graph.h"
#include "autograd/inplace.h"
#include "autograd/meta.h"
#include "autograd/own_node.h"
#include "autograd/pass.h"
#include "tensor/base/fail.h"

namespace gradus::autograd {
namespace {

constexpr const char* own_op = "custom node";

}  // namespace

Node::Node(edge_list&& next_edges) : Node(own_op) {
  if (!next_edges.empty()) set_next_edges(std::move(next_edges));
}

std::string Node::own_name() const {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(typeid(*this).name(), nullptr, nullptr, &status), std::free);
  return text ? text.get() : typeid(*this).name();
}
bool Node::is_own() const { return op_ == own_op; }

std::span<Edge> Node::edges() {
  return rare_ ? std::span<Edge>(rare_->own_edges) : std::span<Edge>();
}
edge_list Node::next_edges() {
  const auto e = edges();
  return {e.begin(), e.end()};
}
const Edge& Node::next_edge(size_t i) {
  const auto e = edges();
  if (i >= e.size()) fail_index("{}: next_edge({}) of {}", op_, i, e.size());
  return e[i];
}

void Node::check_next_edge(const Edge& edge) {
  if (!is_own()) fail("{}: the edges of an operation's node cannot be changed", op_);
  if (!edge.is_valid()) return;
  const Node& to = *edge.function;
  if (edge.input_nr >= to.num_inputs())
    fail("{}: an edge leads to gradient {} of {}, which takes {}", op_, edge.input_nr, to.op(),
         to.num_inputs());
  if (to.sequence_ >= sequence_ && first_output.dtype != ScalarType::Undefined)
    fail("{}: an edge leads to a node of {} that was made after this had outputs", op_, to.op());
  come_after(to);
}
void Node::add_next_edge(Edge edge) {
  check_next_edge(edge);
  ensure_rare().own_edges.push_back(std::move(edge));
}
void Node::set_next_edge(size_t i, Edge edge) {
  if (i >= num_outputs()) fail_index("{}: set_next_edge({}) of {}", op_, i, num_outputs());
  check_next_edge(edge);
  rare_->own_edges[i] = std::move(edge);
}
void Node::set_next_edges(edge_list&& next_edges) {
  for (const Edge& e : next_edges) check_next_edge(e);
  ensure_rare().own_edges = std::move(next_edges);
}
uint32_t Node::add_input_metadata(const Tensor& t) {
  if (!is_own()) fail("{}: an operation's node has the outputs that it has", op_);
  Rare& r = ensure_rare();
  const OutputInfo info = t.defined() ? OutputInfo{t.impl()->sizes, t.dtype()} : OutputInfo();
  if (r.inputs_known == 0)
    first_output = info;
  else
    r.outputs.push_back(info);
  return r.inputs_known++;
}

variable_list Node::apply(variable_list&& inputs) {
  if (is_own()) fail("{}: the node does not override apply", own_name());
  if (inputs.size() != num_inputs())
    fail("{}: the node takes {} gradients, got {}", op_, num_inputs(), inputs.size());
  variable_list dx(num_outputs());
  propagate(inputs, dx);
  return dx;
}
void Node::propagate(std::span<Tensor> dy, std::span<Tensor> dx) {
  variable_list out = apply({dy.begin(), dy.end()});
  // More than one gradient for each edge is fine as long as the rest are undefined.
  while (out.size() > dx.size() && !out.back().defined()) out.pop_back();
  if (out.size() != dx.size())
    fail("{}: apply returned {} gradients, expected {}", name(), out.size(), dx.size());
  std::move(out.begin(), out.end(), dx.begin());
}

bool Node::should_compute_output(size_t i) {
  const auto e = edges();
  return i < e.size() && e[i].is_valid();
}
bool Node::task_should_compute_output(size_t i) {
  if (!should_compute_output(i)) return false;
  Pass* const pass = Pass::current();
  return !pass || pass->wants(edges()[i].function.get());
}

void Node::add_pre_hook(std::unique_ptr<FunctionPreHook>&& hook) {
  if (!hook) fail("{}: add_pre_hook was given no hook", op_);
  ensure_rare().pre_hooks.push_back(std::move(hook));
}
void Node::add_tensor_pre_hook(std::unique_ptr<FunctionPreHook>&& hook) {
  if (!hook) fail("{}: add_tensor_pre_hook was given no hook", op_);
  ensure_rare().tensor_pre_hooks.push_back(std::move(hook));
}
uintptr_t Node::add_post_hook(std::unique_ptr<FunctionPostHook>&& hook) {
  if (!hook) fail("{}: add_post_hook was given no hook", op_);
  return reinterpret_cast<uintptr_t>(ensure_rare().post_hooks.emplace_back(std::move(hook)).get());
}
bool Node::del_post_hook(uintptr_t key) {
  return rare_ && std::erase_if(rare_->post_hooks, [&](const auto& h) {
                    return reinterpret_cast<uintptr_t>(h.get()) == key;
                  }) > 0;
}
std::vector<std::unique_ptr<FunctionPreHook>>& Node::pre_hooks() { return ensure_rare().pre_hooks; }
std::vector<std::unique_ptr<FunctionPreHook>>& Node::tensor_pre_hooks() {
  return ensure_rare().tensor_pre_hooks;
}
std::vector<std::unique_ptr<FunctionPostHook>>& Node::post_hooks() {
  return ensure_rare().post_hooks;
}

namespace {

class PreHook final : public FunctionPreHook {
 public:
  explicit PreHook(std::function<variable_list(const variable_list&)> f) : f_(std::move(f)) {}
  variable_list operator()(const variable_list& grads) override {
    variable_list changed = f_(grads);
    return changed.empty() ? grads : changed;
  }

 private:
  std::function<variable_list(const variable_list&)> f_;
};
class PostHook final : public FunctionPostHook {
 public:
  explicit PostHook(std::function<variable_list(const variable_list&, const variable_list&)> f)
      : f_(std::move(f)) {}
  variable_list operator()(const variable_list& outputs, const variable_list& inputs) override {
    variable_list changed = f_(outputs, inputs);
    return changed.empty() ? outputs : changed;
  }

 private:
  std::function<variable_list(const variable_list&, const variable_list&)> f_;
};

}  // namespace

void register_prehook(Node& node, std::function<variable_list(const variable_list&)> hook) {
  node.add_pre_hook(std::make_unique<PreHook>(std::move(hook)));
}
uintptr_t register_hook(
    Node& node, std::function<variable_list(const variable_list&, const variable_list&)> hook) {
  return node.add_post_hook(std::make_unique<PostHook>(std::move(hook)));
}

// While the tape refers to an object that the program holds by a shared_ptr, the object holds a
// copy of that pointer itself; with the tape's last reference it lets go of it.
Ref<Node> share(const std::shared_ptr<Node>& node) {
  if (!node) return {};
  const std::lock_guard lock(history_mutex());
  // A node whose references are counted needs no owner; the pointer is one of those references. A
  // leaf's sink counts with its leaf.
  if (node->is_sink() || node->ref_count() > 0) return Ref<Node>(node.get());
  node->ensure_rare().owner = node;
  return Ref<Node>(node.get());
}
void Node::give_back() const noexcept {
  refs_.store(0, std::memory_order_release);
  const std::shared_ptr<Node> last = std::move(rare_->owner);
}

void set_history(const Tensor& t, const Ref<Node>& node) {
  if (!node) return;
  if (t.defined() && !differentiable(t))
    fail("{}: a tensor of {} has no gradient, it cannot get a history", node->name(), t.dtype());
  const uint32_t nr = node->add_input_metadata(t);
  if (t.defined()) set_history(t, node, nr);
}
void set_history(const variable_list& list, const Ref<Node>& node) {
  for (const Tensor& t : list) set_history(t, node);
}
void create_gradient_edge(const Tensor& t, const Ref<Node>& node) { set_history(t, node); }
void set_history(const Tensor& t, const std::shared_ptr<Node>& node) {
  set_history(t, share(node));
}
void set_history(const variable_list& list, const std::shared_ptr<Node>& node) {
  set_history(list, share(node));
}
void create_gradient_edge(const Tensor& t, const std::shared_ptr<Node>& node) {
  set_history(t, node);
}

edge_list collect_next_edges(const variable_list& list) {
  edge_list edges;
  for (const Tensor& t : list) edges.push_back(gradient_edge(t));
  return edges;
}
bool any_variable_requires_grad(const variable_list& list) {
  for (const Tensor& t : list)
    if (needs_grad(t)) return true;
  return false;
}
Ref<Node> get_current_node() {
  const RunningNode* r = RunningNode::innermost();
  return r ? Ref<Node>(&r->node()) : Ref<Node>();
}
NodeGuard::NodeGuard(Ref<Node> node) : node_(std::move(node)) {
  if (!node_) fail("NodeGuard: the node is null");
  frame_ = std::make_unique<RunningNode>(*node_);
}
NodeGuard::~NodeGuard() = default;
void deleteNode(Node* node) { delete node; }

Tensor make_variable(const Tensor& data, bool requires_grad) {
  return data.defined() ? data.detach().requires_grad_(requires_grad) : Tensor();
}
Tensor make_variable(const Tensor& data, Edge gradient_edge) {
  if (!data.defined()) return {};
  Tensor t = data.detach();
  if (gradient_edge.is_valid()) impl::set_gradient_edge(t, std::move(gradient_edge));
  return t;
}

namespace impl {

void set_post_acc_grad_hooks(const Tensor& t, std::unique_ptr<PostAccumulateGradHook> hook) {
  if (!hook) fail("set_post_acc_grad_hooks: the hook is null");
  const std::shared_ptr<PostAccumulateGradHook> shared = std::move(hook);
  t.register_post_accumulate_grad_hook([shared](const Tensor& leaf) { (*shared)(leaf); });
}
Ref<Node> grad_accumulator(const Tensor& t) {
  if (!needs_grad(t) || !t.is_leaf()) return {};
  return autograd::gradient_edge(t).function;
}
Edge gradient_edge(const Tensor& t) { return autograd::gradient_edge(t); }
void set_gradient_edge(const Tensor& t, Edge edge) {
  if (!edge.is_valid()) fail("set_gradient_edge: the edge leads nowhere");
  if (!differentiable(t)) fail("set_gradient_edge: a tensor of {} has no gradient", t.dtype());
  if (edge.input_nr >= edge.function->num_inputs())
    fail("set_gradient_edge: the edge leads to gradient {} of {}, which takes {}", edge.input_nr,
         edge.function->op(), edge.function->num_inputs());
  set_history(t, std::move(edge.function), edge.input_nr);
}

}  // namespace impl
}  // namespace gradus::autograd
