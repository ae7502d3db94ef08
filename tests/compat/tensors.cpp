// Tensors, indexing and autograd as libtorch programs use them.
#include <torch/torch.h>

#include <iostream>

using namespace torch::indexing;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;
using torch::autograd::variable_list;

// y = x W^T + b, with its backward pass by hand.
class LinearFunction : public torch::autograd::Function<LinearFunction> {
 public:
  static torch::Tensor forward(AutogradContext* ctx, torch::Tensor x, torch::Tensor w,
                               torch::Tensor bias = torch::Tensor()) {
    ctx->save_for_backward({x, w, bias});
    auto y = x.mm(w.t());
    if (bias.defined()) y += bias.unsqueeze(0).expand_as(y);
    return y;
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list grad_outputs) {
    auto saved = ctx->get_saved_variables();
    auto dy = grad_outputs[0];
    auto db = torch::Tensor();
    if (saved[2].defined()) db = dy.sum(0);
    return {dy.mm(saved[1]), dy.t().mm(saved[0]), db};
  }
};

class Scale : public torch::autograd::Function<Scale> {
 public:
  static variable_list forward(AutogradContext* ctx, const torch::Tensor& x, double factor) {
    ctx->saved_data["factor"] = factor;
    return {x * factor};
  }
  static variable_list backward(AutogradContext* ctx, variable_list dy) {
    return {dy[0] * ctx->saved_data["factor"].toDouble(), torch::Tensor()};
  }
};

int main() {
  torch::manual_seed(3);
  auto a = torch::arange(24, torch::kFloat).view({2, 3, 4});
  std::cout << a.index({0, Slice(), Slice(None, None, 2)}) << "\n";
  std::cout << a.index({Ellipsis, -1}) << "\n";
  std::cout << a.index({"...", None, Slice(1, 3)}).sizes() << "\n";
  std::cout << a.index({a > 20}) << "\n";
  std::cout << a.index({torch::tensor({1, 0}), torch::tensor({2, 2})}) << "\n";
  // How indices print.
  const std::vector<at::indexing::TensorIndex> printed{
      None, "...", 3, true, Slice(None, 4, 2), torch::tensor({1, 0})};
  std::cout << Slice(1, 5) << " " << printed[0] << " " << printed << "\n";
  std::cout << torch::matrix_power(torch::tensor({{2.0, 1.0}, {0.0, 4.0}}), -2) << "\n";
  a.index_put_({1, Slice(1, None), 0}, -1);
  a[0][0] = 7;
  a.index({0, 1}) += 100;
  std::cout << a << "\n";
  std::cout << torch::tensor({{1, 2}, {3, 4}}).scalar_type() << " " << torch::zeros({0, 3}) << "\n";
  std::cout << torch::randn({2, 3}) << "\n" << torch::randperm(5) << "\n";
  auto accessor = a.accessor<float, 3>();
  std::cout << accessor[1][2][3] << " " << a.data_ptr<float>()[0] << "\n";
  float raw[] = {1, 2, 3, 4};
  std::cout << torch::from_blob(raw, {2, 2}).matmul(torch::eye(2)).t() << "\n";
  auto [values, indices] = torch::topk(torch::tensor({3.0, 1.0, 2.0}), 2);
  std::cout << values << indices << "\n";
  for (const auto i : c10::irange(2))
    std::cout << torch::cat(
                     {torch::ones({1, 2}) * i, torch::stack({a[0][0][0], a[0][0][1]}).view({1, 2})},
                     0)
              << "\n";
  std::cout << torch::einsum("ij,jk->ik", {torch::ones({2, 3}), torch::ones({3, 2})}) << "\n";
  std::cout << torch::where(a[0] > 50, a[0], torch::zeros_like(a[0])).sum(0, /*keepdim=*/true)
            << "\n";

  auto x = torch::randn({4, 3}, torch::requires_grad());
  auto w = torch::randn({2, 3}, torch::requires_grad()),
       b = torch::zeros({2}, torch::requires_grad());
  auto y = LinearFunction::apply(x, w, b);
  int calls = 0;
  auto handle = w.register_hook([&](torch::Tensor grad) {
    ++calls;
    return grad * 2;
  });
  y.sigmoid().sum().backward();
  std::cout << w.grad() << b.grad() << "\n" << calls << " " << (y.grad_fn() != nullptr) << "\n";
  w.remove_hook(handle);
  w.mutable_grad().reset();
  Scale::apply(w, 3.0)[0].pow(2).sum().backward();
  std::cout << (w.grad() - 18 * w).abs().max().item<float>() << "\n";

  // A gradient penalty.
  auto model = torch::nn::Linear(3, 1);
  auto out = torch::tanh(model(x));
  auto grads = torch::autograd::grad({out}, {x}, {torch::ones_like(out)}, /*retain_graph=*/true,
                                     /*create_graph=*/true);
  auto penalty = (grads[0].norm(2, /*dim=*/1) - 1).pow(2).mean();
  penalty.backward();
  std::cout << "penalty " << penalty.item<float>() << " " << model->weight.grad() << "\n";

  torch::Tensor z;
  {
    torch::NoGradGuard no_grad;
    z = x * 2;
  }
  std::cout << z.requires_grad() << " " << x.detach().requires_grad() << " " << x.is_leaf() << "\n";
  try {
    torch::ones({2, 3}).matmul(torch::ones({2, 3}));
  } catch (const c10::Error&) {
    std::cout << "shapes do not match\n";
  }
  std::vector<torch::Tensor> list = {a, x.detach()};
  torch::save(list, "tensors_list.pt");
  std::vector<torch::Tensor> loaded;
  torch::load(loaded, "tensors_list.pt");
  std::remove("tensors_list.pt");
  std::cout << loaded.size() << " " << loaded[1].equal(x) << "\n";
}
