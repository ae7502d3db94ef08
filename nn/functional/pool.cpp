#include "nn/functional/pool.h"

#include "autograd/ops/activation.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/pool.h"
#include "autograd/ops/random.h"
#include "tensor/fail.h"

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

// (count * mean of x^p)^(1/p)
template <class Avg>
Tensor lp(const Tensor& x, double p, IntArrayRef kernel, Avg avg) {
  double count = 1;
  for (const int64_t k : kernel) count *= double(k);
  if (p == 2) return avg(x.square()).mul(count).sqrt();
  const Tensor y = avg(x.pow(p));
  return (y.sign() * y.abs().relu()).mul(count).pow(1 / p);
}

template <size_t D>
std::vector<int64_t> unpool_size(const char* op, const Tensor& input,
                                 const MaxUnpoolFuncOptions<D>& o) {
  const size_t dims = size_t(input.dim());
  if (dims < D) fail("{}: the input {} has too few dims", op, input.sizes());
  std::vector<int64_t> least;
  for (size_t d = 0; d < D; ++d)
    least.push_back((input.sizes()[dims - D + d] - 1) * (*o.stride())[d] + (*o.kernel_size())[d] -
                    2 * (*o.padding())[d]);
  if (!o.output_size()) return least;
  IntArrayRef wanted = *o.output_size();
  if (wanted.size() == D + 2) wanted = wanted.slice(2);
  if (wanted.size() != D)
    fail("{}: expected {} or {} entries of output_size, got {}", op, D, D + 2, wanted);
  for (size_t d = 0; d < D; ++d)
    if (std::abs(wanted[d] - least[d]) >= (*o.stride())[d])
      fail("{}: output_size {} is not within {} of {} in dim {}", op, wanted, (*o.stride())[d] - 1,
           IntArrayRef(least), d);
  return wanted.vec();
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
      size[d] = int64_t(double(input.sizes()[dims - D + d]) * (**o.output_ratio())[d]);
  }
  Tensor samples = o._random_samples();
  if (!samples.defined())
    samples = rand({dims == D + 2 ? input.size(0) : 1, input.sizes()[dims - D - 1], int64_t(D)},
                   TensorOptions(input.dtype()));
  return pool(input, *o.kernel_size(), size, samples);
}

Tensor first(const std::tuple<Tensor, Tensor>& both) { return std::get<0>(both); }

}  // namespace

Tensor avg_pool1d(const Tensor& x, const AvgPool1dFuncOptions& o) {
  return gradus::avg_pool1d(x, *o.kernel_size(), *o.stride(), *o.padding(), o.ceil_mode(),
                            o.count_include_pad());
}
#define GRADUS_POOL(D)                                                                           \
  Tensor avg_pool##D##d(const Tensor& x, const AvgPool##D##dFuncOptions& o) {                    \
    return gradus::avg_pool##D##d(x, *o.kernel_size(), *o.stride(), *o.padding(), o.ceil_mode(), \
                                  o.count_include_pad(), o.divisor_override());                  \
  }
GRADUS_POOL(2)
GRADUS_POOL(3)
#undef GRADUS_POOL

#define GRADUS_POOL(D)                                                                           \
  std::tuple<Tensor, Tensor> max_pool##D##d_with_indices(const Tensor& x,                        \
                                                         const MaxPool##D##dFuncOptions& o) {    \
    return gradus::max_pool##D##d_with_indices(x, *o.kernel_size(), *o.stride(), *o.padding(),   \
                                               *o.dilation(), o.ceil_mode());                    \
  }                                                                                              \
  Tensor max_pool##D##d(const Tensor& x, const MaxPool##D##dFuncOptions& o) {                    \
    return gradus::max_pool##D##d(x, *o.kernel_size(), *o.stride(), *o.padding(), *o.dilation(), \
                                  o.ceil_mode());                                                \
  }                                                                                              \
  Tensor adaptive_avg_pool##D##d(const Tensor& x, const AdaptiveAvgPool##D##dFuncOptions& o) {   \
    return gradus::adaptive_avg_pool##D##d(                                                      \
        x, sizes_or_input("adaptive_avg_pool" #D "d", o.output_size(), x));                      \
  }                                                                                              \
  std::tuple<Tensor, Tensor> adaptive_max_pool##D##d_with_indices(                               \
      const Tensor& x, const AdaptiveMaxPool##D##dFuncOptions& o) {                              \
    return gradus::adaptive_max_pool##D##d(                                                      \
        x, sizes_or_input("adaptive_max_pool" #D "d", o.output_size(), x));                      \
  }                                                                                              \
  Tensor adaptive_max_pool##D##d(const Tensor& x, const AdaptiveMaxPool##D##dFuncOptions& o) {   \
    return first(adaptive_max_pool##D##d_with_indices(x, o));                                    \
  }                                                                                              \
  Tensor lp_pool##D##d(const Tensor& x, const LPPool##D##dFuncOptions& o) {                      \
    return lp(x, o.norm_type(), *o.kernel_size(), [&](const Tensor& powers) {                    \
      return gradus::avg_pool##D##d(powers, *o.kernel_size(), *o.stride(), 0, o.ceil_mode());    \
    });                                                                                          \
  }
GRADUS_POOL(1)
GRADUS_POOL(2)
GRADUS_POOL(3)
#undef GRADUS_POOL

Tensor max_unpool1d(const Tensor& x, const Tensor& indices, const MaxUnpool1dFuncOptions& o) {
  std::vector<int64_t> sizes = unpool_size("max_unpool1d", x, o);
  sizes.push_back(1);
  return gradus::max_unpool2d(x.unsqueeze(-1), indices.unsqueeze(-1), sizes).squeeze(-1);
}
#define GRADUS_POOL(D)                                                                             \
  Tensor max_unpool##D##d(const Tensor& x, const Tensor& indices,                                  \
                          const MaxUnpool##D##dFuncOptions& o) {                                   \
    return gradus::max_unpool##D##d(x, indices, unpool_size("max_unpool" #D "d", x, o));           \
  }                                                                                                \
  std::tuple<Tensor, Tensor> fractional_max_pool##D##d_with_indices(                               \
      const Tensor& x, const FractionalMaxPool##D##dFuncOptions& o) {                              \
    return fractional("fractional_max_pool" #D "d", x, o, gradus::fractional_max_pool##D##d);      \
  }                                                                                                \
  Tensor fractional_max_pool##D##d(const Tensor& x, const FractionalMaxPool##D##dFuncOptions& o) { \
    return first(fractional_max_pool##D##d_with_indices(x, o));                                    \
  }
GRADUS_POOL(2)
GRADUS_POOL(3)
#undef GRADUS_POOL

}  // namespace gradus::nn::functional
