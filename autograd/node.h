// The tape: nodes and edges.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tensor/base/owned.h"
#include "tensor/tensor.h"

namespace gradus::autograd {

class Node;
class Recording;
struct StackTrace;

/// Several tensors.
using variable_list = std::vector<Tensor>;
/// Several tensors.
using tensor_list = std::vector<Tensor>;
/// A tensor, by the name it had when only some had gradients.
using Variable = Tensor;

namespace detail {
[[gnu::visibility("default")]] inline constinit std::atomic<bool> anomaly{false};
[[gnu::visibility("default")]] inline constinit std::atomic<bool> anomaly_check_nan{true};
}  // namespace detail

/// The reference by which the tape holds a node that the program holds by a shared_ptr: the object
/// lives until neither refers to it. Null for null.
Ref<Node> share(const std::shared_ptr<Node>& node);

/// Where a gradient flows: output `input_nr` of the operation that the node `function` stands for,
/// which is where that node takes its gradient in.
struct Edge {
  Ref<Node> function;
  uint32_t input_nr = 0;
  Edge() = default;
  Edge(Ref<Node> node, uint32_t nr) : function(std::move(node)), input_nr(nr) {}
  Edge(const std::shared_ptr<Node>& node, uint32_t nr) : function(share(node)), input_nr(nr) {}
  /// Whether it leads anywhere.
  bool is_valid() const { return bool(function); }
  friend bool operator==(const Edge&, const Edge&) = default;
};
/// Prints where a node is.
template <class Stream>
auto operator<<(Stream& out, const Ref<Node>& node)
    -> decltype(out << static_cast<const void*>(nullptr)) {
  return out << static_cast<const void*>(node.get());
}
/// Several edges.
using edge_list = std::vector<Edge>;

class FunctionPreHook;
class FunctionPostHook;

/// What a gradient must look like to be that of an output.
struct OutputInfo {
  Dims sizes;
  ScalarType dtype = ScalarType::Undefined;
};

/// Sees a gradient on its way, and may give another in its place (undefined for the same).
using TensorHook = std::function<Tensor(const Tensor&)>;

/// A set of inputs, input i as 1 << i.
using InputSet = uint8_t;

struct OutputHooks;

/// One recorded operation. Its edges lead from its inputs' gradients to where these came from;
/// every edge points to a node with a smaller sequence number, which makes the order of numbers a
/// valid order for the backward pass. Each thread counts for itself, and goes on from an input's
/// number where that is higher (Lamport's clock).
///
/// A node of your own, in libtorch's form: derive, override `apply`, give it edges by
/// set_next_edges(collect_next_edges(...)) and tensors by set_history(y, node).
///
/// What goes into a node in the backward pass are the gradients of its operation's outputs:
/// num_inputs() of them. What comes out are those of the operation's inputs, one for each edge:
/// num_outputs() of them.
class Node : public History, public memory::Pooled {
  // First, where the count leaves room for them.
  InputSet linked_ = 0;
  std::atomic<uint8_t> busy_{0};

 public:
  /// One of the program's own.
  explicit Node(edge_list&& next_edges = {});
  explicit Node(const char* op);
  virtual ~Node();
  /// Counts one more reference.
  void retain() const;
  /// Counts one reference less, and destroys the node with the last.
  static void unref(const Node* node) noexcept;

  /// PyTorch's `AddBackward0`; where that does not follow from the operation's name, it stands in
  /// the list in node_names.cpp. That of a program's own node is its class's.
  virtual std::string name() const;
  /// The operation's name.
  const char* op() const { return op_; }
  /// Gives the node another operation's name, which must outlive it.
  void set_op(const char* op) { op_ = op; }
  /// The node's place in the order of recording.
  uint64_t sequence() const { return sequence_; }
  /// The same, by libtorch's name.
  uint64_t sequence_nr() const { return sequence_; }

