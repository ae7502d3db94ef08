// Device, layout and the options that factories take.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <type_traits>

#include "tensor/base/dtype.h"

namespace gradus {

/// The kinds of devices, as PyTorch counts them; only the CPU holds tensors.
enum class DeviceType : int8_t {
  // clang-format off
  CPU, CUDA, MKLDNN, OPENGL, OPENCL, IDEEP, HIP, FPGA, MAIA, XLA, Vulkan, Metal, XPU, MPS, Meta,
  HPU, VE, Lazy, IPU, MTIA, PrivateUse1, COMPILE_TIME_MAX_DEVICE_TYPES
  // clang-format on
};
/// The kinds of devices by PyTorch's names.
inline constexpr DeviceType kCPU = DeviceType::CPU, kCUDA = DeviceType::CUDA,
                            kHIP = DeviceType::HIP, kFPGA = DeviceType::FPGA,
                            kMAIA = DeviceType::MAIA, kXLA = DeviceType::XLA,
                            kVulkan = DeviceType::Vulkan, kMetal = DeviceType::Metal,
                            kXPU = DeviceType::XPU, kMPS = DeviceType::MPS,
                            kMeta = DeviceType::Meta, kHPU = DeviceType::HPU, kVE = DeviceType::VE,
                            kLazy = DeviceType::Lazy, kIPU = DeviceType::IPU,
                            kMTIA = DeviceType::MTIA, kPrivateUse1 = DeviceType::PrivateUse1;
/// The name of a kind of device: `CPU`, or in small letters as in the text of a Device.
std::string DeviceTypeName(DeviceType type, bool lower_case = false);
/// Prints the name in small letters.
std::ostream& operator<<(std::ostream& out, DeviceType type);
/// Which device of its kind; -1 where it does not matter.
using DeviceIndex = int8_t;

/// Where a tensor lives. Only the CPU holds tensors; any other device is refused when one is made
/// there. The texts are "cpu", "cuda", "cuda:1" and so on, by the names of DeviceTypeName(); the
/// constructor throws Error for anything else.
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
  /// Names another device of the same kind, -1 for none in particular.
  void set_index(DeviceIndex index) { index_ = index; }
  /// Whether it is a CPU.
  bool is_cpu() const { return type_ == kCPU; }
  /// Whether it is a device of that kind, which holds no tensors here.
  bool is_cuda() const { return type_ == kCUDA; }
  bool is_mps() const { return type_ == kMPS; }
  bool is_hip() const { return type_ == kHIP; }
  bool is_xpu() const { return type_ == kXPU; }
  bool is_xla() const { return type_ == kXLA; }
  bool is_hpu() const { return type_ == kHPU; }
  bool is_ipu() const { return type_ == kIPU; }
  bool is_ve() const { return type_ == kVE; }
  bool is_mtia() const { return type_ == kMTIA; }
  bool is_lazy() const { return type_ == kLazy; }
  bool is_vulkan() const { return type_ == kVulkan; }
  bool is_metal() const { return type_ == kMetal; }
  bool is_maia() const { return type_ == kMAIA; }
  bool is_meta() const { return type_ == kMeta; }
  bool is_privateuseone() const { return type_ == kPrivateUse1; }
  /// Whether its tensors can have strides.
  bool supports_as_strided() const { return type_ != kIPU && type_ != kXLA && type_ != kLazy; }
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

/// How the elements of a tensor are laid out: strided. The others have names only, and factories
/// throw Error for them.
enum class Layout : int8_t {
  // clang-format off
  Strided, Sparse, SparseCsr, Mkldnn, SparseCsc, SparseBsr, SparseBsc, Jagged, NumOptions
  // clang-format on
};
/// The layouts by PyTorch's names.
inline constexpr Layout kStrided = Layout::Strided, kSparse = Layout::Sparse,
                        kSparseCsr = Layout::SparseCsr, kMkldnn = Layout::Mkldnn,
                        kSparseCsc = Layout::SparseCsc, kSparseBsr = Layout::SparseBsr,
                        kSparseBsc = Layout::SparseBsc, kJagged = Layout::Jagged;
/// The name, such as `Strided`.
std::string_view toString(Layout layout);
/// Prints the name.
std::ostream& operator<<(std::ostream& out, Layout layout);
/// The order of the dims in memory. Contiguous has the last one fastest. ChannelsLast ([N, C, H,
/// W]) and ChannelsLast3d ([N, C, D, H, W]) have the channels fastest. Preserve keeps the order of
/// a dense tensor.
enum class MemoryFormat : int8_t { Contiguous, Preserve, ChannelsLast, ChannelsLast3d, NumOptions };
/// The name, such as `ChannelsLast`.
std::string_view toString(MemoryFormat format);
/// Prints the name.
std::ostream& operator<<(std::ostream& out, MemoryFormat format);

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
  TensorOptions(Layout l) : layout_(l) {}
  TensorOptions(MemoryFormat f) : memory_format_(f) {}

