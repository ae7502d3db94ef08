// The products with the input, and all weights' gradients, are one matrix product over all steps.
// What is left for each step is a product with the state, by a weight that is packed once, and one
// pass over the gates. The sequences do not know of each other, so that each thread takes some of
// them through all the steps.
#include "tensor/nn/recurrent.h"

#include <algorithm>
#include <optional>

#include "tensor/base/parallel.h"
#include "tensor/base/scratch.h"
#include "tensor/kernels/table.h"
#include "tensor/linalg/gemm.h"
#include "tensor/reduce/reduce.h"

namespace gradus::raw {

namespace {

constexpr int64_t work_per_thread = int64_t(1) << 20;  // multiply-adds

// How the sums of a row's gates lie. Of a GRU: n r z and the hidden part of n, so that both the
// part from x (r z after n) and that from h (r z before n) are contiguous.
struct Layout {
  int64_t width, hidden_at, hidden_width;  // the columns of a row, those that h adds to
  explicit Layout(Cell cell, int64_t n)
      : width(cell == Cell::Gru ? 4 * n : gate_count(cell) * n),
        hidden_at(cell == Cell::Gru ? n : 0),
        hidden_width(gate_count(cell) * n) {}
};

// A piece of the weight of x: rows of the weight, and the columns of the gates that they make.
struct Piece {
  int64_t row, rows, column;
};
std::vector<Piece> input_pieces(Cell cell, int64_t n) {
  if (cell == Cell::Gru) return {{0, 2 * n, n}, {2 * n, n, 0}};
  return {{0, gate_count(cell) * n, 0}};
}

Vector<int64_t> offsets_of(const Steps& steps) {
  Vector<int64_t> out(steps.sizes.size());
  int64_t at = 0;
  for (size_t t = 0; t < out.size(); ++t) out[t] = at, at += steps.sizes[t];
  return out;
}

// The rows that are multiplied together; what a row gives does not depend on the others.
template <class T>
int64_t unit_of() {
  return kernels::table().gemm->of<T>().mr;
}

// A matrix B [k, n] that many others are multiplied by.
template <class T>
class Factor {
 public:
  Factor(const T* b, int64_t row, int64_t column, int64_t k, int64_t n)
      : micro_(kernels::table().gemm->of<T>()),
        k_(k),
        n_(n),
        padded_((n + micro_.nr - 1) / micro_.nr * micro_.nr),
        panels_(padded_ * k) {
    for (int64_t p = 0; p < k; p += micro_.kc)
      micro_.pack(b + p * row, column, row, n, std::min<int64_t>(micro_.kc, k - p), micro_.nr,
                  panels_.get() + p * padded_);
  }
  // Rows [first, last) of C = A B + beta C, `first` a multiple of unit_of().
  void multiply(const T* a, int64_t a_row, T* c, int64_t c_row, int64_t first, int64_t last,
                T beta) const {
    for (int64_t p = 0; p < k_; p += micro_.kc) {
      const int64_t depth = std::min<int64_t>(micro_.kc, k_ - p);
      for (int64_t j = 0; j < n_; j += micro_.nr)
        for (int64_t i = first; i < last; i += micro_.mr)
          micro_.tile({depth,
                       a + i * a_row + p,
                       a_row,
                       1,
                       panels_.get() + p * padded_ + j * depth,
                       micro_.nr,
                       c + i * c_row + j,
                       c_row,
                       1,
                       int(std::min<int64_t>(micro_.mr, last - i)),
                       int(std::min<int64_t>(micro_.nr, n_ - j)),
                       {T(1), p == 0 ? beta : T(1)}});
    }
  }

