#include "tensor/kernels/nn/recurrent.h"

#include "tensor/kernels/formulas/activation.h"
#include "tensor/kernels/formulas/trigonometry.h"
#include "tensor/kernels/simd/line.h"

namespace gradus::kernels::GRADUS_ISA {

namespace {

template <class T>
T* shifted(T* p, int64_t by) {
  return p ? p + by : p;
}

// f(place, gates) for the places of all rows, each row with `count` gates. Pointers of the step
// that are [rows, hidden] move along.
template <class T, class F>
void for_each_row(RecurrentStep<T> s, int count, F f) {
  const RowLine<T> line{s.n};
  for (int64_t r = 0; r < s.rows; ++r) {
    map_line(line, [&](auto at) { f(at, s); });
    s.gates += count * s.hidden, s.h += s.hidden, s.next += s.hidden, s.y += s.hidden;
    s.c = shifted(s.c, s.hidden), s.before = shifted(s.before, s.hidden);
    s.cells = shifted(s.cells, 2 * s.hidden);
  }
}
template <class T, class F>
void for_each_row(RecurrentStepBack<T> s, int count, F f) {
  const RowLine<T> line{s.n};
  for (int64_t r = 0; r < s.rows; ++r) {
    map_line(line, [&](auto at) { f(at, s); });
    s.gates += count * s.hidden, s.dgates += count * s.hidden, s.dh += s.hidden;
    s.before = shifted(s.before, s.hidden), s.cells = shifted(s.cells, 2 * s.hidden);
    s.dy = shifted(s.dy, s.hidden), s.dc = shifted(s.dc, s.hidden);
  }
}

template <class Place, class T>
void put_state(const Place& at, const RecurrentStep<T>& s, const batch<T>& h) {
  if (s.before) at.store(s.before, at.load(s.h));
  at.store(s.next, h);
  at.store(s.y, h);
}
template <class Place, class T>
batch<T> state_gradient(const Place& at, const RecurrentStepBack<T>& s) {
  const batch<T> dh = at.load(s.dh);
  return s.dy ? dh + at.load(s.dy) : dh;
}

template <class T>
void lstm(const RecurrentStep<T>& step) {
  using V = batch<T>;
  for_each_row(step, 4, [](auto at, const RecurrentStep<T>& s) {
    const V i = sigmoid::value(at.load(s.gates)), f = sigmoid::value(at.load(s.gates + s.hidden));
    const V g = tanh::value(at.load(s.gates + 2 * s.hidden));
    const V o = sigmoid::value(at.load(s.gates + 3 * s.hidden));
    const V c = at.load(s.c), next = f * c + i * g, bent = tanh::value(next);
    if (s.cells) {
      at.store(s.gates, i), at.store(s.gates + s.hidden, f);
      at.store(s.gates + 2 * s.hidden, g), at.store(s.gates + 3 * s.hidden, o);
      at.store(s.cells, c), at.store(s.cells + s.hidden, bent);
    }
    at.store(s.c, next);
    put_state(at, s, o * bent);
  });
}
template <class T>
void lstm_backward(const RecurrentStepBack<T>& step) {
  using V = batch<T>;
  for_each_row(step, 4, [](auto at, const RecurrentStepBack<T>& s) {
    const V i = at.load(s.gates), f = at.load(s.gates + s.hidden);
    const V g = at.load(s.gates + 2 * s.hidden), o = at.load(s.gates + 3 * s.hidden);
    const V bent = at.load(s.cells + s.hidden), dh = state_gradient(at, s), one(T(1));
    const V dc = at.load(s.dc) + dh * o * (one - bent * bent);
    at.store(s.dgates, dc * g * (i * (one - i)));
    at.store(s.dgates + s.hidden, dc * at.load(s.cells) * (f * (one - f)));
    at.store(s.dgates + 2 * s.hidden, dc * i * (one - g * g));
    at.store(s.dgates + 3 * s.hidden, dh * bent * (o * (one - o)));
    at.store(s.dc, dc * f);
  });
}

template <class T>
void gru(const RecurrentStep<T>& step) {
  using V = batch<T>;
  for_each_row(step, 4, [](auto at, const RecurrentStep<T>& s) {
    const V r = sigmoid::value(at.load(s.gates + s.hidden));
    const V z = sigmoid::value(at.load(s.gates + 2 * s.hidden));
    const V n = tanh::value(at.load(s.gates) + r * at.load(s.gates + 3 * s.hidden));
    if (s.before)
      at.store(s.gates, n), at.store(s.gates + s.hidden, r), at.store(s.gates + 2 * s.hidden, z);
    put_state(at, s, n + z * (at.load(s.h) - n));
  });
}
template <class T>
void gru_backward(const RecurrentStepBack<T>& step) {
  using V = batch<T>;
  for_each_row(step, 4, [](auto at, const RecurrentStepBack<T>& s) {
    const V n = at.load(s.gates), r = at.load(s.gates + s.hidden),
            z = at.load(s.gates + 2 * s.hidden);
    const V dh = state_gradient(at, s), one(T(1));
    const V dn = dh * (one - z) * (one - n * n);
    at.store(s.dgates, dn);
    at.store(s.dgates + s.hidden, dn * at.load(s.gates + 3 * s.hidden) * (r * (one - r)));
    at.store(s.dgates + 2 * s.hidden, dh * (at.load(s.before) - n) * (z * (one - z)));
    at.store(s.dgates + 3 * s.hidden, dn * r);
    at.store(s.dh, dh * z);
  });
}

template <class Formula, class T>
void rnn(const RecurrentStep<T>& step) {
  for_each_row(step, 1, [](auto at, const RecurrentStep<T>& s) {
    const batch<T> h = Formula::value(at.load(s.gates));
    if (s.before) at.store(s.gates, h);
    put_state(at, s, h);
  });
}
template <class Formula, class T>
void rnn_backward(const RecurrentStepBack<T>& step) {
  for_each_row(step, 1, [](auto at, const RecurrentStepBack<T>& s) {
    const batch<T> h = at.load(s.gates);
    at.store(s.dgates, state_gradient(at, s) * Formula::slope(h, h));
  });
}

template <class T>
constexpr RecurrentKernels<T> kernels_of_type() {
  return {lstm<T>,      lstm_backward<T>,      gru<T>,       gru_backward<T>,
          rnn<tanh, T>, rnn_backward<tanh, T>, rnn<relu, T>, rnn_backward<relu, T>};
}

}  // namespace

constinit const RecurrentTable recurrent_table = {kernels_of_type<float>(),
                                                  kernels_of_type<double>()};

}  // namespace gradus::kernels::GRADUS_ISA
