// DistributedDataParallel under any number of ranks, 1 too.
#include <doctest/doctest.h>

#include "gradus.h"
#include "tests/distributed/data_parallel/everyone.h"
#include "tests/distributed/data_parallel/networks.h"
#include "tests/distributed/world.h"

using namespace gradus;
using namespace gradus::distributed;
using Options = DistributedDataParallelOptions;

namespace {

struct TwoWaysImpl : nn::Module {
  TwoWaysImpl() {
    w = register_parameter("w", full({3}, 2.));
    v = register_parameter("v", full({3}, 3.));
  }
  Tensor forward(const Tensor& x) {
    Tensor y = (x * w).sum(1);
    return both ? y + (x * v).sum(1) : y;
  }
  Tensor w, v;
  bool both = true;
};
GRADUS_MODULE(TwoWays);

// All that so many ranks can have.
std::vector<Options> modes() {
  const Options fast = Options().mode(SumMode::fast);
  std::vector<Options> all = {fast, Options(fast).bucket_cap_mb(1e-6)};
  if (8 % size() == 0) all.push_back(Options());
  return all;
}

}  // namespace

TEST_CASE("ranks: all begin with rank 0's parameters and buffers") {
  manual_seed(uint64_t(rank()));
  nn::BatchNorm1d norm(3);
  norm->weight.detach().fill_(rank() + 1);
  norm->running_mean.fill_(rank() + 1);
  norm->num_batches_tracked.fill_(rank() + 1);
  DistributedDataParallel model(norm, everyone(), Options().mode(SumMode::fast));
  CHECK(values(norm->weight) == Values{1, 1, 1});
  CHECK(values(norm->running_mean) == Values{1, 1, 1});
  CHECK(norm->num_batches_tracked.item<int64_t>() == 1);
}

TEST_CASE("ranks: what they do not have alike is said with both sides") {
  if (size() == 1) return;
  const bool last = rank() == size() - 1;
  const std::string other = std::to_string(size() - 1);
  const Options fast = Options().mode(SumMode::fast);
  const auto wrap = [](int64_t outputs, const Options& options) {
    return message([&] {
      DistributedDataParallel(nn::Sequential(nn::Linear(3, outputs)), everyone(), options);
    });
  };
  CHECK(
      wrap(last ? 5 : 4, fast) ==
      "DistributedDataParallel: ranks differ, rank 0 has parameter module.0.weight float32 [4, 3], "
      "rank " +
          other + " has parameter module.0.weight float32 [5, 3]");
  CHECK(wrap(4, Options(fast).broadcast_buffers(!last))
            .starts_with("DistributedDataParallel: ranks differ, rank 0 has options mode fast"));
  CHECK(message([&] {
          nn::Sequential net(nn::Linear(3, 4));
          if (last) net->push_back(nn::BatchNorm1d(4));
          DistributedDataParallel(net, everyone(), fast);
        }) == "DistributedDataParallel: ranks differ, rank 0 has nothing, rank " + other +
                  " has parameter module.1.weight float32 [4]");
  CHECK(
      message([&] { DistributedDataParallel(TwoWays(), everyone(), Options().shards(1)); }) ==
      "DistributedDataParallel: " + std::to_string(size()) +
          " ranks do not divide 1 shards evenly; set shards() to a power of two that they divide, "
          "or mode(SumMode::fast)");
}

TEST_CASE("ranks: a gradient is the mean of all, in its place, without and with collected ones") {
  manual_seed(1);
  const Tensor x = randn({8 * size(), 3}), z = randn({8 * size(), 3});
  for (const Options& options : modes()) {
    TwoWays net;
    DistributedDataParallel model(net, everyone(), options);
    model(own(x)).mean().backward();
    CHECK(allclose(net->w.grad(), x.mean(0), 1e-5, 1e-6));
    CHECK(same_everywhere(net->w.grad()));
    if (size() > 1 || options.mode() == SumMode::tree)
      CHECK(model->arena()->holds(0, net->w.grad()));
    model(own(x)).mean().backward();
    CHECK(allclose(net->w.grad(), 2 * x.mean(0), 1e-5, 1e-6));
    model->zero_grad();
    {
      const auto quiet = model->no_sync();
      model(own(x)).mean().backward();
      CHECK(allclose(net->w.grad(), own(x).mean(0), 1e-5, 1e-6));
    }
    model(own(z)).mean().backward();
    CHECK(allclose(net->w.grad(), x.mean(0) + z.mean(0), 1e-5, 1e-6));
    CHECK(same_everywhere(net->v.grad()));
    model->zero_grad();
    (model(own(x)).mean() + model(own(z)).mean()).backward();
    CHECK(allclose(net->w.grad(), x.mean(0) + z.mean(0), 1e-5, 1e-6));
  }
}

