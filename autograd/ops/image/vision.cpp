#include "autograd/ops/image/vision.h"

#include <algorithm>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/ops/image/resample.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/pointwise/copy.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/view/join.h"
#include "autograd/record.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/image/grid_sample.h"
#include "tensor/image/resample_axes.h"
#include "tensor/shape.h"

namespace gradus {

namespace {

// x seen as `inner` in place of its last `dims` dims.
Tensor reshape_last(const Tensor& x, int64_t dims, std::initializer_list<int64_t> inner) {
  std::vector<int64_t> sizes = x.sizes().slice(0, size_t(x.dim() - dims)).vec();
  sizes.insert(sizes.end(), inner);
  return x.reshape(sizes);
}
// The last dims in another order.
Tensor permute_last(const Tensor& x, std::initializer_list<int64_t> order) {
  const int64_t lead = x.dim() - int64_t(order.size());
  std::vector<int64_t> dims;
  for (int64_t d = 0; d < lead; ++d) dims.push_back(d);
  for (const int64_t d : order) dims.push_back(lead + d);
  return x.permute(dims);
}

}  // namespace

Tensor pixel_shuffle(const Tensor& self, int64_t upscale_factor) {
  const int64_t r = upscale_factor;
  if (self.dim() < 3) fail("pixel_shuffle: expected 3 dims or more, got {}", self.sizes());
  if (r < 1) fail("pixel_shuffle: upscale_factor must be positive, got {}", r);
  const int64_t c = self.size(-3), h = self.size(-2), w = self.size(-1);
  const Checked factor("pixel_shuffle", r);
  const int64_t square = factor * r;
  if (c % square != 0) fail("pixel_shuffle: {} channels are not a multiple of {} squared", c, r);
  const Tensor parts = reshape_last(self, 3, {c / square, r, r, h, w});
  const Tensor y =
      reshape_last(permute_last(parts, {0, 3, 1, 4, 2}), 5, {c / square, factor * h, factor * w});
  return autograd::called("pixel_shuffle", apart_from(self, y));
}
Tensor pixel_unshuffle(const Tensor& self, int64_t downscale_factor) {
  const int64_t r = downscale_factor;
  if (self.dim() < 3) fail("pixel_unshuffle: expected 3 dims or more, got {}", self.sizes());
  if (r < 1) fail("pixel_unshuffle: downscale_factor must be positive, got {}", r);
  const int64_t c = self.size(-3), h = self.size(-2), w = self.size(-1);
  if (h % r != 0 || w % r != 0) fail("pixel_unshuffle: {} x {} is not a multiple of {}", h, w, r);
  const Tensor parts = reshape_last(self, 3, {c, h / r, r, w / r, r});
  const Tensor y = reshape_last(permute_last(parts, {0, 2, 4, 1, 3}), 5,
                                {Checked("pixel_unshuffle", c) * r * r, h / r, w / r});
  return autograd::called("pixel_unshuffle", apart_from(self, y));
}
Tensor channel_shuffle(const Tensor& self, int64_t groups) {
  if (self.dim() < 3) fail("channel_shuffle: expected 3 dims or more, got {}", self.sizes());
  const int64_t c = self.size(1);
  if (groups < 1 || c % groups != 0)
    fail("channel_shuffle: {} channels do not make {} groups", c, groups);
  std::vector<int64_t> sizes = self.sizes().vec();
  sizes[1] = c / groups;
  sizes.insert(sizes.begin() + 1, groups);
  const Tensor y = self.reshape(sizes).transpose(1, 2).reshape(self.sizes());
  return autograd::called("channel_shuffle", apart_from(self, y));
}

namespace {

// Windows along one dim: element kernel * k + i of the result is x[i * stride - padding + k *
// dilation].
struct Patches {
  const char* op;
  Dims kernel, dilation, padding, stride;

  Patches(const char* name, IntArrayRef k, IntArrayRef d, IntArrayRef p, IntArrayRef s)
      : op(name),
        kernel(two("kernel_size", k, 1)),
        dilation(two("dilation", d, 1)),
        padding(two("padding", p, 0)),
        stride(two("stride", s, 1)) {}

