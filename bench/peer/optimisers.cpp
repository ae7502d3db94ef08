// The optimisers alone: parameters with gradients that stay, and for LBFGS ones that cost next to
// nothing. libtorch's C++ has no others than these; Gradus' others have no peer here.
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
  optimiser("rmsprop", 5,
            [](Parameters p) { return std::make_shared<RMSprop>(p, RMSpropOptions(1e-3)); });
  optimiser("rmsprop centred with momentum", 9, [](Parameters p) {
    return std::make_shared<RMSprop>(p, RMSpropOptions(1e-3).centered(true).momentum(0.9));
  });
  optimiser("adagrad", 5,
            [](Parameters p) { return std::make_shared<Adagrad>(p, AdagradOptions(1e-3)); });

  // Six iterations from the same start on a bowl whose curvatures lie in [1, 3].
  for (const Shape& s : {Shape{"2.1M", 1, 2100 * 1000}, Shape{"200 small", 200, 1000}})
    cases.push_back(
        {"optimiser step", "lbfgs " + s.name, [=] {
           std::vector<Tensor> parameters, starts, curvatures;
           for (int64_t i = 0; i < s.tensors; ++i) {
             starts.push_back(torch::randn({s.each}));
             curvatures.push_back(torch::rand({s.each}) * 2 + 1);
             Tensor p = starts.back().clone().requires_grad_();
             p.mutable_grad() = torch::zeros({s.each});
             parameters.push_back(p);
           }
           auto step = [=] {
             torch::NoGradGuard no_grad;
             for (size_t i = 0; i < starts.size(); ++i) parameters[i].copy_(starts[i]);
             LBFGS o(
                 parameters,
                 LBFGSOptions(1).max_iter(6).history_size(6).tolerance_grad(0).tolerance_change(0));
             o.step([=] {
               torch::NoGradGuard inner;
               Tensor loss = torch::zeros({});
               for (size_t i = 0; i < starts.size(); ++i) {
                 Tensor grad = parameters[i].mutable_grad();
                 torch::mul_out(grad, parameters[i].detach(), curvatures[i]);
                 if (i == 0) loss += grad.dot(parameters[0].detach());
               }
               return loss;
             });
             return parameters[0].detach();
           };
           return Body{step, {}};
         }});
}

}  // namespace peer
