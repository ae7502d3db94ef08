// Gradients, and how they are proved, as the guide shows them.
#include <gradus.h>

#include <cmath>
#include <cstdio>

using namespace gradus;

namespace {
bool right = true;
void expect(bool what) { right = right && what; }

void backward_pass() {
  const Tensor w = tensor({1.0, 2.0, 3.0}).requires_grad_();
  const Tensor loss = (w * w).sum();
  loss.backward();
  expect(w.grad().equal(2 * w.detach()));  // d/dw w² = 2w
}

void gradients_of_gradients() {
  const Tensor x = tensor(2.0, kDouble).requires_grad_();
  const Tensor y = x.pow(4);
  // The gradient is part of a graph itself, so it has gradients too.
  const Tensor dy = autograd::grad({y}, {x}, {}, /*retain_graph=*/true, /*create_graph=*/true)[0];
  const Tensor d2y = autograd::grad({dy}, {x})[0];
  expect(dy.item<double>() == 32 && d2y.item<double>() == 48);  // 4x³, 12x²
}

void nothing_recorded() {
  const Tensor w = ones({3}).requires_grad_();
  {
    const NoGradGuard no_grad;
    const Tensor y = w * 2;
    expect(!y.requires_grad());
    w.sub_(0.1);  // in place on a parameter: only where nothing is recorded
  }
  const Tensor constant = (w * 2).detach();
  expect(!constant.requires_grad());
}

void hooks() {
  const Tensor x = ones({2}).requires_grad_();
  const Tensor h = x * 3;
  double seen = 0;
  h.register_hook([&](const Tensor& dh) {
    seen = dh.sum().item<double>();
    return dh.clamp(-1, 1);  // what it returns takes the gradient's place
  });
  (h * 5).sum().backward();
  expect(seen == 10 && x.grad().equal(full({2}, 3.0)));
}

// log(1 + e^x), with a derivative that does not overflow.
Tensor soft_plus(const Tensor& x) {
  return autograd::custom(
      "soft_plus", {x},
      [](const autograd::variable_list& in) {
        return in[0].clamp_min(0) + (-in[0].abs()).exp().log1p();
      },
      [](const Tensor& dy, const autograd::variable_list& in, const Tensor&) {
        return autograd::variable_list{dy * in[0].sigmoid()};
      });
}

void proofs() {
  const Tensor x = randn({4}, kDouble).requires_grad_();
  expect(autograd::gradcheck(soft_plus, {x}));
  expect(autograd::gradgradcheck(soft_plus, {x}));

  const auto wrong = [](const Tensor& x) {
    return autograd::custom(
        "wrong", {x}, [](const autograd::variable_list& in) { return in[0].square(); },
        [](const Tensor& dy, const autograd::variable_list& in, const Tensor&) {
          return autograd::variable_list{dy * in[0]};  // the 2 is missing
        });
  };
  try {
    autograd::gradcheck(wrong, {x});
    expect(false);
  } catch (const Error& e) {
    std::printf("%s\n", e.what());  // names the worst element, with both values
  }
}

void proof_of_a_module() {
  nn::Sequential net(nn::Linear(3, 5), nn::LayerNorm(nn::LayerNormOptions({5})), nn::GELU(),
                     nn::Linear(5, 2));
  expect(nn::gradcheck(net, {randn({4, 3}, kDouble)}));
}

void derivatives_of_functions() {
  using namespace autograd::functional;
  const auto f = [](const Tensor& x) { return x.sin() * x.sum(); };
  const auto energy = [](const Tensor& x) { return (x.pow(3).sum() * x.prod()).tanh(); };
  const Tensor x = tensor({0.5, -1.25, 2.0}, kDouble), v = tensor({1.0, 0.0, -1.0}, kDouble);

  const Tensor J = jacobian(f, x), H = hessian(energy, x);
  const auto [y, Jv] = jvp(f, x, v);  // how y moves when x moves along v
  expect(Jv.allclose(J.mv(v)));
  expect(vjp(f, x, v).second.allclose(J.t().mv(v)));
  expect(hvp(energy, x, v).second.allclose(H.mv(v)));  // without ever making H

  // Several inputs and outputs: [output][input].
  const auto both = [](const Tensor& a, const Tensor& b) { return std::tuple(a * b, b.exp()); };
  const auto blocks = jacobian(both, {x, v});
  expect(blocks[1][0].equal(zeros({3, 3}, kDouble)) && blocks[1][1].equal(v.exp().diag()));
}

void forward_mode() {
  namespace forward_ad = autograd::forward_ad;
  const Tensor x = tensor(2.0, kDouble), v = tensor(1.0, kDouble);
  const forward_ad::dual_level level;
  const Tensor dual = forward_ad::make_dual(x, v);
  const auto [y, dy] = forward_ad::unpack_dual(dual.pow(3));
  expect(y.item<double>() == 8 && dy.item<double>() == 12);
}

void hooks_after_a_gradient() {
  const Tensor w = ones({3}).requires_grad_();
  w.register_post_accumulate_grad_hook([](const Tensor& p) {
    const NoGradGuard no_grad;
    p.sub_(0.1 * p.grad());
    p.mutable_grad().reset();  // no two gradients are ever in memory together
  });
  (w * w).sum().backward();
  expect(w.detach().allclose(0.8 * ones({3})) && !w.grad().defined());
}

void saved_in_half_the_bytes() {
  const Tensor x = randn({100}).requires_grad_();
  const Tensor y = [&] {
    const autograd::graph::saved_tensors_hooks rounded(
        [](const Tensor& t) { return (t * 1000).round().to(kInt); },
        [](const Tensor& t) { return t.to(kFloat) / 1000; });
    return x.tanh().pow(2).sum();
  }();
  y.backward();
  const Tensor exact = 2 * x.tanh() * (1 - x.tanh().pow(2));
  expect(x.grad().allclose(exact, 0, 0.01));
}

// y = x³ as a node that is written by hand, in libtorch's form.
struct CubeBackward : autograd::Node {
  autograd::variable_list apply(autograd::variable_list&& dy) override {
    const Tensor x = saved.unpack();
    return {dy[0] * 3 * x * x};
  }
  void release_variables() override { saved.reset_data(); }
  autograd::SavedVariable saved;
};
void a_node_of_your_own() {
  const Tensor x = tensor(2.0).requires_grad_();
  const auto node = std::make_shared<CubeBackward>();
  node->set_next_edges(autograd::collect_next_edges(x));
  node->saved = autograd::SavedVariable(x, /*is_output=*/false);
  const Tensor y = x.detach().pow(3);
  autograd::set_history(y, node);
  y.backward();
  expect(x.grad().item<double>() == 12);
}

void where_a_nan_was_born() {
  const autograd::DetectAnomalyGuard watch;
  const Tensor x = zeros({2}).requires_grad_();
  try {
    (x.sqrt() * 0).sum().backward();  // 0 * infinity
    expect(false);
  } catch (const Error& e) {
    std::printf("%s\n", e.what());
  }
}
}  // namespace

int main() {
  manual_seed(0);
  backward_pass();
  gradients_of_gradients();
  nothing_recorded();
  hooks();
  proofs();
  proof_of_a_module();
  derivatives_of_functions();
  forward_mode();
  hooks_after_a_gradient();
  saved_in_half_the_bytes();
  a_node_of_your_own();
  where_a_nan_was_born();
  return right ? 0 : 1;
}
