// ZeroRedundancyOptimizer over the ranks of a job: the bits of the undivided optimiser, a part of
// its states on each rank, and states that go on under another number of ranks.
#include <bit>
#include <cstring>
#include <map>

#include "optim/grad_scaler.h"
#include "tests/distributed/world.h"
#include "tests/distributed/zero/runs.h"

using namespace zero_test;
using Zero = ZeroRedundancyOptimizerOptions;

namespace {

// Groups of the first n ranks; null on the others, and where there are not so many.
intrusive_ptr<ProcessGroup> first_ranks(int n) {
  static auto& groups = *new std::map<int, intrusive_ptr<ProcessGroup>>;
  if (n > size()) return nullptr;
  if (!groups.count(n)) {
    std::vector<int> list;
    for (int r = 0; r < n; ++r) list.push_back(r);
    auto group = ProcessGroupMPI::createProcessGroupMPI(list);
    groups[n] = group ? intrusive_ptr<ProcessGroup>(group) : intrusive_ptr<ProcessGroup>(nullptr);
  }
  return groups[n];
}
bool is_power() { return std::has_single_bit(unsigned(size())); }
SumMode mode() { return is_power() ? SumMode::tree : SumMode::fast; }
const intrusive_ptr<ProcessGroup>& all() {
  static auto& group = *new intrusive_ptr<ProcessGroup>(first_ranks(size()));
  return group;
}

// The gradients that a rank has, in a step.
std::vector<Tensor> gradients_of(const std::vector<Tensor>& p, int r, int step) {
  manual_seed(uint64_t(1000 * r + step));
  std::vector<Tensor> out;
  for (const Tensor& t : p) out.push_back(randn(t.sizes(), t.scalar_type()));
  return out;
}
// The mean over a balanced tree of the ranks.
std::vector<Tensor> mean_of(const std::vector<Tensor>& p, int step) {
  std::vector<std::vector<Tensor>> level;
  for (int r = 0; r < size(); ++r) level.push_back(gradients_of(p, r, step));
  while (level.size() > 1) {
    std::vector<std::vector<Tensor>> next;
    for (size_t i = 0; i < level.size(); i += 2) {
      if (i + 1 == level.size()) {
        next.push_back(level[i]);
        break;
      }
      next.emplace_back();
      for (size_t k = 0; k < p.size(); ++k) next.back().push_back(level[i][k] + level[i + 1][k]);
    }
    level = std::move(next);
  }
  for (Tensor& t : level[0]) t.div_(size());
  return level[0];
}
void give(const std::vector<Tensor>& p, const std::vector<Tensor>& gradients) {
  for (size_t i = 0; i < p.size(); ++i) p[i].mutable_grad() = gradients[i];
}
void check_equal(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    INFO("parameter " << i);
    const bool same = is_power() ? equal(a[i], b[i]) : allclose(a[i], b[i], 1e-4, 1e-5);
    CHECK(same);
  }
}

// Where the states of this rank are.
const optim::Optimizer& own(const DividedOptimizer& o) { return size() > 1 ? o.local() : o; }

// Of every rank.
std::vector<int64_t> from_all(int64_t mine) {
  Tensor input = full({1}, mine, kLong), output = empty({size()}, kLong);
  all()->_allgather_base(output, input)->wait();
  return {output.data_ptr<int64_t>(), output.data_ptr<int64_t>() + size()};
}

// Steps with DistributedDataParallel over a group, with an undivided optimiser or a divided one.
struct Run {
  Run(const Pair& kind, intrusive_ptr<ProcessGroup> ranks, bool divided)
      : group(std::move(ranks)), divided_(divided) {
    manual_seed(1);
    net = test_network();
    model = std::make_unique<DistributedDataParallel<nn::Sequential>>(
        net, group, DistributedDataParallelOptions().mode(mode()));
    if (divided)
      optimizer = kind.divided(two_groups(net->parameters()), group, {});
    else
      optimizer = kind.whole(two_groups(net->parameters()));
    schedule = std::make_unique<optim::StepLR>(*optimizer, 3, 0.5);
  }
  void steps(int n) {
    for (; n > 0; --n, ++step) {
      manual_seed(uint64_t(50 + step));
      const Tensor x = randn({16, 6}), t = randint(0, 3, {16}, kLong);
      const auto [begin, end] =
          slice_of_batch(16, size_t(group->getRank()), size_t(group->getSize()));
      optimizer->zero_grad();
      nn::functional::cross_entropy((*model)(x.slice(0, int64_t(begin), int64_t(end))),
                                    t.slice(0, int64_t(begin), int64_t(end)))
          .backward();
      nn::utils::clip_grad_norm_(net->parameters(), 1.0);
      optimizer->step();
      schedule->step();
    }
  }
  DividedOptimizer& zero() { return static_cast<DividedOptimizer&>(*optimizer); }

