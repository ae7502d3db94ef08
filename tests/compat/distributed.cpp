// usage: distributed FOLDER: a network for digits, trained by all ranks of a job as libtorch
// programs do it: each on its share of the pictures, with gradients that are averaged after every
// backward pass. FOLDER has MNIST's files.
#include <torch/torch.h>
#include <c10d/ProcessGroupMPI.hpp>

#include <cstdlib>
#include <iostream>

struct Digits : torch::nn::Module {
  Digits() {
    register_module("conv", conv);
    register_module("hidden", hidden);
    register_module("out", out);
  }
  torch::Tensor forward(torch::Tensor x) {
    x = torch::relu(torch::max_pool2d(conv->forward(x), 4));
    x = torch::relu(hidden->forward(x.view({x.size(0), -1})));
    return torch::log_softmax(out->forward(x), 1);
  }

  torch::nn::Conv2d conv{torch::nn::Conv2dOptions(1, 8, 5)};
  torch::nn::Linear hidden{8 * 6 * 6, 32}, out{32, 10};
};

// All that was started has ended; who is told of an error ends the job.
void finish(const c10::intrusive_ptr<c10d::ProcessGroupMPI>& group,
            const std::vector<c10::intrusive_ptr<::c10d::Work>>& works) {
  for (const auto& work : works) {
    try {
      work->wait();
    } catch (const std::exception& e) {
      std::cerr << "rank " << group->getRank() << ": " << e.what() << std::endl;
      group->abort();
    }
  }
}

int main(int argc, char* argv[]) {
  if (argc != 2) return 2;
  auto group = c10d::ProcessGroupMPI::createProcessGroupMPI();
  const auto ranks = group->getSize();
  const auto rank = group->getRank();

  auto pictures = torch::data::datasets::MNIST(argv[1])
                      .map(torch::data::transforms::Normalize<>(0.1307, 0.3081))
                      .map(torch::data::transforms::Stack<>());
  const auto count = pictures.size().value();
  auto sampler = torch::data::samplers::DistributedRandomSampler(count, ranks, rank, false);
  const int64_t batch = 64 / ranks;
  auto loader = torch::data::make_data_loader(std::move(pictures), sampler, batch);

  torch::manual_seed(0);
  auto model = std::make_shared<Digits>();
  torch::optim::SGD optimizer(model->parameters(), torch::optim::SGDOptions(0.1).momentum(0.5));

  for (size_t epoch = 1; epoch <= 4; ++epoch) {
    size_t right = 0;
    for (auto& example : *loader) {
      auto output = model->forward(example.data);
      auto loss = torch::nll_loss(output, example.target);
      optimizer.zero_grad();
      loss.backward();

      std::vector<c10::intrusive_ptr<::c10d::Work>> works;
      for (auto& param : model->named_parameters()) {
        std::vector<torch::Tensor> gradient = {param.value().grad()};
        auto work = group->allreduce(gradient);
        works.push_back(std::move(work));
      }
      finish(group, works);
      for (auto& param : model->named_parameters())
        param.value().grad().data() = param.value().grad().data() / ranks;

      optimizer.step();
      right += output.argmax(1).eq(example.target).sum().template item<int64_t>();
    }
    const double share = 100.0 * double(right) / (double(count) / ranks);
    if (rank == 0) std::cout << "epoch " << epoch << ": " << share << " % right" << std::endl;
  }

  // Every rank has the same network.
  double sum = 0;
  for (const auto& p : model->parameters()) sum += p.abs().sum().item<double>();
  std::vector<at::Tensor> least{torch::full({1}, sum, torch::kDouble)}, most{least[0].clone()};
  c10d::AllreduceOptions smallest, largest;
  smallest.reduceOp = c10d::ReduceOp::MIN;
  largest.reduceOp = c10d::ReduceOp::MAX;
  finish(group, {group->allreduce(least, smallest), group->allreduce(most, largest)});
  if (rank == 0)
    std::cout << ranks << " ranks, "
              << (torch::equal(least[0], most[0]) ? "one network" : "several networks")
              << std::endl;
}
