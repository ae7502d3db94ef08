#include "nn/functional/pool.h"

#include "autograd/ops/image/pool.h"
#include "autograd/ops/nn/activation.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus::nn::functional {

namespace {

template <size_t D>
std::vector<int64_t> sizes_or_input(const char* op, const ExpandingArray<D>& wanted,
                                    const Tensor&) {
  (void)op;
  return {wanted->begin(), wanted->end()};
}
template <size_t D>
std::vector<int64_t> sizes_or_input(const char* op, const ExpandingArrayWithOptionalElem<D>& wanted,
                                    const Tensor& input) {
  if (input.dim() < int64_t(D)) fail("{}: the input {} has too few dims", op, input.sizes());
  std::vector<int64_t> out;
  for (size_t d = 0; d < D; ++d)
    out.push_back((*wanted)[d].value_or(input.size(int64_t(d) - int64_t(D))));
  return out;
}

template <size_t D, class Pool>
Tensor averages(Pool pool, const Tensor& x, const AvgPoolOptions<D>& o) {
  // PyTorch's layer over one dim knows no divisor.
  return pool(x, *o.kernel_size(), *o.stride(), *o.padding(), o.ceil_mode(), o.count_include_pad(),
              D == 1 ? std::nullopt : o.divisor_override());
}
template <size_t D, class Pool>
auto maxima(Pool pool, const Tensor& x, const MaxPoolOptions<D>& o) {
  return pool(x, *o.kernel_size(), *o.stride(), *o.padding(), *o.dilation(), o.ceil_mode());
}

// (count * mean of x^p)^(1/p)
template <size_t D>
Tensor lp(Tensor (*avg_pool)(const Tensor&, const AvgPoolOptions<D>&), const Tensor& x,
          const LPPoolOptions<D>& o) {
  const double p = o.norm_type();
  double count = 1;
  for (const int64_t k : *o.kernel_size()) count *= double(k);
  const auto windows =
      AvgPoolOptions<D>(o.kernel_size()).stride(o.stride()).ceil_mode(o.ceil_mode());
  if (p == 2 && x.is_floating_point()) return avg_pool(x.square(), windows).mul(count).pow(0.5);
  const Tensor y = avg_pool(x.pow(p), windows);
  return (y.sign() * y.abs().relu()).mul(count).pow(1 / p);
}

std::vector<int64_t> unpool_size(const char* op, const Tensor& input, IntArrayRef kernel_size,
                                 IntArrayRef stride, IntArrayRef padding,
                                 const std::optional<std::vector<int64_t>>& output_size) {
  const size_t dims = size_t(input.dim()), d_all = kernel_size.size();
  if (dims < d_all) fail("{}: the input {} has too few dims", op, input.sizes());
  if (stride.size() != d_all || padding.size() != d_all)
    fail("{}: kernel_size {}, stride {} and padding {} differ in length", op, kernel_size, stride,
         padding);
  std::vector<int64_t> least;
  for (size_t d = 0; d < d_all; ++d)
    least.push_back(Checked(op, input.sizes()[dims - d_all + d] - 1) * stride[d] + kernel_size[d] -
                    2 * Checked(op, padding[d]));
  if (!output_size) return least;
  IntArrayRef wanted = *output_size;
  if (wanted.size() == d_all + 2) wanted = wanted.slice(2);
  if (wanted.size() != d_all)
    fail("{}: expected {} or {} entries of output_size, got {}", op, d_all, d_all + 2, wanted);
  for (size_t d = 0; d < d_all; ++d)
    if (wanted[d] <= Checked(op, least[d]) - stride[d] ||
        wanted[d] >= Checked(op, least[d]) + stride[d])
      fail("{}: output_size {} is not within {} of {} in dim {}", op, wanted, stride[d] - 1,
           IntArrayRef(least), d);
  return wanted.vec();
}
template <size_t D>
std::vector<int64_t> unpool_size(const char* op, const Tensor& input,
                                 const MaxUnpoolFuncOptions<D>& o) {
  return unpool_size(op, input, *o.kernel_size(), *o.stride(), *o.padding(), o.output_size());
}

template <size_t D, class Pool>
std::tuple<Tensor, Tensor> fractional(const char* op, const Tensor& input,
                                      const FractionalMaxPoolOptions<D>& o, Pool pool) {
  const size_t dims = size_t(input.dim());
  if (dims != D + 1 && dims != D + 2)
    fail("{}: expected {} or {} dims, got {}", op, D + 1, D + 2, input.sizes());
  std::array<int64_t, D> size{};
  if (o.output_size()) {
    size = **o.output_size();
  } else {
    if (!o.output_ratio()) fail("{}: needs an output_size or an output_ratio", op);
    for (size_t d = 0; d < D; ++d)
      size[d] = checked_int64(op, "output_ratio",
                              double(input.sizes()[dims - D + d]) * (**o.output_ratio())[d]);
  }
  Tensor samples = o._random_samples();
  if (!samples.defined())
    samples = rand({dims == D + 2 ? input.size(0) : 1, input.sizes()[dims - D - 1], int64_t(D)},
                   TensorOptions(input.dtype()));
  return pool(input, *o.kernel_size(), size, samples);
}

}  // namespace

std::vector<int64_t> _unpool_output_size(const Tensor& input, const IntArrayRef& kernel_size,
                                         const IntArrayRef& stride, const IntArrayRef& padding,
                                         const std::optional<std::vector<int64_t>>& output_size) {
  return unpool_size("_unpool_output_size", input, kernel_size, stride, padding, output_size);
}

