#include "autograd/ops/nn/dropout.h"

#include <cmath>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "tensor/base/fail.h"

namespace gradus {
namespace {

// What is dropped, and what takes its place.
enum class Parts { elements, channels };
enum class Fill { zero, saturation };

// What the input is multiplied by, and what is then added (undefined for nothing).
struct Noise {
  Tensor factor, summand;
};

// Empty when nothing is to be done.
std::optional<Noise> draw(const char* op, const Tensor& x, double p, bool train, Parts parts,
                          Fill fill) {
  if (!(p >= 0 && p <= 1)) fail("{}: p is {}, outside [0, 1]", op, p);
  if (p == 0 || !train || x.numel() == 0) return std::nullopt;
  const NoGradGuard untaped;
  if (p == 1) return Noise{zeros({}, x.dtype()), {}};
  Tensor kept;
  if (parts == Parts::channels) {
    if (x.dim() < 2) fail("{}: the input needs 2 dims or more, got {}", op, x.sizes());
    std::vector<int64_t> shape(size_t(x.dim()), 1);
    shape[0] = x.size(0);
    shape[1] = x.size(1);
    kept = empty(shape, x.dtype());
  } else {
    kept = empty_like(x);
  }
  kept.bernoulli_(1 - p);
  if (fill == Fill::zero) return Noise{kept.div_(1 - p), {}};
  // Klambauer et al., Self-Normalizing Neural Networks, 2017: x -> a (x kept + saturation (1 -
  // kept))
  // + b, where a and b restore mean 0 and variance 1.
  constexpr double saturation = 1.7580993408473766;
  const double a = 1 / std::sqrt((saturation * saturation * p + 1) * (1 - p));
  const Tensor b = kept.add(-1).mul_(saturation * a).add_(saturation * a * p);
  return Noise{kept.mul_(a), b};
}

Tensor add_noise(const Tensor& x, const std::optional<Noise>& noise) {
  if (!noise) return x;
  const Tensor y = x * noise->factor;
  return noise->summand.defined() ? y + noise->summand : y;
}
Tensor& add_noise_(const Tensor& x, const std::optional<Noise>& noise) {
  if (noise) {
    x.mul_(noise->factor);
    if (noise->summand.defined()) x.add_(noise->summand);
  }
  return const_cast<Tensor&>(x);
}

}  // namespace

Tensor dropout(const Tensor& input, double p, bool train) {
  return add_noise(input, draw("dropout", input, p, train, Parts::elements, Fill::zero));
}
Tensor& dropout_(const Tensor& self, double p, bool train) {
  return add_noise_(self, draw("dropout", self, p, train, Parts::elements, Fill::zero));
}
Tensor feature_dropout(const Tensor& input, double p, bool train) {
  return add_noise(input, draw("feature_dropout", input, p, train, Parts::channels, Fill::zero));
}
Tensor& feature_dropout_(const Tensor& self, double p, bool train) {
  return add_noise_(self, draw("feature_dropout", self, p, train, Parts::channels, Fill::zero));
}
Tensor alpha_dropout(const Tensor& input, double p, bool train) {
  return add_noise(input,
                   draw("alpha_dropout", input, p, train, Parts::elements, Fill::saturation));
}
Tensor& alpha_dropout_(const Tensor& self, double p, bool train) {
  return add_noise_(self, draw("alpha_dropout", self, p, train, Parts::elements, Fill::saturation));
}
Tensor feature_alpha_dropout(const Tensor& input, double p, bool train) {
  return add_noise(
      input, draw("feature_alpha_dropout", input, p, train, Parts::channels, Fill::saturation));
}
Tensor& feature_alpha_dropout_(const Tensor& self, double p, bool train) {
  return add_noise_(
      self, draw("feature_alpha_dropout", self, p, train, Parts::channels, Fill::saturation));
}

}  // namespace gradus
