#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <memory>
#include <string>

#include "autograd/factories.h"
#include "optim/optim.h"
#include "tests/archive.h"
#include "tests/table.h"

using namespace gradus;
using namespace gradus::optim;

namespace {

const std::map<std::string, std::vector<double>> expected = [] {
  std::map<std::string, std::vector<double>> all;
  for (const test::Cell& row : test::read_table("schedulers.txt"))
    all[row[0].text] = row[1].numbers();
  return all;
}();

double metric(int t) { return std::sin(0.5 * t) / (1 + t); }

// One step of a schedule, the t-th.
using Step = std::function<void(int t)>;

template <class... S>
Step steps(std::shared_ptr<S>... schedulers) {
  return [=](int) { (schedulers->step(), ...); };
}
template <class S, class... Args>
auto make(Args&&... args) {
  return std::make_shared<S>(std::forward<Args>(args)...);
}
template <class S, class... Args>
Step one(Args&&... args) {
  return steps(make<S>(std::forward<Args>(args)...));
}
template <class... Args>
Step plateau(Args&&... args) {
  return [s = make<ReduceLROnPlateau>(std::forward<Args>(args)...)](int t) { s->step(metric(t)); };
}
using Parts = std::vector<std::shared_ptr<LRScheduler>>;

struct Case {
  const char* name;
  Step (*make)(Optimizer&);
};
const Case cases[] = {
    {"lambda",
     [](Optimizer& o) { return one<LambdaLR>(o, [](int64_t t) { return std::pow(0.9, t); }); }},
    {"lambdas",
     [](Optimizer& o) {
       return one<LambdaLR>(
           o, std::vector<LambdaLR::Lambda>{[](int64_t t) { return 1.0 / double(1 + t); },
                                            [](int64_t t) { return 1 - double(t) / 50; }});
     }},
    {"multiplicative",
     [](Optimizer& o) {
       return one<MultiplicativeLR>(o, [](int64_t t) { return t % 2 ? 0.8 : 1.1; });
     }},
    {"step", [](Optimizer& o) { return one<lr_scheduler::StepLR>(o, 3u, 0.5); }},
    {"multistep",
     [](Optimizer& o) {
       return one<MultiStepLR>(o, std::vector<int64_t>{3, 7, 7, 20}, 0.3);
     }},
    {"constant", [](Optimizer& o) { return one<ConstantLR>(o, 0.2, 4); }},
    {"linear", [](Optimizer& o) { return one<LinearLR>(o, 0.1, 1.0, 8); }},
    {"linear down", [](Optimizer& o) { return one<LinearLR>(o, 1.0, 0.3, 6); }},
    {"exponential", [](Optimizer& o) { return one<ExponentialLR>(o, 0.93); }},
    {"polynomial", [](Optimizer& o) { return one<PolynomialLR>(o, 10, 2.0); }},
    {"cosine", [](Optimizer& o) { return one<CosineAnnealingLR>(o, 7, 0.01); }},
    {"cosine to zero", [](Optimizer& o) { return one<CosineAnnealingLR>(o, 24); }},
    {"restarts", [](Optimizer& o) { return one<CosineAnnealingWarmRestarts>(o, 4, 2, 0.01); }},
    {"restarts equal", [](Optimizer& o) { return one<CosineAnnealingWarmRestarts>(o, 5); }},
    {"one cycle", [](Optimizer& o) { return one<OneCycleLR>(o, 0.4, 25); }},
    {"one cycle linear",
     [](Optimizer& o) {
       return one<OneCycleLR>(
           o,
           OneCycleLROptions(0.4, 30).anneal_strategy("linear").three_phase(true).pct_start(0.25));
     }},
    {"warm-up",
     [](Optimizer& o) {
       const Parts parts = {make<LinearLR>(o, 0.1, 1.0, 5), make<CosineAnnealingLR>(o, 15)};
       return one<SequentialLR>(o, parts, std::vector<int64_t>{5});
     }},
    {"sequence",
     [](Optimizer& o) {
       const Parts parts = {make<ConstantLR>(o, 0.1, 2), make<ExponentialLR>(o, 0.9),
                            make<lr_scheduler::StepLR>(o, 2u, 0.5)};
       return one<SequentialLR>(o, parts, std::vector<int64_t>{4, 12});
     }},
    {"chain",
     [](Optimizer& o) {
       const Parts parts = {make<ConstantLR>(o, 0.1, 5), make<ExponentialLR>(o, 0.9)};
       return one<ChainedScheduler>(parts);
     }},
    {"two",
     [](Optimizer& o) {
       auto first = make<lr_scheduler::StepLR>(o, 4u, 0.5);
       return steps(first, make<ExponentialLR>(o, 0.95));
     }},
    {"chain in a sequence",
     [](Optimizer& o) {
       const Parts chain = {make<ConstantLR>(o, 0.1, 2), make<ExponentialLR>(o, 0.9)};
       const Parts parts = {make<ChainedScheduler>(chain), make<lr_scheduler::StepLR>(o, 2u, 0.5)};
       return one<SequentialLR>(o, parts, std::vector<int64_t>{4});
     }},
    {"swa", [](Optimizer& o) { return one<swa_utils::SWALR>(o, 0.05, 6); }},
    {"swa linear",
     [](Optimizer& o) {
       return one<swa_utils::SWALR>(o, std::vector<double>{0.05, 0.2}, 5, "linear");
     }},
    {"swa at once", [](Optimizer& o) { return one<swa_utils::SWALR>(o, 0.05, 0); }},
    {"swa in a sequence",
     [](Optimizer& o) {
       const Parts parts = {make<ConstantLR>(o, 0.2, 3), make<swa_utils::SWALR>(o, 0.05, 6)};
       return one<SequentialLR>(o, parts, std::vector<int64_t>{5});
     }},
    {"plateau", [](Optimizer& o) { return plateau(o, ReduceLROnPlateau::min, 0.5, 2); }},
    {"plateau min abs",
     [](Optimizer& o) {
       return plateau(o, ReduceLROnPlateau::min, 0.5, 1, 0.03, ReduceLROnPlateau::abs);
     }},
    {"plateau min rel",
     [](Optimizer& o) { return plateau(o, ReduceLROnPlateau::min, 0.5, 1, 0.3); }},
    {"plateau max rel",
     [](Optimizer& o) {
       return plateau(o, ReduceLROnPlateau::max, 0.5, 0, 0.15, ReduceLROnPlateau::rel, 0,
                      std::vector<double>{}, 0.04);
     }},
    {"plateau all",
     [](Optimizer& o) {
       return plateau(o, ReduceLROnPlateau::max, 0.3, 1, 0.05, ReduceLROnPlateau::abs, 2,
                      std::vector<double>{0.02, 0.001});
     }},
};

std::unique_ptr<SGD> two_groups() {
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(std::vector<Tensor>{zeros({1})});
  groups.emplace_back(std::vector<Tensor>{zeros({2})}, std::make_unique<SGDOptions>(0.1));
  return std::make_unique<SGD>(groups, SGDOptions(0.5).momentum(0.9));
}

std::vector<double> rates(const Optimizer& o) {
  std::vector<double> out;
  for (const auto& g : o.param_groups()) out.push_back(g.options().get_lr());
  return out;
}

}  // namespace

