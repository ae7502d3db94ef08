#include "autograd/node.h"

#include <algorithm>

#include "autograd/function_hook.h"
#include "autograd/meta.h"
#include "autograd/modes.h"
#include "autograd/record.h"
#include "autograd/recording.h"
#include "autograd/saved_variable.h"
#include "autograd/stacktrace.h"
#include "tensor/base/fail.h"
#include "tensor/base/fork.h"
#include "tensor/base/warn.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus::autograd {

namespace {
// The highest that the thread has given to a node.
[[gnu::tls_model("initial-exec")]] constinit thread_local uint64_t last_sequence = 0;
}  // namespace

uint64_t begin_recording() {
  // A recording has the upper half of its nodes' numbers to itself.
  static constinit std::atomic<uint64_t> recordings{0};
  return last_sequence = std::max(last_sequence, ++recordings << 32);
}

Node::Rare::Rare() = default;
Node::Rare::~Rare() = default;
Node::Rare& Node::ensure_rare() {
  if (!rare_) rare_ = std::make_unique<Rare>();
  return *rare_;
}

Node::Node(const char* op) : op_(op), sequence_(++last_sequence) {
  if (detail::anomaly) note_origin();
}
void Node::note_origin() {
  Rare& r = ensure_rare();
  r.origin = std::make_unique<StackTrace>(capture_stack());
  if (const RunningNode* maker = RunningNode::innermost()) r.maker = Ref<Node>(&maker->node());
}
Node::Node(const char* op, no_sequence) : op_(op), sequence_(0) {}
Node::~Node() = default;

// Only a leaf's sink has no place in the sequence.
void Node::retain() const {
  const Counted& counted =
      sequence_ == 0 ? static_cast<const Counted&>(static_cast<const AccumulateGrad*>(this)->leaf())
                     : *this;
  counted.retain();
}
void Node::unref(const Node* node) noexcept {
  if (node->sequence_ == 0)
    return TensorImpl::unref(&static_cast<const AccumulateGrad*>(node)->leaf());
  if (!node->release_ref()) return;
  // A node's end may be that of its inputs' nodes: a list instead of recursion, for long chains.
  [[gnu::tls_model("initial-exec")]] static thread_local constinit const Node* dying = nullptr;
  [[gnu::tls_model("initial-exec")]] static thread_local constinit bool busy = false;
  node->next_dying_ = dying;
  dying = node;
  if (busy) return;
  busy = true;
  while (dying) {
    const Node* n = dying;
    dying = n->next_dying_;
    if (n->rare_ && n->rare_->owner) [[unlikely]]
      n->give_back();
    else
      delete n;
  }
  busy = false;
}

Meta& ensure_meta(const Tensor& t) {
  auto& slot = t.impl()->slot;
  if (!slot) slot = std::make_unique<Meta>();
  return static_cast<Meta&>(*slot);
}

AccumulateGrad::AccumulateGrad(TensorImpl& leaf)
    : Node("accumulate_grad", no_sequence()), leaf_(leaf) {
  first_output = {leaf.sizes, leaf.dtype};
}

std::mutex& history_mutex() {
  static constinit std::mutex mutex;
  return mutex;
}
[[maybe_unused]] static const bool held =
    (gradus::detail::hold_over_forks(history_mutex(), gradus::detail::LockOrder::history), true);

namespace {
AccumulateGrad* make_sink(Meta& m, TensorImpl& leaf) {
  const std::lock_guard lock(history_mutex());
  const auto fits = [&](const auto& s) { return s->fits(leaf); };
  auto it = std::find_if(m.sinks.begin(), m.sinks.end(), fits);
  if (it == m.sinks.end()) it = m.sinks.insert(it, std::make_unique<AccumulateGrad>(leaf));
  m.sink.store(it->get(), std::memory_order_release);
  return it->get();
}
}  // namespace

Edge gradient_edge(const Tensor& t) {
  if (!needs_grad(t)) return {};
  if (Ref<Node> fn = t.grad_fn()) return {std::move(fn), t.output_nr()};
  Meta& m = ensure_meta(t);
  AccumulateGrad* sink = m.sink.load(std::memory_order_acquire);
  if (!sink || !sink->fits(*t.impl())) sink = make_sink(m, *t.impl());
  return {Ref<Node>(sink), 0};
}

void Node::come_after(const Node& input) {
  if (input.sequence_ >= sequence_) sequence_ = last_sequence = input.sequence_ + 1;
}
Edge Node::edge_to(const Tensor& x) {
  Edge e = gradient_edge(x);
  if (e.is_valid()) come_after(*e.function);
  return e;
}

OutputHooks& hooks_of(Node& node, uint32_t nr) {
  auto& hooks = node.ensure_rare().hooks;
  for (OutputHooks& h : hooks)
    if (h.nr == nr) return h;
  return hooks.emplace_back(OutputHooks{nr, {}, {}});
}

