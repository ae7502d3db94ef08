#include "nn/utils/parametrize.h"

#include <atomic>
#include <ostream>

#include "autograd/modes.h"
#include "nn/containers/module_dict.h"
#include "nn/module_extras.h"
#include "tensor/base/fail.h"

namespace gradus::nn::utils::parametrize {

using gradus::detail::ModuleAccess;
using gradus::detail::short_module_name;

// --- The list of one tensor ---------------------------------------------------------------------

Tensor& ParametrizationListImpl::original(size_t i) {
  return parameter_
             ? ModuleAccess::parameters(*this)["original" + (several_ ? std::to_string(i) : "")]
             : ModuleAccess::buffers(*this)["original" + (several_ ? std::to_string(i) : "")];
}
std::vector<Tensor> ParametrizationListImpl::originals() const {
  std::vector<Tensor> out;
  for (size_t i = 0; i < count_; ++i)
    out.push_back(const_cast<ParametrizationListImpl*>(this)->original(i));
  return out;
}

void ParametrizationListImpl::start(const Tensor& tensor, bool parameter,
                                    const Parametrization& first) {
  const NoGradGuard untaped;
  parameter_ = parameter;
  std::vector<Tensor> begin{tensor};
  if (first.right_inverse) begin = first.right_inverse(*first.module, tensor);
  if (begin.empty()) fail("register_parametrization: right_inverse() gave no tensors");
  several_ = begin.size() > 1;
  count_ = begin.size();
  for (size_t i = 0; i < count_; ++i) {
    const std::string name = "original" + (several_ ? std::to_string(i) : "");
    if (!begin[i].defined())
      fail("register_parametrization: right_inverse() gave no tensor number {}", i);
    Tensor t = begin[i];
    if (!several_ && !t.is_same(tensor)) {  // optimisers may have the tensor already
      if (t.dtype() != tensor.dtype())
        fail("register_parametrization: right_inverse() made {} of {}", t.dtype(), tensor.dtype());
      tensor.set_data(t.detach().clone());
      t = tensor;
    } else if (several_) {
      t = t.detach().clone();
    }
    if (parameter)
      register_parameter(name, t, tensor.requires_grad());
    else
      register_buffer(name, t);
  }
  add(first);
}

void ParametrizationListImpl::add(const Parametrization& part) {
  register_module(std::to_string(parts_.size()), part.module);
  parts_.push_back(part);
}

Tensor ParametrizationListImpl::forward() {
  Tensor x = parts_[0].forward(*parts_[0].module, originals());
  for (size_t i = 1; i < parts_.size(); ++i) x = parts_[i].forward(*parts_[i].module, {x});
  return x;
}

void ParametrizationListImpl::right_inverse(const Tensor& value) {
  const NoGradGuard untaped;
  std::vector<Tensor> x{value};
  for (size_t i = parts_.size(); i-- > 0;) {
    if (!parts_[i].right_inverse)
      fail("right_inverse: {} has none", short_module_name(*parts_[i].module));
    x = parts_[i].right_inverse(*parts_[i].module, x[0]);
  }
  if (x.size() != count_) fail("right_inverse: it gave {} tensors for {}", x.size(), count_);
  for (size_t i = 0; i < count_; ++i)
    if (x[i].dtype() != original(i).dtype())
      fail("right_inverse: it gave {} for {}", x[i].dtype(), original(i).dtype());
  for (size_t i = 0; i < count_; ++i) original(i).set_data(x[i].detach().clone());
}

std::shared_ptr<Module> ParametrizationListImpl::operator[](size_t index) const {
  if (index >= parts_.size())
    fail_index("ParametrizationList: index {} is out of range for {} modules", index,
               parts_.size());
  return parts_[index].module;
}

std::shared_ptr<Module> ParametrizationListImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ParametrizationListImpl>();
  copy->count_ = count_, copy->several_ = several_, copy->parameter_ = parameter_;
  for (const auto& p : parameters_)
    copy->register_parameter(p.key(), p->detach().clone(), p->requires_grad());
  for (const auto& b : named_buffers(false)) copy->register_buffer(b.key(), b->detach().clone());
  for (Parametrization part : parts_) {
    part.module = gradus::detail::clone_child(*part.module, device);
    copy->add(part);
  }
  if (!is_training()) copy->eval();
  return copy;
}

void ParametrizationListImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::ParametrizationList";
}
Tensor* ParametrizationListImpl::member(std::string_view name) {
  const std::string key(name);
  if (Tensor* p = ModuleAccess::parameters(*this).find(key)) return p;
  return ModuleAccess::buffers(*this).find(key);
}

// --- Of a layer ---------------------------------------------------------------------------------