  /// One for each input of the operation.
  virtual std::span<Edge> edges();
  /// A copy of edges(), by libtorch's name.
  edge_list next_edges();
  /// Edge i. Throws IndexError out of range.
  const Edge& next_edge(size_t i);
  /// How many gradients come out: one for each edge.
  size_t num_outputs() { return edges().size(); }
  /// How many gradients go in: one for each output of the operation.
  size_t num_inputs() const { return rare_ ? rare_->outputs.size() + 1 : 1; }
  /// Shape and type of output `nr` of the operation.
  const OutputInfo& output(size_t nr) const {
    return nr == 0 ? first_output : rare_->outputs[nr - 1];
  }

  /// The gradients by the operation's inputs from those of its outputs (undefined where none came):
  /// what a node of your own overrides. One for each edge comes back, where undefined is zero.
  virtual variable_list apply(variable_list&& inputs);
  /// Calls apply.
  variable_list operator()(variable_list&& inputs) { return apply(std::move(inputs)); }
  /// The same as the engine calls it. dy: one gradient per output, undefined where none came. dx:
  /// one slot per edge; slots whose edge is invalid or whose gradient is zero may stay undefined.
  /// dy may be moved from.
  virtual void propagate(std::span<Tensor> dy, std::span<Tensor> dx);
  /// Lets go of what was saved; propagate throws from then on. A node that saved nothing stays
  /// usable.
  virtual void release() { release_variables(); }
  /// What a node of your own overrides to let go of what it saved.
  virtual void release_variables() {}
  /// Whether the node holds no other node: leaves' sinks.
  virtual bool is_sink() const { return false; }
  /// See autograd::linked().
  void set_linked(InputSet inputs) { linked_ = inputs; }
  /// The inputs of set_linked().
  InputSet linked() const { return linked_; }
  /// Held by the thread that runs the node (see Turn in engine.cpp).
  std::atomic<uint8_t>& busy() { return busy_; }

  /// The edges of a node of your own. Throws Error for an operation's node, whose edges stay, for
  /// an edge to a gradient that its node does not take in, and for one to a node that was made
  /// after tensors had this one as their history.
  void set_next_edges(edge_list&& next_edges);
  /// The same for one more edge.
  void add_next_edge(Edge edge);
  /// The same for edge i. Throws IndexError out of range.
  void set_next_edge(size_t i, Edge edge);
  /// Notes that one more gradient goes in, that of a tensor of such shape and type, and returns its
  /// number: for a node of your own.
  uint32_t add_input_metadata(const Tensor& t);
  /// A reference that keeps the node; it converts to a std::shared_ptr.
  Ref<Node> getptr() { return Ref<Node>(this); }
  /// Whether edge i leads anywhere. False out of range.
  bool should_compute_output(size_t i);
  /// The same, and the backward pass that runs on this thread, if any, wants that gradient.
  bool task_should_compute_output(size_t i);

  /// Calls the hook with the gradients that go in, before the node is applied; what it returns
  /// takes their place. See function_hook.h.
  void add_pre_hook(std::unique_ptr<FunctionPreHook>&& hook);
  /// The same, before the gradients are given to grad() or retain_grad() too.
  void add_tensor_pre_hook(std::unique_ptr<FunctionPreHook>&& hook);
  /// Calls the hook with the gradients that came out and those that went in; what it returns takes
  /// the place of the former. Returns a key for del_post_hook().
  uintptr_t add_post_hook(std::unique_ptr<FunctionPostHook>&& hook);
  /// Removes the hook of that key, and says whether there was one.
  bool del_post_hook(uintptr_t key);
  /// The hooks, in the order in which they were added.
  std::vector<std::unique_ptr<FunctionPreHook>>& pre_hooks();
  std::vector<std::unique_ptr<FunctionPreHook>>& tensor_pre_hooks();  ///< likewise
  std::vector<std::unique_ptr<FunctionPostHook>>& post_hooks();       ///< likewise

  OutputInfo first_output;

