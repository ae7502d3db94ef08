// A training that may be stopped or killed at any moment, and goes on to the same files and bits:
// the guide's listing, and the proof. long_run DIRECTORY
#include <gradus.h>
#include <monitor/monitor.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>

using namespace gradus;

struct Killed {};

// Trains in the folder, from where it stands there, and calls after each step what may end it.
std::vector<Tensor> train(const std::string& folder, const std::function<void(int64_t)>& each) {
  manual_seed(0);
  const Tensor x = randn({200, 4}), y = (x * x).sum(1, true) + 0.1 * randn({200, 1});
  const Tensor valid_x = randn({50, 4}), valid_y = (valid_x * valid_x).sum(1, true);
  const auto loader = data::make_data_loader(data::TensorDataset({x, y}), 20, /*shuffle=*/true);
  nn::Sequential net(nn::Linear(4, 16), nn::Tanh(), nn::Dropout(0.1), nn::Linear(16, 1));
  optim::Adam optimizer(net->parameters(), optim::AdamOptions(0.01));
  optim::StepLR scheduler(optimizer, 2, 0.5);
  const int64_t epochs = 5, steps = int64_t(loader->size());

  monitor::Checkpoint checkpoint(folder, monitor::CheckpointOptions().best("valid_loss"));
  checkpoint.add("model", *net);
  checkpoint.add("optimizer", optimizer);
  checkpoint.add("scheduler", scheduler);
  checkpoint.add("loader", *loader);
  const auto from = checkpoint.resume();
  checkpoint.lock();  // from here on the folder is ours, with the logs in it

  monitor::CSVLogger log(folder + "/log.csv", monitor::CSVLoggerOptions().append(true));
  log.resume(from.step + 1);
  monitor::SummaryWriter events(folder, monitor::SummaryWriterOptions().purge_step(from.step + 1));

  monitor::StopOnSignal stop;
  monitor::Progress bar(epochs * steps, "training", monitor::ProgressOptions().initial(from.step));
  int64_t step = from.step;
  const auto save = [&](int64_t epoch, const std::map<std::string, double>& metrics = {}) {
    log.flush();
    events.flush();
    checkpoint.save({epoch, step}, metrics);
  };
  for (int64_t epoch = from.epoch; epoch < epochs && !stop; ++epoch) {
    net->train();
    for (auto& [inputs, targets] : *loader) {
      const Tensor loss = nn::functional::mse_loss(net->forward(inputs), targets);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      ++step;
      log.log(step, {{"loss", loss}});
      events.add_scalar("loss", loss, step);
      bar.update({{"loss", loss}});
      each(step);
      if (step % steps == 0) continue;  // the epoch is over, which is saved as such
      if (stop || step % 4 == 0) save(epoch);
      if (stop) return {};
    }
    scheduler.step();
    net->eval();
    const double valid_loss =
        nn::functional::mse_loss(net->forward(valid_x), valid_y).item<double>();
    log.log(step, {{"valid_loss", valid_loss}});
    events.add_scalar("valid_loss", valid_loss, step);
    save(epoch + 1, {{"valid_loss", valid_loss}});
  }
  return net->parameters();
}

std::string content(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

int main(int argc, char** argv) {
  const std::string folder = (argc > 1 ? argv[1] : ".") + std::string("/guide_long_run");
  std::filesystem::remove_all(folder);
  const std::string whole = folder + "/whole", parts = folder + "/parts";
  const std::vector<Tensor> weights = train(whole, [](int64_t) {});

  // Stopped within an epoch and at the end of one, and killed within one and at its end.
  const auto at = [](int64_t last, const std::function<void()>& f) {
    return [=](int64_t step) {
      if (step == last) f();
    };
  };
  const auto stopped = [] { std::raise(SIGTERM); };
  const auto killed = [] { throw Killed(); };
  for (const auto& each : {at(7, stopped), at(10, stopped), at(19, killed), at(20, killed),
                           at(20, stopped), at(33, killed)}) {
    try {
      train(parts, each);
    } catch (const Killed&) {
    }
  }
  const std::vector<Tensor> same_weights = train(parts, [](int64_t) {});

  bool right = weights.size() == same_weights.size();
  for (size_t i = 0; i < weights.size(); ++i) right = right && weights[i].equal(same_weights[i]);
  right = right && content(whole + "/log.csv") == content(parts + "/log.csv");
  const auto events = monitor::read_scalars(whole), same_events = monitor::read_scalars(parts);
  for (const char* tag : {"loss", "valid_loss"})
    right = right && events.at(tag).steps == same_events.at(tag).steps &&
            events.at(tag).values == same_events.at(tag).values;
  std::filesystem::remove_all(folder);
  return right ? 0 : 1;
}
