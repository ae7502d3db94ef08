// What Tensor::type() gives in libtorch's older words.
#pragma once

#include <string>

#include "tensor/options.h"

namespace gradus {

/// What kind of tensor it is: a kind of device, always the CPU, and an element type. It prints as
/// `CPUFloatType`. Newer programs ask Tensor::options() or Tensor::scalar_type().
class DeprecatedTypeProperties {
 public:
  explicit DeprecatedTypeProperties(ScalarType t) : type_(t) {}
  /// The element type.
  ScalarType scalarType() const { return type_; }
  /// The element type, as libtorch's `dtype()` gives it.
  TypeMeta typeMeta() const { return TypeMeta(type_); }
  /// The kind of device: the CPU.
  DeviceType device_type() const { return kCPU; }
  /// The layout: strided.
  Layout layout() const { return kStrided; }
  /// False: every tensor is dense and on the CPU.
  bool is_cuda() const { return false; }
  bool is_sparse() const { return false; }
  /// Whether it is the kind of a tensor at all.
  bool is_defined() const { return type_ != ScalarType::Undefined; }
  /// The name, such as `CPUFloatType`; `UndefinedType` for none.
  std::string toString() const;
  /// The kind with another element type.
  DeprecatedTypeProperties toScalarType(ScalarType t) const { return DeprecatedTypeProperties(t); }
  /// The kind itself.
  DeprecatedTypeProperties cpu() const { return *this; }
  /// The options that make a tensor of this kind.
  TensorOptions options() const { return TensorOptions(type_).device(kCPU).layout(kStrided); }
  /// The same as options().
  operator TensorOptions() const { return options(); }
  /// Whether both are the same kind.
  bool operator==(const DeprecatedTypeProperties&) const = default;

 private:
  ScalarType type_;
};
/// Prints toString().
std::ostream& operator<<(std::ostream& out, const DeprecatedTypeProperties& t);

}  // namespace gradus
