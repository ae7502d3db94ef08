// Padding as layers; see functional::pad for what they compute. None has parameters.
//
// Each takes how much to add in front and behind, for the last dim first, or one number for all:
// `ZeroPad2d({left, right, top, bottom})`. Negative numbers cut off.
#pragma once

#include "nn/layers/stateless.h"
#include "nn/options/padding.h"

namespace gradus::nn {

// The last line of each layer's class keeps its table of virtual functions in the library, so that
// programs need not compile it.

/// What all layers of padding share but those that pad with a number.
template <size_t D, class Derived, class Options>
class PadImpl : public Stateless<Derived, Options> {
 public:
  PadImpl(ExpandingArray<D * 2> padding);
  explicit PadImpl(const Options& options_);
  void pretty_print(std::ostream& out) const override;
  /// The padded input, a new tensor; see functional::pad.
  Tensor forward(const Tensor& input);
};

/// What ReflectionPad1d to ReflectionPad3d share, by libtorch's name.
template <size_t D, class Derived>
using ReflectionPadImpl = PadImpl<D, Derived, ReflectionPadOptions<D>>;
/// What ReplicationPad1d to ReplicationPad3d share, by libtorch's name.
template <size_t D, class Derived>
using ReplicationPadImpl = PadImpl<D, Derived, ReplicationPadOptions<D>>;
/// What ZeroPad1d to ZeroPad3d share, by libtorch's name.
template <size_t D, class Derived>
using ZeroPadImpl = PadImpl<D, Derived, ZeroPadOptions<D>>;

/// Mirrors the last dim at its edges, without repeating the edge: c b | a b c | b a.
class ReflectionPad1dImpl : public PadImpl<1, ReflectionPad1dImpl, ReflectionPad1dOptions> {
 public:
  using PadImpl::PadImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Mirrors the last two dims at their edges; see ReflectionPad1dImpl.
class ReflectionPad2dImpl : public PadImpl<2, ReflectionPad2dImpl, ReflectionPad2dOptions> {
 public:
  using PadImpl::PadImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Mirrors the last three dims at their edges; see ReflectionPad1dImpl.
class ReflectionPad3dImpl : public PadImpl<3, ReflectionPad3dImpl, ReflectionPad3dOptions> {
 public:
  using PadImpl::PadImpl;
  void pretty_print(std::ostream& out) const override;
};
using ReflectionPad1d = ModuleHolder<ReflectionPad1dImpl>;  ///< Holds a ReflectionPad1dImpl.
using ReflectionPad2d = ModuleHolder<ReflectionPad2dImpl>;  ///< Holds a ReflectionPad2dImpl.
using ReflectionPad3d = ModuleHolder<ReflectionPad3dImpl>;  ///< Holds a ReflectionPad3dImpl.

/// Repeats the edges of the last dim: a a | a b c | c c.
class ReplicationPad1dImpl : public PadImpl<1, ReplicationPad1dImpl, ReplicationPad1dOptions> {
 public:
  using PadImpl::PadImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Repeats the edges of the last two dims.
class ReplicationPad2dImpl : public PadImpl<2, ReplicationPad2dImpl, ReplicationPad2dOptions> {
 public:
  using PadImpl::PadImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Repeats the edges of the last three dims.
class ReplicationPad3dImpl : public PadImpl<3, ReplicationPad3dImpl, ReplicationPad3dOptions> {
 public:
  using PadImpl::PadImpl;
  void pretty_print(std::ostream& out) const override;
};
using ReplicationPad1d = ModuleHolder<ReplicationPad1dImpl>;  ///< Holds a ReplicationPad1dImpl.
using ReplicationPad2d = ModuleHolder<ReplicationPad2dImpl>;  ///< Holds a ReplicationPad2dImpl.
using ReplicationPad3d = ModuleHolder<ReplicationPad3dImpl>;  ///< Holds a ReplicationPad3dImpl.

/// Zeros around the last dim.
class ZeroPad1dImpl : public PadImpl<1, ZeroPad1dImpl, ZeroPad1dOptions> {
 public:
  using PadImpl::PadImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Zeros around the last two dims: `ZeroPad2d(1)`.
class ZeroPad2dImpl : public PadImpl<2, ZeroPad2dImpl, ZeroPad2dOptions> {
 public:
  using PadImpl::PadImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Zeros around the last three dims.
class ZeroPad3dImpl : public PadImpl<3, ZeroPad3dImpl, ZeroPad3dOptions> {
 public:
  using PadImpl::PadImpl;
  void pretty_print(std::ostream& out) const override;
};
using ZeroPad1d = ModuleHolder<ZeroPad1dImpl>;  ///< Holds a ZeroPad1dImpl.
using ZeroPad2d = ModuleHolder<ZeroPad2dImpl>;  ///< Holds a ZeroPad2dImpl.
using ZeroPad3d = ModuleHolder<ZeroPad3dImpl>;  ///< Holds a ZeroPad3dImpl.

/// Goes round the last dim: b c | a b c | a b.
class CircularPad1dImpl : public PadImpl<1, CircularPad1dImpl, CircularPad1dOptions> {
 public:
  using PadImpl::PadImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Goes round the last two dims.
class CircularPad2dImpl : public PadImpl<2, CircularPad2dImpl, CircularPad2dOptions> {
 public:
  using PadImpl::PadImpl;
  void pretty_print(std::ostream& out) const override;
};
/// Goes round the last three dims.
class CircularPad3dImpl : public PadImpl<3, CircularPad3dImpl, CircularPad3dOptions> {
 public:
  using PadImpl::PadImpl;
  void pretty_print(std::ostream& out) const override;
};
using CircularPad1d = ModuleHolder<CircularPad1dImpl>;  ///< Holds a CircularPad1dImpl.
using CircularPad2d = ModuleHolder<CircularPad2dImpl>;  ///< Holds a CircularPad2dImpl.
using CircularPad3d = ModuleHolder<CircularPad3dImpl>;  ///< Holds a CircularPad3dImpl.

/// What ConstantPad1d to ConstantPad3d share.
template <size_t D, class Derived>
class ConstantPadImpl : public Stateless<Derived, ConstantPadOptions<D>> {
 public:
  ConstantPadImpl(ExpandingArray<D * 2> padding, double value);
  explicit ConstantPadImpl(const ConstantPadOptions<D>& options_);
  void pretty_print(std::ostream& out) const override;
  /// The padded input, a new tensor; see functional::pad.
  Tensor forward(const Tensor& input);
};
/// A number around the last dim: `ConstantPad1d({2, 0}, 1.5)`.
class ConstantPad1dImpl : public ConstantPadImpl<1, ConstantPad1dImpl> {
 public:
  using ConstantPadImpl::ConstantPadImpl;
  void pretty_print(std::ostream& out) const override;
};
/// A number around the last two dims.
class ConstantPad2dImpl : public ConstantPadImpl<2, ConstantPad2dImpl> {
 public:
  using ConstantPadImpl::ConstantPadImpl;
  void pretty_print(std::ostream& out) const override;
};
/// A number around the last three dims.
class ConstantPad3dImpl : public ConstantPadImpl<3, ConstantPad3dImpl> {
 public:
  using ConstantPadImpl::ConstantPadImpl;
  void pretty_print(std::ostream& out) const override;
};
using ConstantPad1d = ModuleHolder<ConstantPad1dImpl>;  ///< Holds a ConstantPad1dImpl.
using ConstantPad2d = ModuleHolder<ConstantPad2dImpl>;  ///< Holds a ConstantPad2dImpl.
using ConstantPad3d = ModuleHolder<ConstantPad3dImpl>;  ///< Holds a ConstantPad3dImpl.

}  // namespace gradus::nn
