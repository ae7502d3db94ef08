// Steps of recurrent layers: what stands between the matrix products. A row is an example, `hidden`
// its hidden size; rows lie side by side. Of each row and gate a step takes n elements, from where
// the pointers point. T is float or double; pointers said to be "or null" may be.
#pragma once

#include <cstdint>

#include "tensor/kernels/by_floating.h"
#include "tensor/kernels/isa.h"

namespace gradus::kernels {

// One step for some rows. The gates of a row are sums on entry; they are replaced by what the
// backward step needs. The state c of an LSTM is replaced by the next one.
template <class T>
struct RecurrentStep {
  int64_t rows, n, hidden;
  T* gates;     // LSTM: i f g o; GRU: n r z and the hidden part of n; else one
  const T* h;   // [rows, hidden], as c, y and before
  T *next, *c;  // next gets the new h, and may be h
  T* y;         // gets the new h
  T* before;    // gets the h of before, or null
  T* cells;     // LSTM: gets the c of before and tanh of the new one, [rows, 2 hidden], or null
};

// The same way back. `dh` holds the gradient of the new h without dy. What comes through the sums
// has yet to be added to the gradient of the h before: of a GRU, dh is replaced by the rest of
// that; the others have no rest and leave dh. `dc` holds the gradient of the new c, then of that
// before.
template <class T>
struct RecurrentStepBack {
  int64_t rows, n, hidden;
  const T *gates, *before, *cells;
  const T* dy;  // or null
  T *dh, *dc;
  T* dgates;  // gets the gradients of the sums
};

template <class T>
struct RecurrentKernels {
  using Forward = void (*)(const RecurrentStep<T>&);
  using Backward = void (*)(const RecurrentStepBack<T>&);
  // c = f c + i g, h = o tanh(c), with i, f, o = sigmoid and g = tanh of the sums.
  Forward lstm;
  Backward lstm_backward;
  // h = n + z (h - n), with r, z = sigmoid of the sums and n = tanh(sum + r hidden part).
  Forward gru;
  Backward gru_backward;
  // h = tanh(sum), and max(sum, 0).
  Forward rnn_tanh;
  Backward rnn_tanh_backward;
  Forward rnn_relu;
  Backward rnn_relu_backward;
};

using RecurrentTable = ByFloating<RecurrentKernels>;

namespace GRADUS_ISA {
extern const RecurrentTable recurrent_table;
}  // namespace GRADUS_ISA

}  // namespace gradus::kernels
