// Padding as layers; see autograd/ops/image/resample.h.
#pragma once

#include "nn/layers/stateless.h"
#include "nn/options/padding.h"

namespace gradus::nn {

#define GRADUS_PAD(Name, D)                                                    \
  class Name##D##dImpl : public Stateless<Name##D##dImpl, Name##D##dOptions> { \
   public:                                                                     \
    Name##D##dImpl(ExpandingArray<D * 2> padding);                             \
    explicit Name##D##dImpl(const Name##D##dOptions& options_);                \
    void pretty_print(std::ostream& out) const override;                       \
    Tensor forward(const Tensor& input);                                       \
  };                                                                           \
  using Name##D##d = ModuleHolder<Name##D##dImpl>;
#define GRADUS_PADS(Name) GRADUS_PAD(Name, 1) GRADUS_PAD(Name, 2) GRADUS_PAD(Name, 3)
GRADUS_PADS(ReflectionPad)
GRADUS_PADS(ReplicationPad)
GRADUS_PADS(ZeroPad)
GRADUS_PADS(CircularPad)
#undef GRADUS_PADS
#undef GRADUS_PAD

#define GRADUS_PAD(D)                                                         \
  class ConstantPad##D##dImpl                                                 \
      : public Stateless<ConstantPad##D##dImpl, ConstantPad##D##dOptions> {   \
   public:                                                                    \
    ConstantPad##D##dImpl(ExpandingArray<D * 2> padding, double value);       \
    explicit ConstantPad##D##dImpl(const ConstantPad##D##dOptions& options_); \
    void pretty_print(std::ostream& out) const override;                      \
    Tensor forward(const Tensor& input);                                      \
  };                                                                          \
  using ConstantPad##D##d = ModuleHolder<ConstantPad##D##dImpl>;
GRADUS_PAD(1)
GRADUS_PAD(2)
GRADUS_PAD(3)
#undef GRADUS_PAD

}  // namespace gradus::nn
