#include "nn/containers/module_list.h"

#include <ostream>

#include "tensor/base/fail.h"

namespace gradus::nn {

std::shared_ptr<Module> ModuleListImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ModuleListImpl>();
  for (const auto& m : modules_) copy->push_back(gradus::detail::clone_child(*m, device));
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
std::shared_ptr<Module> ModuleListImpl::pop(int64_t index) {
  const int64_t at = index < 0 ? index + int64_t(size()) : index;
  if (at < 0 || at >= int64_t(size()))
    fail_index("ModuleList: index {} is out of range for {} modules", index, size());
  const std::shared_ptr<Module> out = modules_[size_t(at)];
  modules_.erase(modules_.begin() + at);
  for (size_t i = size_t(at); i < size(); ++i) replace_module(std::to_string(i), modules_[i]);
  unregister_module(std::to_string(size()));
  return out;
}
void ModuleListImpl::set(size_t index, std::shared_ptr<Module> module) {
  checked(index);
  replace_module(std::to_string(index), std::move(module));
}
void ModuleListImpl::child_replaced(const std::string& name,
                                    const std::shared_ptr<Module>& module) {
  const auto names = named_children().keys();
  for (size_t i = 0; i < modules_.size() && i < names.size(); ++i)
    if (names[i] == name) modules_[i] = module;
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

}  // namespace gradus::nn
