#include "nn/layers/pool.h"

#include "nn/functional/pool.h"
#include "nn/print.h"
#include "tensor/base/fail.h"

namespace gradus::nn {

namespace F = functional;

#define GRADUS_PRINT(Name, D, ...)                             \
  void Name##D##dImpl::pretty_print(std::ostream& out) const { \
    Line line(out, #Name #D "d");                              \
    __VA_ARGS__;                                               \
  }
// From the options, and from the one argument they take.
#define GRADUS_MAKE(Name, D, Argument)                                                       \
  Name##D##dImpl::Name##D##dImpl(const Name##D##dOptions& options_) : Stateless(options_) {} \
  Name##D##dImpl::Name##D##dImpl(Argument one) : Stateless(Name##D##dOptions(std::move(one))) {}
#define GRADUS_FORWARD(Name, D, f) \
  Tensor Name##D##dImpl::forward(const Tensor& input) { return F::f##D##d(input, options); }
#define GRADUS_FORWARD_WITH_INDICES(Name, D, f)                                          \
  GRADUS_FORWARD(Name, D, f)                                                             \
  std::tuple<Tensor, Tensor> Name##D##dImpl::forward_with_indices(const Tensor& input) { \
    return F::f##D##d_with_indices(input, options);                                      \
  }

#define GRADUS_POOLS(D)                                                                            \
  GRADUS_MAKE(AvgPool, D, ExpandingArray<D>)                                                       \
  GRADUS_PRINT(AvgPool, D,                                                                         \
               line("kernel_size", options.kernel_size())("stride", options.stride())(             \
                   "padding", options.padding()))                                                  \
  GRADUS_FORWARD(AvgPool, D, avg_pool)                                                             \
  GRADUS_MAKE(MaxPool, D, ExpandingArray<D>)                                                       \
  GRADUS_PRINT(MaxPool, D,                                                                         \
               line("kernel_size", options.kernel_size())("stride", options.stride())(             \
                   "padding", options.padding())("dilation", options.dilation())(                  \
                   "ceil_mode", options.ceil_mode()))                                              \
  GRADUS_FORWARD_WITH_INDICES(MaxPool, D, max_pool)                                                \
  LPPool##D##dImpl::LPPool##D##dImpl(const LPPool##D##dOptions& options_) : Stateless(options_) {} \
  LPPool##D##dImpl::LPPool##D##dImpl(double norm_type, ExpandingArray<D> kernel_size)              \
      : Stateless(LPPool##D##dOptions(norm_type, kernel_size)) {}                                  \
  GRADUS_PRINT(LPPool, D,                                                                          \
               line("norm_type", options.norm_type())("kernel_size", options.kernel_size())(       \
                   "stride", options.stride())("ceil_mode", options.ceil_mode()))                  \
  GRADUS_FORWARD(LPPool, D, lp_pool)                                                               \
  GRADUS_PRINT(AdaptiveAvgPool, D, line("output_size", options.output_size()))                     \
  GRADUS_FORWARD(AdaptiveAvgPool, D, adaptive_avg_pool)                                            \
  GRADUS_PRINT(AdaptiveMaxPool, D, line("output_size", options.output_size()))                     \
  GRADUS_FORWARD_WITH_INDICES(AdaptiveMaxPool, D, adaptive_max_pool)                               \
  GRADUS_MAKE(MaxUnpool, D, ExpandingArray<D>)                                                     \
  GRADUS_PRINT(MaxUnpool, D,                                                                       \
               line("kernel_size", options.kernel_size())("stride", options.stride())(             \
                   "padding", options.padding()))                                                  \
  bool MaxUnpool##D##dImpl::_forward_has_default_args() { return true; }                           \
  unsigned MaxUnpool##D##dImpl::_forward_num_required_args() { return 2; }                         \
  std::vector<AnyValue> MaxUnpool##D##dImpl::_forward_populate_default_args(                       \
      std::vector<AnyValue>&& arguments) {                                                         \
    if (arguments.size() < 3) arguments.emplace_back(std::optional<std::vector<int64_t>>());       \
    return std::move(arguments);                                                                   \
  }                                                                                                \
  Tensor MaxUnpool##D##dImpl::forward(const Tensor& input, const Tensor& indices,                  \
                                      const std::optional<std::vector<int64_t>>& output_size) {    \
    return F::max_unpool##D##d(input, indices,                                                     \
                               F::MaxUnpool##D##dFuncOptions(options.kernel_size())                \
                                   .stride(options.stride())                                       \
                                   .padding(options.padding())                                     \
                                   .output_size(output_size));                                     \
  }
GRADUS_POOLS(1)
GRADUS_POOLS(2)
GRADUS_POOLS(3)
GRADUS_MAKE(AdaptiveAvgPool, 1, ExpandingArray<1>)
GRADUS_MAKE(AdaptiveAvgPool, 2, ExpandingArrayWithOptionalElem<2>)
GRADUS_MAKE(AdaptiveAvgPool, 3, ExpandingArrayWithOptionalElem<3>)
GRADUS_MAKE(AdaptiveMaxPool, 1, ExpandingArray<1>)
GRADUS_MAKE(AdaptiveMaxPool, 2, ExpandingArrayWithOptionalElem<2>)
GRADUS_MAKE(AdaptiveMaxPool, 3, ExpandingArrayWithOptionalElem<3>)

namespace {
template <class Options>
void check(const char* name, const Options& o) {
  if (o.output_size().has_value() == o.output_ratio().has_value())
    fail("{}: needs either an output_size or an output_ratio, got {}", name,
         o.output_size() ? "both" : "none");
  if (!o.output_ratio()) return;
  for (const double r : **o.output_ratio())
    if (!(r > 0 && r < 1)) fail("{}: output_ratio must be between 0 and 1, got {}", name, r);
}
}  // namespace

#define GRADUS_FRACTIONAL(D)                                                                     \
  FractionalMaxPool##D##dImpl::FractionalMaxPool##D##dImpl(ExpandingArray<D> kernel_size)        \
      : FractionalMaxPool##D##dImpl(FractionalMaxPool##D##dOptions(kernel_size)) {}              \
  FractionalMaxPool##D##dImpl::FractionalMaxPool##D##dImpl(                                      \
      FractionalMaxPool##D##dOptions options_)                                                   \
      : options(std::move(options_)) {                                                           \
    reset();                                                                                     \
  }                                                                                              \
  void FractionalMaxPool##D##dImpl::reset() {                                                    \
    check("FractionalMaxPool" #D "d", options);                                                  \
    _random_samples = register_buffer("_random_samples", options._random_samples());             \
  }                                                                                              \
  GRADUS_PRINT(FractionalMaxPool, D)                                                             \
  std::tuple<Tensor, Tensor> FractionalMaxPool##D##dImpl::forward_with_indices(                  \
      const Tensor& input) {                                                                     \
    FractionalMaxPool##D##dOptions o = options;                                                  \
    return F::fractional_max_pool##D##d_with_indices(input, o._random_samples(_random_samples)); \
  }                                                                                              \
  Tensor FractionalMaxPool##D##dImpl::forward(const Tensor& input) {                             \
    return std::get<0>(forward_with_indices(input));                                             \
  }
GRADUS_FRACTIONAL(2)
GRADUS_FRACTIONAL(3)

}  // namespace gradus::nn
