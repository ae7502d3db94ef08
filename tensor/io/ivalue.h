// A value of any of the kinds that archives and contexts keep beside tensors.
#pragma once

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "tensor/tensor.h"

namespace gradus {

class IValue;
template <class Key, class Value>
class Dict;
template <class T>
class List;
namespace impl {
/// A dict of anything; see tensor/io/dict.h.
using GenericDict = Dict<IValue, IValue>;
/// A list of anything; see tensor/io/list.h.
using GenericList = List<IValue>;
}  // namespace impl

namespace detail {
// get(value) gives a Dict, a List or a vector; defined with Dict and List.
template <class T>
struct FromIValue;
}  // namespace detail

namespace ivalue {
/// Values of any kinds side by side.
class Tuple {
 public:
  /// A tuple of these.
  static std::shared_ptr<const Tuple> create(std::vector<IValue> elements);
  /// The values.
  const std::vector<IValue>& elements() const { return elements_; }
  /// How many there are.
  size_t size() const;

 private:
  std::vector<IValue> elements_;
};
}  // namespace ivalue

/// A value of any of the kinds that archives and contexts keep: None, a tensor, a bool, an integer,
/// a double, a string, a list of integers, doubles, tensors or of anything, a tuple, or a dict. All
/// of these convert to it; an undefined tensor and an empty optional are None, and a pair of
/// doubles is a list of two. Lists and dicts are shared by copies, as in Python: also a List of
/// integers, doubles or tensors with its IValue. Lists and dicts of other types are copied.
class IValue {
 public:
  IValue() = default;
  IValue(std::nullopt_t) {}
  IValue(Tensor t);
  IValue(bool v);
  IValue(int64_t v);
  IValue(double v);
  /// Throws Error for an integer beyond int64.
  template <std::integral T>
  IValue(T v) : IValue(int64_t(v)) {
    if constexpr (T(-1) > T(0))
      if (int64_t(v) < 0) detail::throw_error("ivalue: " + std::to_string(v) + " does not fit");
  }
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
  IValue(std::shared_ptr<const ivalue::Tuple> v);
  IValue(impl::GenericList v);
  IValue(impl::GenericDict v);
  IValue(List<int64_t> v);
  IValue(List<double> v);
  IValue(List<Tensor> v);
  // Defined with Dict and List.
  template <class Key, class Value>
  IValue(const Dict<Key, Value>& v);
  template <class T>
  IValue(const List<T>& v);
  template <class... T>
  IValue(const std::tuple<T...>& v)
      : IValue(std::apply([](const T&... e) { return ivalue::Tuple::create({IValue(e)...}); }, v)) {
  }
  template <class T>
  IValue(const std::optional<T>& v) {
    if (v) *this = IValue(*v);
  }

  /// Whether it holds nothing.
  bool isNone() const { return !value_; }
  /// Whether it is a tensor.
  bool isTensor() const;
  /// Whether it is a bool.
  bool isBool() const;
  /// Whether it is an integer.
  bool isInt() const;
  /// Whether it is a double.
  bool isDouble() const;
  /// Whether it is an integer, a double or a bool.
  bool isScalar() const { return isInt() || isDouble() || isBool(); }
  /// Whether it is a string.
  bool isString() const;
  /// Whether it is a list of integers.
  bool isIntList() const;
  /// Whether it is a list of doubles.
  bool isDoubleList() const;
  /// Whether it is a list of tensors.
  bool isTensorList() const;
  /// Whether it is a list of any kind.
  bool isList() const;
  /// Whether it is a dict.
  bool isGenericDict() const;

  /// Whether it is a tuple.
  bool isTuple() const;

  /// The tensor; undefined for None. Throws Error for another kind.
  Tensor toTensor() const;
  /// The bool. Throws Error for another kind.
  bool toBool() const;
  /// The integer. Throws Error for another kind.
  int64_t toInt() const;
  /// The double, or the integer as one. Throws Error for another kind.
  double toDouble() const;
  /// The integer, double or bool. Throws Error for another kind.
  Scalar toScalar() const;
  /// The string. Throws Error for another kind.
  const std::string& toStringRef() const;
  /// A copy of the string. Throws Error for another kind.
  std::string to_string() const { return toStringRef(); }
  /// The list of integers; empty for any empty list, and of a list of anything if all elements are
  /// integers. Throws Error for another kind.
  std::vector<int64_t> toIntVector() const;
  /// The list of doubles, or of integers as such; empty for any empty list. Throws Error for
  /// another kind.
  std::vector<double> toDoubleVector() const;
  /// The list of tensors; empty for any empty list. Throws Error for another kind.
  std::vector<Tensor> toTensorVector() const;
  /// The List of integers, which is shared, as toIntVector() gives them.
  List<int64_t> toIntList() const;
  /// The List of doubles, which is shared unless it is one of integers, as toDoubleVector() gives
  /// them.
  List<double> toDoubleList() const;
  /// The List of tensors, which is shared, as toTensorVector() gives them.
  List<Tensor> toTensorList() const;
  /// Any list, or a tuple, as a list of anything; a List is not copied. Throws Error for another
  /// kind.
  impl::GenericList toList() const;
  /// The dict; not a copy of it. Throws Error for another kind.
  impl::GenericDict toGenericDict() const;
  /// The list of two doubles as a pair. Throws Error for another kind or another length.
  std::tuple<double, double> toDoublePair() const;
  /// The tuple. Throws Error for another kind.
  std::shared_ptr<const ivalue::Tuple> toTuple() const;
  /// The same, which lives as long as this value or a copy of it.
  const ivalue::Tuple& toTupleRef() const { return *toTuple(); }
  /// The value as a T: Tensor, bool, an integer or floating type, Scalar, std::string, a vector or
  /// List, a Dict, or a pair of doubles. Throws Error for another kind, and for an
  /// integer that T does not hold.
  template <class T>
  T to() const;
  /// The value as `to<T>()` gives it; nullopt for None.
  template <class T>
  std::optional<T> toOptional() const {
    return isNone() ? std::nullopt : std::optional<T>(to<T>());
  }

  /// The kind by name: "None", "Tensor", "Bool", "Int", "Double", "String", "IntList",
  /// "DoubleList", "TensorList", "Tuple", "GenericList" or "GenericDict".
  std::string tagKind() const;

 private:
  struct Held;
  const Held& held() const;
  template <class T>
  static std::shared_ptr<const Held> hold(T v);
  template <class T>
  bool is() const;
  template <class T>
  const T& get() const;
  template <class T>
  List<T> list() const;

  // Null for None. Copies share it.
  std::shared_ptr<const Held> value_;
};

/// Whether two bools, numbers or strings are equal, numbers of whatever kind; no other values are.
bool operator==(const IValue& a, const IValue& b);

template <class T>
T IValue::to() const {
  if constexpr (std::is_same_v<T, Tensor>)
    return toTensor();
  else if constexpr (std::is_same_v<T, bool>)
    return toBool();
  else if constexpr (std::is_integral_v<T>) {
    const int64_t v = toInt();
    if (int64_t(T(v)) != v || (T(v) < T(0)) != (v < 0))
      detail::throw_error("ivalue: " + std::to_string(v) + " does not fit");
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
  else if constexpr (std::is_same_v<T, IValue>)
    return *this;
  else if constexpr (std::is_same_v<T, std::tuple<double, double>>)
    return toDoublePair();
  else
    return detail::FromIValue<T>::get(*this);
}

}  // namespace gradus
