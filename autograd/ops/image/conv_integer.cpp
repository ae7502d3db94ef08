#include "autograd/ops/image/conv_integer.h"

#include "autograd/factories.h"
#include "autograd/ops/image/resample.h"
#include "tensor/base/checked.h"

namespace gradus::detail {

using raw::Conv;

namespace {

// The taps of a kernel over the places of the result: place i of tap k lies at k dilation + i
// stride of x padded in front.
struct Taps {
  static constexpr const char* op = "convolution";
  const Tensor& w;
  const Conv& conv;
  Dims y_sizes, reach;

  Taps(const Tensor& weight, const Conv& c, const Dims& y) : w(weight), conv(c), y_sizes(y) {
    reach = y;
    for (size_t d = 0; d < y.size(); ++d)
      reach[d] = Checked(op, y[d] - 1) * conv.stride[d] +
                 Checked(op, w.sizes()[d + 2] - 1) * conv.dilation[d] + 1;
  }

  // What constant_pad_nd is to add for the padded x to be `reach` wide, or with the sign -1 to
  // take away again.
  std::vector<int64_t> pads(IntArrayRef x_sizes, int64_t sign) const {
    std::vector<int64_t> list;
    for (size_t d = reach.size(); d-- > 0;) {
      list.push_back(sign * conv.padding[d]);
      list.push_back(sign * (reach[d] - conv.padding[d] - x_sizes[d]));
    }
    return list;
  }

  // f(weights of a tap [groups, out / groups, in / groups], its part of the padded x
  // [N, in, y_sizes...])
  template <class F>
  void each(const Tensor& padded, F&& f) const {
    const Tensor taps = w.flatten(2).unflatten(0, {conv.groups, w.size(0) / conv.groups});
    for (int64_t i = 0; i < taps.size(3); ++i) {
      Tensor part = padded;
      int64_t rest = i;
      for (size_t d = reach.size(); d-- > 0;) {
        const int64_t size = w.sizes()[d + 2], start = rest % size * conv.dilation[d];
        rest /= size;
        part = part.slice(int64_t(d) + 2, start, start + (y_sizes[d] - 1) * conv.stride[d] + 1,
                          conv.stride[d]);
      }
      f(taps.select(3, i), part);
    }
  }

  // [N, C, places...] to [N, groups, C / groups, places]
  Tensor in_groups(const Tensor& t) const {
    return t.flatten(2).unflatten(1, {conv.groups, t.size(1) / conv.groups});
  }
};

Tensor plus(const Tensor& y, const Tensor& bias) {
  if (!bias.defined()) return y;
  std::vector<int64_t> sizes(size_t(y.dim()) - 1, 1);
  sizes[0] = -1;
  return y + bias.view(sizes);
}

}  // namespace

Tensor integer_convolution(const Tensor& x, const Tensor& w, const Tensor& bias, const Conv& conv,
                           const Dims& y_sizes) {
  const Taps taps(w, conv, y_sizes);
  const Tensor padded = constant_pad_nd(x, taps.pads(x.sizes().slice(2), 1));
  Tensor y;
  taps.each(padded, [&](const Tensor& weights, const Tensor& part) {
    const Tensor term = weights.matmul(taps.in_groups(part));
    y = y.defined() ? y + term : term;
  });
  std::vector<int64_t> sizes{x.size(0), w.size(0)};
  for (const int64_t s : y_sizes) sizes.push_back(s);
  return plus(y.reshape(sizes), bias);
}

Tensor integer_convolution_input(const Tensor& y, const Tensor& w, const Tensor& bias,
                                 const Conv& conv, const Dims& x_sizes) {
  const Taps taps(w, conv, Dims(y.sizes().slice(2)));
  std::vector<int64_t> sizes{y.size(0), w.size(1) * conv.groups};
  for (const int64_t s : taps.reach) sizes.push_back(s);
  const Tensor padded = zeros(sizes, y.options()), terms = taps.in_groups(y);
  taps.each(padded, [&](const Tensor& weights, const Tensor& part) {
    part.add_(weights.mT().matmul(terms).reshape(part.sizes()));
  });
  return plus(constant_pad_nd(padded, taps.pads(x_sizes, -1)), bias);
}

}  // namespace gradus::detail