Tensor avg_pool1d(const Tensor& x, const AvgPool1dFuncOptions& o) {
  return averages(gradus::avg_pool1d, x, o);
}
Tensor avg_pool2d(const Tensor& x, const AvgPool2dFuncOptions& o) {
  return averages(gradus::avg_pool2d, x, o);
}
Tensor avg_pool3d(const Tensor& x, const AvgPool3dFuncOptions& o) {
  return averages(gradus::avg_pool3d, x, o);
}

Tensor max_pool1d(const Tensor& x, const MaxPool1dFuncOptions& o) {
  return maxima(gradus::max_pool1d, x, o);
}
std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& x, const MaxPool1dFuncOptions& o) {
  return maxima(gradus::max_pool1d_with_indices, x, o);
}
Tensor max_pool2d(const Tensor& x, const MaxPool2dFuncOptions& o) {
  return maxima(gradus::max_pool2d, x, o);
}
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& x, const MaxPool2dFuncOptions& o) {
  return maxima(gradus::max_pool2d_with_indices, x, o);
}
Tensor max_pool3d(const Tensor& x, const MaxPool3dFuncOptions& o) {
  return maxima(gradus::max_pool3d, x, o);
}
std::tuple<Tensor, Tensor> max_pool3d_with_indices(const Tensor& x, const MaxPool3dFuncOptions& o) {
  return maxima(gradus::max_pool3d_with_indices, x, o);
}

Tensor adaptive_avg_pool1d(const Tensor& x, const AdaptiveAvgPool1dFuncOptions& o) {
  return gradus::adaptive_avg_pool1d(x, sizes_or_input("adaptive_avg_pool1d", o.output_size(), x));
}
Tensor adaptive_avg_pool2d(const Tensor& x, const AdaptiveAvgPool2dFuncOptions& o) {
  return gradus::adaptive_avg_pool2d(x, sizes_or_input("adaptive_avg_pool2d", o.output_size(), x));
}
Tensor adaptive_avg_pool3d(const Tensor& x, const AdaptiveAvgPool3dFuncOptions& o) {
  return gradus::adaptive_avg_pool3d(x, sizes_or_input("adaptive_avg_pool3d", o.output_size(), x));
}

std::tuple<Tensor, Tensor> adaptive_max_pool1d_with_indices(const Tensor& x,
                                                            const AdaptiveMaxPool1dFuncOptions& o) {
  return gradus::adaptive_max_pool1d(x, sizes_or_input("adaptive_max_pool1d", o.output_size(), x));
}
Tensor adaptive_max_pool1d(const Tensor& x, const AdaptiveMaxPool1dFuncOptions& o) {
  return std::get<0>(adaptive_max_pool1d_with_indices(x, o));
}
std::tuple<Tensor, Tensor> adaptive_max_pool2d_with_indices(const Tensor& x,
                                                            const AdaptiveMaxPool2dFuncOptions& o) {
  return gradus::adaptive_max_pool2d(x, sizes_or_input("adaptive_max_pool2d", o.output_size(), x));
}
Tensor adaptive_max_pool2d(const Tensor& x, const AdaptiveMaxPool2dFuncOptions& o) {
  return std::get<0>(adaptive_max_pool2d_with_indices(x, o));
}
std::tuple<Tensor, Tensor> adaptive_max_pool3d_with_indices(const Tensor& x,
                                                            const AdaptiveMaxPool3dFuncOptions& o) {
  return gradus::adaptive_max_pool3d(x, sizes_or_input("adaptive_max_pool3d", o.output_size(), x));
}
Tensor adaptive_max_pool3d(const Tensor& x, const AdaptiveMaxPool3dFuncOptions& o) {
  return std::get<0>(adaptive_max_pool3d_with_indices(x, o));
}

Tensor lp_pool1d(const Tensor& x, const LPPool1dFuncOptions& o) { return lp(avg_pool1d, x, o); }
Tensor lp_pool2d(const Tensor& x, const LPPool2dFuncOptions& o) { return lp(avg_pool2d, x, o); }
Tensor lp_pool3d(const Tensor& x, const LPPool3dFuncOptions& o) { return lp(avg_pool3d, x, o); }

Tensor max_unpool1d(const Tensor& x, const Tensor& indices, const MaxUnpool1dFuncOptions& o) {
  std::vector<int64_t> sizes = unpool_size("max_unpool1d", x, o);
  sizes.push_back(1);
  return gradus::max_unpool2d(x.unsqueeze(-1), indices.unsqueeze(-1), sizes).squeeze(-1);
}
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, const MaxUnpool2dFuncOptions& o) {
  return gradus::max_unpool2d(x, indices, unpool_size("max_unpool2d", x, o));
}
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, const MaxUnpool3dFuncOptions& o) {
  return gradus::max_unpool3d(x, indices, unpool_size("max_unpool3d", x, o));
}

std::tuple<Tensor, Tensor> fractional_max_pool2d_with_indices(
    const Tensor& x, const FractionalMaxPool2dFuncOptions& o) {
  return fractional("fractional_max_pool2d", x, o, gradus::fractional_max_pool2d);
}
Tensor fractional_max_pool2d(const Tensor& x, const FractionalMaxPool2dFuncOptions& o) {
  return std::get<0>(fractional_max_pool2d_with_indices(x, o));
}
std::tuple<Tensor, Tensor> fractional_max_pool3d_with_indices(
    const Tensor& x, const FractionalMaxPool3dFuncOptions& o) {
  return fractional("fractional_max_pool3d", x, o, gradus::fractional_max_pool3d);
}
Tensor fractional_max_pool3d(const Tensor& x, const FractionalMaxPool3dFuncOptions& o) {
  return std::get<0>(fractional_max_pool3d_with_indices(x, o));
}

}  // namespace gradus::nn::functional
