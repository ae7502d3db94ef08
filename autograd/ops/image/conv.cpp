#include "autograd/ops/image/conv.h"

#include "autograd/ops/image/conv_integer.h"
#include "autograd/record.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/image/conv.h"
#include "tensor/linalg/matmul.h"
#include "tensor/shape.h"

namespace gradus {

using autograd::linked;
using autograd::record;
using autograd::save;
using autograd::wrt;
using raw::Conv;

namespace {

Tensor over_positions(const Tensor& y) {
  std::vector<int64_t> dims{0};
  for (int64_t d = 2; d < y.dim(); ++d) dims.push_back(d);
  return y.sum(dims);
}
Dims spatial(const Tensor& x) { return x.sizes().slice(2); }

// y = w * x is linear in x and in w. With v for the gradient by the result of each:
//   forward   y(x, w)    dx = to_input(v, w)      dw = to_weight(v, x)
//   to_input  x(y, w)    dy = forward(v, w)       dw = to_weight(y, v)
//   to_weight w(y, x)    dy = forward(x, v)       dx = to_input(y, v)
// PyTorch has the gradients of one map from one operation on y, x and w: hence linked().
constexpr autograd::InputSet both_factors = 0b11;

Tensor to_input(const char* op, const Tensor& y, const Tensor& w, const Tensor& bias,
                const Conv& conv, const Dims& x_sizes);
Tensor to_weight(const Tensor& y, const Tensor& x, const Conv& conv, const Dims& w_sizes);

Tensor forward(const char* op, const Tensor& x, const Tensor& w, const Tensor& bias,
               const Conv& conv, const Dims& y_sizes) {
  if (!is_floating(x.dtype())) return detail::integer_convolution(x, w, bias, conv, y_sizes);
  return linked(both_factors,
                record(op, raw::convolution(x, w, bias, conv, y_sizes),
                       wrt(x,
                           [sw = save(w), conv, sizes = spatial(x)](const Tensor& dy) {
                             return to_input("convolution_input", dy, sw, {}, conv, sizes);
                           }),
                       wrt(w, [sx = save(x), conv, sizes = Dims(w.sizes())](
                                  const Tensor& dy) { return to_weight(dy, sx, conv, sizes); }),
                       wrt(bias, [](const Tensor& dy) { return over_positions(dy); })));
}
Tensor to_input(const char* op, const Tensor& y, const Tensor& w, const Tensor& bias,
                const Conv& conv, const Dims& x_sizes) {
  if (!is_floating(y.dtype())) return detail::integer_convolution_input(y, w, bias, conv, x_sizes);
  return linked(both_factors,
                record(op, raw::convolution_input(y, w, bias, conv, x_sizes),
                       wrt(y,
                           [sw = save(w), conv, sizes = spatial(y)](const Tensor& dx) {
                             return forward("convolution", dx, sw, {}, conv, sizes);
                           }),
                       wrt(w, [sy = save(y), conv, sizes = Dims(w.sizes())](
                                  const Tensor& dx) { return to_weight(sy, dx, conv, sizes); }),
                       wrt(bias, [](const Tensor& dx) { return over_positions(dx); })));
}
Tensor to_weight(const Tensor& y, const Tensor& x, const Conv& conv, const Dims& w_sizes) {
  return record(
      "convolution_weight", raw::convolution_weight(y, x, conv, w_sizes),
      wrt(y, [sx = save(x), conv, sizes = spatial(y)](
                 const Tensor& dw) { return forward("convolution", sx, dw, {}, conv, sizes); }),
      wrt(x, [sy = save(y), conv, sizes = spatial(x)](const Tensor& dw) {
        return to_input("convolution_input", sy, dw, {}, conv, sizes);
      }));
}

// The arguments of one call, checked, with a batch.
struct Call {
  const char* op;
  int64_t dims;
  bool transposed;
  Tensor x, bias;
  const Tensor& w;
  Conv conv;
  bool batched;
  int64_t out_channels = 0;

