// The optimisers alone: parameters with gradients that stay.
#include "bench/peer/peer.h"

namespace peer {

void optimiser_steps(Cases& cases) {
  using namespace torch::optim;
  struct Shape {
    std::string name;
    int64_t tensors, each;
  };
  const std::vector<Shape> shapes = {{"8.4M in 4", 4, 2100 * 1000}, {"200 small", 200, 1000}};
  auto optimiser = [&](const std::string& name, double traffic, auto make) {
    for (const Shape& s : shapes)
      cases.push_back({"optimiser step", name + " " + s.name,
                       [=] {
                         std::vector<Tensor> parameters;
                         for (int64_t i = 0; i < s.tensors; ++i) {
                           Tensor p = torch::randn({s.each}).requires_grad_();
                           p.mutable_grad() = torch::randn({s.each});
                           parameters.push_back(p);
                         }
                         auto o = make(parameters);
                         auto step = [=] {
                           o->step();
                           return parameters[0].detach();
                         };
                         return Body{step, {parameters.back().detach()}};
                       },
                       true, 0, traffic * 4 * double(s.tensors * s.each)});
  };
  using Parameters = const std::vector<Tensor>&;
  optimiser("sgd", 3, [](Parameters p) { return std::make_shared<SGD>(p, SGDOptions(1e-3)); });
  optimiser("sgd momentum", 5,
            [](Parameters p) { return std::make_shared<SGD>(p, SGDOptions(1e-3).momentum(0.9)); });
  optimiser("adam", 7, [](Parameters p) { return std::make_shared<Adam>(p, AdamOptions(1e-3)); });
  optimiser("adamw", 7,
            [](Parameters p) { return std::make_shared<AdamW>(p, AdamWOptions(1e-3)); });
}

}  // namespace peer
