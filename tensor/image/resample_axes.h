// How the places of a result are made of those of the input along one dim.
#pragma once

#include <optional>

#include "tensor/image/resample.h"

namespace gradus::raw {

// `smooth` ones stretch their kernel where the result is smaller than the input: the triangle that
// linear interpolation is made with, and Keys' cubic with a = -0.5. `cubic` has a = -0.75.
enum class Interpolation { nearest, nearest_exact, linear, cubic, smooth_linear, smooth_cubic };
// From `in` to `out` elements. Places are computed in double or (for `single`) in float. With
// align_corners the centres of the first and last elements meet, else the outer edges, and `scale`,
// where given, takes the place of out / in.
Axis interpolated(Interpolation how, int64_t in, int64_t out, bool align_corners,
                  std::optional<double> scale, bool single);
// The axis in whole numbers of the largest power of two that leaves its weights 16 bits, which is
// returned.
double round_weights(Axis& axis);

enum class Padding { reflect, replicate, circular };
// Of `in` elements `out`, the first of which is `front` places before the first of the input; those
// that `front` and `behind`, where they are negative, cut off are not repeated by circular padding.
Axis padded(Padding how, int64_t in, int64_t out, int64_t front, int64_t behind);

// The elements of all windows, [kernel, windows]; those beside the input are 0. `out` is their
// number.
Axis unfolded(int64_t in, int64_t out, int64_t windows, int64_t kernel, int64_t stride,
              int64_t padding, int64_t dilation);

}  // namespace gradus::raw
