// Positions in a sequence.
#include "autograd/ops/nn/positions.h"
#include "tests/catalog.h"

namespace catalog {
namespace {

using namespace gradus;

// The angles of `length` positions from `first` on for rows of `dim` elements, in PyTorch.
std::string angles(int64_t first, int64_t length, int64_t dim, const char* base) {
  const std::string row = "torch.arange(0, " + std::to_string(dim) + ", 2, dtype=torch.float64)";
  return "torch.outer(torch.arange(" + std::to_string(first) + ", " +
         std::to_string(first + length) + ", dtype=torch.float64), " + base + " ** (-" + row +
         " / " + std::to_string(dim) + "))";
}
// As complex numbers, multiplied by e^(i angle).
std::string turned_neighbours(const std::string& x, const std::string& by) {
  return "torch.view_as_real(torch.view_as_complex(" + x +
         ".unflatten(-1, (-1, 2)).contiguous()) * torch.exp(1j * " + by + ")).flatten(-2)";
}
// As LLaMA has it.
std::string turned_halves(const std::string& x, const std::string& by) {
  return "(lambda x, t: x * torch.cat([t, t], -1).cos() + torch.cat([-x.chunk(2, -1)[1], "
         "x.chunk(2, -1)[0]], -1) * torch.cat([t, t], -1).sin())(" +
         x + ", " + by + ")";
}

}  // namespace

Rows nn_positions_rows() {
  Rows rows;
  const auto row = [&](const char* name, const std::string& python, std::vector<int64_t> shape,
                       std::function<Tensor(const Tensor&)> f, std::vector<Input> large = {}) {
    rows.push_back(
        {name, python, {real(std::move(shape))}, [f = std::move(f)](const List& x) -> List {
           return {f(x[0])};
         }});
    rows.back().large = std::move(large);
  };
  const std::vector<Input> large = {real({5, 301, 34})};
  row(
      "rotary_embedding", turned_neighbours("a", angles(0, 5, 6, "10000.")), {2, 3, 5, 6},
      [](const Tensor& x) { return rotary_embedding(x); }, large);
  row(
      "rotary_embedding.halves", turned_halves("a", angles(0, 5, 6, "10000.")), {2, 3, 5, 6},
      [](const Tensor& x) { return rotary_embedding(x, 0, 10000, false); }, large);
  row("rotary_embedding.offset", turned_neighbours("a", angles(7, 3, 10, "500.")), {3, 10},
      [](const Tensor& x) { return rotary_embedding(x, 7, 500); });
  row("rotary_embedding.part",
      "torch.cat([" + turned_halves("a[..., :4]", angles(-2, 3, 4, "10000.")) +
          ", a[..., 4:]], -1)",
      {2, 3, 7}, [](const Tensor& x) { return rotary_embedding(x, -2, 10000, false, 4); });
  return rows;
}

}  // namespace catalog
