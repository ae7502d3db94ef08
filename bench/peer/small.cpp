// Where the library's own cost is all there is: operations on eight floats, and graphs of a few.
#include "bench/peer/peer.h"

namespace peer {

void small_operations(Cases& cases) {
  using Binary = Tensor (*)(const Tensor&, const Tensor&);
  const std::vector<std::pair<std::string, Binary>> operations = {
      {"add", [](const Tensor& x, const Tensor& y) { return x + y; }},
      {"mul", [](const Tensor& x, const Tensor& y) { return x * y; }},
      {"scalar mul", [](const Tensor& x, const Tensor&) { return x * 2; }},
      {"view",
       [](const Tensor& x, const Tensor&) {
         return x.view({2, 4});
       }},
      {"select", [](const Tensor& x, const Tensor&) { return x.select(0, 3); }},
      {"sum", [](const Tensor& x, const Tensor&) { return x.sum(); }},
  };
  for (const bool recorded : {false, true})
    for (const auto& [name, f] : operations)
      cases.push_back({"small operations", name + (recorded ? " recorded" : ""),
                       [recorded, f = f] {
                         const Tensor x = torch::randn({8}).set_requires_grad(recorded);
                         const Tensor y = torch::randn({8}).set_requires_grad(recorded);
                         return Body{[=] { return f(x, y); }};
                       },
                       recorded});
}

void small_graphs(Cases& cases) {
  auto graph = [&](const std::string& name, Inputs inputs, Function f) {
    auto make = [=] {
      const std::vector<Tensor> x = inputs();
      for (const Tensor& t : x) t.requires_grad_();
      return Body{[=] {
                    for (const Tensor& t : x) t.mutable_grad() = Tensor();
                    Tensor y = f(x);
                    y.backward();
                    return y;
                  },
                  x};
    };
    cases.push_back({"small graphs", name, make, true});
  };
  auto pair = [](std::vector<int64_t> sizes) {
    return [=] { return std::vector<Tensor>{torch::randn(sizes), torch::randn(sizes)}; };
  };
  graph("10 adds", pair({}), [](const std::vector<Tensor>& x) {
    Tensor y = x[0];
    for (int i = 0; i < 10; ++i) y = y + x[1];
    return y;
  });
  graph("(x*y).sum()", pair({8}), [](const std::vector<Tensor>& x) { return (x[0] * x[1]).sum(); });
  graph("mm 16x16", pair({16, 16}),
        [](const std::vector<Tensor>& x) { return torch::mm(x[0], x[1]).sum(); });
}

}  // namespace peer