  Dims two(const char* what, IntArrayRef a, int64_t least) const {
    return entries(op, what, a, 2, least);
  }
  int64_t places(size_t d, int64_t size) const {
    const Checked n(op, size), pad(op, padding[d]), apart(op, dilation[d]);
    const int64_t room = n + 2 * pad - apart * (kernel[d] - 1) - 1;
    return room < 0 ? 0 : room / stride[d] + 1;
  }
  // Elements of the axis.
  Checked spread(size_t d, int64_t size) const { return Checked(op, kernel[d]) * places(d, size); }
  raw::Axis axis(size_t d, int64_t size) const {
    return raw::unfolded(size, spread(d, size), places(d, size), kernel[d], stride[d], padding[d],
                         dilation[d]);
  }
  void check_size(int64_t h, int64_t w) const {
    if (places(0, h) < 1 || places(1, w) < 1)
      fail("{}: kernel_size {}, dilated by {}, does not fit into {} x {}, padded by {}", op,
           kernel.ref(), dilation.ref(), h, w, padding.ref());
  }
};

}  // namespace

Tensor im2col(const Tensor& self, IntArrayRef kernel_size, IntArrayRef dilation,
              IntArrayRef padding, IntArrayRef stride) {
  const Patches p("im2col", kernel_size, dilation, padding, stride);
  if (self.dim() != 3 && self.dim() != 4)
    fail("im2col: expected 3 or 4 dims, got {}", self.sizes());
  const int64_t c = self.size(-3), h = self.size(-2), w = self.size(-1);
  if (c < 1 || h < 1 || w < 1)
    fail("im2col: none of the dims but the batch may be empty, got {}", self.sizes());
  p.check_size(h, w);
  const int64_t oh = p.places(0, h), ow = p.places(1, w), kh = p.kernel[0], kw = p.kernel[1];
  const Dims sizes{p.spread(0, h), p.spread(1, w)};
  const Tensor spread = raw::check_resampled("im2col", self, sizes)
                            ? detail::resample("im2col", self, {p.axis(0, h), p.axis(1, w)})
                            : detail::resampled_none("im2col", self, sizes);
  const Tensor parts = reshape_last(spread, 3, {c, kh, oh, kw, ow});
  const Checked rows("im2col", c), columns("im2col", oh);
  return autograd::called("im2col", reshape_last(permute_last(parts, {0, 1, 3, 2, 4}), 5,
                                                 {rows * kh * kw, columns * ow}));
}
Tensor col2im(const Tensor& self, IntArrayRef output_size, IntArrayRef kernel_size,
              IntArrayRef dilation, IntArrayRef padding, IntArrayRef stride) {
  const Patches p("col2im", kernel_size, dilation, padding, stride);
  if (self.dim() != 2 && self.dim() != 3)
    fail("col2im: expected 2 or 3 dims, got {}", self.sizes());
  if (self.size(-2) < 1 || self.size(-1) < 1)
    fail("col2im: none of the dims but the batch may be empty, got {}", self.sizes());
  const Dims size = p.two("output_size", output_size, 1);
  p.check_size(size[0], size[1]);
  const int64_t oh = p.places(0, size[0]), ow = p.places(1, size[1]), kh = p.kernel[0],
                kw = p.kernel[1];
  const int64_t taps = checked_mul("col2im", kh, kw);
  if (self.size(-2) % taps != 0)
    fail("col2im: {} rows are not a multiple of kernel_size {}", self.size(-2), p.kernel.ref());
  if (self.size(-1) != checked_mul("col2im", oh, ow))
    fail("col2im: output_size {} needs {} x {} columns, got {}", size.ref(), oh, ow, self.size(-1));
  const int64_t c = self.size(-2) / taps;
  const Tensor parts = permute_last(reshape_last(self, 2, {c, kh, kw, oh, ow}), {0, 1, 3, 2, 4});
  const Tensor spread = reshape_last(parts, 5, {c, p.spread(0, size[0]), p.spread(1, size[1])});
  if (!raw::check_resampled("col2im", spread, size))
    return detail::resampled_none("col2im", spread, size);
  return detail::resample("col2im", spread,
                          {p.axis(0, size[0]).transposed(), p.axis(1, size[1]).transposed()});
}

namespace {

// One coordinate of the places, in elements.
struct Coordinate {
  int64_t size;
  int64_t padding;
  bool align_corners;

  double low() const { return align_corners ? 0 : -0.5; }
  double span() const { return double(align_corners ? size - 1 : size); }
  Tensor from_unit(const Tensor& u) const { return (u + 1) * (span() / 2) + low(); }
  // Moved to where the padding takes its values from.
  Tensor padded(Tensor x) const {
    if (padding == 0) return x;
    if (padding == 2) {
      // A wave between the edges.
      const double period = std::max(2 * span(), 1e-9);
      x = (low() + span()) - ((x - low()).remainder(period) - span()).abs();
    }
    // A nan to 0. The derivative is 0 on the edges too.
    const Tensor inner = x.gt(0).logical_and(x.lt(double(size - 1)));
    return where(inner, x, x.detach().nan_to_num(0).clamp(0, double(size - 1)));
  }
  Tensor inside(const Tensor& index) const {
    return index.ge(0).logical_and(index.le(double(size - 1)));
  }
};

struct Sampler {
  const Tensor& input;
  int64_t images, channels;
  std::vector<Coordinate> coordinates;  // as the input's dims
  Tensor flat;                          // [N, C, places of the input]

