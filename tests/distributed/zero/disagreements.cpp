// What ranks must have alike in a step of ZeroRedundancyOptimizer, and states that do not fit.
#include "tests/distributed/data_parallel/everyone.h"
#include "tests/distributed/zero/runs.h"

namespace {

using namespace gradus;

// Remembers a number for each parameter beside a tensor of its sizes, and checks neither.
struct OddState : optim::OptimizerCloneableParamState<OddState> {
  GRADUS_FIELD(Tensor, sum);
  GRADUS_FIELD(Tensor, pair);
  void check(const Tensor&) const override {}
};
struct Odd : optim::ParameterwiseOptimizer<optim::SGDOptions, OddState> {
  Odd(const std::vector<optim::OptimizerParamGroup>& groups, const optim::SGDOptions& o)
      : ParameterwiseOptimizer(groups, std::make_unique<optim::SGDOptions>(o)) {}
  void update(const Tensor& p, const Tensor& dy, const optim::SGDOptions& o, OddState& s) override {
    if (!s.sum().defined()) s.sum(zeros_like(p));
    s.sum().add_(dy);
    p.sub_(s.sum(), o.lr());
  }
};

}  // namespace

template <>
inline constexpr bool gradus::distributed::is_elementwise<Odd> = true;

using namespace zero_test;

namespace {

void give(const std::vector<Tensor>& p, double value) {
  for (const Tensor& t : p) t.mutable_grad() = full_like(t, value);
}
std::vector<Tensor> copies(const std::vector<Tensor>& p) {
  std::vector<Tensor> out;
  for (const Tensor& t : p) out.push_back(t.detach().clone());
  return out;
}

}  // namespace

TEST_CASE("zero: a gradient that some ranks alone have is an error, and nothing has moved") {
  if (size() == 1) return;
  const auto a = odd_parameters(), b = odd_parameters();
  const Pair kind = pair<optim::AdamW>("AdamW", optim::AdamWOptions(0.01));
  const auto whole = kind.whole(two_groups(a));
  const auto zero = kind.divided(two_groups(b), everyone(), {});
  const auto step = [&] {
    give(a, 1);
    give(b, 1);
    whole->step();
    zero->step();
  };
  step();
  const auto before = copies(b);
  give(b, 1);
  if (rank() == 1) b[4].mutable_grad().reset();
  const std::string others = size() == 2   ? "rank 0"
                             : size() == 3 ? "ranks 0 and 2"
                                           : "ranks 0, 2 and 3";
  if (size() <= 4)
    CHECK(message([&] { zero->step(); }) ==
          "ZeroRedundancyOptimizer: parameter 2 of group 1, float32 [129], has a gradient on " +
              others +
              " and none on rank 1; let DistributedDataParallel or reduce_gradients(true) see to "
              "the mean");
  else
    CHECK_THROWS_AS(zero->step(), Error);
  for (size_t i = 0; i < b.size(); ++i) CHECK(equal(b[i], before[i]));
  // It goes on from there.
  for (int i = 0; i < 3; ++i) step();
  for (size_t i = 0; i < b.size(); ++i) CHECK(equal(a[i], b[i]));
  zero->consolidate_state_dict();
  if (rank() == 0) CHECK(difference(*whole, *zero) == "");
}

TEST_CASE("zero: learning rates that differ are an error, and nothing has moved") {
  if (size() == 1) return;
  const auto p = odd_parameters();
  ZeroRedundancyOptimizer<optim::SGD> zero(p, optim::SGDOptions(0.5), everyone());
  const auto before = copies(p);
  give(p, 1);
  if (rank() == 1) zero.param_groups()[0].options().set_lr(0.25);
  CHECK(
      message([&] { zero.step(); }) ==
      "ZeroRedundancyOptimizer: ranks differ, rank 0 has lr 0.5 in group 0, rank 1 has lr 0.25 in "
      "group 0");
  for (size_t i = 0; i < p.size(); ++i) CHECK(equal(p[i], before[i]));
}

TEST_CASE("zero: states that cannot be divided are refused before any is taken") {
  const auto p = odd_parameters();
  ZeroRedundancyOptimizer<Odd> zero(std::vector<optim::OptimizerParamGroup>{{p}},
                                    optim::SGDOptions(0.5), everyone());
  give(p, 1);
  zero.step();
  zero.consolidate_state_dict();
  serialize::OutputArchive good;
  if (rank() == 0) zero.save(good);
  const auto twins = odd_parameters();
  Odd whole(std::vector<optim::OptimizerParamGroup>{{twins}}, optim::SGDOptions(0.25));
  give(twins, 3);
  whole.step();
  impl::GenericDict dict = whole.state_dict();
  const auto state = [&](int64_t i) {
    return dict.at("state").toGenericDict().at(i).toGenericDict();
  };
  state(4).insert("pair", ones({2}));
  if (size() == 1) return;  // what is not divided may have any sizes
  CHECK(message([&] { zero.load_state_dict(dict); }) ==
        "load_state_dict: pair has 2 elements, the parameter 129");
  CHECK(zero.param_groups()[0].options().get_lr() == 0.5);
  zero.consolidate_state_dict();
  if (rank() == 0) {
    serialize::OutputArchive after;
    zero.save(after);
    CHECK(after.entries().size() == good.entries().size());
  }
  // The sums are still 1: 1 and 1 more.
  const auto before = copies(p);
  zero.step();
  CHECK(allclose(p[4], before[4] - 0.5 * 2, 1e-6, 1e-6));
  // What fits is taken, also where a hook throws afterwards.
  state(4).erase("pair");
  zero.register_load_state_dict_post_hook([](optim::Optimizer&) { throw Error("no more"); });
  CHECK(message([&] { zero.load_state_dict(dict); }) == "no more");
  const auto loaded = copies(p);
  zero.step();
  CHECK(allclose(p[4], loaded[4] - 0.25 * 4, 1e-6, 1e-6));
}
