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

namespace {

// A model of a weight and no buffers, whose ranks meet in backward passes alone unless in tree
// mode.
struct Model {
  explicit Model(const Options& options = fast) : wrapped(net, quick_group(), options) {}
  Tensor loss() { return wrapped(ones({2 * size(), 3})).sum(); }
  void step() { loss().backward(); }
  nn::Linear net{3, 2};
  DistributedDataParallel<nn::Linear> wrapped;
};
Options tree() { return Options().shards(size()); }
// Making groups is slow where ranks share cores.
bool has_tree() { return size() == 2; }
bool odd() { return rank() == 1; }

// Both sides are named, with what each is at.
void check_said(const std::string& said, const std::string& most, const std::string& one) {
  CAPTURE(said);
  CHECK(said.find("rank 0 is at operation ") != std::string::npos);
  CHECK(said.find("rank 1 is at operation ") != std::string::npos);
  const size_t first = said.find(most);
  CHECK(first != std::string::npos);
  CHECK(said.find(one, first) != std::string::npos);
}

}  // namespace

TEST_CASE("faults: a rank leaves out a backward pass") {
  for (const bool by_tree : {false, true}) {
    if (by_tree && !has_tree()) continue;
    Model model(by_tree ? tree() : fast);
    model.step();
    const std::string said = message([&] {
      if (odd())
        model.loss();
      else
        model.step();
      model.step();
    });
    check_said(said, "bucket 0 of backward pass 1 after forward pass 2",
               by_tree ? "for forward pass 3" : "bucket 0 of backward pass 1 after forward pass 3");
    CHECK(message([&] { model.step(); }) == said);
  }
}

TEST_CASE("faults: a rank makes one backward pass more") {
  for (const bool by_tree : {false, true}) {
    if (by_tree && !has_tree()) continue;
    Model model(by_tree ? tree() : fast);
    const std::string said = message([&] {
      const Tensor loss = model.loss();
      loss.backward({}, true);
      if (odd()) loss.backward();
      model.step();
    });
    check_said(said,
               by_tree ? "for forward pass 2" : "bucket 0 of backward pass 1 after forward pass 2",
               "bucket 0 of backward pass 2 after forward pass 1");
  }
}

TEST_CASE("faults: a rank has one backward pass more at the end") {
  Model model;
  model.step();
  const std::string said = message([&] {
    if (odd()) model.step();
    model.wrapped->process_group()->barrier()->wait();
  });
  check_said(said, "barrier", "bucket 0 of backward pass 1 after forward pass 2");
}

TEST_CASE("faults: a rank evaluates without gradients where the others train") {
  for (const bool by_tree : {false, true}) {
    if (by_tree && !has_tree()) continue;
    Model model(by_tree ? tree() : fast);
    const std::string said = message([&] {
      if (odd()) {
        const NoGradGuard no_grad;
        model.loss();
      } else {
        model.step();
      }
      model.wrapped->process_group()->barrier()->wait();
    });
    check_said(said,
               by_tree ? "for forward pass 1" : "bucket 0 of backward pass 1 after forward pass 1",
               "barrier");
  }
  // Eval mode alone is no difference.
  if (size() > 2) return;
  Model model;
  model.wrapped->train(!odd());
  model.step();
  CHECK(allclose(model.net->weight.grad(), full({2, 3}, 2. * size())));
}

TEST_CASE("faults: a forward or a backward pass throws on a rank, which goes on") {
  for (const bool forward : {true, false}) {
    nn::Sequential net(nn::Linear(3, 4), nn::Linear(4, 2));
    DistributedDataParallel model(net, quick_group(), Options(fast).bucket_cap_mb(1e-6));
    const std::string said = message([&] {
      for (int step = 0; step < 2; ++step) {
        const bool fails = odd() && step == 0;
        Tensor x = ones({4, 3}).requires_grad_();
        if (fails) x.register_hook([](const Tensor&) -> Tensor { throw std::runtime_error("no"); });
        try {
          const Tensor y = model(fails && forward ? ones({4, 5}) : x);
          y.sum().backward();
        } catch (const std::runtime_error& e) {
          if (e.what() != std::string("no") && !(fails && forward)) throw;
        }
      }
    });
    if (forward)
      check_said(said, "after forward pass 1", "after forward pass 2");
    else  // when all had been sent
      check_said(said, "after forward pass 2 with the last gradients of",
                 "after forward pass 2, with 1 that threw");
  }
}

