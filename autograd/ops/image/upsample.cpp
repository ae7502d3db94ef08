// Interpolation: for each place of the result, which places of the input it mixes, along each dim.
#include "autograd/ops/image/resample.h"
#include "tensor/base/fail.h"
#include "tensor/image/resample_axes.h"

namespace gradus {

namespace {

using raw::Interpolation;
using Scale = std::optional<double>;

// Pictures of bytes: the columns first, then the rows, rounded to bytes in between, as PyTorch
// does.
Tensor upsample_bytes(const char* op, Tensor x, std::vector<raw::Axis>& axes) {
  for (const int64_t d : {1, 0}) {
    if (axes[d].is_identity()) continue;
    const double unit = raw::round_weights(axes[d]);
    const int64_t dim = d - 2;  // the last is what resample acts on
    const Tensor y = raw::resample(op, x.to(kDouble).transpose(dim, -1), {axes[d]});
    x = (y.transpose(dim, -1) / unit + 0.5).floor_().clamp_(0, 255).to(kByte);
  }
  return x;
}

Tensor upsample(const char* op, const Tensor& x, IntArrayRef sizes, Interpolation how, bool align,
                std::initializer_list<Scale> scales) {
  const size_t n = scales.size();
  if (x.dim() != int64_t(n) + 2) fail("{}: expected {} dims, got {}", op, n + 2, x.sizes());
  if (sizes.size() != n) fail("{}: expected {} sizes of the output, got {}", op, n, sizes);
  for (size_t d = 0; d < n; ++d)
    if (x.sizes()[d + 2] < 1 || sizes[d] < 1)
      fail("{}: cannot go from {} to {}", op, x.sizes().slice(2), sizes);
  if (!raw::check_resampled(op, x, sizes)) return detail::resampled_none(op, x, sizes);
  std::vector<raw::Axis> axes;
  const bool single = x.dtype() != kDouble && x.dtype() != kByte;
  for (size_t d = 0; d < n; ++d)
    axes.push_back(
        raw::interpolated(how, x.sizes()[d + 2], sizes[d], align, scales.begin()[d], single));
  if (x.dtype() == kByte && n == 2 && !(axes[0].is_selection() && axes[1].is_selection()))
    return upsample_bytes(op, x, axes).contiguous();
  return detail::resample(op, x, std::move(axes));
}

}  // namespace

Tensor upsample_nearest1d(const Tensor& self, IntArrayRef sizes, Scale w) {
  return upsample("upsample_nearest1d", self, sizes, Interpolation::nearest, false, {w});
}
Tensor upsample_nearest2d(const Tensor& self, IntArrayRef sizes, Scale h, Scale w) {
  return upsample("upsample_nearest2d", self, sizes, Interpolation::nearest, false, {h, w});
}
Tensor upsample_nearest3d(const Tensor& self, IntArrayRef sizes, Scale d, Scale h, Scale w) {
  return upsample("upsample_nearest3d", self, sizes, Interpolation::nearest, false, {d, h, w});
}
Tensor _upsample_nearest_exact1d(const Tensor& self, IntArrayRef sizes, Scale w) {
  return upsample("_upsample_nearest_exact1d", self, sizes, Interpolation::nearest_exact, false,
                  {w});
}
Tensor _upsample_nearest_exact2d(const Tensor& self, IntArrayRef sizes, Scale h, Scale w) {
  return upsample("_upsample_nearest_exact2d", self, sizes, Interpolation::nearest_exact, false,
                  {h, w});
}
Tensor _upsample_nearest_exact3d(const Tensor& self, IntArrayRef sizes, Scale d, Scale h, Scale w) {
  return upsample("_upsample_nearest_exact3d", self, sizes, Interpolation::nearest_exact, false,
                  {d, h, w});
}
Tensor upsample_linear1d(const Tensor& self, IntArrayRef sizes, bool align, Scale w) {
  return upsample("upsample_linear1d", self, sizes, Interpolation::linear, align, {w});
}
Tensor upsample_bilinear2d(const Tensor& self, IntArrayRef sizes, bool align, Scale h, Scale w) {
  return upsample("upsample_bilinear2d", self, sizes, Interpolation::linear, align, {h, w});
}
Tensor upsample_trilinear3d(const Tensor& self, IntArrayRef sizes, bool align, Scale d, Scale h,
                            Scale w) {
  return upsample("upsample_trilinear3d", self, sizes, Interpolation::linear, align, {d, h, w});
}
Tensor upsample_bicubic2d(const Tensor& self, IntArrayRef sizes, bool align, Scale h, Scale w) {
  return upsample("upsample_bicubic2d", self, sizes, Interpolation::cubic, align, {h, w});
}
Tensor _upsample_bilinear2d_aa(const Tensor& self, IntArrayRef sizes, bool align, Scale h,
                               Scale w) {
  return upsample("_upsample_bilinear2d_aa", self, sizes, Interpolation::smooth_linear, align,
                  {h, w});
}
Tensor _upsample_bicubic2d_aa(const Tensor& self, IntArrayRef sizes, bool align, Scale h, Scale w) {
  return upsample("_upsample_bicubic2d_aa", self, sizes, Interpolation::smooth_cubic, align,
                  {h, w});
}

}  // namespace gradus