TEST_CASE("ranks: a parameter may be used on some ranks, on all, or on none") {
  manual_seed(1);
  const Tensor x = randn({8 * size(), 3});
  for (Options options : modes()) {
    TwoWays net;
    {
      DistributedDataParallel strict(net, everyone(), options);
      net->both = rank() == 0;
      const std::string said = message([&] { strict(own(x)).mean().backward(); });
      // World of one without shards: there is nobody to be missed.
      if (net->both)
        CHECK(said == "nothing was thrown");
      else
        CHECK(
            said.starts_with("DistributedDataParallel: the backward pass found no gradient for 1 "
                             "of 2 parameters: module.v;"));
      strict->zero_grad();
    }
    DistributedDataParallel model(net, everyone(), options.find_unused_parameters(true));
    model(own(x)).mean().backward();
    CHECK(allclose(net->w.grad(), x.mean(0), 1e-5, 1e-6));
    CHECK(allclose(net->v.grad(), rows_of(x, 0).mean(0) / double(size()), 1e-5, 1e-6));
    CHECK(same_everywhere(net->v.grad()));
    net->both = false;
    net->v.mutable_grad() = full({3}, 7.);
    model->zero_grad();
    model(own(x)).mean().backward();
    CHECK_FALSE(net->v.grad().defined());
    net->v.mutable_grad() = full({3}, 7.);
    model(own(x)).mean().backward();
    CHECK(values(net->v.grad()) == Values{7, 7, 7});
    net->both = true;
  }
}

TEST_CASE("ranks: gradients past the module and of the second order are the mean of all too") {
  manual_seed(1);
  const Tensor x = randn({8 * size(), 3});
  for (const Options& options : modes()) {
    TwoWays net;
    DistributedDataParallel model(net, everyone(), options);
    (model(own(x)).mean() + double(rank() + 1) * net->w.square().sum()).backward();
    CHECK(allclose(net->w.grad(), x.mean(0) + double(size() + 1) * net->w.detach(), 1e-5, 1e-5));
    CHECK(same_everywhere(net->w.grad()));
    model->zero_grad();
    // The penalty is a function of x alone: each rank has its own.
    const Tensor input = own(x).clone().requires_grad_();
    const Tensor y = model(input);
    const Tensor dx = autograd::grad({y.pow(2).sum()}, {input}, {}, true, true)[0];
    (dx.square().mean() + y.mean()).backward();
    TwoWays twin;
    const Tensor whole = x.clone().requires_grad_();
    const Tensor wy = twin(whole);
    const Tensor wdx = autograd::grad({wy.pow(2).sum()}, {whole}, {}, true, true)[0];
    (wdx.square().mean() + wy.mean()).backward();
    CHECK(allclose(net->w.grad(), twin->w.grad(), 1e-4, 1e-4));
    CHECK(same_everywhere(net->w.grad()));
  }
}

TEST_CASE("ranks: what was collected and then written to is part of the mean") {
  manual_seed(1);
  const Tensor x = randn({8 * size(), 3}), z = randn({8 * size(), 3});
  for (const Options& options : modes()) {
    for (const bool in_place : {true, false}) {
      TwoWays net;
      DistributedDataParallel model(net, everyone(), options);
      for (int collected = 0; collected < 2; ++collected) {
        const auto quiet = model->no_sync();
        model(own(x)).mean().backward();
        const NoGradGuard no_grad;
        for (const Tensor& p : {net->w, net->v})
          if (in_place)
            p.grad().mul_(0.5);
          else
            p.mutable_grad() = p.grad() * 0.5;
      }
      model(own(z)).mean().backward();
      CHECK(allclose(net->w.grad(), x.mean(0) * 0.75 + z.mean(0), 1e-5, 1e-6));
      CHECK(allclose(net->v.grad(), x.mean(0) * 0.75 + z.mean(0), 1e-5, 1e-6));
      CHECK(same_everywhere(net->w.grad()));
    }
  }
}

