// Times every operation of the catalog in float, forward and with its backward pass:
// ./dev bench --benchmark_filter=softmax
#include "tests/catalog.h"

#include <benchmark/benchmark.h>

#include "autograd/autograd.h"
#include "autograd/factories.h"

namespace {

using catalog::List;
using catalog::Row;

void forward(benchmark::State& state, const Row& row) {
  const gradus::NoGradGuard no_grad;
  const List x = catalog::make_inputs(row.large.empty() ? row.inputs : row.large, true);
  for (auto _ : state) benchmark::DoNotOptimize(row.f(x));
}

void with_backward(benchmark::State& state, const Row& row) {
  const List x = catalog::make_inputs(row.large.empty() ? row.inputs : row.large, true);
  List wanted, dy;
  for (const auto& t : x)
    if (t.requires_grad()) wanted.push_back(t);
  for (const auto& y : row.f(x))
    if (y.requires_grad()) dy.push_back(gradus::ones_like(y.detach()));
  for (auto _ : state) {
    List y = row.f(x);
    std::erase_if(y, [](const auto& t) { return !t.requires_grad(); });
    benchmark::DoNotOptimize(gradus::autograd::grad(y, wanted, dy, false, false, true));
  }
}

}  // namespace

int main(int argc, char** argv) {
  for (const Row& row : catalog::all_rows()) {
    benchmark::RegisterBenchmark(row.name.c_str(), forward, row);
    if (!(row.except & Row::no_gradient))
      benchmark::RegisterBenchmark((row.name + "/backward").c_str(), with_backward, row);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