 private:
  const kernels::GemmKernels<T>& micro_;
  int64_t k_, n_, padded_;
  Scratch<T> panels_;
};

// f(step, first row of the step, first sequence, last sequence) for each step in order, on as many
// threads as pay.
template <class F>
void for_each_step(const Steps& steps, bool reverse, int64_t unit, int64_t work, F f) {
  const auto offsets = offsets_of(steps);
  const auto count = int64_t(steps.sizes.size());
  const int64_t most = count > 0 ? steps.sizes[0] : 0;
  const int64_t per_unit = std::max<int64_t>(1, unit * work * count);
  parallel_for(0, (most + unit - 1) / unit, std::max<int64_t>(1, work_per_thread / per_unit),
               [&](int64_t begin, int64_t end) {
                 for (int64_t i = 0; i < count; ++i) {
                   const auto t = size_t(reverse ? count - 1 - i : i);
                   const int64_t first = begin * unit, last = std::min(end * unit, steps.sizes[t]);
                   if (first < last) f(i, offsets[t], first, last);
                 }
               });
}

template <class T>
auto forward_of(Cell cell) {
  const auto& k = kernels::table().recurrent->of<T>();
  switch (cell) {
    case Cell::Lstm:
      return k.lstm;
    case Cell::Gru:
      return k.gru;
    case Cell::RnnTanh:
      return k.rnn_tanh;
    default:
      return k.rnn_relu;
  }
}
template <class T>
auto backward_of(Cell cell) {
  const auto& k = kernels::table().recurrent->of<T>();
  switch (cell) {
    case Cell::Lstm:
      return k.lstm_backward;
    case Cell::Gru:
      return k.gru_backward;
    case Cell::RnnTanh:
      return k.rnn_tanh_backward;
    default:
      return k.rnn_relu_backward;
  }
}

template <class T>
T* pointer(const Tensor& t) {
  return t.defined() ? t.data_ptr<T>() : nullptr;
}
Tensor dense(const Tensor& t) { return t.defined() ? contiguous(t) : t; }
template <class T>
T* shifted(T* p, int64_t by) {
  return p ? p + by : p;
}

// The part of the sums that does not depend on the state, biases with it.
template <class T>
void input_sums(Cell cell, const Tensor& x, const RecurrentWeights& w, int64_t n, T* gates) {
  const int64_t rows = x.size(0), in = x.size(1);
  const Layout layout(cell, n);
  const Scratch<T> bias(layout.hidden_width);
  const Tensor from = contiguous(x), ih = contiguous(w.ih);
  const bool biased = w.bias_ih.defined();
  if (biased) {
    const Tensor b_ih = contiguous(w.bias_ih), b_hh = contiguous(w.bias_hh);
    const T *p = b_ih.data_ptr<T>(), *q = b_hh.data_ptr<T>();
    const bool apart = cell == Cell::Gru;  // the hidden part of n has its own
    for (int64_t j = 0; j < layout.hidden_width; ++j)
      bias.get()[j] = apart && j >= 2 * n ? p[j] : p[j] + q[j];
    if (apart)
      for (int64_t r = 0; r < rows; ++r)
        std::copy(q + 2 * n, q + 3 * n, gates + r * layout.width + 3 * n);
  } else if (cell == Cell::Gru) {
    for (int64_t r = 0; r < rows; ++r) std::fill_n(gates + r * layout.width + 3 * n, n, T(0));
  }
  for (const Piece& piece : input_pieces(cell, n))
    gemm<T>({rows,
             piece.rows,
             in,
             from.data_ptr<T>(),
             in,
             1,
             ih.data_ptr<T>() + piece.row * in,
             1,
             in,
             gates + piece.column,
             layout.width,
             1,
             {T(1), T(0), biased ? bias.get() + piece.row : nullptr}});
}

}  // namespace

Recurrent recurrent(Cell cell, const Tensor& x, const Tensor& h, const Tensor& c,
                    const RecurrentWeights& weights, const Steps& steps, bool keep) {
  const int64_t rows = x.size(0), n = h.size(1);
  const Layout layout(cell, n);
  const auto type = x.dtype();
  const bool lstm = cell == Cell::Lstm;
  Recurrent out{empty({rows, n}, type), clone(contiguous(h)), {}, {}, {}, {}};
  if (lstm) out.c = clone(contiguous(c));
  const Tensor gates = empty({rows, layout.width}, type), hh = contiguous(weights.hh);
  if (keep) {
    out.gates = gates;
    out.before = empty({rows, n}, type);
    if (lstm) out.cells = empty({rows, 2 * n}, type);
  }
  visit_floating(type, "recurrent", [&](auto zero) {
    using T = decltype(zero);
    T* const sums = gates.data_ptr<T>();
    input_sums<T>(cell, x, weights, n, sums);
    const Factor<T> factor(hh.data_ptr<T>(), 1, n, n, layout.hidden_width);
    const auto step = forward_of<T>(cell);
    T *const state = out.h.data_ptr<T>(), *const c_state = pointer<T>(out.c);
    T *const y = out.y.data_ptr<T>(), *const before = pointer<T>(out.before);
    T* const cells = pointer<T>(out.cells);
    for_each_step(steps, steps.reverse, unit_of<T>(), n * layout.hidden_width,
                  [&](int64_t, int64_t at, int64_t first, int64_t last) {
                    factor.multiply(state, n, sums + at * layout.width + layout.hidden_at,
                                    layout.width, first, last, T(1));
                    const int64_t row = at + first;
                    step({last - first, n, sums + row * layout.width, state + first * n,
                          shifted(c_state, first * n), y + row * n, shifted(before, row * n),
                          shifted(cells, row * 2 * n)});
                  });
  });
  return out;
}

RecurrentGradients recurrent_backward(Cell cell, const Tensor& dy, const Tensor& dh,
                                      const Tensor& dc, const Tensor& x, const Tensor& ih,
                                      const Tensor& hh, const Recurrent& kept, const Steps& steps,
                                      const RecurrentWanted& wanted) {
  const int64_t rows = kept.before.size(0), n = kept.before.size(1);
  const int64_t sequences = steps.sizes.empty() ? 0 : steps.sizes[0];
  const Layout layout(cell, n);
  const auto type = kept.before.dtype();
  const auto state = [&](const Tensor& t) {
    return t.defined() ? clone(contiguous(t)) : zeros({sequences, n}, type);
  };
  RecurrentGradients out;
  out.h = state(dh);
  if (cell == Cell::Lstm) out.c = state(dc);
  const Tensor above = dense(dy), recurrence = dense(hh);
  const Tensor sums = empty({rows, layout.width}, type);
  visit_floating(type, "recurrent", [&](auto zero) {
    using T = decltype(zero);
    T* const dgates = sums.data_ptr<T>();
    std::optional<Factor<T>> factor;
    if (hh.defined()) factor.emplace(recurrence.data_ptr<T>(), n, 1, layout.hidden_width, n);
    const auto step = backward_of<T>(cell);
    const T *const gates = kept.gates.data_ptr<T>(), *const before = kept.before.data_ptr<T>();
    const T *const cells = pointer<T>(kept.cells), *const g = pointer<T>(above);
    T *const h = out.h.data_ptr<T>(), *const c = pointer<T>(out.c);
    const T rest(cell == Cell::Gru ? 1 : 0);
    const auto count = int64_t(steps.sizes.size());
    for_each_step(steps, !steps.reverse, unit_of<T>(), n * layout.hidden_width,
                  [&](int64_t i, int64_t at, int64_t first, int64_t last) {
                    const int64_t row = at + first;
                    step({last - first, n, gates + row * layout.width, before + row * n,
                          shifted(cells, row * 2 * n), shifted(g, row * n), h + first * n,
                          shifted(c, first * n), dgates + row * layout.width});
                    if (i + 1 < count || wanted.h)
                      factor->multiply(dgates + at * layout.width + layout.hidden_at, layout.width,
                                       h, n, first, last, rest);
                  });
    if (wanted.x) {
      const Tensor w = contiguous(ih);
      const int64_t in = w.size(1);
      out.x = empty({rows, in}, type);
      T add(0);
      for (const Piece& piece : input_pieces(cell, n)) {
        gemm<T>({rows,
                 in,
                 piece.rows,
                 dgates + piece.column,
                 layout.width,
                 1,
                 w.data_ptr<T>() + piece.row * in,
                 in,
                 1,
                 out.x.data_ptr<T>(),
                 in,
                 1,
                 {T(1), add}});
        add = T(1);
      }
    }
    if (wanted.ih) {
      const Tensor from = contiguous(x);
      const int64_t in = from.size(1);
      out.ih = empty({layout.hidden_width, in}, type);
      for (const Piece& piece : input_pieces(cell, n))
        gemm<T>({piece.rows, in, rows, dgates + piece.column, 1, layout.width, from.data_ptr<T>(),
                 in, 1, out.ih.data_ptr<T>() + piece.row * in, in, 1});
    }
    if (wanted.hh) {
      out.hh = empty({layout.hidden_width, n}, type);
      gemm<T>({layout.hidden_width, n, rows, dgates + layout.hidden_at, 1, layout.width, before, n,
               1, out.hh.data_ptr<T>(), n, 1});
    }
  });
  if (wanted.bias_ih || wanted.bias_hh) {
    const Tensor total = sum(sums, 1, false);
    const auto columns = [&](int64_t first, int64_t count) { return part(total, 0, first, count); };
    if (cell != Cell::Gru) {
      if (wanted.bias_ih) out.bias_ih = total;
      if (wanted.bias_hh) out.bias_hh = wanted.bias_ih ? clone(total) : total;
    } else {
      if (wanted.bias_hh) out.bias_hh = clone(columns(n, 3 * n));
      if (wanted.bias_ih) {
        out.bias_ih = empty({3 * n}, type);
        copy(part(out.bias_ih, 0, 0, 2 * n), columns(n, 2 * n));
        copy(part(out.bias_ih, 0, 2 * n, n), columns(0, n));
      }
    }
  }
  if (!wanted.h) out.h = Tensor();
  if (!wanted.c) out.c = Tensor();
  return out;
}

}  // namespace gradus::raw
