#include "tensor/ivalue.h"

#include "tensor/fail.h"

namespace gradus {

IValue::IValue(const Scalar& v) {
  if (v.isBoolean())
    value_ = v.toBool();
  else if (v.isFloatingPoint())
    value_ = v.toDouble();
  else
    value_ = v.toLong();
}

Scalar IValue::toScalar() const {
  if (isBool()) return toBool();
  if (isInt()) return toInt();
  return get<double>();
}

std::vector<double> IValue::toDoubleVector() const {
  if (!isIntList()) return list<double>();
  const auto& ints = get<std::vector<int64_t>>();
  return std::vector<double>(ints.begin(), ints.end());
}

bool IValue::empty_list() const {
  return std::visit(
      [](const auto& v) {
        if constexpr (
            requires { v.empty(); } && !requires { v.c_str(); })
          return v.empty();
        else
          return false;
      },
      value_);
}

const char* IValue::kind_name(size_t index) {
  static constexpr const char* names[] = {"None",   "Tensor",  "Bool",       "Int",       "Double",
                                          "String", "IntList", "DoubleList", "TensorList"};
  static_assert(std::size(names) == std::variant_size_v<Value>);
  return names[index];
}

void IValue::throw_kind(size_t wanted) const {
  fail("ivalue: kinds differ, {} wanted and {} held", kind_name(wanted), tagKind());
}

}  // namespace gradus
