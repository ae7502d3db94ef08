// Options of padding: how much goes in front and behind, for the last dim first; or one for all.
#pragma once

#include "nn/enums.h"
#include "nn/expanding_array.h"
#include "tensor/base/arg.h"

namespace gradus::nn {

#define GRADUS_PAD(Name)                                                           \
  template <size_t D>                                                              \
  struct Name##Options {                                                           \
    Name##Options(ExpandingArray<D * 2> padding) : padding_(std::move(padding)) {} \
    GRADUS_ARG(ExpandingArray<D * 2>, padding);                                    \
  };
GRADUS_PAD(ReflectionPad)
GRADUS_PAD(ReplicationPad)
GRADUS_PAD(ZeroPad)
GRADUS_PAD(CircularPad)
#undef GRADUS_PAD

template <size_t D>
struct ConstantPadOptions {
  ConstantPadOptions(ExpandingArray<D * 2> padding, double value)
      : padding_(std::move(padding)), value_(value) {}
  GRADUS_ARG(ExpandingArray<D * 2>, padding);
  GRADUS_ARG(double, value);
};

#define GRADUS_PAD(Name)                    \
  using Name##1dOptions = Name##Options<1>; \
  using Name##2dOptions = Name##Options<2>; \
  using Name##3dOptions = Name##Options<3>;
GRADUS_PAD(ReflectionPad)
GRADUS_PAD(ReplicationPad)
GRADUS_PAD(ZeroPad)
GRADUS_PAD(CircularPad)
GRADUS_PAD(ConstantPad)
#undef GRADUS_PAD

namespace functional {
struct PadFuncOptions {
  using mode_t = std::variant<enumtype::kConstant, enumtype::kReflect, enumtype::kReplicate,
                              enumtype::kCircular>;
  PadFuncOptions(std::vector<int64_t> pad) : pad_(std::move(pad)) {}
  GRADUS_ARG(std::vector<int64_t>, pad);
  GRADUS_ARG(mode_t, mode) = kConstant;
  GRADUS_ARG(double, value) = 0;
};
}  // namespace functional

}  // namespace gradus::nn
