// Options of dropout, all alike: p is the probability that an element is dropped.
#pragma once

#include "tensor/base/arg.h"

namespace gradus::nn {

/// The options of all layers of dropout: `DropoutOptions(0.2).inplace(true)`.
struct DropoutOptions {
  DropoutOptions(double p = 0.5) : p_(p) {}
  /// The probability that an element or channel is dropped, in [0, 1].
  GRADUS_ARG(double, p);
  /// Writes into the input.
  GRADUS_ARG(bool, inplace) = false;
};
/// Of Dropout1d.
using Dropout1dOptions = DropoutOptions;
/// Of Dropout2d.
using Dropout2dOptions = DropoutOptions;
/// Of Dropout3d.
using Dropout3dOptions = DropoutOptions;
/// Of AlphaDropout.
using AlphaDropoutOptions = DropoutOptions;
/// Of FeatureAlphaDropout.
using FeatureAlphaDropoutOptions = DropoutOptions;

namespace functional {
/// The options of dropout. Note that training is true unless set.
struct DropoutFuncOptions {
  /// The probability that an element or channel is dropped, in [0, 1].
  GRADUS_ARG(double, p) = 0.5;
  /// Drops; else the input itself comes back.
  GRADUS_ARG(bool, training) = true;
  /// Writes into the input.
  GRADUS_ARG(bool, inplace) = false;
};
/// Of dropout1d.
using Dropout1dFuncOptions = DropoutFuncOptions;
/// Of dropout2d.
using Dropout2dFuncOptions = DropoutFuncOptions;
/// Of dropout3d.
using Dropout3dFuncOptions = DropoutFuncOptions;
/// The options of alpha_dropout. Note that training is false unless set.
struct AlphaDropoutFuncOptions {
  /// The probability that an element or channel is dropped, in [0, 1].
  GRADUS_ARG(double, p) = 0.5;
  /// Drops; else the input itself comes back.
  GRADUS_ARG(bool, training) = false;
  /// Writes into the input.
  GRADUS_ARG(bool, inplace) = false;
};
/// Of feature_alpha_dropout.
using FeatureAlphaDropoutFuncOptions = AlphaDropoutFuncOptions;
}  // namespace functional

}  // namespace gradus::nn
