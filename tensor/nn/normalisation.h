// Untaped normalisation in one pass per row or channel; float and double, operands of one type.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

// x seen as rows of n elements, each with its own statistics and weight and bias per column, or
// (`channels` > 0) as [outer, channels, inner] with statistics, weight and bias per channel, or
// (`groups` > 0) as such rows, each of n / inner channels, `groups` of them for each image, with
// weight and bias per channel.
struct NormalisationShape {
  int64_t rows = 0, n = 0;
  int64_t outer = 0, channels = 0, inner = 0;
  int64_t groups = 0;
  bool centred = true;  // else (rows) the mean is taken for 0
  bool fixed = false;   // the statistics, of channels, do not come from x
};

struct Normalized {
  Tensor y, mean, rstd;  // mean only where it is not taken for 0
  Tensor variance;       // of channels only
};
// weight and bias may be undefined. The statistics get the given sizes.
Normalized normalize(const Tensor& x, const Tensor& weight, const Tensor& bias,
                     const NormalisationShape& shape, IntArrayRef statistics, double eps);

struct NormalisationGradients {
  Tensor x, weight, bias;
};
// Those that are wanted, the last two flat. weight may be undefined.
NormalisationGradients normalize_backward(const Tensor& dy, const Tensor& x, const Tensor& weight,
                                          const Tensor& mean, const Tensor& rstd,
                                          const NormalisationShape& shape, bool want_x,
                                          bool want_weight, bool want_bias);

}  // namespace gradus::raw
