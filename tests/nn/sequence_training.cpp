// Training of sequence networks from a seed, step by step as in PyTorch: tests/reference/
// sequence_training.py.
#include <set>

#include "autograd/ops/index/index.h"
#include "autograd/ops/random/random.h"
#include "autograd/ops/reduce/reduce.h"
#include "autograd/ops/view/view.h"
#include "nn/functional.h"
#include "nn/modules.h"
#include "nn/utils.h"
#include "optim/optim.h"
#include "tests/support.h"
#include "tests/table.h"

using namespace gradus;
namespace F = nn::functional;
namespace rnn = nn::utils::rnn;

namespace {

std::vector<double> losses(std::vector<std::shared_ptr<nn::Module>> modules, double rate,
                           const std::function<Tensor()>& loss_of) {
  std::vector<Tensor> parameters;
  for (const auto& m : modules)
    for (const Tensor& p : m->parameters()) parameters.push_back(p);
  optim::Adam optimizer(parameters, optim::AdamOptions(rate));
  const std::set<int> kept{0, 1, 20, 50, 100, 150, 199};
  std::vector<double> out;
  for (int step = 0; step < 200; ++step) {
    optimizer.zero_grad();
    const Tensor loss = loss_of();
    loss.backward();
    optimizer.step();
    if (kept.contains(step)) out.push_back(loss.item<double>());
  }
  return out;
}

std::vector<double> lstm() {
  nn::LSTM layers(nn::LSTMOptions(3, 12).num_layers(2).bidirectional(true).batch_first(true));
  nn::Linear head(24, 1);
  const Tensor x = randn({16, 10, 3}), lengths = arange(16) % 8 + 3;
  const Tensor y = (x.cumsum(1).sum(2, true) > 0).to(kFloat);
  return losses({layers.ptr(), head.ptr()}, 1e-2, [&] {
    const auto packed = rnn::pack_padded_sequence(x, lengths, true, false);
    const Tensor out = std::get<0>(
        rnn::pad_packed_sequence(std::get<0>(layers->forward_with_packed_input(packed)), true));
    return F::binary_cross_entropy_with_logits(head(out), y);
  });
}

std::vector<double> transformer() {
  nn::Embedding tokens(11, 16);
  nn::Transformer model(
      nn::TransformerOptions(16, 2, 2, 2).dim_feedforward(32).dropout(0.1).activation(kGELU));
  manual_seed(1);
  nn::Linear head(16, 11);
  const std::vector<std::shared_ptr<nn::Module>> modules{tokens.ptr(), model.ptr(), head.ptr()};
  for (const auto& m : modules) m->to(kDouble);
  for (const Tensor& p : model->parameters())
    p.detach().copy_((arange(p.numel(), kDouble) * 0.7 + p.numel()).sin().reshape(p.sizes()) * 0.3);
  const Tensor mask = nn::TransformerImpl::generate_square_subsequent_mask(6).to(kDouble);
  const Tensor source = randint(1, 11, {6, 24}, kLong), target = source.flip(0);
  const Tensor begun = cat({zeros({1, 24}, kLong), target.slice(0, 0, -1)});
  return losses(modules, 1e-3, [&] {
    const Tensor out = model(tokens(source), tokens(begun), Tensor(), mask);
    return F::cross_entropy(head(out).flatten(0, 1), target.flatten());
  });
}

std::vector<double> ctc() {
  nn::GRU layer(5, 16);
  nn::Linear head(16, 7);
  const Tensor x = randn({20, 8, 5}), targets = randint(1, 7, {8, 6}, kLong);
  const Tensor lengths = arange(8) % 6 + 1, read = 20 - arange(8);
  return losses({layer.ptr(), head.ptr()}, 1e-2, [&] {
    const Tensor scores = head(std::get<0>(layer(x))).log_softmax(2);
    return F::ctc_loss(scores, targets, read, lengths, F::CTCLossFuncOptions().zero_infinity(true));
  });
}

}  // namespace

TEST_CASE("200 steps of sequence networks give PyTorch's losses") {
  const auto table = test::read_table("sequence_training.txt");
  const std::vector<std::vector<double> (*)()> networks{lstm, transformer, ctc};
  REQUIRE(table.size() == networks.size());
  for (size_t n = 0; n < networks.size(); ++n) {
    CAPTURE(table[n][0].text);
    manual_seed(0);
    const auto got = networks[n](), want = table[n][1].numbers();
    REQUIRE(got.size() == want.size());
    for (size_t i = 0; i < got.size(); ++i) {
      CAPTURE(i);
      CHECK(got[i] == doctest::Approx(want[i]).epsilon(1e-4));
    }
  }
}
