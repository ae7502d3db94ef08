// Batch norm over the rows of all ranks, in graphs that are no chain, and ranks that are not in
// step.
#include "gradus.h"
#include "tests/distributed/data_parallel/everyone.h"

using namespace gradus;
using namespace gradus::distributed;
using Options = DistributedDataParallelOptions;

namespace {

const Options fast = Options().mode(SumMode::fast).bucket_cap_mb(1e-6);

// More ranks take long where they share cores.
bool is_small() { return size() <= 4; }

// Two branches that do not depend on each other, of layers of the same sizes.
struct BranchesImpl : nn::Cloneable<BranchesImpl> {
  BranchesImpl() { BranchesImpl::reset(); }
  void reset() override {
    first = register_module("first", nn::Linear(3, 4));
    second = register_module("second", nn::Linear(3, 4));
    a = register_module("a", nn::BatchNorm1d(4));
    b = register_module("b", nn::BatchNorm1d(4));
    last = register_module("last", nn::Linear(4, 2));
    to(kDouble);
  }
  Tensor forward(const Tensor& x) {
    if (other_order) {
      const Tensor right = b(second(x)), left = a(first(x));
      return last((left * right).tanh());
    }
    const Tensor left = a(first(x)), right = b(second(x));
    return last((left * right).tanh());
  }
  nn::Linear first = nullptr, second = nullptr, last = nullptr;
  nn::BatchNorm1d a = nullptr, b = nullptr;
  bool other_order = false;
};

struct Pair {
  explicit Pair(intrusive_ptr<ProcessGroup> ranks = everyone()) : group(std::move(ranks)) {
    manual_seed(1);
    net = std::make_shared<BranchesImpl>();
    twin = std::dynamic_pointer_cast<BranchesImpl>(net->clone());
    model = DistributedDataParallel<BranchesImpl>(convert_sync_batchnorm(net, group), group, fast);
    x = randn({6 * size(), 3}, kDouble);
  }
  void check() const {
    const auto p = net->named_parameters();
    for (const auto& item : p) {
      CAPTURE(item.key());
      CHECK(allclose(item.value().grad(), twin->named_parameters()[item.key()].grad(), 1e-8, 1e-9));
    }
    for (const auto& item : net->named_buffers())
      CHECK(allclose(item.value(), twin->named_buffers()[item.key()], 1e-8, 1e-9));
  }
  const intrusive_ptr<ProcessGroup> group;
  std::shared_ptr<BranchesImpl> net, twin;
  DistributedDataParallel<BranchesImpl> model{nullptr};
  Tensor x;
};

}  // namespace

TEST_CASE(
    "sync batch norm: branches, graphs that a rank keeps, and graphs that are gone through twice") {
  if (!is_small()) return;
  Pair p;
  std::vector<Tensor> kept;
  for (int step = 0; step < 3; ++step) {
    p.model->zero_grad();
    p.twin->zero_grad();
    const Tensor aside = p.model(own(p.x));
    p.twin->forward(p.x);
    if (rank() == 1) kept.push_back(aside);
    const Tensor loss = p.model(own(p.x)).square().mean(),
                 whole = p.twin->forward(p.x).square().mean();
    loss.backward({}, step == 1);
    whole.backward({}, step == 1);
    if (step == 1) {
      loss.backward();
      whole.backward();
    }
    p.check();
  }
}

TEST_CASE("sync batch norm: the second order, and inputs of ranks") {
  if (!is_small()) return;
  Pair p;
  const auto loss = [](const auto& call, const Tensor& rows) {
    const Tensor in = rows.clone().requires_grad_();
    const Tensor y = call(in);
    const Tensor dx = autograd::grad({y.square().sum()}, {in}, {}, true, true)[0];
    return dx.square().mean() + y.mean();
  };
  for (int step = 0; step < 2; ++step) {
    loss([&](const Tensor& t) { return p.model(t); }, own(p.x)).backward();
    loss([&](const Tensor& t) { return p.twin->forward(t); }, p.x).backward();
    p.check();
  }
}

TEST_CASE("sync batch norm: layers that a rank calls in another order are told to all") {
  if (!is_small()) return;
  if (size() == 1) return;
  Pair p(ProcessGroupMPI::createProcessGroupMPI());  // which breaks
  p.model(own(p.x)).sum().backward();
  p.net->other_order = rank() == 1;
  const std::string said = message([&] { p.model(own(p.x)).sum().backward(); });
  CAPTURE(said);
  CHECK(said.find("rank 0 is at operation") != std::string::npos);
  CHECK(said.find("rows of batch norm a of conversion") != std::string::npos);
  CHECK(said.find("rank 1 is at operation") != std::string::npos);
  CHECK(said.find("rows of batch norm b of conversion") != std::string::npos);
}

TEST_CASE("sync batch norm: ranks convert the same layers") {
  if (!is_small()) return;
  if (size() == 1) return;
  nn::Sequential net(nn::Linear(3, 4), nn::BatchNorm1d(4));
  if (rank() == 1) net->push_back(nn::BatchNorm1d(4));
  CHECK(message([&] { convert_sync_batchnorm(net, everyone()); }) ==
        "convert_sync_batchnorm: ranks differ, rank 0 has nothing, rank 1 has batch norm 2");
  CHECK_FALSE(is_sync_batchnorm(*net->children()[1]));
}
