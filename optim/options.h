// Options and states of optimisers. They are made of fields, each of which is named once.
#pragma once

#include <memory>
#include <optional>

#include "tensor/base/arg.h"
#include "tensor/io/serialize.h"

namespace gradus::optim {

namespace detail {

// A line of a source file. It converts to every earlier line, and best to the nearest one. So the
// fields of a struct are found from the last to the first, and nobody has to list them.
template <int number>
struct SourceLine : SourceLine<number - 1> {};
template <>
struct SourceLine<0> {};
inline constexpr int last_line = 511;

template <int number, class Class, class T>
struct Field {
  static constexpr int line = number;
  const char* name;
  T Class::*member;
};
template <int number, class Class, class T>
Field<number, Class, T> field(const char* name, T Class::*member) {
  return {name, member};
}

}  // namespace detail

/// Declares a field of an optimiser's options or state: `GRADUS_FIELD(double, momentum) = 0;`.
/// As GRADUS_ARG does, it makes the accessors `.momentum()` and `.momentum(value)`. This one line
/// also lets the field be saved, loaded, compared, and inherited by groups of parameters.
#define GRADUS_FIELD(T, name)                                              \
 public:                                                                   \
  auto field_at(gradus::optim::detail::SourceLine<__LINE__ % 512>) const { \
    return gradus::optim::detail::field<__LINE__ % 512>(                   \
        #name, &std::remove_cvref_t<decltype(*this)>::name##_);            \
  }                                                                        \
  GRADUS_ARG(T, name)

/// A struct that has a GRADUS_FIELD.
template <class T>
concept HasFields = requires(const T& object) {
  object.field_at(std::declval<detail::SourceLine<detail::last_line>>());
};

/// Calls `f(name, pointer to member)` for every GRADUS_FIELD of the object's struct, in order.
template <int last = detail::last_line, class T, class F>
void for_each_field(const T& object, F&& f) {
  if constexpr (requires { object.field_at(std::declval<detail::SourceLine<last>>()); }) {
    const auto field = object.field_at(detail::SourceLine<last>());
    constexpr int line = decltype(object.field_at(detail::SourceLine<last>()))::line;
    if constexpr (line > 0) for_each_field<line - 1>(object, f);
    f(field.name, field.member);
  }
}

namespace detail {

void save_field(serialize::OutputArchive& archive, const char* name, const IValue& value);
void save_field(serialize::OutputArchive& archive, const char* name, const Tensor& value);
IValue load_field(serialize::InputArchive& archive, const char* name);
Tensor load_tensor(serialize::InputArchive& archive, const char* name);
[[noreturn]] void fail_length(size_t found, size_t wanted);

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
concept NumberTuple = requires {
  std::tuple_size<T>::value;
};
// A list of tensors other than std::vector.
template <class T>
concept TensorSequence = !is_optional<T> && std::is_same_v<typename T::value_type, Tensor>;

// A field as an IValue, and back: also lists of tensors, tuples of numbers, and what may be
// nothing.
template <class T>
IValue as_ivalue(const T& value) {
  if constexpr (TensorSequence<T>)
    return IValue(std::vector<Tensor>(value.begin(), value.end()));
  else if constexpr (NumberTuple<T>)
    return std::apply([](auto... v) { return IValue(std::vector<double>{double(v)...}); }, value);
  else
    return IValue(value);
}
template <class T>
T field_of(const IValue& value) {
  if constexpr (is_optional<T>) {
    return value.isNone() ? T() : T(field_of<typename T::value_type>(value));
  } else if constexpr (TensorSequence<T>) {
    const std::vector<Tensor> list = value.toTensorVector();
    return T(list.begin(), list.end());
  } else if constexpr (NumberTuple<T>) {
    const std::vector<double> list = value.toDoubleVector();
    if (list.size() != std::tuple_size_v<T>) fail_length(list.size(), std::tuple_size_v<T>);
    T out;
    size_t i = 0;
    std::apply([&](auto&... v) { ((v = list[i++]), ...); }, out);
    return out;
  } else {
    return value.to<T>();
  }
}

template <class T>
void save_fields(serialize::OutputArchive& archive, const T& object) {
  for_each_field(object, [&](const char* name, auto member) {
    if constexpr (std::is_same_v<decltype(object.*member), const Tensor&>)
      save_field(archive, name, object.*member);
    else
      save_field(archive, name, as_ivalue(object.*member));
  });
}

template <class T>
void load_fields(serialize::InputArchive& archive, T& object) {
  for_each_field(object, [&](const char* name, auto member) {
    using Value = std::remove_reference_t<decltype(object.*member)>;
    if constexpr (std::is_same_v<Value, Tensor>)
      object.*member = load_tensor(archive, name);
    else
      object.*member = field_of<Value>(load_field(archive, name));
  });
}

bool same(const Tensor& a, const Tensor& b);
template <class T>
bool same(const T& a, const T& b) {
  if constexpr (TensorSequence<T>) {
    bool equal = a.size() == b.size();
    for (size_t i = 0; equal && i < a.size(); ++i) equal = same(a[i], b[i]);
    return equal;
  } else if constexpr (std::is_same_v<T, std::optional<std::vector<Tensor>>>) {
    return a.has_value() == b.has_value() && (!a || same(*a, *b));
  } else {
    return a == b;
  }
}

// Throws when a state's tensor does not have its parameter's sizes and type.
void check_state(const char* name, const Tensor& state, const Tensor& parameter);

}  // namespace detail

/// Whether all fields are equal. Tensors are equal when their elements are, or when both are
/// undefined.
template <HasFields T>
bool operator==(const T& a, const T& b) {
  bool equal = true;
  for_each_field(
      a, [&](const char*, auto member) { equal = equal && detail::same(a.*member, b.*member); });
  return equal;
}

// --- States ----

/// What an optimiser remembers of one parameter between steps. Derive from
/// OptimizerCloneableParamState, not from this class.
class OptimizerParamState {
 public:
  virtual ~OptimizerParamState() = default;
  /// A copy. Throws Error where a derived class does not define it, as serialize() does.
  virtual std::unique_ptr<OptimizerParamState> clone() const;
  /// Reads the state from an archive, or writes it.
  virtual void serialize(serialize::InputArchive& archive);
  virtual void serialize(serialize::OutputArchive& archive) const;
  /// Throws Error when this cannot be the state of `parameter`, because a tensor of it has other
  /// sizes or another dtype.
  virtual void check(const Tensor& parameter) const;
};

/// The base of a state: `struct MyParamState : OptimizerCloneableParamState<MyParamState>`. Fields
/// that GRADUS_FIELD declares are copied, saved, loaded and checked without further code; a state
/// without such fields overrides serialize().
template <class Derived>
class OptimizerCloneableParamState : public OptimizerParamState {
 public:
  std::unique_ptr<OptimizerParamState> clone() const override;
  void serialize(serialize::InputArchive& archive) override;
  void serialize(serialize::OutputArchive& archive) const override;
  void check(const Tensor& parameter) const override;

 private:
  const Derived& self() const { return static_cast<const Derived&>(*this); }
};

// --- Options ----

/// The options of a group of parameters. Derive from OptimizerCloneableOptions, not from this
/// class.
class OptimizerOptions {
 public:
  virtual ~OptimizerOptions() = default;
  /// A copy. This and the next four throw Error where a derived class does not define them.
  virtual std::unique_ptr<OptimizerOptions> clone() const;
  /// Reads the options from an archive, or writes them.
  virtual void serialize(serialize::InputArchive& archive);
  virtual void serialize(serialize::OutputArchive& archive) const;
  /// The learning rate, which schedulers read and set.
  virtual double get_lr() const;
  /// Sets the learning rate.
  virtual void set_lr(double lr);
  /// What a cyclic schedule moves against the learning rate: the momentum, or Adam's first beta.
  /// None where the options have neither.
  virtual std::optional<double> get_momentum() const { return std::nullopt; }
  /// Sets what get_momentum() gives. Does nothing where there is none.
  virtual void set_momentum(double) {}
  /// Fields that have the value of a fresh object take that of `defaults`.
  virtual void inherit(const OptimizerOptions& defaults);
};

/// The base of an optimiser's options: `struct MyOptions : OptimizerCloneableOptions<MyOptions>`.
/// Fields that GRADUS_FIELD declares are copied, saved, loaded and inherited without further code.
/// get_lr() and set_lr() use the accessor `lr`, get_momentum() and set_momentum() use `momentum`
/// or `betas`, where the options have them.
template <class Derived>
class OptimizerCloneableOptions : public OptimizerOptions {
 public:
  std::unique_ptr<OptimizerOptions> clone() const override;
  void serialize(serialize::InputArchive& archive) override;
  void serialize(serialize::OutputArchive& archive) const override;
  double get_lr() const override;
  void set_lr(double lr) override;
  std::optional<double> get_momentum() const override;
  void set_momentum(double v) override;
  void inherit(const OptimizerOptions& defaults) override;

 private:
  Derived& self() { return static_cast<Derived&>(*this); }
  const Derived& self() const { return static_cast<const Derived&>(*this); }
};

// --- Definitions. Not in the classes: what is inline is compiled in spite of `extern template`.
// ---

template <class Derived>
std::unique_ptr<OptimizerParamState> OptimizerCloneableParamState<Derived>::clone() const {
  return std::make_unique<Derived>(self());
}
template <class Derived>
void OptimizerCloneableParamState<Derived>::serialize(serialize::InputArchive& archive) {
  if constexpr (HasFields<Derived>)
    detail::load_fields(archive, static_cast<Derived&>(*this));
  else
    OptimizerParamState::serialize(archive);
}
template <class Derived>
void OptimizerCloneableParamState<Derived>::serialize(serialize::OutputArchive& archive) const {
  if constexpr (HasFields<Derived>)
    detail::save_fields(archive, self());
  else
    OptimizerParamState::serialize(archive);
}
template <class Derived>
void OptimizerCloneableParamState<Derived>::check(const Tensor& parameter) const {
  for_each_field(self(), [&](const char* name, auto member) {
    if constexpr (std::is_same_v<decltype(self().*member), const Tensor&>)
      detail::check_state(name, self().*member, parameter);
  });
}

template <class Derived>
std::unique_ptr<OptimizerOptions> OptimizerCloneableOptions<Derived>::clone() const {
  return std::make_unique<Derived>(self());
}
template <class Derived>
void OptimizerCloneableOptions<Derived>::serialize(serialize::InputArchive& archive) {
  if constexpr (HasFields<Derived>)
    detail::load_fields(archive, self());
  else
    OptimizerOptions::serialize(archive);
}
template <class Derived>
void OptimizerCloneableOptions<Derived>::serialize(serialize::OutputArchive& archive) const {
  if constexpr (HasFields<Derived>)
    detail::save_fields(archive, self());
  else
    OptimizerOptions::serialize(archive);
}
template <class Derived>
double OptimizerCloneableOptions<Derived>::get_lr() const {
  if constexpr (requires(const Derived& d) { double(d.lr()); })
    return self().lr();
  else
    return OptimizerOptions::get_lr();
}
template <class Derived>
void OptimizerCloneableOptions<Derived>::set_lr(double lr) {
  if constexpr (requires(Derived & d) { d.lr(lr); })
    self().lr(lr);
  else
    OptimizerOptions::set_lr(lr);
}
template <class Derived>
std::optional<double> OptimizerCloneableOptions<Derived>::get_momentum() const {
  if constexpr (requires(const Derived& d) { double(d.momentum()); })
    return self().momentum();
  else if constexpr (requires(const Derived& d) { double(std::get<0>(d.betas())); })
    return std::get<0>(self().betas());
  else
    return std::nullopt;
}
template <class Derived>
void OptimizerCloneableOptions<Derived>::set_momentum(double v) {
  if constexpr (requires(Derived & d) { d.momentum(v); })
    self().momentum(v);
  else if constexpr (requires(Derived & d) { std::get<0>(d.betas()) = v; })
    std::get<0>(self().betas()) = v;
}
template <class Derived>
void OptimizerCloneableOptions<Derived>::inherit(const OptimizerOptions& defaults) {
  if constexpr (HasFields<Derived> && std::is_default_constructible_v<Derived>)
    if (const auto* from = dynamic_cast<const Derived*>(&defaults)) {
      const Derived fresh;
      for_each_field(fresh, [&](const char*, auto member) {
        if (self().*member == fresh.*member) self().*member = from->*member;
      });
    }
}

}  // namespace gradus::optim
