#include "nn/state_dict.h"

#include <functional>
#include <ostream>
#include <unordered_set>

#include "autograd/modes.h"
#include "nn/module_extras.h"
#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/io/archive_dict.h"
#include "tensor/raw.h"

namespace gradus::nn {

bool IncompatibleKeys::empty() const {
  return missing_keys.empty() && unexpected_keys.empty() && other_sizes.empty() &&
         other_dtypes.empty();
}
std::string to_string(const IncompatibleKeys& keys) {
  std::string out;
  const auto add = [&](const char* what, const std::vector<std::string>& names) {
    std::string joined;
    for (const std::string& name : names) joined += (joined.empty() ? "" : ", ") + name;
    if (!names.empty()) out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", what, joined);
  };
  add("missing", keys.missing_keys);
  add("unexpected", keys.unexpected_keys);
  add("other sizes", keys.other_sizes);
  add("other types", keys.other_dtypes);
  return out;
}
std::ostream& operator<<(std::ostream& out, const IncompatibleKeys& keys) {
  return out << to_string(keys);
}

void consume_prefix_in_state_dict_if_present(StateDict& state_dict, const std::string& prefix) {
  StateDict out;
  for (const auto& item : state_dict) {
    const bool has = item.key().starts_with(prefix);
    const std::string name = has ? item.key().substr(prefix.size()) : item.key();
    if (!out.contains(name))
      out.insert(name, item.value());
    else if (has)  // of two, the one that had the prefix
      out[name] = item.value();
  }
  state_dict = std::move(out);
}
StateDict with_prefix(const StateDict& state_dict, const std::string& prefix) {
  StateDict out;
  for (const auto& item : state_dict)
    if (item.key().starts_with(prefix)) out.insert(item.key().substr(prefix.size()), item.value());
  return out;
}

StateDict to_state_dict(const IValue& value) try {
  if (!value.isGenericDict())
    fail("to_state_dict: the value is {}, GenericDict wanted", value.tagKind());
  StateDict out;
  serialize::each_value("to_state_dict", value.toGenericDict(),
                        [&](const std::string& name, const IValue& v) {
                          if (!v.isTensor())
                            fail("to_state_dict: {} is {}, Tensor wanted", name, v.tagKind());
                          out.insert(name, v.toTensor());
                        });
  return out;
} catch (...) {
  gradus::detail::rethrow_as_error("to_state_dict");
}

// --- Of a module --------------------------------------------------------------------------------

namespace {
using gradus::detail::Hooks;
using gradus::detail::ModuleAccess;

template <class F, class... Args>
void call_all(Hooks::List<F> Hooks::*list, Module& m, Args&&... args) {
  const auto* extras = ModuleAccess::extras(m);
  if (!extras) return;
  const auto hooks = (*extras->hooks).*list;  // a hook may remove itself
  for (const auto& [id, hook] : hooks) hook(m, args...);
}

// Calls f(name, tensor, is_buffer) of what is saved of the module itself.
template <class F>
void each_own(Module& m, F f) {
  for (auto& p : ModuleAccess::parameters(m))
    if (p->defined()) f(p.key(), *p, false);
  for (auto& b : ModuleAccess::buffers(m))
    if (b->defined() && !ModuleAccess::is_transient(m, b.key())) f(b.key(), *b, true);
}

void collect(Module& m, StateDict& out, const std::string& prefix, bool keep_vars) {
  call_all(&Hooks::state_dict_pre, m, prefix, keep_vars);
  each_own(m, [&](const std::string& name, Tensor& t, bool) {
    out.insert(prefix + name, keep_vars ? t : t.detach());
  });
  for (const auto& child : m.named_children())
    if ((*child)->is_serializable()) collect(**child, out, prefix + child.key() + '.', keep_vars);
  call_all(&Hooks::state_dict, m, out, prefix);
}

// What a load does, in steps: it finds where everything goes before it writes anything.
class Load {
 public:
  Load(Module& root, const StateDict& dict, bool strict, bool assign)
      : root_(root), dict_(dict), strict_(strict), assign_(assign) {}

