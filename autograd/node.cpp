#include "autograd/node.h"

#include <atomic>
#include <thread>

#include "autograd/meta.h"
#include "autograd/modes.h"
#include "autograd/record.h"
#include "autograd/stacktrace.h"
#include "tensor/fail.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus::autograd {

namespace {
std::atomic<uint64_t> next_sequence{1};
}

Node::Node(const char* op)
    : op_(op), sequence_(next_sequence.fetch_add(1, std::memory_order_relaxed)) {
  if (detail::anomaly) origin = std::make_shared<StackTrace>(capture_stack());
}
Node::Node(const char* op, no_sequence) : op_(op), sequence_(0) {}
Node::~Node() = default;

const std::vector<Edge> Node::next_edges() {
  const auto e = edges();
  return {e.begin(), e.end()};
}

void Node::unref(const Node* node) noexcept {
  // Only a leaf's sink has no place in the sequence.
  if (!(node->sequence_ == 0 ? static_cast<const AccumulateGrad*>(node)->release_sink()
                             : node->release_ref()))
    return;
  // A node's end may be that of its inputs' nodes: a list instead of recursion, for long chains.
  static thread_local constinit const Node* dying = nullptr;
  static thread_local constinit bool busy = false;
  node->next_dying_ = dying;
  dying = node;
  if (busy) return;
  busy = true;
  while (dying) {
    const Node* n = dying;
    dying = n->next_dying_;
    delete n;
  }
  busy = false;
}

std::string Node::name() const {
  std::string out;
  bool upper = true;
  for (const char* p = op_; *p; ++p) {
    if (*p == '_') {
      upper = true;
      continue;
    }
    out += upper && *p >= 'a' && *p <= 'z' ? char(*p - 'a' + 'A') : *p;
    upper = false;
  }
  return out + "Backward0";
}

Meta& ensure_meta(const Tensor& t) {
  auto& slot = t.impl()->slot;
  if (!slot) slot = std::make_unique<Meta>();
  return static_cast<Meta&>(*slot);
}

namespace {
class SpinLock {
 public:
  explicit SpinLock(std::atomic_flag& flag) : flag_(flag) {
    while (flag_.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
  }
  ~SpinLock() { flag_.clear(std::memory_order_release); }

 private:
  std::atomic_flag& flag_;
};
}  // namespace

AccumulateGrad::AccumulateGrad(Tensor leaf)
    : Node("accumulate_grad", no_sequence()), leaf_(std::move(leaf)) {
  first_output = {leaf_.impl()->sizes, leaf_.dtype()};
}

bool AccumulateGrad::release_sink() const {
  Meta& m = *meta(leaf_);
  // Not an owner itself, the leaf gives its sink out under the lock while there is one.
  const auto forget = [&] {
    if (m.accumulator.load(std::memory_order_relaxed) == this)
      m.accumulator.store(nullptr, std::memory_order_relaxed);
  };
  if (ref_count() == 1) {
    const SpinLock lock(m.lock);
    if (ref_count() == 1) {
      forget();
      return true;
    }
  }
  if (!release_shared_ref()) return false;
  const SpinLock lock(m.lock);
  forget();
  return true;
}

namespace {
Ref<Node> leaf_sink(const Tensor& t) {
  Meta& m = ensure_meta(t);
  const SpinLock lock(m.lock);
  if (auto* a = m.accumulator.load(std::memory_order_relaxed); a && a->try_retain())
    return Ref<Node>::adopt(a);
  auto fresh = Ref<Node>::first(new AccumulateGrad(t));
  m.accumulator.store(static_cast<AccumulateGrad*>(fresh.get()), std::memory_order_relaxed);
  return fresh;
}
}  // namespace

Edge gradient_edge(const Tensor& t) {
  if (!t.defined() || !t.impl()->requires_grad()) return {};
  if (Ref<Node> fn = t.grad_fn()) return {std::move(fn), t.output_nr()};
  return {leaf_sink(t), 0};
}

OutputHooks& hooks_of(Node& node, uint32_t nr) {
  if (!node.hooks) node.hooks = std::make_unique<std::vector<OutputHooks>>();
  for (OutputHooks& h : *node.hooks)
    if (h.nr == nr) return h;
  return node.hooks->emplace_back(OutputHooks{nr, {}, {}});
}

void set_history(const Tensor& t, Ref<Node> node, uint32_t nr) {
  Meta& m = ensure_meta(t);
  // Written in place, a tensor retains the gradient of what it has become.
  if (m.retained && m.grad_fn) hooks_of(*m.grad_fn, m.output_nr).retain.reset();
  if (m.retained) hooks_of(*node, nr).retain = m.retained;
  m.grad_fn = std::move(node);
  m.output_nr = nr;
  m.requires_grad = false;
  t.impl()->tracked = true;
  t.impl()->view_version = t.impl()->storage->version();
}

namespace {
// The node that is being run, for messages from inside it.
thread_local const Node* running = nullptr;

std::string origin_of(const Node& node) {
  if (!node.origin) return {};
  const std::string frame = user_frame(*node.origin);
  return frame.empty() ? frame : ", recorded at " + frame;
}
}  // namespace

RunningNode::RunningNode(const Node& node) : before_(running) { running = &node; }
RunningNode::~RunningNode() { running = before_; }
std::string describe(const Node& node) { return node.op() + origin_of(node); }

void Saved::throw_modified() const {
  fail(
      "{}: a tensor saved for the backward pass was modified in place, shape {} is at version {}, "
      "expected {}",
      running ? describe(*running) : std::string("saved"), tensor_.sizes(),
      tensor_.impl()->storage->version(), version_);
}
void Saved::check_inference() {
  if (GradMode::is_enabled())
    fail("save: an inference tensor cannot be saved for the backward pass; clone it first");
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

void SavedOutput::keep(const Tensor& out) {
  tensor_ = raw::window(out);
  version_ = out.impl()->storage->version();
}
Tensor SavedOutput::restore(Node* node) const {
  if (!tensor_.defined()) return {};
  if (tensor_.impl()->storage->version() != version_)
    fail(
        "{}: its result, saved for the backward pass, was modified in place, shape {} is at "
        "version {}, expected {}",
        describe(*node), tensor_.sizes(), tensor_.impl()->storage->version(), version_);
  Tensor y = raw::window(tensor_);
  set_history(y, Ref<Node>(node), 0);
  return y;
}

namespace detail {

void throw_released(const Node& node) {
  fail(
      "{}: backward through the graph a second time, but what it saved is freed; pass "
      "retain_graph=true the first time",
      describe(node));
}

void set_outputs(Ref<Node>&& node, const Tensor& out) {
  node->first_output = {out.impl()->sizes, out.dtype()};
  set_history(out, std::move(node), 0);
}

void set_outputs(const Ref<Node>& node, TensorList outs) {
  node->outputs.resize(outs.empty() ? 0 : outs.size() - 1);
  for (size_t i = 0; i < outs.size(); ++i) {
    OutputInfo& info = i == 0 ? node->first_output : node->outputs[i - 1];
    if (!outs[i].defined()) continue;
    info = {outs[i].impl()->sizes, outs[i].dtype()};
    if (differentiable(outs[i])) set_history(outs[i], node, uint32_t(i));
  }
}

}  // namespace detail
}  // namespace gradus::autograd