  intrusive_ptr<ProcessGroup> group;
  const bool divided_;
  nn::Sequential net{nullptr};
  std::unique_ptr<DistributedDataParallel<nn::Sequential>> model;
  std::unique_ptr<optim::Optimizer> optimizer;
  std::unique_ptr<optim::StepLR> schedule;
  int step = 0;
};

}  // namespace

TEST_CASE("zero: behind data-parallel gradients it is the undivided optimiser, bit for bit") {
  const auto kinds = elementwise_pairs();
  for (size_t k = 1; k < kinds.size(); k += 4) {
    const Pair& kind = kinds[k];
    INFO(kind.name);
    Run whole(kind, all(), false), zero(kind, all(), true);
    whole.steps(20);
    zero.steps(20);
    CHECK(weight_hash(*zero.net) == weight_hash(*whole.net));
    for (int to = 0; to < size(); ++to) {
      zero.zero().consolidate_state_dict(to);
      if (rank() == to)
        CHECK(difference(*whole.optimizer, zero.zero()) == "");
      else
        CHECK(message([&] { zero.zero().state_dict(); }).find("consolidate_state_dict() on all") !=
              std::string::npos);
    }
  }
}

TEST_CASE("zero: the same bits for every number of ranks, and from one to another") {
  const Pair kind = pair<optim::AdamW>("AdamW", optim::AdamWOptions(0.01));
  uint64_t hash = 0;
  for (int n : {1, 2, 4}) {
    const auto group = first_ranks(n);
    if (!group || !is_power()) continue;
    Run whole(kind, group, true);
    whole.steps(20);
    if (n == 1) hash = weight_hash(*whole.net);
    if (rank() == 0) CHECK(weight_hash(*whole.net) == hash);
  }
  // The states of all ranks go on under fewer.
  Run run(kind, all(), true);
  run.steps(8);
  run.zero().consolidate_state_dict(0);
  Tensor bytes;
  if (rank() == 0) {
    const std::vector<char> pickled = pickle_save(run.zero().state_dict());
    bytes = empty({int64_t(pickled.size())}, kByte);
    std::memcpy(bytes.data_ptr(), pickled.data(), pickled.size());
  }
  const int64_t n = from_all(rank() == 0 ? bytes.numel() : 0)[0];
  if (rank() != 0) bytes = empty({n}, kByte);
  std::vector<Tensor> one{bytes};
  all()->broadcast(one)->wait();
  const char* const p = static_cast<const char*>(bytes.data_ptr());
  const IValue dict = pickle_load(std::vector<char>(p, p + n));
  for (int ranks : {1, 2, 4}) {
    const auto group = first_ranks(ranks);
    if (!group || !is_power()) continue;
    Run other(kind, group, true);
    {
      const NoGradGuard no_grad;
      for (size_t i = 0; i < run.net->parameters().size(); ++i)
        other.net->parameters()[i].copy_(run.net->parameters()[i]);
      for (size_t i = 0; i < run.net->buffers().size(); ++i)
        other.net->buffers()[i].copy_(run.net->buffers()[i]);
    }
    other.zero().load_state_dict(dict.toGenericDict());
    other.schedule->load_state_dict(run.schedule->state_dict());
    other.step = run.step;
    other.steps(12);
    if (rank() == 0) CHECK(weight_hash(*other.net) == hash);
  }
}