TEST_CASE("every scheduler gives PyTorch's learning rates") {
  CHECK(expected.size() == std::size(cases));
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto& want = expected.at(c.name);
    const auto o = two_groups();
    const Step step = c.make(*o);
    for (int t = 0; t < 25; ++t) {
      if (t) step(t);
      CAPTURE(t);
      for (size_t g = 0; g < 2; ++g)
        CHECK(rates(*o)[g] == doctest::Approx(want.at(size_t(2 * t) + g)).epsilon(1e-12));
    }
  }
}

TEST_CASE("a cyclic schedule moves the momentum the other way") {
  const auto o = two_groups();
  OneCycleLR s(*o, 0.4, 10);
  const auto momentum = [&] { return *o->param_groups()[0].options().get_momentum(); };
  CHECK(momentum() == 0.95);
  for (int t = 0; t < 2; ++t) s.step();
  CHECK(momentum() == doctest::Approx(0.85));
  CHECK_THROWS_WITH(
      [&] {
        for (int t = 0; t < 20; ++t) s.step();
      }(),
      "one_cycle_lr: step 11 of 10");
}

TEST_CASE("a schedule goes on from where it was saved") {
  const auto schedule = [](Optimizer& o) {
    const Parts parts = {make<LinearLR>(o, 0.1, 1.0, 5), make<CosineAnnealingLR>(o, 15)};
    return make<SequentialLR>(o, parts, std::vector<int64_t>{5});
  };
  for (const int before : {3, 9}) {
    const auto o1 = two_groups(), o2 = two_groups();
    const auto s1 = schedule(*o1), s2 = schedule(*o2);
    for (int t = 0; t < before; ++t) s1->step();
    through(*o1, *o2);
    through(*s1, *s2);
    CHECK(s1->get_last_lr() == s2->get_last_lr());
    for (int t = 0; t < 9; ++t) {
      s1->step();
      s2->step();
      CHECK(rates(*o1) == rates(*o2));
    }
  }
  // Of a chain, whose parts begin at the saved rates.
  const auto chain = [](Optimizer& o) {
    const Parts parts = {make<ConstantLR>(o, 0.1, 4), make<lr_scheduler::StepLR>(o, 3u, 0.5)};
    return make<ChainedScheduler>(parts);
  };
  const auto o1 = two_groups(), o2 = two_groups();
  const auto s1 = chain(*o1), s2 = chain(*o2);
  for (int t = 0; t < 2; ++t) s1->step();
  CHECK(s1->get_last_lr() == rates(*o1));
  through(*o1, *o2);
  through(*s1, *s2);
  CHECK(s2->last_epoch() == 2);
  for (int t = 0; t < 4; ++t) s1->step(), s2->step();
  CHECK(rates(*o1) == rates(*o2));
  CHECK(s1->get_last_lr() == rates(*o1));

  // Base rates are the schedule's, not the optimiser's.
  const auto usual = two_groups(), slower = two_groups();
  slower->param_groups()[0].options().set_lr(0.25);
  LambdaLR l1(*usual, [](int64_t t) { return 1.0 / double(1 + t); }),
      l2(*slower, [](int64_t t) { return 1.0 / double(1 + t); });
  through(l1, l2);
  l2.step();
  CHECK(rates(*slower) == std::vector<double>{0.25, 0.05});

  SGD one_group({zeros({1})}, 0.1);
  ExponentialLR few(one_group, 0.9), many(*usual, 0.9);
  CHECK_THROWS_WITH(through(many, few),
                    "load: numbers of groups differ, 2 in the archive and 1 of the scheduler");
}

