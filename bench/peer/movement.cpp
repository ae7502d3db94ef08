// Operations that move data, and compute little or nothing: joins, parts, turns, lookups.
#include "bench/peer/peer.h"

namespace peer {

using List = std::vector<Tensor>;
namespace F = torch::nn::functional;

void movements(Cases& cases) {
  using Sizes = std::vector<int64_t>;
  const auto given = [&](const std::string& name, const Sizes& sizes, Function f) {
    add(
        cases, "moving data", name, [=] { return List{torch::randn(sizes)}; }, f);
  };
  const Sizes square = {256, 256}, pictures = {16, 3, 32, 32};
  given("clone", square, [](const List& x) { return x[0].clone(); });
  given("cat rows", square, [](const List& x) { return torch::cat({x[0], x[0]}, 0); });
  given("cat columns", square, [](const List& x) { return torch::cat({x[0], x[0]}, 1); });
  given("stack", square, [](const List& x) { return torch::stack({x[0], x[0]}, 1); });
  given("two of eight parts", square, [](const List& x) {
    const std::vector<Tensor> parts = x[0].split(32, 1);
    return parts[0] + parts[7];
  });
  given("repeat", square, [](const List& x) { return x[0].repeat({2, 2}); });
  given("roll", square, [](const List& x) { return x[0].roll(3, 1); });
  given("flip", pictures, [](const List& x) { return x[0].flip({3}); });
  given("permute", pictures, [](const List& x) { return x[0].permute({0, 2, 3, 1}).contiguous(); });
  given("permute heads", {16, 64, 8, 32}, [](const List& x) {
    return x[0].permute({0, 2, 1, 3}).contiguous();
  });
  given("permute channels", {32, 8, 16, 16}, [](const List& x) {
    return x[0].permute({0, 2, 3, 1}).contiguous();
  });
  given("expand columns", {256, 1}, [](const List& x) { return x[0].expand({256, 256}).clone(); });
  given("diagonals", {64, 32, 32}, [](const List& x) { return x[0].diagonal(0, 1, 2).clone(); });
  given("windows", square, [](const List& x) { return x[0].unfold(1, 8, 4).contiguous(); });
  given("select_scatter", square,
        [](const List& x) { return torch::select_scatter(x[0], x[0].select(1, 5), 1, 3); });
  given("glu", square, [](const List& x) { return F::glu(x[0], F::GLUFuncOptions().dim(1)); });
  given("kron", {32, 32},
        [](const List& x) { return torch::kron(x[0], x[0].slice(0, 0, 8).slice(1, 0, 8)); });
  given("cat narrow columns", {4096, 8}, [](const List& x) { return torch::cat({x[0], x[0]}, 1); });
  given("tril", square, [](const List& x) { return x[0].tril(); });
  given("pad", pictures, [](const List& x) {
    return F::pad(x[0], F::PadFuncOptions({1, 1, 1, 1}));
  });
  given("pad by reflection", pictures, [](const List& x) {
    return F::pad(x[0], F::PadFuncOptions({1, 1, 1, 1}).mode(torch::kReflect));
  });
  add(
      cases, "moving data", "grid_sample",
      [=] {
        return List{torch::randn({16, 3, 64, 64}), torch::rand({16, 64, 64, 2}) * 2 - 1};
      },
      [](const List& x) {
        return F::grid_sample(x[0], x[1], F::GridSampleFuncOptions().align_corners(false));
      });

  const auto lookup = [&](const std::string& name, const Sizes& sizes, int64_t most,
                          const Sizes& indices, Function f) {
    add(
        cases, "moving data", name,
        [=] {
          const auto longs = torch::TensorOptions().dtype(torch::kLong);
          return List{torch::randn(sizes), torch::randint(0, most, indices, longs)};
        },
        f);
  };
  lookup("embedding", {10000, 64}, 10000, {256},
         [](const List& x) { return F::embedding(x[1], x[0]); });
  lookup("index_select rows", {1000, 64}, 1000, {500},
         [](const List& x) { return x[0].index_select(0, x[1]); });
  lookup("index_select columns", {64, 1000}, 1000, {500},
         [](const List& x) { return x[0].index_select(1, x[1]); });
  lookup("index", {1000, 64}, 1000, {500}, [](const List& x) { return x[0].index({x[1]}); });
  lookup("gather along rows", square, 256, {256, 64},
         [](const List& x) { return x[0].gather(1, x[1]); });
  lookup("gather along columns", square, 256, {64, 256},
         [](const List& x) { return x[0].gather(0, x[1]); });
  lookup("scatter_add", square, 256, square,
         [](const List& x) { return torch::zeros_like(x[0]).scatter_add(0, x[1], x[0]); });
  lookup("gather one column", {4096, 16}, 16, {4096, 1},
         [](const List& x) { return x[0].gather(1, x[1]); });
  lookup("take", square, 65536, {65536}, [](const List& x) { return x[0].take(x[1]); });
  lookup("put", square, 65536, {4096},
         [](const List& x) { return x[0].put(x[1], x[0].reshape(-1).slice(0, 0, 4096), true); });
  lookup("index_fill", square, 256, {100},
         [](const List& x) { return x[0].index_fill(0, x[1], 2); });
  lookup("masked_select", square, 2, square,
         [](const List& x) { return x[0].masked_select(x[1] > 0); });
  lookup("masked_scatter", square, 2, square,
         [](const List& x) { return x[0].masked_scatter(x[1] > 0, x[0] * 2); });
  lookup("nonzero", square, 2, square,
         [](const List& x) { return x[0] + double(torch::nonzero(x[1]).size(0)); });
  lookup("value by mask", square, 2, square,
         [](const List& x) { return x[0].clone().index_put_({x[1] > 0}, 1); });
}

}  // namespace peer
