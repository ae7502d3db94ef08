// What programs ask about devices and do to them, for the branches that they take only on a machine
// that has one.
#pragma once

#include <torch/torch.h>

namespace gradus {

namespace detail {
[[noreturn]] inline void no_device(const std::string& operation, const char* kind) {
  throw_error(operation + ": there is no " + kind + " device here, only the CPU");
}
}  // namespace detail

namespace cuda {
inline bool is_available() { return false; }
inline bool cudnn_is_available() { return false; }
inline DeviceIndex device_count() { return 0; }
/// Does nothing, as with libtorch on a machine without the device; nor do the others.
inline void manual_seed(uint64_t) {}
inline void manual_seed_all(uint64_t) {}
/// Throws Error, as with libtorch on a machine without the device; so do the others.
inline void synchronize(int64_t = -1) { detail::no_device("cuda::synchronize", "CUDA"); }
}  // namespace cuda

namespace mps {
inline bool is_available() { return false; }
inline void manual_seed(uint64_t) {}
inline void synchronize() { detail::no_device("mps::synchronize", "MPS"); }
inline void commit() { detail::no_device("mps::commit", "MPS"); }
inline void* get_command_buffer() { detail::no_device("mps::get_command_buffer", "MPS"); }
inline void* get_dispatch_queue() { detail::no_device("mps::get_dispatch_queue", "MPS"); }
}  // namespace mps

namespace xpu {
inline bool is_available() { return false; }
inline size_t device_count() { return 0; }
inline void manual_seed(uint64_t) {}
inline void manual_seed_all(uint64_t) {}
inline void synchronize(int64_t = -1) { detail::no_device("xpu::synchronize", "XPU"); }
}  // namespace xpu

inline bool hasCUDA() { return false; }
inline bool hasMPS() { return false; }
inline bool hasXPU() { return false; }
inline size_t getNumGPUs() { return 0; }

// What libtorch has in c10/cuda and ATen/cuda.
namespace cuda {
inline DeviceIndex current_device() { detail::no_device("cuda::current_device", "CUDA"); }
inline void set_device(DeviceIndex, bool = false) { detail::no_device("cuda::set_device", "CUDA"); }

/// Sets the device for as long as it lives. Its constructors throw Error.
class CUDAGuard {
 public:
  explicit CUDAGuard(DeviceIndex) { detail::no_device("cuda::CUDAGuard", "CUDA"); }
  explicit CUDAGuard(Device) { detail::no_device("cuda::CUDAGuard", "CUDA"); }
  CUDAGuard(const CUDAGuard&) = delete;
  CUDAGuard& operator=(const CUDAGuard&) = delete;
};

/// A queue of the device. There is none: the functions that give one throw Error.
class CUDAStream {
 public:
  void synchronize() const { detail::no_device("cuda::CUDAStream", "CUDA"); }
  bool query() const { detail::no_device("cuda::CUDAStream", "CUDA"); }

 private:
  CUDAStream() = default;
};
inline CUDAStream getCurrentCUDAStream(DeviceIndex = -1) {
  detail::no_device("cuda::getCurrentCUDAStream", "CUDA");
}
inline CUDAStream getDefaultCUDAStream(DeviceIndex = -1) {
  detail::no_device("cuda::getDefaultCUDAStream", "CUDA");
}
inline CUDAStream getStreamFromPool(bool = false, DeviceIndex = -1) {
  detail::no_device("cuda::getStreamFromPool", "CUDA");
}
inline void setCurrentCUDAStream(const CUDAStream&) {
  detail::no_device("cuda::setCurrentCUDAStream", "CUDA");
}

namespace CUDACachingAllocator {
/// Releases cached memory of the device: there is none. What the CPU's allocator keeps is not
/// touched.
inline void emptyCache() {}
}  // namespace CUDACachingAllocator
}  // namespace cuda

}  // namespace gradus