TEST_CASE("a plateau goes on from where it was saved") {
  const auto o1 = two_groups(), o2 = two_groups();
  const auto make_one = [](Optimizer& o) {
    return make<ReduceLROnPlateau>(o, ReduceLROnPlateau::min, 0.5, 1, 1e-4, ReduceLROnPlateau::rel,
                                   2);
  };
  for (const int before : {2, 4, 5}) {
    const auto s1 = make_one(*o1), s2 = make_one(*o2);
    s1->step(0.5);
    for (int t = 1; t < before; ++t) s1->step(1);
    through(*o1, *o2);
    through(*s1, *s2);
    for (int t = 0; t < 8; ++t) {
      CAPTURE(t);
      s1->step(0.75);
      s2->step(0.75);
      CHECK(rates(*o1) == rates(*o2));
    }
  }
}

TEST_CASE("a loaded plateau counts on from the saved epoch") {
  const auto o = two_groups();
  ReduceLROnPlateau s(*o), loaded(*o);
  for (int t = 0; t < 3; ++t) s.step(metric(t));
  through(s, loaded);
  loaded.step(metric(3));
  serialize::InputArchive in;
  const std::string bytes = saved_bytes(loaded);
  in.load_from(bytes.data(), bytes.size());
  IValue epoch;
  in.read("last_epoch", epoch);
  CHECK(epoch.toInt() == 4);
}

