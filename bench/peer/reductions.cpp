// Reductions, scans and sorts of a million floats, over each kind of dimension.
#include "bench/peer/peer.h"

namespace peer {

using List = std::vector<Tensor>;

void reductions(Cases& cases) {
  struct Place {
    std::string name;
    std::vector<int64_t> sizes;
    int64_t dim;
  };
  const std::vector<Place> places = {{"first", {1024, 1024}, 0},
                                     {"last", {1024, 1024}, 1},
                                     {"middle", {64, 256, 64}, 1},
                                     {"all", {1 << 20}, 0}};
  using Reduce = Tensor (*)(const Tensor&, int64_t);
  const std::vector<std::pair<std::string, Reduce>> operations = {
      {"sum", [](const Tensor& x, int64_t d) { return x.sum(d); }},
      {"mean", [](const Tensor& x, int64_t d) { return x.mean(d); }},
      {"max", [](const Tensor& x, int64_t d) { return std::get<0>(x.max(d)); }},
      {"argmax", [](const Tensor& x, int64_t d) { return x.argmax(d); }},
      {"var", [](const Tensor& x, int64_t d) { return x.var(d, true); }},
      {"norm", [](const Tensor& x, int64_t d) { return x.norm(2, d); }},
      {"logsumexp", [](const Tensor& x, int64_t d) { return x.logsumexp(d); }},
      {"cumsum", [](const Tensor& x, int64_t d) { return x.cumsum(d); }},
      {"sort", [](const Tensor& x, int64_t d) { return std::get<0>(x.sort(d)); }},
      {"topk", [](const Tensor& x, int64_t d) { return std::get<0>(x.topk(10, d)); }},
  };
  for (const auto& [name, f] : operations)
    for (const Place& p : places)
      add(
          cases, "reductions", name + " " + p.name, [=] { return List{torch::randn(p.sizes)}; },
          [f = f, d = p.dim](const List& x) { return f(x[0], d); }, Passes::forward);
}

}  // namespace peer
