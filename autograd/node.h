// The tape: nodes and edges.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace gradus::autograd {

class Node;
class Recording;
struct StackTrace;

namespace detail {
inline constinit std::atomic<bool> anomaly{false};
inline constinit std::atomic<bool> anomaly_check_nan{true};
}  // namespace detail

/// Where a gradient flows: output `nr` of the operation that `node` stands for.
struct Edge {
  Ref<Node> node;
  uint32_t nr = 0;
  /// Whether it leads anywhere.
  bool valid() const { return bool(node); }
};

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
class Node : public History, public memory::Pooled {
  // First, where the count leaves room for them.
  InputSet linked_ = 0;
  std::atomic<uint8_t> busy_{0};

 public:
  explicit Node(const char* op);
  virtual ~Node();
  /// Counts one more reference.
  void retain() const;
  /// Counts one reference less, and destroys the node with the last.
  static void unref(const Node* node) noexcept;

  /// PyTorch's `AddBackward0`; where that does not follow from the operation's name, it stands in
  /// the list in node_names.cpp.
  virtual std::string name() const;
  /// The operation's name.
  const char* op() const { return op_; }
  /// Gives the node another operation's name, which must outlive it.
  void set_op(const char* op) { op_ = op; }
  /// The node's place in the order of recording.
  uint64_t sequence() const { return sequence_; }

  /// One for each input.
  virtual std::span<Edge> edges() = 0;
  /// A copy of edges(), by libtorch's name.
  const std::vector<Edge> next_edges();
  /// How many outputs the operation has.
  size_t num_outputs() const { return rare_ ? rare_->outputs.size() + 1 : 1; }
  /// Shape and type of output `nr`.
  const OutputInfo& output(size_t nr) const {
    return nr == 0 ? first_output : rare_->outputs[nr - 1];
  }

  /// dy: one gradient per output, undefined where none came. dx: one slot per edge; slots whose
  /// edge is invalid or whose gradient is zero may stay undefined. dy may be moved from.
  virtual void apply(std::span<Tensor> dy, std::span<Tensor> dx) = 0;
  /// Lets go of what was saved; apply throws from then on. A node that saved nothing stays usable.
  virtual void release() {}
  /// Whether the node holds no other node: leaves' sinks.
  virtual bool is_sink() const { return false; }
  /// See autograd::linked().
  void set_linked(InputSet inputs) { linked_ = inputs; }
  /// The inputs of set_linked().
  InputSet linked() const { return linked_; }
  /// Held by the thread that runs the node (see Turn in engine.cpp).
  std::atomic<uint8_t>& busy() { return busy_; }

  OutputInfo first_output;

  /// What few nodes have.
  struct Rare {
    std::vector<OutputInfo> outputs;  // those after the first
    std::vector<OutputHooks> hooks;
    // In anomaly mode: where this was recorded, and in whose backward pass if in any.
    std::unique_ptr<const StackTrace> origin;
    Ref<Node> maker;
    // Of a checkpointed node: how it is recorded again, and as which node of that recording.
    std::shared_ptr<Recording> recording;
    size_t place = 0;
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
  mutable const Node* next_dying_ = nullptr;
  uint64_t sequence_;
  std::unique_ptr<Rare> rare_;
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

/// Runs the tape backwards from `roots`, whose gradients are `grads`. With `inputs` empty, leaves
/// collect their gradients; else the gradients of `inputs` are returned, and collected by them when
/// `accumulate`.
std::vector<Tensor> run_backward(TensorList roots, TensorList grads, bool keep_graph,
                                 bool create_graph, TensorList inputs, bool accumulate,
                                 bool allow_unused, const char* op);

}  // namespace gradus::autograd
