#include "nn/functional/vision.h"

#include <cmath>

#include "autograd/ops/image/pool.h"
#include "autograd/ops/image/resample.h"
#include "autograd/ops/image/vision.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/base/warn.h"

namespace gradus::nn::functional {

Tensor pad(const Tensor& input, const PadFuncOptions& o) {
  constexpr const char* names[] = {"constant", "reflect", "replicate", "circular"};
  const std::optional<double> value = o.value() != 0 ? std::optional(o.value()) : std::nullopt;
  return gradus::pad(input, o.pad(), names[o.mode().index()], value);
}

namespace {

using Mode = InterpolateFuncOptions::mode_t;
using Scale = std::optional<double>;

template <class E>
bool is(const Mode& m) {
  return std::holds_alternative<E>(m);
}

// How many spatial dims a mode is for; 0 for any.
int64_t dims_of(const Mode& m) {
  if (is<enumtype::kLinear>(m)) return 1;
  if (is<enumtype::kBilinear>(m) || is<enumtype::kBicubic>(m)) return 2;
  return is<enumtype::kTrilinear>(m) ? 3 : 0;
}

std::vector<int64_t> output_size(const Tensor& input, const InterpolateFuncOptions& o) {
  const size_t dims = size_t(input.dim()) - 2;
  if (o.size().has_value() == o.scale_factor().has_value())
    fail("interpolate: needs either a size or a scale_factor, got {}", o.size() ? "both" : "none");
  const size_t given = o.size() ? o.size()->size() : o.scale_factor()->size();
  if (given != dims)
    fail("interpolate: expected {} values for {}, got {}", dims, o.size() ? "size" : "scale_factor",
         given);
  if (o.size()) return *o.size();
  std::vector<int64_t> out;
  for (size_t d = 0; d < dims; ++d)
    out.push_back(checked_int64("interpolate", "the size by scale_factor",
                                std::floor(double(input.sizes()[d + 2]) * (*o.scale_factor())[d])));
  return out;
}

}  // namespace

Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& o) {
  const Mode& mode = o.mode();
  const int64_t dims = input.dim() - 2, wanted = dims_of(mode);
  if (dims < 1 || dims > 3) fail("interpolate: expected 3 to 5 dims, got {}", input.sizes());
  if (wanted != 0 && wanted != dims)
    fail("interpolate: mode {} is for inputs of {} dims, got {}", enumtype::get_enum_name(mode),
         wanted + 2, input.sizes());
  if (wanted == 0 && o.align_corners())
    fail("interpolate: align_corners is not for mode {}", enumtype::get_enum_name(mode));
  if (o.antialias() && wanted != 2)
    fail("interpolate: antialias is for modes kBilinear and kBicubic, got {}",
         enumtype::get_enum_name(mode));
  const std::vector<int64_t> size = output_size(input, o);
  Scale s[3];
  if (o.scale_factor() && !o.recompute_scale_factor().value_or(false))
    for (size_t d = 0; d < size.size(); ++d) s[d] = (*o.scale_factor())[d];
  if (wanted != 0 && !o.align_corners())
    warn("interpolate: mode {} without align_corners means align_corners=False, say which is meant",
         enumtype::get_enum_name(mode));
  const bool align = o.align_corners().value_or(false);

  if (is<enumtype::kNearest>(mode))
    return dims == 1   ? upsample_nearest1d(input, size, s[0])
           : dims == 2 ? upsample_nearest2d(input, size, s[0], s[1])
                       : upsample_nearest3d(input, size, s[0], s[1], s[2]);
  if (is<enumtype::kNearestExact>(mode))
    return dims == 1   ? _upsample_nearest_exact1d(input, size, s[0])
           : dims == 2 ? _upsample_nearest_exact2d(input, size, s[0], s[1])
                       : _upsample_nearest_exact3d(input, size, s[0], s[1], s[2]);
  if (is<enumtype::kArea>(mode))
    return dims == 1   ? adaptive_avg_pool1d(input, size)
           : dims == 2 ? adaptive_avg_pool2d(input, size)
                       : adaptive_avg_pool3d(input, size);
  if (is<enumtype::kLinear>(mode)) return upsample_linear1d(input, size, align, s[0]);
  if (is<enumtype::kTrilinear>(mode))
    return upsample_trilinear3d(input, size, align, s[0], s[1], s[2]);
  if (is<enumtype::kBilinear>(mode))
    return o.antialias() ? _upsample_bilinear2d_aa(input, size, align, s[0], s[1])
                         : upsample_bilinear2d(input, size, align, s[0], s[1]);
  return o.antialias() ? _upsample_bicubic2d_aa(input, size, align, s[0], s[1])
                       : upsample_bicubic2d(input, size, align, s[0], s[1]);
}

Tensor upsample(const Tensor& input, const InterpolateFuncOptions& options) {
  return interpolate(input, options);
}
Tensor upsample_nearest(const Tensor& input, const InterpolateFuncOptions& options) {
  return interpolate(input, InterpolateFuncOptions(options).mode(kNearest));
}
Tensor upsample_bilinear(const Tensor& input, const InterpolateFuncOptions& options) {
  return interpolate(input, InterpolateFuncOptions(options).mode(kBilinear).align_corners(true));
}
std::vector<int64_t> _interp_output_size(
    int64_t dim, std::tuple<Tensor, std::optional<std::vector<int64_t>>,
                            std::optional<std::vector<double>>, std::optional<bool>>
                     closed_over_args) {
  const auto& [input, size, scale_factor, recompute] = closed_over_args;
  if (input.dim() != dim + 2)
    fail("_interp_output_size: expected {} dims, got {}", dim + 2, input.sizes());
  return output_size(input, InterpolateFuncOptions().size(size).scale_factor(scale_factor));
}

Tensor pixel_shuffle(const Tensor& input, const PixelShuffleFuncOptions& o) {
  return gradus::pixel_shuffle(input, o.upscale_factor());
}
Tensor pixel_unshuffle(const Tensor& input, const PixelUnshuffleFuncOptions& o) {
  return gradus::pixel_unshuffle(input, o.downscale_factor());
}
Tensor channel_shuffle(const Tensor& input, int64_t groups) {
  return gradus::channel_shuffle(input, groups);
}

Tensor fold(const Tensor& input, const FoldFuncOptions& o) {
  return col2im(input, *o.output_size(), *o.kernel_size(), *o.dilation(), *o.padding(),
                *o.stride());
}
Tensor unfold(const Tensor& input, const UnfoldFuncOptions& o) {
  return im2col(input, *o.kernel_size(), *o.dilation(), *o.padding(), *o.stride());
}

Tensor grid_sample(const Tensor& input, const Tensor& grid, const GridSampleFuncOptions& o) {
  if (!o.align_corners())
    warn("grid_sample: no align_corners means align_corners=False, say which is meant");
  return grid_sampler(input, grid, int64_t(o.mode().index()), int64_t(o.padding_mode().index()),
                      o.align_corners().value_or(false));
}
Tensor affine_grid(const Tensor& theta, IntArrayRef size, bool align_corners) {
  for (const int64_t s : size)
    if (s <= 0) fail("affine_grid: sizes must be positive, got {}", size);
  return affine_grid_generator(theta, size, align_corners);
}

}  // namespace gradus::nn::functional
