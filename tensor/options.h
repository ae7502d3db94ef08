// Device, layout and the options that factories take.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <type_traits>

#include "tensor/base/dtype.h"

namespace gradus {

enum class DeviceType : int8_t { CPU, CUDA };
inline constexpr DeviceType kCPU = DeviceType::CPU, kCUDA = DeviceType::CUDA;
using DeviceIndex = int8_t;

// Where a tensor lives. Only the CPU holds tensors; any other device is refused when one is made
// there.
class Device {
 public:
  using Type = DeviceType;
  Device(DeviceType type, DeviceIndex index = -1) : type_(type), index_(index) {}
  // "cpu", "cuda", "cuda:1"; throws for anything else.
  Device(const std::string& text);
  Device(const char* text) : Device(std::string(text)) {}
  DeviceType type() const { return type_; }
  DeviceIndex index() const { return index_; }
  bool has_index() const { return index_ >= 0; }
  bool is_cpu() const { return type_ == kCPU; }
  bool is_cuda() const { return type_ == kCUDA; }
  std::string str() const;
  bool operator==(const Device&) const = default;

 private:
  DeviceType type_;
  DeviceIndex index_;
};
std::ostream& operator<<(std::ostream& out, const Device& d);

enum class Layout : int8_t { Strided };
inline constexpr Layout kStrided = Layout::Strided;
enum class MemoryFormat : int8_t { Contiguous, Preserve, ChannelsLast, ChannelsLast3d };

class TensorOptions {
 public:
  TensorOptions() = default;
  TensorOptions(ScalarType t) : dtype_(t) {}
  TensorOptions(TypeMeta t) : dtype_(t) {}
  TensorOptions(Device d) : device_(d) {}
  TensorOptions(DeviceType d) : device_(Device(d)) {}
  TensorOptions(DeviceType d, DeviceIndex index) : device_(Device(d, index)) {}
  // "cpu", as Device. A template, so that a 0 is no text.
  template <class T>
  requires std::is_convertible_v<const T&, std::string> TensorOptions(const T& device)
      : device_(Device(std::string(device))) {}
  TensorOptions(Layout) : layout_given_(true) {}
  TensorOptions(MemoryFormat) {}

  TensorOptions dtype(std::optional<ScalarType> t) const { return with(&TensorOptions::dtype_, t); }
  TensorOptions device(std::optional<Device> d) const { return with(&TensorOptions::device_, d); }
  TensorOptions device(DeviceType t, DeviceIndex i = -1) const { return device(Device(t, i)); }
  TensorOptions requires_grad(std::optional<bool> r) const {
    return with(&TensorOptions::requires_grad_, r);
  }
  TensorOptions layout(std::optional<Layout> l) const {
    TensorOptions o = *this;
    o.layout_given_ = l.has_value();
    return o;
  }
  // Pinned memory belongs to other devices: false only.
  TensorOptions pinned_memory(std::optional<bool> pinned) const;
  TensorOptions memory_format(std::optional<MemoryFormat>) const { return *this; }

  TypeMeta dtype() const { return TypeMeta(dtype_.value_or(get_default_dtype())); }
  Device device() const { return device_.value_or(Device(kCPU)); }
  bool requires_grad() const { return requires_grad_.value_or(false); }
  Layout layout() const { return kStrided; }
  bool pinned_memory() const { return false; }
  bool has_dtype() const { return dtype_.has_value(); }
  bool has_layout() const { return layout_given_; }
  bool has_device() const { return device_.has_value(); }
  bool has_requires_grad() const { return requires_grad_.has_value(); }
  std::optional<ScalarType> dtype_opt() const { return dtype_; }
  std::optional<Device> device_opt() const { return device_; }

 private:
  template <class T>
  TensorOptions with(std::optional<T> TensorOptions::*field, std::optional<T> v) const {
    TensorOptions o = *this;
    o.*field = v;
    return o;
  }
  std::optional<ScalarType> dtype_;
  std::optional<Device> device_;
  std::optional<bool> requires_grad_;
  bool layout_given_ = false;
};

inline TensorOptions dtype(ScalarType t) { return TensorOptions(t); }
inline TensorOptions device(Device d) { return TensorOptions(d); }
inline TensorOptions layout(Layout l) { return TensorOptions(l); }
inline TensorOptions requires_grad(bool r = true) { return TensorOptions().requires_grad(r); }

}  // namespace gradus
