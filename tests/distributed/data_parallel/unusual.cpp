// Trainings that do not go straight from the module to a step, over ranks.
#include "autograd/graph.h"
#include "gradus.h"
#include "optim/grad_scaler.h"
#include "tests/distributed/data_parallel/everyone.h"

using namespace gradus;
using namespace gradus::distributed;
using Options = DistributedDataParallelOptions;

namespace {

// Buckets of one parameter each, so that each is sent as soon as it is complete.
std::vector<Options> modes() {
  const Options fast = Options().mode(SumMode::fast).bucket_cap_mb(1e-6);
  std::vector<Options> all = {fast};
  if (8 % size() == 0) all.push_back(Options(fast).mode(SumMode::tree));
  return all;
}
// The gradients of a are those of b.
void check_gradients(const nn::Module& a, const nn::Module& b, double tolerance = 1e-5) {
  const auto p = a.named_parameters();
  const auto q = b.parameters();
  REQUIRE(p.size() == q.size());
  for (size_t i = 0; i < q.size(); ++i) {
    CAPTURE(p[i].key());
    CHECK(p[i].value().grad().defined() == q[i].grad().defined());
    if (!q[i].grad().defined()) continue;
    CHECK(allclose(p[i].value().grad(), q[i].grad(), tolerance, tolerance / 10));
    CHECK(same_everywhere(p[i].value().grad()));
  }
}

struct TwoWaysImpl : nn::Module {
  TwoWaysImpl() {
    w = register_parameter("w", full({3}, 2.));
    v = register_parameter("v", full({3}, 3.));
  }
  Tensor forward(const Tensor& x) {
    const Tensor y = (x * w).sum(1);
    return both ? y + (x * v).sum(1) : y;
  }
  Tensor w, v;
  bool both = true;
};
GRADUS_MODULE(TwoWays);

nn::Sequential layers(int64_t in, int64_t out, uint64_t seed) {
  manual_seed(seed);
  const nn::Linear first(in, 5), second(5, out);
  return nn::Sequential(first, nn::Tanh(), second);
}

}  // namespace

TEST_CASE("unusual: a backward pass for some parameters reduces these") {
  manual_seed(1);
  const Tensor x = randn({8 * size(), 3});
  for (Options options : modes()) {
    TwoWays net;
    if (size() > 1 || options.mode() == SumMode::tree) {
      DistributedDataParallel strict(net, everyone(), options);
      CHECK(
          message([&] { strict(own(x)).mean().backward({}, false, false, {{net->w}}); })
              .starts_with("DistributedDataParallel: the backward pass found no gradient for 1 of "
                           "2 parameters: module.v;"));
      strict->zero_grad();
    }
    DistributedDataParallel model(net, everyone(), options.find_unused_parameters(true));
    for (int step = 1; step <= 2; ++step) {
      model(own(x)).mean().backward({}, false, false, {{net->w}});
      CHECK(allclose(net->w.grad(), step * x.mean(0), 1e-5, 1e-6));
      CHECK(same_everywhere(net->w.grad()));
      CHECK_FALSE(net->v.grad().defined());
    }
    // Gradients that are returned are this rank's.
    const Tensor dw = autograd::grad({model(own(x)).mean()}, {net->w})[0];
    CHECK(allclose(dw, own(x).mean(0), 1e-5, 1e-6));
    CHECK(allclose(net->w.grad(), 2 * x.mean(0), 1e-5, 1e-6));
  }
}

TEST_CASE("unusual: a backward pass within another one is refused where it would lose gradients") {
  for (const Options& options : modes()) {
    if (size() == 1 && options.mode() == SumMode::fast) continue;
    nn::Sequential net = layers(3, 1, 1);
    DistributedDataParallel model(net, everyone(), options);
    const Tensor aside = model(ones({8, 3})).mean();
    Tensor x = ones({8, 3}).requires_grad_();
    const Tensor y = model(x);
    // The last thing that happens: the layers' gradients have come.
    x.register_hook([&](const Tensor& g) {
      aside.backward();
      return g;
    });
    CHECK(message([&] { y.mean().backward(); }) ==
          "DistributedDataParallel: a backward pass of the model runs within another one");
    model->zero_grad();
    model(own(ones({8 * size(), 3}))).mean().backward();
    CHECK(net->parameters()[0].grad().defined());
  }
}

