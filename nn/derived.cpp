// Tensors of a layer that are computed from others; see Module::renew().
#include <algorithm>

#include "autograd/modes.h"
#include "nn/module_extras.h"
#include "tensor/base/fail.h"

namespace gradus {
namespace detail {

thread_local uint64_t cached_guard = 0;

namespace {
bool listed(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}
Tensor* find_registered(nn::Module& m, const std::string& name) {
  if (Tensor* p = ModuleAccess::parameters(m).find(name)) return p;
  return ModuleAccess::buffers(m).find(name);
}
}  // namespace

Tensor& ModuleAccess::registered(const char* op, nn::Module& m, const std::string& name) {
  if (Tensor* t = find_registered(m, name); t && t->defined()) return *t;
  fail("{}: {} has no parameter or buffer '{}'", op, short_module_name(m), name);
}

Tensor& ModuleAccess::place(const char* op, nn::Module& m, const std::string& name) {
  if (m.extras_ && listed(m.extras_.get()->loose, name)) return registered(op, m, name);
  if (Tensor* t = m.member(name)) return *t;
  fail("{}: {} does not say where it keeps '{}'; it must override Module::member()", op,
       short_module_name(m), name);
}

void ModuleAccess::put(const char* op, nn::Module& m, const std::string& name,
                       const Tensor& value) {
  Tensor& at = place(op, m, name);
  registered(op, m, name) = value;
  at = value;
}

bool ModuleAccess::is_derived(const nn::Module& m, const std::string& name) {
  if (!m.extras_) return false;
  const auto& all = m.extras_.get()->derived;
  return std::any_of(all.begin(), all.end(), [&](const auto& d) { return d.name == name; });
}

Tensor ModuleAccess::derive(const char* op, nn::Module& m, const std::string& name,
                            std::function<Tensor(nn::Module&)> compute) {
  place(op, m, name);
  const Tensor before = registered(op, m, name);
  (m.parameters_.contains(name) ? m.parameters_ : m.buffers_).erase(name);
  ModuleExtras& extras = m.extras_.ensure();
  extras.derived.push_back({name, std::move(compute)});
  extras.cached = 0;
  return before;
}

void ModuleAccess::settle(nn::Module& m, const std::string& name, const Tensor& value,
                          bool parameter) {
  if (m.extras_)
    std::erase_if(m.extras_.get()->derived, [&](const auto& d) { return d.name == name; });
  (parameter ? m.parameters_ : m.buffers_).insert(name, value);
  if (Tensor* at = m.member(name)) *at = value;
}

void ModuleAccess::add_loose(nn::Module& m, const std::string& name, const Tensor& t,
                             bool parameter) {
  if (parameter)
    m.register_parameter(name, t, t.requires_grad());
  else
    m.register_buffer(name, t);
  m.extras_.ensure().loose.push_back(name);
}
void ModuleAccess::remove_loose(nn::Module& m, const std::string& name) {
  (m.parameters_.contains(name) ? m.parameters_ : m.buffers_).erase(name);
  if (m.extras_) std::erase(m.extras_.get()->loose, name);
}

}  // namespace detail

namespace nn {

Tensor* Module::member(std::string_view) { return nullptr; }
DefaultArguments Module::_forward_default_args() const { return {}; }
Tensor* Module::pick(std::string_view name, Members members) {
  for (const auto& [known, place] : members)
    if (known == name) return place;
  return nullptr;
}

void Module::renew_derived() const {
  gradus::detail::ModuleExtras& extras = *extras_.get();
  if (extras.fresh) {
    extras.fresh = false;
    return;
  }
  const uint64_t guard = gradus::detail::cached_guard;
  if (guard != 0 && extras.cached == guard) return;
  auto& self = const_cast<Module&>(*this);
  for (const auto& d : extras.derived)
    gradus::detail::ModuleAccess::place("renew", self, d.name) = d.compute(self);
  extras.cached = guard;
}

// The copy has just been made by reset(), with the tensors that are computed here as parameters.
void Module::clone_derived_to(Module& copy, const std::optional<Device>& device) const {
  const gradus::detail::ModuleExtras& extras = *extras_.get();
  for (const auto& d : extras.derived) {
    if (copy.parameters_.contains(d.name)) copy.parameters_.erase(d.name);
    if (copy.buffers_.contains(d.name)) copy.buffers_.erase(d.name);
  }
  const auto& own = extras.loose;
  const auto arrange = [&](const auto& mine, auto& its) {
    auto out = its;
    out.clear();
    for (const auto& item : mine) {
      if (const auto* there = its.find(item.key()))
        out.insert(item.key(), *there);
      else if (std::find(own.begin(), own.end(), item.key()) != own.end())
        out.insert(item.key(), {});
    }
    for (const auto& item : its)  // what is too much, check_cloned() names
      if (!out.contains(item.key())) out.insert(item.key(), *item);
    its = std::move(out);
  };
  arrange(parameters_, copy.parameters_);
  arrange(buffers_, copy.buffers_);
  if (const auto* parametrizations = children_.find("parametrizations"))
    copy.children_.insert("parametrizations", (*parametrizations)->clone(device));
}

}  // namespace nn
}  // namespace gradus
