#include <ostream>

#include "nn/containers/functional.h"
#include "nn/containers/module_dict.h"
#include "nn/containers/module_list.h"
#include "nn/containers/parameters.h"
#include "tensor/base/fail.h"

namespace gradus::nn {

FunctionalImpl::FunctionalImpl(Function function) : function_(std::move(function)) {}
Tensor FunctionalImpl::forward(Tensor x) { return function_(std::move(x)); }
Tensor FunctionalImpl::operator()(Tensor x) { return function_(std::move(x)); }
void FunctionalImpl::pretty_print(std::ostream& out) const { out << "torch::nn::Functional()"; }

std::shared_ptr<Module> ModuleListImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ModuleListImpl>();
  for (const auto& m : modules_) copy->push_back(m->clone(device));
  if (!is_training()) copy->eval();
  return copy;
}
void ModuleListImpl::pretty_print(std::ostream& out) const { out << "torch::nn::ModuleList"; }

ModuleListImpl::ModuleListImpl() = default;
void ModuleListImpl::push_back(std::shared_ptr<Module> module) {
  insert(size(), std::move(module));
}
void ModuleListImpl::insert(size_t index, std::shared_ptr<Module> module) {
  if (index > size())
    fail_index("ModuleList: cannot insert at {} of {} modules", index, modules_.size());
  register_module(std::to_string(size()), module);
  modules_.insert(modules_.begin() + std::ptrdiff_t(index), std::move(module));
  for (size_t i = index; i < size(); ++i) replace_module(std::to_string(i), modules_[i]);
}
const std::shared_ptr<Module>& ModuleListImpl::checked(size_t index) const {
  if (index >= size())
    fail_index("ModuleList: index {} is out of range for {} modules", index, size());
  return modules_[index];
}
void ModuleListImpl::throw_wrong_type(size_t index, const std::type_info& wanted) const {
  fail("ModuleList: module {} is {}, not {}", index, modules_[index]->name(),
       detail::demangle(wanted));
}

std::shared_ptr<Module> ModuleDictImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ModuleDictImpl>();
  for (const auto& item : modules_) copy->insert(item.key(), (*item)->clone(device));
  if (!is_training()) copy->eval();
  return copy;
}
void ModuleDictImpl::pretty_print(std::ostream& out) const { out << "torch::nn::ModuleDict"; }

ModuleDictImpl::ModuleDictImpl() = default;
ModuleDictImpl::ModuleDictImpl(const Pairs& modules) { update(modules); }
ModuleDictImpl::ModuleDictImpl(const Dict& modules) { update(modules); }
void ModuleDictImpl::update(const Pairs& modules) {
  for (const auto& [key, module] : modules) insert(key, module);
}
void ModuleDictImpl::clear() {
  for (const auto& key : keys()) pop(key);
}
std::shared_ptr<Module> ModuleDictImpl::pop(const std::string& key) {
  const auto module = modules_[key];
  modules_.erase(key);
  unregister_module(key);
  return module;
}
void ModuleDictImpl::insert(const std::string& key, std::shared_ptr<Module> module) {
  if (contains(key))
    modules_[key] = replace_module(key, module);
  else
    modules_.insert(key, register_module(key, module));
}
void ModuleDictImpl::throw_wrong_type(const std::string& key, const std::type_info& wanted) const {
  fail("ModuleDict: module '{}' is {}, not {}", key, modules_[key]->name(),
       detail::demangle(wanted));
}

namespace {

Tensor copied(const Tensor& t, const std::optional<Device>& device) {
  return (device ? t.detach().to(*device, t.dtype(), false, true) : t.detach().clone())
      .requires_grad_(t.requires_grad());
}

void print_parameters(std::ostream& out, const char* name,
                      const OrderedDict<std::string, Tensor>& params) {
  out << "torch::nn::" << name << "(\n";
  for (const auto& item : params)
    out << '(' << item.key() << "): Parameter containing: [" << item->scalar_type() << " of size "
        << item->sizes() << "]\n";
  out << ')';
}

}  // namespace

std::shared_ptr<Module> ParameterListImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ParameterListImpl>();
  for (const auto& item : parameters_) copy->append(copied(*item, device));
  if (!is_training()) copy->eval();
  return copy;
}
void ParameterListImpl::pretty_print(std::ostream& out) const {
  print_parameters(out, "ParameterList", parameters_);
}
ParameterListImpl::ParameterListImpl() = default;
void ParameterListImpl::append(const Tensor& param) {
  register_parameter(std::to_string(size()), param, param.requires_grad());
}

std::shared_ptr<Module> ParameterDictImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ParameterDictImpl>();
  for (const auto& item : parameters_) copy->insert(item.key(), copied(*item, device));
  if (!is_training()) copy->eval();
  return copy;
}
void ParameterDictImpl::pretty_print(std::ostream& out) const {
  print_parameters(out, "ParameterDict", parameters_);
}
ParameterDictImpl::ParameterDictImpl() = default;
ParameterDictImpl::ParameterDictImpl(const OrderedDict<std::string, Tensor>& params) {
  for (const auto& item : params) insert(item.key(), item.value());
}
Tensor& ParameterDictImpl::insert(const std::string& key, const Tensor& param) {
  return register_parameter(key, param, param.requires_grad());
}
Tensor ParameterDictImpl::pop(const std::string& key) {
  const Tensor out = parameters_[key];
  parameters_.erase(key);
  return out;
}

}  // namespace gradus::nn
