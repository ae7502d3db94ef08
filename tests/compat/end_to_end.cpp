// The shape of libtorch's end-to-end example: a module with registered parts, a dataset of one's
// own, a data loader that stacks, SGD, a checkpoint.
#include <torch/torch.h>

#include <iostream>
#include <string>
#include <vector>

// Noisy copies of ten random patterns.
class Patterns : public torch::data::datasets::Dataset<Patterns> {
 public:
  explicit Patterns(int64_t count) {
    auto patterns = torch::randn({10, 1, 4, 4});
    targets_ = torch::randint(0, 10, {count}, torch::kLong);
    images_ = patterns.index_select(0, targets_) + torch::randn({count, 1, 4, 4}) * 0.3;
  }

  torch::data::Example<> get(size_t index) override { return {images_[index], targets_[index]}; }
  torch::optional<size_t> size() const override { return images_.size(0); }

 private:
  torch::Tensor images_, targets_;
};

struct Net : torch::nn::Module {
  Net()
      : fc1(register_module("fc1", torch::nn::Linear(16, 32))),
        fc2(register_module("fc2", torch::nn::Linear(32, 24))) {
    fc3 = register_module("fc3", torch::nn::Linear(torch::nn::LinearOptions(24, 10).bias(true)));
    scale = register_parameter("scale", torch::ones({1}));
    seen = register_buffer("seen", torch::zeros({}, torch::kLong));
  }

  torch::Tensor forward(torch::Tensor x) {
    x = torch::relu(fc1->forward(x.reshape({x.size(0), 16})));
    x = torch::dropout(x, /*p=*/0.1, /*train=*/is_training());
    x = torch::relu(fc2->forward(x));
    if (is_training()) seen += x.size(0);
    return torch::log_softmax(fc3->forward(x) * scale, /*dim=*/1);
  }

  torch::nn::Linear fc1{nullptr}, fc2{nullptr}, fc3{nullptr};
  torch::Tensor scale, seen;
};

double test(Net& net, const std::vector<torch::data::Example<>>& batches) {
  torch::NoGradGuard no_grad;
  net.eval();
  int64_t correct = 0, count = 0;
  for (const auto& batch : batches) {
    auto prediction = net.forward(batch.data).argmax(1);
    correct += prediction.eq(batch.target).sum().item<int64_t>();
    count += batch.target.size(0);
  }
  net.train();
  return static_cast<double>(correct) / count;
}

int main() {
  torch::manual_seed(1);
  torch::Device device(torch::cuda::is_available() ? torch::kCUDA : torch::kCPU);

  auto dataset = Patterns(300)
                     .map(torch::data::transforms::Normalize<>(0.1, 0.9))
                     .map(torch::data::transforms::Stack<>());
  const size_t size = dataset.size().value();
  auto loader = torch::data::make_data_loader<torch::data::samplers::RandomSampler>(
      std::move(dataset), torch::data::DataLoaderOptions().batch_size(64).workers(0));

  auto net = std::make_shared<Net>();
  net->to(device);
  torch::optim::SGD optimizer(net->parameters(), torch::optim::SGDOptions(0.05).momentum(0.5));

  std::vector<torch::data::Example<>> last;
  for (size_t epoch = 1; epoch <= 4; ++epoch) {
    size_t index = 0;
    last.clear();
    for (auto& batch : *loader) {
      optimizer.zero_grad();
      auto data = batch.data.to(device), targets = batch.target.to(device);
      auto loss = torch::nll_loss(net->forward(data), targets);
      AT_ASSERT(!std::isnan(loss.template item<float>()));
      loss.backward();
      optimizer.step();
      std::cout << "epoch " << epoch << " batch " << ++index << " of " << (size + 63) / 64
                << " loss " << loss.item<float>() << std::endl;
      last.push_back(batch);
    }
  }
  std::cout << "accuracy " << test(*net, last) << "\n";

  const std::string path = "end_to_end_net.pt";
  torch::save(net, path);
  torch::save(optimizer, "end_to_end_optimizer.pt");
  auto copy = std::make_shared<Net>();
  torch::load(copy, path);
  torch::optim::SGD resumed(copy->parameters(), torch::optim::SGDOptions(0.9));
  torch::load(resumed, "end_to_end_optimizer.pt");
  net->eval();
  copy->eval();
  std::cout << "same outputs " << net->forward(last[0].data).equal(copy->forward(last[0].data))
            << " seen " << copy->seen.item<int64_t>() << "\n";

  for (auto* o : {&optimizer, &resumed}) o->zero_grad();
  for (auto& n : {net, copy}) torch::nll_loss(n->forward(last[0].data), last[0].target).backward();
  optimizer.step();
  resumed.step();
  bool same = true;
  for (const auto& pair : net->named_parameters())
    same = same && pair.value().equal(copy->named_parameters()[pair.key()]);
  std::cout << "same after a step " << same << "\n";
  std::remove(path.c_str());
  std::remove("end_to_end_optimizer.pt");
}