  IncompatibleKeys run() try {
    prepare(root_, "");
    plan(root_, "");
    for (const auto& item : dict_)
      if (!used_.contains(item.key())) found_.unexpected_keys.push_back(item.key());
    // Hooks may forgive, but see the values: then those that were there must be kept.
    if (!has_post_hooks_) check();
    if (!found_.other_sizes.empty() || !found_.other_dtypes.empty()) check();
    write();
    call_post_hooks(root_);
    check();
    return std::move(found_);
  } catch (...) {
    for (; !before_.empty(); before_.pop_back())
      put(before_.back().first, before_.back().second, assign_);
    for (; !undo_.empty(); undo_.pop_back()) undo_.back()();
    throw;
  }

 private:
  // Hooks before anything else, and the sizes of what has none yet.
  void prepare(Module& m, const std::string& prefix) {
    call_all(&Hooks::load_state_dict_pre, m, dict_, prefix);
    if (const auto* extras = ModuleAccess::extras(m))
      has_post_hooks_ = has_post_hooks_ || !extras->hooks->load_state_dict_post.empty();
    auto undo = ModuleAccess::take_sizes(m, [&](const std::string& name) {
      const Tensor* saved = dict_.find(prefix + name);
      return saved ? *saved : Tensor();
    });
    if (undo) undo_.push_back(std::move(undo));
    for (const auto& child : m.named_children())
      if ((*child)->is_serializable()) prepare(**child, prefix + child.key() + '.');
  }
  void plan(Module& m, const std::string& prefix) {
    each_own(m, [&](const std::string& own, Tensor& target, bool) {
      const std::string name = prefix + own;
      const Tensor* value = dict_.find(name);
      if (!value || !value->defined()) {
        found_.missing_keys.push_back(name);
        return;
      }
      used_.insert(name);
      const bool other_kind = value->is_floating_point() != target.is_floating_point();
      if (value->sizes() != target.sizes())
        found_.other_sizes.push_back(fmt::format("{}: {} in the dict and {} in the module", name,
                                                 value->sizes(), target.sizes()));
      else if (other_kind)
        found_.other_dtypes.push_back(fmt::format("{}: {} in the dict and {} in the module", name,
                                                  value->dtype(), target.dtype()));
      else
        places_.emplace_back(target, *value);
    });
    for (const auto& child : m.named_children())
      if ((*child)->is_serializable()) plan(**child, prefix + child.key() + '.');
  }
  // Sizes and types that differ are faults always.
  void check() const {
    IncompatibleKeys faults = found_;
    if (!strict_) {
      faults.missing_keys.clear();
      faults.unexpected_keys.clear();
    }
    if (!faults.empty())
      fail("load_state_dict: {}: {}", gradus::detail::short_module_name(root_), to_string(faults));
  }
  static void put(Tensor& target, const Tensor& value, bool assign) {
    if (assign) return target.set_data(value);
    raw::copy(target, value);
    target.impl()->storage->bump_version();
  }
  void write() {
    if (has_post_hooks_)
      for (auto& [target, value] : places_)
        before_.emplace_back(target, assign_ ? target.detach() : raw::clone(target));
    for (auto& [target, value] : places_) put(target, value.detach(), assign_);
  }
  void call_post_hooks(Module& m) {
    for (const auto& child : m.named_children()) call_post_hooks(**child);
    call_all(&Hooks::load_state_dict_post, m, found_);
  }

  Module& root_;
  StateDict dict_;
  bool strict_, assign_, has_post_hooks_ = false;
  std::unordered_set<std::string> used_;
  std::vector<std::pair<Tensor, Tensor>> places_, before_;  // a target and a value
  std::vector<std::function<void()>> undo_;
  IncompatibleKeys found_;
};

}  // namespace

std::function<void()> Module::take_sizes(const std::function<Tensor(const std::string&)>&) {
  return {};
}

StateDict Module::state_dict(const std::string& prefix, bool keep_vars) const {
  StateDict out;
  collect(const_cast<Module&>(*this), out, prefix, keep_vars);
  return out;
}

IncompatibleKeys Module::load_state_dict(const StateDict& state_dict, bool strict, bool assign) {
  NoGradGuard no_grad;
  return Load(*this, state_dict, strict, assign).run();
}
IncompatibleKeys Module::load_state_dict(const IValue& state_dict, bool strict, bool assign) try {
  return load_state_dict(to_state_dict(state_dict), strict, assign);
} catch (...) {
  gradus::detail::rethrow_as_error("load_state_dict");
}

}  // namespace gradus::nn
