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
  where_a_nan_was_born();
  return right ? 0 : 1;
}
