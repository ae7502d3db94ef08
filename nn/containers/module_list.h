// ModuleList: modules by number, to be called as the user likes.
#pragma once

#include "nn/cloneable.h"

namespace gradus::nn {

/// Submodules by number, which the user calls as needed: `for (auto& m : *list) x =
/// m->as<nn::Linear>()->forward(x)`.
class ModuleListImpl : public Cloneable<ModuleListImpl> {
 public:
  /// Goes through the modules.
  using Iterator = std::vector<std::shared_ptr<Module>>::iterator;
  /// Goes through the modules and changes none.
  using ConstIterator = std::vector<std::shared_ptr<Module>>::const_iterator;

  ModuleListImpl();
  template <class... Modules>
  requires(sizeof...(Modules) > 0 &&
           !(std::is_base_of_v<ModuleListImpl, std::remove_cvref_t<Modules>> &&
             ...)) explicit ModuleListImpl(Modules&&... modules) {
    (push_back(std::forward<Modules>(modules)), ...);
  }
  /// A copy with clones of all that it holds.
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  /// Does nothing.
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  /// Adds a module at the end.
  void push_back(std::shared_ptr<Module> module);
  template <detail::a_module M>
  void push_back(M&& module) {
    push_back(std::make_shared<std::remove_cvref_t<M>>(std::forward<M>(module)));
  }
  template <class M>
  void push_back(const ModuleHolder<M>& holder) {
    push_back(std::shared_ptr<Module>(holder.ptr()));
  }
  /// The same as push_back(), by Python's name.
  template <class M>
  void append(M&& module) {
    push_back(std::forward<M>(module));
  }
  /// Removes a module, by default the last one, and gives it back; those behind it move down by
  /// one. A negative index counts from the end. Throws IndexError out of range.
  std::shared_ptr<Module> pop(int64_t index = -1);
  /// Puts another module in the place of the one of this number. Throws IndexError past the end.
  void set(size_t index, std::shared_ptr<Module> module);
  template <class M>
  void set(size_t index, const ModuleHolder<M>& holder) {
    set(index, std::shared_ptr<Module>(holder.ptr()));
  }
  /// Adds all modules of a container at the end.
  template <class Container>
  void extend(const Container& container) {
    for (const auto& module : container) push_back(module);
  }
  /// Adds a module before the one of this number; those from there on move up by one. Throws
  /// IndexError past the end.
  void insert(size_t index, std::shared_ptr<Module> module);
  template <detail::a_module M>
  void insert(size_t index, M&& module) {
    insert(index, std::make_shared<std::remove_cvref_t<M>>(std::forward<M>(module)));
  }
  template <class M>
  void insert(size_t index, const ModuleHolder<M>& holder) {
    insert(index, std::shared_ptr<Module>(holder.ptr()));
  }

  /// The first one.
  Iterator begin() { return modules_.begin(); }
  ConstIterator begin() const { return modules_.begin(); }
  /// Behind the last one.
  Iterator end() { return modules_.end(); }
  ConstIterator end() const { return modules_.end(); }
  /// The module of this number as a T. Throws IndexError past the end, and Error when it is no T.
  template <detail::a_module T>
  T& at(size_t index) {
    return const_cast<T&>(std::as_const(*this).at<T>(index));
  }
  template <detail::a_module T>
  const T& at(size_t index) const {
    if (const T* m = checked(index)->as<T>()) return *m;
    throw_wrong_type(index, typeid(T));
  }
  /// The module of this number. Throws IndexError past the end. ptr<T>() is null when it is no T.
  std::shared_ptr<Module> ptr(size_t index) const { return checked(index); }
  template <class T>
  std::shared_ptr<T> ptr(size_t index) const {
    return std::dynamic_pointer_cast<T>(checked(index));
  }
  /// The module of this number. Throws IndexError past the end.
  std::shared_ptr<Module> operator[](size_t index) const { return ptr(index); }
  /// How many modules there are.
  size_t size() const noexcept { return modules_.size(); }
  /// Whether there are none.
  bool is_empty() const noexcept { return modules_.empty(); }

 private:
  void child_replaced(const std::string& name, const std::shared_ptr<Module>& module) override;
  const std::shared_ptr<Module>& checked(size_t index) const;
  [[noreturn]] void throw_wrong_type(size_t index, const std::type_info& wanted) const;
  std::vector<std::shared_ptr<Module>> modules_;
};
/// Holds a ModuleListImpl.
using ModuleList = ModuleHolder<ModuleListImpl>;

}  // namespace gradus::nn