namespace {

std::shared_ptr<ParametrizationListImpl> find_list(const Module& module, const std::string& name) {
  const auto children = module.named_children();
  const auto* all = children.find("parametrizations");
  const auto* dict = all ? (*all)->as<ModuleDictImpl>() : nullptr;
  if (!dict || !dict->contains(name)) return nullptr;
  return std::dynamic_pointer_cast<ParametrizationListImpl>((*dict)[name]);
}

void check_same(const Tensor& before, const Tensor& after) {
  if (!after.defined()) fail("register_parametrization: forward() gave an undefined tensor");
  if (after.dtype() != before.dtype())
    fail("register_parametrization: forward() made {} of {}; unsafe allows it", after.dtype(),
         before.dtype());
  if (after.sizes() != before.sizes())
    fail("register_parametrization: forward() gave the shape {} for {}; unsafe allows it",
         after.sizes(), before.sizes());
}

}  // namespace

void register_parametrization(Module& module, const std::string& name, Parametrization part,
                              bool unsafe) {
  constexpr const char* op = "register_parametrization";
  if (!part.module) fail("{}: the parametrisation is empty", op);
  part.module->train(module.is_training());
  if (const auto list = find_list(module, name)) {
    const Tensor before = list->forward(), now = part.forward(*part.module, {before});
    if (!unsafe) check_same(before, now);
    list->add(part);
    ModuleAccess::ensure_extras(module).cached = 0;
    ModuleAccess::place(op, module, name) = now;
    return;
  }
  if (ModuleAccess::is_derived(module, name))
    fail("{}: '{}' is computed from other parameters already", op, name);
  const Tensor before = ModuleAccess::registered(op, module, name), former = before.detach();
  ModuleAccess::place(op, module, name);
  const bool parameter = ModuleAccess::parameters(module).contains(name);
  std::shared_ptr<ModuleDictImpl> dict;
  if (const auto children = module.named_children(); children.contains("parametrizations")) {
    dict = std::dynamic_pointer_cast<ModuleDictImpl>(children["parametrizations"]);
    if (!dict)
      fail("{}: 'parametrizations' is another submodule of {}", op, short_module_name(module));
  }
  const auto list = std::make_shared<ParametrizationListImpl>();
  Tensor now;
  try {
    list->start(before, parameter, part);
    list->train(module.is_training());
    now = list->forward();
    if (!unsafe) check_same(former, now);
  } catch (...) {
    before.set_data(former);
    throw;
  }
  if (!dict) dict = module.register_module("parametrizations", std::make_shared<ModuleDictImpl>());
  dict->update(ModuleDictImpl::Pairs{{name, list}});
  ModuleAccess::derive(op, module, name,
                       [name](Module& m) { return find_list(m, name)->forward(); });
  ModuleAccess::place(op, module, name) = now;
}

bool is_parametrized(const Module& module, const std::string& name) {
  if (!name.empty()) return find_list(module, name) != nullptr;
  const auto children = module.named_children();
  const auto* all = children.find("parametrizations");
  const auto* dict = all ? (*all)->as<ModuleDictImpl>() : nullptr;
  return dict && !dict->empty();
}

std::shared_ptr<ParametrizationListImpl> parametrizations_of(const Module& module,
                                                             const std::string& name) {
  if (auto list = find_list(module, name)) return list;
  fail("parametrizations_of: '{}' of {} is not parametrised", name, short_module_name(module));
}

CachedGuard::CachedGuard() : before_(gradus::detail::cached_guard) {
  static std::atomic<uint64_t> count{0};
  if (before_ == 0) gradus::detail::cached_guard = ++count;
}
CachedGuard::~CachedGuard() { gradus::detail::cached_guard = before_; }

void assign(Module& module, const std::string& name, const Tensor& value) {
  parametrizations_of(module, name)->right_inverse(value);
  ModuleAccess::ensure_extras(module).cached = 0;
  module.renew();
}

void remove_parametrizations(Module& module, const std::string& name, bool leave_parametrized) {
  const auto list = find_list(module, name);
  if (!list)
    fail("remove_parametrizations: '{}' of {} is not parametrised", name,
         short_module_name(module));
  Tensor value;
  const NoGradGuard untaped;
  if (leave_parametrized) {
    value = list->forward().detach().clone();
    if (const Tensor original = list->originals()[0]; list->is_tensor()) {
      original.set_data(value);
      value = original;
    } else {
      value.set_requires_grad(original.requires_grad());
    }
  } else if (list->is_tensor()) {
    value = list->originals()[0];
  } else {
    fail("remove_parametrizations: '{}' has {} originals, so it must be left parametrised", name,
         list->originals().size());
  }
  auto& dict = *module.named_children()["parametrizations"]->as<ModuleDictImpl>();
  dict.pop(name);
  if (dict.empty()) module.unregister_module("parametrizations");
  ModuleAccess::settle(module, name, value, list->is_parameter());
}

}  // namespace gradus::nn::utils::parametrize
