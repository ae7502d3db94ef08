#include "nn/init.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/linalg/orthogonal.h"
#include "tensor/shape.h"

namespace gradus::nn::init {

double calculate_gain(NonlinearityType nonlinearity, double param) {
  return std::visit(
      [&](auto e) {
        using E = decltype(e);
        if constexpr (std::is_same_v<E, enumtype::kTanh>)
          return 5.0 / 3.0;
        else if constexpr (std::is_same_v<E, enumtype::kReLU>)
          return std::numbers::sqrt2;
        else if constexpr (std::is_same_v<E, enumtype::kLeakyReLU>)
          return std::sqrt(2.0 / (1 + param * param));
        else if constexpr (std::is_same_v<E, enumtype::kSELU>)
          return 0.75;
        else
          return 1.0;
      },
      nonlinearity);
}

Tensor constant_(Tensor tensor, Scalar value) {
  const NoGradGuard untaped;
  return tensor.fill_(value);
}
Tensor zeros_(Tensor tensor) { return constant_(std::move(tensor), 0); }
Tensor ones_(Tensor tensor) { return constant_(std::move(tensor), 1); }
Tensor uniform_(Tensor tensor, double low, double high) {
  const NoGradGuard untaped;
  return tensor.uniform_(low, high);
}
Tensor normal_(Tensor tensor, double mean, double std) {
  const NoGradGuard untaped;
  return tensor.normal_(mean, std);
}

namespace {

// The normal distribution's part below z.
double normal_below(double z) { return (1 + std::erf(z / std::numbers::sqrt2)) / 2; }

// Normal draws, made again until all are within [a, b].
void normal_within(const Tensor& x, double mean, double std, double a, double b) {
  const Scalar low = full({}, a, x.dtype()).item(), high = full({}, b, x.dtype()).item();
  x.normal_(mean, std);
  for (;;) {
    const Tensor outside = x.lt(low).logical_or(x.gt(high));
    if (!outside.any().item<bool>()) return;
    x.copy_(where(outside, empty_like(x).normal_(mean, std), x));
  }
}

// Uniform draws of [a, b], each accepted with the probability of its density against the peak's:
// for bounds that the normal distribution seldom meets.
void uniform_accepted(const Tensor& x, double mean, double std, double a, double b) {
  const double peak = (std::clamp(mean, a, b) - mean) / std, log_peak = -0.5 * peak * peak;
  Tensor pending;
  do {
    const Tensor drawn = empty_like(x).uniform_(a, b);
    x.copy_(pending.defined() ? where(pending, drawn, x) : drawn);
    const Tensor log_density = drawn.clone().sub_(mean).div_(std).pow_(2).mul_(-0.5).sub_(log_peak);
    const Tensor refused = empty_like(x).uniform_().log_().gt(log_density);
    pending = pending.defined() ? pending.logical_and(refused) : refused;
  } while (pending.any().item<bool>());
}

}  // namespace

Tensor trunc_normal_(Tensor tensor, double mean, double std, double a, double b) {
  const NoGradGuard untaped;
  const double part = normal_below((b - mean) / std) - normal_below((a - mean) / std);
  (part > 0.3 ? normal_within : uniform_accepted)(tensor, mean, std, a, b);
  return tensor;
}

Tensor eye_(Tensor matrix) {
  if (matrix.dim() != 2) fail("eye_: the tensor must have 2 dims, got {}", matrix.sizes());
  const NoGradGuard untaped;
  return matrix.copy_(eye(matrix.size(0), matrix.size(1), matrix.dtype()));
}

Tensor dirac_(Tensor tensor, int64_t groups) {
  if (tensor.dim() < 3 || tensor.dim() > 5)
    fail("dirac_: the tensor must have 3, 4 or 5 dims, got {}", tensor.sizes());
  if (groups <= 0 || tensor.size(0) % groups != 0)
    fail("dirac_: {} outputs do not make {} groups", tensor.size(0), groups);
  const NoGradGuard untaped;
  tensor.zero_();
  const int64_t outputs = tensor.size(0) / groups;
  for (int64_t g = 0; g < groups; ++g)
    for (int64_t i = 0; i < std::min(outputs, tensor.size(1)); ++i) {
      Tensor place = tensor.select(0, g * outputs + i).select(0, i);
      while (place.dim() > 0) place = place.select(0, place.size(0) / 2);
      place.fill_(1);
    }
  return tensor;
}

Tensor orthogonal_(Tensor tensor, double gain) {
  if (tensor.dim() < 2)
    fail("orthogonal_: the tensor needs 2 dims or more, got {}", tensor.sizes());
  if (tensor.numel() == 0) return tensor;
  const NoGradGuard untaped;
  const int64_t rows = tensor.size(0), cols = tensor.numel() / rows;
  const bool wide = rows < cols;
  Tensor flat = empty({rows, cols}, tensor.dtype()).normal_(0, 1);
  if (wide) flat = flat.t();
  const Tensor q = raw::orthonormalised(flat);
  return tensor.copy_((wide ? q.t() : q).reshape(tensor.sizes())).mul_(gain);
}

Tensor sparse_(Tensor tensor, double sparsity, double std) {
  if (tensor.dim() != 2) fail("sparse_: the tensor must have 2 dims, got {}", tensor.sizes());
  const NoGradGuard untaped;
  const int64_t rows = tensor.size(0), cols = tensor.size(1);
  if (!(sparsity >= 0)) fail("sparse_: the sparsity must be 0 or more, got {}", sparsity);
  const int64_t zeros = clamped_int64(std::ceil(sparsity * double(rows)), 0, rows);
  tensor.normal_(0, std);
  for (int64_t c = 0; c < cols; ++c) {
    const Tensor order = randperm(rows);
    tensor.select(1, c).index_fill_(0, order.narrow(0, 0, zeros), 0);
  }
  return tensor;
}

std::tuple<int64_t, int64_t> _calculate_fan_in_and_fan_out(const Tensor& tensor) {
  if (tensor.dim() < 2)
    fail("init: fan in and fan out need 2 dims or more, got {}", tensor.sizes());
  const int64_t field = product(tensor.sizes().slice(2));
  return {tensor.size(1) * field, tensor.size(0) * field};
}

namespace {
double kaiming_std(const Tensor& tensor, double a, FanModeType mode,
                   NonlinearityType nonlinearity) {
  const auto [in, out] = _calculate_fan_in_and_fan_out(tensor);
  const int64_t fan = std::holds_alternative<enumtype::kFanIn>(mode) ? in : out;
  return calculate_gain(nonlinearity, a) / std::sqrt(double(fan));
}
double xavier_std(const Tensor& tensor, double gain) {
  const auto [in, out] = _calculate_fan_in_and_fan_out(tensor);
  return gain * std::sqrt(2.0 / double(in + out));
}
// Half the width of the uniform distribution with this deviation.
double uniform_bound(double std) { return std::sqrt(3.0) * std; }
}  // namespace

Tensor kaiming_uniform_(Tensor tensor, double a) {
  return kaiming_uniform_(std::move(tensor), a, kFanIn);
}
Tensor kaiming_uniform_(Tensor tensor, double a, FanModeType mode) {
  return kaiming_uniform_(std::move(tensor), a, mode, kLeakyReLU);
}
Tensor kaiming_uniform_(Tensor tensor, double a, FanModeType mode, NonlinearityType nonlinearity) {
  if (tensor.numel() == 0) return tensor;
  const double bound = uniform_bound(kaiming_std(tensor, a, mode, nonlinearity));
  return uniform_(std::move(tensor), -bound, bound);
}
Tensor kaiming_normal_(Tensor tensor, double a) {
  return kaiming_normal_(std::move(tensor), a, kFanIn);
}
Tensor kaiming_normal_(Tensor tensor, double a, FanModeType mode) {
  return kaiming_normal_(std::move(tensor), a, mode, kLeakyReLU);
}
Tensor kaiming_normal_(Tensor tensor, double a, FanModeType mode, NonlinearityType nonlinearity) {
  if (tensor.numel() == 0) return tensor;
  return normal_(tensor, 0, kaiming_std(tensor, a, mode, nonlinearity));
}
Tensor xavier_uniform_(Tensor tensor, double gain) {
  const double bound = uniform_bound(xavier_std(tensor, gain));
  return uniform_(std::move(tensor), -bound, bound);
}
Tensor xavier_normal_(Tensor tensor, double gain) {
  return normal_(tensor, 0, xavier_std(tensor, gain));
}

}  // namespace gradus::nn::init