TEST_CASE("a sequence starts its schedulers anew, and lets those to come wait") {
  const auto o = two_groups();
  const Parts parts = {make<ConstantLR>(*o, 0.1, 2), make<ExponentialLR>(*o, 0.9),
                       make<lr_scheduler::StepLR>(*o, 2u, 0.5)};
  parts[0]->step();
  SequentialLR s(*o, parts, {2, 4});
  // Steps and epoch of each as PyTorch counts them.
  using Counts = std::vector<std::pair<int64_t, int64_t>>;
  const auto counts = [&] {
    Counts all;
    for (const auto& part : parts) {
      serialize::InputArchive in;
      const std::string bytes = saved_bytes(*part);
      in.load_from(bytes.data(), bytes.size());
      IValue steps, epoch;
      in.read("step_count", steps);
      in.read("last_epoch", epoch);
      all.emplace_back(steps.toInt(), epoch.toInt());
    }
    return all;
  };
  const Counts expected_counts[] = {{{1, 1}, {1, -1}, {1, -1}}, {{2, 2}, {1, -1}, {1, -1}},
                                    {{2, 2}, {1, 0}, {1, -1}},  {{2, 2}, {2, 1}, {1, -1}},
                                    {{2, 2}, {2, 1}, {1, 0}},   {{2, 2}, {2, 1}, {2, 1}},
                                    {{2, 2}, {2, 1}, {3, 2}}};
  for (const Counts& expected_now : expected_counts) {
    CHECK(counts() == expected_now);
    s.step();
  }
}

TEST_CASE("the last rates") {
  const auto o = two_groups();
  ExponentialLR exponential(*o, 0.5);
  CHECK(exponential.get_last_lr() == std::vector<double>{0.5, 0.1});
  exponential.step();
  CHECK(exponential.get_last_lr() == std::vector<double>{0.25, 0.05});
  const auto o2 = two_groups();
  SequentialLR sequence(
      *o2, {make<lr_scheduler::StepLR>(*o2, 2u, 0.5), make<ConstantLR>(*o2, 0.5, 2)}, {4});
  CHECK(sequence.get_last_lr() == std::vector<double>{0.5, 0.1});
  for (int t = 0; t < 2; ++t) sequence.step();
  CHECK(sequence.get_last_lr() == std::vector<double>{0.25, 0.05});
}

TEST_CASE("libtorch's StepLR decays one step after Python's") {
  const auto o = two_groups();
  StepLR s(*o, 2, 0.5);
  std::vector<double> seen;
  for (int t = 0; t < 7; ++t) {
    s.step();
    seen.push_back(rates(*o)[0]);
  }
  CHECK(seen == std::vector<double>{0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.0625});
}

TEST_CASE("a scheduler of one's own, in libtorch's form") {
  struct Halving : LRScheduler {
    using LRScheduler::LRScheduler;
    std::vector<double> get_lrs() override {
      auto lrs = get_current_lrs();
      if (step_count_ > 0)
        for (double& lr : lrs) lr /= 2;
      return lrs;
    }
  };
  const auto o = two_groups();
  Halving s(*o);
  CHECK(s.get_last_lr() == std::vector<double>{0.5, 0.1});
  s.step();
  CHECK(rates(*o) == std::vector<double>{0.5, 0.1});
  s.step();
  CHECK(rates(*o) == std::vector<double>{0.25, 0.05});
  Halving loaded(*o);
  through(s, loaded);
  loaded.step();
  CHECK(rates(*o) == std::vector<double>{0.125, 0.025});

  struct TooFew : LRScheduler {
    using LRScheduler::LRScheduler;
    std::vector<double> get_lrs() override { return {0.1}; }
  };
  CHECK_THROWS_WITH(TooFew(*o).step(), "lr_scheduler: 1 rates for 2 parameter groups");
}

