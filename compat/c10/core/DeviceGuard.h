// Guards of the current device, streams and events. There is one device, the CPU, which needs none.
#pragma once

#include <c10/macros/Macros.h>

#include <optional>

#include "tensor/base/error.h"
#include "tensor/options.h"

namespace gradus {

/// Makes a device the current one for as long as it lives. Throws Error for any but the CPU.
class DeviceGuard {
 public:
  explicit DeviceGuard(Device device) : device_(device) { reset_device(device); }
  DeviceGuard(const DeviceGuard&) = delete;
  DeviceGuard& operator=(const DeviceGuard&) = delete;
  ~DeviceGuard() {}
  void reset_device(Device device) {
    if (!device.is_cpu()) throw Error("DeviceGuard: there is no device " + device.str());
    device_ = device;
  }
  void set_index(DeviceIndex index) { device_.set_index(index); }
  Device original_device() const { return kCPU; }
  Device current_device() const { return device_; }

 private:
  Device device_;
};
/// The same, or nothing.
class OptionalDeviceGuard {
 public:
  OptionalDeviceGuard() = default;
  explicit OptionalDeviceGuard(std::optional<Device> device) {
    if (device) reset_device(*device);
  }
  void reset_device(Device device) { device_ = DeviceGuard(device).current_device(); }
  std::optional<Device> original_device() const {
    return device_ ? std::optional<Device>(kCPU) : std::nullopt;
  }
  std::optional<Device> current_device() const { return device_; }

 private:
  std::optional<Device> device_;
};

}  // namespace gradus