TEST_CASE("unusual: parameters that come, go, or wait for the first input are errors") {
  for (const Options& options : modes()) {
    if (size() == 1 && options.mode() == SumMode::fast) continue;
    TwoWays net;
    DistributedDataParallel model(net, everyone(), options);
    model(ones({8, 3})).mean().backward();
    net->register_parameter("late", ones({2}));
    CHECK(message([&] {
            model(ones({8, 3}));
          }) ==
          "DistributedDataParallel: module.late is no parameter that the module had when it was "
          "wrapped");
    nn::Sequential list(nn::Linear(3, 3));
    DistributedDataParallel grows(list, everyone(), options);
    list->push_back(nn::Linear(3, 3));
    CHECK(
        message([&] {
          grows(ones({8, 3}));
        }) ==
        "DistributedDataParallel: module.1.weight is no parameter that the module had when it was "
        "wrapped");
    nn::Sequential lazy(nn::Linear(3, 4), nn::LazyLinear(2));
    CHECK(message([&] { DistributedDataParallel(lazy, everyone(), options); }) ==
          "DistributedDataParallel: the layer '1' has no parameters before its first input; call "
          "the module once before it is wrapped");
    lazy(ones({8, 3}));
    DistributedDataParallel known(lazy, everyone(), options);
    known(ones({8, 3})).mean().backward();
    CHECK(same_everywhere(lazy->parameters()[2].grad()));
  }
}

TEST_CASE("unusual: hooks after accumulation are called alike on all ranks") {
  manual_seed(1);
  const Tensor x = randn({8 * size(), 3});
  for (Options options : modes()) {
    if (size() == 1 && options.mode() == SumMode::fast) continue;
    TwoWays net;
    DistributedDataParallel model(net, everyone(), options.find_unused_parameters(true));
    int steps = 0;
    // A step for each parameter, as soon as it has its gradient.
    for (const Tensor& p : net->parameters())
      p.register_post_accumulate_grad_hook([&](const Tensor& leaf) {
        const NoGradGuard no_grad;
        ++steps;
        Tensor(leaf).sub_(leaf.grad());
        leaf.mutable_grad().reset();
      });
    net->both = rank() == 0;
    model(own(x)).mean().backward();
    CHECK(steps == 2);
    CHECK(allclose(net->v, 3 - rows_of(x, 0).mean(0) / double(size()), 1e-5, 1e-6));
    CHECK(same_everywhere(net->w));
    CHECK(same_everywhere(net->v));
    net->both = true;
    CHECK(message([&] { (model(own(x)).mean() + net->w.square().sum()).backward(); }) ==
          "DistributedDataParallel: module.w has a gradient past the module, which its hooks after "
          "accumulation would not see");
  }
}

TEST_CASE("unusual: parameters are frozen and released between steps") {
  manual_seed(1);
  const Tensor x = randn({8 * size(), 3});
  for (const Options& options : modes()) {
    nn::Sequential net = layers(3, 2, 2), twin = layers(3, 2, 2);
    DistributedDataParallel model(net, everyone(), options);
    optim::SGD a(net->parameters(), optim::SGDOptions(0.1).momentum(0.9)),
        b(twin->parameters(), optim::SGDOptions(0.1).momentum(0.9));
    for (int step = 0; step < 6; ++step) {
      for (const auto& m : {net, twin})
        for (size_t i = 0; i < 2; ++i) m->parameters()[i].requires_grad_(step % 3 != 1);
      a.zero_grad(step % 2 == 0);
      b.zero_grad(step % 2 == 0);
      model(own(x)).square().mean().backward();
      twin(x).square().mean().backward();
      check_gradients(*net, *twin);
      CHECK(nn::utils::clip_grad_norm_(net->parameters(), 0.1) ==
            doctest::Approx(nn::utils::clip_grad_norm_(twin->parameters(), 0.1)).epsilon(1e-4));
      a.step();
      b.step();
    }
    for (size_t i = 0; i < 4; ++i)
      CHECK(allclose(net->parameters()[i], twin->parameters()[i], 1e-5, 1e-6));
  }
}

