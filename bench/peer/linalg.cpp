// Batches of small matrices, and one of a middle size.
#include <algorithm>

#include "bench/peer/peer.h"

namespace peer {

using List = std::vector<Tensor>;

namespace {

// So near the identity that none of a thousand is badly conditioned, and no determinant overflows.
Tensor strong(int64_t batch, int64_t n, torch::ScalarType type) {
  const auto one = torch::eye(n, torch::TensorOptions(type));
  const Tensor x = torch::randn({batch, n, n}, type) / double(std::max<int64_t>(n, 16)) + one;
  return batch == 1 ? x[0].clone() : x;
}
// Symmetric and positive definite.
Tensor positive(int64_t batch, int64_t n, torch::ScalarType type) {
  const Tensor x = torch::randn({batch, n, n}, type);
  const Tensor y =
      torch::matmul(x, x.transpose(-1, -2)) + torch::eye(n, torch::TensorOptions(type)) * double(n);
  return batch == 1 ? y[0].clone() : y;
}

}  // namespace

void linear_algebra(Cases& cases) {
  const auto sized = [&](int64_t batch, int64_t n, torch::ScalarType type) {
    const std::string size = (type == torch::kDouble ? " float64 " : " ") +
                             (batch == 1 ? "" : std::to_string(batch) + "x") + std::to_string(n);
    const auto one = [&](const char* name, bool definite, Function f, Passes passes) {
      add(
          cases, "linear algebra", name + size,
          [=] { return List{definite ? positive(batch, n, type) : strong(batch, n, type)}; }, f,
          passes);
      if (batch > 1) cases.back().at_least = 3;
    };
    const Passes both = batch > 1 ? Passes::both : Passes::forward;
    one(
        "det", false, [](const List& x) { return torch::linalg_det(x[0]); }, both);
    one(
        "inv", false, [](const List& x) { return torch::linalg_inv(x[0]); }, both);
    one(
        "cholesky", true, [](const List& x) { return torch::linalg_cholesky(x[0]); }, both);
    one(
        "qr", false, [](const List& x) { return std::get<1>(torch::linalg_qr(x[0])); },
        Passes::forward);
    one(
        "svd", false, [](const List& x) { return std::get<1>(torch::linalg_svd(x[0], false)); },
        Passes::forward);
    one(
        "eigh", true, [](const List& x) { return std::get<0>(torch::linalg_eigh(x[0])); },
        Passes::forward);
    add(
        cases, "linear algebra", "solve" + size,
        [=] {
          const Tensor a = strong(batch, n, type);
          return List{a, torch::randn_like(a).narrow(-1, 0, n / 2).contiguous()};
        },
        [](const List& x) { return torch::linalg_solve(x[0], x[1]); }, both);
    if (batch > 1) cases.back().at_least = 3;
  };
  for (const int64_t n : {4, 8, 16, 32}) sized(1000, n, torch::kFloat);
  sized(1000, 16, torch::kDouble);
  sized(1, 256, torch::kFloat);
}

}  // namespace peer
