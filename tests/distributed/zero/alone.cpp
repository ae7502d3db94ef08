// ZeroRedundancyOptimizer in a world of one, where it is the optimiser that it divides.
#include "tests/distributed/zero/runs.h"

using namespace zero_test;

namespace {

intrusive_ptr<ProcessGroup> one() { return make_intrusive<ProcessGroupMPI>(); }

void give_gradients(const std::vector<Tensor>& p, int step) {
  manual_seed(uint64_t(100 + step));
  for (const Tensor& t : p) t.mutable_grad() = randn(t.sizes());
}

// An optimiser of the program's own, which takes parameters one by one.
struct Signs : optim::ParameterwiseOptimizer<optim::SGDOptions, optim::SGDParamState> {
  Signs(const std::vector<optim::OptimizerParamGroup>& groups, const optim::SGDOptions& o = {})
      : ParameterwiseOptimizer(groups, std::make_unique<optim::SGDOptions>(o)) {}
  void update(const Tensor& p, const Tensor& dy, const optim::SGDOptions& o,
              optim::SGDParamState&) override {
    p.sub_(dy.sign(), o.lr());
  }
};

}  // namespace

TEST_CASE("zero: alone it is the optimiser") {
  for (const Pair& kind : elementwise_pairs()) {
    INFO(kind.name);
    const auto a = odd_parameters(), b = odd_parameters();
    const auto whole = kind.whole(two_groups(a));
    const auto zero = kind.divided(two_groups(b), one(), {});
    const void* const where = b[0].data_ptr();
    for (int i = 0; i < 3; ++i) {
      give_gradients(a, i);
      give_gradients(b, i);
      whole->step();
      zero->step();
    }
    for (size_t i = 0; i < a.size(); ++i) CHECK(equal(a[i], b[i]));
    CHECK(b[0].data_ptr() == where);
    CHECK(difference(*whole, *zero) == "");
    CHECK(state_bytes(*whole) == state_bytes(*zero));
    CHECK(zero->local().state().empty());
    // Python's layout, there and back, also through the base class.
    const auto c = odd_parameters();
    const auto third = kind.divided(two_groups(c), one(), {});
    const optim::Optimizer& base = *zero;
    third->load_state_dict(base.state_dict());
    CHECK(difference(*whole, *third) == "");
  }
}

TEST_CASE("zero: alone, groups, schedulers, hooks and closures are the optimiser's") {
  const auto p = odd_parameters();
  ZeroRedundancyOptimizer<optim::SGD> zero(std::vector<Tensor>{p[0]}, optim::SGDOptions(0.1),
                                           one());
  optim::ExponentialLR halves(zero, 0.5);
  int calls = 0;
  zero.register_step_pre_hook([&](optim::Optimizer& o) { calls += &o == &zero; });
  zero.register_step_post_hook([&](optim::Optimizer&) { calls += 10; });
  const Tensor before = p[0].detach().clone();
  const Tensor loss = zero.step([&] {
    zero.zero_grad();
    const Tensor y = p[0].sum();
    y.backward();
    return y;
  });
  CHECK(loss.item<float>() == before.sum().item<float>());
  CHECK(calls == 11);
  CHECK(equal(p[0], before - 0.1));
  halves.step();
  zero.add_param_group(optim::OptimizerParamGroup({p[1]}));
  give_gradients(p, 0);
  const Tensor first = p[0].detach().clone(), second = p[1].detach().clone();
  zero.step();
  CHECK(allclose(p[0], first - 0.05 * p[0].grad(), 1e-6, 1e-7));
  CHECK(allclose(p[1], second - 0.1 * p[1].grad(), 1e-6, 1e-7));
  zero.consolidate_state_dict();  // all is here
  CHECK(zero.state_dict().contains("state"));
  // It can be returned from a function.
  ZeroRedundancyOptimizer<optim::SGD> moved(std::move(zero));
  moved.step();
  // A step that throws leaves the groups where they were.
  struct Throws : Signs {
    using Signs::Signs;
    void update(const Tensor&, const Tensor&, const optim::SGDOptions&,
                optim::SGDParamState&) override {
      throw Error("no");
    }
  };
  ZeroRedundancyOptimizer<Throws> throws(Parameters{optim::OptimizerParamGroup({p[0]})},
                                         optim::SGDOptions(1), one());
  CHECK(message([&] { throws.step(); }) == "no");
  CHECK(throws.parameters().size() == 1);
}

TEST_CASE("zero: what cannot be divided is refused") {
  const auto p = odd_parameters();
  CHECK(
      message([&] {
        ZeroRedundancyOptimizer<optim::LBFGS>(std::vector<Tensor>{p[0]}, optim::LBFGSOptions(1),
                                              one());
      }) ==
      "ZeroRedundancyOptimizer: gradus::optim::LBFGS looks at all parameters together, and cannot "
      "be divided among ranks");
  CHECK(message([&] {
          ZeroRedundancyOptimizer<optim::SGD>(std::vector<Tensor>{p[0]}, optim::SGDOptions(1),
                                              nullptr);
        }) == "ZeroRedundancyOptimizer: the process group is null");
  CHECK(message([&] {
          ZeroRedundancyOptimizer<optim::SGD>(std::vector<Tensor>{p[0]}, optim::SGDOptions(-1),
                                              one());
        }).find("lr") != std::string::npos);
  ZeroRedundancyOptimizer<Signs> own(Parameters{optim::OptimizerParamGroup({p[0]})},
                                     optim::SGDOptions(1), one());
  const Tensor before = p[0].detach().clone();
  p[0].mutable_grad() = ones({7, 5});
  own.step();
  CHECK(equal(p[0], before - 1));
  CHECK(message([&] { own.consolidate_state_dict(1); }) ==
        "consolidate_state_dict: rank 1 of 1 ranks");
}
