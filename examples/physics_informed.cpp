// Networks that solve differential equations: they are trained on the equations alone, whose
// derivatives come from differentiating the network twice (Raissi, Perdikaris and Karniadakis,
// "Physics-informed neural networks", 2019). Adam goes first, LBFGS finishes.
//
//   physics_informed [ADAM] [LBFGS]
//
// By default 500 steps of Adam and 500 iterations of LBFGS.
#include <gradus.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>

using namespace gradus;

constexpr double pi = std::numbers::pi;

// dy/dx at each point, which can be differentiated again.
Tensor derivative(const Tensor& y, const Tensor& x) {
  return autograd::grad({y.sum()}, {x}, {}, /*retain_graph=*/true, /*create_graph=*/true)[0];
}

struct NetImpl : nn::Module {
  explicit NetImpl(int64_t inputs) {
    layers = register_module(
        "layers", nn::Sequential(nn::Linear(inputs, 24), nn::Tanh(), nn::Linear(24, 24), nn::Tanh(),
                                 nn::Linear(24, 1)));
    to(kDouble);
  }
  Tensor forward(const Tensor& x) { return layers->forward(x); }
  nn::Sequential layers{nullptr};
};
GRADUS_MODULE(Net);

// A pendulum that comes to rest: u'' + 2 u' + 25 u = 0 from u = 1, u' = 0, for t in [0, 2].
struct Pendulum {
  static constexpr double damping = 1, stiffness = 25;
  // Any network gives the right start.
  static Tensor solution(Net& net, const Tensor& t) { return 1 + t * t * net(t); }
  static Tensor residual(Net& net, const Tensor& t) {
    const Tensor u = solution(net, t), du = derivative(u, t);
    return derivative(du, t) + 2 * damping * du + stiffness * u;
  }
  static Tensor exact(const Tensor& t) {
    const double w = std::sqrt(stiffness - damping * damping);
    return (t * -damping).exp() * ((t * w).cos() + (t * w).sin() * (damping / w));
  }
  static Tensor points() { return linspace(0, 2, 100, kDouble).unsqueeze(1); }
  static constexpr int64_t inputs = 1;
};

// A rod that cools: u_t = 0.1 u_xx, with u = sin πx at first and 0 at both ends, for x and t in [0,
// 1].
struct Rod {
  static constexpr double conductivity = 0.1;
  static Tensor solution(Net& net, const Tensor& xt) {
    const Tensor x = xt.select(1, 0).unsqueeze(1), t = xt.select(1, 1).unsqueeze(1);
    return (x * pi).sin() + t * x * (1 - x) * net(xt);
  }
  static Tensor residual(Net& net, const Tensor& xt) {
    const Tensor du = derivative(solution(net, xt), xt);
    const Tensor u_xx = derivative(du.select(1, 0), xt).select(1, 0);
    return du.select(1, 1) - conductivity * u_xx;
  }
  static Tensor exact(const Tensor& xt) {
    const Tensor x = xt.select(1, 0), t = xt.select(1, 1);
    return ((x * pi).sin() * (t * (-conductivity * pi * pi)).exp()).unsqueeze(1);
  }
  static Tensor points() {
    const Tensor line = linspace(0, 1, 15, kDouble);
    return stack({line.repeat_interleave(15), line.repeat({15})}, 1);
  }
  static constexpr int64_t inputs = 2;
};

// The largest error against the exact solution after training.
template <class Equation>
double solve(const char* name, int adam_steps, int lbfgs_steps) {
  Net net(Equation::inputs);
  const Tensor points = Equation::points().requires_grad_();
  const auto loss_of = [&](optim::Optimizer& optimizer) {
    optimizer.zero_grad();
    const Tensor loss = Equation::residual(net, points).square().mean();
    loss.backward();
    return loss;
  };
  const auto report = [&](const char* after) {
    const NoGradGuard no_grad;
    const Tensor difference = Equation::solution(net, points) - Equation::exact(points);
    const double error = difference.abs().max().item().toDouble();
    std::printf("%s: error %.1e after %s\n", name, error, after);
    return error;
  };

  optim::Adam adam(net->parameters(), optim::AdamOptions(5e-3));
  for (int i = 0; i < adam_steps; ++i) adam.step([&] { return loss_of(adam); });
  report("Adam");
  optim::LBFGS lbfgs(net->parameters(), optim::LBFGSOptions()
                                            .max_iter(lbfgs_steps)
                                            .history_size(50)
                                            .tolerance_change(1e-14)
                                            .line_search_fn("strong_wolfe"));
  lbfgs.step([&] { return loss_of(lbfgs); });
  return report("LBFGS");
}

int main(int argc, char** argv) try {
  const int adam_steps = argc > 1 ? std::atoi(argv[1]) : 500;
  const int lbfgs_steps = argc > 2 ? std::atoi(argv[2]) : 500;
  manual_seed(0);
  const double pendulum = solve<Pendulum>("pendulum", adam_steps, lbfgs_steps);
  const double rod = solve<Rod>("rod", adam_steps, lbfgs_steps);
  return pendulum < 0.05 && rod < 0.005 ? 0 : 1;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 2;
}
