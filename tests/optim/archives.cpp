// Optimisers and schedulers from archives that do not fit or lie: they throw and stay as they were.
#include <doctest/doctest.h>

#include "autograd/factories.h"
#include "autograd/ops/pointwise/copy.h"
#include "optim/optim.h"
#include "tests/archive.h"

using namespace gradus;
using namespace gradus::optim;

namespace {
Tensor parameter(std::vector<int64_t> sizes, double value = 1) {
  return full(sizes, value, kDouble).requires_grad_();
}
std::vector<double> rates(const Optimizer& o) {
  std::vector<double> all;
  for (const auto& group : o.param_groups()) all.push_back(group.options().get_lr());
  return all;
}

// An optimiser's options as a user writes them: no field is named a second time.
struct CycleOptions : OptimizerCloneableOptions<CycleOptions> {
  CycleOptions(double lr = 0.5) : lr_(lr) {}
  GRADUS_FIELD(double, lr);
  GRADUS_FIELD(bool, fast) = false;
  GRADUS_FIELD(int64_t, period) = 3;
};
struct CycleParamState : OptimizerCloneableParamState<CycleParamState> {
  GRADUS_FIELD(Tensor, sum);
};
static_assert(HasFields<CycleOptions> && HasFields<SGDParamState> && !HasFields<OptimizerOptions>);
}  // namespace

TEST_CASE("a field is named once, and is listed, compared, saved and inherited") {
  std::string names;
  for_each_field(CycleOptions(), [&](const char* name, auto) { names += std::string(name) + " "; });
  CHECK(names == "lr fast period ");

  const CycleOptions some = CycleOptions(0.25).fast(true).period(7);
  CHECK(some == CycleOptions(0.25).fast(true).period(7));
  CHECK_FALSE(some == CycleOptions(0.125).fast(true).period(7));
  CHECK_FALSE(some == CycleOptions(0.25).period(7));
  CHECK_FALSE(some == CycleOptions(0.25).fast(true));

  serialize::OutputArchive out;
  some.serialize(out);
  const std::string bytes = bytes_of(out);
  serialize::InputArchive in;
  in.load_from(bytes.data(), bytes.size());
  CycleOptions loaded;
  loaded.serialize(in);
  CHECK(loaded == some);

  CycleOptions group = CycleOptions().period(5);
  group.inherit(some);
  CHECK(group == CycleOptions(0.25).fast(true).period(5));

  CycleParamState state;
  state.sum(zeros({2}));
  state.check(zeros({2}));
  CHECK_THROWS_WITH(state.check(zeros({3})),
                    "load: sum: sizes differ, [2] in the archive and [3] of the parameter");
}

TEST_CASE("Adagrad's states are there from the start, and begin at the constructor's value") {
  const Tensor p = parameter({1}), q = parameter({1}), late = parameter({1});
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(std::vector<Tensor>{p});
  groups.emplace_back(
      std::vector<Tensor>{q},
      std::make_unique<AdagradOptions>(AdagradOptions(0.1).initial_accumulator_value(0.5)));
  Adagrad adagrad(groups, AdagradOptions(0.1));
  REQUIRE(adagrad.state().size() == 2);
  for (const Tensor& each : {p, q}) {
    const auto& state =
        static_cast<const AdagradParamState&>(*adagrad.state()[each.unsafeGetTensorImpl()]);
    CHECK(state.step() == 0);
    CHECK(state.sum().equal(zeros({1}, kDouble)));
  }
  adagrad.add_param_group(OptimizerParamGroup({late}));
  for (const Tensor& each : {p, q, late}) each.mutable_grad() = full({1}, 0.5, kDouble);
  adagrad.step();
  // lr · dy / √dy², as PyTorch: a group's own initial value does not count.
  for (const Tensor& each : {p, q, late}) CHECK(each.item<double>() == doctest::Approx(0.9));
  CHECK(adagrad.state().size() == 3);

  const Tensor r = parameter({2});
  Adagrad half({r}, AdagradOptions(0.1).initial_accumulator_value(0.5));
  CHECK(static_cast<const AdagradParamState&>(*half.state().begin()->second)
            .sum()
            .equal(full({2}, 0.5, kDouble)));
}

