// Autocast: operations in float16 or bfloat16, types that no tensor has. It is off; to switch it on
// throws Error.
#pragma once

#include <torch/torch.h>

namespace gradus::autocast {

/// False.
inline bool is_autocast_enabled(DeviceType) { return false; }
inline bool is_enabled() { return false; }
inline bool is_cpu_enabled() { return false; }
/// Does nothing for false. Throws Error for true: no tensor has the types of autocast.
inline void set_autocast_enabled(DeviceType type, bool on) {
  if (on)
    throw Error("set_autocast_enabled: there are no tensors of float16 or bfloat16, asked for on " +
                DeviceTypeName(type, true));
}
inline void set_enabled(bool on) { set_autocast_enabled(kCUDA, on); }
inline void set_cpu_enabled(bool on) { set_autocast_enabled(kCPU, on); }
inline bool is_autocast_available(DeviceType) { return false; }

namespace detail {
inline thread_local ScalarType dtypes[size_t(DeviceType::COMPILE_TIME_MAX_DEVICE_TYPES)];
inline thread_local bool dtype_set[size_t(DeviceType::COMPILE_TIME_MAX_DEVICE_TYPES)];
inline thread_local bool cache = true;
inline thread_local int nesting = 0;
}  // namespace detail
/// The type that was set for the kind of device, else float16, on the CPU bfloat16.
inline ScalarType get_autocast_dtype(DeviceType type) {
  const auto i = size_t(type);
  return detail::dtype_set[i] ? detail::dtypes[i] : type == kCPU ? kBFloat16 : kHalf;
}
inline void set_autocast_dtype(DeviceType type, ScalarType dtype) {
  detail::dtypes[size_t(type)] = dtype;
  detail::dtype_set[size_t(type)] = true;
}
inline ScalarType get_autocast_cpu_dtype() { return get_autocast_dtype(kCPU); }
inline ScalarType get_autocast_gpu_dtype() { return get_autocast_dtype(kCUDA); }
inline void set_autocast_cpu_dtype(ScalarType t) { set_autocast_dtype(kCPU, t); }
inline void set_autocast_gpu_dtype(ScalarType t) { set_autocast_dtype(kCUDA, t); }
/// Nothing is cached.
inline void clear_cache() {}
inline bool is_autocast_cache_enabled() { return detail::cache; }
inline void set_autocast_cache_enabled(bool on) { detail::cache = on; }
/// How many guards a program has set.
inline int increment_nesting() { return ++detail::nesting; }
inline int decrement_nesting() { return --detail::nesting; }
/// The tensor itself, as without autocast.
inline Tensor cached_cast(ScalarType, const Tensor& x, DeviceType = kCUDA) { return x; }

}  // namespace gradus::autocast
