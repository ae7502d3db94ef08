// Dispatch keys: what libtorch chooses an operation's code by. Here they answer questions about a
// tensor, and choose nothing.
#pragma once

#include <c10/macros/Macros.h>

#include <bit>
#include <initializer_list>
#include <ostream>
#include <string>

#include "tensor/tensor.h"

namespace gradus {

enum class BackendComponent : uint8_t { InvalidBit, CPUBit, CUDABit, MPSBit, XPUBit, MetaBit };

enum class DispatchKey : uint16_t {
  // clang-format off
  Undefined, CPU, CUDA, HIP, XLA, MPS, XPU, HPU, IPU, VE, Lazy, MTIA, MAIA, Meta, Vulkan, Metal,
  FPGA, MkldnnCPU, QuantizedCPU, SparseCPU, SparseCUDA, SparseCsrCPU, NestedTensorCPU, PrivateUse1,
  BackendSelect, Python, Fake, FuncTorchDynamicLayerBackMode, Functionalize, Named, Conjugate,
  Negative, ZeroTensor, ADInplaceOrView, AutogradOther, AutogradFunctionality, AutogradNestedTensor,
  AutogradCPU, AutogradCUDA, AutogradMPS, AutogradXPU, AutogradMeta, AutogradPrivateUse1, Tracer,
  AutocastCPU, AutocastCUDA, AutocastMPS, AutocastXPU, FuncTorchBatched, PythonDispatcher,
  EndOfRuntimeBackendKeys,
  // Of several keys at once.
  Autograd, CompositeImplicitAutograd, CompositeExplicitAutograd
  // clang-format on
};

/// The name of a key.
inline const char* toString(DispatchKey k) {
  static constexpr const char* names[] = {"Undefined",
                                          "CPU",
                                          "CUDA",
                                          "HIP",
                                          "XLA",
                                          "MPS",
                                          "XPU",
                                          "HPU",
                                          "IPU",
                                          "VE",
                                          "Lazy",
                                          "MTIA",
                                          "MAIA",
                                          "Meta",
                                          "Vulkan",
                                          "Metal",
                                          "FPGA",
                                          "MkldnnCPU",
                                          "QuantizedCPU",
                                          "SparseCPU",
                                          "SparseCUDA",
                                          "SparseCsrCPU",
                                          "NestedTensorCPU",
                                          "PrivateUse1",
                                          "BackendSelect",
                                          "Python",
                                          "Fake",
                                          "FuncTorchDynamicLayerBackMode",
                                          "Functionalize",
                                          "Named",
                                          "Conjugate",
                                          "Negative",
                                          "ZeroTensor",
                                          "ADInplaceOrView",
                                          "AutogradOther",
                                          "AutogradFunctionality",
                                          "AutogradNestedTensor",
                                          "AutogradCPU",
                                          "AutogradCUDA",
                                          "AutogradMPS",
                                          "AutogradXPU",
                                          "AutogradMeta",
                                          "AutogradPrivateUse1",
                                          "Tracer",
                                          "AutocastCPU",
                                          "AutocastCUDA",
                                          "AutocastMPS",
                                          "AutocastXPU",
                                          "FuncTorchBatched",
                                          "PythonDispatcher",
                                          "EndOfRuntimeBackendKeys",
                                          "Autograd",
                                          "CompositeImplicitAutograd",
                                          "CompositeExplicitAutograd"};
  static_assert(std::size(names) == size_t(DispatchKey::CompositeExplicitAutograd) + 1);
  return names[size_t(k)];
}
inline std::ostream& operator<<(std::ostream& out, DispatchKey k) { return out << toString(k); }

/// A set of dispatch keys. Tensor::key_set() gives a tensor's: CPU and AutocastCPU, and with them
/// ADInplaceOrView and AutogradCPU unless it was made in InferenceMode.
class DispatchKeySet final {
 public:
  enum Full { FULL };

  constexpr DispatchKeySet() = default;
  constexpr explicit DispatchKeySet(Full) : bits_(~uint64_t(0)) {}
  constexpr explicit DispatchKeySet(DispatchKey k) : bits_(bit(k)) {}
  constexpr explicit DispatchKeySet(std::initializer_list<DispatchKey> keys) {
    for (const DispatchKey k : keys) bits_ |= bit(k);
  }
  /// A tensor's keys.
  static DispatchKeySet of(const Tensor& x) {
    const DispatchKeySet all({DispatchKey::CPU, DispatchKey::AutocastCPU});
    if (x.is_inference()) return all;
    return all | DispatchKeySet({DispatchKey::ADInplaceOrView, DispatchKey::AutogradCPU});
  }

