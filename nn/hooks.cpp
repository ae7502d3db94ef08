#include "nn/hooks.h"

#include <algorithm>

#include "autograd/function.h"
#include "autograd/modes.h"
#include "nn/layers/adaptive_softmax.h"
#include "nn/module_extras.h"
#include "tensor/base/fail.h"

namespace gradus {
namespace detail {

ExtrasPointer::ExtrasPointer() = default;
ExtrasPointer::ExtrasPointer(const ExtrasPointer& o)
    : extras_(o.extras_ ? std::make_unique<ModuleExtras>(*o.extras_) : nullptr) {}
ExtrasPointer::ExtrasPointer(ExtrasPointer&&) noexcept = default;
ExtrasPointer& ExtrasPointer::operator=(const ExtrasPointer& o) { return *this = ExtrasPointer(o); }
ExtrasPointer& ExtrasPointer::operator=(ExtrasPointer&&) noexcept = default;
ExtrasPointer::~ExtrasPointer() = default;
ModuleExtras& ExtrasPointer::ensure() {
  if (!extras_) extras_ = std::make_unique<ModuleExtras>();
  return *extras_;
}

ModuleExtras::ModuleExtras(const ModuleExtras& o)
    : hooks(std::make_shared<Hooks>(*o.hooks)),
      derived(o.derived),
      loose(o.loose),
      transient(o.transient) {}

void Hooks::remove(unsigned id) {
  const auto is_it = [id](const auto& entry) { return entry.first == id; };
  const auto erase = [&](auto&... lists) { (std::erase_if(lists, is_it), ...); };
  erase(forward_pre, forward, backward_pre, backward, state_dict_pre, state_dict,
        load_state_dict_pre, load_state_dict_post);
}

namespace {

template <class F>
RemovableHandle add(const std::shared_ptr<Hooks>& hooks, Hooks::List<F>& list, F hook,
                    bool prepend) {
  const unsigned id = Hooks::next_id();
  list.emplace(prepend ? list.begin() : list.end(), id, std::move(hook));
  return {hooks, id};
}

// --- The tensors of a value ---------------------------------------------------------------------

using Visit = const std::function<void(Tensor&)>&;
void visit(Tensor& t, Visit f) { f(t); }
void visit(std::optional<Tensor>& t, Visit f) {
  if (t) f(*t);
}
void visit(std::vector<Tensor>& list, Visit f) {
  for (Tensor& t : list) f(t);
}
void visit(nn::ASMoutput& out, Visit f) { f(out.output); }
template <class... T>
void visit(std::tuple<T...>& list, Visit f) {
  std::apply([&](auto&... each) { (visit(each, f), ...); }, list);
}
template <class T>
void visit(std::optional<std::tuple<T, T>>& list, Visit f) {
  if (list) visit(*list, f);
}

template <class T>
bool visit_as(nn::AnyValue& value, Visit f) {
  T* held = value.try_get<T>();
  if (held) visit(*held, f);
  return held != nullptr;
}
// Calls f with every tensor of the value. False when its type is not known to have any.
bool visit_tensors(nn::AnyValue& value, Visit f) {
  using std::tuple;
  using Two = tuple<Tensor, Tensor>;
  return visit_as<Tensor>(value, f) || visit_as<Two>(value, f) ||
         visit_as<tuple<Tensor, Two>>(value, f) || visit_as<std::vector<Tensor>>(value, f) ||
         visit_as<std::optional<Tensor>>(value, f) || visit_as<std::optional<Two>>(value, f) ||
         visit_as<tuple<Tensor, Tensor, Tensor>>(value, f) || visit_as<nn::ASMoutput>(value, f);
}

// --- Backward hooks -----------------------------------------------------------------------------

// One call of a module whose gradients hooks see: the tensors among its arguments pass one node,
// those of its result another, and each node calls the hooks with the gradients of all.
class BackwardHooks : public std::enable_shared_from_this<BackwardHooks> {
 public:
  BackwardHooks(nn::Module& m, const Hooks& hooks)
      : module_(&m),
        owned_(m.weak_from_this()),
        is_owned_(!m.weak_from_this().expired()),
        pre_(hooks.backward_pre),
        full_(hooks.backward) {}

  void wrap_arguments(nn::ModuleArguments& arguments) {
    std::vector<Tensor*> found;
    for (nn::AnyValue& v : arguments) visit_tensors(v, [&](Tensor& t) { found.push_back(&t); });
    arguments_ = found.size();
    if (full_.empty()) return;
    const auto self = shared_from_this();
    has_input_node_ =
        pass_node(found, [self](std::vector<Tensor> dx) { return self->call_full(std::move(dx)); });
  }
  void wrap_result(nn::AnyValue& result) {
    std::vector<Tensor*> found;
    if (!visit_tensors(result, [&](Tensor& t) { found.push_back(&t); }))
      fail("full backward hook: the result of {} is {}, in which no tensors are found",
           module_->name(), demangle(result.type_info()));
    const auto self = shared_from_this();
    pass_node(found, [self](std::vector<Tensor> dy) { return self->call_pre(std::move(dy)); });
  }