  Call(const char* name, int64_t n, bool is_transposed, const Tensor& input, const Tensor& weight,
       const std::optional<Tensor>& b, IntArrayRef stride, IntArrayRef padding,
       IntArrayRef dilation, int64_t groups)
      : op(name), dims(n), transposed(is_transposed), x(input), w(weight) {
    if (b) bias = *b;
    if (input.dim() != dims + 1 && input.dim() != dims + 2)
      fail("{}: expected {} (unbatched) or {} dims for the input, got {}", op, dims + 1, dims + 2,
           input.sizes());
    if (weight.dim() != dims + 2)
      fail("{}: expected {} dims for the weight, got {}", op, dims + 2, weight.sizes());
    raw::check_same_dtype(op, {&input, &weight, &bias});
    if (input.dtype() == kBool)
      fail_not_implemented("{}: not implemented for {}", op, input.dtype());
    conv = {entries(op, "stride", stride, dims, 1), entries(op, "padding", padding, dims, 0),
            entries(op, "dilation", dilation, dims, 1), groups};
    if (groups < 1) fail("{}: groups must be 1 or more, got {}", op, groups);
    if (weight.size(0) < 1 || weight.size(0) % groups != 0)
      fail("{}: weight {} does not make {} groups", op, weight.sizes(), groups);
    batched = input.dim() == dims + 2;
    if (!batched) x = input.unsqueeze(0);
    const int64_t channels = transposed ? weight.size(0) : weight.size(1) * groups;
    out_channels = transposed ? weight.size(1) * groups : weight.size(0);
    if (x.size(1) != channels)
      fail("{}: weight {} with {} groups needs {} input channels, got {}", op, weight.sizes(),
           groups, channels, input.sizes());
    if (bias.defined() && !(bias.dim() == 1 && bias.size(0) == out_channels))
      fail("{}: bias {} does not fit {} output channels", op, bias.sizes(), out_channels);
  }

  // `low` and `both`: the padding in front and in sum.
  Tensor forward(const Dims& low, const Dims& both) {
    Dims sizes = spatial(x);
    bool fits = true;
    for (size_t d = 0; d < size_t(dims); ++d) {
      const Checked room = Checked(op, sizes[d]) + both[d] - reach(d);
      fits = fits && w.sizes()[d + 2] > 0 && room >= 0;
      sizes[d] = fits ? int64_t(room / conv.stride[d] + 1) : 0;
    }
    if (!fits)
      fail("{}: the kernel {}, dilated by {}, does not fit into the input {}, padded by {}", op,
           spatial(w).ref(), conv.dilation.ref(), spatial(x).ref(), both.ref());
    conv.padding = low;
    return finish(gradus::forward(op, x, near(spatial(x), sizes), bias, conv, sizes));
  }
  Tensor forward() {
    Dims both = conv.padding;
    for (int64_t& p : both) p = checked_mul(op, p, 2);
    return forward(Dims(conv.padding), both);
  }

  Tensor transpose(IntArrayRef output_padding) {
    const Dims extra = entries(op, "output_padding", output_padding, dims, 0);
    Dims sizes = spatial(x);
    for (size_t d = 0; d < size_t(dims); ++d) {
      if (extra[d] >= conv.stride[d] && extra[d] >= conv.dilation[d] && x.numel() > 0)
        fail("{}: output_padding {} must be less than stride {} or dilation {}", op, extra.ref(),
             conv.stride.ref(), conv.dilation.ref());
      sizes[d] = Checked(op, sizes[d] - 1) * conv.stride[d] - 2 * Checked(op, conv.padding[d]) +
                 reach(d) + extra[d];
      if (sizes[d] < 1)
        fail("{}: the result of input {} and weight {} would have size {}", op, x.sizes(),
             w.sizes(), sizes[d]);
    }
    return finish(to_input(op, x, near(sizes, spatial(x)), bias, conv, sizes));
  }

  // Elements from the first tap to the last.
  Checked reach(size_t d) const {
    return Checked(op, conv.dilation[d]) * (w.sizes()[d + 2] - 1) + 1;
  }

  // The weight without the taps at its ends that meet none of the `in` elements from any of the
  // `out` places, and the padding that goes with it. Only where much is padded: the planes from
  // which taps are read span all that they reach.
  Tensor near(const Dims& in, const Dims& out) {
    Tensor v = w;
    for (size_t d = 0; d < size_t(dims); ++d) {
      const int64_t before = conv.padding[d], much = 64 + 2 * in[d];
      if (before < much && reach(d) < much) continue;
      // Tap t meets elements t dilation - padding to that + (out - 1) stride.
      const int64_t taps = w.sizes()[d + 2], apart = conv.dilation[d];
      const int64_t span = Checked(op, out[d] - 1) * conv.stride[d];
      const int64_t first = before > span ? (before - span - 1) / apart + 1 : 0;
      const int64_t behind = (Checked(op, in[d]) + before - 1) / apart + 1;
      const int64_t last = std::min(taps, behind);
      if (first == 0 && last == taps) continue;
      if (first < last) {
        v = v.narrow(int64_t(d) + 2, first, last - first);
        conv.padding[d] = before - first * apart;
      } else {  // one stays, and meets nothing
        v = v.narrow(int64_t(d) + 2, 0, 1);
        conv.padding[d] = Checked(op, span) + 1;
      }
    }
    return v;
  }

