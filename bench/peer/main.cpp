// Serves one side of the comparison: reads commands from standard input, a line each, and answers
// each with one line.
//   list | limits THREADS | open THREADS CASE | time SECONDS | close
//   peak CASE STEPS | steady CASE STEPS
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

#include "bench/peer/peer.h"

namespace peer {
namespace {

using Clock = std::chrono::steady_clock;
double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Two sums that any change of a value or of its place changes: of the values with weights, and of
// their sizes with them.
struct Print {
  double sum = 0, size = 0;
};
Print print_of(const Tensor& t) {
  const Tensor flat = t.detach().to(torch::kCPU, torch::kDouble).contiguous();
  const double* p = flat.data_ptr<double>();
  Print r;
  for (int64_t i = 0, n = flat.numel(); i < n; ++i) {
    const double w = 1 + double(i % 1021) / 1021;
    r.sum += w * p[i];
    r.size += w * (p[i] < 0 ? -p[i] : p[i]);
  }
  return r;
}

// A line of /proc/self/status, in bytes.
double status(const std::string& key) {
  std::string line;
  for (std::ifstream file("/proc/self/status"); std::getline(file, line);)
    if (line.rfind(key + ":", 0) == 0) return std::stod(line.substr(key.size() + 1)) * 1024;
  return 0;
}

const Case& find(const Cases& cases, const std::string& name) {
  for (const Case& c : cases)
    if (c.group + "/" + c.name == name) return c;
  throw std::runtime_error("no case " + name);
}

Body make(const Case& c) {
  torch::manual_seed(1);
  torch::GradMode::set_enabled(true);
  Body body = c.make();
  torch::GradMode::set_enabled(c.recorded);
  return body;
}

double run(const Body& body, int64_t count) {
  const auto start = Clock::now();
  for (int64_t i = 0; i < count; ++i) body.step();
  return since(start) / double(count);
}

// The shortest repetition within the time, each of them long enough for the clock.
double shortest(const Body& body, double seconds) {
  const auto start = Clock::now();
  double best = run(body, 1);
  const auto count = int64_t(20e-6 / (best = std::min(best, run(body, 1)))) + 1;
  do best = std::min(best, run(body, count));
  while (since(start) < seconds);
  return best;
}

void answer(const Cases& cases, Body& open, std::istringstream in) {
  std::string command, name;
  double seconds = 0;
  int64_t count = 0;
  in >> command;
  if (command == "list") {
    for (const Case& c : cases)
      std::printf("%s/%s|%g|%g|%g;", c.group.c_str(), c.name.c_str(), c.flops, c.bytes, c.at_least);
  } else if (command == "limits") {
    in >> count;
    std::printf("%.6g %.6g", fma_peak(int(count)), copy_bandwidth(int(count)));
  } else if (command == "open") {
    in >> count >> std::ws;
    std::getline(in, name);
    torch::set_num_threads(int(count));
    open = make(find(cases, name));
    Tensor result;
    for (int i = 0; i < 3; ++i) result = open.step();
    std::vector<Tensor> judged = open.judged;
    judged.push_back(result);
    for (const Tensor& t : judged) {
      const bool has_grad = t.is_leaf() && t.grad().defined();
      const Print p = print_of(has_grad ? t.grad() : t);
      std::printf("%.17g %.17g ", p.sum, p.size);
    }
  } else if (command == "time") {
    in >> seconds;
    std::printf("%.6g", shortest(open, seconds));
  } else if (command == "close") {
    open = {};
  } else if (command == "peak" || command == "steady") {
    in >> count >> std::ws;
    std::getline(in, name);
    torch::set_num_threads(1);
    const double start = status("VmRSS");
    open = make(find(cases, name));
    if (command == "peak") {
      run(open, count);
      std::printf("%.6g %.6g", status("VmHWM"), status("VmHWM") - start);
    } else {
      for (int tenth = 0; tenth < 10; ++tenth) {
        double best = 1e9;  // of a hundred parts: what else runs on the machine must not count
        for (int part = 0; part < 100; ++part) best = std::min(best, run(open, count / 1000));
        std::printf("%.6g %.6g ", best, status("VmRSS"));
      }
    }
  } else {
    throw std::runtime_error("no command " + command);
  }
}

}  // namespace

void add(Cases& cases, const std::string& group, const std::string& name, Inputs inputs, Function f,
         Passes passes, double bytes, double flops) {
  cases.push_back(
      {group, name, [=] { return Body{[=, x = inputs()] { return f(x); }}; }, false, flops, bytes});
  if (passes == Passes::forward) return;
  auto make_body = [=] {
    const std::vector<Tensor> x = inputs();
    std::vector<Tensor> leaves;
    for (const Tensor& t : x)
      if (t.is_floating_point()) leaves.push_back(t.requires_grad_());
    // The same numbers in both libraries, also where these lay their results out otherwise.
    const Tensor y = f(x).detach();
    const Tensor dy = torch::empty_like(y).copy_(torch::rand(y.sizes(), y.options()) + 0.5);
    return Body{[=] {
                  for (const Tensor& t : leaves) t.mutable_grad() = Tensor();
                  Tensor y = f(x);
                  y.backward(dy);
                  return y;
                },
                leaves};
  };
  cases.push_back({group, name + " backward", make_body, true});
}

}  // namespace peer

int main() {
  peer::Cases cases;
  for (auto* group : {peer::attention,
                      peer::small_operations,
                      peer::small_graphs,
                      peer::networks,
                      peer::dense,
                      peer::awkward,
                      peer::special_functions,
                      peer::reductions,
                      peer::movements,
                      peer::fused,
                      peer::matmuls,
                      peer::linear_algebra,
                      peer::image_networks,
                      peer::convolutions,
                      peer::pools,
                      peer::image_norms,
                      peer::optimiser_steps,
                      peer::deep_networks,
                      peer::row_strides,
                      peer::files,
                      peer::recurrent_layers,
                      peer::sequences})
    group(cases);
  peer::Body open;
  for (std::string line; std::getline(std::cin, line);) {
    try {
      peer::answer(cases, open, std::istringstream(line));
    } catch (const std::exception& error) {
      std::string text = error.what();
      std::printf("error: %s", text.substr(0, text.find('\n')).c_str());
    }
    std::printf("\n");
    std::fflush(stdout);
  }
}
