// The network of digits.cpp learns in several processes, each with its part of every batch:
//
//   ./dev mpi 4 examples/distributed_digits [DATA] [--epochs N] [--folder F]
//                               [--scaling FILE] [--out FILE] [--until EPOCH]
//                               [--timeout SECONDS]
//
// 1, 2, 4 and 8 processes end with the same weights, bit for bit, which --out writes. With --folder
// a checkpoint is saved after each epoch, and the next start goes on from it, also with another
// number of processes. --until ends it earlier, as if it was interrupted. A rank that gives no
// answer for --timeout is given up, and the job with it; gradus_mpirun starts it again. --scaling
// notes the rate in a file, and shows it beside those of other numbers of processes.
#include "examples/distributed_job.h"

using data::datasets::Digits;
namespace samplers = data::samplers;

constexpr size_t batch_size = 64;  // of all processes together

nn::Sequential make_network() {
  return nn::Sequential(nn::Flatten(),                                          //
                        nn::Linear(64, 128), nn::BatchNorm1d(128), nn::ReLU(),  //
                        nn::Linear(128, 64), nn::ReLU(),                        //
                        nn::Linear(64, 10));
}

double percent_right(nn::Sequential& net, const Digits& digits) {
  const NoGradGuard no_grad;
  net->eval();
  const Tensor right = net->forward(digits.images()).argmax(1).eq(digits.targets());
  net->train();
  return 100 * right.to(kDouble).mean().item<double>();
}

int train(const JobOptions& options, int64_t epochs) {
  Job job(options);
  manual_seed(0);
  const Digits train(options.data), test(options.data, Digits::kTest);
  nn::Sequential net = make_network();
  distributed::DistributedDataParallel model(net, distributed::default_group());
  optim::AdamW optimizer(net->parameters(), optim::AdamWOptions(3e-3));
  optim::CosineAnnealingLR schedule(optimizer, epochs);
  // Where the last batch is smaller it is left out: all have 8 shards of 8 examples.
  auto loader = data::make_data_loader(
      data::TensorDataset({train.images(), train.targets()}),
      distributed::BatchSlice(samplers::RandomSampler(int64_t(*train.size())), size_t(job.rank),
                              size_t(job.size)),
      data::DataLoaderOptions(batch_size).drop_last(true));

  if (job.checkpoint) {
    job.checkpoint->add("model", *net);
    job.checkpoint->add("optimizer", optimizer);
    job.checkpoint->add("schedule", schedule);
    job.checkpoint->add("loader", *loader);
  }
  auto [epoch, step] = job.resume();
  std::optional<monitor::Progress> bar;
  if (job.is_first()) bar.emplace(epochs, "epochs", monitor::ProgressOptions().initial(epoch));
  double seconds = 0, examples = 0;
  for (; epoch < std::min(epochs, options.until); ++epoch) {
    const monitor::Stopwatch watch;
    Tensor sum = zeros({});
    int64_t batches = 0;
    for (auto& [images, targets] : *loader) {
      const Tensor loss = nn::functional::cross_entropy(model(images), targets);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      sum += loss.detach();
      ++batches;
    }
    schedule.step();
    step += batches;
    seconds += watch.seconds();
    examples += double(batches) * double(batch_size);
    distributed::all_reduce(sum, distributed::ReduceOp::AVG);  // each has the mean of its rows
    job.save({epoch + 1, step});
    if (bar)
      bar->update(
          {{"loss", sum.item<double>() / double(batches)}, {"examples/s", examples / seconds}});
  }
  if (bar) bar->close();
  if (seconds > 0) job.finish(*net, examples / seconds, "examples");
  if (!job.is_first() || epoch < epochs) return 0;
  const double right = percent_right(net, test);
  std::printf("%.2f%% of the test digits are read right\n", right);
  return epochs < 20 || right >= 97 ? 0 : 1;
}

int main(int argc, char** argv) {
  return run_job("distributed_digits", [&] {
    int64_t epochs = 20;
    JobOptions options;
    options.data = "examples/data/digits.csv";
    options.numbers["--epochs"] = &epochs;
    options.read(argc, argv);
    return train(options, epochs);
  });
}
