// ModuleDict: modules by name, to be called as the user likes.
#pragma once

#include "nn/cloneable.h"

namespace gradus::nn {

class ModuleDictImpl : public Cloneable<ModuleDictImpl> {
 public:
  using Dict = OrderedDict<std::string, std::shared_ptr<Module>>;
  using Iterator = Dict::Iterator;
  using ConstIterator = Dict::ConstIterator;
  using Pairs = std::vector<std::pair<std::string, std::shared_ptr<Module>>>;

  ModuleDictImpl();
  explicit ModuleDictImpl(const Pairs& modules);
  explicit ModuleDictImpl(const Dict& modules);
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  Pairs items() const { return modules_.pairs(); }
  std::vector<std::string> keys() const { return modules_.keys(); }
  std::vector<std::shared_ptr<Module>> values() const { return modules_.values(); }
  Iterator begin() { return modules_.begin(); }
  ConstIterator begin() const { return modules_.begin(); }
  Iterator end() { return modules_.end(); }
  ConstIterator end() const { return modules_.end(); }
  size_t size() const noexcept { return modules_.size(); }
  bool empty() const noexcept { return modules_.is_empty(); }
  bool contains(const std::string& key) const noexcept { return modules_.contains(key); }
  void clear();
  // Throws when there is no such key.
  std::shared_ptr<Module> pop(const std::string& key);
  std::shared_ptr<Module> operator[](const std::string& key) const { return modules_[key]; }
  // Throws when there is no such key, or its module is no T.
  template <detail::a_module T>
  T& at(const std::string& key) {
    return const_cast<T&>(std::as_const(*this).at<T>(key));
  }
  template <detail::a_module T>
  const T& at(const std::string& key) const {
    if (const T* m = modules_[key]->as<T>()) return *m;
    throw_wrong_type(key, typeid(T));
  }
  // Adds these, in place of those with the same key.
  void update(const Pairs& modules);
  template <class Container>
  void update(const Container& container) {
    for (const auto& item : container) insert(item.key(), item.value());
  }

 private:
  void insert(const std::string& key, std::shared_ptr<Module> module);
  [[noreturn]] void throw_wrong_type(const std::string& key, const std::type_info& wanted) const;
  Dict modules_{"Module"};
};
using ModuleDict = ModuleHolder<ModuleDictImpl>;

}  // namespace gradus::nn