TEST_CASE("a step whose gradient or state has other sizes throws, and does not read beyond") {
  const Tensor p = parameter({3});
  Adam adam({p}, 0.1);
  p.mutable_grad() = ones({3}, kDouble);
  adam.step();
  p.mutable_grad() = ones({2}, kDouble);
  CHECK_THROWS_WITH(
      adam.step(),
      "optimizer.step: sizes differ, [3] of the parameter and [2] of its gradient or state");
  p.set_data(ones({5}, kDouble));
  p.mutable_grad() = ones({5}, kDouble);
  CHECK_THROWS_WITH(
      adam.step(),
      "optimizer.step: sizes differ, [5] of the parameter and [3] of its gradient or state");
}

TEST_CASE("an archive without an optimiser is told") {
  serialize::OutputArchive other;
  other.write("weight", ones({3}));
  const std::string bytes = bytes_of(other);
  Adam adam({parameter({3})}, 0.1);
  CHECK_THROWS_WITH(load_bytes(bytes, adam), "load: the archive holds no optimiser");
}

TEST_CASE("a schedule from an archive is within what can be counted") {
  const auto lying = [](const char* key, int64_t value) {
    serialize::OutputArchive out;
    for (const char* each : {"last_epoch", "step_count", "cooldown_counter", "bad_epochs"})
      out.write(each, each == std::string(key) ? value : int64_t(3));
    out.write("best", 0.5);
    out.write("base_lrs", std::vector<double>{0.1});
    out.write("last_lrs", std::vector<double>{0.1});
    return bytes_of(out);
  };
  SGD sgd({parameter({1})}, 0.1);
  CosineAnnealingWarmRestarts cosine(sgd, 2, 2);
  ReduceLROnPlateau plateau(sgd);
  const int64_t most = std::numeric_limits<int64_t>::max();
  CHECK_THROWS_WITH(load_bytes(lying("last_epoch", most), cosine),
                    "load: the scheduler's last_epoch is 9223372036854775807, not in -1 .. 2^53");
  CHECK_THROWS_WITH(load_bytes(lying("last_epoch", -2), cosine),
                    "load: the scheduler's last_epoch is -2, not in -1 .. 2^53");
  CHECK_THROWS_WITH(load_bytes(lying("step_count", -1), cosine), "ivalue: -1 does not fit");
  CHECK(cosine.last_epoch() == 0);
  for (const char* key : {"last_epoch", "cooldown_counter", "bad_epochs"}) {
    CHECK_THROWS_AS(load_bytes(lying(key, most), plateau), Error);
    CHECK_THROWS_AS(load_bytes(lying(key, -1), plateau), Error);
  }
  load_bytes(lying("", 0), cosine);
  load_bytes(lying("", 0), plateau);
  CHECK(cosine.last_epoch() == 3);
}

TEST_CASE("schedulers made of others are loaded as a whole or not at all") {
  using Parts = std::vector<std::shared_ptr<LRScheduler>>;
  SGD sgd({parameter({1})}, 0.1);
  const auto chain = [&](size_t parts) {
    Parts all;
    for (size_t i = 0; i < parts; ++i) all.push_back(std::make_shared<StepLR>(sgd, 2u, 0.5));
    return std::make_unique<ChainedScheduler>(all);
  };
  const auto far = chain(1), near = chain(2);
  for (int i = 0; i < 5; ++i) far->step();
  const std::vector<double> before = rates(sgd);
  const std::string was = saved_bytes(*near);
  CHECK_THROWS_AS(load_bytes(saved_bytes(*far), *near), Error);  // the second part is missing
  CHECK(saved_bytes(*near) == was);
  CHECK(rates(sgd) == before);
}
