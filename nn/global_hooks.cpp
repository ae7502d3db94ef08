#include "nn/global_hooks.h"

#include <mutex>

#include "autograd/meta.h"
#include "nn/module_extras.h"
#include "tensor/base/fail.h"

namespace gradus::detail {

namespace {

// Lists that are there as a whole are never changed: what changes them puts others in their place.
struct InHandles final : RemovableHooks {  // stands for all of them in handles
  void remove(unsigned id) override;
};
struct GlobalHooks {
  const std::shared_ptr<RemovableHooks> handle = std::make_shared<InHandles>();
  std::shared_ptr<const Hooks> lists = std::make_shared<Hooks>();
};
// Guarded by history_mutex(), which is held over forks. It stays: modules may be called while the
// program ends.
constinit GlobalHooks* global_hooks = nullptr;

std::shared_ptr<const Hooks> hooks_of_all_now() {
  const std::lock_guard lock(autograd::history_mutex());
  return global_hooks ? global_hooks->lists : std::make_shared<Hooks>();
}
// What the hooks are made of may do anything when it is copied or destroyed: not under the lock.
template <class Change>
std::shared_ptr<RemovableHooks> change_global(Change change) {
  for (;;) {
    std::shared_ptr<const Hooks> before = hooks_of_all_now();
    auto changed = std::make_shared<Hooks>(*before);
    change(*changed);
    const bool any = !changed->is_empty();
    std::shared_ptr<const Hooks> after = std::move(changed);
    const std::lock_guard lock(autograd::history_mutex());
    if (!global_hooks) {
      global_hooks = new GlobalHooks;
      before = global_hooks->lists;
    }
    if (global_hooks->lists != before) continue;
    global_hooks->lists.swap(after);
    hooks_of_all.store(any, std::memory_order_relaxed);
    return global_hooks->handle;
  }
}
void InHandles::remove(unsigned id) {
  change_global([id](Hooks& all) { all.remove(id); });
}
template <class F>
nn::RemovableHandle add_global(Hooks::List<F> Hooks::*list, const F& hook) {
  const unsigned id = Hooks::next_id();
  return {change_global([&](Hooks& all) { (all.*list).emplace_back(id, hook); }), id};
}
template <class F>
void check_hook(const char* op, const F& hook) {
  if (!hook) fail("{}: the hook is empty", op);
}

}  // namespace

Hooks hooks_of(const ModuleExtras* extras) {
  if (!hooks_of_all.load(std::memory_order_relaxed)) return extras ? *extras->hooks : Hooks();
  Hooks hooks = *hooks_of_all_now();
  if (!extras) return hooks;
  const auto append = [&](auto Hooks::*list) {
    const auto& own = (*extras->hooks).*list;
    (hooks.*list).insert((hooks.*list).end(), own.begin(), own.end());
  };
  append(&Hooks::forward_pre);
  append(&Hooks::forward);
  append(&Hooks::backward_pre);
  append(&Hooks::backward);
  return hooks;
}

nn::RemovableHandle add_global_hook(nn::ForwardPreHook hook) {
  check_hook("register_module_forward_pre_hook", hook);
  return add_global(&Hooks::forward_pre, hook);
}
nn::RemovableHandle add_global_hook(nn::ForwardHook hook, bool always_call) {
  check_hook("register_module_forward_hook", hook);
  return add_global(&Hooks::forward, Hooks::Forward{std::move(hook), always_call});
}
nn::RemovableHandle add_global_hook(nn::BackwardPreHook hook) {
  check_hook("register_module_full_backward_pre_hook", hook);
  return add_global(&Hooks::backward_pre, hook);
}
nn::RemovableHandle add_global_hook(nn::BackwardHook hook) {
  check_hook("register_module_full_backward_hook", hook);
  return add_global(&Hooks::backward, hook);
}

}  // namespace gradus::detail