  // The elements at whole coordinates, zeros outside: [N, C, places]
  Tensor at(const std::vector<Tensor>& whole) const {
    Tensor inside, index;
    for (size_t d = 0; d < whole.size(); ++d) {
      const Coordinate& c = coordinates[d];
      const Tensor in = c.inside(whole[d]);
      const Tensor safe = where(in, whole[d], 0).to(kLong);
      inside = inside.defined() ? inside.logical_and(in) : in;
      index = index.defined() ? index * c.size + safe : safe;
    }
    const Tensor all = index.unsqueeze(1).expand({images, channels, index.size(1)});
    return where(inside.unsqueeze(1), flat.gather(2, all), 0);
  }
};

// Weights of the elements around x, the first of them `first` away from the one before x.
struct Around {
  Tensor before;
  std::vector<Tensor> weights;
  int64_t first;
};
// What elements weigh as polynomials of how far x is beyond the one before.
struct Weights {
  size_t taps, degree;
  int64_t first;
  double factor[4][4];
};
constexpr double a = -0.75;
constexpr Weights linear{2, 1, 0, {{-1, 1}, {1, 0}}},
    cubic{4,
          3,
          -1,
          {{a, -2 * a, a, 0}, {a + 2, -a - 3, 0, 1}, {-a - 2, 2 * a + 3, -a, 0}, {-a, a, 0, 0}}};
Around around_place(const Tensor& x, const Weights& w) {
  Around out{x.detach().floor(), {}, w.first};
  const Tensor t = x - out.before;
  for (size_t k = 0; k < w.taps; ++k) {
    Tensor sum = t * w.factor[k][0];
    for (size_t d = 1; d < w.degree; ++d) sum = (sum + w.factor[k][d]) * t;
    out.weights.push_back(sum + w.factor[k][w.degree]);
  }
  return out;
}

// In taped operations.
Tensor composed_sampler(const Tensor& input, const Tensor& grid, int64_t interpolation_mode,
                        int64_t padding_mode, bool align_corners) {
  const int64_t dims = input.dim() - 2;
  Sampler s{input, input.size(0), input.size(1), {}, input.flatten(2)};
  for (int64_t d = 0; d < dims; ++d)
    s.coordinates.push_back({input.size(d + 2), padding_mode, align_corners});
  const Tensor places = grid.reshape({s.images, -1, dims});
  std::vector<Tensor> x;  // the last dim of the grid starts with the input's last
  for (int64_t d = 0; d < dims; ++d)
    x.push_back(s.coordinates[size_t(d)].from_unit(places.select(2, dims - 1 - d)));

  const size_t n = size_t(dims);
  Tensor y;
  if (interpolation_mode == 1) {
    std::vector<Tensor> whole;
    for (size_t d = 0; d < n; ++d) whole.push_back(s.coordinates[d].padded(x[d].detach()).round());
    y = s.at(whole);
    // The gradient by the grid is defined, and zero.
    if (grid.requires_grad()) y = y + x[0].masked_fill(ones_like(x[0], kBool), 0).unsqueeze(1);
  } else {
    std::vector<Around> around;
    for (size_t d = 0; d < n; ++d)
      around.push_back(interpolation_mode == 0 ? around_place(s.coordinates[d].padded(x[d]), linear)
                                               : around_place(x[d], cubic));
    const size_t taps = around[0].weights.size();
    size_t corners = 1;
    for (size_t d = 0; d < n; ++d) corners *= taps;
    for (size_t corner = 0; corner < corners; ++corner) {
      std::vector<Tensor> whole;
      Tensor weight;
      size_t rest = corner;
      for (size_t d = 0; d < n; ++d, rest /= taps) {
        const size_t k = rest % taps;
        Tensor at = around[d].before + double(around[d].first + int64_t(k));
        if (interpolation_mode == 2) at = s.coordinates[d].padded(at);
        whole.push_back(at);
        weight = weight.defined() ? weight * around[d].weights[k] : around[d].weights[k];
      }
      const Tensor part = s.at(whole) * weight.unsqueeze(1);
      y = y.defined() ? y + part : part;
    }
  }
  std::vector<int64_t> sizes{s.images, s.channels};
  for (int64_t d = 1; d <= dims; ++d) sizes.push_back(grid.size(d));
  return y.reshape(sizes);
}

}  // namespace

Tensor grid_sampler(const Tensor& input, const Tensor& grid, int64_t interpolation_mode,
                    int64_t padding_mode, bool align_corners) {
  const int64_t dims = input.dim() - 2;
  if ((dims != 2 && dims != 3) || grid.dim() != input.dim() || grid.size(-1) != dims ||
      grid.size(0) != input.size(0))
    fail("grid_sampler: grid {} does not fit the input {}", grid.sizes(), input.sizes());
  if (input.dtype() != grid.dtype() || !is_floating(input.dtype()))
    fail("grid_sampler: expected one floating-point type, got {} and {}", input.dtype(),
         grid.dtype());
  if (interpolation_mode < 0 || interpolation_mode > 2 || padding_mode < 0 || padding_mode > 2)
    fail("grid_sampler: modes must be 0 to 2, got {} and {}", interpolation_mode, padding_mode);
  if (interpolation_mode == 2 && dims == 3)
    fail("grid_sampler: bicubic interpolation is for inputs of 4 dims, got {}", input.sizes());
  for (int64_t d = 2; d < input.dim(); ++d)
    if (input.size(d) == 0) fail("grid_sampler: the input {} is empty", input.sizes());

  if (dims == 3 || interpolation_mode == 2 || !raw::can_sample(input)) {
    const char* op = dims == 2 ? "grid_sampler_2d" : "grid_sampler_3d";
    // The composed form reads its inputs by linear operations alone, or by steps.
    const auto read = [op](const Tensor& x) {
      return autograd::linked(
          1, autograd::record(op, raw::window(x),
                              autograd::wrt(x, [](const Tensor& dy) { return dy; })));
    };
    return autograd::called(op, composed_sampler(read(input), read(grid), interpolation_mode,
                                                 padding_mode, align_corners));
  }
  const raw::GridSampling how{interpolation_mode == 1, padding_mode, align_corners};
  Tensor y = autograd::record_joint(
      "grid_sampler_2d", raw::grid_sample(input, grid, how), {input, grid},
      [si = autograd::save(input), sg = autograd::save(grid), how](
          const Tensor& dy, const autograd::Needs& needs) -> std::vector<Tensor> {
        if (!GradMode::is_enabled()) {
          auto g = raw::grid_sample_backward(dy, *si, *sg, how, needs[0], needs[1]);
          return {std::move(g.x), std::move(g.grid)};
        }
        // Gradients that are recorded: those of the composed form, whose own graph they keep.
        // Views, so that the hooks of the inputs are not called.
        const Tensor in[] = {si->view(si->sizes()), sg->view(sg->sizes())};
        std::vector<Tensor> wanted;
        for (size_t i : {0, 1})
          if (needs[i]) wanted.push_back(in[i]);
        auto g = autograd::grad(
            {composed_sampler(in[0], in[1], how.nearest, how.padding, how.align_corners)}, wanted,
            {dy}, true, true);
        if (!needs[0]) g.insert(g.begin(), Tensor());
        return g;
      });
  return autograd::linked(0b11, std::move(y));
}

Tensor affine_grid_generator(const Tensor& theta, IntArrayRef size, bool align_corners) {
  const int64_t dims = int64_t(size.size()) - 2;
  if ((dims != 2 && dims != 3) || theta.dim() != 3 || theta.size(0) != size[0] ||
      theta.size(1) != dims || theta.size(2) != dims + 1)
    fail("affine_grid_generator: theta {} does not fit the size {}", theta.sizes(), size);
  const TensorOptions options(theta.dtype());
  std::vector<int64_t> shape = size.slice(2).vec();
  std::vector<Tensor> parts;  // x, y, (z), 1
  for (int64_t d = dims; d-- > 0;) {
    const int64_t n = shape[size_t(d)];
    Tensor line = n <= 1 ? zeros({n}, options) : linspace(-1, 1, n, options);
    if (!align_corners && n > 1) line = line * (double(n - 1) / double(n));
    std::vector<int64_t> view(size_t(dims), 1);
    view[size_t(d)] = n;
    parts.push_back(line.reshape(view).expand(shape));
  }
  parts.push_back(ones(shape, options));
  const Tensor base = stack(parts, -1).reshape({1, -1, dims + 1});
  shape.insert(shape.begin(), size[0]);
  shape.push_back(dims);
  return autograd::called("affine_grid_generator", matmul(base, theta.mT()).reshape(shape));
}

}  // namespace gradus
