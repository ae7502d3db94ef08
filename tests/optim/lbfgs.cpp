// LBFGS where it has nothing to follow: its closure, its state and archives that lie.
#include "optim/lbfgs.h"

#include <doctest/doctest.h>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/reduce/reduce.h"
#include "tensor/base/parallel.h"
#include "tests/archive.h"

using namespace gradus;
using namespace gradus::optim;

namespace {

// Minimised at 3, with different curvatures.
Tensor loss_of(const Tensor& p) {
  const Tensor k = arange(p.numel(), p.dtype()) + 1;
  return ((p - 3).square() * k + (p - 3).pow(4)).sum();
}
Optimizer::LossClosure closure(Optimizer& o, const Tensor& p) {
  return [&o, p] {
    o.zero_grad();
    const Tensor loss = loss_of(p);
    loss.backward();
    return loss;
  };
}
LBFGSParamState& state_of(Optimizer& o) {
  return static_cast<LBFGSParamState&>(*o.state().begin()->second);
}
Tensor parameter(int64_t n = 4) { return zeros({n}, kDouble).requires_grad_(); }
const LBFGSOptions searched =
    LBFGSOptions().max_iter(3).max_eval(20).line_search_fn("strong_wolfe");

}  // namespace

TEST_CASE("LBFGS wants a closure, one group and options that can be") {
  const Tensor p = parameter(), q = parameter();
  LBFGS o({p});
  CHECK_THROWS_WITH(o.step(), "lbfgs: step needs a closure that computes the loss");
  using Groups = std::vector<OptimizerParamGroup>;
  CHECK_THROWS_WITH(LBFGS(Groups{OptimizerParamGroup({p}), OptimizerParamGroup({q})}),
                    "lbfgs: there are 2 parameter groups, not 1");
  o.add_param_group(OptimizerParamGroup({q}));
  CHECK_THROWS_WITH(o.step(closure(o, p)), "lbfgs: there are 2 parameter groups, not 1");
  CHECK_THROWS_WITH(LBFGS({p}, -1), "lbfgs: lr is -1, less than 0");
  CHECK_THROWS_WITH(LBFGS({p}, LBFGSOptions().history_size(0)),
                    "lbfgs: history_size is 0, less than 1");
  CHECK_THROWS_WITH(LBFGS({p}, LBFGSOptions().line_search_fn("golden")),
                    "lbfgs: line_search_fn is golden, not strong_wolfe");
  LBFGS none(std::vector<Tensor>{});
  CHECK_THROWS_WITH(none.step(closure(none, p)), "lbfgs: the parameters have no elements");
}

TEST_CASE("max_eval follows from max_iter") {
  const auto calls = [](int64_t max_iter) {
    const LBFGS o({parameter()}, LBFGSOptions().max_iter(max_iter));
    return static_cast<const LBFGSOptions&>(o.param_groups()[0].options()).max_eval();
  };
  CHECK(calls(20) == 25);
  CHECK(calls(3) == 3);
  CHECK(calls(std::numeric_limits<int64_t>::max()) == std::numeric_limits<int64_t>::max());
}

TEST_CASE("LBFGS minimises in float32 and float64, through gaps and without gradients") {
  for (const ScalarType dtype : {kFloat, kDouble}) {
    const Tensor wide = zeros({4, 2}, dtype);
    Tensor p = wide.select(1, 0).requires_grad_(), idle = ones({3}, dtype).requires_grad_();
    LBFGS o({idle, p}, LBFGSOptions().max_iter(100).line_search_fn("strong_wolfe"));
    const NoGradGuard no_grad;  // the closure records all the same
    o.step(closure(o, p));
    CHECK((p - 3).abs().max().item<double>() < 1e-3);
    CHECK(idle.equal(ones({3}, dtype)));
    CHECK(wide.select(1, 1).equal(zeros({4}, dtype)));
  }
}

TEST_CASE("an exception in a line search leaves parameters and state") {
  const Tensor p = parameter();
  LBFGS o({p}, searched);
  o.step(closure(o, p));
  const Tensor before = p.detach().clone();
  const std::string was = saved_bytes(o);
  int calls = 0;
  CHECK_THROWS_WITH(o.step([&] {
    if (++calls == 2) throw std::runtime_error("no loss");
    return closure(o, p)();
  }),
                    "no loss");
  CHECK(p.equal(before));
  CHECK(saved_bytes(o) == was);
}

