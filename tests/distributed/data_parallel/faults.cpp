// Ranks that are not in step: each is told what the others are at, and none waits for ever.
#include "gradus.h"
#include "tests/distributed/world.h"

using namespace gradus;
using namespace gradus::distributed;
using Options = DistributedDataParallelOptions;

namespace {

intrusive_ptr<ProcessGroup> quick_group() {
  auto group = ProcessGroupMPI::createProcessGroupMPI();
  group->setTimeout(std::chrono::seconds(1));
  return group;
}
const Options fast = Options().mode(SumMode::fast);

}  // namespace

TEST_CASE("faults: one rank collects where the others reduce") {
  nn::Linear net(3, 2);
  DistributedDataParallel model(net, quick_group(), fast);
  const std::string said = message([&] {
    std::optional<DataParallelBase::NoSync> quiet;
    if (rank() == 1) quiet.emplace(model->no_sync());
    model(randn({4, 3})).sum().backward();
    quiet.reset();
    // The next step's buckets, and the first one's of the others.
    model->process_group()->barrier()->wait();
  });
  CAPTURE(said);
  CHECK(said.find("barrier") != std::string::npos);
  CHECK(said.find("allreduce of float32 [8]") != std::string::npos);
  CHECK(said.find("rank 1 is at operation") != std::string::npos);
  // All later passes say so at once.
  CHECK(message([&] { model(randn({4, 3})).sum().backward(); }) == said);
}

TEST_CASE("faults: a backward pass that throws on all ranks leaves a model that goes on") {
  nn::Sequential net(nn::Linear(3, 4), nn::Linear(4, 2));
  DistributedDataParallel model(net, quick_group(), Options(fast).bucket_cap_mb(1e-6));
  Tensor x = ones({4, 3}).requires_grad_();
  x.register_hook([](const Tensor&) -> Tensor { throw std::runtime_error("no"); });
  CHECK_THROWS(model(x).sum().backward());
  model->zero_grad();
  model(full({4, 3}, double(rank()))).sum().backward();
  const Tensor dw = net->parameters()[2].grad();
  const Tensor w = net->parameters()[0].detach(), b = net->parameters()[1].detach();
  const double mean = double(size() - 1) / 2;
  CHECK(allclose(dw[0], 4 * (mean * w.sum(1) + b), 1e-4, 1e-5));
}
