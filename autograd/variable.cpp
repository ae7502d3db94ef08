// Tensor's methods about its history.
#include <atomic>

#include "autograd/inplace.h"
#include "autograd/meta.h"
#include "autograd/ops/view/strided.h"
#include "tensor/base/fail.h"
#include "tensor/base/warn.h"
#include "tensor/raw.h"

namespace gradus {

using autograd::ensure_meta;
using autograd::meta;
using autograd::Meta;

namespace {
const Tensor undefined_tensor;
}

namespace {

// Whether a view's history is that of its base as it is now. Several threads may ask: what says so
// is written last.
bool is_up_to_date(const TensorImpl& view) {
  const std::atomic_ref version(const_cast<uint32_t&>(view.view_version));
  return version.load(std::memory_order_acquire) == view.storage->version();
}

// The base was written to since the view was made: the view's history is now the base's.
[[gnu::noinline]] void follow_base(const Tensor& view) {
  const TensorImpl& t = *view.impl();
  const char* made = nullptr;
  if (t.view_kind == ViewKind::custom) made = "by a custom function";
  if (t.view_kind == ViewKind::no_grad) made = "in no_grad or inference mode";
  if (t.view_kind == ViewKind::multi_output) made = "by an operation with several views";
  if (made)
    fail("grad_fn: a view made {} has no history any more, its base was written in place", made);
  const std::lock_guard lock(autograd::history_mutex());
  if (!is_up_to_date(t)) autograd::regenerate_view_history(view, Tensor(t.view_base));
}

}  // namespace

Ref<autograd::Node> Tensor::grad_fn() const {
  const TensorImpl& t = checked();
  if (t.view_base && t.view_base->tracked && !is_up_to_date(t)) follow_base(*this);
  return Ref<autograd::Node>(static_cast<autograd::Node*>(t.history.get()));
}

uint32_t Tensor::output_nr() const { return checked().output_nr; }

bool Tensor::is_leaf() const { return !requires_grad() || !grad_fn(); }

const Tensor& Tensor::requires_grad_(bool on) const {
  const TensorImpl& t = checked();
  if (on && !is_floating(t.dtype))
    fail("requires_grad_: only floating point tensors can require grad, got {}", t.dtype);
  if (on && t.inference && !InferenceMode::is_enabled())
    fail("requires_grad_: an inference tensor cannot require grad; clone it first");
  if (t.requires_grad() && !is_leaf()) {
    if (!on) fail("requires_grad_: only a leaf can stop requiring grad; use detach()");
    return *this;
  }
  if (on) ensure_meta(*this);
  impl_->tracked = on;
  return *this;
}

Tensor& Tensor::mutable_grad() const {
  checked();
  Meta& m = ensure_meta(*this);
  return m.retained ? *m.retained : m.grad;
}
const Tensor& Tensor::grad() const {
  const TensorImpl& t = checked();
  const Meta* m = autograd::meta(*this);
  const bool retains = m && m->retained;
  if (t.history && !retains && !(m && m->grad.defined()))
    warn(
        "grad: the .grad attribute of a tensor that is no leaf is read, which no backward pass "
        "fills "
        "unless retain_grad() asks for it");
  if (!m) return undefined_tensor;
  return retains ? *m->retained : m->grad;
}

Tensor Tensor::detach() const {
  checked();
  return raw::window(*this);
}
Tensor& Tensor::detach_() const {
  if (checked().view_base) fail("detach_: a view cannot be detached in place; use detach()");
  impl_->history.reset();
  impl_->output_nr = 0;
  impl_->tracked = false;
  return const_cast<Tensor&>(*this);
}
Tensor Tensor::data() const {
  Tensor t = detach();
  t.impl_->untracked = true;
  return t;
}
void Tensor::set_data(const Tensor& other) const {
  const TensorImpl& from = other.checked();
  checked();
  TensorImpl& to = *impl_;
  if (to.requires_grad() && !is_floating(from.dtype))
    fail("set_data: a tensor that requires grad needs a floating type, got {}", from.dtype);
  to.storage = from.storage;
  to.sizes = from.sizes;
  to.strides = from.strides;
  to.offset = from.offset;
  to.dtype = from.dtype;
  to.refresh();
}

int64_t Tensor::_version() const {
  if (checked().inference) fail("_version: writes to an inference tensor are not counted");
  return impl_->storage->version();
}
Tensor Tensor::_base() const {
  if (!is_view()) fail("_base: the tensor is not a view");
  return Tensor(impl_->view_base);
}
const std::string& Tensor::name() const {
  static const std::string none;
  checked();
  const Meta* m = autograd::meta(*this);
  return m ? m->name : none;
}

namespace {
autograd::OutputHooks& hooks_of(const Tensor& t) {
  const auto fn = t.grad_fn();
  return autograd::hooks_of(*fn, t.output_nr());
}
}  // namespace

unsigned Tensor::add_hook(std::function<Tensor(const Tensor&)> hook) const {
  if (!requires_grad()) fail("register_hook: the tensor does not require grad");
  const bool leaf = is_leaf();
  Meta& m = ensure_meta(*this);
  const unsigned handle = m.next_hook++;
  auto& list = leaf ? m.leaf_hooks : hooks_of(*this).hooks;
  list.emplace_back(handle, std::move(hook));
  return handle;
}
unsigned Tensor::register_post_accumulate_grad_hook(std::function<void(const Tensor&)> hook) const {
  if (!requires_grad())
    fail("register_post_accumulate_grad_hook: the tensor does not require grad");
  if (!is_leaf())
    fail("register_post_accumulate_grad_hook: only a leaf has a gradient added to, got {}",
         grad_fn()->name());
  Meta& m = ensure_meta(*this);
  m.accumulated_hooks.emplace_back(m.next_hook, std::move(hook));
  return m.next_hook++;
}
void Tensor::remove_hook(unsigned handle) const {
  checked();
  Meta* m = autograd::meta(*this);
  if (!m || handle >= m->next_hook) fail("remove_hook: no hook has the handle {}", handle);
  auto& list = is_leaf() ? m->leaf_hooks : hooks_of(*this).hooks;
  const auto has_handle = [&](const auto& h) { return h.first == handle; };
  std::erase_if(list, has_handle);
  std::erase_if(m->accumulated_hooks, has_handle);
}

void Tensor::retain_grad() const {
  if (!requires_grad()) fail("retain_grad: the tensor does not require grad");
  if (is_leaf()) return;
  Meta& m = ensure_meta(*this);
  if (m.retained) return;
  m.retained = std::make_shared<Tensor>(m.grad);
  hooks_of(*this).retain = m.retained;
}
bool Tensor::retains_grad() const {
  checked();
  const Meta* m = autograd::meta(*this);
  return m && m->retained != nullptr;
}

void Tensor::backward(const Tensor& gradient, std::optional<bool> retain_graph, bool create_graph,
                      std::optional<TensorList> inputs) const {
  if (inputs && inputs->empty()) fail("backward: the list of inputs is empty");
  const Tensor roots[] = {*this}, grads[] = {gradient};
  autograd::run_backward(roots, grads, retain_graph.value_or(create_graph), create_graph,
                         inputs.value_or(TensorList()), true, true, "backward");
}

}  // namespace gradus
