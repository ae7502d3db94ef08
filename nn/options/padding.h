// Options of padding: how much goes in front and behind, for the last dim first; or one for all.
#pragma once

#include "nn/choice.h"
#include "nn/enums.h"
#include "nn/expanding_array.h"
#include "tensor/base/arg.h"

namespace gradus::nn {

/// The options of a layer that pads without a number of its own; Mode is what functional::pad calls
/// the kind.
template <size_t D, class Mode>
struct PadOptions {
  PadOptions(ExpandingArray<D * 2> padding) : padding_(std::move(padding)) {}
  /// In front and behind, for the last dim first.
  GRADUS_ARG(ExpandingArray<D * 2>, padding);
};

/// The options of ReflectionPad1d to ReflectionPad3d: `ReflectionPad2dOptions({1, 1, 2, 2})`.
template <size_t D>
using ReflectionPadOptions = PadOptions<D, enumtype::kReflect>;
using ReflectionPad1dOptions = ReflectionPadOptions<1>;  ///< Of ReflectionPad1d.
using ReflectionPad2dOptions = ReflectionPadOptions<2>;  ///< Of ReflectionPad2d.
using ReflectionPad3dOptions = ReflectionPadOptions<3>;  ///< Of ReflectionPad3d.

/// The options of ReplicationPad1d to ReplicationPad3d.
template <size_t D>
using ReplicationPadOptions = PadOptions<D, enumtype::kReplicate>;
using ReplicationPad1dOptions = ReplicationPadOptions<1>;  ///< Of ReplicationPad1d.
using ReplicationPad2dOptions = ReplicationPadOptions<2>;  ///< Of ReplicationPad2d.
using ReplicationPad3dOptions = ReplicationPadOptions<3>;  ///< Of ReplicationPad3d.

/// The options of ZeroPad1d to ZeroPad3d.
template <size_t D>
using ZeroPadOptions = PadOptions<D, enumtype::kConstant>;
using ZeroPad1dOptions = ZeroPadOptions<1>;  ///< Of ZeroPad1d.
using ZeroPad2dOptions = ZeroPadOptions<2>;  ///< Of ZeroPad2d.
using ZeroPad3dOptions = ZeroPadOptions<3>;  ///< Of ZeroPad3d.

/// The options of CircularPad1d to CircularPad3d.
template <size_t D>
using CircularPadOptions = PadOptions<D, enumtype::kCircular>;
using CircularPad1dOptions = CircularPadOptions<1>;  ///< Of CircularPad1d.
using CircularPad2dOptions = CircularPadOptions<2>;  ///< Of CircularPad2d.
using CircularPad3dOptions = CircularPadOptions<3>;  ///< Of CircularPad3d.

/// The options of ConstantPad1d to ConstantPad3d: `ConstantPad2dOptions(1, 0.5)`.
template <size_t D>
struct ConstantPadOptions {
  ConstantPadOptions(ExpandingArray<D * 2> padding, double value)
      : padding_(std::move(padding)), value_(value) {}
  /// In front and behind, for the last dim first.
  GRADUS_ARG(ExpandingArray<D * 2>, padding);
  /// What the new places hold.
  GRADUS_ARG(double, value);
};
using ConstantPad1dOptions = ConstantPadOptions<1>;  ///< Of ConstantPad1d.
using ConstantPad2dOptions = ConstantPadOptions<2>;  ///< Of ConstantPad2d.
using ConstantPad3dOptions = ConstantPadOptions<3>;  ///< Of ConstantPad3d.

namespace functional {
/// The options of functional::pad: `PadFuncOptions({1, 1}).mode(kReflect)`.
struct PadFuncOptions {
  /// What mode() takes.
  using mode_t = std::variant<enumtype::kConstant, enumtype::kReflect, enumtype::kReplicate,
                              enumtype::kCircular>;
  PadFuncOptions(std::vector<int64_t> pad) : pad_(std::move(pad)) {}
  /// In front and behind, for the last dim first; negative numbers cut off.
  GRADUS_ARG(std::vector<int64_t>, pad);
  /// kConstant, kReflect, kReplicate or kCircular.
  GRADUS_CHOICE(mode_t, mode) = kConstant;
  /// What the new places hold in the mode kConstant.
  GRADUS_ARG(double, value) = 0;
};
}  // namespace functional

}  // namespace gradus::nn