TEST_CASE("zero: each rank keeps its part of the states, and no more") {
  for (const Pair& kind : elementwise_pairs()) {
    INFO(kind.name);
    const auto a = odd_parameters(), b = odd_parameters();
    const auto whole = kind.whole(two_groups(a));
    const auto zero = kind.divided(two_groups(b), all(), {});
    give(a, mean_of(a, 0));
    give(b, mean_of(b, 0));
    whole->step();
    zero->step();
    const std::vector<int64_t> bytes = from_all(state_bytes(own(*zero)));
    int64_t sum = 0;
    for (const int64_t n : bytes) sum += n;
    const int64_t total = state_bytes(*whole);
    CHECK(sum == total);
    // Between the parameters lie up to 15 elements that belong to none.
    const int64_t kinds = total / (4 * 168);  // tensors of a state
    for (const int64_t n : bytes) CHECK(n <= total / size() + kinds * 4 * 16 * 4);
    if (size() > 1) CHECK(zero->state().empty());
  }
}

TEST_CASE("zero: by itself it reduces the gradients of the ranks") {
  for (const Pair& kind : elementwise_pairs()) {
    INFO(kind.name);
    const auto a = odd_parameters(), b = odd_parameters();
    if (rank() > 0) b[0].data().fill_(rank());  // rank 0's are all ranks' from here on
    const auto whole = kind.whole(two_groups(a));
    const auto zero =
        kind.divided(two_groups(b), all(), Zero().reduce_gradients(true).mode(mode()));
    CHECK(equal(a[0], b[0]));
    for (int step = 0; step < 6; ++step) {
      give(a, mean_of(a, step));
      give(b, gradients_of(b, rank(), step));
      // One that only the last rank has, and one that none has.
      if (step % 3 == 1) {
        a[4].mutable_grad() = gradients_of(a, size() - 1, step)[4].div(size());
        if (rank() + 1 < size()) b[4].mutable_grad().reset();
        a[1].mutable_grad().reset();
        b[1].mutable_grad().reset();
      }
      const Tensor own = b[0].grad().clone();
      whole->step();
      zero->step();
      CHECK(equal(b[0].grad(), own));
    }
    check_equal(a, b);
    zero->consolidate_state_dict();
    if (rank() == 0 && is_power()) CHECK(difference(*whole, *zero) == "");
  }
}

TEST_CASE("zero: whole parameters go to one rank each where shapes matter") {
  const Pair kinds[] = {pair<optim::Adafactor>("Adafactor", optim::AdafactorOptions(0.05)),
                        pair<optim::Muon>("Muon", optim::MuonOptions(0.05))};
  for (const Pair& kind : kinds)
    for (const bool reduce : {false, true}) {
      INFO(kind.name);
      const auto make = [] {
        manual_seed(5);
        std::vector<Tensor> p{randn({3, 4}), randn({8, 8}), randn({2, 2}), randn({9, 3}).t(),
                              randn({1, 1})};
        for (Tensor& t : p) t.requires_grad_();
        return p;
      };
      const auto a = make(), b = make();
      const auto whole = kind.whole(two_groups(a));
      const auto zero =
          kind.divided(two_groups(b), all(), Zero().reduce_gradients(reduce).mode(mode()));
      for (int step = 0; step < 5; ++step) {
        give(a, mean_of(a, step));
        give(b, reduce ? gradients_of(b, rank(), step) : mean_of(b, step));
        whole->step();
        zero->step();
      }
      check_equal(a, b);
      int64_t states = 0;
      for (const int64_t n : from_all(int64_t(own(*zero).state().size()))) states += n;
      CHECK(states == 5);
      zero->consolidate_state_dict(size() - 1);
      if (rank() + 1 == size() && is_power()) CHECK(difference(*whole, *zero) == "");
    }
}

