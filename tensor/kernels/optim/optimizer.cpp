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

template <class T>
void adagrad(int64_t n, T* param, const T* grad, T* sum, const AdagradStep& s) {
  using V = batch<T>;
  const V minus_lr = splat<T>(-s.lr), sign = splat<T>(s.maximize ? -1 : 1), eps = splat<T>(s.eps);
  const V decay = splat<T>(s.weight_decay);
  T* const arrays[] = {param, sum, const_cast<T*>(grad)};
  for_batches<2>(n, arrays, [=](V(&v)[3]) {
    const V g = add_scaled::value(v[2] * sign, v[0], decay);
    v[1] = math::fma(g, g, v[1]);
    v[0] = addcdiv::value(v[0], g, math::sqrt(v[1]) + eps, minus_lr);
  });
}

template <class T>
void adadelta(int64_t n, T* param, const T* grad, T* square, T* moves, const AdadeltaStep& s) {
  using V = batch<T>;
  const V minus_lr = splat<T>(-s.lr), sign = splat<T>(s.maximize ? -1 : 1), eps = splat<T>(s.eps);
  const V decay = splat<T>(s.weight_decay), rho = splat<T>(s.rho), fresh = splat<T>(1 - s.rho);
  T* const arrays[] = {param, square, moves, const_cast<T*>(grad)};
  for_batches<3>(n, arrays, [=](V(&v)[4]) {
    V &x = v[0], &q = v[1], &d = v[2];
    const V g = add_scaled::value(v[3] * sign, x, decay);
    q = addcmul::value(q * rho, g, g, fresh);
    const V delta = math::sqrt(d + eps) / math::sqrt(q + eps) * g;
    d = addcmul::value(d * rho, delta, delta, fresh);
    x = add_scaled::value(x, delta, minus_lr);
  });
}

template <class T>
void adamax(int64_t n, T* param, const T* grad, T* mean, T* largest, const AdamaxStep& s) {
  using V = batch<T>;
  const V minus_lr = splat<T>(-s.lr), sign = splat<T>(s.maximize ? -1 : 1), eps = splat<T>(s.eps);
  const V decay = splat<T>(s.weight_decay), fresh = splat<T>(1 - s.beta1);
  const V beta2 = splat<T>(s.beta2);
  T* const arrays[] = {param, mean, largest, const_cast<T*>(grad)};
  for_batches<3>(n, arrays, [=](V(&v)[4]) {
    V &x = v[0], &m = v[1], &u = v[2];
    const V g = add_scaled::value(v[3] * sign, x, decay);
    m = lerp::value(m, g, fresh);
    u = maximum::value(u * beta2, math::abs(g) + eps);
    x = addcdiv::value(x, m, u, minus_lr);
  });
}

template <class T>
void nadam(int64_t n, T* param, const T* grad, T* mean, T* square, const NadamStep& s) {
  using V = batch<T>;
  const V by_gradient = splat<T>(s.by_gradient), by_mean = splat<T>(s.by_mean);
  const V sign = splat<T>(s.maximize ? -1 : 1), decay = splat<T>(s.weight_decay);
  const V shrink = splat<T>(s.shrink), eps = splat<T>(s.eps), fresh1 = splat<T>(1 - s.beta1);
  const V beta2 = splat<T>(s.beta2), fresh2 = splat<T>(1 - s.beta2);
  const V correction = splat<T>(s.bias_correction2);
  T* const arrays[] = {param, mean, square, const_cast<T*>(grad)};
  for_batches<3>(n, arrays, [=](V(&v)[4]) {
    V &m = v[1], &q = v[2], x = v[0] * shrink;
    const V g = add_scaled::value(v[3] * sign, x, decay);
    m = lerp::value(m, g, fresh1);
    q = addcmul::value(q * beta2, g, g, fresh2);
    const V denominator = math::sqrt(q / correction) + eps;
    v[0] = x - (by_gradient * g + by_mean * m) / denominator;
  });
}

template <class T>
void radam(int64_t n, T* param, const T* grad, T* mean, T* square, const RadamStep& s) {
  using V = batch<T>;
  const V sign = splat<T>(s.maximize ? -1 : 1), decay = splat<T>(s.weight_decay);
  const V shrink = splat<T>(s.shrink), eps = splat<T>(s.eps), fresh1 = splat<T>(1 - s.beta1);
  const V beta2 = splat<T>(s.beta2), fresh2 = splat<T>(1 - s.beta2);
  const double plain = s.lr / s.bias_correction1;
  const bool rectified = s.rectification != 0;
  const V minus_step =
      splat<T>(-(rectified ? plain * s.rectification * std::sqrt(s.bias_correction2) : plain));
  T* const arrays[] = {param, mean, square, const_cast<T*>(grad)};
  with_constant(rectified, [&](auto divides) {
    for_batches<3>(n, arrays, [=](V(&v)[4]) {
      V &m = v[1], &q = v[2], x = v[0] * shrink;
      const V g = add_scaled::value(v[3] * sign, x, decay);
      m = lerp::value(m, g, fresh1);
      q = addcmul::value(q * beta2, g, g, fresh2);
      v[0] = divides ? addcdiv::value(x, m, math::sqrt(q) + eps, minus_step)
                     : add_scaled::value(x, m, minus_step);
    });
  });
}

