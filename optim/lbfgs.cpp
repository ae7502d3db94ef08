#include "optim/lbfgs.h"

#include <cmath>
#include <limits>

#include "autograd/ops/reduce/reduce.h"
#include "autograd/ops/view/join.h"
#include "optim/checks.h"
#include "optim/line_search.h"
#include "tensor/optim/step.h"
#include "tensor/raw.h"

namespace gradus::optim {
namespace {

using Params = std::vector<Tensor>;

void check(const LBFGSOptions& o) {
  check_not_negative("lbfgs: lr", o.lr());
  if (o.history_size() < 1) fail_value("lbfgs: history_size is {}, less than 1", o.history_size());
  if (o.line_search_fn() && *o.line_search_fn() != "strong_wolfe")
    fail_value("lbfgs: line_search_fn is {}, not strong_wolfe", *o.line_search_fn());
}

int64_t most_calls(const LBFGSOptions& o) {
  const int64_t n = o.max_iter(), limit = std::numeric_limits<int64_t>::max();
  if (o.max_eval()) return *o.max_eval();
  return n > limit / 2 ? limit : n + n / 4;
}

int64_t length_of(const Params& params) {
  int64_t n = 0;
  for (const Tensor& p : params) n += p.numel();
  return n;
}

// All gradients one after the other, in memory of their own.
Tensor flat_gradient(const Params& params) {
  std::vector<Tensor> parts;
  for (const Tensor& p : params)
    parts.push_back(p.grad().defined() ? p.grad().detach().reshape({-1})
                                       : raw::zeros({p.numel()}, p.dtype()));
  return cat(parts);
}

void move_along(const Params& params, double t, const Tensor& d) {
  int64_t offset = 0;
  for (const Tensor& p : params) {
    p.add_(d.narrow(0, offset, p.numel()).view(p.sizes()), t);
    offset += p.numel();
  }
}

double dot(const Tensor& a, const Tensor& b) { return raw::axpy_dot(a, nullptr, 0, &b); }
double largest(const Tensor& v) {
  return v.norm(std::numeric_limits<double>::infinity()).item<double>();
}
Tensor number(double v, const Tensor& like) { return raw::scalar_tensor(v, like.dtype()); }

// What the iterations work on; it becomes the state at the end.
struct History {
  std::deque<Tensor> y, s;
  std::deque<double> ro;
  double scale = 1;

  void add(Tensor difference, Tensor step, int64_t size) {
    const double ys = dot(difference, step);
    if (!(ys > 1e-10)) return;
    while (int64_t(y.size()) >= size) {
      y.pop_front();
      s.pop_front();
      ro.pop_front();
    }
    scale = ys / dot(difference, difference);
    y.push_back(std::move(difference));
    s.push_back(std::move(step));
    ro.push_back(1 / ys);
  }