 private:
  using Backward = std::function<std::vector<Tensor>(std::vector<Tensor>)>;
  // Whether there is a node now: one of the tensors needs a gradient.
  static bool pass_node(const std::vector<Tensor*>& places, Backward backward) {
    std::vector<Tensor> all;
    for (const Tensor* t : places) all.push_back(*t);
    const bool needed = GradMode::is_enabled() && std::any_of(all.begin(), all.end(), [](auto& t) {
                          return t.defined() && t.requires_grad();
                        });
    if (!needed) return false;
    const std::vector<Tensor> out = autograd::detail::run_function(
        "BackwardHookFunctionBackward", all, std::vector<bool>(all.size(), true),
        [&](autograd::AutogradContext* ctx) {
          ctx->set_materialize_grads(false);
          std::vector<Tensor> passed;
          std::vector<Tensor> constant;
          for (const Tensor& t : all) {
            passed.push_back(t.defined() ? t.detach() : t);
            if (t.defined() && !t.requires_grad()) constant.push_back(passed.back());
          }
          ctx->mark_non_differentiable(constant);
          return passed;
        },
        [backward = std::move(backward)](autograd::AutogradContext*, std::vector<Tensor> dy) {
          return backward(std::move(dy));
        });
    for (size_t i = 0; i < places.size(); ++i) *places[i] = out[i];
    return true;
  }

  std::vector<Tensor> replaced(std::vector<Tensor> before, std::vector<Tensor> after) const {
    if (after.empty()) return before;
    if (after.size() != before.size())
      fail("full backward hook of {}: it gave {} gradients for {}", module_->name(), after.size(),
           before.size());
    return after;
  }
  std::vector<Tensor> call_full(std::vector<Tensor> dx) {
    if (const Alive alive{*this})
      for (const auto& [id, hook] : full_) dx = replaced(dx, hook(*module_, dx, dy_));
    dy_.clear();
    return dx;
  }
  std::vector<Tensor> call_pre(std::vector<Tensor> dy) {
    if (const Alive alive{*this})
      for (const auto& [id, hook] : pre_) dy = replaced(dy, hook(*module_, dy));
    if (!full_.empty()) dy_ = dy;
    // Without a gradient to wait for, those of the arguments are said to be none.
    if (!has_input_node_ && !full_.empty()) call_full(std::vector<Tensor>(arguments_));
    return dy;
  }

  // Keeps the module while its hooks are called. False when it is gone: the graph outlived it.
  struct Alive {
    explicit Alive(const BackwardHooks& h) : owner(h.owned_.lock()), is(owner || !h.is_owned_) {}
    explicit operator bool() const { return is; }
    std::shared_ptr<nn::Module> owner;
    bool is;
  };

