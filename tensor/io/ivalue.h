// A value of any of the kinds that archives and contexts keep beside tensors.
#pragma once

#include <memory>
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
  IValue(Tensor t);
  IValue(bool v);
  IValue(int64_t v);
  IValue(double v);
  template <std::integral T>
  IValue(T v) : IValue(int64_t(v)) {}
  template <std::floating_point T>
  IValue(T v) : IValue(double(v)) {}
  IValue(std::string v);
  IValue(const char* v) : IValue(std::string(v)) {}
  IValue(const Scalar& v);
  IValue(std::vector<int64_t> v);
  IValue(std::vector<double> v);
  IValue(std::vector<Tensor> v);
  IValue(IntArrayRef v) : IValue(v.vec()) {}
  IValue(const std::tuple<double, double>& v);
  template <class T>
  IValue(const std::optional<T>& v) {
    if (v) *this = IValue(*v);
  }

  bool isNone() const { return !value_; }
  bool isTensor() const;
  bool isBool() const;
  bool isInt() const;
  bool isDouble() const;
  bool isScalar() const { return isInt() || isDouble() || isBool(); }
  bool isString() const;
  bool isIntList() const;
  bool isDoubleList() const;
  bool isTensorList() const;
  bool isList() const { return isIntList() || isDoubleList() || isTensorList(); }

  // Each throws when the value is of another kind; None is an undefined tensor, and an int a
  // double.
  Tensor toTensor() const;
  bool toBool() const;
  int64_t toInt() const;
  double toDouble() const;
  Scalar toScalar() const;
  const std::string& toStringRef() const;
  std::string to_string() const { return toStringRef(); }
  std::vector<int64_t> toIntVector() const;
  std::vector<double> toDoubleVector() const;
  std::vector<Tensor> toTensorVector() const;
  std::tuple<double, double> toDoublePair() const;
  template <class T>
  T to() const;
  template <class T>
  std::optional<T> toOptional() const {
    return isNone() ? std::nullopt : std::optional<T>(to<T>());
  }

  // "None", "Tensor", "Bool", "Int", "Double", "String", "IntList", "DoubleList" or "TensorList".
  std::string tagKind() const;
  const Value& value() const;

 private:
  template <class T>
  bool is() const;
  template <class T>
  const T& get() const;
  template <class T>
  std::vector<T> list() const;

  // Null for None. Never written to, and so shared by copies. Out of sight of programs, which would
  // have to compile the variant.
  std::shared_ptr<const Value> value_;
};

template <class T>
T IValue::to() const {
  if constexpr (std::is_same_v<T, Tensor>)
    return toTensor();
  else if constexpr (std::is_same_v<T, bool>)
    return toBool();
  else if constexpr (std::is_integral_v<T>) {
    const int64_t v = toInt();
    if (int64_t(T(v)) != v) detail::throw_error("ivalue: " + std::to_string(v) + " does not fit");
    return T(v);
  } else if constexpr (std::is_floating_point_v<T>)
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
    return toDoublePair();
  }
}

}  // namespace gradus
