#include "nn/layers/conv.h"

#include <cmath>

#include "autograd/factories.h"
#include "autograd/ops/image/conv.h"
#include "autograd/ops/image/resample.h"
#include "nn/init.h"
#include "nn/print.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus::nn {

namespace {

template <size_t D>
std::string name_of(const ConvNdOptions<D>& o) {
  return (o.transposed() ? "ConvTranspose" : "Conv") + std::to_string(D) + "d";
}

template <size_t D>
void check(const ConvNdOptions<D>& o) {
  const std::string name = name_of(o);
  if (o.in_channels() <= 0 || o.out_channels() <= 0 || o.groups() <= 0)
    fail("{}: in_channels, out_channels and groups must be positive, got {}, {} and {}", name,
         o.in_channels(), o.out_channels(), o.groups());
  if (o.in_channels() % o.groups() != 0)
    fail("{}: {} in_channels do not make {} groups", name, o.in_channels(), o.groups());
  if (o.out_channels() % o.groups() != 0)
    fail("{}: {} out_channels do not make {} groups", name, o.out_channels(), o.groups());
  if (std::holds_alternative<enumtype::kSame>(o.padding()))
    for (const int64_t s : *o.stride())
      if (s != 1) fail("{}: padding 'same' needs stride 1, got {}", name, IntArrayRef(*o.stride()));
}

// The counts for functional::pad, the last dim first.
template <size_t D>
std::vector<int64_t> edges(const ConvNdOptions<D>& o) {
  std::vector<int64_t> out;
  for (size_t d = D; d-- > 0;) {
    int64_t front = 0, behind = 0;
    if (const auto* p = std::get_if<ExpandingArray<D>>(&o.padding())) {
      front = behind = (**p)[d];
    } else if (std::holds_alternative<enumtype::kSame>(o.padding())) {
      const int64_t both =
          Checked("pad", (*o.dilation())[d]) * checked_sub("pad", (*o.kernel_size())[d], 1);
      front = both / 2, behind = both - front;
    }
    out.push_back(front);
    out.push_back(behind);
  }
  return out;
}

// With what the transposed one adds.
template <size_t D>
ConvNdOptions<D> general(const ConvTransposeOptions<D>& o) {
  return ConvNdOptions<D>(ConvOptions<D>(o.in_channels(), o.out_channels(), o.kernel_size())
                              .stride(o.stride())
                              .padding(o.padding())
                              .dilation(o.dilation())
                              .groups(o.groups())
                              .bias(o.bias())
                              .padding_mode(o.padding_mode()))
      .transposed(true)
      .output_padding(o.output_padding());
}

}  // namespace

template <size_t D, class Derived>
ConvNdImpl<D, Derived>::ConvNdImpl(ConvNdOptions<D> options_) : options(std::move(options_)) {
  ConvNdImpl::reset();
}

template <size_t D, class Derived>
void ConvNdImpl<D, Derived>::reset() {
  check(options);
  const int64_t in = options.in_channels(), out = options.out_channels(), g = options.groups();
  std::vector<int64_t> sizes =
      options.transposed() ? std::vector{in, out / g} : std::vector{out, in / g};
  for (const int64_t k : *options.kernel_size()) sizes.push_back(k);
  weight = this->register_parameter("weight", gradus::empty(sizes));
  const bool has_bias = options.bias();
  bias = this->register_parameter("bias", has_bias ? gradus::empty({out}) : Tensor(), has_bias);
  reset_parameters();
}

template <size_t D, class Derived>
void ConvNdImpl<D, Derived>::reset_parameters() {
  init::kaiming_uniform_(weight, std::sqrt(5));
  if (!bias.defined()) return;
  const auto fan_in = std::get<0>(init::_calculate_fan_in_and_fan_out(weight));
  const double bound = fan_in > 0 ? 1 / std::sqrt(double(fan_in)) : 0;
  init::uniform_(bias, -bound, bound);
}

template <size_t D, class Derived>
Tensor* ConvNdImpl<D, Derived>::member(std::string_view name) {
  return this->pick(name, {{"weight", &weight}, {"bias", &bias}});
}

template <size_t D, class Derived>
void ConvNdImpl<D, Derived>::pretty_print(std::ostream& out) const {
  const std::string name = name_of(options);
  LayerLine line(out, name.c_str());
  line(options.in_channels())(options.out_channels())("kernel_size", options.kernel_size())(
      "stride", options.stride());
  if (const auto* p = std::get_if<ExpandingArray<D>>(&options.padding())) {
    if (**p != *ExpandingArray<D>(0)) line("padding", *p);
  } else {
    const bool same = std::holds_alternative<enumtype::kSame>(options.padding());
    line("padding", same ? "'same'" : "'valid'");
  }
  if (*options.dilation() != *ExpandingArray<D>(1)) line("dilation", options.dilation());
  if (*options.output_padding() != *ExpandingArray<D>(0))
    line("output_padding", options.output_padding());
  if (options.groups() != 1) line("groups", options.groups());
  if (!options.bias()) line("bias", false);
  if (!std::holds_alternative<enumtype::kZeros>(options.padding_mode()))
    line("padding_mode", enumtype::get_enum_name(options.padding_mode()));
}

