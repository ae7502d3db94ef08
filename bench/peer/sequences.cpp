// What stands at the two ends of networks over sequences: a table of rows, and the loss of labels
// without their times.
#include "bench/peer/peer.h"

namespace peer {
namespace {

// A step of training of a table alone, for `count` tokens.
Body embedding(int64_t rows, int64_t size, int64_t count) {
  torch::nn::Embedding table(rows, size);
  const Tensor tokens = torch::randint(rows, {count}, torch::kLong);
  auto optimiser = std::make_shared<torch::optim::SGD>(table->parameters(), 0.1);
  auto step = [=]() mutable {
    optimiser->zero_grad();
    Tensor loss = table(tokens).pow(2).mean();
    loss.backward();
    optimiser->step();
    return loss;
  };
  return {step, table->parameters()};
}

}  // namespace

void sequences(Cases& cases) {
  cases.push_back({"sequences", "embedding 5000x128, 1024 tokens",
                   [] { return embedding(5000, 128, 1024); }, true});
  const auto ctc = [&](const std::string& name, int64_t time, int64_t batch, int64_t classes,
                       int64_t labels) {
    add(
        cases, "sequences", name,
        [=] {
          return std::vector<Tensor>{torch::randn({time, batch, classes}).log_softmax(2),
                                     torch::randint(1, classes, {batch, labels}, torch::kLong)};
        },
        [=](const std::vector<Tensor>& x) {
          return torch::ctc_loss(x[0], x[1], std::vector<int64_t>(size_t(batch), time),
                                 std::vector<int64_t>(size_t(batch), labels));
        });
  };
  ctc("ctc 150x16x64, 30 labels", 150, 16, 64, 30);
}

}  // namespace peer
