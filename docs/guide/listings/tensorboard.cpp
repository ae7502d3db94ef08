// A run for TensorBoard and a model's table, as the guide shows them: tensorboard DIRECTORY
#include <gradus.h>
#include <monitor/monitor.h>

#include <cstdio>
#include <iostream>
#include <string>

using namespace gradus;

// Points in a plane, and whether they lie in a ring.
struct NetImpl : nn::Module {
  NetImpl() {
    body = register_module(
        "body", nn::Sequential(nn::Linear(2, 32), nn::Tanh(), nn::Linear(32, 32), nn::Tanh()));
    head = register_module("head", nn::Linear(32, 1));
  }
  Tensor forward(const Tensor& x) { return head(body(x)); }
  nn::Sequential body = nullptr;
  nn::Linear head = nullptr;
};
GRADUS_MODULE(Net);

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : ".";
  manual_seed(0);
  const Tensor x = rand({256, 2}) * 2 - 1;
  const Tensor distance = x.square().sum(1, true);
  const Tensor y = ((distance > 0.2) & (distance < 0.8)).to(kFloat);
  Net net;

  // What the model is made of.
  const monitor::ModelSummary table = monitor::summary(net, {{256, 2}});
  std::cout << table << '\n';
  std::printf("%lld parameters\n", static_cast<long long>(monitor::count_parameters(*net)));

  // The curves of a run.
  optim::Adam optimizer(net->parameters(), optim::AdamOptions(0.01));
  monitor::SummaryWriter writer(folder + "/runs/ring");
  writer.add_text("about", "points in a **ring**");
  writer.add_graph(*net);
  const monitor::Stopwatch watch;
  double loss_value = 0;
  for (int64_t step = 0; step < 100; ++step) {
    const Tensor loss = nn::functional::binary_cross_entropy_with_logits(net(x), y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    loss_value = loss.item<double>();
    writer.add_scalar("loss/train", loss_value, step);
    if (step % 20 == 0) {
      for (const auto& p : net->named_parameters()) writer.add_histogram(p.key(), *p, step);
      const NoGradGuard no_grad;
      writer.add_pr_curve("ring", y, net(x).sigmoid(), step);
    }
  }
  writer.add_hparams({{"lr", 0.01}, {"width", 32}, {"optimizer", "adam"}},
                     {{"hparam/loss", loss_value}}, {}, "tries");
  writer.close();
  std::printf("%.0f steps a second\n", 100 / watch.seconds());

  // The curves again.
  const auto curves = monitor::read_scalars(folder + "/runs/ring");
  const monitor::ScalarSeries& curve = curves.at("loss/train");
  std::printf("loss %.3f at step %lld\n", curve.values.back(),
              static_cast<long long>(curve.steps.back()));

  const bool right = table.total_params() == 2 * 32 + 32 + 32 * 32 + 32 + 32 + 1 &&
                     curve.values.size() >= 100 && curve.values.back() < curve.values.front();
  return right ? 0 : 1;
}
