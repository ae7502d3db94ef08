// Sequential: modules called one after the other, each with what the one before gave.
#pragma once

#include "nn/any.h"
#include "nn/cloneable.h"

namespace gradus::nn {

/// Modules called one after the other, each with what the one before gave. They may be of any type
/// that has a forward(). An error in one of them is prefixed with its place: `Sequential.1
/// (Linear): linear: ...`.
///
/// Sequential{nn::Linear(3, 4), nn::Linear(4, 2)} makes its layers from left to right, and so draws
/// their parameters as Python does; with parentheses the order is the compiler's.
class SequentialImpl : public Cloneable<SequentialImpl> {
 public:
  /// Goes through the modules.
  using Iterator = std::vector<AnyModule>::iterator;
  /// Goes through the modules and changes none.
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

  /// A copy with clones of all that it holds.
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  /// Does nothing.
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  /// Takes the first module's arguments and gives the last one's result. Throws Error when it is
  /// empty, or when the result is no R.
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

  /// Adds a module at the end. Without a name it is named by its number.
  void push_back(std::string name, AnyModule module);
  void push_back(AnyModule module);
  /// Adds a module at the end. Without a name it is named by its number.
  template <class M>
  requires(!std::is_same_v<std::remove_cvref_t<M>, AnyModule>) void push_back(M&& module) {
    push_back(AnyModule(std::forward<M>(module)));
  }
  template <class M>
  requires(!std::is_same_v<std::remove_cvref_t<M>, AnyModule>) void push_back(std::string name,
                                                                              M&& module) {
    push_back(std::move(name), AnyModule(std::forward<M>(module)));
  }
  /// The same as push_back(), by Python's name.
  template <class M>
  void append(M&& module) {
    push_back(std::forward<M>(module));
  }
  /// Adds a module before the one of this number; those from there on move up by one. Throws
  /// IndexError past the end, and Error when modules have names of their own.
  void insert(size_t index, AnyModule module);
  template <class M>
  requires(!std::is_same_v<std::remove_cvref_t<M>, AnyModule>) void insert(size_t index,
                                                                           M&& module) {
    insert(index, AnyModule(std::forward<M>(module)));
  }
  /// Removes a module, by default the last one, and gives it back; those behind it move down by
  /// one. A negative index counts from the end. Throws IndexError out of range, and Error when
  /// those behind it have names of their own.
  AnyModule pop(int64_t index = -1);
  /// Puts another module, of any type, in the place of the one of this number. Throws IndexError
  /// past the end.
  void set(size_t index, AnyModule module);
  template <class M>
  requires(!std::is_same_v<std::remove_cvref_t<M>, AnyModule>) void set(size_t index, M&& module) {
    set(index, AnyModule(std::forward<M>(module)));
  }
  /// Adds all modules of a container at the end.
  template <class Container>
  void extend(const Container& container) {
    for (const auto& module : container) push_back(module);
  }

  /// The first one.
  Iterator begin() { return modules_.begin(); }
  ConstIterator begin() const { return modules_.begin(); }
  /// Behind the last one.
  Iterator end() { return modules_.end(); }
  ConstIterator end() const { return modules_.end(); }

  /// The module of this number. Throws IndexError past the end, and Error when it is no T.
  template <class T>
  T& at(size_t index) {
    return checked(index).get<T>();
  }
  template <class T>
  const T& at(size_t index) const {
    return checked(index).get<T>();
  }
  /// The module of this number as a pointer. Throws IndexError past the end, and Error when it is
  /// not of the type that ptr<T>() asks for.
  std::shared_ptr<Module> ptr(size_t index) const { return checked(index).ptr(); }
  template <class T>
  std::shared_ptr<T> ptr(size_t index) const {
    return checked(index).ptr<T>();
  }
  /// The module of this number. Throws IndexError past the end.
  std::shared_ptr<Module> operator[](size_t index) const { return ptr(index); }
  /// How many modules there are.
  size_t size() const noexcept { return modules_.size(); }
  /// Whether there are none.
  bool is_empty() const noexcept { return modules_.empty(); }

 private:
  Tensor forward_tensor(Tensor x);
  AnyValue forward_values(std::vector<AnyValue> values, size_t first = 0);
  template <class F>
  void guarded(size_t index, F f);
  void child_replaced(const std::string& name, const std::shared_ptr<Module>& module) override;
  AnyModule drop_last();
  void check_numbered(const char* op) const;
  AnyModule& checked(size_t index) const;
  std::vector<AnyModule> modules_;
};

/// Holds a SequentialImpl: `Sequential net{{"fc1", nn::Linear(3, 4)}, {"act", nn::ReLU()}}`.
class Sequential : public ModuleHolder<SequentialImpl> {
 public:
  using ModuleHolder<SequentialImpl>::ModuleHolder;
  Sequential();
  Sequential(std::initializer_list<NamedAnyModule> modules);
};

}  // namespace gradus::nn