TEST_CASE("unusual: parameters of two types, without elements, and without dims") {
  struct MixedImpl : nn::Module {
    MixedImpl() {
      scale = register_parameter("scale", full({}, 2.));
      none = register_parameter("none", zeros({0, 3}));
      fine = register_parameter("fine", full({3}, 0.5, kDouble));
      turned = register_parameter("turned", arange(6, kFloat).view({2, 3}).t());
      one = register_parameter("one", full({1}, 0.25, kDouble));
    }
    Tensor forward(const Tensor& x) {
      const Tensor h = (x * scale).to(kDouble) * fine +
                       cat({x.to(kDouble), none.to(kDouble)}).narrow(0, 0, x.size(0));
      return h.matmul(turned.to(kDouble)) * one;
    }
    Tensor scale, none, fine, turned, one;
  };
  manual_seed(1);
  const Tensor x = randn({8 * size(), 3});
  for (const Options& options : modes()) {
    const auto net = std::make_shared<MixedImpl>(), twin = std::make_shared<MixedImpl>();
    DistributedDataParallel<MixedImpl> model(net, everyone(), options);
    for (int step = 0; step < 2; ++step) {
      model(own(x)).square().mean().backward();
      twin->forward(x).square().mean().backward();
    }
    check_gradients(*net, *twin);
  }
}

TEST_CASE("unusual: a scaler's steps are those of one process") {
  manual_seed(1);
  const Tensor x = randn({8 * size(), 3});
  for (const Options& options : modes()) {
    nn::Sequential net = layers(3, 2, 2), twin = layers(3, 2, 2);
    DistributedDataParallel model(net, everyone(), options);
    const auto run = [&](nn::Sequential& m, const auto& call, const Tensor& rows, bool last) {
      optim::AdamW adam(m->parameters(), optim::AdamWOptions(0.01));
      amp::GradScaler scaler(amp::GradScalerOptions().init_scale(1024).growth_interval(2));
      for (int step = 0; step < 5; ++step) {
        adam.zero_grad();
        // In one step one row of the whole batch overflows.
        const Tensor y =
            step == 2 && last ? call(rows * std::numeric_limits<float>::infinity()) : call(rows);
        scaler.scale(y.square().mean()).backward();
        scaler.unscale_(adam);
        nn::utils::clip_grad_norm_(m->parameters(), 1.);
        scaler.step(adam);
        scaler.update();
      }
      return scaler.get_scale();
    };
    const double a = run(
        net, [&](const Tensor& in) { return model(in); }, own(x), rank() == size() - 1);
    const double b = run(
        twin, [&](const Tensor& in) { return twin(in); }, x, true);
    CHECK(a == b);
    for (size_t i = 0; i < 4; ++i) {
      CHECK(allclose(net->parameters()[i], twin->parameters()[i], 1e-4, 1e-5));
      CHECK(same_everywhere(net->parameters()[i]));
    }
  }
}

TEST_CASE("unusual: two models of one group in one backward pass, as a generator and its critic") {
  manual_seed(1);
  const Tensor z = randn({8 * size(), 3}), real = randn({8 * size(), 2});
  for (const Options& options : modes()) {
    for (const bool freezes : {false, true}) {
      nn::Sequential g = layers(3, 2, 2), d = layers(2, 1, 3);
      nn::Sequential g1 = layers(3, 2, 2), d1 = layers(2, 1, 3);
      DistributedDataParallel<nn::Sequential> wg(g, everyone(), options),
          wd(d, everyone(), options);
      Tensor kept;
      for (int step = 0; step < 3; ++step) {
        const auto pass = [&](const auto& generate, const auto& judge, nn::Sequential& gm,
                              nn::Sequential& dm, const Tensor& noise, const Tensor& seen) {
          gm->zero_grad();
          dm->zero_grad();
          const Tensor fake = generate(noise);
          (judge(seen).mean() - judge(fake.detach()).mean()).backward();
          optim::SGD(dm->parameters(), 0.1).step();
          dm->zero_grad();
          if (freezes) dm->requires_grad_(false);
          judge(fake).mean().backward();
          if (freezes) dm->requires_grad_();
          return fake;
        };
        const Tensor fake = pass([&](const Tensor& t) { return wg(t); },
                                 [&](const Tensor& t) { return wd(t); }, g, d, own(z), own(real));
        // One rank keeps graphs of earlier passes.
        if (rank() == size() - 1) kept = wd(wg(own(z)).detach()) + fake.sum();
        if (rank() < size() - 1) wd(wg(own(z)).detach());
        pass([&](const Tensor& t) { return g1(t); }, [&](const Tensor& t) { return d1(t); }, g1, d1,
             z, real);
        check_gradients(*g, *g1);
        if (!freezes) check_gradients(*d, *d1);
      }
    }
  }
}

