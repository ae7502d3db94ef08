// ModuleList: modules by number, to be called as the user likes.
#pragma once

#include "nn/cloneable.h"

namespace gradus::nn {

class ModuleListImpl : public Cloneable<ModuleListImpl> {
 public:
  using Iterator = std::vector<std::shared_ptr<Module>>::iterator;
  using ConstIterator = std::vector<std::shared_ptr<Module>>::const_iterator;

  ModuleListImpl();
  template <class... Modules>
  requires(sizeof...(Modules) > 0 &&
           !(std::is_base_of_v<ModuleListImpl, std::remove_cvref_t<Modules>> &&
             ...)) explicit ModuleListImpl(Modules&&... modules) {
    (push_back(std::forward<Modules>(modules)), ...);
  }
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  void push_back(std::shared_ptr<Module> module);
  template <detail::a_module M>
  void push_back(M&& module) {
    push_back(std::make_shared<std::remove_cvref_t<M>>(std::forward<M>(module)));
  }
  template <class M>
  void push_back(const ModuleHolder<M>& holder) {
    push_back(std::shared_ptr<Module>(holder.ptr()));
  }
  template <class Container>
  void extend(const Container& container) {
    for (const auto& module : container) push_back(module);
  }
  // Those from `index` on move up by one.
  void insert(size_t index, std::shared_ptr<Module> module);
  template <detail::a_module M>
  void insert(size_t index, M&& module) {
    insert(index, std::make_shared<std::remove_cvref_t<M>>(std::forward<M>(module)));
  }
  template <class M>
  void insert(size_t index, const ModuleHolder<M>& holder) {
    insert(index, std::shared_ptr<Module>(holder.ptr()));
  }

  Iterator begin() { return modules_.begin(); }
  ConstIterator begin() const { return modules_.begin(); }
  Iterator end() { return modules_.end(); }
  ConstIterator end() const { return modules_.end(); }
  // These throw when the index is out of range; at() when the module there is no T.
  template <detail::a_module T>
  T& at(size_t index) {
    return const_cast<T&>(std::as_const(*this).at<T>(index));
  }
  template <detail::a_module T>
  const T& at(size_t index) const {
    if (const T* m = checked(index)->as<T>()) return *m;
    throw_wrong_type(index, typeid(T));
  }
  std::shared_ptr<Module> ptr(size_t index) const { return checked(index); }
  template <class T>
  std::shared_ptr<T> ptr(size_t index) const {
    return std::dynamic_pointer_cast<T>(checked(index));
  }
  std::shared_ptr<Module> operator[](size_t index) const { return ptr(index); }
  size_t size() const noexcept { return modules_.size(); }
  bool is_empty() const noexcept { return modules_.empty(); }

 private:
  const std::shared_ptr<Module>& checked(size_t index) const;
  [[noreturn]] void throw_wrong_type(size_t index, const std::type_info& wanted) const;
  std::vector<std::shared_ptr<Module>> modules_;
};
using ModuleList = ModuleHolder<ModuleListImpl>;

}  // namespace gradus::nn