template <size_t D, class Derived>
Tensor ConvNdImpl<D, Derived>::convolve(const Tensor& input) const {
  this->renew();
  const auto& o = options;
  const auto apply = [&](const Tensor& x, const auto& padding) {
    const IntArrayRef stride = *o.stride(), dilation = *o.dilation();
    if constexpr (D == 1)
      return conv1d(x, weight, bias, stride, padding, dilation, o.groups());
    else if constexpr (D == 2)
      return conv2d(x, weight, bias, stride, padding, dilation, o.groups());
    else
      return conv3d(x, weight, bias, stride, padding, dilation, o.groups());
  };
  if (!std::holds_alternative<enumtype::kZeros>(o.padding_mode())) {
    const char* mode = std::holds_alternative<enumtype::kReflect>(o.padding_mode()) ? "reflect"
                       : std::holds_alternative<enumtype::kCircular>(o.padding_mode())
                           ? "circular"
                           : "replicate";
    return apply(pad(input, edges(o), mode), IntArrayRef(0));
  }
  if (const auto* p = std::get_if<ExpandingArray<D>>(&o.padding()))
    return apply(input, IntArrayRef(**p));
  return apply(input, std::holds_alternative<enumtype::kSame>(o.padding()) ? "same" : "valid");
}

template <size_t D, class Derived>
Tensor ConvNdImpl<D, Derived>::transpose(const Tensor& input,
                                         const std::optional<IntArrayRef>& output_size) const {
  this->renew();
  const auto& o = options;
  const std::string name = name_of(o);
  if (!std::holds_alternative<enumtype::kZeros>(o.padding_mode()))
    fail("{}: padding_mode must be kZeros, got {}", name,
         enumtype::get_enum_name(o.padding_mode()));
  const auto* padding = std::get_if<ExpandingArray<D>>(&o.padding());
  if (!padding) fail("{}: the padding must be numbers", name);
  ExpandingArray<D> extra = o.output_padding();
  if (output_size) {
    const size_t lead = input.dim() == int64_t(D) + 2 ? 2 : 1;
    IntArrayRef wanted = *output_size;
    if (wanted.size() == D + lead) wanted = wanted.slice(lead);
    if (wanted.size() != D || size_t(input.dim()) != D + lead)
      fail("{}: output_size {} does not fit the input {}", name, *output_size, input.sizes());
    for (size_t d = 0; d < D; ++d) {
      const auto n = [&](int64_t v) { return Checked(name.c_str(), v); };
      const int64_t least = n(input.sizes()[lead + d] - 1) * (*o.stride())[d] -
                            2 * n((**padding)[d]) +
                            n((*o.dilation())[d]) * (n((*o.kernel_size())[d]) - 1) + 1;
      const int64_t most = n(least) + (*o.stride())[d] - 1;
      if (wanted[d] < least || wanted[d] > most)
        fail("{}: output_size {} is not between {} and {} in dim {}", name, wanted, least, most, d);
      (*extra)[d] = wanted[d] - least;
    }
  }
  const IntArrayRef stride = *o.stride(), dilation = *o.dilation();
  if constexpr (D == 1)
    return conv_transpose1d(input, weight, bias, stride, **padding, *extra, o.groups(), dilation);
  else if constexpr (D == 2)
    return conv_transpose2d(input, weight, bias, stride, **padding, *extra, o.groups(), dilation);
  else
    return conv_transpose3d(input, weight, bias, stride, **padding, *extra, o.groups(), dilation);
}

template <size_t D, class Derived>
ConvImpl<D, Derived>::ConvImpl(int64_t in, int64_t out, ExpandingArray<D> kernel_size)
    : ConvImpl(ConvOptions<D>(in, out, kernel_size)) {}
template <size_t D, class Derived>
ConvImpl<D, Derived>::ConvImpl(const ConvOptions<D>& options_) : ConvNdImpl<D, Derived>(options_) {}
template <size_t D, class Derived>
Tensor ConvImpl<D, Derived>::forward(const Tensor& input) {
  return this->convolve(input);
}

template <size_t D, class Derived>
ConvTransposeNdImpl<D, Derived>::ConvTransposeNdImpl(int64_t in, int64_t out,
                                                     ExpandingArray<D> kernel_size)
    : ConvTransposeNdImpl(ConvTransposeOptions<D>(in, out, kernel_size)) {}
template <size_t D, class Derived>
ConvTransposeNdImpl<D, Derived>::ConvTransposeNdImpl(const ConvTransposeOptions<D>& options_)
    : ConvNdImpl<D, Derived>(general(options_)) {}
template <size_t D, class Derived>
Tensor ConvTransposeNdImpl<D, Derived>::forward(const Tensor& input,
                                                const std::optional<IntArrayRef>& output_size) {
  return this->transpose(input, output_size);
}
template <size_t D, class Derived>
DefaultArguments ConvTransposeNdImpl<D, Derived>::_forward_default_args() const {
  return {{1, AnyValue(std::optional<IntArrayRef>())}};
}

// A layer and the templates that it is made of.
#define GRADUS_LAYER(D, Name, ...)    \
  template class ConvNdImpl<D, Name>; \
  template class __VA_ARGS__;         \
  void Name::pretty_print(std::ostream& out) const { __VA_ARGS__::pretty_print(out); }
GRADUS_LAYER(1, Conv1dImpl, ConvImpl<1, Conv1dImpl>)
GRADUS_LAYER(2, Conv2dImpl, ConvImpl<2, Conv2dImpl>)
GRADUS_LAYER(3, Conv3dImpl, ConvImpl<3, Conv3dImpl>)
GRADUS_LAYER(1, ConvTranspose1dImpl, ConvTransposeNdImpl<1, ConvTranspose1dImpl>)
GRADUS_LAYER(2, ConvTranspose2dImpl, ConvTransposeNdImpl<2, ConvTranspose2dImpl>)
GRADUS_LAYER(3, ConvTranspose3dImpl, ConvTransposeNdImpl<3, ConvTranspose3dImpl>)
#undef GRADUS_LAYER

}  // namespace gradus::nn
