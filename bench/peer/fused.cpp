// What one pass can do instead of many: softmax, losses, normalisations, dropout, layers.
#include "bench/peer/peer.h"

namespace peer {

using List = std::vector<Tensor>;
namespace F = torch::nn::functional;

void fused(Cases& cases) {
  auto given = [&](const std::string& name, std::vector<std::vector<int64_t>> sizes, Function f) {
    add(
        cases, "fused", name,
        [=] {
          List x;
          for (const auto& s : sizes) x.push_back(torch::randn(s));
          return x;
        },
        f);
  };
  auto by_hand = [](const List& x) {
    const Tensor centred = x[0] - x[0].mean(-1, true);
    const Tensor variance = (centred * centred).mean(-1, true);
    return centred / (variance + 1e-5).sqrt() * x[1] + x[2];
  };
  auto batch_norm = [](const List& x) {
    return torch::batch_norm(x[0], x[1], x[2], {}, {}, true, 0.1, 1e-5, false);
  };
  const std::vector<std::pair<int64_t, int64_t>> sizes = {{64, 10}, {64, 256}, {512, 1000}};
  for (const auto& [rows, columns] : sizes) {
    const int64_t m = rows, n = columns;
    const std::string size = " " + std::to_string(m) + "x" + std::to_string(n);
    given("softmax" + size, {{m, n}}, [](const List& x) { return x[0].softmax(-1); });
    given("log_softmax" + size, {{m, n}}, [](const List& x) { return x[0].log_softmax(-1); });
    add(
        cases, "fused", "cross_entropy" + size,
        [=] {
          return List{torch::randn({m, n}), torch::randint(0, n, {m}, torch::kLong)};
        },
        [](const List& x) { return F::cross_entropy(x[0], x[1]); });
    given("layer_norm" + size, {{m, n}, {n}, {n}},
          [n](const List& x) { return torch::layer_norm(x[0], {n}, x[1], x[2]); });
    given("layer_norm by hand" + size, {{m, n}, {n}, {n}}, by_hand);
    given("batch_norm" + size, {{m, n}, {n}, {n}}, batch_norm);
    given("dropout" + size, {{m, n}},
          [](const List& x) { return torch::dropout(x[0], 0.5, true); });
    given("linear+bias+relu" + size, {{m, 256}, {n, 256}, {n}},
          [](const List& x) { return torch::relu(F::linear(x[0], x[1], x[2])); });
    given("linear+bias+gelu" + size, {{m, 256}, {n, 256}, {n}},
          [](const List& x) { return torch::gelu(F::linear(x[0], x[1], x[2])); });
  }
  for (const double p : {1.0, 2.0, 3.0})
    given("cdist " + std::to_string(int(p)) + " 64x100x32", {{64, 32}, {100, 32}},
          [p](const List& x) { return torch::cdist(x[0], x[1], p); });
  given("cdist exact 64x100x32", {{64, 32}, {100, 32}},
        [](const List& x) { return torch::cdist(x[0], x[1], 2, 2); });
  given("softmax middle 64x256x64", {{64, 256, 64}}, [](const List& x) { return x[0].softmax(1); });
  given("batch_norm 32x64x28x28", {{32, 64, 28, 28}, {64}, {64}}, batch_norm);
}

}  // namespace peer