TEST_CASE("ranks: gradients past the module are kept where others are collected or outstanding") {
  manual_seed(1);
  const Tensor x = randn({8 * size(), 3}), z = randn({8 * size(), 3});
  const auto penalty = [](const TwoWays& net) { return net->w.square().sum(); };
  for (const Options& options : modes()) {
    TwoWays net;
    const Tensor w = net->w.detach();
    DistributedDataParallel model(net, everyone(), options);
    {
      const auto quiet = model->no_sync();
      (model(own(x)).mean() + penalty(net)).backward();
      CHECK(allclose(net->w.grad(), own(x).mean(0) + 2 * w, 1e-5, 1e-5));
      model(own(x)).mean().backward();
      (model(own(x)).mean() + penalty(net)).backward();
      CHECK(allclose(net->w.grad(), 3 * own(x).mean(0) + 4 * w, 1e-5, 1e-5));
    }
    (model(own(z)).mean() + penalty(net)).backward();
    CHECK(allclose(net->w.grad(), 3 * x.mean(0) + z.mean(0) + 6 * w, 1e-5, 1e-5));
    CHECK(same_everywhere(net->w.grad()));
    model->zero_grad();
    {
      const auto quiet = model->no_sync();
      (model(own(x)).mean() + penalty(net)).backward();
    }
    model->zero_grad();  // drops them
    const Tensor outstanding = model(own(x));
    (model(own(z)).mean() + penalty(net)).backward();
    CHECK(allclose(net->w.grad(), z.mean(0) + 2 * w, 1e-5, 1e-5));
  }
}

TEST_CASE("ranks: two models of one module have a backward pass each") {
  manual_seed(1);
  const Tensor x = randn({8 * size(), 3}), z = randn({8 * size(), 3});
  for (const Options& options : modes()) {
    if (size() == 1 && options.mode() == SumMode::fast) continue;  // both are the module
    TwoWays net;
    DistributedDataParallel one(net, everyone(), options), two(net, everyone(), options);
    for (int i = 0; i < 2; ++i) {
      // The last to go forward is the first in the pass, which the other then ends.
      for (auto* last : {&one, &two}) {
        const Tensor before = (last == &one ? two : one)(own(x)).mean();
        CHECK(message([&] { (before + (*last)(own(z)).mean()).backward(); }) ==
              "DistributedDataParallel: module.w has gradients of two DistributedDataParallel in "
              "one backward pass");
      }
      one->zero_grad();
      one(own(x)).mean().backward();
      two(own(z)).mean().backward();
      CHECK(allclose(net->w.grad(), x.mean(0) + z.mean(0), 1e-5, 1e-6));
      CHECK(same_everywhere(net->w.grad()));
      one->zero_grad();
    }
  }
}

TEST_CASE("ranks: a hook sees gradients past the module") {
  manual_seed(1);
  const Tensor x = randn({8 * size(), 3});
  for (const Options& options : modes()) {
    TwoWays net;
    DistributedDataParallel model(net, everyone(), options);
    net->w.register_hook([](const Tensor& g) { return g * 2; });
    for (int i = 0; i < 2; ++i) {
      model->zero_grad();
      (model(own(x)).mean() + net->w.square().sum()).backward();
      CHECK(allclose(net->w.grad(), 2 * (x.mean(0) + 2 * net->w.detach()), 1e-5, 1e-5));
    }
  }
}

TEST_CASE("ranks: buckets leave before the backward pass is over") {
  if (size() == 1) return;
  for (Options options : modes()) {
    nn::Sequential net(nn::Linear(8, 8), nn::Tanh(), nn::Linear(8, 8), nn::Tanh(),
                       nn::Linear(8, 8));
    DistributedDataParallel model(net, everyone(), options.bucket_cap_mb(1e-6));
    uint64_t before = 0, early = 0;
    const Tensor x = randn({8 * size(), 8}).requires_grad_();
    Tensor in = own(x).clone();
    in.register_hook([&](const Tensor&) { early = world().getSequenceNumberForGroup(); });
    const Tensor loss = model(in).sum();
    before = world().getSequenceNumberForGroup();
    loss.backward();
    // All except the first layer's.
    CHECK(early - before >= 4);
    CHECK(world().getSequenceNumberForGroup() - before == 6);
    const ReductionStatistics cost = model->statistics();
    CHECK(cost.passes == 1);
    CHECK(cost.buckets == 6);
    CHECK(cost.bytes == model->arena()->bytes());
    CHECK(cost.hidden() >= 0);
    CHECK(cost.hidden() <= 1);
  }
}

TEST_CASE("ranks: a step sends the least that suffices") {
  if (size() == 1 || 8 % size() != 0) return;
  nn::Linear net(64, 32);
  DistributedDataParallel model(net, everyone());
  const Traffic before = world().traffic();
  model(randn({8, 64})).sum().backward();
  const Traffic after = world().traffic();
  const int64_t least = model->arena()->bytes() / size() * (size() - 1);
  CHECK(after.tree_reduce_scatter - before.tree_reduce_scatter == least);
  CHECK(after.tree_all_gather - before.tree_all_gather == least);
}

