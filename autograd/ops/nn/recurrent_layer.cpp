// A layer in one direction is one node on the tape, computed and differentiated by fused loops; see
// tensor/nn/recurrent.h. Gradients that are recorded themselves, and layers with a projection, are
// composed of other operations.
#include "autograd/ops/nn/recurrent_layer.h"

#include <algorithm>

#include "autograd/autograd.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/view/join.h"
#include "autograd/record.h"
#include "tensor/base/fail.h"

namespace gradus::autograd {

namespace {

using raw::Cell;

// h and c after a step, from what x adds to the gates' sums.
RecurrentStates stepped(Cell cell, const Tensor& from_x, const Tensor& h, const Tensor& c,
                        const RecurrentParameters& p) {
  const Tensor from_h = linear(h, p.hh, p.bias_hh);
  if (cell == Cell::Gru) {
    const auto a = from_x.chunk(3, 1), b = from_h.chunk(3, 1);
    const Tensor r = (a[0] + b[0]).sigmoid(), z = (a[1] + b[1]).sigmoid();
    const Tensor n = (a[2] + r * b[2]).tanh();
    return {{}, n + z * (h - n), {}};
  }
  const Tensor sum = from_x + from_h;
  if (cell == Cell::RnnTanh) return {{}, sum.tanh(), {}};
  if (cell == Cell::RnnRelu) return {{}, sum.relu(), {}};
  const auto gates = sum.chunk(4, 1);
  const Tensor next = gates[1].sigmoid() * c + gates[0].sigmoid() * gates[2].tanh();
  const Tensor out = gates[3].sigmoid() * next.tanh();
  return {{}, p.hr.defined() ? linear(out, p.hr) : out, next};
}

// The first rows of a state replaced.
Tensor replaced(const Tensor& state, const Tensor& first) {
  if (!state.defined()) return state;
  const int64_t n = first.size(0), all = state.size(0);
  return n == all ? first : cat({first, state.narrow(0, n, all - n)});
}
Tensor first_rows(const Tensor& state, int64_t n) {
  return !state.defined() || state.size(0) == n ? state : state.narrow(0, 0, n);
}

RecurrentStates composed(Cell cell, const Tensor& x, const RecurrentStates& from,
                         const RecurrentParameters& p, const raw::Steps& steps) {
  const Tensor from_x = linear(x, p.ih, p.bias_ih);
  const size_t count = steps.sizes.size();
  std::vector<Tensor> ys(count);
  Tensor h = from.h, c = from.c;
  int64_t at = steps.reverse ? x.size(0) : 0;
  for (size_t i = 0; i < count; ++i) {
    const size_t t = steps.reverse ? count - 1 - i : i;
    const int64_t n = steps.sizes[t];
    if (steps.reverse) at -= n;
    const RecurrentStates now =
        stepped(cell, from_x.narrow(0, at, n), first_rows(h, n), first_rows(c, n), p);
    if (!steps.reverse) at += n;
    ys[t] = now.h;
    h = replaced(h, now.h);
    c = replaced(c, now.c);
  }
  return {cat(ys), h, c};
}

// The inputs of the node.
constexpr size_t inputs = 7;
using Inputs = std::array<Saved, inputs>;

// The gradients of the composed layer, recorded. It is computed anew, from aliases: where one input
// depends on another that is no part of the gradient.
std::vector<Tensor> recorded_gradients(Cell cell, const Grads& dy, const Needs& needs,
                                       const Inputs& saved, const raw::Steps& steps) {
  std::vector<Tensor> in(inputs), wanted, ys, dys, out(inputs);
  for (size_t i = 0; i < inputs; ++i) {
    const Tensor& t = saved[i];
    in[i] = needs[i] ? t.alias() : t;
    if (needs[i]) wanted.push_back(in[i]);
  }
  const RecurrentStates s =
      composed(cell, in[0], {{}, in[1], in[2]}, {in[3], in[4], in[5], in[6], {}}, steps);
  const Tensor* results[] = {&s.y, &s.h, &s.c};
  for (size_t i = 0; i < dy.size(); ++i) {
    if (!dy.defined(i) || !results[i]->requires_grad()) continue;
    ys.push_back(*results[i]);
    dys.push_back(dy[i]);
  }
  const auto g = grad(ys, wanted, dys, std::nullopt, /*create_graph=*/true, /*allow_unused=*/true);
  for (size_t i = 0, k = 0; i < inputs; ++i)
    if (needs[i]) out[i] = g[k++];
  return out;
}

bool can_fuse(const Tensor& x, const RecurrentStates& from, const RecurrentParameters& p) {
  const auto fits = [&](const Tensor& t) { return !t.defined() || t.dtype() == x.dtype(); };
  return x.is_floating_point() && !p.hr.defined() && x.numel() > 0 && p.hh.numel() > 0 &&
         p.bias_ih.defined() == p.bias_hh.defined() && fits(from.h) && fits(from.c) && fits(p.ih) &&
         fits(p.hh) && fits(p.bias_ih) && fits(p.bias_hh);
}

void check(const char* op, Cell cell, const Tensor& x, const RecurrentParameters& p) {
  const int64_t gates = raw::gate_count(cell);
  const auto fits = [&](const char* name, const Tensor& t, std::initializer_list<int64_t> wanted) {
    if (t.defined() && t.sizes() != IntArrayRef(wanted))
      fail("{}: {} has shape {}, expected {}", op, name, t.sizes(), IntArrayRef(wanted));
  };
  if (p.hh.dim() != 2 || p.hh.size(0) % gates != 0)
    fail("{}: weight_hh has shape {}, its rows must be {} times the hidden size", op, p.hh.sizes(),
         gates);
  const int64_t rows = p.hh.size(0), hidden = rows / gates;
  if (p.hr.defined())
    fits("weight_hr", p.hr, {p.hh.size(1), hidden});
  else
    fits("weight_hh", p.hh, {rows, hidden});
  fits("weight_ih", p.ih, {rows, x.size(1)});
  fits("bias_ih", p.bias_ih, {rows});
  fits("bias_hh", p.bias_hh, {rows});
}

}  // namespace

RecurrentStates recurrent_layer(const char* op, Cell cell, const Tensor& x,
                                const RecurrentStates& from, const RecurrentParameters& p,
                                const raw::Steps& steps) {
  check(op, cell, x, p);
  if (!can_fuse(x, from, p)) return composed(cell, x, from, p, steps);
  const Tensor list[inputs] = {x, from.h, from.c, p.ih, p.hh, p.bias_ih, p.bias_hh};
  const bool keep =
      GradMode::is_enabled() && std::any_of(std::begin(list), std::end(list), needs_grad);
  raw::Recurrent r =
      raw::recurrent(cell, x, from.h, from.c, {p.ih, p.hh, p.bias_ih, p.bias_hh}, steps, keep);
  std::vector<Tensor> outs{r.y, r.h};
  if (cell == Cell::Lstm) outs.push_back(r.c);
  if (keep) {
    Inputs saved;
    for (size_t i = 0; i < inputs; ++i) saved[i] = save(list[i]);
    outs = record_joint_many(
        op, std::move(outs), list,
        [cell, steps, saved = std::move(saved), gates = save(r.gates), before = save(r.before),
         cells = save(r.cells)](const Grads& dy, const Needs& needs) -> std::vector<Tensor> {
          if (GradMode::is_enabled()) return recorded_gradients(cell, dy, needs, saved, steps);
          const auto given = [&](size_t i) {
            return i < dy.size() && dy.defined(i) ? dy[i] : Tensor();
          };
          const auto read = [&](size_t i, bool wanted) { return wanted ? *saved[i] : Tensor(); };
          raw::RecurrentGradients g = raw::recurrent_backward(
              cell, given(0), given(1), given(2), read(0, needs[3]), read(3, needs[0]),
              read(4, needs[1] || steps.sizes.size() > 1), {{}, {}, {}, *gates, *before, *cells},
              steps, {needs[0], needs[1], needs[2], needs[3], needs[4], needs[5], needs[6]});
          return {g.x, g.h, g.c, g.ih, g.hh, g.bias_ih, g.bias_hh};
        });
  }
  return {outs[0], outs[1], outs.size() > 2 ? outs[2] : Tensor()};
}

Vector<int64_t> steps_of(const char* op, const Tensor& batch_sizes, int64_t rows) {
  if (batch_sizes.dim() != 1 || batch_sizes.dtype() != kLong || batch_sizes.numel() == 0)
    fail("{}: batch_sizes must be a vector of int64, got {} of {}", op, batch_sizes.sizes(),
         batch_sizes.dtype());
  Vector<int64_t> sizes = raw::to_list(batch_sizes);
  int64_t total = 0, before = sizes[0];
  for (const int64_t n : sizes) {
    if (n < 1 || n > before)
      fail("{}: batch_sizes must be positive and not grow, got {} after {}", op, n, before);
    total += before = n;
  }
  if (total != rows) fail("{}: batch_sizes name {} rows, the data has {}", op, total, rows);
  return sizes;
}

}  // namespace gradus::autograd