  /// A copy of these options with that element type; nullopt for the default.
  TensorOptions dtype(std::optional<ScalarType> t) const { return with(&TensorOptions::dtype_, t); }
  /// A copy of these options with that device; nullopt for the default, the CPU.
  TensorOptions device(std::optional<Device> d) const { return with(&TensorOptions::device_, d); }
  TensorOptions device(DeviceType t, DeviceIndex i = -1) const { return device(Device(t, i)); }
  /// A copy of these options that says whether the result requires grad; nullopt for no.
  TensorOptions requires_grad(std::optional<bool> r) const {
    return with(&TensorOptions::requires_grad_, r);
  }
  /// A copy of these options with that layout; factories throw Error for any but the strided one.
  TensorOptions layout(std::optional<Layout> l) const { return with(&TensorOptions::layout_, l); }
  /// A copy of these options. Throws Error for true: pinned memory belongs to other devices.
  TensorOptions pinned_memory(std::optional<bool> pinned) const;
  /// A copy of these options with that format, which has no effect on factories.
  TensorOptions memory_format(std::optional<MemoryFormat> f) const {
    return with(&TensorOptions::memory_format_, f);
  }
  /// A copy of these options with what `other` gives in the place of what stands here.
  TensorOptions merge_in(const TensorOptions& other) const;
  /// A copy of these options in which a format that is given here comes first.
  TensorOptions merge_memory_format(std::optional<MemoryFormat> f) const {
    return f ? memory_format(f) : *this;
  }

  /// The element type, by default get_default_dtype().
  TypeMeta dtype() const { return TypeMeta(dtype_.value_or(get_default_dtype())); }
  /// The device, by default the CPU.
  Device device() const { return device_.value_or(Device(kCPU)); }
  /// Whether the result requires grad, by default not.
  bool requires_grad() const { return requires_grad_.value_or(false); }
  /// The layout, by default strided.
  Layout layout() const { return layout_.value_or(kStrided); }
  /// The index of the device, -1 where none was named.
  int32_t device_index() const { return device().index(); }
  /// Whether the layout is Sparse.
  bool is_sparse() const { return layout() == kSparse; }
  /// Whether both give the same element type.
  bool type_equal(const TensorOptions& other) const { return dtype() == other.dtype(); }
  /// False: there is no pinned memory.
  bool pinned_memory() const { return false; }
  /// Whether an element type was given.
  bool has_dtype() const { return dtype_.has_value(); }
  /// Whether a layout was given.
  bool has_layout() const { return layout_.has_value(); }
  /// Whether a device was given.
  bool has_device() const { return device_.has_value(); }
  /// Whether requires_grad was given.
  bool has_requires_grad() const { return requires_grad_.has_value(); }
  /// False: there is no pinned memory.
  bool has_pinned_memory() const { return false; }
  /// Whether a memory format was given.
  bool has_memory_format() const { return memory_format_.has_value(); }
  /// The layout if one was given.
  std::optional<Layout> layout_opt() const { return layout_; }
  /// Whether the result requires grad, if that was given.
  std::optional<bool> requires_grad_opt() const { return requires_grad_; }
  /// Nothing: there is no pinned memory.
  std::optional<bool> pinned_memory_opt() const { return std::nullopt; }
  /// The memory format if one was given.
  std::optional<MemoryFormat> memory_format_opt() const { return memory_format_; }
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
  std::optional<Layout> layout_;
  std::optional<MemoryFormat> memory_format_;
};

/// Options with that element type, as `zeros({2}, dtype(kDouble))`.
inline TensorOptions dtype(ScalarType t) { return TensorOptions(t); }
/// Options with the element type T, as `dtype<double>()`.
template <class T>
TensorOptions dtype() {
  return TensorOptions(TypeMeta::Make<T>());
}
/// Options with that device.
inline TensorOptions device(Device d) { return TensorOptions(d); }
/// Options with that layout.
inline TensorOptions layout(Layout l) { return TensorOptions(l); }
/// Options with that memory format.
inline TensorOptions memory_format(MemoryFormat f) { return TensorOptions(f); }
/// Options for a tensor that requires grad.
inline TensorOptions requires_grad(bool r = true) { return TensorOptions().requires_grad(r); }

}  // namespace gradus