TEST_CASE("zero: groups that come later, other types, and memory that is replaced") {
  const auto a = odd_parameters(), b = odd_parameters();
  const auto more = [] {
    manual_seed(9);
    return std::vector<Tensor>{randn({11}, kDouble).requires_grad_(),
                               randn({5, 3}).requires_grad_()};
  };
  const auto c = more(), d = more();
  optim::AdamW whole(a, optim::AdamWOptions(0.01));
  ZeroRedundancyOptimizer<optim::AdamW> zero(b, optim::AdamWOptions(0.01), all());
  const auto step = [&](int i) {
    for (const auto& p : {a, b, c, d}) give(p, mean_of(p, i));
    whole.step();
    zero.step();
  };
  step(0);
  const auto group = [](const std::vector<Tensor>& p) {
    return optim::OptimizerParamGroup(p, std::make_unique<optim::AdamWOptions>(0.1));
  };
  whole.add_param_group(group(c));
  zero.add_param_group(group(d));
  step(1);
  b[0].set_data(b[0].detach().clone());
  step(2);
  check_equal(a, b);
  check_equal(c, d);
  zero.consolidate_state_dict();
  if (rank() == 0 && is_power()) CHECK(difference(whole, zero) == "");
  step(3);
  check_equal(c, d);
  // A scaler sees the same gradients on all ranks, and lets all step or none.
  amp::GradScaler scaler(amp::GradScalerOptions().init_scale(4));
  for (const auto& p : {a, b, c, d}) give(p, mean_of(p, 4));
  for (const auto& p : {b, d})
    for (const Tensor& t : p) t.grad().mul_(4);
  whole.step();
  scaler.step(zero);
  scaler.update();
  check_equal(a, b);
  b[0].grad().fill_(std::numeric_limits<float>::infinity());
  scaler.step(zero);
  check_equal(a, b);
  if (size() == 1) return;
  b[1].set_data(zeros({3}, kDouble));
  CHECK(message([&] { zero.step(); }) ==
        "ZeroRedundancyOptimizer: a parameter was float32 [3] when it came and is now float64 [3]");
}

TEST_CASE("zero: a step counts as a write on each rank") {
  const std::vector<Tensor> p{ones({2, 2}).requires_grad_()};
  ZeroRedundancyOptimizer<optim::Adafactor> zero(p, optim::AdafactorOptions(0.1), all());
  const Tensor y = p[0].square().sum();
  give(p, mean_of(p, 0));
  zero.step();
  CHECK_THROWS_AS(y.backward(), Error);
}

TEST_CASE("zero: a step sends what it must and no more") {
  if (!is_power()) return;
  manual_seed(1);
  const int64_t n = 1 << 14;
  const std::vector<Tensor> p{randn({n}).requires_grad_()};
  ZeroRedundancyOptimizer<optim::Adam> zero(p, optim::AdamOptions(0.01), all(),
                                            Zero().reduce_gradients(true));
  give(p, gradients_of(p, rank(), 0));
  const Traffic before = all()->traffic();
  zero.step();
  const Traffic after = all()->traffic();
  const int64_t part = 4 * n / size() * (size() - 1);
  CHECK(after.tree_reduce_scatter - before.tree_reduce_scatter == part);
  CHECK(after.tree_all_gather - before.tree_all_gather == part);
  CHECK(after.collective - before.collective <= 8);  // which of them have gradients
}

TEST_CASE("zero: ranks that differ, and orders that are wrong, are told so") {
  if (size() == 1) return;
  const std::vector<Tensor> p{randn({rank() == 1 ? 4 : 3}).requires_grad_()};
  CHECK(
      message([&] { ZeroRedundancyOptimizer<optim::SGD>(p, optim::SGDOptions(1), all()); }) ==
      "ZeroRedundancyOptimizer: ranks differ, rank 0 has group 0 parameter float32 [3], rank 1 has "
      "group 0 parameter float32 [4]");
  const auto q = odd_parameters();
  ZeroRedundancyOptimizer<optim::SGD> zero(q, optim::SGDOptions(1), all());
  CHECK(zero.state_dict().contains("state"));
  give(q, mean_of(q, 0));
  zero.step();
  CHECK(message([&] { zero.state_dict(); }) ==
        "state_dict: rank " + std::to_string(rank()) +
            " has its part of the optimiser's states; call consolidate_state_dict() on all ranks "
            "first, and this on the rank that it names");
  serialize::OutputArchive archive;
  CHECK_THROWS_AS(zero.save(archive), Error);
  zero.param_groups()[0].params().pop_back();
  CHECK(message([&] { zero.step(); }) ==
        "ZeroRedundancyOptimizer: parameter 4 of group 0 was replaced or taken away");
  if (is_power()) return;
  CHECK(message([&] {
          ZeroRedundancyOptimizer<optim::SGD>(q, optim::SGDOptions(1), all(),
                                              Zero().reduce_gradients(true));
        }) ==
        "ZeroRedundancyOptimizer: 3 ranks are no power of two, as sums in a fixed tree want; "
        "set mode(SumMode::fast)");
}