TEST_CASE("LBFGS goes on bit for bit from an archive") {
  const Tensor p = parameter();
  LBFGS first({p}, searched);
  first.step(closure(first, p));
  CHECK(state_of(first).old_dirs().size() == 2);
  const Tensor q = p.detach().clone().requires_grad_();
  LBFGS second({q}, LBFGSOptions(0.5));
  through(first, second);
  CHECK(state_of(first) == state_of(second));
  CHECK(static_cast<LBFGSOptions&>(second.param_groups()[0].options()) ==
        static_cast<LBFGSOptions&>(first.param_groups()[0].options()));
  for (int i = 0; i < 3; ++i) {
    first.step(closure(first, p));
    second.step(closure(second, q));
  }
  CHECK(p.equal(q));
  CHECK(state_of(first) == state_of(second));
  LBFGS fresh({parameter()}, 0.1);
  through(LBFGS({parameter()}), fresh);  // nothing was remembered yet
  CHECK(fresh.state().empty());
}

TEST_CASE("an archive of LBFGS that lies changes nothing") {
  const auto refuses = [](auto change, const char* message) {
    const Tensor p = parameter(), q = parameter();
    LBFGS o({p}, searched), other({q}, 0.5);
    o.step(closure(o, p));
    change(state_of(o));
    CHECK_THROWS_WITH(through(o, other), message);
    CHECK(other.state().empty());
    CHECK(other.param_groups()[0].options().get_lr() == 0.5);
  };
  using State = LBFGSParamState;
  refuses([](State& s) { s.d(zeros({5}, kDouble)); },
          "lbfgs: old_dirs of the state is no vector of 5 elements of float64");
  refuses([](State& s) { s.d(zeros({4})); },
          "lbfgs: old_dirs of the state is no vector of 4 elements of float32");
  refuses(
      [](State& s) {
        s.old_stps()[1] = zeros({2, 2}, kDouble);
      },
      "lbfgs: old_stps of the state is no vector of 4 elements of float64");
  refuses([](State& s) { s.ro().pop_back(); },
          "lbfgs: lengths of the state differ, 2 old_dirs, 2 old_stps and 1 ro");
  refuses([](State& s) { s.ro()[0] = zeros({2}, kDouble); }, "lbfgs: ro of the state is no number");
  refuses([](State& s) { s.H_diag(Tensor()); }, "lbfgs: H_diag of the state is no number");
  refuses([](State& s) { s.prev_flat_grad(Tensor()); },
          "lbfgs: prev_flat_grad of the state is no vector of 4 elements of float64");
  // Of another length as a whole.
  const Tensor p = parameter(4), q = parameter(3);
  LBFGS o({p}, searched), other({q});
  o.step(closure(o, p));
  CHECK_THROWS_WITH(through(o, other),
                    "lbfgs: old_dirs of the state is no vector of 3 elements of float64");
  // Of a parameter that is not the first one.
  const Tensor r = parameter(4);
  LBFGS pair({q, r});
  pair.state()[r.unsafeGetTensorImpl()] = state_of(o).clone();
  LBFGS again({q, r});
  CHECK_THROWS_WITH(through(pair, again),
                    "lbfgs: the archive has a state that is not the first parameter's");
}

TEST_CASE("a state that does not fit throws before it is read") {
  const Tensor p = parameter();
  LBFGS o({p}, searched);
  o.step(closure(o, p));
  state_of(o).old_dirs()[0] = zeros({2}, kDouble);
  CHECK_THROWS_WITH(o.step(closure(o, p)),
                    "lbfgs: old_dirs of the state is no vector of 4 elements of float64");
}

TEST_CASE("states of LBFGS compare and copy") {
  LBFGSParamState a, b;
  CHECK(a == b);
  a.old_dirs().push_back(ones({2}));
  CHECK_FALSE(a == b);
  b.old_dirs({ones({2})});
  CHECK(a == b);
  a.al(std::vector<Tensor>{ones({1})});
  CHECK_FALSE(a == b);
  b.al(std::vector<Tensor>{zeros({1})});
  CHECK_FALSE(a == b);
  CHECK(static_cast<const LBFGSParamState&>(*a.clone()) == a);
}

TEST_CASE("LBFGS has the same bits for any number of threads") {
  std::vector<Tensor> results;
  for (const int threads : {1, 2}) {
    set_num_threads(threads);
    const Tensor p = (arange(100'003) * 1e-5).requires_grad_();
    LBFGS o({p}, searched);
    o.step([&] {
      o.zero_grad();
      const Tensor loss = ((p - 3).square() * (p.detach() + 1)).sum();
      loss.backward();
      return loss;
    });
    results.push_back(p);
  }
  CHECK(results[0].equal(results[1]));
}

TEST_CASE("hooks stand around a step of LBFGS") {
  const Tensor p = parameter();
  LBFGS o({p}, searched);
  std::string calls;
  o.register_step_pre_hook([&](Optimizer&) { calls += "a"; });
  o.register_step_post_hook([&](Optimizer&) { calls += "b"; });
  o.step(closure(o, p));
  CHECK(calls == "ab");
  p.detach().fill_(3);
  o.step(closure(o, p));  // at the minimum
  CHECK(calls == "abab");
}