  // -H g by two loops over the pairs, newest first and then oldest first (Nocedal and Wright,
  // "Numerical optimization", 2006, algorithm 7.4), and its product with g. Each loop adds one
  // vector and multiplies with the next in the same pass over memory.
  Tensor direction(const Tensor& g, double& slope) const {
    const Tensor r = g.neg();
    const size_t n = y.size();
    std::vector<double> alpha(n);
    double product = n ? dot(r, s[n - 1]) : 0;
    for (size_t i = n; i-- > 0;) {
      alpha[i] = product * ro[i];
      product = raw::axpy_dot(r, &y[i], -alpha[i], i ? &s[i - 1] : nullptr);
    }
    r.mul_(scale);
    product = dot(r, n ? y[0] : g);
    for (size_t i = 0; i < n; ++i) {
      const double beta = product * ro[i];
      product = raw::axpy_dot(r, &s[i], alpha[i] - beta, i + 1 < n ? &y[i + 1] : &g);
    }
    slope = product;
    return r;
  }
};

// Throws unless the vectors of a state have the length and type, so that no loop leaves them.
void check_vectors(const LBFGSParamState& s, int64_t length, ScalarType dtype) {
  const auto fits = [&](const char* name, const Tensor& v) {
    if (!v.defined() || v.dim() != 1 || v.numel() != length || v.dtype() != dtype)
      fail("lbfgs: {} of the state is no vector of {} elements of {}", name, length, dtype);
  };
  if (s.old_dirs().size() != s.old_stps().size() || s.ro().size() != s.old_dirs().size())
    fail("lbfgs: lengths of the state differ, {} old_dirs, {} old_stps and {} ro",
         s.old_dirs().size(), s.old_stps().size(), s.ro().size());
  for (const Tensor& v : s.old_dirs()) fits("old_dirs", v);
  for (const Tensor& v : s.old_stps()) fits("old_stps", v);
  for (const Tensor& v : s.ro())
    if (!v.defined() || v.numel() != 1) fail("lbfgs: ro of the state is no number");
  if (s.n_iter() == 0) return;
  fits("d", s.d());
  fits("prev_flat_grad", s.prev_flat_grad());
  if (!s.H_diag().defined() || s.H_diag().numel() != 1)
    fail("lbfgs: H_diag of the state is no number");
}

}  // namespace

void LBFGSParamState::check(const Tensor&) const {
  if (n_iter() > 0 && d().defined()) check_vectors(*this, d().numel(), d().dtype());
}

LBFGS::LBFGS(const std::vector<OptimizerParamGroup>& param_groups, LBFGSOptions defaults)
    : Optimizer(param_groups, std::make_unique<LBFGSOptions>(defaults)) {
  if (param_groups_.size() != 1)
    fail_value("lbfgs: there are {} parameter groups, not 1", param_groups_.size());
  check(defaults);
  for (OptimizerOptions* o : {defaults_.get(), &param_groups_[0].options()}) {
    auto& options = static_cast<LBFGSOptions&>(*o);
    options.max_eval(most_calls(options));
  }
}
LBFGS::LBFGS(std::vector<Tensor> params, LBFGSOptions defaults)
    : LBFGS({OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

std::unique_ptr<OptimizerParamState> LBFGS::make_state() const {
  return std::make_unique<LBFGSParamState>();
}

void LBFGS::check_loaded(const std::vector<OptimizerParamGroup>& groups,
                         const States& states) const {
  for (const auto& [key, state] : states) {
    if (groups[0].params()[0].unsafeGetTensorImpl() != key)
      fail("lbfgs: the archive has a state that is not the first parameter's");
    const auto& s = static_cast<const LBFGSParamState&>(*state);
    check_vectors(s, length_of(groups[0].params()),
                  s.d().defined() ? s.d().dtype() : groups[0].params()[0].dtype());
  }
}

Tensor LBFGS::step(LossClosure closure) {
  if (!closure) fail("lbfgs: step needs a closure that computes the loss");
  if (param_groups_.size() != 1)
    fail_value("lbfgs: there are {} parameter groups, not 1", param_groups_.size());
  const Params& params = parameters();
  const auto& o = static_cast<const LBFGSOptions&>(param_groups_[0].options());
  if (length_of(params) == 0) fail_value("lbfgs: the parameters have no elements");
  check(o);
  before_step();
  const NoGradGuard no_grad;
  auto& slot = state_[params[0].unsafeGetTensorImpl()];
  if (!slot) slot = make_state();
  auto& state = static_cast<LBFGSParamState&>(*slot);

  int64_t calls = 0;
  const auto evaluate = [&] {
    const AutoGradMode enable(true);
    ++calls;
    return closure();
  };
  const Tensor first_loss = evaluate();
  double loss = first_loss.item<double>();
  Tensor g = flat_gradient(params);
  check_vectors(state, g.numel(), g.dtype());
  if (largest(g) <= o.tolerance_grad()) {
    state.func_evals(state.func_evals() + calls);
    after_step();
    return first_loss;
  }

  History history;
  double t = state.t(), previous_loss = state.prev_loss();
  Tensor d = state.d(), previous = state.prev_flat_grad();
  int64_t iteration = state.n_iter();
  if (iteration > 0) {
    for (const Tensor& v : state.old_dirs()) history.y.push_back(v.contiguous());
    for (const Tensor& v : state.old_stps()) history.s.push_back(v.contiguous());
    for (const Tensor& v : state.ro()) history.ro.push_back(v.item<double>());
    history.scale = state.H_diag().item<double>();
  }
  const int64_t most = most_calls(o);
  for (int64_t i = 1; i <= o.max_iter(); ++i) {
    ++iteration;
    if (iteration > 1) history.add(g.sub(previous), d.mul(t), o.history_size());
    double slope = 0;
    d = history.direction(g, slope);
    previous = g;
    previous_loss = loss;
    t = iteration == 1 ? std::min(1.0, 1 / g.norm(1).item<double>()) * o.lr() : o.lr();
    if (slope > -o.tolerance_change()) break;

    const double reach = largest(d);
    if (o.line_search_fn()) {
      std::vector<Tensor> from;
      for (const Tensor& p : params) from.push_back(p.detach().clone());
      const auto back = [&] {
        for (size_t k = 0; k < params.size(); ++k) params[k].copy_(from[k]);
      };
      const auto at = [&](double where) {
        LinePoint point{.t = where, .loss = 0, .slope = 0, .gradient = {}};
        move_along(params, where, d);
        try {
          point.loss = evaluate().item<double>();
          point.gradient = flat_gradient(params);
        } catch (...) {
          back();
          throw;
        }
        back();
        point.slope = dot(point.gradient, d);
        return point;
      };
      const LinePoint first{.t = 0, .loss = loss, .slope = slope, .gradient = g};
      int64_t searched = 0;
      const LinePoint found = strong_wolfe(at, first, t, reach, most - calls, searched);
      t = found.t;
      loss = found.loss;
      g = found.gradient;
      move_along(params, t, d);
    } else {
      move_along(params, t, d);
      if (i == o.max_iter()) break;  // nobody would look at the gradient
      loss = evaluate().item<double>();
      g = flat_gradient(params);
    }
    if (calls >= most || largest(g) <= o.tolerance_grad() ||
        reach * std::abs(t) <= o.tolerance_change() ||
        std::abs(loss - previous_loss) < o.tolerance_change())
      break;
  }

  state.func_evals(state.func_evals() + calls);
  state.n_iter(iteration);
  state.t(t);
  state.prev_loss(previous_loss);
  state.d(d);
  state.prev_flat_grad(previous);
  state.H_diag(number(history.scale, g));
  state.ro().clear();
  for (const double v : history.ro) state.ro().push_back(number(v, g));
  state.old_dirs(std::move(history.y));
  state.old_stps(std::move(history.s));
  after_step();
  return first_loss;
}

template class OptimizerCloneableOptions<LBFGSOptions>;
template class OptimizerCloneableParamState<LBFGSParamState>;

}  // namespace gradus::optim
