// A function with a backward pass of one's own, a module that uses it, and the proof that both are
// right. The function is SELU-like: y = x for x > 0, a (eˣ - 1) below, with a learnt `a`.
#include <gradus.h>

#include <cstdio>

using namespace gradus;

struct ExponentialUnit : autograd::Function<ExponentialUnit> {
  static Tensor forward(autograd::AutogradContext* ctx, const Tensor& x, const Tensor& a) {
    ctx->save_for_backward({x, a});
    return where(x > 0, x, a * x.expm1());
  }
  static autograd::variable_list backward(autograd::AutogradContext* ctx,
                                          autograd::variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    const Tensor &x = saved[0], &a = saved[1], &dy = grads[0];
    const Tensor dx = dy * where(x > 0, ones_like(x), a * x.exp());
    const Tensor da = dy * where(x > 0, zeros_like(x), x.expm1());
    return {dx, da.sum(0)};  // every row had the same `a`
  }
};

// A linear layer, then the unit with an `a` for each output.
struct ExponentialLayerImpl : nn::Module {
  ExponentialLayerImpl(int64_t in, int64_t out)
      : linear(register_module("linear", nn::Linear(in, out))),
        a(register_parameter("a", ones({out}))) {}
  Tensor forward(const Tensor& x) { return ExponentialUnit::apply(linear(x), a); }

  nn::Linear linear;
  Tensor a;
};
GRADUS_MODULE(ExponentialLayer);

int main() {
  manual_seed(0);
  // Every gradient against differences of values, and the gradients of the gradients too.
  const Tensor x = randn({5, 3}, kDouble).requires_grad_();
  const Tensor a = (rand({3}, kDouble) + 0.5).requires_grad_();
  const auto unit = [](const Tensor& x, const Tensor& a) { return ExponentialUnit::apply(x, a); };
  const bool right = autograd::gradcheck(unit, {x, a}) && autograd::gradgradcheck(unit, {x, a});
  std::printf("gradients of the function: %s\n", right ? "right" : "wrong");

  ExponentialLayer layer(3, 4);
  const bool module_right = nn::gradcheck(layer, {x}) && nn::gradgradcheck(layer, {x});
  std::printf("gradients of the module:   %s\n", module_right ? "right" : "wrong");

  // And it learns.
  nn::Sequential net(ExponentialLayer(1, 16), ExponentialLayer(16, 16), nn::Linear(16, 1));
  optim::Adam optimizer(net->parameters(), 0.01);
  const Tensor inputs = linspace(-2, 2, 64).unsqueeze(1), targets = inputs.abs();
  double loss_value = 0;
  for (int step = 0; step <= 600; ++step) {
    const Tensor loss = nn::functional::mse_loss(net->forward(inputs), targets);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    loss_value = loss.item<double>();
    if (step % 200 == 0) std::printf("step %3d  loss %.6f\n", step, loss_value);
  }
  return right && module_right && loss_value < 1e-3 ? 0 : 1;
}
