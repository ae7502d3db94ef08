#include "optim/optim.h"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/ops/pointwise/copy.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/reduce/reduce.h"
#include "tensor/base/parallel.h"
#include "tests/archive.h"
#include "tests/optim/cases.h"
#include "tests/table.h"

using namespace gradus;
using namespace gradus::optim;

namespace {

using pair = std::tuple<double, double>;

const std::map<std::string, std::vector<double>> expected = [] {
  std::map<std::string, std::vector<double>> all;
  for (const test::Cell& row : test::read_table("optimizers.txt"))
    all[row[0].text] = row[1].numbers();
  return all;
}();

Tensor gradient(const Tensor& p, int step) {
  const Tensor k = arange(p.numel(), kDouble).view(p.sizes());
  return (p.detach().to(kDouble) * 0.3 + (k * 1.7 + 0.9 * step).sin()).to(p.dtype());
}

void step_with_gradients(Optimizer& o, const std::vector<Tensor>& params, int step) {
  for (const Tensor& p : params) p.mutable_grad() = gradient(p, step);
  o.step();
}

Tensor average_of(const Optimizer& o, const Tensor& p) {
  return static_cast<const ASGDParamState&>(*o.state().at(p.unsafeGetTensorImpl())).ax();
}

}  // namespace

TEST_CASE("every optimiser takes PyTorch's steps") {
  CHECK(expected.size() == 2 * optimizer_cases.size());
  for (const OptimizerCase& c : optimizer_cases)
    for (const ScalarType dtype : {kFloat, kDouble})
      // The parameter of two dimensions is dense, transposed, or a window with gaps.
      for (const char* layout : {"dense", "transposed", "window"}) {
        const std::string name = std::string(c.name) + ' ' + std::string(dtype_name(dtype));
        CAPTURE(name);
        CAPTURE(layout);
        const auto& want = expected.at(name);
        Tensor p = first_parameter(c, dtype), q = ramp(0.8, -0.2, {2, 3}, dtype);
        if (*layout == 't') q = q.t().contiguous().t();
        if (*layout == 'w') {
          const Tensor wide = full({2, 7}, 9, dtype);
          wide.slice(1, 0, 6, 2).copy_(q);
          q = wide.slice(1, 0, 6, 2);
        }
        p.requires_grad_();
        q.requires_grad_();
        const auto o = c.make({p}, {q});
        // Muon's iteration multiplies small singular values, and so their rounding, by up to 3.4⁵.
        const double rounding =
            (dtype == kFloat ? 2e-6 : 1e-13) * (std::string(c.name).starts_with("muon") ? 50 : 1);
        size_t at = 0;
        for (int step = 1; step <= 200; ++step) {
          step_with_gradients(*o, {p, q}, step);
          if (step != 1 && step != 4 && step != 20 && step != 200) continue;
          for (const double v : values({p, q})) {
            CAPTURE(step);
            CHECK(std::abs(v - want.at(at)) <= rounding * (1 + std::abs(want[at])));
            ++at;
          }
        }
        // ASGD's rows also have its averages.
        if (std::string(c.name).starts_with("asgd"))
          for (const double v : values({average_of(*o, p), average_of(*o, q)}))
            CHECK(std::abs(v - want.at(at++)) <= rounding * (1 + std::abs(v)));
        CHECK(at == want.size());
      }
}