TEST_CASE("unusual: a copy of the module, and a state in between, are as without ranks") {
  manual_seed(1);
  const Tensor x = randn({8 * size(), 3});
  for (const Options& options : modes()) {
    nn::Sequential net = layers(3, 2, 2), twin = layers(3, 2, 2);
    DistributedDataParallel model(net, everyone(), options);
    model(own(x)).square().mean().backward();
    twin(x).square().mean().backward();
    nn::Sequential copy = nn::deepcopy(net);
    copy->zero_grad();
    copy(own(x)).square().mean().backward();  // this rank's alone
    check_gradients(*net, *twin);
    if (size() > 1) CHECK_FALSE(same_everywhere(copy->parameters()[0].grad()));
    CHECK_THROWS_AS(model->clone(), Error);
    OrderedDict<std::string, Tensor> saved;
    for (const auto& item : model->state_dict()) saved.insert(item.key(), item.value().clone());
    {
      const NoGradGuard no_grad;
      for (const Tensor& p : net->parameters()) Tensor(p).zero_();
      model->eval();
      CHECK(equal(model(own(x)), zeros({8, 2})));
      model->train();
    }
    model->load_state_dict(saved);
    model->zero_grad();
    model(own(x)).square().mean().backward();
    check_gradients(*net, *twin);
  }
}

TEST_CASE("unusual: gradients that a rank has of its own are part of the mean") {
  manual_seed(1);
  const Tensor x = randn({8 * size(), 3}), z = randn({8 * size(), 3});
  for (const Options& options : modes()) {
    if (size() == 1 && options.mode() == SumMode::fast) continue;
    TwoWays net;
    DistributedDataParallel model(net, everyone(), options);
    // Past the model altogether.
    net(own(z)).mean().backward();
    model(own(x)).mean().backward();
    CHECK(allclose(net->w.grad(), x.mean(0) + z.mean(0), 1e-5, 1e-6));
    CHECK(same_everywhere(net->w.grad()));
    // What is the mean already is not summed again, and zeros are nothing.
    const Tensor before = net->v.grad().clone();
    model(own(x)).mean().backward();
    CHECK(allclose(net->v.grad(), before + x.mean(0), 1e-5, 1e-6));
    model->zero_grad(false);
    model(own(x)).mean().backward();
    const Tensor fresh = net->w.grad().clone();
    model->zero_grad();
    model(own(x)).mean().backward();
    CHECK(equal(net->w.grad(), fresh));
    // Written to in place, differently, and collected with others.
    {
      const NoGradGuard no_grad;
      net->w.grad().mul_(rank() + 1);
    }
    {
      const auto quiet = model->no_sync();
      model(own(z)).mean().backward();
    }
    model(own(x)).mean().backward();
    CHECK(
        allclose(net->w.grad(), x.mean(0) * (1 + double(size() + 1) / 2) + z.mean(0), 1e-5, 1e-5));
    CHECK(same_everywhere(net->w.grad()));
    CHECK(same_everywhere(net->v.grad()));
  }
}

TEST_CASE("unusual: a rank without rows, and rows that are not even, of words") {
  struct WordsImpl : nn::Module {
    WordsImpl() {
      words = register_module("words", nn::Embedding(11, 4));
      gru = register_module("gru", nn::GRU(nn::GRUOptions(4, 4).batch_first(true)));
      out = register_parameter("out", words->weight);  // one weight in two places
    }
    Tensor forward(const Tensor& x) { return std::get<0>(gru(words(x))).mean(1).matmul(out.t()); }
    nn::Embedding words = nullptr;
    nn::GRU gru = nullptr;
    Tensor out;
  };
  manual_seed(1);
  const int64_t total = size() * (size() - 1) / 2 + 1;
  const Tensor x = randint(0, 11, {total, 3}, kLong), t = randint(0, 11, {total}, kLong);
  const auto make = [] {
    manual_seed(2);
    return std::make_shared<WordsImpl>();
  };
  // Rank r has r rows, and the last one more.
  const int64_t first = rank() * (rank() - 1) / 2, rows = rank() + (rank() + 1 == size());
  const auto sum = nn::functional::CrossEntropyFuncOptions().reduction(kSum);
  for (const Options& options : modes()) {
    const auto net = make(), twin = make();
    DistributedDataParallel<WordsImpl> model(net, everyone(), options);
    CHECK(net->parameters().size() == 5);
    for (int step = 0; step < 2; ++step) {
      (nn::functional::cross_entropy(model(x.narrow(0, first, rows)), t.narrow(0, first, rows),
                                     sum) *
       double(size()))
          .backward();
      nn::functional::cross_entropy(twin->forward(x), t, sum).backward();
    }
    check_gradients(*net, *twin, 1e-4);
  }
}
