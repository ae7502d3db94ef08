// ParameterList and ParameterDict: parameters by number and by name.
#pragma once

#include "nn/cloneable.h"

namespace gradus::nn {

/// Parameters by number. Each keeps its requires_grad.
class ParameterListImpl : public Cloneable<ParameterListImpl> {
 public:
  /// A number as text, and a parameter.
  using Item = OrderedDict<std::string, Tensor>::Item;
  /// Goes through the items.
  using Iterator = OrderedDict<std::string, Tensor>::Iterator;
  /// Goes through the items and changes none.
  using ConstIterator = OrderedDict<std::string, Tensor>::ConstIterator;

  ParameterListImpl();
  template <class... Tensors>
  requires(sizeof...(Tensors) > 0 && (std::is_convertible_v<Tensors, Tensor> &&
                                      ...)) explicit ParameterListImpl(Tensors&&... params) {
    (append(Tensor(std::forward<Tensors>(params))), ...);
  }
  /// A copy with clones of all that it holds.
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  /// Does nothing.
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  /// Adds a parameter at the end.
  void append(const Tensor& param);
  void append(const Item& item) { append(item.value()); }
  /// Adds all parameters of a container at the end.
  template <class Container>
  void extend(const Container& container) {
    for (const auto& param : container) append(param);
  }
  /// The same as extend().
  template <class Container>
  ParameterListImpl& operator+=(const Container& other) {
    extend(other);
    return *this;
  }
  /// The first one.
  Iterator begin() { return parameters_.begin(); }
  ConstIterator begin() const { return parameters_.begin(); }
  /// Behind the last one.
  Iterator end() { return parameters_.end(); }
  ConstIterator end() const { return parameters_.end(); }
  /// The parameter of this number. Throws IndexError past the end.
  Tensor& at(size_t index) { return parameters_[index].value(); }
  const Tensor& at(size_t index) const { return parameters_[index].value(); }
  /// The same as at().
  Tensor& operator[](size_t index) { return at(index); }
  const Tensor& operator[](size_t index) const { return at(index); }
  /// How many parameters there are.
  size_t size() const noexcept { return parameters_.size(); }
  /// Whether there are none.
  bool is_empty() const noexcept { return parameters_.is_empty(); }

 protected:
  Tensor* member(std::string_view name) override { return parameters_.find(std::string(name)); }
};
/// Holds a ParameterListImpl.
using ParameterList = ModuleHolder<ParameterListImpl>;

/// Parameters by name. Each keeps its requires_grad.
class ParameterDictImpl : public Cloneable<ParameterDictImpl> {
 public:
  /// Goes through the items.
  using Iterator = OrderedDict<std::string, Tensor>::Iterator;
  /// Goes through the items and changes none.
  using ConstIterator = OrderedDict<std::string, Tensor>::ConstIterator;

  ParameterDictImpl();
  explicit ParameterDictImpl(const OrderedDict<std::string, Tensor>& params);
  /// A copy with clones of all that it holds.
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  /// Does nothing.
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  /// Adds a parameter. Throws Error when the name is taken; update() replaces.
  Tensor& insert(const std::string& key, const Tensor& param);
  /// Removes a parameter and gives it back. Throws Error when there is none of this name.
  Tensor pop(const std::string& key);
  /// The parameter of this name, added unless it is there already.
  Tensor& setdefault(const std::string& key, const Tensor& param);
  /// Removes the last parameter and gives it back with its name. Throws Error when there is none.
  std::pair<std::string, Tensor> popitem();
  /// Names and parameters in their order.
  std::vector<std::pair<std::string, Tensor>> items() const { return parameters_.pairs(); }
  /// The names in their order.
  std::vector<std::string> keys() const { return parameters_.keys(); }
  /// The parameters in their order.
  std::vector<Tensor> values() const { return parameters_.values(); }
  /// The first one.
  Iterator begin() { return parameters_.begin(); }
  ConstIterator begin() const { return parameters_.begin(); }
  /// Behind the last one.
  Iterator end() { return parameters_.end(); }
  ConstIterator end() const { return parameters_.end(); }
  /// How many parameters there are.
  size_t size() const noexcept { return parameters_.size(); }
  /// Whether there are none.
  bool empty() const noexcept { return parameters_.is_empty(); }
  /// Puts other tensors under the same names. Throws Error, and changes nothing, when one of the
  /// names is not there.
  template <class Container>
  void update(const Container& container) {
    for (const auto& item : container) static_cast<void>(parameters_[item.key()]);
    for (const auto& item : container) parameters_[item.key()] = item.value();
  }
  /// Removes all parameters.
  void clear() { parameters_.clear(); }
  /// Whether there is a parameter of this name.
  bool contains(const std::string& key) const noexcept { return parameters_.contains(key); }
  /// The parameter of this name. Throws Error when there is none.
  const Tensor& get(const std::string& key) const { return parameters_[key]; }
  Tensor& get(const std::string& key) { return parameters_[key]; }
  /// The parameter of this name, or another tensor when there is none.
  Tensor get(const std::string& key, const Tensor& otherwise) const {
    return contains(key) ? get(key) : otherwise;
  }
  /// The same as get().
  Tensor& operator[](const std::string& key) { return parameters_[key]; }
  const Tensor& operator[](const std::string& key) const { return parameters_[key]; }

 protected:
  Tensor* member(std::string_view name) override { return parameters_.find(std::string(name)); }
};
/// Holds a ParameterDictImpl.
using ParameterDict = ModuleHolder<ParameterDictImpl>;

}  // namespace gradus::nn
