// The products with the input, and all weights' gradients, are one matrix product over all steps.
// What is left for each step is a product with the state, by a weight that is packed once, and one
// pass over the gates. The sequences do not know of each other, so that each thread takes some of
// them through all the steps; where the weight does not stay in a thread's cache, each takes some
// hidden units of every step, and reads its part of the weight.
#include "tensor/nn/recurrent.h"

#include <algorithm>
#include <optional>

#include "tensor/linalg/packed_matrix.h"
#include "tensor/reduce/reduce.h"

namespace gradus::raw {

namespace {

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
// How many rows the sequences before each one have, and at the end all of them.
Vector<int64_t> rows_before(const Steps& steps) {
  Vector<int64_t> out(1, 0);
  auto length = int64_t(steps.sizes.size());
  for (int64_t b = 0; length > 0 && b < steps.sizes[0]; ++b) {
    while (steps.sizes[size_t(length - 1)] <= b) --length;
    out.push_back(out.back() + length);
  }
  return out;
}

// Some sequences of a step, and some of the hidden units.
struct Block {
  int64_t first, rows, left, columns;
};

// f(step, first row of the step, block) for each step in order, on as many threads as pay, each
// with sequences of about as many rows. A row takes `work` multiply-adds.
template <class F>
void by_sequences(const Steps& steps, bool reverse, int64_t n, int64_t work, F f) {
  const Vector<int64_t> offsets = offsets_of(steps), before = rows_before(steps);
  const auto count = int64_t(steps.sizes.size());
  const auto sequence_at = [&](int64_t row) {
    return std::lower_bound(before.begin(), before.end(), row) - before.begin();
  };
  parallel_for(0, before.back(), gemm_loops::grain_for(work), [&](int64_t begin, int64_t end) {
    const int64_t first = sequence_at(begin), past = sequence_at(end);
    for (int64_t i = 0; i < count; ++i) {
      const auto t = size_t(reverse ? count - 1 - i : i);
      const int64_t last = std::min(past, steps.sizes[t]);
      if (first < last) f(i, offsets[t], Block{first, last - first, 0, n});
    }
  });
}

// f(i, block) for i up to `count`, all threads at each with hidden units of their own.
template <class T, class F>
void by_units(int64_t count, int64_t rows, int64_t n, int64_t work, F f) {
  const int64_t unit = kernels::table().gemm->of<T>().nr;
  for (int64_t i = 0; i < count; ++i)
    parallel_for(0, n / unit, gemm_loops::grain_for(rows * work / (n / unit)),
                 [&](int64_t begin, int64_t end) {
                   f(i, Block{0, rows, begin * unit, (end - begin) * unit});
                 });
}
template <class T>
bool shares_units(const Steps& steps, int64_t n, int64_t work) {
  const kernels::GemmKernels<T>& micro = kernels::table().gemm->of<T>();
  return get_num_threads() > 1 && n % micro.nr == 0 && !gemm_loops::fits(work, micro) &&
         !steps.sizes.empty() && steps.sizes[0] == steps.sizes.back();
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
    const PackedMatrix<T> factor(hh.data_ptr<T>(), 1, n, n, layout.hidden_width);
    const auto step = forward_of<T>(cell);
    T* const c_state = pointer<T>(out.c);
    T *const y = out.y.data_ptr<T>(), *const before = pointer<T>(out.before);
    T* const cells = pointer<T>(out.cells);
    const auto one = [&](const T* from, T* to, int64_t at, const Block& b) {
      const int64_t row = at + b.first, in = b.first * n + b.left;
      const auto product = [&](int64_t left, int64_t columns) {
        factor.multiply(b.rows, from + b.first * n, n, 1, {0, n, left, columns},
                        sums + row * layout.width + layout.hidden_at + left, layout.width, T(1),
                        T(1));
      };
      if (b.columns == n)
        product(0, layout.hidden_width);
      else
        for (int64_t gate = 0; gate < layout.hidden_width; gate += n)
          product(gate + b.left, b.columns);
      step({b.rows, b.columns, n, sums + row * layout.width + b.left, from + in, to + in,
            shifted(c_state, in), y + row * n + b.left, shifted(before, row * n + b.left),
            shifted(cells, row * 2 * n + b.left)});
    };
    T* const state = out.h.data_ptr<T>();
    const int64_t work = n * layout.hidden_width, count = int64_t(steps.sizes.size());
    if (!shares_units<T>(steps, n, work))
      return by_sequences(steps, steps.reverse, n, work,
                          [&](int64_t, int64_t at, const Block& b) { one(state, state, at, b); });
    // The state of before is read by all threads while each writes its part of the next.
    const Tensor other = empty(out.h.sizes(), type);
    T* const states[] = {state, other.data_ptr<T>()};
    by_units<T>(count, steps.sizes[0], n, work, [&](int64_t i, const Block& b) {
      const int64_t t = steps.reverse ? count - 1 - i : i;
      one(states[i % 2], states[(i + 1) % 2], t * steps.sizes[0], b);
    });
    if (count % 2 == 1) out.h = other;
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
    std::optional<PackedMatrix<T>> factor;
    if (hh.defined()) factor.emplace(recurrence.data_ptr<T>(), n, 1, layout.hidden_width, n);
    const auto step = backward_of<T>(cell);
    const T *const gates = kept.gates.data_ptr<T>(), *const before = kept.before.data_ptr<T>();
    const T *const cells = pointer<T>(kept.cells), *const g = pointer<T>(above);
    T *const h = out.h.data_ptr<T>(), *const c = pointer<T>(out.c);
    const T rest(cell == Cell::Gru ? 1 : 0);
    const auto count = int64_t(steps.sizes.size());
    const auto gates_back = [&](int64_t at, const Block& b) {
      const int64_t row = at + b.first, in = b.first * n + b.left;
      step({b.rows, b.columns, n, gates + row * layout.width + b.left, before + row * n + b.left,
            shifted(cells, row * 2 * n + b.left), shifted(g, row * n + b.left), h + in,
            shifted(c, in), dgates + row * layout.width + b.left});
    };
    const auto state_back = [&](int64_t at, const Block& b) {
      factor->multiply(b.rows, dgates + (at + b.first) * layout.width + layout.hidden_at,
                       layout.width, 1, {0, layout.hidden_width, b.left, b.columns},
                       h + b.first * n + b.left, n, T(1), rest);
    };
    const int64_t work = n * layout.hidden_width;
    if (shares_units<T>(steps, n, work))
      by_units<T>(count + wanted.h, sequences, n, work, [&](int64_t i, const Block& b) {
        const auto row = [&](int64_t k) { return (steps.reverse ? k : count - 1 - k) * sequences; };
        if (i > 0) state_back(row(i - 1), b);
        if (i < count) gates_back(row(i), b);
      });
    else
      by_sequences(steps, !steps.reverse, n, work, [&](int64_t i, int64_t at, const Block& b) {
        gates_back(at, b);
        if (i + 1 < count || wanted.h) state_back(at, b);
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
