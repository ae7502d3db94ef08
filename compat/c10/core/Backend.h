// Kinds of tensors by libtorch's older names. Only those of the CPU exist.
#pragma once

#include <c10/macros/Macros.h>

#include "tensor/options.h"

namespace gradus {

enum class Backend { CPU, CUDA, HIP, XLA, MPS, XPU, HPU, Meta, SparseCPU, SparseCUDA, Undefined };

inline DeviceType backendToDeviceType(Backend b) {
  switch (b) {
    case Backend::CUDA:
    case Backend::SparseCUDA:
      return kCUDA;
    case Backend::HIP:
      return kHIP;
    case Backend::XLA:
      return kXLA;
    case Backend::MPS:
      return kMPS;
    case Backend::XPU:
      return kXPU;
    case Backend::HPU:
      return kHPU;
    case Backend::Meta:
      return kMeta;
    default:
      return kCPU;
  }
}
inline bool isSparse(Backend b) { return b == Backend::SparseCPU || b == Backend::SparseCUDA; }
inline Layout layout_from_backend(Backend b) { return isSparse(b) ? kSparse : kStrided; }

}  // namespace gradus
