// Modules inside modules, holders, options, parameter groups, hooks into what a module holds.
#include <torch/torch.h>

#include <iostream>

namespace F = torch::nn::functional;

struct BlockImpl : torch::nn::Cloneable<BlockImpl> {
  BlockImpl(int64_t in, int64_t out, double slope = 0.1) : in(in), out(out), slope(slope) {
    reset();
  }
  void reset() override {
    linear =
        register_module("linear", torch::nn::Linear(torch::nn::LinearOptions(in, out).bias(false)));
    norm = register_module("norm", torch::nn::BatchNorm1d(out));
  }
  torch::Tensor forward(const torch::Tensor& x) {
    return F::leaky_relu(norm(linear(x)), F::LeakyReLUFuncOptions().negative_slope(slope));
  }
  void pretty_print(std::ostream& stream) const override {
    stream << "Block(slope=" << slope << ")";
  }

  int64_t in, out;
  double slope;
  torch::nn::Linear linear{nullptr};
  torch::nn::BatchNorm1d norm{nullptr};
};
TORCH_MODULE(Block);

struct TwoHeadsImpl : torch::nn::Cloneable<TwoHeadsImpl> {
  TwoHeadsImpl() { reset(); }
  void reset() override {
    body = register_module("body", torch::nn::Sequential(Block(6, 16), Block(16, 16, 0.2)));
    mean = register_module("mean", torch::nn::Linear(16, 1));
    log_variance = register_module("log_variance", torch::nn::Linear(16, 1));
  }
  std::tuple<torch::Tensor, torch::Tensor> forward(torch::Tensor x) {
    x = body->forward(x);
    return {mean(x).squeeze(1), log_variance(x).squeeze(1)};
  }

  torch::nn::Sequential body;
  torch::nn::Linear mean{nullptr}, log_variance{nullptr};
};
TORCH_MODULE(TwoHeads);

int main() {
  torch::manual_seed(2);
  torch::set_num_threads(1);
  auto x = torch::rand({96, 6}, torch::TensorOptions().dtype(torch::kFloat32).requires_grad(false));
  auto y = torch::sin(x.sum(1) * 2) + 0.1 * torch::randn({96});

  TwoHeads model;
  torch::nn::init::xavier_uniform_(model->mean->weight, 0.5);
  torch::nn::init::constant_(model->mean->bias, 0.25);

  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.emplace_back(model->body->parameters());
  groups.emplace_back(model->mean->parameters(),
                      std::make_unique<torch::optim::AdamOptions>(
                          torch::optim::AdamOptions(0.02).weight_decay(0.01)));
  groups.emplace_back(model->log_variance->parameters());
  torch::optim::Adam optimizer(groups, torch::optim::AdamOptions(0.01).betas({0.8, 0.99}));

  for (int step = 0; step < 40; ++step) {
    auto [mean, log_variance] = model->forward(x);
    auto loss = (((y - mean).pow(2) / log_variance.exp() + log_variance) / 2).mean();
    optimizer.zero_grad();
    loss.backward();
    auto norm = torch::nn::utils::clip_grad_norm_(model->parameters(), 1.0);
    if (step == 20)
      for (auto& group : optimizer.param_groups())
        static_cast<torch::optim::AdamOptions&>(group.options()).lr(0.002);
    optimizer.step();
    if (step % 3 == 0)
      std::cout << "step " << step << " loss " << loss.item<double>() << " norm " << norm << "\n";
  }

  auto frozen = std::dynamic_pointer_cast<TwoHeadsImpl>(model->clone());
  frozen->eval();
  for (auto& p : frozen->parameters()) p.set_requires_grad(false);
  std::cout << "frozen " << std::get<0>(frozen->forward(x)).mean().item<float>() << " "
            << std::get<0>(frozen->forward(x)).requires_grad() << "\n";

  for (const auto& item : model->named_parameters())
    std::cout << item.key() << " " << item.value().sizes() << " "
              << item.value().norm().item<float>() << "\n";
  for (const auto& item : model->named_buffers())
    std::cout << item.key() << " " << item.value().sum().item<float>() << "\n";
  std::cout << model << "\n";
  int linears = 0;
  model->apply([&](torch::nn::Module& m) { linears += m.as<torch::nn::Linear>() != nullptr; });
  std::cout << "linears " << linears << " children " << model->children().size() << "\n";

  torch::nn::Sequential named({{"one", torch::nn::Linear(3, 4)},
                               {"act", torch::nn::ReLU()},
                               {"two", torch::nn::Linear(4, 2)}});
  named->push_back("drop", torch::nn::Dropout(0.5));
  std::cout << named << "\n" << named->size() << "\n";
  auto out = named->forward(torch::ones({2, 3}));
  TORCH_CHECK(out.size(1) == 2, "the output has sizes ", out.sizes());
  std::cout << "out " << out.sum().item<float>() << "\n";
  try {
    TORCH_CHECK(false, "checks ", 1, " and ", 2.5);
  } catch (const c10::Error& e) {
    std::cout << e.what_without_backtrace() << "\n";
  }
}
