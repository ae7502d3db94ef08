// Untaped recurrent layers, one direction of one layer at a time; float and double, operands of one
// type.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

enum class Cell { Lstm, Gru, RnnTanh, RnnRelu };
// How many times the hidden size a weight has rows.
inline int64_t gate_count(Cell cell) { return cell == Cell::Lstm ? 4 : cell == Cell::Gru ? 3 : 1; }

// Sequences side by side, step after step: step t has rows for the first sizes[t] of them, and the
// sizes do not grow. Backwards it is gone through from the last step on, and a sequence begins at
// its own last step.
struct Steps {
  Vector<int64_t> sizes;
  bool reverse = false;
};

struct RecurrentWeights {
  Tensor ih, hh;            // [gates hidden, in], [gates hidden, hidden]
  Tensor bias_ih, bias_hh;  // [gates hidden], or both undefined
};

// y [rows, hidden]; the last h and c [sequences, hidden], c of an LSTM only. The rest is for the
// backward pass, where it is asked for.
struct Recurrent {
  Tensor y, h, c;
  Tensor gates, before, cells;
};
// x [rows, in]; h and c [sequences, hidden], c for an LSTM only.
Recurrent recurrent(Cell cell, const Tensor& x, const Tensor& h, const Tensor& c,
                    const RecurrentWeights& weights, const Steps& steps, bool keep);

struct RecurrentGradients {
  Tensor x, h, c, ih, hh, bias_ih, bias_hh;
};
// Which of them are made.
struct RecurrentWanted {
  bool x, h, c, ih, hh, bias_ih, bias_hh;
};
// The gradients from those of y, h and c, each of which may be undefined. x is only read for the
// gradient of ih, ih for that of x, and hh where there is more than one step or for that of h; else
// they may be undefined.
RecurrentGradients recurrent_backward(Cell cell, const Tensor& dy, const Tensor& dh,
                                      const Tensor& dc, const Tensor& x, const Tensor& ih,
                                      const Tensor& hh, const Recurrent& kept, const Steps& steps,
                                      const RecurrentWanted& wanted);

}  // namespace gradus::raw