TEST_CASE("faults: a rank has frozen a parameter that the others train") {
  Model model;
  if (odd()) model.net->bias.requires_grad_(false);
  const std::string said = message([&] { model.step(); });
  check_said(said, "bucket 0 of backward pass 1 after forward pass 1; rank 1",
             "bucket 0 of backward pass 1 after forward pass 1 without module.bias");
}

TEST_CASE("faults: gradients past the module are of different parameters") {
  struct TwinsImpl : nn::Module {
    TwinsImpl() {
      a = register_parameter("a", ones({3}));
      b = register_parameter("b", ones({3}));
    }
    Tensor forward(const Tensor& x) { return x * a + b; }
    Tensor a, b;
  };
  const auto net = std::make_shared<TwinsImpl>();
  DistributedDataParallel<TwinsImpl> model(net, quick_group(), fast);
  const std::string said = message([&] {
    (model(ones({2, 3})).sum() + (odd() ? net->b : net->a).square().sum()).backward();
  });
  check_said(said, "gradients past the module of module.a of backward pass 1",
             "gradients past the module of module.b of backward pass 1");
}

TEST_CASE("faults: a rank has written to gradients that are the mean") {
  Model model;
  model.step();
  const NoGradGuard no_grad;
  if (odd()) model.net->weight.grad().mul_(0.5);
  const std::string said = message([&] {
    const AutoGradMode records(true);
    model.step();
  });
  check_said(said, "after forward pass 2 with the last gradients of module.weight, module.bias;",
             "after forward pass 2 with own gradients of module.weight, module.bias");
}

TEST_CASE("faults: a rank has dropped gradients that the others add to") {
  Model model;
  model.step();
  model.step();
  if (odd()) model.net->zero_grad();
  const std::string said = message([&] { model.step(); });
  check_said(said, "after forward pass 3 with the last gradients of module.weight, module.bias;",
             "; rank 1 is at operation ");
}

TEST_CASE("faults: ranks that add to the last gradients go on alike, also without a batch") {
  Model model;
  model.step();
  model.step();
  const auto join = [&] {
    model.wrapped->join([&] {
      for (int i = 0; i < (odd() ? 2 : 1); ++i) model.step();
    });
  };
  join();
  model.net->zero_grad();
  CHECK_NOTHROW(model.step());
  // Who had no batch has not the last ones.
  join();
  const std::string said = message([&] { model.step(); });
  check_said(said, "with own gradients of module.weight, module.bias;",
             "with the last gradients of module.weight, module.bias");
}

TEST_CASE("faults: a rank whose generator is elsewhere is warned, once") {
  if (!has_tree()) return;
  struct Heard final : WarningHandler {
    std::vector<std::string> all;
    void process(const Warning& w) override { all.push_back(w.msg()); }
  };
  for (const bool elsewhere : {false, true}) {
    Heard heard;
    manual_seed(7);
    Model model(tree());
    if (odd() && elsewhere) rand({1});
    {
      const WarningUtils::WarningHandlerGuard guard(&heard);
      model.step();
      model.step();
    }
    REQUIRE(heard.all.size() == size_t(odd() && elsewhere));
    if (odd() && elsewhere)
      CHECK(heard.all[0] ==
            "DistributedDataParallel: the default generator of rank " + std::to_string(rank()) +
                " is not where rank 0's is, so that samplers which shuffle draw other batches for "
                "it; call manual_seed() with one number on all ranks");
  }
}
