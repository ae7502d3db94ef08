// Sequential: modules called one after the other, each with what the one before gave.
#pragma once

#include "nn/any.h"
#include "nn/cloneable.h"

namespace gradus::nn {

// Modules may be of any type with a forward(). An error in one of them is prefixed with its place:
// `Sequential.1 (Linear): linear: ...`.
//
// Sequential{nn::Linear(3, 4), nn::Linear(4, 2)} makes its layers from left to right, and so draws
// their parameters as Python does; with parentheses the order is the compiler's.
class SequentialImpl : public Cloneable<SequentialImpl> {
 public:
  using Iterator = std::vector<AnyModule>::iterator;
  using ConstIterator = std::vector<AnyModule>::const_iterator;

  SequentialImpl();
  template <class... Modules>
  requires(sizeof...(Modules) > 0 &&
           !(std::is_base_of_v<SequentialImpl, std::remove_cvref_t<Modules>> &&
             ...)) explicit SequentialImpl(Modules&&... modules) {
    (push_back(std::forward<Modules>(modules)), ...);
  }
  explicit SequentialImpl(OrderedDict<std::string, AnyModule>&& modules);
  explicit SequentialImpl(std::initializer_list<NamedAnyModule> modules);

  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  // The first module's arguments in, the last one's result out. Throws when it is empty, or when
  // the result is no R.
  template <class R = Tensor, class... Inputs>
  R forward(Inputs&&... inputs) {
    if constexpr (std::is_same_v<R, Tensor> && sizeof...(Inputs) == 1 &&
                  (std::is_convertible_v<Inputs, Tensor> && ...)) {
      return forward_tensor(Tensor(std::forward<Inputs>(inputs)...));
    } else {
      std::vector<AnyValue> values;
      (values.push_back(AnyValue(std::forward<Inputs>(inputs))), ...);
      return forward_values(std::move(values)).template get<R>();
    }
  }

  // Without a name a module is named by its index.
  void push_back(std::string name, AnyModule module);
  void push_back(AnyModule module);
  template <class M>
  requires(!std::is_same_v<std::remove_cvref_t<M>, AnyModule>) void push_back(M&& module) {
    push_back(AnyModule(std::forward<M>(module)));
  }
  template <class M>
  requires(!std::is_same_v<std::remove_cvref_t<M>, AnyModule>) void push_back(std::string name,
                                                                              M&& module) {
    push_back(std::move(name), AnyModule(std::forward<M>(module)));
  }
  template <class Container>
  void extend(const Container& container) {
    for (const auto& module : container) push_back(module);
  }

  Iterator begin() { return modules_.begin(); }
  ConstIterator begin() const { return modules_.begin(); }
  Iterator end() { return modules_.end(); }
  ConstIterator end() const { return modules_.end(); }

  // These throw when the index is out of range, or the module there is no T.
  template <class T>
  T& at(size_t index) {
    return checked(index).get<T>();
  }
  template <class T>
  const T& at(size_t index) const {
    return checked(index).get<T>();
  }
  std::shared_ptr<Module> ptr(size_t index) const { return checked(index).ptr(); }
  template <class T>
  std::shared_ptr<T> ptr(size_t index) const {
    return checked(index).ptr<T>();
  }
  std::shared_ptr<Module> operator[](size_t index) const { return ptr(index); }
  size_t size() const noexcept { return modules_.size(); }
  bool is_empty() const noexcept { return modules_.empty(); }

 private:
  Tensor forward_tensor(Tensor x);
  AnyValue forward_values(std::vector<AnyValue> values, size_t first = 0);
  template <class F>
  void guarded(size_t index, F f);
  AnyModule& checked(size_t index) const;
  std::vector<AnyModule> modules_;
};

class Sequential : public ModuleHolder<SequentialImpl> {
 public:
  using ModuleHolder<SequentialImpl>::ModuleHolder;
  Sequential();
  Sequential(std::initializer_list<NamedAnyModule> modules);
};

}  // namespace gradus::nn
