// Device, layout and the options that factories take.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <type_traits>

#include "tensor/base/dtype.h"

namespace gradus {

/// The kinds of devices; only the CPU holds tensors.
enum class DeviceType : int8_t { CPU, CUDA };
/// The kinds of devices by PyTorch's names.
inline constexpr DeviceType kCPU = DeviceType::CPU, kCUDA = DeviceType::CUDA;
/// Which device of its kind; -1 where it does not matter.
using DeviceIndex = int8_t;

/// Where a tensor lives. Only the CPU holds tensors; any other device is refused when one is made
/// there. The texts are "cpu", "cuda", "cuda:1"; the constructor throws Error for anything else.
class Device {
 public:
  /// The enum of type(), by libtorch's name.
  using Type = DeviceType;
  Device(DeviceType type, DeviceIndex index = -1) : type_(type), index_(index) {}
  /// "cpu", "cuda", "cuda:1"; throws Error for anything else.
  Device(const std::string& text);
  Device(const char* text) : Device(std::string(text)) {}
  /// The kind of device.
  DeviceType type() const { return type_; }
  /// Which device of its kind; -1 where none was named.
  DeviceIndex index() const { return index_; }
  /// Whether an index was named.
  bool has_index() const { return index_ >= 0; }
  /// Whether it is a CPU.
  bool is_cpu() const { return type_ == kCPU; }
  /// Whether it is a CUDA device, which holds no tensors here.
  bool is_cuda() const { return type_ == kCUDA; }
  /// The text that makes it, such as `cpu` or `cuda:1`.
  std::string str() const;
  /// Whether kind and index are the same.
  bool operator==(const Device&) const = default;

 private:
  DeviceType type_;
  DeviceIndex index_;
};
/// Prints str().
std::ostream& operator<<(std::ostream& out, const Device& d);

/// How the elements of a tensor are laid out: strided, always.
enum class Layout : int8_t { Strided };
/// The only layout.
inline constexpr Layout kStrided = Layout::Strided;
/// The order of the dims in memory. Contiguous has the last one fastest. ChannelsLast ([N, C, H,
/// W]) and ChannelsLast3d ([N, C, D, H, W]) have the channels fastest. Preserve keeps the order of
/// a dense tensor.
enum class MemoryFormat : int8_t { Contiguous, Preserve, ChannelsLast, ChannelsLast3d };

/// What factories take beside the shape: element type, device, layout and whether the result
/// requires grad, each with a default. A type, device or layout alone converts to it;
/// `TensorOptions().dtype(kDouble).requires_grad(true)` sets several. Options are values: each
/// setter returns a changed copy.
class TensorOptions {
 public:
  TensorOptions() = default;
  TensorOptions(ScalarType t) : dtype_(t) {}
  TensorOptions(TypeMeta t) : dtype_(t) {}
  TensorOptions(Device d) : device_(d) {}
  TensorOptions(DeviceType d) : device_(Device(d)) {}
  TensorOptions(DeviceType d, DeviceIndex index) : device_(Device(d, index)) {}
  /// "cpu", as Device. A template, so that a 0 is no text.
  template <class T>
  requires std::is_convertible_v<const T&, std::string> TensorOptions(const T& device)
      : device_(Device(std::string(device))) {}
  TensorOptions(Layout) : layout_given_(true) {}
  TensorOptions(MemoryFormat) {}

  /// A copy of these options with that element type; nullopt for the default.
  TensorOptions dtype(std::optional<ScalarType> t) const { return with(&TensorOptions::dtype_, t); }
  /// A copy of these options with that device; nullopt for the default, the CPU.
  TensorOptions device(std::optional<Device> d) const { return with(&TensorOptions::device_, d); }
  TensorOptions device(DeviceType t, DeviceIndex i = -1) const { return device(Device(t, i)); }
  /// A copy of these options that says whether the result requires grad; nullopt for no.
  TensorOptions requires_grad(std::optional<bool> r) const {
    return with(&TensorOptions::requires_grad_, r);
  }
  /// A copy of these options with that layout; the only one is strided.
  TensorOptions layout(std::optional<Layout> l) const {
    TensorOptions o = *this;
    o.layout_given_ = l.has_value();
    return o;
  }
  /// A copy of these options. Throws Error for true: pinned memory belongs to other devices.
  TensorOptions pinned_memory(std::optional<bool> pinned) const;
  /// A copy of these options; the format has no effect.
  TensorOptions memory_format(std::optional<MemoryFormat>) const { return *this; }

  /// The element type, by default get_default_dtype().
  TypeMeta dtype() const { return TypeMeta(dtype_.value_or(get_default_dtype())); }
  /// The device, by default the CPU.
  Device device() const { return device_.value_or(Device(kCPU)); }
  /// Whether the result requires grad, by default not.
  bool requires_grad() const { return requires_grad_.value_or(false); }
  /// The layout: strided.
  Layout layout() const { return kStrided; }
  /// False: there is no pinned memory.
  bool pinned_memory() const { return false; }
  /// Whether an element type was given.
  bool has_dtype() const { return dtype_.has_value(); }
  /// Whether a layout was given.
  bool has_layout() const { return layout_given_; }
  /// Whether a device was given.
  bool has_device() const { return device_.has_value(); }
  /// Whether requires_grad was given.
  bool has_requires_grad() const { return requires_grad_.has_value(); }
  /// The element type if one was given.
  std::optional<ScalarType> dtype_opt() const { return dtype_; }
  /// The device if one was given.
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

/// Options with that element type, as `zeros({2}, dtype(kDouble))`.
inline TensorOptions dtype(ScalarType t) { return TensorOptions(t); }
/// Options with that device.
inline TensorOptions device(Device d) { return TensorOptions(d); }
/// Options with that layout.
inline TensorOptions layout(Layout l) { return TensorOptions(l); }
/// Options for a tensor that requires grad.
inline TensorOptions requires_grad(bool r = true) { return TensorOptions().requires_grad(r); }

}  // namespace gradus
