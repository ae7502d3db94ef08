// A value of any of the kinds that archives and contexts keep beside tensors.
#pragma once

#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "tensor/tensor.h"

namespace gradus {

class IValue {
 public:
  using Value = std::variant<std::monostate, Tensor, bool, int64_t, double, std::string,
                             std::vector<int64_t>, std::vector<double>, std::vector<Tensor>>;

  IValue() = default;
  IValue(std::nullopt_t) {}
  IValue(Tensor t) {
    if (t.defined()) value_ = std::move(t);
  }
  IValue(bool v) : value_(v) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) IValue(T v) : value_(int64_t(v)) {}
  template <std::floating_point T>
  IValue(T v) : value_(double(v)) {}
  IValue(std::string v) : value_(std::move(v)) {}
  IValue(const char* v) : value_(std::string(v)) {}
  IValue(const Scalar& v);
  IValue(std::vector<int64_t> v) : value_(std::move(v)) {}
  IValue(std::vector<double> v) : value_(std::move(v)) {}
  IValue(std::vector<Tensor> v) : value_(std::move(v)) {}
  IValue(IntArrayRef v) : value_(v.vec()) {}
  IValue(const std::tuple<double, double>& v)
      : value_(std::vector<double>{std::get<0>(v), std::get<1>(v)}) {}
  template <class T>
  IValue(const std::optional<T>& v) {
    if (v) *this = IValue(*v);
  }

  bool isNone() const { return is<std::monostate>(); }
  bool isTensor() const { return is<Tensor>(); }
  bool isBool() const { return is<bool>(); }
  bool isInt() const { return is<int64_t>(); }
  bool isDouble() const { return is<double>(); }
  bool isScalar() const { return isInt() || isDouble() || isBool(); }
  bool isString() const { return is<std::string>(); }
  bool isIntList() const { return is<std::vector<int64_t>>(); }
  bool isDoubleList() const { return is<std::vector<double>>(); }
  bool isTensorList() const { return is<std::vector<Tensor>>(); }
  bool isList() const { return value_.index() >= std::variant_size_v<Value> - 3; }

  // Each throws when the value is of another kind; None is an undefined tensor, and an int a
  // double.
  Tensor toTensor() const { return isNone() ? Tensor() : get<Tensor>(); }
  bool toBool() const { return get<bool>(); }
  int64_t toInt() const { return get<int64_t>(); }
  double toDouble() const { return isInt() ? double(toInt()) : get<double>(); }
  Scalar toScalar() const;
  const std::string& toStringRef() const { return get<std::string>(); }
  std::string to_string() const { return toStringRef(); }
  std::vector<int64_t> toIntVector() const { return list<int64_t>(); }
  std::vector<double> toDoubleVector() const;
  std::vector<Tensor> toTensorVector() const { return list<Tensor>(); }
  template <class T>
  T to() const;
  template <class T>
  std::optional<T> toOptional() const {
    return isNone() ? std::nullopt : std::optional<T>(to<T>());
  }

  // "None", "Tensor", "Bool", "Int", "Double", "String", "IntList", "DoubleList" or "TensorList".
  std::string tagKind() const { return kind_name(value_.index()); }
  const Value& value() const { return value_; }

 private:
  template <class T>
  bool is() const {
    return std::holds_alternative<T>(value_);
  }
  template <class T>
  const T& get() const {
    if (!is<T>()) throw_kind(Value(T()).index());
    return *std::get_if<T>(&value_);
  }
  // An empty list is a list of anything.
  template <class T>
  std::vector<T> list() const {
    if (!is<std::vector<T>>() && empty_list()) return {};
    return get<std::vector<T>>();
  }
  bool empty_list() const;
  static const char* kind_name(size_t index);
  [[noreturn]] void throw_kind(size_t wanted) const;

  Value value_;
};

template <class T>
T IValue::to() const {
  if constexpr (std::is_same_v<T, Tensor>)
    return toTensor();
  else if constexpr (std::is_same_v<T, bool>)
    return toBool();
  else if constexpr (std::is_integral_v<T>)
    return T(toInt());
  else if constexpr (std::is_floating_point_v<T>)
    return T(toDouble());
  else if constexpr (std::is_same_v<T, Scalar>)
    return toScalar();
  else if constexpr (std::is_same_v<T, std::string>)
    return toStringRef();
  else if constexpr (std::is_same_v<T, std::vector<int64_t>>)
    return toIntVector();
  else if constexpr (std::is_same_v<T, std::vector<double>>)
    return toDoubleVector();
  else if constexpr (std::is_same_v<T, std::vector<Tensor>>)
    return toTensorVector();
  else {
    static_assert(std::is_same_v<T, std::tuple<double, double>>, "no such kind of IValue");
    const std::vector<double> v = toDoubleVector();
    if (v.size() != 2)
      detail::throw_error("ivalue: a pair has 2 elements, not " + std::to_string(v.size()));
    return {v[0], v[1]};
  }
}

}  // namespace gradus
