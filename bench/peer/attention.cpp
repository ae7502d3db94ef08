// Attention, and training steps of the layers of transformers.
#include "bench/peer/peer.h"

namespace peer {
namespace {

using List = std::vector<Tensor>;
using namespace torch::nn;

Body encoder_layer(int64_t time, int64_t batch, int64_t size, int64_t heads, int64_t wide,
                   double dropout) {
  TransformerEncoderLayer layer(
      TransformerEncoderLayerOptions(size, heads).dim_feedforward(wide).dropout(dropout));
  const Tensor x = torch::randn({time, batch, size}), target = torch::randn({time, batch, size});
  auto optimiser = std::make_shared<torch::optim::SGD>(
      layer->parameters(), torch::optim::SGDOptions(0.01).momentum(0.9));
  auto step = [=]() mutable {
    optimiser->zero_grad();
    Tensor loss = torch::mse_loss(layer(x), target);
    loss.backward();
    optimiser->step();
    return loss;
  };
  return {step, layer->parameters()};
}

}  // namespace

void attention(Cases& cases) {
  const auto product = [&](const std::string& name, std::vector<int64_t> q, std::vector<int64_t> k,
                           bool causal, bool mask = false) {
    add(
        cases, "attention", name,
        [=] {
          return List{torch::randn(q), torch::randn(k), torch::randn(k)};
        },
        [=](const List& x) {
          const Tensor seen =
              mask ? torch::arange(k[2]).remainder(7).gt(0).view({1, 1, 1, k[2]}) : Tensor();
          return torch::scaled_dot_product_attention(
              x[0], x[1], x[2], mask ? c10::optional<Tensor>(seen) : c10::nullopt, 0.0, causal);
        });
  };
  product("product 8x1024x64", {1, 8, 1024, 64}, {1, 8, 1024, 64}, false);
  product("product 8x1024x64 causal", {1, 8, 1024, 64}, {1, 8, 1024, 64}, true);
  product("product 8x1024x64 masked", {1, 8, 1024, 64}, {1, 8, 1024, 64}, false, true);
  product("one query 8x64x64", {1, 8, 1, 64}, {1, 8, 64, 64}, false);
  product("one query 8x1024x64", {1, 8, 1, 64}, {1, 8, 1024, 64}, false);
  product("product 16x4x64x32", {16, 4, 64, 32}, {16, 4, 64, 32}, false);
  product("product 2x4x10x16", {2, 4, 10, 16}, {2, 4, 12, 16}, false);
  for (const double dropout : {0.0, 0.1})
    cases.push_back({"attention", dropout > 0 ? "encoder layer, dropout" : "encoder layer",
                     [=] { return encoder_layer(64, 16, 128, 4, 512, dropout); }, true});
}

}  // namespace peer
