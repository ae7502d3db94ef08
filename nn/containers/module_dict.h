// ModuleDict: modules by name, to be called as the user likes.
#pragma once

#include "nn/cloneable.h"

namespace gradus::nn {

/// Submodules by name, which the user calls as needed: `(*dict)["encoder"]`,
/// `dict->at<nn::LinearImpl>("head")`.
class ModuleDictImpl : public Cloneable<ModuleDictImpl> {
 public:
  /// What it can be made of.
  using Dict = OrderedDict<std::string, std::shared_ptr<Module>>;
  /// Goes through the modules.
  using Iterator = Dict::Iterator;
  /// Goes through the modules and changes none.
  using ConstIterator = Dict::ConstIterator;
  /// Names and modules, which it can be made of.
  using Pairs = std::vector<std::pair<std::string, std::shared_ptr<Module>>>;

  ModuleDictImpl();
  explicit ModuleDictImpl(const Pairs& modules);
  explicit ModuleDictImpl(const Dict& modules);
  /// A copy with clones of all that it holds.
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  /// Does nothing.
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  /// Names and modules in their order.
  Pairs items() const { return modules_.pairs(); }
  /// The names in their order.
  std::vector<std::string> keys() const { return modules_.keys(); }
  /// The modules in their order.
  std::vector<std::shared_ptr<Module>> values() const { return modules_.values(); }
  /// The first one.
  Iterator begin() { return modules_.begin(); }
  ConstIterator begin() const { return modules_.begin(); }
  /// Behind the last one.
  Iterator end() { return modules_.end(); }
  ConstIterator end() const { return modules_.end(); }
  /// How many modules there are.
  size_t size() const noexcept { return modules_.size(); }
  /// Whether there are none.
  bool empty() const noexcept { return modules_.is_empty(); }
  /// Whether there is a module of this name.
  bool contains(const std::string& key) const noexcept { return modules_.contains(key); }
  /// Removes all modules.
  void clear();
  /// Removes a module and gives it back. Throws Error when there is none of this name.
  std::shared_ptr<Module> pop(const std::string& key);
  /// The module of this name. Throws Error when there is none.
  std::shared_ptr<Module> operator[](const std::string& key) const { return modules_[key]; }
  /// The module of this name as a T. Throws Error when there is none, or it is no T.
  template <detail::a_module T>
  T& at(const std::string& key) {
    return const_cast<T&>(std::as_const(*this).at<T>(key));
  }
  template <detail::a_module T>
  const T& at(const std::string& key) const {
    if (const T* m = modules_[key]->as<T>()) return *m;
    throw_wrong_type(key, typeid(T));
  }
  /// Adds these, in place of those with the same names.
  void update(const Pairs& modules);
  template <class Container>
  void update(const Container& container) {
    for (const auto& item : container) insert(item.key(), item.value());
  }

 private:
  void child_replaced(const std::string& name, const std::shared_ptr<Module>& module) override;
  void insert(const std::string& key, std::shared_ptr<Module> module);
  [[noreturn]] void throw_wrong_type(const std::string& key, const std::type_info& wanted) const;
  Dict modules_{"Module"};
};
/// Holds a ModuleDictImpl.
using ModuleDict = ModuleHolder<ModuleDictImpl>;

}  // namespace gradus::nn
