#include "bench/peer/peer.h"

namespace peer {

using List = std::vector<Tensor>;

void matmuls(Cases& cases) {
  auto product = [&](const std::string& name, std::vector<int64_t> a, std::vector<int64_t> b,
                     double flops, double at_least, Function f, torch::ScalarType type) {
    add(
        cases, "matmul", name,
        [=] {
          return List{torch::randn(a, type), torch::randn(b, type)};
        },
        f, Passes::forward, 0, flops);
    cases.back().at_least = at_least;
  };
  auto plain = [](const List& x) { return x[0].matmul(x[1]); };
  auto flat = [&](const std::string& name, int64_t m, int64_t k, int64_t n,
                  torch::ScalarType type = torch::kFloat) {
    product(name, {m, k}, {k, n}, 2.0 * double(m) * double(k) * double(n),
            std::max({m, k, n}) <= 128 ? 1.0 : 0, plain, type);
  };
  for (const int64_t n : {8, 16, 32, 64, 128, 256, 512, 1024, 2048})
    flat(std::to_string(n), n, n, n);
  flat("64x784x256", 64, 784, 256);
  flat("tall 8192x64x64", 8192, 64, 64);
  flat("tall 4096x1024x16", 4096, 1024, 16);
  flat("flat 64x64x8192", 64, 64, 8192);
  flat("flat 16x1024x4096", 16, 1024, 4096);
  flat("row 1x1024x1024", 1, 1024, 1024);
  flat("column 1024x1024x1", 1024, 1024, 1);
  for (const int64_t n : {64, 512}) {
    const double flops = 2.0 * double(n) * double(n) * double(n), least = n <= 128 ? 1.0 : 0;
    const std::string size = " " + std::to_string(n);
    product(
        "a^T b" + size, {n, n}, {n, n}, flops, least,
        [](const List& x) { return x[0].t().matmul(x[1]); }, torch::kFloat);
    product(
        "a b^T" + size, {n, n}, {n, n}, flops, least,
        [](const List& x) { return x[0].matmul(x[1].t()); }, torch::kFloat);
    product(
        "a^T b^T" + size, {n, n}, {n, n}, flops, least,
        [](const List& x) { return x[0].t().matmul(x[1].t()); }, torch::kFloat);
  }
  // Layers: a few rows by the transposed weight.
  struct Layer {
    int64_t batch, in, out;
  };
  for (const auto& [m, k, n] :
       {Layer{1, 1024, 4096}, {4, 512, 512}, {16, 784, 128}, {64, 256, 10}, {256, 64, 64}})
    product(
        "layer " + std::to_string(m) + "x" + std::to_string(k) + "x" + std::to_string(n), {m, k},
        {n, k}, 2.0 * double(m * k * n), 0, [](const List& x) { return x[0].matmul(x[1].t()); },
        torch::kFloat);
  product("batched 32x128x64x128", {32, 128, 64}, {32, 64, 128}, 2.0 * 32 * 128 * 64 * 128, 0,
          plain, torch::kFloat);
  for (const int64_t n : {64, 512, 1024})
    flat("float64 " + std::to_string(n), n, n, n, torch::kDouble);
}

}  // namespace peer
