// Training beside PyTorch's DistributedDataParallel over Gloo: tests/reference/data_parallel.py.
// The program runs under any number of ranks that has a reference, or alone.
#include <doctest/doctest.h>

#include "gradus.h"
#include "tests/distributed/data_parallel/everyone.h"
#include "tests/distributed/data_parallel/networks.h"
#include "tests/distributed/world.h"
#include "tests/table.h"

using namespace gradus;
using namespace gradus::distributed;
using Options = DistributedDataParallelOptions;

namespace {

constexpr int64_t rows = 48, steps = 24;

struct Run {
  std::string kind;
  ScalarType dtype;
  Options options;
};

Values flat(const std::vector<Tensor>& tensors) {
  Values all;
  for (const Tensor& t : tensors) {
    const Values v = values(t);
    all.insert(all.end(), v.begin(), v.end());
  }
  return all;
}

// Gradients, parameters and buffers after 1 and 24 steps.
std::vector<Values> trained(const Run& run, const intrusive_ptr<ProcessGroup>& group) {
  const int64_t rank = group->getRank(), size = group->getSize();
  set_default_dtype(scalarTypeToTypeMeta(run.dtype));
  manual_seed(0);
  // One after the other: arguments are drawn in an order of the compiler's.
  const nn::Conv2d conv(nn::Conv2dOptions(1, 4, 3).bias(false));
  const nn::Linear linear(64, 3);
  nn::Sequential net(conv, nn::BatchNorm2d(4), nn::ReLU(), nn::Flatten(), linear);
  manual_seed(1);
  Tensor x = randn({rows, 1, 6, 6}), t = randint(0, 3, {rows}, kLong);
  set_default_dtype(scalarTypeToTypeMeta(kFloat));
  x = x.narrow(0, rank * rows / size, rows / size);
  t = t.narrow(0, rank * rows / size, rows / size);
  DistributedDataParallel model(net, group, run.options);
  optim::Adam adam(net->parameters(), optim::AdamOptions(0.002));
  optim::SGD sgd(net->parameters(), optim::SGDOptions(0.05).momentum(0.9));
  optim::Optimizer& optimizer = run.kind == "adam" ? static_cast<optim::Optimizer&>(adam) : sgd;
  const int64_t halves = run.kind == "accumulate" ? 2 : 1;
  std::vector<Values> shown;
  for (int64_t step = 1; step <= steps; ++step) {
    optimizer.zero_grad();
    for (int64_t h = 0; h < halves; ++h) {
      std::optional<DataParallelBase::NoSync> quiet;
      if (h + 1 < halves) quiet.emplace(model->no_sync());
      const Tensor y = model(x.chunk(halves)[size_t(h)]);
      (nn::functional::cross_entropy(y, t.chunk(halves)[size_t(h)]) / double(halves)).backward();
    }
    optimizer.step();
    if (step != 1 && step != steps) continue;
    std::vector<Tensor> grads;
    for (const Tensor& p : net->parameters()) grads.push_back(p.grad());
    const auto norm = net->at<nn::BatchNorm2dImpl>(1);
    shown.push_back(flat(grads));
    shown.push_back(flat(net->parameters()));
    shown.push_back(flat({norm.running_mean, norm.running_var}));
  }
  return shown;
}

void compare(int64_t world, const Run& run, const intrusive_ptr<ProcessGroup>& group) {
  const std::string name =
      run.kind + (run.dtype == kFloat ? " float32 " : " float64 ") + std::to_string(world);
  CAPTURE(name);
  const std::vector<test::Cell> table = test::read_table("data_parallel.txt");
  const auto row = std::find_if(table.begin(), table.end(),
                                [&](const test::Cell& c) { return c[0].text == name; });
  REQUIRE(row != table.end());
  const std::vector<Values> ours = trained(run, group);
  REQUIRE(row->size() == ours.size() + 1);
  for (size_t k = 0; k < ours.size(); ++k) {
    // The statistics of a shard, of which there is one for each pass, are those of rank 0.
    const bool statistics = k % 3 == 2;
    if (statistics &&
        (group->getRank() > 0 || (run.kind == "accumulate" && run.options.mode() == SumMode::tree)))
      continue;
    const Values want = (*row)[k + 1].numbers();
    REQUIRE(want.size() == ours[k].size());
    double worst = 0;
    for (size_t i = 0; i < want.size(); ++i)
      worst = std::max(worst, std::abs(want[i] - ours[k][i]));
    CAPTURE(k);
    CHECK(worst < 1e-6);
  }
}

}  // namespace

TEST_CASE("data parallel: fast sums are PyTorch's over as many ranks") {
  const int size = world().getSize();
  if (size != 2 && size != 4) return;
  const Options fast = Options().mode(SumMode::fast);
  for (const ScalarType dtype : {kFloat, kDouble})
    for (const char* kind : {"sgd", "adam"}) compare(size, {kind, dtype, fast}, everyone());
  compare(size, {"accumulate", kDouble, fast}, everyone());
  compare(size, {"sgd", kDouble, Options(fast).bucket_cap_mb(1e-4)}, everyone());
}

TEST_CASE("data parallel: tree sums over shards are PyTorch's over as many ranks") {
  const int size = world().getSize();
  for (const int64_t shards : {2, 4}) {
    if (shards % size != 0) continue;
    const Options tree = Options().shards(shards).bucket_cap_mb(1e-4);
    for (const ScalarType dtype : {kFloat, kDouble})
      for (const char* kind : {"sgd", "adam"}) compare(shards, {kind, dtype, tree}, everyone());
    if (2 * shards % size == 0)
      compare(shards, {"accumulate", kDouble, Options(tree).shards(2 * shards).accumulation(2)},
              everyone());
  }
}
