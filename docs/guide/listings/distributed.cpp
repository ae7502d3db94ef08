// The guide's page on several processes. It runs alone, and under mpirun with as many as divide 8.
#include <gradus.h>

#include <cstdio>
#include <filesystem>
#include <iostream>

#include "distributed/distributed.h"
#include "monitor/monitor.h"

using namespace gradus;
namespace dist = gradus::distributed;
namespace F = gradus::nn::functional;

// 512 points [512, 2] on the arms of two spirals, and the number of each point's arm [512].
auto spirals() {
  const Tensor arm = randint(0, 2, {512});
  const Tensor turn = rand({512}).sqrt() * 6;
  const Tensor angle = turn + arm * 3.14159;
  return data::TensorDataset({stack({turn * angle.cos(), turn * angle.sin()}, 1) / 6, arm});
}

nn::Sequential make_network() {
  return nn::Sequential(nn::Linear(2, 32), nn::BatchNorm1d(32), nn::Tanh(), nn::Dropout(0.05),
                        nn::Linear(32, 32), nn::Tanh(), nn::Linear(32, 2));
}

double sum_of_weights(const nn::Sequential& net) {
  return nn::utils::parameters_to_vector(net->parameters()).to(kDouble).sum().item<double>();
}

// Every rank has rank 0's number, or says which it has.
bool alike(double mine) {
  const Tensor least = full({}, mine, kDouble), most = least.clone();
  dist::all_reduce(least, dist::ReduceOp::MIN);
  dist::all_reduce(most, dist::ReduceOp::MAX);
  return equal(least, most);
}

double train(int64_t epochs) {
  manual_seed(0);
  const auto dataset = spirals();
  const auto rank = size_t(dist::get_rank()), size = size_t(dist::get_world_size());
  auto loader = data::make_data_loader(
      dataset, dist::BatchSlice(data::samplers::RandomSampler(512), rank, size), 64);

  nn::Sequential net = make_network();
  dist::DistributedDataParallel model(net, dist::default_group());
  optim::AdamW optimizer(net->parameters(), optim::AdamWOptions(0.01));
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    for (auto& [inputs, targets] : *loader) {
      optimizer.zero_grad();
      F::cross_entropy(model(inputs), targets).backward();  // grad is the mean over all ranks
      optimizer.step();
    }
  }
  return sum_of_weights(net);
}

double train_fast() {
  manual_seed(0);
  nn::Sequential net = make_network();
  dist::DistributedDataParallel model(
      net, dist::default_group(), dist::DistributedDataParallelOptions().mode(dist::SumMode::fast));
  optim::SGD optimizer(net->parameters(), optim::SGDOptions(0.1));
  manual_seed(uint64_t(dist::get_rank()));  // each rank its own data, and its own dropout
  // Ranks may have different numbers of batches.
  const int batches = 4 + dist::get_rank() % 2;
  model->join([&] {
    for (int i = 0; i < batches; ++i) {
      const Tensor inputs = randn({16, 2}), targets = randint(0, 2, {16}, kLong);
      optimizer.zero_grad();
      F::cross_entropy(model(inputs), targets).backward();
      optimizer.step();
    }
  });
  return sum_of_weights(net);
}

// Saves after each epoch, and goes on where the folder ends.
double train_with_checkpoints(const std::string& folder, int64_t epochs) {
  manual_seed(0);
  const auto dataset = spirals();
  const auto rank = size_t(dist::get_rank()), size = size_t(dist::get_world_size());
  auto loader = data::make_data_loader(
      dataset, dist::BatchSlice(data::samplers::RandomSampler(512), rank, size), 64);
  nn::Sequential net = make_network();
  dist::DistributedDataParallel model(net, dist::default_group());

  dist::ZeroRedundancyOptimizer<optim::AdamW> optimizer(
      net->parameters(), optim::AdamWOptions(0.01), dist::default_group());
  optim::CosineAnnealingLR schedule(optimizer, 8);

  monitor::Checkpoint checkpoint(folder);
  checkpoint.add("model", *net);
  checkpoint.add("optimizer", optimizer);
  checkpoint.add("schedule", schedule);
  checkpoint.add("loader", *loader);
  auto [epoch, step] = checkpoint.resume();  // all ranks, from one folder
  dist::barrier();                           // before rank 0 writes to it
  for (; epoch < epochs; ++epoch) {
    for (auto& [inputs, targets] : *loader) {
      optimizer.zero_grad();
      F::cross_entropy(model(inputs), targets).backward();
      nn::utils::clip_grad_norm_(net->parameters(), 1.0);
      optimizer.step();
      ++step;
    }
    schedule.step();
    optimizer.consolidate_state_dict();  // all ranks; rank 0 has it then
    if (rank == 0) checkpoint.save({epoch + 1, step});
  }
  return sum_of_weights(net);
}

int main(int argc, char** argv) {
  dist::init_process_group("mpi", std::chrono::minutes(5));
  const int rank = dist::get_rank(), size = dist::get_world_size();

  const Tensor ranks = full({}, rank);
  dist::all_reduce(ranks);  // 0 + 1 + ... on every rank
  bool right = ranks.item<int>() == size * (size - 1) / 2;

  const double weights = train(4);
  right = right && alike(weights);
  if (rank == 0) std::printf("%d ranks, the weights' sum is %.17g\n", size, weights);
  right = right && alike(train_fast());

  const std::string folder = std::string(argc > 1 ? argv[1] : ".") + "/distributed_runs";
  if (rank == 0) std::filesystem::remove_all(folder);
  dist::barrier();
  const double whole = train_with_checkpoints(folder + "/whole", 4);
  train_with_checkpoints(folder + "/parts", 2);
  right = right && train_with_checkpoints(folder + "/parts", 4) == whole;

  try {
    dist::DistributedDataParallel model(make_network(), dist::default_group(),
                                        dist::DistributedDataParallelOptions().shards(6));
    right = false;
  } catch (const Error& e) {
    right = right && std::string(e.what()).find("a power of two") != std::string::npos;
  }
  dist::destroy_process_group();
  return right ? 0 : 1;
}