  nn::Module* const module_;
  const std::weak_ptr<nn::Module> owned_;
  const bool is_owned_;
  const Hooks::List<nn::BackwardPreHook> pre_;
  const Hooks::List<nn::BackwardHook> full_;
  size_t arguments_ = 0;
  bool has_input_node_ = false;
  std::vector<Tensor> dy_;
};

// While a module runs that was renewed for it.
struct Fresh {
  explicit Fresh(ModuleExtras* extras) : extras(extras) {
    if (extras) extras->fresh = true;
  }
  Fresh(const Fresh&) = delete;
  Fresh& operator=(const Fresh&) = delete;
  ~Fresh() {
    if (extras) extras->fresh = false;
  }
  ModuleExtras* extras;
};

}  // namespace

const Tensor& hooked_input(const nn::Module& m, const nn::ModuleArguments& arguments) {
  // Reading changes nothing.
  auto* first = arguments.empty() ? nullptr : const_cast<nn::AnyValue*>(&arguments[0]);
  if (const Tensor* t = first ? first->try_get<Tensor>() : nullptr) return *t;
  fail("forward hook: the first argument of {} is {}, the hook takes a tensor", m.name(),
       first ? demangle(first->type_info()) : "missing");
}
Tensor hooked_result(const nn::Module& m, nn::AnyValue& result) {
  if (const Tensor* t = result.try_get<Tensor>()) return *t;
  if (result.type_info() == typeid(void)) return {};
  fail("forward hook: the result of {} is {}, the hook takes a tensor", m.name(),
       demangle(result.type_info()));
}
void throw_not_hookable(const nn::Module& m) {
  fail("{}: hooks need arguments that can be copied, and a result that is no reference", m.name());
}
void throw_other_type(const nn::Module& m, const std::type_info& given,
                      const std::type_info& wanted) {
  fail("{}: a hook put {} in the place of {}", m.name(), demangle(given), demangle(wanted));
}

nn::AnyValue call_hooked(nn::Module& m, nn::ModuleArguments arguments,
                         const std::function<nn::AnyValue(nn::AnyValue*)>& forward) {
  const Hooks hooks = hooks_of(ModuleAccess::extras(m));
  const size_t count = arguments.size();
  nn::AnyValue result;
  size_t called = 0;
  std::shared_ptr<BackwardHooks> backward;
  try {
    for (const auto& [id, hook] : hooks.forward_pre) hook(m, arguments);
    if (arguments.size() != count)
      fail("{}: a hook left {} arguments of {}", m.name(), arguments.size(), count);
    if (!hooks.backward.empty() || !hooks.backward_pre.empty()) {
      backward = std::make_shared<BackwardHooks>(m, hooks);
      backward->wrap_arguments(arguments);
    }
    m.renew();
    {
      const Fresh fresh(ModuleAccess::extras(m));
      nn::ModuleArguments passed = arguments;  // forward() may move from them
      result = forward(passed.data());
    }
    while (called < hooks.forward.size()) hooks.forward[called++].second.call(m, arguments, result);
    if (backward) backward->wrap_result(result);
    return result;
  } catch (...) {
    for (; called < hooks.forward.size(); ++called) {
      if (!hooks.forward[called].second.always) continue;
      try {
        nn::AnyValue none;
        hooks.forward[called].second.call(m, arguments, none);
      } catch (...) {  // the first error is the one that is told
      }
    }
    throw;
  }
}

Tensor call_hooked(nn::Module& m, const Tensor& x, Tensor (*forward)(nn::Module&, Tensor&)) {
  nn::ModuleArguments arguments;
  arguments.push_back(nn::AnyValue(x));
  nn::AnyValue result = call_hooked(m, std::move(arguments), [&](nn::AnyValue* values) {
    return nn::AnyValue(forward(m, held<Tensor>(m, values[0])));
  });
  return std::move(held<Tensor>(m, result));
}

}  // namespace detail

namespace nn {

namespace {
template <class F>
void check_hook(const char* op, const F& hook) {
  if (!hook) fail("{}: the hook is empty", op);
}
template <class F>
RemovableHandle add_to(gradus::detail::ExtrasPointer& extras, const char* op,
                       gradus::detail::Hooks::List<F> gradus::detail::Hooks::*list, F hook,
                       bool prepend = false) {
  check_hook(op, hook);
  const auto& hooks = extras.ensure().hooks;
  return gradus::detail::add(hooks, (*hooks).*list, std::move(hook), prepend);
}
}  // namespace

RemovableHandle Module::add_hook(ForwardPreHook hook, bool prepend) {
  return add_to(extras_, "register_forward_pre_hook", &gradus::detail::Hooks::forward_pre,
                std::move(hook), prepend);
}
RemovableHandle Module::add_hook(ForwardHook hook, bool prepend, bool always_call) {
  check_hook("register_forward_hook", hook);
  const auto& hooks = extras_.ensure().hooks;
  return gradus::detail::add(hooks, hooks->forward, {std::move(hook), always_call}, prepend);
}
RemovableHandle Module::add_hook(BackwardHook hook, bool prepend) {
  return add_to(extras_, "register_full_backward_hook", &gradus::detail::Hooks::backward,
                std::move(hook), prepend);
}
RemovableHandle Module::add_hook(BackwardPreHook hook, bool prepend) {
  return add_to(extras_, "register_full_backward_pre_hook", &gradus::detail::Hooks::backward_pre,
                std::move(hook), prepend);
}
RemovableHandle Module::register_state_dict_pre_hook(StateDictPreHook hook) {
  return add_to(extras_, "register_state_dict_pre_hook", &gradus::detail::Hooks::state_dict_pre,
                std::move(hook));
}
RemovableHandle Module::register_state_dict_post_hook(StateDictHook hook) {
  return add_to(extras_, "register_state_dict_post_hook", &gradus::detail::Hooks::state_dict,
                std::move(hook));
}
RemovableHandle Module::register_load_state_dict_pre_hook(LoadStateDictPreHook hook) {
  return add_to(extras_, "register_load_state_dict_pre_hook",
                &gradus::detail::Hooks::load_state_dict_pre, std::move(hook));
}
RemovableHandle Module::register_load_state_dict_post_hook(LoadStateDictPostHook hook) {
  return add_to(extras_, "register_load_state_dict_post_hook",
                &gradus::detail::Hooks::load_state_dict_post, std::move(hook));
}

}  // namespace nn
}  // namespace gradus
