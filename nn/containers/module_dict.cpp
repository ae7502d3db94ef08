#include "nn/containers/module_dict.h"

#include <ostream>

#include "tensor/base/fail.h"

namespace gradus::nn {

std::shared_ptr<Module> ModuleDictImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ModuleDictImpl>();
  for (const auto& item : modules_)
    copy->insert(item.key(), gradus::detail::clone_child(**item, device));
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
void ModuleDictImpl::child_replaced(const std::string& name,
                                    const std::shared_ptr<Module>& module) {
  if (auto* held = modules_.find(name)) *held = module;
}
void ModuleDictImpl::throw_wrong_type(const std::string& key, const std::type_info& wanted) const {
  fail("ModuleDict: module '{}' is {}, not {}", key, modules_[key]->name(),
       detail::demangle(wanted));
}

}  // namespace gradus::nn