  /// Whether the key is in the set.
  constexpr bool has(DispatchKey k) const { return (bits_ & bit(k)) != 0; }
  /// Whether any, or all, of those are.
  constexpr bool has_any(DispatchKeySet o) const { return (bits_ & o.bits_) != 0; }
  constexpr bool has_all(DispatchKeySet o) const { return (bits_ & o.bits_) == o.bits_; }
  constexpr bool has_backend(BackendComponent b) const {
    return b == BackendComponent::CPUBit && has(DispatchKey::CPU);
  }
  constexpr bool isSupersetOf(DispatchKeySet o) const { return has_all(o); }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr DispatchKeySet add(DispatchKey k) const { return *this | DispatchKeySet(k); }
  constexpr DispatchKeySet remove(DispatchKey k) const { return *this - DispatchKeySet(k); }
  constexpr DispatchKeySet operator|(DispatchKeySet o) const { return made(bits_ | o.bits_); }
  constexpr DispatchKeySet operator&(DispatchKeySet o) const { return made(bits_ & o.bits_); }
  constexpr DispatchKeySet operator-(DispatchKeySet o) const { return made(bits_ & ~o.bits_); }
  constexpr DispatchKeySet operator^(DispatchKeySet o) const { return made(bits_ ^ o.bits_); }
  constexpr bool operator==(const DispatchKeySet&) const = default;
  constexpr uint64_t raw_repr() const { return bits_; }
  /// The last key in the order of the enum, Undefined for none.
  constexpr DispatchKey highestPriorityTypeId() const {
    return empty() ? DispatchKey::Undefined : DispatchKey(64 - std::countl_zero(bits_));
  }

 private:
  static constexpr uint64_t bit(DispatchKey k) {
    if (k == DispatchKey::Undefined) return 0;
    if (k == DispatchKey::Autograd)
      return bit(DispatchKey::AutogradCPU) | bit(DispatchKey::AutogradCUDA) |
             bit(DispatchKey::AutogradOther);
    if (k > DispatchKey::EndOfRuntimeBackendKeys) return 0;
    return uint64_t(1) << (unsigned(k) - 1);
  }
  static constexpr DispatchKeySet made(uint64_t bits) {
    DispatchKeySet s;
    s.bits_ = bits;
    return s;
  }
  uint64_t bits_ = 0;
};

/// The names of the keys, as `DispatchKeySet(CPU, ADInplaceOrView)`.
inline std::string toString(DispatchKeySet keys) {
  std::string text;
  for (unsigned k = 1; k < unsigned(DispatchKey::EndOfRuntimeBackendKeys); ++k)
    if (keys.has(DispatchKey(k)))
      text += (text.empty() ? "" : ", ") + std::string(toString(DispatchKey(k)));
  return "DispatchKeySet(" + text + ")";
}
inline std::ostream& operator<<(std::ostream& out, DispatchKeySet keys) {
  return out << toString(keys);
}

/// The keys that autograd takes part by.
inline constexpr DispatchKeySet autograd_dispatch_keyset(
    {DispatchKey::AutogradFunctionality, DispatchKey::AutogradOther,
     DispatchKey::AutogradNestedTensor, DispatchKey::AutogradCPU, DispatchKey::AutogradCUDA,
     DispatchKey::AutogradMPS, DispatchKey::AutogradXPU, DispatchKey::AutogradMeta,
     DispatchKey::AutogradPrivateUse1});
inline constexpr DispatchKeySet default_included_set({DispatchKey::BackendSelect,
                                                      DispatchKey::ADInplaceOrView});
inline constexpr DispatchKeySet autocast_dispatch_keyset({DispatchKey::AutocastCPU,
                                                          DispatchKey::AutocastCUDA,
                                                          DispatchKey::AutocastMPS,
                                                          DispatchKey::AutocastXPU});
/// Whether one of the autograd keys is in the set.
inline bool isAutogradKey(DispatchKey k) { return autograd_dispatch_keyset.has(k); }

}  // namespace gradus
