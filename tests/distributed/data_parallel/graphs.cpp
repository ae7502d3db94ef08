// Forward passes whose graphs are not a chain from the arguments to the result, over ranks.
#include "autograd/checkpoint.h"
#include "gradus.h"
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

// Gradients of the model are those of a twin that has the whole batch: loss(module, x) must be a
// mean over rows.
template <class M, class Loss>
void compare(const std::function<std::shared_ptr<M>()>& make, const Tensor& x, Loss loss) {
  for (const Options& options : modes()) {
    manual_seed(0);
    const auto net = make();
    manual_seed(0);
    const auto twin = make();
    DistributedDataParallel<M> model(net, everyone(), options);
    const int64_t rows = x.size(0) / size();
    for (int step = 0; step < 2; ++step) {
      model->zero_grad();
      twin->zero_grad();
      loss([&](const Tensor& in) { return model(in); }, *net, x.narrow(0, rank() * rows, rows))
          .backward();
      loss([&](const Tensor& in) { return twin->forward(in); }, *twin, x).backward();
      for (size_t i = 0; i < net->parameters().size(); ++i) {
        CAPTURE(i);
        CHECK(allclose(net->parameters()[i].grad(), twin->parameters()[i].grad(), 1e-5, 1e-6));
      }
    }
  }
}

// Keeps what is no part of its result: a penalty, and a view of a weight.
struct AsideImpl : nn::Module {
  AsideImpl() {
    first = register_module("first", nn::Linear(4, 4));
    second = register_module("second", nn::Linear(4, 4));
  }
  Tensor forward(const Tensor& x) {
    // Before its first use on the way to the result.
    penalty = second->weight.square().mean();
    turned = first->weight.t();
    return second(first(x).tanh());
  }
  nn::Linear first = nullptr, second = nullptr;
  Tensor penalty, turned;
};

// One weight in two places, and one layer called twice.
struct TiedImpl : nn::Module {
  TiedImpl() {
    first = register_module("first", nn::Linear(4, 4));
    w = register_parameter("w", randn({4, 4}));
  }
  Tensor forward(const Tensor& x) {
    const Tensor h = first(first(x.matmul(w)).tanh()).tanh();
    return h.matmul(w.t());
  }
  nn::Linear first = nullptr;
  Tensor w;
};

// Computes its middle again in the backward pass.
struct AgainImpl : nn::Module {
  AgainImpl() {
    first = register_module("first", nn::Linear(4, 4));
    second = register_module("second", nn::Linear(4, 4));
  }
  Tensor forward(const Tensor& x) {
    const Tensor h = first(x);
    return checkpoint([this](const Tensor& t) { return second(t.tanh()); }, h).tanh();
  }
  nn::Linear first = nullptr, second = nullptr;
};

// A gradient within forward(), as of an energy.
struct ForceImpl : nn::Module {
  ForceImpl() {
    first = register_module("first", nn::Linear(4, 4));
    second = register_module("second", nn::Linear(4, 1));
  }
  Tensor forward(const Tensor& x) {
    const Tensor at = x.detach().requires_grad_();
    const Tensor energy = second(first(at).tanh());
    return autograd::grad({energy.sum()}, {at}, {}, true, true)[0] + energy;
  }
  nn::Linear first = nullptr, second = nullptr;
};

struct SequenceImpl : nn::Module {
  SequenceImpl() {
    lstm = register_module("lstm", nn::LSTM(nn::LSTMOptions(4, 5).batch_first(true)));
    norm = register_module("norm", nn::LayerNorm(nn::LayerNormOptions({5})));
  }
  Tensor forward(const Tensor& x) { return norm(std::get<0>(lstm(x))); }
  nn::LSTM lstm = nullptr;
  nn::LayerNorm norm = nullptr;
};

Tensor batch() {
  manual_seed(7);
  return randn({8 * size(), 4});
}
const auto mean_of_squares = [](const auto& model, const auto&, const Tensor& x) {
  return model(x).square().mean();
};

}  // namespace

TEST_CASE("graphs: what forward() keeps aside may be part of the loss, or not") {
  const std::function make = [] { return std::make_shared<AsideImpl>(); };
  compare<AsideImpl>(make, batch(), mean_of_squares);
  for (const Options& options : modes()) {
    manual_seed(0);
    const auto net = make(), twin = [&] {
      manual_seed(0);
      return make();
    }();
    // The penalty of the last shard is the one that is kept.
    if (options.mode() == SumMode::tree) continue;
    DistributedDataParallel<AsideImpl> model(net, everyone(), options);
    const Tensor x = batch();
    const Tensor y = model(x.narrow(0, rank() * 8, 8));
    (y.square().mean() + double(rank() + 1) * net->penalty + net->turned.square().mean())
        .backward();
    const Tensor z = twin->forward(x);
    (z.square().mean() + double(size() + 1) / 2 * twin->penalty + twin->turned.square().mean())
        .backward();
    for (size_t i = 0; i < net->parameters().size(); ++i)
      CHECK(allclose(net->parameters()[i].grad(), twin->parameters()[i].grad(), 1e-5, 1e-6));
  }
}

TEST_CASE("graphs: weights in several places") {
  compare<TiedImpl>([] { return std::make_shared<TiedImpl>(); }, batch(), mean_of_squares);
}

TEST_CASE("graphs: what is computed again in the backward pass") {
  compare<AgainImpl>([] { return std::make_shared<AgainImpl>(); }, batch(), mean_of_squares);
}

TEST_CASE("graphs: gradients within forward()") {
  // The second bias is in the energy alone.
  compare<ForceImpl>([] { return std::make_shared<ForceImpl>(); }, batch(), mean_of_squares);
}

TEST_CASE("graphs: recurrent layers and layers of several results") {
  manual_seed(7);
  compare<SequenceImpl>([] { return std::make_shared<SequenceImpl>(); }, randn({8 * size(), 3, 4}),
                        mean_of_squares);
}

TEST_CASE("graphs: the loss uses a parameter beside the model") {
  compare<TiedImpl>([] { return std::make_shared<TiedImpl>(); }, batch(),
                    [](const auto& model, const TiedImpl& net, const Tensor& x) {
                      return model(x).square().mean() + net.w.square().mean();
                    });
}