TEST_CASE("impossible schedules throw") {
  const auto o = two_groups(), other = two_groups();
  CHECK_THROWS_WITH(lr_scheduler::StepLR(*o, 0), "step_lr: step_size is 0");
  CHECK_THROWS_WITH(LinearLR(*o, 0.0), "linear_lr: start_factor is 0, not in (0, 1]");
  CHECK_THROWS_WITH(LinearLR(*o, 1.5), "linear_lr: start_factor is 1.5, not in (0, 1]");
  for (const double end : {-0.5, 1.5})
    CHECK_THROWS_WITH(LinearLR(*o, 0.5, end), doctest::Contains("linear_lr: end_factor is "));
  for (const double factor : {-0.5, 1.5})
    CHECK_THROWS_WITH(ConstantLR(*o, factor), doctest::Contains("constant_lr: factor is "));
  CHECK_THROWS_WITH(LinearLR(*o, 0.5, 1, 0), "linear_lr: total_iters is 0, less than 1");
  CHECK_THROWS_WITH(PolynomialLR(*o, 0), "polynomial_lr: total_iters is 0, less than 1");
  CHECK_THROWS_WITH(CosineAnnealingWarmRestarts(*o, 0),
                    "cosine_annealing_warm_restarts: T_0 and T_mult are 0 and 1, less than 1");
  CHECK_THROWS_WITH(CosineAnnealingWarmRestarts(*o, 1, 0),
                    "cosine_annealing_warm_restarts: T_0 and T_mult are 1 and 0, less than 1");
  CHECK_THROWS_WITH(OneCycleLR(*o, 0.1, 0), "one_cycle_lr: total_steps is 0, less than 1");
  CHECK_THROWS_WITH(OneCycleLR(*o, OneCycleLROptions(0.1, 5).pct_start(1.5)),
                    "one_cycle_lr: pct_start is 1.5, not in [0, 1]");
  CHECK_THROWS_WITH(OneCycleLR(*o, OneCycleLROptions(0.1, 5).anneal_strategy("square")),
                    "one_cycle_lr: anneal_strategy is square, not cos or linear");
  Adagrad still({zeros({1})}, 0.1);
  CHECK_THROWS_WITH(OneCycleLR(still, 0.1, 5),
                    "one_cycle_lr: the optimiser has no momentum to cycle");
  using swa_utils::SWALR;
  CHECK_THROWS_WITH(SWALR(*o, std::vector<double>{0.1}), "swa_lr: 1 rates for 2 parameter groups");
  CHECK_THROWS_WITH(SWALR(*o, 0.1, -1), "swa_lr: anneal_epochs is -1, less than 0");
  CHECK_THROWS_WITH(SWALR(*o, 0.1, 5, "square"),
                    "swa_lr: anneal_strategy is square, not cos or linear");
  CHECK_THROWS_WITH(ChainedScheduler(Parts{}), "chained_scheduler: there are no schedulers");
  CHECK_THROWS_WITH(ChainedScheduler(Parts{make<lr_scheduler::StepLR>(*o, 2u),
                                           make<lr_scheduler::StepLR>(*other, 2u)}),
                    "chained_scheduler: the schedulers have different optimisers");
  CHECK_THROWS_WITH(ReduceLROnPlateau(*o, ReduceLROnPlateau::min, 0.5, 1, 0.1,
                                      ReduceLROnPlateau::rel, 0, std::vector<double>{0.1}),
                    "reduce_lr_on_plateau: 1 lowest rates for 2 parameter groups");
  CHECK_THROWS_AS(CosineAnnealingLR(*o, 0), Error);
  CHECK_THROWS_AS(LambdaLR(*o, std::vector<LambdaLR::Lambda>{}), Error);
  CHECK_THROWS_WITH(SequentialLR(*o, {make<lr_scheduler::StepLR>(*other, 2u)}, {}),
                    "sequential_lr: the schedulers have another optimiser");
  CHECK_THROWS_WITH(SequentialLR(*o, {make<lr_scheduler::StepLR>(*o, 2u)}, {3}),
                    "sequential_lr: 1 milestones for 1 schedulers");
  CHECK_THROWS_WITH(ReduceLROnPlateau(*o, ReduceLROnPlateau::min, 1.5),
                    "reduce_lr_on_plateau: factor is 1.5, not less than 1");
}