  /// What few nodes have.
  struct Rare {
    std::vector<OutputInfo> outputs;  // those after the first
    std::vector<OutputHooks> hooks;
    // In anomaly mode: where this was recorded, and in whose backward pass if in any.
    gradus::detail::Owned<const StackTrace> origin;
    Ref<Node> maker;
    // Of a checkpointed node: how it is recorded again, and as which node of that recording.
    std::shared_ptr<Recording> recording;
    size_t place = 0;
    std::vector<std::unique_ptr<FunctionPreHook>> pre_hooks, tensor_pre_hooks;
    std::vector<std::unique_ptr<FunctionPostHook>> post_hooks;
    // Of a program's own node: its edges, the gradients it takes in, and who else holds it.
    edge_list own_edges;
    uint32_t inputs_known = 0;
    std::shared_ptr<Node> owner;
    Rare();
    ~Rare();
  };
  /// What the node has of it, or null.
  Rare* rare() const { return rare_.get(); }
  /// The same, made when there is none.
  Rare& ensure_rare();

 protected:
  // The name by the operation and, if not empty, the kinds of its operands.
  std::string name_for(std::string_view operands) const;
  const char* op_;  // must outlive the node
  struct no_sequence {};
  Node(const char* op, no_sequence);
  // The edge along which a gradient of `x` flows, from this node.
  Edge edge_to(const Tensor& x);
  // Takes a place in the sequence after an input's node.
  void come_after(const Node& input);

 private:
  void let_go() const noexcept override { unref(this); }
  void note_origin();
  void check_next_edge(const Edge& edge);
  void give_back() const noexcept;
  bool is_own() const;
  std::string own_name() const;
  friend Ref<Node> share(const std::shared_ptr<Node>& node);
  mutable const Node* next_dying_ = nullptr;
  uint64_t sequence_;
  gradus::detail::Owned<Rare> rare_;
};

/// dx with a history that leads to `inputs` by a slope of zero, for a gradient that has none.
Tensor link(const Tensor& dx, std::vector<Edge> inputs);

/// The edge along which a gradient of `t` flows: to its grad_fn, its leaf sink, or nowhere. A
/// node's own edges are made by its edge_to().
Edge gradient_edge(const Tensor& t);
/// Output nr's hooks, made when there are none.
OutputHooks& hooks_of(Node& node, uint32_t nr);
/// Gives `t` a history. For a view see inplace.h.
void set_history(const Tensor& t, Ref<Node> node, uint32_t nr);
/// Makes `t` one more output of the operation that a node of your own stands for; undefined tensors
/// only take a number. Throws Error for an element type without gradients.
void set_history(const Tensor& t, const std::shared_ptr<Node>& node);
/// The same for several.
void set_history(const variable_list& list, const std::shared_ptr<Node>& node);
/// The same as set_history() for one.
void create_gradient_edge(const Tensor& t, const std::shared_ptr<Node>& node);
/// The edges along which gradients of the tensors flow.
edge_list collect_next_edges(const variable_list& list);
template <class... T>
edge_list collect_next_edges(const Tensor& first, const T&... rest) {
  return collect_next_edges(variable_list{first, rest...});
}
/// Whether one of the tensors requires grad.
bool any_variable_requires_grad(const variable_list& list);
/// The node that runs on this thread, if any: inside of backward functions and hooks.
Ref<Node> get_current_node();
/// Destroys a node: for std::shared_ptr<MyNode>(new MyNode, deleteNode).
void deleteNode(Node* node);

/// Runs the tape backwards from `roots`, whose gradients are `grads`. With `inputs` empty, leaves
/// collect their gradients; else the gradients of `inputs` are returned, and collected by them when
/// `accumulate`.
std::vector<Tensor> run_backward(TensorList roots, TensorList grads, bool keep_graph,
                                 bool create_graph, TensorList inputs, bool accumulate,
                                 bool allow_unused, const char* op);

}  // namespace gradus::autograd
