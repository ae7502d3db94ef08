#include "tensor/kernels/optim/optimizer.h"

#include <type_traits>

#include "tensor/kernels/formulas.h"
#include "tensor/kernels/simd/line.h"

namespace gradus::kernels::GRADUS_ISA {
namespace {

// f(v), v one batch of each array, over n elements; then the batches of the first `outputs` arrays
// are stored.
template <int outputs, class T, int arrays, class F>
void for_batches(int64_t n, T* const (&p)[arrays], F f) {
  map_line(RowLine<T>{n}, [&](auto place) {
    batch<T> v[arrays];
    for (int k = 0; k < arrays; ++k) v[k] = place.load(p[k]);
    f(v);
    for (int k = 0; k < outputs; ++k) place.store(p[k], v[k]);
  });
}

// f(flag) with the flag a constant. Steps are bound by memory: with fewer instructions for each
// batch more of its loads are under way at once.
template <class F>
void with_constant(bool flag, F f) {
  if (flag) {
    f(std::true_type());
  } else {
    f(std::false_type());
  }
}

template <class T>
batch<T> splat(double x) {
  return batch<T>(static_cast<T>(x));
}

template <class T>
void sgd(int64_t n, T* param, const T* grad, T* buffer, const SgdStep& s) {
  using V = batch<T>;
  const V minus_lr = splat<T>(-s.lr), sign = splat<T>(s.maximize ? -1 : 1);
  const V decay = splat<T>(s.weight_decay);
  // The buffer is zero at first, and becomes the gradient.
  const V momentum = splat<T>(s.momentum), fresh = splat<T>(s.first ? 1 : 1 - s.dampening);
  with_constant(s.weight_decay != 0, [&](auto decays) {
    const auto gradient = [=](V g, V x) {
      return decays ? add_scaled::value(g * sign, x, decay) : g * sign;
    };
    if (buffer == nullptr) {
      T* const arrays[] = {param, const_cast<T*>(grad)};
      return for_batches<1>(n, arrays, [=](V(&v)[2]) {
        v[0] = add_scaled::value(v[0], gradient(v[1], v[0]), minus_lr);
      });
    }
    with_constant(s.nesterov, [&](auto nesterov) {
      T* const arrays[] = {param, buffer, const_cast<T*>(grad)};
      for_batches<2>(n, arrays, [=](V(&v)[3]) {
        V &x = v[0], &b = v[1], g = gradient(v[2], x);
        b = add_scaled::value(b * momentum, g, fresh);
        x = add_scaled::value(x, nesterov ? add_scaled::value(g, b, momentum) : b, minus_lr);
      });
    });
  });
}

template <class T>
void adam(int64_t n, T* param, const T* grad, T* mean, T* square, T* max_square,
          const AdamStep& s) {
  using V = batch<T>;
  const V sign = splat<T>(s.maximize ? -1 : 1), decay = splat<T>(s.weight_decay);
  const V shrink = splat<T>(s.decoupled ? 1 - s.lr * s.weight_decay : 1);
  const V fresh1 = splat<T>(1 - s.beta1), beta2 = splat<T>(s.beta2), fresh2 = splat<T>(1 - s.beta2);
  const V minus_step = splat<T>(-(s.lr / s.bias_correction1)), eps = splat<T>(s.eps);
  const V root = splat<T>(std::sqrt(s.bias_correction2));
  with_constant(s.weight_decay != 0 && !s.decoupled, [&](auto decays) {
    // Moves x and the moments; `largest` gives the second moment that divides.
    const auto step = [=](V& x, V& m, V& q, V g, auto largest) {
      x = x * shrink;
      g = decays ? add_scaled::value(g * sign, x, decay) : g * sign;
      m = lerp::value(m, g, fresh1);
      q = addcmul::value(q * beta2, g, g, fresh2);
      x = addcdiv::value(x, m, math::sqrt(largest(q)) / root + eps, minus_step);
    };
    if (max_square == nullptr) {
      T* const arrays[] = {param, mean, square, const_cast<T*>(grad)};
      return for_batches<3>(n, arrays,
                            [=](V(&v)[4]) { step(v[0], v[1], v[2], v[3], [](V q) { return q; }); });
    }
    T* const arrays[] = {param, mean, square, max_square, const_cast<T*>(grad)};
    for_batches<4>(n, arrays, [=](V(&v)[5]) {
      step(v[0], v[1], v[2], v[4], [&](V q) { return v[3] = maximum::value(v[3], q); });
    });
  });
}

template <class T>
void rmsprop(int64_t n, T* param, const T* grad, T* square, T* mean, T* buffer,
             const RmspropStep& s) {
  using V = batch<T>;
  const V minus_lr = splat<T>(-s.lr), alpha = splat<T>(s.alpha), fresh = splat<T>(1 - s.alpha);
  const V sign = splat<T>(s.maximize ? -1 : 1), decay = splat<T>(s.weight_decay);
  const V eps = splat<T>(s.eps), momentum = splat<T>(s.momentum);
  const bool decays = s.weight_decay != 0;  // no constant: four loops are enough
  with_constant(mean != nullptr, [&](auto centered) {
    with_constant(buffer != nullptr, [&](auto moving) {
      constexpr int states = centered + moving;
      T* arrays[3 + states] = {param, square};
      if constexpr (centered) arrays[2] = mean;
      if constexpr (moving) arrays[2 + centered] = buffer;
      arrays[2 + states] = const_cast<T*>(grad);
      for_batches<2 + states>(n, arrays, [=](V(&v)[3 + states]) {
        V &x = v[0], &q = v[1], g = v[2 + states] * sign;
        if (decays) g = add_scaled::value(g, x, decay);
        q = addcmul::value(q * alpha, g, g, fresh);
        V variance = q;
        if constexpr (centered) {
          V& m = v[2];
          m = lerp::value(m, g, fresh);
          variance = addcmul::value(q, m, m, V(T(-1)));
        }
        const V denominator = math::sqrt(variance) + eps;
        if constexpr (moving) {
          V& b = v[2 + centered];
          b = addcdiv::value(b * momentum, g, denominator, V(T(1)));
          x = add_scaled::value(x, b, minus_lr);
        } else {
          x = addcdiv::value(x, g, denominator, minus_lr);
        }
      });
    });
  });
}

}  // namespace

extern constinit const OptimizerTable optimizer_table;
constinit const OptimizerTable optimizer_table = {{sgd<float>, adam<float>, rmsprop<float>},
                                                  {sgd<double>, adam<double>, rmsprop<double>}};

}  // namespace gradus::kernels::GRADUS_ISA