void set_history(const Tensor& t, Ref<Node> node, uint32_t nr) {
  TensorImpl& i = *t.impl();
  // Written in place, a tensor retains the gradient of what it has become.
  if (const Meta* m = meta(i); m && m->retained) {
    if (i.history) hooks_of(static_cast<Node&>(*i.history), i.output_nr).retain.reset();
    hooks_of(*node, nr).retain = m->retained;
  }
  i.history = std::move(node);
  i.output_nr = nr;
  i.tracked = true;
  std::atomic_ref(i.view_version).store(i.storage->version(), std::memory_order_release);
}

namespace {
[[gnu::tls_model("initial-exec")]] constinit thread_local const RunningNode* running = nullptr;

std::string origin_of(const Node& node) {
  if (!node.rare() || !node.rare()->origin) return {};
  const std::string frame = user_frame(*node.rare()->origin);
  return frame.empty() ? frame : ", recorded at " + frame;
}
}  // namespace

RunningNode::RunningNode(Node& node) : node_(node), before_(running) { running = this; }
RunningNode::~RunningNode() { running = before_; }
const RunningNode* RunningNode::innermost() { return running; }
bool RunningNode::is_running(const Node& node) {
  for (const RunningNode* r = running; r; r = r->before_)
    if (&r->node_ == &node) return true;
  return false;
}
bool RunningNode::is_on_stack(const RunningNode* frame, const Node& node) {
  for (const RunningNode* r = running; r; r = r->before_)
    if (r == frame) return &r->node_ == &node;
  return false;
}
void RunningNode::continue_from(const RunningNode* innermost) { running = innermost; }

std::string describe(const Node& node) { return node.op() + origin_of(node); }

void warn_of_origin(const Node& node) {
  const char* made = "caused the error";
  for (const Node* n = &node; n && n->rare() && n->rare()->origin; n = n->rare()->maker.get()) {
    const std::string frames = user_frames(*n->rare()->origin);
    warn("{}: {}. Traceback of forward call that {}:\n{}", n->name(),
         n == &node ? "its backward pass failed" : "its backward pass recorded the one before",
         made,
         frames.empty() ? "  no frame of the program is known; compile it with -g\n" : frames);
    made = "induced the previous calculation";
  }
}

Tensor linked(InputSet inputs, Tensor y) {
  if (History* made_by = y.impl()->history.get()) static_cast<Node*>(made_by)->set_linked(inputs);
  return y;
}

namespace {
class Link final : public Node {
 public:
  explicit Link(std::vector<Edge> inputs) : Node("link"), edges_(std::move(inputs)) {
    std::erase_if(edges_, [](const Edge& e) { return !e.is_valid(); });
    for (const Edge& e : edges_) come_after(*e.function);
  }
  std::span<Edge> edges() override { return edges_; }
  void propagate(std::span<Tensor>, std::span<Tensor> dx) override {
    for (size_t i = 0; i < dx.size(); ++i) {
      const OutputInfo& x = edges_[i].function->output(edges_[i].input_nr);
      dx[i] = raw::zeros(x.sizes, x.dtype);
    }
  }

 private:
  std::vector<Edge> edges_;
};
}  // namespace

Tensor link(const Tensor& dx, std::vector<Edge> inputs) {
  // Another handle: the caller's may be the gradient that came in.
  Tensor y = raw::window(dx);
  detail::set_outputs(Ref<Node>::first(new Link(std::move(inputs))), y);
  return y;
}

Tensor Grads::operator[](size_t i) const {
  if (dy_[i].defined()) return dy_[i];
  return raw::zeros(node_.output(i).sizes, node_.output(i).dtype);
}
std::vector<Tensor> Grads::all() const {
  std::vector<Tensor> out(size());
  for (size_t i = 0; i < size(); ++i) out[i] = (*this)[i];
  return out;
}

Tensor called(const char* op, Tensor y) {
  if (History* made_by = y.impl()->history.get()) static_cast<Node*>(made_by)->set_op(op);
  return y;
}

namespace detail {

void throw_released(const Node& node) {
  fail("{}: {}; pass retain_graph=true the first time", describe(node), ERR_BACKWARD_TWICE);
}

void check_input(const Node& node, const Edge& edge, const Tensor& x) {
  const Dims& recorded = edge.function->output(edge.input_nr).sizes;
  if (!(x.sizes() == recorded.ref()))
    fail("{}: the input was given another shape without recording, {}, its history has {}",
         node.op(), x.sizes(), recorded.ref());
}

void set_outputs(Ref<Node>&& node, const Tensor& out) {
  node->first_output = {out.impl()->sizes, out.dtype()};
  set_history(out, std::move(node), 0);
}

void set_outputs(const Ref<Node>& node, TensorList outs) {
  if (outs.size() > 1) node->ensure_rare().outputs.resize(outs.size() - 1);
  for (size_t i = 0; i < outs.size(); ++i) {
    OutputInfo& info = i == 0 ? node->first_output : node->rare()->outputs[i - 1];
    if (!outs[i].defined()) continue;
    info = {outs[i].impl()->sizes, outs[i].dtype()};
    if (differentiable(outs[i])) set_history(outs[i], node, uint32_t(i));
  }
}

}  // namespace detail
}  // namespace gradus::autograd