// 1, -1, or x itself, which is 0 or nan.
template <class V>
V sign_of(V x) {
  return math::select(x > V(0), V(1), math::select(x < V(0), V(-1), x));
}

template <class T>
void rprop(int64_t n, T* param, const T* grad, T* before, T* size, const RpropStep& s) {
  using V = batch<T>;
  const V sign = splat<T>(s.maximize ? -1 : 1);
  const V shorter = splat<T>(s.shorter), longer = splat<T>(s.longer);
  const V least = splat<T>(s.least), most = splat<T>(s.most);
  T* const arrays[] = {param, before, size, const_cast<T*>(grad)};
  for_batches<3>(n, arrays, [=](V(&v)[4]) {
    V &x = v[0], &last = v[1], &step = v[2];
    const V g = v[3] * sign, agreement = g * last;
    const auto turned = agreement < V(0);
    const V factor = math::select(turned, shorter, math::select(agreement > V(0), longer, V(1)));
    step = xsimd::min(xsimd::max(step * factor, least), most);
    last = math::select(turned, V(0), g);  // the next step goes on from here as from the start
    x = x - sign_of(last) * step;
  });
}

template <class T>
void asgd(int64_t n, T* param, const T* grad, T* average, const AsgdStep& s) {
  using V = batch<T>;
  const V minus_eta = splat<T>(-s.eta), shrink = splat<T>(s.shrink), mu = splat<T>(s.mu);
  const V sign = splat<T>(s.maximize ? -1 : 1), decay = splat<T>(s.weight_decay);
  const bool replaced = s.mu == 1;
  T* const arrays[] = {param, average, const_cast<T*>(grad)};
  for_batches<2>(n, arrays, [=](V(&v)[3]) {
    V &x = v[0], &a = v[1];
    const V g = add_scaled::value(v[2] * sign, x, decay);
    x = add_scaled::value(x * shrink, g, minus_eta);
    a = replaced ? x : add_scaled::value(a, x - a, mu);
  });
}

template <class T>
void lion(int64_t n, T* param, const T* grad, T* mean, const LionStep& s) {
  using V = batch<T>;
  const V lr = splat<T>(s.lr), shrink = splat<T>(s.shrink), sign = splat<T>(s.maximize ? -1 : 1);
  const V fresh1 = splat<T>(1 - s.beta1), fresh2 = splat<T>(1 - s.beta2);
  T* const arrays[] = {param, mean, const_cast<T*>(grad)};
  for_batches<2>(n, arrays, [=](V(&v)[3]) {
    V &x = v[0], &m = v[1];
    const V g = v[2] * sign;
    x = x * shrink - sign_of(lerp::value(m, g, fresh1)) * lr;
    m = lerp::value(m, g, fresh2);
  });
}

// u of note AdafactorStep, but for the gradient's sign.
template <class V>
V adafactor_move(V g, V column, V row, V floor) {
  return V(1) / math::sqrt(maximum::value(row * column, floor)) * g;
}

template <class T>
double adafactor_norm(int64_t n, const T* grad, const T* column, double row, double floor) {
  using V = batch<T>;
  const V factor = splat<T>(row), least = splat<T>(floor);
  // The lanes beyond the end have a gradient of 0.
  return double(sum_line(RowLine<T>{n}, [&](auto place) {
                  const V u =
                      adafactor_move(place.load(grad), place.load(column, V(1)), factor, least);
                  return u * u;
                }).get(0));
}

template <class T>
void adafactor(int64_t n, T* param, const T* grad, const T* column, double row,
               const AdafactorStep& s) {
  using V = batch<T>;
  const V step = splat<T>(s.maximize ? s.lr : -s.lr), shrink = splat<T>(s.shrink);
  const V factor = splat<T>(row), floor = splat<T>(s.floor);
  T* const arrays[] = {param, const_cast<T*>(grad), const_cast<T*>(column)};
  for_batches<1>(n, arrays, [=](V(&v)[3]) {
    v[0] = add_scaled::value(v[0] * shrink, adafactor_move(v[1], v[2], factor, floor), step);
  });
}

template <class T>
double axpy_dot(int64_t n, T* y, const T* x, double a, const T* z) {
  using V = batch<T>;
  const V scale = splat<T>(a);
  const RowLine<T> line{n};
  const auto moved = [&](auto place) {
    const V v = add_scaled::value(place.load(y), place.load(x), scale);
    place.store(y, v);
    return v;
  };
  if (z == nullptr) {
    map_line(line, moved);
    return 0;
  }
  if (x == nullptr)
    return double(sum_line(line, [&](auto place) { return place.load(y) * place.load(z); }).get(0));
  return double(sum_line(line, [&](auto place) { return moved(place) * place.load(z); }).get(0));
}

}  // namespace

template <class T>
constexpr OptimizerKernels<T> optimizer_kernels = {
    sgd<T>,   adam<T>,  rmsprop<T>, adagrad<T>, adadelta<T>,       adamax<T>,    nadam<T>,
    radam<T>, rprop<T>, asgd<T>,    lion<T>,    adafactor_norm<T>, adafactor<T>, axpy_dot<T>};

extern constinit const OptimizerTable optimizer_table;
constinit const OptimizerTable optimizer_table = {optimizer_kernels<float>,
                                                  optimizer_kernels<double>};

}  // namespace gradus::kernels::GRADUS_ISA