  Tensor finish(const Tensor& y) const { return batched ? y : y.squeeze(0); }
};

Tensor convolve(const char* op, int64_t dims, const Tensor& input, const Tensor& weight,
                const std::optional<Tensor>& bias, IntArrayRef stride, IntArrayRef padding,
                IntArrayRef dilation, int64_t groups) {
  return Call(op, dims, false, input, weight, bias, stride, padding, dilation, groups).forward();
}
Tensor convolve_transposed(const char* op, int64_t dims, const Tensor& input, const Tensor& weight,
                           const std::optional<Tensor>& bias, IntArrayRef stride,
                           IntArrayRef padding, IntArrayRef output_padding, int64_t groups,
                           IntArrayRef dilation) {
  return Call(op, dims, true, input, weight, bias, stride, padding, dilation, groups)
      .transpose(output_padding);
}

constexpr const char* forward_names[] = {"", "conv1d", "conv2d", "conv3d"};

}  // namespace

Tensor detail::conv_padded_by_name(int64_t dims, const Tensor& input, const Tensor& weight,
                                   const std::optional<Tensor>& bias, IntArrayRef stride,
                                   std::string_view padding, IntArrayRef dilation, int64_t groups) {
  const char* op = forward_names[dims];
  Call call(op, dims, false, input, weight, bias, stride, 0, dilation, groups);
  Dims low(size_t(dims), 0), both(size_t(dims), 0);
  if (padding == "same") {
    for (size_t d = 0; d < size_t(dims); ++d) {
      if (call.conv.stride[d] != 1)
        fail("{}: padding 'same' needs stride 1, got {}", op, call.conv.stride.ref());
      both[d] = call.reach(d) - 1;
      low[d] = both[d] / 2;
    }
  } else if (padding != "valid") {
    fail("{}: padding must be 'same' or 'valid', got '{}'", op, padding);
  }
  return call.forward(low, both);
}

Tensor conv1d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
              IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, int64_t groups) {
  return convolve("conv1d", 1, input, weight, bias, stride, padding, dilation, groups);
}
Tensor conv2d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
              IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, int64_t groups) {
  return convolve("conv2d", 2, input, weight, bias, stride, padding, dilation, groups);
}
Tensor conv3d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
              IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, int64_t groups) {
  return convolve("conv3d", 3, input, weight, bias, stride, padding, dilation, groups);
}
Tensor conv_transpose1d(const Tensor& input, const Tensor& weight,
                        const std::optional<Tensor>& bias, IntArrayRef stride, IntArrayRef padding,
                        IntArrayRef output_padding, int64_t groups, IntArrayRef dilation) {
  return convolve_transposed("conv_transpose1d", 1, input, weight, bias, stride, padding,
                             output_padding, groups, dilation);
}
Tensor conv_transpose2d(const Tensor& input, const Tensor& weight,
                        const std::optional<Tensor>& bias, IntArrayRef stride, IntArrayRef padding,
                        IntArrayRef output_padding, int64_t groups, IntArrayRef dilation) {
  return convolve_transposed("conv_transpose2d", 2, input, weight, bias, stride, padding,
                             output_padding, groups, dilation);
}
Tensor conv_transpose3d(const Tensor& input, const Tensor& weight,
                        const std::optional<Tensor>& bias, IntArrayRef stride, IntArrayRef padding,
                        IntArrayRef output_padding, int64_t groups, IntArrayRef dilation) {
  return convolve_transposed("conv_transpose3d", 3, input, weight, bias, stride, padding,
                             output_padding, groups, dilation);
}
Tensor convolution(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
                   IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, bool transposed,
                   IntArrayRef output_padding, int64_t groups) {
  const int64_t dims = weight.dim() - 2;
  if (dims < 1 || dims > 3)
    fail("convolution: expected 3 to 5 dims for the weight, got {}", weight.sizes());
  Call call("convolution", dims, transposed, input, weight, bias, stride, padding, dilation,
            groups);
  return transposed ? call.transpose(output_padding) : call.forward();
}

Tensor conv_tbc(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t pad) {
  if (input.dim() != 3 || weight.dim() != 3)
    fail("conv_tbc: expected 3 dims for input and weight, got {} and {}", input.sizes(),
         weight.sizes());
  const Tensor y = conv1d(input.permute({1, 2, 0}), weight.permute({2, 1, 0}), bias, 1, pad);
  return autograd::called("conv_tbc", y.permute({2, 0, 1}).contiguous());
}

}  // namespace gradus