TEST_CASE("large parameters are split among threads without a trace") {
  std::vector<std::vector<double>> results;
  for (const int threads : {1, 2}) {
    set_num_threads(threads);
    Tensor p = ramp(-1, 1e-5, {100'003}, kFloat).requires_grad_();
    const auto o = optimizer_cases[7].make({p}, {});
    for (int step = 1; step <= 3; ++step) step_with_gradients(*o, {p}, step);
    results.push_back(values({p}));
  }
  CHECK(results[0] == results[1]);
}

TEST_CASE("training goes on bit for bit from a saved optimiser") {
  for (const OptimizerCase& c : optimizer_cases) {
    CAPTURE(c.name);
    Tensor p = first_parameter(c, kFloat).requires_grad_();
    Tensor q = ramp(0.8, -0.2, {2, 3}, kFloat).t().contiguous().t().requires_grad_();
    const auto first = c.make({p}, {q});
    for (int step = 1; step <= 7; ++step) step_with_gradients(*first, {p, q}, step);
    first->param_groups()[1].options().set_lr(0.003);

    Tensor p2 = p.detach().clone().requires_grad_(), q2 = q.detach().clone().requires_grad_();
    const auto second = c.make({p2}, {q2});
    through(*first, *second);
    for (int step = 8; step <= 15; ++step) {
      step_with_gradients(*first, {p, q}, step);
      step_with_gradients(*second, {p2, q2}, step);
    }
    CHECK(values({p, q}) == values({p2, q2}));
  }
}

TEST_CASE("an optimiser that does not fit the file is left as it was") {
  Tensor p = ramp(0, 1, {4}, kFloat).requires_grad_(), q = ramp(0, 1, {3}, kFloat).requires_grad_();
  Adam saved({p}, 0.1);
  step_with_gradients(saved, {p}, 1);
  const std::string bytes = saved_bytes(saved);
  const auto load_into = [&](Optimizer& o) { load_bytes(bytes, o); };
  Adam other_sizes({q}, 0.5), more({p, q}, 0.5);
  CHECK_THROWS_WITH(load_into(other_sizes),
                    "load: exp_avg: sizes differ, [4] in the archive and [3] of the parameter");
  CHECK(other_sizes.param_groups()[0].options().get_lr() == 0.5);
  CHECK(other_sizes.state().empty());
  CHECK_THROWS_WITH(
      load_into(more),
      "load: group 0: numbers of parameters differ, 1 in the archive and 2 of the optimiser");
  Tensor wide = ramp(0, 1, {4}, kDouble).requires_grad_();
  Adam other_type({wide}, 0.5);
  CHECK_THROWS_WITH(
      load_into(other_type),
      "load: exp_avg: types differ, float32 in the archive and float64 of the parameter");
  Adam groups({OptimizerParamGroup({p}), OptimizerParamGroup({q})}, 0.5);
  CHECK_THROWS_WITH(load_into(groups),
                    "load: numbers of groups differ, 1 in the archive and 2 of the optimiser");
  SGD another({p}, 0.5);
  CHECK_THROWS_WITH(load_into(another), "load: the archive has no value param_groups.0.momentum");
  CHECK(another.param_groups()[0].options().get_lr() == 0.5);
}

TEST_CASE("parameter groups inherit what they do not set") {
  Tensor p = zeros({2}).requires_grad_(), q = zeros({2}).requires_grad_();
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(std::vector<Tensor>{p},
                      std::make_unique<SGDOptions>(SGDOptions(1e-3).momentum(0.5)));
  groups.emplace_back(std::vector<Tensor>{q});
  SGD sgd(groups, SGDOptions(0.1).weight_decay(0.2));
  const auto options = [&](size_t i) -> SGDOptions& {
    return static_cast<SGDOptions&>(sgd.param_groups()[i].options());
  };
  CHECK(options(0) == SGDOptions(0.1).momentum(0.5).weight_decay(0.2));
  CHECK(options(1) == SGDOptions(0.1).weight_decay(0.2));
  CHECK(sgd.size() == 2);
  CHECK(sgd.parameters().size() == 1);
  CHECK_THROWS_WITH(sgd.add_param_group(OptimizerParamGroup({q})),
                    "optim: a parameter of sizes [2] is in two groups");
  CHECK_THROWS_WITH(sgd.add_param_group(OptimizerParamGroup({q * 2})),
                    "optim: a parameter of sizes [2] is no leaf");
  CHECK(sgd.param_groups().size() == 2);
}

TEST_CASE("parameters that come later") {
  Tensor p = ones({2}).requires_grad_(), q = ones({2}).requires_grad_();
  SGD sgd({p}, 0.5);
  sgd.add_parameters({q});
  CHECK(sgd.size() == 2);
  q.mutable_grad() = ones({2});
  sgd.step();
  CHECK(q.equal(full({2}, 0.5)));
  CHECK(p.equal(ones({2})));
}

TEST_CASE("the first rate of a group is copied and saved with it") {
  Tensor p = zeros({2}).requires_grad_();
  SGD sgd({p}, 0.5), other({p}, 0.25), plain({p}, 0.125);
  sgd.param_groups()[0].initial_lr = 0.75;
  CHECK(OptimizerParamGroup(sgd.param_groups()[0]).initial_lr == 0.75);
  through(sgd, other);
  CHECK(other.param_groups()[0].initial_lr == 0.75);
  through(plain, other);
  CHECK_FALSE(other.param_groups()[0].initial_lr.has_value());
}

TEST_CASE("states compare by their tensors' values") {
  SGDParamState a, b;
  CHECK(a == b);
  a.momentum_buffer(ones({2}));
  CHECK_FALSE(a == b);
  b.momentum_buffer(ones({2}));
  CHECK(a == b);
  b.momentum_buffer(zeros({2}));
  CHECK_FALSE(a == b);
}

TEST_CASE("without momentum there is no dampening, and nothing to keep") {
  Tensor p = ones({2}).requires_grad_();
  SGD sgd({p}, SGDOptions(0.5).dampening(0.5));
  for (int step = 0; step < 2; ++step) {
    p.mutable_grad() = ones({2});
    sgd.step();
  }
  CHECK(p.equal(zeros({2})));
}

TEST_CASE("steps are counted") {
  Tensor p = ones({2}).requires_grad_();
  RMSprop rmsprop({p}, 0.5);
  for (int step = 0; step < 2; ++step) {
    p.mutable_grad() = ones({2});
    rmsprop.step();
  }
  const auto& state = *rmsprop.state().begin()->second;
  CHECK(static_cast<const RMSpropParamState&>(state).step() == 2);
}

TEST_CASE("options out of their ranges throw") {
  const std::vector<Tensor> p = {zeros({1})};
  CHECK_THROWS_WITH(SGD(p, SGDOptions(0.1).momentum(-1)), "sgd: momentum is -1, less than 0");
  CHECK_THROWS_WITH(SGD(p, SGDOptions(0.1).weight_decay(-1)),
                    "sgd: weight_decay is -1, less than 0");
  CHECK_THROWS_AS(SGD(p, SGDOptions(0.1).nesterov(true).momentum(0.9).dampening(0.1)), Error);
  CHECK_THROWS_WITH(Adam(p, AdamOptions(0.1).eps(-1)), "adam: eps is -1, less than 0");
  CHECK_THROWS_WITH(Adam(p, AdamOptions(0.1).betas(pair(-0.5, 0.9))),
                    "adam: the first beta is -0.5, not in [0, 1)");
  CHECK_THROWS_WITH(Adam(p, AdamOptions(0.1).weight_decay(-1)),
                    "adam: weight_decay is -1, less than 0");
  CHECK_THROWS_WITH(RMSprop(p, -1), "rmsprop: lr is -1, less than 0");
  CHECK_THROWS_WITH(RMSprop(p, RMSpropOptions(0.1).eps(-1)), "rmsprop: eps is -1, less than 0");
  CHECK_THROWS_WITH(RMSprop(p, RMSpropOptions(0.1).momentum(-1)),
                    "rmsprop: momentum is -1, less than 0");
  CHECK_THROWS_WITH(RMSprop(p, RMSpropOptions(0.1).weight_decay(-1)),
                    "rmsprop: weight_decay is -1, less than 0");
  CHECK_THROWS_WITH(Adagrad(p, -1), "adagrad: lr is -1, less than 0");
  CHECK_THROWS_WITH(Adagrad(p, AdagradOptions(0.1).weight_decay(-1)),
                    "adagrad: weight_decay is -1, less than 0");
  CHECK_THROWS_WITH(Adagrad(p, AdagradOptions(0.1).initial_accumulator_value(-1)),
                    "adagrad: initial_accumulator_value is -1, less than 0");
  CHECK_THROWS_WITH(Adagrad(p, AdagradOptions(0.1).eps(-1)), "adagrad: eps is -1, less than 0");
  CHECK_THROWS_WITH(SGD(p, -0.1), "sgd: lr is -0.1, less than 0");
  CHECK_THROWS_WITH(SGD(p, SGDOptions(0.1).nesterov(true)),
                    "sgd: nesterov wants momentum and no dampening, momentum 0 and dampening 0");
  CHECK_THROWS_WITH(Adam(p, AdamOptions(0.1).betas(pair(0.9, 1.0))),
                    "adam: the second beta is 1, not in [0, 1)");
  CHECK_THROWS_AS(AdamW(p, AdamWOptions(NAN)), Error);
  CHECK_THROWS_AS(RMSprop(p, RMSpropOptions(0.1).alpha(-1)), Error);
  CHECK_THROWS_AS(Adagrad(p, AdagradOptions(0.1).lr_decay(-1)), Error);
}

TEST_CASE("options of the other optimisers out of their ranges throw") {
  const std::vector<Tensor> p = {zeros({1})};
  CHECK_THROWS_WITH(Adadelta(p, -1), "adadelta: lr is -1, less than 0");
  CHECK_THROWS_WITH(Adadelta(p, AdadeltaOptions().rho(1.5)), "adadelta: rho is 1.5, not in [0, 1]");
  CHECK_THROWS_WITH(Adadelta(p, AdadeltaOptions().eps(-1)), "adadelta: eps is -1, less than 0");
  CHECK_THROWS_WITH(Adamax(p, AdamaxOptions().betas(pair(0.9, 1))),
                    "adamax: the second beta is 1, not in [0, 1)");
  CHECK_THROWS_WITH(NAdam(p, NAdamOptions().momentum_decay(-1)),
                    "nadam: momentum_decay is -1, less than 0");
  CHECK_THROWS_WITH(RAdam(p, RAdamOptions().weight_decay(NAN)),
                    "radam: weight_decay is nan, less than 0");
  CHECK_THROWS_WITH(Rprop(p, RpropOptions().etas(pair(0.5, 0.9))),
                    "rprop: etas are 0.5 and 0.9, not in (0, 1) and above 1");
  CHECK_THROWS_WITH(Rprop(p, RpropOptions().etas(pair(0, 2))),
                    "rprop: etas are 0 and 2, not in (0, 1) and above 1");
  CHECK_THROWS_WITH(ASGD(p, ASGDOptions().weight_decay(-1)),
                    "asgd: weight_decay is -1, less than 0");
  CHECK_THROWS_WITH(Lion(p, LionOptions().betas(pair(1, 0.9))),
                    "lion: the first beta is 1, not in [0, 1)");
  CHECK_THROWS_WITH(Adafactor(p, AdafactorOptions().beta2_decay(0.5)),
                    "adafactor: beta2_decay is 0.5, more than 0");
  CHECK_THROWS_WITH(Adafactor(p, AdafactorOptions().d(0.5)), "adafactor: d is 0.5, less than 1");
  CHECK_THROWS_WITH(Adafactor(p, AdafactorOptions().eps({-1.0, 0.1})),
                    "adafactor: eps1 is -1, less than 0");
  CHECK_THROWS_WITH(Muon(p, 0.1), "muon: a parameter has sizes [1], which is no matrix");
  CHECK_THROWS_WITH(Muon({zeros({1, 1})}, MuonOptions().ns_steps(100)),
                    "muon: ns_steps is 100, not in [0, 100)");
  CHECK_THROWS_WITH(Muon({zeros({1, 1})}, MuonOptions().adjust_lr_fn("half")),
                    "muon: adjust_lr_fn is half, not original or match_rms_adamw");
}

TEST_CASE("zero_grad drops gradients or fills them with zeros") {
  Tensor p = ones({2}).requires_grad_();
  SGD sgd({p}, 0.1);
  (p * p).sum().backward();
  sgd.zero_grad(/*set_to_none=*/false);
  CHECK(p.grad().equal(zeros({2})));
  sgd.zero_grad();
  CHECK(!p.grad().defined());
  sgd.zero_grad(/*set_to_none=*/false);
  CHECK(!p.grad().defined());
  sgd.step();  // nothing to do
  CHECK(p.equal(ones({2})));
  // The zeros have no history.
  autograd::backward({(p * p * p).sum()}, {}, std::nullopt, /*create_graph=*/true);
  CHECK(p.grad().requires_grad());
  sgd.zero_grad(/*set_to_none=*/false);
  CHECK_FALSE(p.grad().requires_grad());
}

TEST_CASE("a closure is called with gradients enabled and its loss returned") {
  Tensor p = ones({2}).requires_grad_();
  SGD sgd({p}, 0.25);
  NoGradGuard no_grad;
  const Tensor loss = sgd.step([&] {
    sgd.zero_grad();
    Tensor l = (p * p).sum();
    l.backward();
    return l;
  });
  CHECK(loss.item<double>() == 2);
  CHECK(p.equal(full({2}, 0.5)));
}

TEST_CASE("a step counts as a write") {
  Tensor p = ones({2}).requires_grad_();
  SGD sgd({p}, 0.25);
  const Tensor y = (p * p).sum();
  p.mutable_grad() = ones({2});
  sgd.step();
  CHECK_THROWS_AS(y.backward(), Error);
}

TEST_CASE("an inference tensor is not trained") {
  Tensor p;
  {
    const InferenceMode inference;
    p = ones({2});
  }
  SGD sgd({p}, 0.25);
  p.mutable_grad() = ones({2});
  CHECK_THROWS_WITH(sgd.step(), doctest::Contains("optimizer.step: an inference tensor"));
  CHECK(p.equal(ones({2})));
}

TEST_CASE("hooks are called around each step, until they are removed") {
  Tensor p = ones({2}).requires_grad_();
  std::string calls;
  RemovableHandle late;
  {
    SGD first({p}, 0.25);
    SGD sgd(std::move(first));
    auto before = sgd.register_step_pre_hook([&](Optimizer& o) {
      CHECK(o.parameters()[0].is_same(p));
      calls += "a";
    });
    sgd.register_step_pre_hook([&](Optimizer&) { calls += "b"; });
    RemovableHandle once;
    once = sgd.register_step_post_hook([&](Optimizer& o) {
      calls += "c";
      once.remove();
      late = o.register_step_post_hook([&](Optimizer&) { calls += "d"; });
    });
    const auto closure = [&] {
      calls += "-";
      return ones({});
    };
    sgd.step(closure);
    CHECK(calls == "ab-c");
    sgd.step(closure);
    CHECK(calls == "ab-cab-d");
    before.remove();
    before.remove();
    sgd.step();
    CHECK(calls == "ab-cab-dbd");
    CHECK_THROWS_AS(sgd.step([]() -> Tensor { throw std::runtime_error("no loss"); }),
                    std::runtime_error);
    CHECK(calls == "ab-cab-dbdb");  // nothing follows a step that failed
    CHECK_THROWS_WITH(sgd.register_step_pre_hook(nullptr), "optim: a step hook is empty");
  }
  late.remove();  // the optimiser is gone
  RemovableHandle().remove();
}
