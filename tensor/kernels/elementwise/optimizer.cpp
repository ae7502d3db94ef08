#include "tensor/kernels/optimizer.h"

#include "tensor/kernels/formulas.h"
#include "tensor/kernels/simd/math.h"

namespace gradus::kernels::GRADUS_ISA {
namespace {

// f(v), v one batch of each array, over n elements; then the batches of the first `outputs` arrays
// are stored. An array that is null reads as zero.
template <int outputs, class T, int arrays, class F>
void for_batches(int64_t n, T* const (&p)[arrays], F f) {
  constexpr int64_t lanes = batch<T>::size;
  const int64_t full = n - n % lanes;
  for (int64_t i = 0; i < full; i += lanes) {
    batch<T> v[arrays];
    for (int k = 0; k < arrays; ++k) {
      v[k] = p[k] != nullptr ? batch<T>::load_unaligned(p[k] + i) : batch<T>(T(0));
    }
    f(v);
    for (int k = 0; k < outputs; ++k) {
      if (p[k] != nullptr) v[k].store_unaligned(p[k] + i);
    }
  }
  if (full == n) return;
  const size_t rest = static_cast<size_t>(n - full) * sizeof(T);
  alignas(64) T buffer[arrays][lanes] = {};
  batch<T> v[arrays];
  for (int k = 0; k < arrays; ++k) {
    if (p[k] != nullptr) std::memcpy(buffer[k], p[k] + full, rest);
    v[k] = batch<T>::load_aligned(buffer[k]);
  }
  f(v);
  for (int k = 0; k < outputs; ++k) {
    if (p[k] == nullptr) continue;
    v[k].store_aligned(buffer[k]);
    std::memcpy(p[k] + full, buffer[k], rest);
  }
}

template <class T>
batch<T> splat(double x) {
  return batch<T>(static_cast<T>(x));
}

template <class T>
void sgd(int64_t n, T* param, const T* grad, T* buffer, const SgdStep& s) {
  using V = batch<T>;
  const V minus_lr = splat<T>(-s.lr), momentum = splat<T>(s.momentum);
  const V decay = splat<T>(s.weight_decay), fresh = splat<T>(1 - s.dampening);
  const bool decays = s.weight_decay != 0;
  const auto gradient = [=](V g, V x) {
    if (s.maximize) g = -g;
    return decays ? add_scaled::value(g, x, decay) : g;
  };
  if (buffer == nullptr) {
    T* const arrays[] = {param, const_cast<T*>(grad)};
    return for_batches<1>(n, arrays, [=](V(&v)[2]) {
      v[0] = add_scaled::value(v[0], gradient(v[1], v[0]), minus_lr);
    });
  }
  T* const arrays[] = {param, buffer, const_cast<T*>(grad)};
  for_batches<2>(n, arrays, [=](V(&v)[3]) {
    V &x = v[0], &b = v[1], g = gradient(v[2], x);
    b = s.first ? g : add_scaled::value(b * momentum, g, fresh);
    g = s.nesterov ? add_scaled::value(g, b, momentum) : b;
    x = add_scaled::value(x, g, minus_lr);
  });
}

template <class T>
void adam(int64_t n, T* param, const T* grad, T* mean, T* square, T* max_square,
          const AdamStep& s) {
  using V = batch<T>;
  const V decay = splat<T>(s.decoupled ? 1 - s.lr * s.weight_decay : s.weight_decay);
  const V fresh1 = splat<T>(1 - s.beta1), beta2 = splat<T>(s.beta2), fresh2 = splat<T>(1 - s.beta2);
  const V minus_step = splat<T>(-(s.lr / s.bias_correction1)), eps = splat<T>(s.eps);
  const V root = splat<T>(std::sqrt(s.bias_correction2));
  const bool decays = s.weight_decay != 0, amsgrad = max_square != nullptr;
  T* const arrays[] = {param, mean, square, max_square, const_cast<T*>(grad)};
  for_batches<4>(n, arrays, [=](V(&v)[5]) {
    V &x = v[0], &m = v[1], &q = v[2], &q_max = v[3], g = s.maximize ? -v[4] : v[4];
    if (decays && s.decoupled) x = x * decay;
    if (decays && !s.decoupled) g = add_scaled::value(g, x, decay);
    m = lerp::value(m, g, fresh1);
    q = addcmul::value(q * beta2, g, g, fresh2);
    if (amsgrad) q_max = maximum::value(q_max, q);
    const V denominator = math::sqrt(amsgrad ? q_max : q) / root + eps;
    x = addcdiv::value(x, m, denominator, minus_step);
  });
}

template <class T>
void rmsprop(int64_t n, T* param, const T* grad, T* square, T* mean, T* buffer,
             const RmspropStep& s) {
  using V = batch<T>;
  const V minus_lr = splat<T>(-s.lr), alpha = splat<T>(s.alpha), fresh = splat<T>(1 - s.alpha);
  const V decay = splat<T>(s.weight_decay), eps = splat<T>(s.eps), momentum = splat<T>(s.momentum);
  const bool decays = s.weight_decay != 0, centered = mean != nullptr, moving = buffer != nullptr;
  T* const arrays[] = {param, square, mean, buffer, const_cast<T*>(grad)};
  for_batches<4>(n, arrays, [=](V(&v)[5]) {
    V &x = v[0], &q = v[1], &m = v[2], &b = v[3], g = s.maximize ? -v[4] : v[4];
    if (decays) g = add_scaled::value(g, x, decay);
    q = addcmul::value(q * alpha, g, g, fresh);
    V variance = q;
    if (centered) {
      m = lerp::value(m, g, fresh);
      variance = addcmul::value(q, m, m, V(T(-1)));
    }
    const V denominator = math::sqrt(variance) + eps;
    if (moving) {
      b = addcdiv::value(b * momentum, g, denominator, V(T(1)));
      x = add_scaled::value(x, b, minus_lr);
    } else {
      x = addcdiv::value(x, g, denominator, minus_lr);
    }
  });
}

}  // namespace

extern constinit const OptimizerTable optimizer_table;
constinit const OptimizerTable optimizer_table = {{sgd<float>, adam<float>, rmsprop<float>},
                                                  {sgd<double>, adam<double>, rmsprop<double>}};

}  // namespace gradus::kernels::GRADUS_ISA
