// What nodes save, and the hooks that pack it.
#include <climits>
#include <exception>
#include <list>

#include "autograd/graph.h"
#include "autograd/inplace.h"
#include "autograd/meta.h"
#include "autograd/pass.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::autograd {
namespace {

// What stands in the place of a tensor that hooks packed: a tensor without elements, in whose slot
// is this. Its version is one that a storage never has, so that whoever asks for it takes the way
// of a tensor that was written to.
struct Packed final : ImplSlot {
  std::function<Tensor()> unpack;
  Edge edge;  // the history of the tensor, without the tensor
  OutputInfo info;
};
constexpr uint32_t packed_version = ~uint32_t(0);

const Packed* packed(const Tensor& t) { return dynamic_cast<Packed*>(t.impl()->slot.get()); }

// Of this thread: hooks, the innermost last, and the reason why there may be none.
struct Packers {
  std::vector<detail::Packer> stack;
  std::optional<std::string> disabled;
  std::exception_ptr error;
};
Packers& packers() {
  static thread_local Packers all;
  return all;
}

// While a hook runs nothing is recorded, nor packed.
class InHook {
 public:
  InHook() : before_(std::exchange(detail::saved_hooks, 0)) {}
  InHook(const InHook&) = delete;
  InHook& operator=(const InHook&) = delete;
  ~InHook() { detail::saved_hooks = before_; }

 private:
  int before_;
  NoGradGuard no_grad_;
};

// `history` is left out where the tensor is an output of its node.
Tensor pack(const Tensor& t, bool history, const detail::Packer& packer) {
  auto slot = std::make_unique<Packed>();
  slot->info = {t.impl()->sizes, t.dtype()};
  if (history) slot->edge = gradient_edge(t);
  const InHook scope;
  slot->unpack = packer(raw::window(t));
  Tensor placeholder = raw::empty({0}, t.dtype());
  placeholder.impl()->slot = std::move(slot);
  return placeholder;
}
Tensor unpack(const Packed& slot, const char* op) {
  Tensor t;
  {
    const InHook scope;
    t = slot.unpack();
  }
  if (!t.defined()) fail("{}: the unpack hook returned an undefined tensor", op);
  if (!(t.sizes() == slot.info.sizes.ref()) || t.dtype() != slot.info.dtype)
    fail("{}: the unpack hook returned {} of shape {}, what was packed is {} of shape {}", op,
         t.dtype(), t.sizes(), slot.info.dtype, slot.info.sizes.ref());
  t = raw::window(t);
  if (slot.edge.is_valid()) set_history(t, slot.edge.function, slot.edge.input_nr);
  return t;
}

// What was unpacked for the nodes that run on this thread. A node may ask for a tensor several
// times, and holds references to it.
struct Unpacked {
  const Packed* slot;
  const RunningNode* frame;
  const Node* node;
  Tensor tensor;
};
std::list<Unpacked>& unpacked_list() {
  static thread_local std::list<Unpacked> all;
  return all;
}
[[gnu::tls_model("initial-exec")]] constinit thread_local bool any_unpacked = false;

const char* running_op() {
  const RunningNode* r = RunningNode::innermost();
  return r ? r->node().op() : "saved";
}

[[noreturn]] void fail_modified(const std::string& op, const Tensor& t, uint32_t expected) {
  fail(
      "{}: a tensor saved for the backward pass was modified in place, shape {} is at version {}, "
      "expected {}",
      op, t.sizes(), t.impl()->storage->version(), expected);
}

}  // namespace

void drop_unpacked() {
  if (!any_unpacked) return;
  auto& all = unpacked_list();
  std::erase_if(all, [](const Unpacked& u) { return !RunningNode::is_on_stack(u.frame, *u.node); });
  any_unpacked = !all.empty();
}

namespace detail {

void push_packer(Packer packer) {
  Packers& p = packers();
  if (p.disabled) fail("saved_tensors_hooks: {}", *p.disabled);
  p.stack.push_back(std::move(packer));
  saved_hooks = INT_MIN;
}
void pop_packer() {
  Packers& p = packers();
  p.stack.pop_back();
  saved_hooks = p.stack.empty() ? 0 : INT_MIN;
}

}  // namespace detail

void Saved::pack() noexcept {
  if (!tensor_.defined() || version_ == packed_version) return;
  const int before = std::exchange(moved, 0);
  Packers& p = packers();
  try {
    if (!p.error) {
      tensor_ = autograd::pack(tensor_, true, detail::Packer(p.stack.back()));
      version_ = packed_version;
    }
  } catch (...) {
    p.error = std::current_exception();
  }
  moved = before;
}
bool Saved::end_packing() {
  const int count = std::exchange(moved, 0);
  if (const auto error = std::exchange(packers().error, nullptr)) std::rethrow_exception(error);
  return count != INT_MIN;
}