TEST_CASE("ranks: those that have no batch left go along until all have come") {
  manual_seed(1);
  const Tensor x = randn({4 * size(), 3});
  for (const bool initial : {true, false})
    for (const Options& options : modes()) {
      TwoWays net;
      DistributedDataParallel model(net, everyone(), options);
      optim::SGD sgd(net->parameters(), 1.);
      Tensor want = net->w.detach().clone();
      model->join(
          [&] {
            // Rank r has r + 1 batches.
            for (int64_t step = 0; step <= rank(); ++step) {
              sgd.zero_grad();
              model(own(x).expand({8, 4, 3}).reshape({32, 3})).mean().backward();
              nn::utils::clip_grad_norm_(net->parameters(), 1e6);
              sgd.step();
            }
          },
          JoinOptions().divide_by_initial_world_size(initial));
      for (int64_t step = 0; step < size(); ++step)
        for (int64_t r = step; r < size(); ++r)
          want -= rows_of(x, r).mean(0) / double(initial ? size() : size() - step);
      CHECK(allclose(net->w, want, 1e-5, 1e-5));
      CHECK(same_everywhere(net->w));
      // And on, all together.
      sgd.zero_grad();
      model(own(x).expand({8, 4, 3}).reshape({32, 3})).mean().backward();
      CHECK(allclose(net->w.grad(), x.mean(0), 1e-5, 1e-6));
    }
  if (size() == 1) return;
  TwoWays net;
  DistributedDataParallel model(net, everyone(), Options().mode(SumMode::fast));
  const std::string said = message([&] {
    model->join(
        [&] {
          for (int64_t step = 0; step < (rank() == 0 ? 1 : 3); ++step)
            model(randn({8, 3})).mean().backward();
        },
        JoinOptions().throw_on_early_termination(true));
  });
  CHECK(said == "join: 1 of " + std::to_string(size()) + " ranks have no batch left");
}

TEST_CASE("ranks: sync batch norm is batch norm of all rows, in both orders") {
  manual_seed(2);
  // Ranks have different numbers of rows.
  const int64_t first = rank() * (rank() + 3) / 2, count = rank() + 2;
  const Tensor all = randn({size() * (size() + 3) / 2, 2, 3}, kDouble);
  const Tensor weights = randn(all.sizes(), kDouble);
  const auto run = [](nn::BatchNorm1d norm, const Tensor& x, const Tensor& weights) {
    norm->to(kDouble);
    const Tensor in = x.clone().requires_grad_();
    const Tensor y = norm(in);
    const Tensor dx = autograd::grad({(y * y * weights).sum()}, {in}, {}, true, true)[0];
    (dx.square().sum() + (y * weights).sum()).backward();
    return std::vector<Tensor>{y.detach(),          dx.detach(),        in.grad(),
                               norm->weight.grad(), norm->running_mean, norm->running_var};
  };
  const auto want = run(nn::BatchNorm1d(2), all, weights);
  const auto got = run(convert_sync_batchnorm(nn::BatchNorm1d(2), everyone()),
                       all.narrow(0, first, count), weights.narrow(0, first, count));
  for (size_t k = 0; k < 3; ++k)
    CHECK(allclose(got[k], want[k].narrow(0, first, count), 1e-9, 1e-9));
  CHECK(allclose(from_all(got[3]).sum(0), want[3], 1e-9, 1e-9));
  CHECK(allclose(got[4], want[4], 1e-9, 1e-9));
  CHECK(allclose(got[5], want[5], 1e-9, 1e-9));
}

TEST_CASE("ranks: sync batch norm within the model") {
  manual_seed(2);
  const Tensor x = randn({8 * size(), 3});
  nn::Sequential net(nn::Linear(3, 4), nn::SyncBatchNorm(4), nn::Linear(4, 2));
  nn::Sequential twin = nn::deepcopy(net);
  DistributedDataParallel model(net, everyone(), Options().mode(SumMode::fast));
  model(own(x)).square().mean().backward();
  for (size_t i = 0; i < net->parameters().size(); ++i)
    twin->parameters()[i].detach().copy_(net->parameters()[i].detach());
  twin(x).square().mean().backward();
  for (size_t i = 0; i < net->parameters().size(); ++i)
    CHECK(allclose(net->parameters()[i].grad(), twin->parameters()[i].grad(), 1e-4, 1e-5));
  if (size() != 2 && size() != 4) return;
  CHECK(message([&] {
          DistributedDataParallel(net, everyone());
        }).starts_with("DistributedDataParallel: SyncBatchNorm needs all rows at once"));
  CHECK(message([&] { model->join([] {}); }) ==
        "join: SyncBatchNorm needs a batch of every rank in each step");
}
