#include "nn/module.h"

#include <cxxabi.h>

#include <cctype>
#include <cstdlib>
#include <ostream>
#include <sstream>
#include <unordered_set>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "nn/cloneable.h"
#include "nn/module_extras.h"
#include "tensor/base/fail.h"

namespace gradus {

template class OrderedDict<std::string, Tensor>;
template class OrderedDict<std::string, std::shared_ptr<nn::Module>>;

namespace detail {

void throw_empty_holder() { fail("module holder: it is empty"); }

namespace {
constexpr std::string_view own_spelling = "gradus::";
std::string_view spelling = own_spelling;
}  // namespace

std::string demangle(const std::type_info& type) {
  int status = 0;
  char* text = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  std::string out = status == 0 ? text : type.name();
  std::free(text);
  if (spelling == own_spelling) return out;
  for (size_t at = 0; (at = out.find(own_spelling, at)) != out.npos; at += spelling.size()) {
    const char before = at == 0 ? ' ' : out[at - 1];
    if (before != ':' && before != '_' && !std::isalnum(static_cast<unsigned char>(before)))
      out.replace(at, own_spelling.size(), spelling);
  }
  return out;
}

bool spell_names(std::string_view root) {
  spelling = root;
  return true;
}

std::string short_module_name(const nn::Module& m) {
  std::string name = m.name();
  // A lazy layer is a template, and says itself whether it is still lazy.
  if (const size_t at = name.find("::nn::Lazy"); at != name.npos && at < name.find('<')) {
    std::ostringstream text;
    m.pretty_print(text);
    name = text.str().substr(0, text.str().find('('));
  }
  // The namespaces before the name, but not those inside template arguments.
  if (const size_t at = name.rfind("::", name.find('<')); at != std::string::npos)
    name.erase(0, at + 2);
  if (name.size() > 4 && name.ends_with("Impl")) name.erase(name.size() - 4);
  return name;
}

}  // namespace detail

namespace nn {
namespace {

std::string join(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "." + name;
}

// f(path, module) for the module and all below it.
template <class M, class F>
void walk(M& module, const std::string& path, const F& f) {
  f(path, module);
  for (const auto& child : module.named_children()) walk<M>(**child, join(path, child.key()), f);
}
template <class F>
void walk_pointers(const std::shared_ptr<Module>& module, const std::string& path, const F& f) {
  f(path, module);
  for (const auto& child : module->named_children())
    walk_pointers(*child, join(path, child.key()), f);
}

void check_name(const char* op, const std::string& name) {
  if (name.empty()) fail("{}: the name is empty", op);
  if (name.find('.') != std::string::npos) fail("{}: the name '{}' has a dot", op, name);
}

}  // namespace

Module::Module() = default;
Module::Module(std::string name) : name_(std::move(name)) {}
Module::Module(const Module&) = default;
Module::Module(Module&&) noexcept = default;
Module& Module::operator=(const Module&) = default;
Module& Module::operator=(Module&&) noexcept = default;
Module::~Module() = default;

const std::string& Module::name() const noexcept {
  if (!name_) name_ = detail::demangle(typeid(*this));
  return *name_;
}

std::shared_ptr<Module> Module::clone(const std::optional<Device>&) const {
  fail("clone: {} does not derive from nn::Cloneable<{}>", name(), name());
}

std::vector<std::shared_ptr<Module>> Module::children() const { return children_.values(); }
OrderedDict<std::string, std::shared_ptr<Module>> Module::named_children() const {
  return children_;
}

void Module::apply(const ModuleApplyFunction& function) {
  walk(*this, {}, [&](const std::string&, Module& m) { function(m); });
}
void Module::apply(const ConstModuleApplyFunction& function) const {
  walk(*this, {}, [&](const std::string&, const Module& m) { function(m); });
}
void Module::apply(const NamedModuleApplyFunction& function, const std::string& name_prefix) {
  walk(*this, name_prefix, function);
}
void Module::apply(const ConstNamedModuleApplyFunction& function,
                   const std::string& name_prefix) const {
  walk(*this, name_prefix, function);
}
void Module::apply(const ModulePointerApplyFunction& function) const {
  walk_pointers(shared_from_this_checked(), {},
                [&](const std::string&, const std::shared_ptr<Module>& m) { function(m); });
}
void Module::apply(const NamedModulePointerApplyFunction& function,
                   const std::string& name_prefix) const {
  walk_pointers(shared_from_this_checked(), name_prefix, function);
}

namespace {

// The defined tensors of list(module), each once.
template <class List>
OrderedDict<std::string, Tensor> named_tensors(const Module& module, bool recurse, List list) {
  OrderedDict<std::string, Tensor> out(list(module).key_description());
  std::unordered_set<const TensorImpl*> seen;
  const auto collect = [&](const std::string& path, const Module& m) {
    for (const auto& item : list(m))
      if (item->defined() && seen.insert(item->impl()).second)
        out.insert(join(path, item.key()), *item);
  };
  if (recurse)
    walk(module, {}, collect);
  else
    collect({}, module);
  return out;
}

}  // namespace

std::vector<Tensor> Module::parameters(bool recurse) const {
  return named_parameters(recurse).values();
}
OrderedDict<std::string, Tensor> Module::named_parameters(bool recurse) const {
  return named_tensors(
      *this, recurse, [](const Module& m) -> auto& { return m.parameters_; });
}
std::vector<Tensor> Module::buffers(bool recurse) const { return named_buffers(recurse).values(); }
OrderedDict<std::string, Tensor> Module::named_buffers(bool recurse) const {
  return named_tensors(
      *this, recurse, [](const Module& m) -> auto& { return m.buffers_; });
}

std::vector<std::shared_ptr<Module>> Module::modules(bool include_self) const {
  return named_modules({}, include_self).values();
}
OrderedDict<std::string, std::shared_ptr<Module>> Module::named_modules(
    const std::string& name_prefix, bool include_self) const {
  OrderedDict<std::string, std::shared_ptr<Module>> out("Module");
  std::unordered_set<const Module*> seen;
  const auto collect = [&](const std::string& path, const std::shared_ptr<Module>& m) {
    if (seen.insert(m.get()).second) out.insert(path, m);
  };
  if (include_self) {
    walk_pointers(shared_from_this_checked(), name_prefix, collect);
  } else {
    seen.insert(this);
    for (const auto& child : children_)
      walk_pointers(*child, join(name_prefix, child.key()), collect);
  }
  return out;
}

void Module::train(bool on) {
  for (const auto& child : children_) (*child)->train(on);
  is_training_ = on;
}

void Module::convert(const std::function<Tensor(const Tensor&)>& conversion) {
  const NoGradGuard no_grad;
  for (const auto* tensors : {&parameters_, &buffers_}) {
    for (const auto& item : *tensors) {
      if (!item->defined()) continue;
      const Tensor grad = item->grad();
      item->set_data(conversion(*item));
      if (grad.defined()) item->mutable_grad() = conversion(grad);
    }
  }
}
void Module::to(Device device, ScalarType dtype, bool non_blocking) {
  for (const auto& child : children_) (*child)->to(device, dtype, non_blocking);
  convert([&](const Tensor& t) {
    return t.to(device, is_floating(dtype) && !t.is_floating_point() ? t.dtype() : dtype);
  });
}
void Module::to(ScalarType dtype, bool non_blocking) { to(Device(kCPU), dtype, non_blocking); }
void Module::to(Device device, bool non_blocking) {
  for (const auto& child : children_) (*child)->to(device, non_blocking);
  convert([&](const Tensor& t) { return t.to(TensorOptions(device)); });
}

void Module::to_empty(Device device, bool recurse) {
  for (const auto& child : children_)
    if (recurse) (*child)->to_empty(device);
  convert([&](const Tensor& t) { return empty_like(t, TensorOptions(device)); });
}

void Module::zero_grad(bool set_to_none) {
  for (const auto& child : children_) (*child)->zero_grad(set_to_none);
  for (const auto& p : parameters_) {
    if (!p->defined() || !p->grad().defined()) continue;
    if (set_to_none)
      p->mutable_grad().reset();
    else
      p->mutable_grad().detach_().zero_();
  }
}
void Module::requires_grad_(bool requires_grad) {
  for (const Tensor& p : parameters()) p.requires_grad_(requires_grad);
}

Tensor& Module::register_parameter(std::string name, Tensor tensor, bool requires_grad) {
  check_name("register_parameter", name);
  if (tensor.defined()) tensor.set_requires_grad(requires_grad);
  return parameters_.insert(std::move(name), std::move(tensor));
}
Tensor& Module::register_buffer(std::string name, Tensor tensor) {
  check_name("register_buffer", name);
  return buffers_.insert(std::move(name), std::move(tensor));
}
Tensor& Module::register_buffer(std::string name, Tensor tensor, bool persistent) {
  Tensor& out = register_buffer(name, std::move(tensor));
  if (!persistent) extras_.ensure().transient.push_back(std::move(name));
  return out;
}
void Module::add_child(std::string name, std::shared_ptr<Module> module) {
  check_name("register_module", name);
  if (!module) fail("register_module: the module for '{}' is empty", name);
  children_.insert(std::move(name), std::move(module));
}
void Module::replace_child(const std::string& name, std::shared_ptr<Module> module) {
  if (!module) fail("replace_module: the module for '{}' is empty", name);
  std::shared_ptr<Module>& child = children_[name];
  child_replaced(name, module);
  child = std::move(module);
}
void Module::child_replaced(const std::string&, const std::shared_ptr<Module>&) {}
void Module::unregister_module(const std::string& name) {
  if (!children_.contains(name)) fail("unregister_module: there is no submodule '{}'", name);
  children_.erase(name);
}

namespace {
std::string listed(const std::vector<std::string>& names) {
  std::string s;
  for (const std::string& name : names) s += (s.empty() ? "" : ", ") + name;
  return s;
}
}  // namespace

void Module::check_cloned(const Module& copy) const {
  const auto same = [&](const auto& mine, const auto& its, const char* what) {
    if (mine.keys() != its.keys())
      fail("clone: {} has the {} [{}], but its reset() registers [{}]", name(), what,
           listed(mine.keys()), listed(its.keys()));
  };
  same(parameters_, copy.parameters_, "parameters");
  same(buffers_, copy.buffers_, "buffers");
  same(children_, copy.children_, "submodules");
}

void Module::copy_tensors_to(Module& copy, const std::optional<Device>& device) const {
  const auto put = [&](const auto& from, auto& to) {
    for (const auto& item : from) {
      if (!item->defined()) continue;
      Tensor& target = to[item.key()];
      const Tensor data =
          device ? item->detach().to(*device, item->dtype(), false, true) : item->detach().clone();
      if (target.defined())
        target.set_data(data);
      else
        target = data;
      target.set_requires_grad(item->requires_grad());
    }
  };
  put(parameters_, copy.parameters_);
  put(buffers_, copy.buffers_);
  copy.is_training_ = is_training_;
}

std::shared_ptr<Module> CloneableModule::separate(CloneableModule* copy,
                                                  const std::optional<Device>& device) const {
  const std::shared_ptr<Module> owner(copy);
  const NoGradGuard no_grad;
  copy->parameters_.clear();
  copy->buffers_.clear();
  copy->children_.clear();
  copy->reset();
  const bool derives = extras_ && !extras_.get()->derived.empty();
  if (derives) clone_derived_to(*copy, device);
  check_cloned(*copy);
  copy_tensors_to(*copy, device);
  for (const auto& child : children_)
    if (!derives || child.key() != "parametrizations")
      copy->children_[child.key()]->clone_(*child.value(), device);
  if (derives)
    for (const auto& d : extras_.get()->derived)
      if (const Tensor* mine = const_cast<CloneableModule*>(this)->member(d.name))
        *copy->member(d.name) = mine->detach().clone();
  return owner;
}
void CloneableModule::clone_(Module& other, const std::optional<Device>& device) {
  const std::shared_ptr<Module> copy = other.clone(device);
  if (!assign(*copy))
    fail("clone: submodule '{}' was made as another type, {}", other.name(), name());
}

// Without Cloneable there is no other object to take over from: what is registered is copied.
void Module::clone_(Module& other, const std::optional<Device>& device) {
  other.check_cloned(*this);
  other.copy_tensors_to(*this, device);
  for (const auto& child : children_) (*child)->clone_(*other.children_[child.key()], device);
}

void Module::pretty_print(std::ostream& out) const {
  out << name();
  if (const std::string extra = extra_repr(); !extra.empty()) out << '(' << extra << ')';
}

void Module::print(std::ostream& out, const std::string& indent) const {
  pretty_print(out);
  if (children_.is_empty()) return;
  out << "(\n";
  for (const auto& child : children_) {
    out << indent << "  (" << child.key() << "): ";
    (*child)->print(out, indent + "  ");
    out << '\n';
  }
  out << indent << ')';
}

std::ostream& operator<<(std::ostream& out, const Module& module) {
  module.print(out, {});
  return out;
}

std::shared_ptr<Module> Module::shared_from_this_checked() const {
  const std::shared_ptr<const Module> self = weak_from_this().lock();
  if (!self)
    fail("{}: no shared_ptr owns this module; make it with std::make_shared or a module holder",
         name());
  return std::const_pointer_cast<Module>(self);
}

}  // namespace nn
}  // namespace gradus