const Tensor& Saved::unpacked() const {
  const Packed* slot = version_ == packed_version ? packed(tensor_) : nullptr;
  if (!slot) {
    const RunningNode* r = RunningNode::innermost();
    fail_modified(r ? describe(r->node()) : "saved", tensor_, version_);
  }
  drop_unpacked();
  const RunningNode* frame = RunningNode::innermost();
  auto& all = unpacked_list();
  for (const Unpacked& u : all)
    if (u.slot == slot && u.frame == frame) return u.tensor;
  all.push_back({slot, frame, frame ? &frame->node() : nullptr, unpack(*slot, running_op())});
  any_unpacked = true;
  return all.back().tensor;
}
void Saved::check_inference() {
  if (GradMode::is_enabled())
    fail("save: an inference tensor cannot be saved for the backward pass; clone it first");
}

void SavedOutput::keep(const Tensor& out) {
  if (detail::saved_hooks) [[unlikely]] {
    tensor_ = autograd::pack(out, false, detail::Packer(packers().stack.back()));
    version_ = packed_version;
    return;
  }
  tensor_ = raw::window(out);
  version_ = out.impl()->storage->version();
}
Tensor SavedOutput::restore(Node* node) const {
  if (!tensor_.defined()) return {};
  if (tensor_.impl()->storage->version() != version_) return unpacked(*node);
  Tensor y = raw::window(tensor_);
  set_history(y, Ref<Node>(node), 0);
  return y;
}
Tensor SavedOutput::unpacked(Node& node) const {
  const Packed* slot = version_ == packed_version ? packed(tensor_) : nullptr;
  if (!slot)
    fail(
        "{}: its result, saved for the backward pass, was modified in place, shape {} is at "
        "version {}, expected {}",
        describe(node), tensor_.sizes(), tensor_.impl()->storage->version(), version_);
  Tensor y = unpack(*slot, node.op());
  set_history(y, Ref<Node>(&node), 0);
  return y;
}

SavedVariable::SavedVariable(const Tensor& t, bool is_output, bool)
    : is_output_(is_output), defined_(t.defined()) {
  if (!defined_) return;
  if (detail::saved_hooks) {
    tensor_ = pack(t, !is_output, detail::Packer(packers().stack.back()));
    version_ = packed_version;
  } else {
    tensor_ = is_output ? raw::window(t) : t;
    version_ = t.impl()->storage->version();
  }
  output_nr_ = t.impl()->output_nr;
}
Tensor SavedVariable::unpack(const Ref<Node>& saved_for) const {
  if (released_) fail("{}: {}", saved_for ? saved_for->op() : running_op(), ERR_BACKWARD_TWICE);
  if (!defined_) return {};
  const std::string op = saved_for ? describe(*saved_for) : std::string(running_op());
  Tensor t = tensor_;
  if (version_ == packed_version)
    t = autograd::unpack(*packed(tensor_), op.c_str());
  else if (t.impl()->storage->version() != version_)
    fail_modified(op, t, version_);
  if (!is_output_ || !differentiable(t)) return t;
  if (!saved_for)
    fail("{}: an output saved for the backward pass is unpacked without its node", op);
  if (version_ != packed_version) t = raw::window(t);
  set_history(t, saved_for, output_nr_);
  return t;
}
void SavedVariable::register_hooks(std::unique_ptr<SavedVariableHooks>&& hooks) {
  if (!hooks) fail("register_hooks: the hooks are null");
  if (!defined_) fail("register_hooks: the saved tensor is undefined");
  if (released_) fail("register_hooks: {}", ERR_BACKWARD_TWICE);
  if (version_ == packed_version) fail("register_hooks: the saved tensor has hooks already");
  if (tensor_.impl()->storage->version() != version_)
    fail_modified("register_hooks", tensor_, version_);
  const std::shared_ptr<SavedVariableHooks> shared = std::move(hooks);
  tensor_ = pack(tensor_, !is_output_, [&](const Tensor& t) -> std::function<Tensor()> {
    shared->call_pack_hook(t);
    return [shared] { return shared->call_unpack_hook(); };
  });
  version_ = packed_version;
}
void SavedVariable::reset_data() {
  tensor_.reset();
  released_ = true;
}

namespace graph {

save_on_cpu::save_on_cpu(bool)
    : saved_tensors_hooks([](const Tensor& t) { return t.clone(); },
                          [](const Tensor& t) { return t; }) {}

disable_saved_tensors_hooks::disable_saved_tensors_hooks(std::string message) {
  Packers& p = packers();
  if (!p.stack.empty())
    fail("disable_saved_tensors_hooks: {} are active: {}", p.stack.size(), message);
  before_ = std::exchange(p.disabled, std::move(message));
}
disable_saved_tensors_hooks::~disable_saved_tensors_hooks() {
  packers().disabled = std::move(before_);
}

}  // namespace graph
}  // namespace gradus::autograd
