// Looking into modules and changing them, as the guide shows it.
#include <gradus.h>

#include <cstdio>

using namespace gradus;
namespace parametrize = nn::utils::parametrize;
namespace prune = nn::utils::prune;

// A matrix that is its own transpose, made of the upper half of any.
struct SymmetricImpl : nn::Module {
  Tensor forward(const Tensor& x) { return x.triu() + x.triu(1).t(); }
  Tensor right_inverse(const Tensor& y) { return y.triu(); }
};
GRADUS_MODULE(Symmetric);

// A module of one's own whose tensor may be parametrised, pruned and replaced.
struct ScaleImpl : nn::Module {
  ScaleImpl() { scale = register_parameter("scale", ones({3})); }
  Tensor forward(const Tensor& x) { return x * scale; }
  Tensor scale;

 protected:
  Tensor* member(std::string_view name) override { return pick(name, {{"scale", &scale}}); }
};
GRADUS_MODULE(Scale);

bool hooks() {
  nn::Linear fc(4, 3);
  nn::Sequential net(fc, nn::ReLU());
  double largest = 0;
  auto seen = fc->register_forward_hook([&](nn::Module&, const Tensor&, const Tensor& output) {
    largest = std::max(largest, output.abs().max().item<double>());
  });
  auto clipped = fc->register_full_backward_hook(
      [](nn::Module&, const std::vector<Tensor>& dx, const std::vector<Tensor>&) {
        return std::vector<Tensor>{dx[0].clamp(-1, 1)};
      });
  net(randn({8, 4}).requires_grad_()).sum().backward();
  seen.remove();
  clipped.remove();
  return largest > 0;
}

bool parametrised() {
  nn::Linear fc(3, 3);
  parametrize::register_parametrization(fc, "weight", Symmetric());
  optim::SGD optimizer(fc->parameters(), 0.1);  // has `parametrizations.weight.original`
  fc(randn({8, 3})).square().sum().backward();
  optimizer.step();
  fc(randn({1, 3}));
  const bool symmetric = fc->weight.equal(fc->weight.t());
  parametrize::remove_parametrizations(fc, "weight");

  nn::Conv2d conv = nn::utils::parametrizations::spectral_norm(nn::Conv2d(3, 8, 3));
  conv(randn({1, 3, 5, 5}));
  Scale own;
  parametrize::register_parametrization(own, "scale",
                                        nn::Functional([](const Tensor& x) { return x.exp(); }));
  return symmetric && own(ones({3})).allclose(ones({3}).exp());
}

bool pruned() {
  nn::Linear fc(10, 10);
  prune::l1_unstructured(fc, "weight", 0.3);  // 30 of 100 elements
  const auto left = fc->weight.count_nonzero().item<int64_t>();
  prune::remove(fc, "weight");
  return left == 70;
}

bool lazy() {
  nn::Sequential net(nn::LazyConv2d(8, 3), nn::ReLU(), nn::Flatten(), nn::LazyLinear(10));
  net(zeros({1, 3, 28, 28}));
  return net->at<nn::LazyLinearImpl>(3).options.in_features() == 8 * 26 * 26;
}

bool functional() {
  nn::Linear fc(3, 2);
  const Tensor w = randn({2, 3}).requires_grad_();
  nn::functional_call(fc, {{"weight", 2 * w}}, randn({4, 3})).sum().backward();
  nn::Linear copy = deepcopy(fc);
  return w.grad().defined() && !copy->weight.is_same(fc->weight);
}

bool fused() {
  nn::Conv2d conv(3, 8, 3);
  nn::BatchNorm2d norm(8);
  norm(conv(randn({4, 3, 6, 6})));
  conv->eval(), norm->eval();
  nn::Conv2d both = nn::utils::fuse_conv_bn_eval(conv, norm);
  const Tensor x = randn({1, 3, 6, 6});
  return both(x).allclose(norm(conv(x)), 1e-4, 1e-5);
}

int main() {
  manual_seed(0);
  const bool right = hooks() && parametrised() && pruned() && lazy() && functional() && fused();
  std::printf("%s\n", right ? "all as the guide says" : "something is not as the guide says");
  return right ? 0 : 1;
}
