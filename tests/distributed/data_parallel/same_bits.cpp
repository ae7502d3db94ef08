// The weights of a run have the same bits on any number of ranks: beside each run of all ranks,
// each rank makes the same run alone.
#include <doctest/doctest.h>

#include <set>

#include "gradus.h"
#include "tests/distributed/data_parallel/everyone.h"
#include "tests/distributed/data_parallel/networks.h"
#include "tests/distributed/world.h"

using namespace gradus;
using namespace gradus::distributed;
using Options = DistributedDataParallelOptions;
using data::samplers::RandomSampler;

namespace {

intrusive_ptr<ProcessGroup> alone() { return make_intrusive<ProcessGroupMPI>(); }

constexpr size_t batch = 32;
constexpr int steps = 20;

// What a run goes on from.
struct Checkpoint {
  OrderedDict<std::string, Tensor> model;
  impl::GenericDict optimizer;
  impl::GenericDict sampler;
  Tensor random;
};

// A run that can stop and go on: its network has batch norm and dropout.
class Run {
 public:
  Run(const intrusive_ptr<ProcessGroup>& group, const Options& options, int64_t passes = 1)
      : passes_(passes),
        model_((manual_seed(4), test_network()), group, options),
        adam_(model_->parameters(), optim::AdamOptions(0.01)),
        sampler_(RandomSampler(int64_t(batch) * steps), size_t(group->getRank()),
                 size_t(group->getSize())) {
    const Tensor state = get_rng_state();
    manual_seed(8);
    x_ = randn({int64_t(batch) * steps, 6});
    t_ = randint(0, 3, {int64_t(batch) * steps}, kLong);
    set_rng_state(state);
  }
  uint64_t step() {
    const std::vector<size_t> rows = *sampler_.next(batch);
    const Tensor index = tensor(std::vector<int64_t>(rows.begin(), rows.end()));
    const auto xs = x_.index_select(0, index).chunk(passes_);
    const auto ts = t_.index_select(0, index).chunk(passes_);
    adam_.zero_grad();
    for (size_t a = 0; a < size_t(passes_); ++a) {
      std::optional<DataParallelBase::NoSync> quiet;
      if (a + 1 < size_t(passes_)) quiet.emplace(model_->no_sync());
      (nn::functional::cross_entropy(model_(xs[a]), ts[a]) / double(passes_)).backward();
    }
    nn::utils::clip_grad_norm_(model_->parameters(), 1.);
    adam_.step();
    model_->sync_buffers();
    return weight_hash(*model_);
  }
  Checkpoint save() {
    Checkpoint c;
    for (const auto& item : model_->state_dict()) c.model.insert(item.key(), item.value().clone());
    c.optimizer = adam_.state_dict();
    c.sampler = sampler_.state_dict();
    c.random = get_rng_state();
    return c;
  }
  void load(const Checkpoint& c) {
    model_->load_state_dict(c.model);
    adam_.load_state_dict(c.optimizer);
    sampler_.load_state_dict(c.sampler);
    set_rng_state(c.random);
  }

 private:
  int64_t passes_;
  DistributedDataParallel<nn::Sequential> model_;
  optim::Adam adam_;
  BatchSlice<RandomSampler> sampler_;
  Tensor x_, t_;
};

std::vector<uint64_t> hashes(Run&& run, int n = steps) {
  std::vector<uint64_t> h;
  for (int step = 0; step < n; ++step) h.push_back(run.step());
  return h;
}

// 3 ranks have no tree of 8 shards.
bool has_tree() { return 8 % size() == 0; }

}  // namespace

TEST_CASE("same bits: any number of ranks, and of passes, gives the weights of one") {
  if (!has_tree()) return;
  const std::vector<uint64_t> want = hashes(Run(alone(), Options()));
  CHECK(std::set(want.begin(), want.end()).size() == steps);
  CHECK(hashes(Run(everyone(), Options())) == want);
  CHECK(hashes(Run(everyone(), Options().bucket_cap_mb(1e-5))) == want);
  for (int64_t passes = 2; passes * world().getSize() <= 8; passes *= 2)
    CHECK(hashes(Run(everyone(), Options().accumulation(passes), passes)) == want);
  CHECK(hashes(Run(alone(), Options().accumulation(8), 8)) == want);
}

TEST_CASE("same bits: ranks that draw differently take rank 0's streams") {
  if (!has_tree()) return;
  const std::vector<uint64_t> want = hashes(Run(alone(), Options()), 3);
  Run run(everyone(), Options());
  std::vector<uint64_t> got;
  for (int step = 0; step < 3; ++step) {
    if (step == 1 && world().getRank() > 0) rand({3});
    got.push_back(run.step());
  }
  CHECK(got == want);
}

TEST_CASE("same bits: a run goes on with another number of ranks") {
  if (!has_tree()) return;
  const std::vector<uint64_t> want = hashes(Run(alone(), Options()));
  const auto two_parts = [&](const intrusive_ptr<ProcessGroup>& first,
                             const intrusive_ptr<ProcessGroup>& second) {
    std::vector<uint64_t> got;
    Run before(first, Options());
    for (int step = 0; step < steps / 2; ++step) got.push_back(before.step());
    const Checkpoint saved = before.save();
    Run after(second, Options());
    after.load(saved);
    for (int step = steps / 2; step < steps; ++step) got.push_back(after.step());
    return got;
  };
  CHECK(two_parts(everyone(), alone()) == want);
  CHECK(two_parts(alone(), everyone()) == want);
}

TEST_CASE("same bits: penalties past the module under no_sync(), also with a shard for each rank") {
  if (!has_tree() || size() > 4) return;
  const int64_t shards = std::max(size(), 2);
  const auto weights = [&](const intrusive_ptr<ProcessGroup>& group) {
    manual_seed(4);
    nn::Sequential net = test_network();
    DistributedDataParallel model(net, group, Options().shards(shards));
    optim::SGD sgd(net->parameters(), optim::SGDOptions(0.1).momentum(0.9));
    const Tensor state = get_rng_state();
    manual_seed(8);
    const Tensor x = randn({3, 4 * shards, 6}), t = randint(0, 3, {3, 4 * shards}, kLong);
    set_rng_state(state);
    const int64_t rows = 4 * shards / group->getSize(), first = rows * group->getRank();
    std::vector<uint64_t> h;
    for (int step = 0; step < 6; ++step) {
      sgd.zero_grad();
      for (int64_t a = 0; a < 3; ++a) {
        std::optional<DataParallelBase::NoSync> quiet;
        if (a < 2) quiet.emplace(model->no_sync());
        Tensor loss = nn::functional::cross_entropy(model(x[a].narrow(0, first, rows)),
                                                    t[a].narrow(0, first, rows));
        // In some passes alone, first and last ones too.
        if ((step + a) % 2 == 0)
          for (const Tensor& p : net->parameters()) loss = loss + 0.003 * p.square().sum();
        loss.backward();
        // grad shows what was collected.
        if (a < 2)
          for (const Tensor& p : net->parameters()) h.push_back(p.grad().defined());
      }
      sgd.step();
      model->sync_buffers();
      h.push_back(weight_hash(*net));
    }
    return h;
  };
  CHECK(weights(everyone()) == weights(alone()));
}
